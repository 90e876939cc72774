#!/bin/bash
# What takes long continues what FILE and FILE.part hold of it, or refuses.
# (Cuts and kills of one run are in evalgrid.t, hessgrid.t and nettrain.t.)
. "$(dirname "$0")/../tap.sh"
D=$ROOT/tests/data
cd "$T" || exit 1
eval_grid() { evalgrid -q -d "$D/sets/tiny.npz" "$@"; }
hess_grid() { hessgrid -q -d "$D/sets/tiny.npz" "$@"; }
train() { nettrain -q -d "$D/sets/tiny.npz" --batch 3 "$@"; }
plane=$D/streams/plane.ll
model=$D/streams/model.ll
here="--x=-1:1:3 --y=0:1:2 $plane"
there="--x=-1:1:2 --y=0:1:2 $plane"

# refuses PATTERN COMMAND...: with -o out.ll, which stays as it was.
refuses()
{
	local pattern=$1 name
	shift
	name=$*
	cp out.ll before
	fails 1 "$pattern" "${name%%/tmp*} refuses it" "$@" -o out.ll
	cmp -s out.ll before && [ ! -e out.ll.part ] && [ ! -e out.ll.part.new ]
	ok $? "and it stays, alone"
}

for command in eval_grid hess_grid; do
	rm -f out.ll
	# shellcheck disable=SC2086  # lists of options
	{
		$command $here -o out.ll
		$command $there >other.ll
		refuses 'out.ll holds run .* this is run .*: choose another -o, or --force' \
			$command $there
		refuses 'out.ll holds points of another shard' $command --shard 1/2 $here
		$command $here -o out.ll
		passes "the same again does nothing" cmp out.ll before
		$command --resume out.ll $here -o out.ll
		passes "nor does --resume of itself" cmp out.ll before
		$command --force $there -o out.ll
		passes "--force replaces it" cmp out.ll other.ll
		$command $here >out.ll
		head -c 1000 other.ll >out.ll.part
		fails 1 'out.ll.part holds run' "a .part of another run is refused" \
			$command $here -o out.ll
		$command --force $here -o out.ll
		passes "--force drops it" cmp out.ll before
		: >out.ll
		$command $there -o out.ll
		passes "an empty file may be replaced" cmp out.ll other.ll
		cp $plane out.ll
		refuses 'out.ll is not a losspipe stream of points' $command $there
		[ ! -e out.ll.part ] && [ ! -e out.ll.part.new ]
		ok $? "nothing is left behind"
	}
done

# Several models are several runs in one file.
train --epochs 4 "$model" >run.ll
train --epochs 2 "$model" >short.ll
eval_grid run.ll >whole.ll
eval_grid short.ll >few.ll
n=$(stat -c %s whole.ll)
for cut in $((n / 8)) $((n / 3)) $((n / 2)) $((n * 4 / 5)) $((n - 10)); do
	rm -f out.ll
	head -c $cut whole.ll >out.ll.part
	eval_grid run.ll -o out.ll && cmp -s out.ll whole.ll && [ ! -e out.ll.part ]
	ok $? "evaluations of a run, cut at $cut, are continued"
done
cp few.ll out.ll
eval_grid run.ll -o out.ll
passes "so are those of a run that has grown" cmp out.ll whole.ll
cp whole.ll out.ll
fails 1 'out.ll also holds run' "a run that has shrunk would lose some" \
	eval_grid short.ll -o out.ll
cmp -s out.ll whole.ll && cmp -s out.ll.part few.ll
ok $? "the longer file stays, the new one is its .part"
rm out.ll.part
eval_grid --force short.ll -o out.ll
passes "--force replaces it" cmp out.ll few.ll

# Points that another stage asked for.
printf '1 0.5 0.5\n' | "$ROOT/pipelines/ask" 2>/dev/null >asked.ll
if [ -s asked.ll ]; then
	# shellcheck disable=SC2086
	cat $plane asked.ll | eval_grid --x=-1:1:3 --y=0:1:2 -o out2.ll
	cp out2.ll out.ll
	# shellcheck disable=SC2086
	refuses 'out.ll holds points that are not requested now' eval_grid $here
fi

# Training.
train --epochs 2 "$model" -o t.ll
passes "a run" cmp t.ll short.ll
cp t.ll before
fails 1 't.ll is of another run \(seed is 0 there and 1 here\): choose another -o, or --force' \
	"nettrain refuses another run" train -s 1 --epochs 2 "$model" -o t.ll
cmp -s t.ll before && [ ! -e t.ll.part ] && [ ! -e t.ll.part.new ]
ok $? "and it stays, alone"
train --epochs 4 "$model" -o t.ll
passes "more epochs continue it" cmp t.ll run.ll
fails 1 'is of another run .*another program wrote it' "nettrain refuses a model" \
	sh -c "cp $model t2.ll; nettrain -q -d $D/sets/tiny.npz $plane -o t2.ll $model"
train -s 1 --epochs 2 "$model" >other.ll
train -s 1 --epochs 2 --force "$model" -o t.ll
passes "--force replaces it" cmp t.ll other.ll
cp short.ll t.ll
head -c 3000 other.ll >t.ll.part
fails 1 't.ll.part is of another run' "a .part of another run is refused" \
	train --epochs 2 "$model" -o t.ll
head -c 3000 short.ll >t.ll.part
cp other.ll t.ll
fails 1 't.ll is of another run' "even where the .part is of this one" \
	train --epochs 2 "$model" -o t.ll
cmp -s t.ll other.ll && [ "$(stat -c %s t.ll.part)" = 3000 ]
ok $? "and both stay"

# What they left is not for others.
head -c 1000 whole.ll >q.ll.part
cp q.ll.part before
fails 1 'q.ll.part is what a program that takes long has left' \
	"gridmerge refuses what evalgrid left" gridmerge -o q.ll whole.ll
cmp -s q.ll.part before && [ ! -e q.ll ]
ok $? "and it stays"
gridmerge --force -o q.ll whole.ll
cmp -s q.ll whole.ll && [ ! -e q.ll.part ]
ok $? "--force drops it"
head -c 3000 run.ll >q.ll.part
rm q.ll
fails 1 'has left' "netnew refuses what nettrain left" netnew lenet -o q.ll
done_testing
