#!/bin/bash
# reccmp: 0 same, 1 differ, 2 trouble.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams

# differs STATUS LINE NAME COMMAND...: the verdict and what is printed.
differs()
{
	local status=$1 line=$2 name=$3 got
	shift 3
	got=$("$@")
	is "$? $got" "$status $line" "$name"
}

differs 0 "" "a stream equals itself" reccmp "$S/surface.ll" "$S/surface.ll"
differs 0 "" "also by way of a pipe" reccmp - "$S/surface.ll" <"$S/surface.ll"
differs 1 "$S/floats.ll $S/rounded.ll differ: record 2 (tensor): element 2: 3, 3.0000009536743164" \
	"elements of a payload" reccmp "$S/floats.ll" "$S/rounded.ll"
differs 0 "" "within a relative tolerance" reccmp --rtol 1e-6 "$S/floats.ll" "$S/rounded.ll"
differs 0 "" "within an absolute tolerance" reccmp --atol 1e-6 "$S/floats.ll" "$S/rounded.ll"
differs 1 "$S/floats.ll $S/rounded.ll differ: record 2 (tensor): element 2: 3, 3.0000009536743164" \
	"beyond it" reccmp --atol 1e-7 "$S/floats.ll" "$S/rounded.ll"
differs 1 "$S/floats.ll $S/line.ll differ: record 2 (tensor): kind: tensor, grid" \
	"other kinds" reccmp "$S/floats.ll" "$S/line.ll"
differs 1 "$S/empty.ll $S/floats.ll differ: record 2 (end): kind: end, tensor" \
	"other lengths" reccmp "$S/empty.ll" "$S/floats.ll"
cat "$S/floats.ll" "$S/floats.ll" >"$T/twice"
differs 1 "$S/floats.ll $T/twice differ: record 4 (begin): only in $T/twice" \
	"one goes on" reccmp "$S/floats.ll" "$T/twice"
differs 0 "" "provenance is no difference" reccmp <(netnew lenet) <(netnew -s 0 lenet)

netnew -s 1 lenet >"$T/a"
netnew -s 2 lenet >"$T/b"
differs 0 "" "nor the seed of equal numbers" reccmp --atol 10 "$T/a" "$T/b"
differs 1 "$T/a $T/b differ: record 1 (begin): history[0].options.seed: 1, 2" \
	"--history compares it" reccmp --atol 0.1 --history "$T/a" "$T/b"

head -c 300 "$S/surface.ll" >"$T/torn"
fails 2 "truncated" "a torn stream is trouble" reccmp "$S/surface.ll" "$T/torn"
fails 2 "nowhere" "a missing one, too" reccmp "$S/surface.ll" nowhere
fails 2 "1 operand, expected two" "it wants two" reccmp "$S/surface.ll"
fails 2 "negative" "no negative tolerance" reccmp --rtol -1 "$S/surface.ll" "$S/surface.ll"
fails 2 "standard output" "a full disk is trouble" \
	sh -c 'reccmp "$@" >/dev/full' - "$S/floats.ll" "$S/line.ll"
done_testing
