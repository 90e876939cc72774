#!/bin/bash
# Every cut and every flipped bit of a small stream, into every reader.
SPOIL=all exec "$(dirname "$0")/../contract/spoilt.t"
