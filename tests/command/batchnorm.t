#!/usr/bin/env bash
# evalgrid --bn: running statistics that stay, move, or are found anew.
. "$(dirname "$0")/../tap.sh"
images=$ROOT/tests/data/sets/fashion-48.npz
cd "$T" || exit 1
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >a
# b: two steps from a, so that the way between them is a short one.
nettrain -q -d "$images" --batch 24 --epochs 1 --lr 0.05 a >run
tail -c +"$(($(grep -abo $'\x95\xa4LLv1\xa5begin' run | sed -n '3s/:.*//p') + 1))" run >b

# losses FILE [OPTION...]: "x loss status" of every point.
losses()
{
	local file=$1
	shift
	evalgrid -q -d "$images" "$@" "$file" | gridconv -t csv |
		awk -F, 'NR > 1 { print $3, $5, $NF }'
}

# near A B NAME: the losses of both lists agree to 1e-6: float32 against double.
near()
{
	paste -d' ' "$1" "$2" | awk '
		{ e = ($2 - $5) / $5 } e > 1e-6 || e < -1e-6 || $2 != $2 + 0 { bad = 1 }
		END { exit bad || NR == 0 }'
	ok $? "$3"
	paste -d' ' "$1" "$2" | sed 's/^/# /'
}

# ---- states, fixed ----
dirgen -k toward --over states b <a >way
losses way --x=0:1:2 >moved
(losses a && losses b) >ends
near moved ends "over states the line ends in the other model"
evalgrid -q -d "$images" --x=0:1:2 way >default && evalgrid -q --bn states -d "$images" --x=0:1:2 way |
	cmp -s - default
ok $? "what moves them is states by default"
passes "and is recorded" sh -c "recdump default | grep '^grid' | grep -q 'bn=states'"
losses way --x=0:1:2 --bn fixed >stay
dirgen -k toward b <a | losses /dev/stdin --x=0:1:2 >weights
cmp -s stay weights && ! cmp -s stay moved
ok $? "--bn fixed: the direction moves everything but them"
evalgrid -q -d "$images" --x=-60:60:3 way >far
recdump far | grep '^point' | grep 'status=badvar' |
	grep -q "why=\"*tensor 'bn[1-3].running_var' has variance -"
ok $? "a negative variance is badvar and names the tensor"
is "$(recdump far | grep '^point' | grep 'status=badvar' | grep -c 'loss=nan')" \
	"$(recdump far | grep -c 'status=badvar')" "with no loss"
dirgen -k toward b <a | evalgrid -d "$images" --x=0:1:2 2>warning >/dev/null
grep -q '^evalgrid: warning: running statistics stay those of the first model' warning
ok $? "toward another model without them warns"
dirgen -k toward b <a | evalgrid -d "$images" --x=0:1:2 --bn recompute 2>warning >/dev/null
[ ! -s warning ]
ok $? "not when they are found anew"
dirgen -s 1 <a >random
fails 1 'no direction moves running statistics' "--bn states without such a direction" \
	evalgrid --bn states -d "$images" random

# ---- recompute ----
dirgen -k toward b <a >line
new="--bn recompute --x=-0.5:1.5:5"
# shellcheck disable=SC2086  # $new is a list of options
new_line() { evalgrid -q $new -d "$images" "$@" line; }
new_line -j1 >whole
for option in -j2 -j5 -b1 -b7 -b4096; do
	new_line $option | cmp -s - whole
	ok $? "recompute: same bytes with $option"
done
for i in 0 1 2; do new_line --shard $i/3 >shard-$i; done
gridmerge shard-1 shard-2 shard-0 | cmp -s - <(gridmerge whole)
ok $? "in shards"
head -c 1500 whole >out.part
# shellcheck disable=SC2086
evalgrid -q $new -d "$images" -o out line && cmp -s out whole
ok $? "and continued"
recdump whole | grep '^grid' | grep 'bn=recompute' | grep -q 'bn_data={name=npz n=48 total=48 digest=[0-9a-f]*}'
ok $? "the set is recorded"
run() { recdump "$1" | grep '^grid' | sed 's/.* run=\([0-9a-f]*\) .*/\1/'; }
new_line --bn-images 32 >fewer
new_line --bn-images 32 --sample-seed 1 >others
is "$(for f in whole fewer others; do run $f; done | sort -u | wc -l)" 3 "another set is another run"
dirgen -k toward --over states b <a | losses /dev/stdin --bn recompute --x=0:1:3 >states
losses line --bn recompute --x=0:1:3 >weights
cut -d' ' -f1,2 states >s && cut -d' ' -f1,2 weights | cmp -s - s
ok $? "where the direction took them does not matter"

if /usr/bin/python3 -c 'import msgpack, numpy' 2>/dev/null; then
	for m in a b; do "$ROOT/tests/tool/batchstats.py" "$images" <$m >$m.set; done
	(losses a.set && losses b.set) >oracle
	losses line --bn recompute --x=0:1:2 >ends
	near ends oracle "the statistics are those of numpy in double"
	losses a.set --bn recompute >anew
	losses a.set >centre
	near anew centre "statistics that are the set's stay"
fi

netnew lenet --input 1,28,28 --pixels mnist -s 1 >lenet
is "$(losses lenet --bn recompute)" "$(losses lenet)" "without batch norms nothing changes"

fails 1 'needs training images: a data set called train, or --bn-data' "test images alone" \
	evalgrid --bn recompute -d test="$images" line
passes "--bn-data names the set" evalgrid -q --bn recompute --bn-data "$images" \
	-d test="$images" --x=0:1:2 line
fails 2 'bn-data is for --bn recompute' "--bn-data without it" \
	evalgrid --bn-data "$images" -d "$images" line
fails 1 'images of --bn recompute: the images are 3x' "a set of another size" \
	evalgrid --bn recompute --bn-data "$ROOT/tests/data/sets/cifar10-40.bin" -d "$images" line
evalgrid -v --bn recompute -d "$images" --x=0:1:2 line 2>&1 >/dev/null |
	grep -q '^evalgrid: batch norms: 48 images a point, [0-9.e-]* s, [0-9]* MB$'
ok $? "-v says what it costs"

# ---- captions ----
evalgrid -q -d "$images" --x=0:1:3 way >states.ll
evalgrid -q -d "$images" --x=0:1:3 --bn recompute line >new.ll
contour states.ll new.ll >both.svg
grep -q '>small, bn states<' both.svg && grep -q '>small, bn recompute<' both.svg
ok $? "a picture says which statistics it shows"
contour far 2>/dev/null | grep -q '>a running variance is negative at 2 of 3 points[<;]'
ok $? "and where a variance is negative"
nettrain -q -d "$images" --batch 24 --bn-batch 8 --epochs 1 a >ghosts
dirgen -s 1 --axes 1 <ghosts | fnorm | evalgrid -q -d "$images" --x=0:1:2 |
	contour 2>/dev/null | grep -q 'ghost batches of 8'
ok $? "and that training had ghost batches"
done_testing
