#!/usr/bin/env bash
# evalgrid --exec: losses that another program computes, also a bad one.
. "$(dirname "$0")/../tap.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
export PYTHONDONTWRITEBYTECODE=1
PATH=$PATH:$ROOT/pipelines
toy-plane 2 >"$T/toy.ll"
cat >"$T/bowl" <<'END'
while read -r rep x y a b; do
	awk -v a="$a" -v b="$b" 'BEGIN { printf "%.17g %d\n", a * a + 2 * b * b, 90 }'
done
END
grid="--x=-1:1:5 --y=0:1:3"
# shellcheck disable=SC2086  # $grid is a list of options
bowl() { evalgrid -q $grid --exec-form text --exec "sh $T/bowl" "$@" "$T/toy.ll"; }

bowl -j1 >"$T/whole.ll"
ok $? "a program in shell and awk"
is "$(gridconv "$T/whole.ll" | awk -F, 'NR > 1 { print $5 == $3 * $3 + 2 * $4 * $4, $6 }' | sort | uniq -c |
	awk '{ print $1, $2, $3 }')" "15 1 90" "its losses are those of the function"
is "$(recdump "$T/whole.ll" | sed -n 's/^point {run=[^ ]* //p' | head -n 1)" \
	"rep=0 set=exec ix=0 iy=0 x=-1 y=0 loss=1 acc=90 status=ok}" "nothing is said of images"
passes "its command is in the provenance" sh -c "recdump $T/whole.ll | head -n 1 | grep -q 'exec=\"sh .*/bowl\"'"
bowl -j3 | cmp -s - "$T/whole.ll"
ok $? "same bytes with three processes"
for i in 0 1 2 3; do bowl --shard $i/4 >"$T/shard-$i.ll"; done
gridmerge "$T"/shard-?.ll | cmp -s - <(gridmerge "$T/whole.ll")
ok $? "shards united are the whole"
head -c 3000 "$T/whole.ll" >"$T/out.ll.part"
bowl -o "$T/out.ll" && cmp -s "$T/out.ll" "$T/whole.ll"
ok $? "an interrupted file is continued"
printf '%s\n' '5 0.25 0.5' | ask | evalgrid -q --exec-form text --exec "sh $T/bowl" "$T/toy.ll" - |
	gridconv | grep -q ',0.25,0.5,0.5625,90'
ok $? "requests are answered"
passes "contour draws them" contour -o "$T/bowl.svg" "$T/whole.ll"
passes "rosenbrock --small" rosenbrock --small "$T/r.svg"
is "$(gridconv "$T/r.ll" | awk -F, 'NR > 1 { n++
	d = (1 - $3)^2 + 100 * ($4 - $3^2)^2 - $5; bad += d * d > 1e-20 } END { print n, bad }')" \
	"81 0" "draws Rosenbrock's function"

is "$(evalgrid -v --x=0:1:2 --y=0:1:1 -j2 --exec-form text --exec 'while read -r l; do echo 1; done' \
	"$T/toy.ll" 2>&1 >/dev/null)" \
	"evalgrid: losses by 'while read -r l; do echo 1; done', processes: 2" "-v names the program"

# The other form: a segment per point.
cat >"$T/reads.py" <<'END'
import array, sys
sys.path.insert(0, sys.argv[1])
import losspipe
for kind, header, payload, record in losspipe.records(open(0, 'rb', 0)):
    if kind == 'tensor':
        a, b = array.array('f', payload)
    if kind == 'place':
        place = header
    if kind == 'end':
        assert (place['x'], place['y']) == (a, b)
        print(a * a + 2 * b * b, 90, flush=True)
END
# shellcheck disable=SC2086
evalgrid -q $grid -j2 --exec "/usr/bin/python3 $T/reads.py $ROOT/pipelines" "$T/toy.ll" >"$T/stream.ll"
ok $? "a program that reads segments"
is "$(gridconv "$T/stream.ll" | cut -d, -f1-6)" "$(gridconv "$T/whole.ll" | cut -d, -f1-6)" "says the same"

# Answers that are no numbers are statuses.
say() { evalgrid -q --x=0:1:2 --y=0:0:1 --exec-form text --exec "while read -r l; do echo '$1'; done" "$T/toy.ll"; }
meant=
for answer in nan NaN -nan inf -Infinity '1e300 5' '  0.5	77 ' '0.5 0' '0.5 100' '0.5 100.00001' '-3 -0.0'; do
	say "$answer" >"$T/said.ll"
	ok $? "the answer '$answer'"
	meant="$meant $(recdump "$T/said.ll" | sed -n 's/.*status=\([a-z]*\).*/\1/p' | tail -n 1)"
done
is "$meant" " nan nan nan overflow overflow ok ok ok ok ok ok" "and what they mean"

# Bad programs: one line, which names the point.
bad()
{
	fails 1 "^evalgrid: --exec: $2" "$1" timeout 60 evalgrid -q --x=0.5:1:2 --y=0:0:1 -j2 \
		--exec-form text --exec-timeout 2 --exec "$3" "$T/toy.ll"
}
bad "no number" "point \(.*, 0\): the answer is 'hello', expected 'LOSS'" 'while read -r l; do echo hello; done'
bad "three numbers" "point .*: the answer is '1 2 3'" 'while read -r l; do echo 1 2 3; done'
for acc in 1e9 -5 -1e-9 100.1 inf -inf; do
	bad "an accuracy of $acc" "point .*: the answer is '0.5 $acc' with the accuracy .*, expected a percentage" \
		"while read -r l; do echo 0.5 $acc; done"
done
bad "an empty line" "point .*: the answer is ''" 'while read -r l; do echo; done'
bad "half a number" "point .*: the answer is '1.5x'" 'while read -r l; do echo 1.5x; done'
bad "two lines" "(point .*: more than one line|more lines than points)" 'while read -r l; do echo 1; echo 2; done'
bad "an endless line" "point .*: the answer is 'yyyy" 'yes | tr -d "\n"'
bad "endless lines" "point .*: (the answer is 'y'|more than)" 'yes'
bad "a death before the answer" "point .*: the program ended without an answer \(exit status 3\)" 'read -r l; exit 3'
bad "a death in the answer" "point .*: the program ended in its answer '0.' \(exit status 0\)" 'read -r l; printf 0.'
bad "a death by a signal" "point .*: the program ended .*\(signal 9\)" 'read -r l; kill -9 $$'
bad "no program" "point .*: the program ended .*\(exit status 127\)" 'exec 2>&-; /no/such/program'
bad "a daemon that keeps the pipe" "point .*: the program ended without an answer \(exit status 3\)" \
	'setsid sleep 20 & read -r l; exit 3'
bad "no answer" "point .*: no answer in 2 s" 'cat >/dev/null'
bad "a sleeper that does not listen" "point .*: no answer in 2 s" 'sleep 100'
bad "a failure behind the last point" "'.*' ended with exit status 4 behind the last point" \
	'while read -r l; do echo 1; done; exit 4'
evalgrid -q --x=0.5:1:2 --y=0:0:1 --exec-form text --exec-timeout 1 \
	--exec 'trap "" PIPE; echo 1; cat >/dev/null' "$T/toy.ll" >"$T/hang.ll" 2>"$T/err"
is "$?" 1 "an answer that came too early is not taken for two"
# A large network into a program that has gone: SIGPIPE must not end evalgrid.
netnew resnet20_a --pixels cifar10 -s 3 | dirgen -s 1 >"$T/large.ll"
fails 1 'point \(-1, -1\): the program ended before it was asked \(exit status 5\)' "a death while a network is written" \
	evalgrid -q --exec 'exit 5' "$T/large.ll"
is "$(pgrep -f "$T/bowl" | wc -l)" 0 "no process is left"

# An output that nobody reads any more ends evalgrid quietly, and its program.
# shellcheck disable=SC2086
(evalgrid -q --x=-1:1:2000 --y=0:1:3 --exec-form text --exec "sh $T/bowl" "$T/toy.ll"; echo $? >"$T/status") 2>"$T/err" |
	head -c 100 >/dev/null
is "$(cat "$T/status") $(wc -c <"$T/err")" "141 0" "SIGPIPE on its own output kills it"

# Usage, and models without a graph.
evalgrid --estimate --exec 'while read -r l; do echo 1.5; done' --exec-form text --x=-1:1:5 --y=-1:1:5 -j2 "$T/toy.ll" >"$T/cost"
grep -Eqx '25 points: [0-9:]+, processes: 2 \([0-9.e-]+ s a point, [0-9.e-]+ s to start\)' "$T/cost" &&
	grep -qx 'centre loss 1.5' "$T/cost" && grep -qx 'corner loss 1.5' "$T/cost"
ok $? "--estimate --exec asks the program for two points"
script -qec "evalgrid --estimate --exec 'exit 3' --exec-timeout 7 $T/toy.ll" "$T/said" </dev/null >"$T/typed"
grep -q 'evalgrid: the program is asked for two points, 7 s at most for each (--exec-timeout)' "$T/typed"
ok $? "and tells a terminal how long it waits"
fails 2 'brings its own images: leave out -d' "--exec with data" evalgrid -d "$ROOT/tests/data/sets/tiny.npz" --exec true "$T/toy.ll"
fails 2 'exec is no command' "an empty command" evalgrid --exec '' "$T/toy.ll"
fails 2 'exec-loss is' "an endless name" evalgrid --exec true --exec-loss "$(printf '%040d' 0)" "$T/toy.ll"
fails 1 'no graph, only tensors' "evalgrid itself needs a graph" \
	evalgrid -d "$ROOT/tests/data/sets/tiny.npz" "$T/toy.ll"
done_testing
