#!/bin/bash
# The kernels of every instruction set agree with plain C.
. "$(dirname "$0")/../tap.sh"
exec "$ROOT/${BUILD:-build}/bench/checkkern" --rounds 60
