#!/bin/bash
# dirgen: which directions a model receives, from where, and what it refuses.
# shellcheck disable=SC1091,SC2094  # a model may be input and operand at once: both are only read
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit
netnew -s 1 --pixels fashion small >a
netnew -s 2 --pixels fashion --label other small >b
netnew -s 3 --pixels fashion small >c
netnew lenet >lenet
N=$ROOT/tests/data/norms

# The axes and seeds that a stream declares: "x0=random:7 y0=random:7 ".
declared()
{
	recdump "$@" | sed -n 's/^direction {axis=\(.\) rep=\([0-9]*\) kind=\([a-z]*\)\( seed=\([0-9]*\)\)*.*/\1\2=\3:\5/p' |
		tr '\n' ' '
}

# deltas AXIS: name, offset and digest of the elements along it, per direction
# set, of the stream on standard input.
deltas()
{
	/usr/bin/python3 -c '
import hashlib, sys, msgpack
for magic, kind, h, payload, crc in msgpack.Unpacker(sys.stdin.buffer, max_buffer_size=0):
    if kind == "delta" and h["axis"] == sys.argv[1]:
        print(h["rep"], h["name"], h["offset"], hashlib.md5(payload).hexdigest())' "$1"
}
can=0
/usr/bin/python3 -c 'import msgpack' 2>/dev/null && can=1

# ---- random ----
dirgen -s 7 <a >plane
is "$(declared plane)" "x0=random:7 y0=random:7 " "two axes of one seed"
dirgen -s 7 <a | cmp -s - plane
ok $? "the same seed gives the same bytes"
is "$(dirgen <a | declared -)" "x0=random:0 y0=random:0 " "the seed is 0 unless given"
is "$(dirgen -s 3:5 --axes 1 <a | declared -)" \
	"x0=random:3 x1=random:4 x2=random:5 " "a range of seeds makes direction sets"
dirgen -s 7 --axis x <a | dirgen -s 7 >twice
is "$(declared twice)" "$(declared plane)" "a model that has x receives y"
is "$(dirgen -s 1 <lenet | recdump - | grep -c '^tensor')" "$(recdump lenet | grep -c '^tensor')" \
	"the model stays"
if [ "$can" = 1 ]; then
	for axis in x y; do
		is "$(deltas $axis <twice)" "$(deltas $axis <plane)" "axis by axis gives the same elements, $axis"
		is "$(dirgen -s 4 --axis $axis <a | deltas $axis | cut -d ' ' -f 2-)" \
			"$(dirgen -s 3:5 <a | deltas $axis | sed -n 's/^1 //p')" \
			"a set is the direction of its seed, whatever stands beside it, $axis"
	done
	[ "$(deltas x <plane)" != "$(deltas y <plane)" ]
	ok $? "x and y differ"
	[ "$(deltas x <plane)" != "$(dirgen -s 8 <a | deltas x)" ]
	ok $? "seeds differ"
	is "$(deltas x <plane)" "$(dirgen -s 7 <c | deltas x)" "a direction does not depend on the weights"
	netnew resnet20 | dirgen -s 7 | deltas x | grep -v shortcut >with
	netnew resnet20_noshort | dirgen -s 7 | deltas x >without
	cmp -s with without
	ok $? "with and without shortcuts, equal tensors have equal directions"
fi
is "$(dirgen --axes 1 <a | recdump - | grep -c 'delta.*running')" 0 "weights do not include running statistics"
is "$(dirgen --axes 1 --over states <a | recdump - | grep -c 'delta.*running')" 6 "states do"
cat a c | dirgen -s 7 >both
(dirgen -s 7 <a && dirgen -s 7 <c) | cmp -s - both
ok $? "models one behind the other, each gets its own"
dirgen -s 7 -o file <a && cmp -s file plane && [ ! -e file.part ]
ok $? "-o writes the same file"

# ---- toward ----
dirgen -k toward --over states b c <a >two
is "$(declared two)" "x0=toward: y0=toward: " "two models span a plane"
recdump two | grep -q '^direction.*axis=x.*label=other'
ok $? "the label of the other model travels"
is "$(dirgen -k toward --over states a <a | recdump --json - |
	grep -c '"delta"')" "$(dirgen --axes 1 --over states <a | recdump --json - |
	grep -c '"delta"')" "every tensor that moves has deltas"
fails 1 "^dirgen: lenet: direction x has [0-9]* tensors, the model has 21" "another network" \
	dirgen -k toward lenet <a
netnew --classes 7 --pixels fashion small >seven
fails 1 "^dirgen: seven: tensor 19 is 'fc.weight' \(7x16 <f4\), in the model it is 'fc.weight' \(10x16 <f4\)" \
	"another shape" dirgen -k toward seven <a
fails 1 "both: holds more than one model, expected one" "two models in one operand" \
	dirgen --over states -k toward both <a
head -c 15000 b >torn
fails 1 "^dirgen: torn: truncated" "a torn operand" dirgen --over states -k toward torn <a
head -c 15000 a >torn
fails 1 "^dirgen: standard input: truncated" "a torn model" dirgen --over states -k toward b <torn
fails 1 "^dirgen: none: No such file" "a missing operand" dirgen -k toward none <a

# ---- file ----
dirgen --from "$N/weights.npz" <"$N/net.ll" >file
is "$(declared file)" "x0=file: " "a file with one axis"
recdump file | grep -q '^begin.*from='
ok $? "the digest of the file is in the history"
dirgen --over states --from "$N/states.npz" <"$N/net.ll" | declared - >states
is "$(cat states)" "x0=file: " "a file of states"
fails 1 "direction x has 15 tensors, the model has 9 \(it fits --over states\)" "states without --over" \
	dirgen --from "$N/states.npz" <"$N/net.ll"
fails 1 "direction x has 9 tensors, the model has 15 \(it fits --over weights\)" "weights with --over" \
	dirgen --over states --from "$N/weights.npz" <"$N/net.ll"
fails 1 "direction y has 0 tensors, the model has 9" "an axis the file lacks" \
	dirgen --axis y --from "$N/weights.npz" <"$N/net.ll"
fails 1 "direction x has 9 tensors, the model has 12" "a file for another network" \
	dirgen --from "$N/weights.npz" <a
fails 1 "^dirgen: a: " "a file that is no archive" dirgen --from a <a

# ---- orthonormal ----
dirgen --orthonormal -s 7 <a | fnorm -v --norm none 2>report >/dev/null
grep -q "the cosine between x and y is -\?0.0" report
ok $? "the cosine is reported"
dirgen -v --orthonormal -s 7 <a 2>report >ortho
is "$(cut -d ' ' -f 1-4 report | tr '\n' ';')" "dirgen: rep 0: |x|;dirgen: rep 0: |y|;dirgen: rep 0: the;" \
	"-v reports lengths and cosine"
dirgen --axis x -s 7 <a | dirgen --orthonormal -s 8 >beside
[ "$can" = 1 ] && is "$(deltas x <beside)" "$(deltas x <plane)" "--orthonormal leaves a direction that was there alone"
cat a c | dirgen --orthonormal -s 7 | head -c "$(wc -c <ortho)" | cmp -s - ortho
ok $? "--orthonormal works model by model"
fails 1 "direction x is zero, expected one that can have unit length" "a direction of length 0" \
	dirgen --orthonormal --over states -k toward a <a
fails 1 "x and y are parallel \(cosine 1.0*\)" "parallel directions" \
	dirgen --orthonormal --over states -k toward b b <a
fails 1 "^dirgen: /nonexistent/losspipe[^ ]*: No such file" "no place for the temporary file" \
	env TMPDIR=/nonexistent dirgen --orthonormal <a

# ---- what does not go together ----
fails 1 "the model already has directions x and y, expected room for another" "a full stream" dirgen <plane
fails 1 "the model already has direction y, expected room for another" "y twice" dirgen --axis y <plane
dirgen --axis x <a >x
fails 1 "the model already has direction x, expected room for two more" "two more than fit" dirgen --axes 2 <x
fails 1 "3 direction sets for y, expected 1 as for x" "other numbers of sets" dirgen -s 1:3 <x
fails 2 "--seed '5:3'|--seed is '3'" "a range backwards" dirgen -s 5:3
fails 2 "more than 4096 direction sets" "too many sets" dirgen -s 1:5000
fails 2 "seed" "a negative seed" dirgen -s -1
# The model is an operand, too, where no other file is one.
netnew -s 1 lenet >"$T/one.ll"
netnew -s 2 lenet >"$T/two.ll"
dirgen -s 3 <"$T/one.ll" >"$T/by-input.ll"
dirgen -s 3 "$T/one.ll" </dev/null >"$T/by-name.ll"
passes "the model as an operand" cmp "$T/by-input.ll" "$T/by-name.ll"
cat "$T/one.ll" "$T/two.ll" | dirgen -s 3 >"$T/by-input.ll"
dirgen -s 3 "$T/one.ll" "$T/two.ll" </dev/null >"$T/by-name.ll"
passes "several of them" cmp "$T/by-input.ll" "$T/by-name.ll"
for kind in hessian gradient; do
	dirgen -q -k $kind --axes 1 -d "$ROOT/pipelines/samples/tiny.npz" <"$ROOT/tests/data/streams/model.ll" >"$T/by-input.ll"
	dirgen -q -k $kind --axes 1 -d "$ROOT/pipelines/samples/tiny.npz" "$ROOT/tests/data/streams/model.ll" </dev/null >"$T/by-name.ll"
	[ -s "$T/by-name.ll" ] && cmp -s "$T/by-input.ll" "$T/by-name.ll"
	ok $? "kind $kind, too"
	fails 2 "2 models, expected one" "kind $kind of two" \
		dirgen -k $kind --axes 1 -d "$ROOT/pipelines/samples/tiny.npz" "$T/one.ll" "$T/two.ll"
done
fails 1 "nothing.ll: No such file" "an operand that is not there" dirgen nothing.ll
fails 2 "3 other models, expected one per axis" "three operands" dirgen -k toward a b c
fails 2 "0 other models, expected one per axis" "no operand" dirgen -k toward
fails 2 "2 other models, expected one per axis" "two operands for one axis" dirgen -k toward --axis y a b
fails 2 "go together" "a file for random directions" dirgen -k random --from x
fails 2 "go together" "no file" dirgen -k file
fails 2 "exclude each other" "axis and axes" dirgen --axis x --axes 1
fails 2 "--seed is for --kind random" "a seed for a file" dirgen -s 1 --from x
evalgrid -n 2 -d "$ROOT/tests/data/sets/tiny.npz" "$ROOT/tests/data/streams/model.ll" 2>/dev/null >points
fails 1 "no model came, expected one" "a stream without a model" dirgen <points
done_testing
