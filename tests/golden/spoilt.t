#!/bin/bash
# Every cut and every seventh bit of a small stream, into every reader: all places
# in a byte take turns.  SPOIL=all flips every bit.
SPOIL=${SPOIL:-dense} exec "$(dirname "$0")/../contract/spoilt.t"
