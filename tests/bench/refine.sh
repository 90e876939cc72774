#!/usr/bin/env bash
# Does refining pay?  Isolines of a full grid of 51 x 51 points, against a grid of 26 x 26
# refined to a third of its points.
#
#     tests/bench/refine.sh MODEL ARCH PIXELS DATA [IMAGES]
#
# as in: refine.sh resnet20-12fca82f.th resnet20_a imagenet test-846.bin 48
set -euo pipefail
. "$(dirname "$0")/../../pipelines/help.sh"
refuse_options "$@"
[ $# -ge 4 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=${LOSSPIPE_BIN:-$root/build/bin}:$root/pipelines:$PATH
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
levels=0.1,0.2,0.5,1,2,5,10,20,50,100,200

netload -q --arch "$2" --pixels "$3" "$1" | dirgen -s 1 | fnorm >"$T/plane.ll"
surface() { evalgrid -q -d "$4" --split test --sample "$3" --x=-1:1:"$1" --y=-1:1:"$1" -o "$2" "$T/plane.ll" "${@:5}"; }
picture() { contour --style filled --log --levels $levels --interpolate cubic -o "$2" "$1"; }
points() { gridconv "$1" | tail -n +2 | wc -l; }

surface 51 "$T/full.ll" "${5:-48}" "$4"
picture "$T/full.ll" "$T/full.svg"
surface 26 "$T/part.ll" "${5:-48}" "$4"
picture "$T/part.ll" "$T/part.svg"
echo "$(points "$T/part.ll") of $(points "$T/full.ll") points, without refining:"
"$root/tests/bench/isolines.py" "$T/part.svg" "$T/full.svg" 50
refine 191 log <"$T/part.ll" >"$T/asked.ll"
surface 26 "$T/part.ll" "${5:-48}" "$4" "$T/asked.ll"
picture "$T/part.ll" "$T/part.svg"
echo "$(points "$T/part.ll") of $(points "$T/full.ll") points, refined:"
"$root/tests/bench/isolines.py" "$T/part.svg" "$T/full.svg" 50
