#!/usr/bin/env bash
# Requested points: evalgrid beside and instead of its grid, gridmerge, gridconv.
. "$(dirname "$0")/../tap.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
images=$ROOT/tests/data/sets/fashion-48.npz
PATH=$PATH:$ROOT/pipelines
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" |
	dirgen -s 1:2 | fnorm >"$T/plane.ll"
eval_all() { evalgrid -q -d "$images" "$@"; }
grid="--x=-1:1:3 --y=0:1:2"

printf '%s\n' '7 0.25 0.1' '3 0 0 1' '9 1 1' >"$T/asked"
ask <"$T/asked" >"$T/asked.ll"
eval_all "$T/plane.ll" "$T/asked.ll" >"$T/only.ll"
ok $? "requests behind the plane"
is "$(gridconv "$T/only.ll" | awk -F, 'NR > 1 { print $1 $2, $3, $4, $7 }' | tr '\n' ';')" \
	" 0 0 3; 0.25 0.1 7; 0.25 0.1 7; 1 1 9; 1 1 9;" \
	"each is one point per direction set, in the order of the ids; no grid"
eval_all "$T/asked.ll" "$T/plane.ll" | cmp -s - "$T/only.ll"
ok $? "same bytes for requests before the plane"
(sort -r "$T/asked"; cat "$T/asked") | ask | eval_all -j3 "$T/plane.ll" - | cmp -s - "$T/only.ll"
ok $? "same bytes for another order, repeated requests and three threads"
ask --each <"$T/asked" | eval_all "$T/plane.ll" - | cmp -s - "$T/only.ll"
ok $? "same bytes for a segment per request"

# Beside a grid.
# shellcheck disable=SC2086  # $grid is a list of options
eval_all $grid "$T/plane.ll" >"$T/grid.ll"
# shellcheck disable=SC2086
eval_all $grid "$T/plane.ll" "$T/asked.ll" >"$T/both.ll"
ok $? "a grid and requests"
is "$(gridconv "$T/both.ll" | wc -l)" 18 "are united"
is "$(gridconv "$T/both.ll" | awk -F, '$3 == 1 && $4 == 1 { print $5 }' | sort | uniq -c |
	awk '{ print $1 }' | tr '\n' ' ')" "2 2 " "a request at a place of the grid has its loss"
is "$(gridconv "$T/grid.ll" | head -n 13 | cut -d, -f1-6 | md5sum)" \
	"$(gridconv "$T/both.ll" | head -n 13 | cut -d, -f1-6 | md5sum)" "the grid is as it was"
gridmerge -o "$T/canonical.ll" "$T/both.ll"
gridmerge "$T/grid.ll" "$T/both.ll" | cmp -s - "$T/canonical.ll"
ok $? "they are one run: gridmerge unites them"
for i in 0 1 2 3 4; do
	# shellcheck disable=SC2086
	eval_all $grid --shard $i/5 "$T/plane.ll" "$T/asked.ll" >"$T/shard-$i.ll"
done
gridmerge "$T"/shard-[40213].ll | cmp -s - "$T/canonical.ll"
ok $? "shards have them too"
fails 1 'missing: .*\(id 3 rep 1\)' "a missing one is named" \
	gridmerge "$T"/shard-[01].ll "$T"/shard-[34].ll
passes "contour draws the grid beside them" contour -o "$T/both.svg" "$T/both.ll"
fails 1 'requested points only' "contour needs a grid" contour "$T/only.ll"
gridconv -t json "$T/only.ll" | /usr/bin/python3 -c '
import json, sys
s, = json.load(sys.stdin)
assert [p["id"] for p in s["points"]] == [3, 7, 7, 9, 9]'
ok $? "gridconv -t json has the ids"

# Resumption.
eval_all --resume "$T/grid.ll" --x=-1:1:3 --y=0:1:2 "$T/plane.ll" "$T/asked.ll" | cmp -s - "$T/both.ll"
ok $? "the points of a grid are taken from an earlier output"
for cut in 3000 4500 5500; do
	rm -f "$T/out.ll"
	head -c $cut "$T/both.ll" >"$T/out.ll.part"
	# shellcheck disable=SC2086
	eval_all $grid -o "$T/out.ll" "$T/plane.ll" "$T/asked.ll"
	passes "a file cut at byte $cut is continued" cmp "$T/out.ll" "$T/both.ll"
done
head -c $(($(stat -c %s "$T/only.ll") - 200)) "$T/only.ll" >"$T/part.ll.part"
fails 1 'holds points that are not requested now' "a .part with other requests is refused" \
	sh -c "echo 3 0 0 1 | ask | evalgrid -q -d $images -o $T/part.ll $T/plane.ll -"
(printf '7 0.5 0.1\n9 1 1\n' | ask | eval_all --resume "$T/only.ll" "$T/plane.ll" -) >"$T/moved.ll"
is "$(gridconv "$T/moved.ll" | awk -F, '$7 == 7 { print $3 }' | sort -u)" 0.5 \
	"an id that now stands for another place is computed again"
fails 1 'id 7 stands for two places' "but not merged" gridmerge "$T/only.ll" "$T/moved.ll"

# Spread by GNU parallel, which cuts where segments begin.
if command -v parallel >/dev/null; then
	export PARALLEL_HOME=$T/parallel
	mkdir -p "$PARALLEL_HOME" && touch "$PARALLEL_HOME/will-cite"
	ask --each <"$T/asked" |
		parallel --pipe -N1 -j2 --recend '' --recstart $'\x95\xa4LLv1\xa5begin' \
			"evalgrid -q -j1 -d $images $T/plane.ll -" | gridmerge >"$T/spread.ll"
	passes "parallel --pipe spreads requests, same bytes" cmp "$T/spread.ll" "$T/only.ll"
fi

# A stage that reads points and proposes some: the steepest cells first.
export PYTHONDONTWRITEBYTECODE=1
toy-plane 2 >"$T/toy.ll"
cliff() { evalgrid -q --x=0:4:5 --y=0:4:5 --exec-form text --exec \
	'while read -r rep x y a b; do awk -v a="$a" "BEGIN { print (a > 2.2) * 100 + a }"; done' "$@" "$T/toy.ll" -; }
ask </dev/null | cliff >"$T/round0.ll"
refine 4 <"$T/round0.ll" | cliff --resume "$T/round0.ll" -o "$T/round1.ll"
ok $? "refine proposes points, evalgrid computes them"
is "$(gridconv "$T/round1.ll" | awk -F, '$7 != "" && NR > 1 { print $7, $3, $4, $5 }' | tr '\n' ';')" \
	"0 2.5 3.5 102.5;1 2.5 2.5 102.5;2 2.5 1.5 102.5;3 2.5 0.5 102.5;" "on the edge of the cliff"
refine 2 <"$T/round1.ll" | cliff --resume "$T/round1.ll" -o "$T/round2.ll"
ok $? "and again"
is "$(gridconv "$T/round2.ll" | awk -F, '$7 != "" && NR > 1 { print $7 }' | tr '\n' ' ')" "0 1 2 3 4 5 " \
	"two more, none twice"
gridmerge "$T/round0.ll" "$T/round1.ll" "$T/round2.ll" | cmp -s - <(gridmerge "$T/round2.ll")
ok $? "all rounds are one run"
is "$(toy-plane 1 | evalgrid -q --x=0:4:5 --exec-form text --exec \
	'while read -r r x y a; do awk -v a="$a" "BEGIN { print a * a }"; done' | refine 1 |
	recdump | sed -n 's/^request //p' | sed 's/ plane=[0-9a-f]*//')" "{id=0 x=3.5 y=0}" "a curve, too"

# One data set of two.
printf '%s\n' '1 0.5 0 0 test' '2 0.5 0 0' '3 0.5 0 1 train' '4 0.5 0 0 test' '4 0.5 0 0 train' | ask |
	evalgrid -q -d "train=$images" -d "test=$images" "$T/plane.ll" - >"$T/sets.ll"
is "$(recdump "$T/sets.ll" | sed -n 's/^point.* rep=\(.\) set=\([a-z]*\) id=\(.\).*/\3\1\2/p' | tr '\n' ' ')" \
	"10test 20train 20test 31train 40train 40test " "a request may want one data set"
passes "a surface with some sets only is complete" gridmerge -o "$T/merged.ll" "$T/sets.ll"
passes "same bytes" cmp "$T/merged.ll" "$T/sets.ll"

# Nothing is asked for, or nonsense.
ask </dev/null | eval_all "$T/plane.ll" - >"$T/none.ll"
is "$(gridconv "$T/none.ll" | wc -l)" 1 "no request, no point"
refused()
{
	fails 1 "$2" "$3" sh -c "echo '$1' | ask | evalgrid -q -d $images $T/plane.ll -"
}
refused '1 0 0 2' 'request 1 is for rep 2, the stream has 2' "a direction set that is not there"
refused '1 0 0 0 test' "request 1 is for the data set 'test', expected 'train'" "an unknown data set"
# ask refuses these, another proposer may not.
proposes()
{
	fails 1 "$2" "$3" sh -c "/usr/bin/python3 -c 'import sys, losspipe
out = losspipe.Writer(sys.stdout.buffer)
out.begin(\"proposer\")
out.record(\"request\", $1)
out.end()' | evalgrid -q -d $images $T/plane.ll -"
}
export PYTHONPATH=$ROOT/pipelines
proposes '{"id": 1, "x": float("nan"), "y": 0.0}' 'request 1: x is nan, expected a finite' \
	"a coordinate that is no number"
proposes '{"id": -1, "x": 0.0, "y": 0.0}' 'request: id is -1' "a negative id"
asks() { fails 1 "^ask: $2$" "$3" sh -c "printf '%s\n' '$1' | ask"; }
asks '1 nan 0' "line 1: X is 'nan', expected a finite number" "ask: a coordinate that is no number"
asks '1 0 0x1p0' "line 1: Y is '0x1p0', expected a finite number" "ask: a hexadecimal one"
asks '-1 0 0' "line 1: ID is '-1', expected 0 to [0-9]*" "ask: a negative id"
asks '1 0' "line 1 is '1 0', expected ID X Y .REP .SET.." "ask: too few"
asks '1 0 0 0 a b' "line 1 is '1 0 0 0 a b', expected .*" "ask: too many"
fails 1 'id 1 stands for two places, \(0, 0\) and \(0, 1\)' "an id twice" \
	sh -c "printf '1 0 0\n1 0 1\n' | ask | evalgrid -q -d $images $T/plane.ll -"
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/model.ll"
dirgen -s 1 --axes 1 <"$T/model.ll" >"$T/line.ll"
fails 1 'request 7 is at \(0.25, 0.1\), the stream has directions for 1' "y without a direction" \
	sh -c "echo 7 0.25 0.1 | ask | evalgrid -q -d $images $T/line.ll -"
fails 1 '3 requests have no model' "requests without a model with directions" \
	evalgrid -q -d "$images" "$T/model.ll" "$T/asked.ll"
fails 1 'requests have no model' "requests alone" evalgrid -q -d "$images" "$T/asked.ll"
done_testing
