#!/bin/bash
# Every third cut and every eleventh bit of a small stream, into every reader: all
# places in a byte take turns.  SPOIL=all makes every cut and flips every bit.
SPOIL=${SPOIL:-dense} exec "$(dirname "$0")/../contract/spoilt.t"
