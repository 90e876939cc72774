#!/usr/bin/env bash
# Stages that a stranger wrote from losspipe(5) alone take their places in pipes.
. "$(dirname "$0")/../tap.sh"
python=/usr/bin/python3
[ -x $python ] || skip_all "no python3"
images=$ROOT/tests/data/sets/fashion-48.npz
stage() { $python "$ROOT/tests/contract/python_stage.py" "$@"; }
directions() { stage directions 7 "$ROOT/man/losspipe.5"; }

netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/model.ll"
directions <"$T/model.ll" >"$T/python.ll"
ok $? "a dirgen in Python"
dirgen -s 7 <"$T/model.ll" >"$T/dirgen.ll"
passes "reccmp finds dirgen's directions, to the last bit" reccmp --rtol 0 --atol 0 "$T/dirgen.ll" "$T/python.ll"
fnorm <"$T/python.ll" >"$T/plane.ll"
ok $? "fnorm takes it"
fnorm <"$T/dirgen.ll" >"$T/plane2.ll"
passes "and makes the same of it" reccmp --rtol 0 --atol 0 "$T/plane2.ll" "$T/plane.ll"
evalgrid -q -d "$images" --x=-1:1:3 --y=0:1:2 "$T/plane.ll" >"$T/points.ll"
ok $? "evalgrid takes that"
evalgrid -q -d "$images" --x=-1:1:3 --y=0:1:2 "$T/plane2.ll" >"$T/points2.ll"
is "$(gridconv "$T/points.ll" | md5sum)" "$(gridconv "$T/points2.ll" | md5sum)" "with the same losses"
is "$(recdump "$T/points.ll" | sed -n '1s/.*program=\(python_stage\).*/\1/p')" python_stage \
	"it is in the provenance"
stage points <"$T/points.ll" >"$T/text"
ok $? "a reader of points in Python"
# evalgrid writes coarse points first, gridconv those of a grid in its order.
is "$(cut -d' ' -f3- "$T/text" | awk '{ printf "%d %d %.6g %.6g %.6g\n", $1, $2, $3, $4, $5 }' | sort -k2n -k1n)" \
	"$(gridconv "$T/points.ll" | awk -F, 'NR > 1 { printf "%d %d %.6g %.6g %.6g\n", $1, $2, $3, $4, $5 }')" \
	"reads what gridconv reads"
for f in plane surface line; do
	stage points <"$ROOT/tests/data/streams/$f.ll" >"$T/text"
	ok $? "$f.ll"
done

# It sees what every reader must see.
for cut in 10 600 $(($(stat -c %s "$T/points.ll") - 5)); do
	head -c "$cut" "$T/points.ll" >"$T/torn.ll"
	! stage points <"$T/torn.ll" >"$T/text" 2>"$T/err"
	ok $? "it refuses a stream cut at $cut"
done

for part in open run; do
	directions <"$ROOT/tests/data/streams/model_$part.ll" 2>"$T/err" | recdump -q --partial >"$T/marks"
	is "${PIPESTATUS[0]} $(awk '{ n[$1]++ } END { print n["open"], n["close"] + 0 }' "$T/marks")" \
		"$([ $part = run ] && echo "0 1 1" || echo "1 1 0")" "a training run (model_$part.ll) and its marks"
done

# losspipe.py of pipelines/ reads and writes the same.
export PYTHONDONTWRITEBYTECODE=1
cat >"$T/copy.py" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import losspipe
out = losspipe.Writer(sys.stdout.buffer)
for kind, header, payload, record in losspipe.records(sys.stdin.buffer):
    if kind == 'begin':
        out.begin('copy', {}, header)
    elif kind == 'end':
        out.end()
    else:
        out.record(kind, header, payload)
END
for f in "$T/plane.ll" "$T/points.ll" "$ROOT"/tests/data/streams/{model_noted,floats}.ll; do
	$python "$T/copy.py" "$ROOT/pipelines" <"$f" >"$T/copied.ll"
	passes "losspipe.py copies ${f##*/}" reccmp --rtol 0 --atol 0 "$f" "$T/copied.ll"
	head -c $(($(stat -c %s "$f") - 9)) "$f" >"$T/torn.ll"
	! $python "$T/copy.py" "$ROOT/pipelines" <"$T/torn.ll" >"$T/copied.ll" 2>"$T/err"
	ok $? "and sees that it is torn"
done
# unknown.ll has every type of msgpack, a key that is no text, and 2^63.
f=$ROOT/tests/data/streams/unknown.ll
is "$($python "$T/copy.py" "$ROOT/pipelines" <"$f" | recdump | sed -n 2,3p)" "$(recdump "$f" | sed -n 2,3p)" \
	"losspipe.py copies values of every type"
# A file of another kind is called by its name, as the programs do.
printf '<!DOCTYPE html>\n<html>' >"$T/page.html"
printf 'a,b\n' | gzip -n >"$T/table.gz"
printf 'version https://git-lfs.github.com/spec/v1\n' >"$T/pointer"
printf '\1\2\3' >"$T/noise"
for f in "$ROOT"/tests/data/onnx/{einsum.onnx,einsum.npy,blocks.pt} "$ROOT"/tests/data/sets/fashion-48.npz \
	"$ROOT"/man/pictures/lines.svg "$ROOT"/README.md "$T"/{page.html,table.gz,pointer,noise}; do
	is "$($python "$T/copy.py" "$ROOT/pipelines" <"$f" 2>&1 >"$T/x" | sed 's/^copy.py/recdump/')" "$(recdump <"$f" 2>&1 >"$T/x")" \
		"${f##*/} is what the programs say that it is"
done
done_testing
