#!/usr/bin/env bash
# The studies of the paper, in their small mode: on 48 images, whatever they show.
. "$(dirname "$0")/../tap.sh"
export LOSSPIPE_BIN=${LOSSPIPE_BIN:-$ROOT/build/bin}
study=$ROOT/pipelines/study
outcome='^(holds|does not hold|not distinguishable|void): '

# sums FOLDER: what a study made, but for the seconds that it took.
sums() { (cd "$1" && cksum ./*.ll ./*.svg claims.txt); }

"$study" >"$T/list"
is "$(cut -d ' ' -f 1 "$T/list" | paste -s -d ' ')" \
	"architectures barriers convexity depth directions lines normalisation optimiser paths width" "study names the studies"
is "$(grep -vc '^[a-z]* [^ ].*[^ ]$' "$T/list")" 0 "each with a line"
while read -r name _; do
	passes "$name --small" "$study" "$name" --small "$T/$name"
	grep -Eq "^study: cost: [1-9][0-9]* networks to train, about [0-9.e-]+ h; [1-9][0-9]* grids, about [0-9.e-]+ h; [0-9]+ MB" "$T/passes.err"
	ok $? "it says what it costs before it starts"
	grep -Eq "^study: took: [0-9.e-]+ h of training, [0-9.e-]+ h of grids .[0-9.e-]+ h of processor., [0-9]+ MB" "$T/passes.err"
	ok $? "and what it took when it ends"
	grep -Eq "$outcome" "$T/$name/claims.txt" && ! grep -Evq "$outcome.*[0-9]" "$T/$name/claims.txt"
	ok $? "every claim is held against numbers"
	! grep -Ev 'over ten directions by less than' "$T/$name/claims.txt" | grep -q ' against '
	ok $? "each number stands beside its name"
	networks=$(find "$T/$name" -name 'model-*.ll' | wc -l)
	is "$(grep -Ec '^[a-z0-9_-]+ +1 +[0-9.]+ +[0-9.]+ +[0-9.]+ ' "$T/$name/networks.txt")" "$networks" \
		"every network has a row"
	for picture in "$T/$name"/*.svg; do
		passes "it draws $(basename "$picture")" xmllint --noout "$picture"
	done
done <"$T/list"
is "$(find "$T" -name '*.part')" "" "nothing is left half done"

images=$ROOT/pipelines/samples/fashion-48.npz
passes "optimiser with test images" "$study" optimiser --small -d "train=$images" -d "test=$images" \
	--only sgd-12-0,adam-48-5e-4 "$T/tested"
is "$(grep -o ': [0-9.]* %<' "$T/tested/curves.svg" | awk '{ print $2 }' | paste -s -d ' ')" \
	"$(awk 'NR > 1 { print $7 }' "$T/tested/networks.txt" | paste -s -d ' ')" \
	"the title of each panel has the network's test error"

# Again: nothing is trained, nothing changes.
sums "$T/optimiser" >"$T/before"
passes "optimiser again" "$study" optimiser --small "$T/optimiser"
grep -q 'cost: 0 networks to train, about 0 h; 0 grids' "$T/passes.err" && ! grep -q nettrain "$T/passes.err"
ok $? "there is nothing left to do"
sums "$T/optimiser" | cmp -s - "$T/before"
ok $? "the same bytes"

echo 'sgd-12-0 1 36' >>"$T/optimiser/seconds"
(cd "$T" && "$study" optimiser --small "$T/optimiser") >/dev/null 2>&1
is "$(awk '$1 == "sgd-12-0" { print ($NF >= 0.01) }' "$T/optimiser/networks.txt")" 1 "the table has the hours"

fails 2 'has a network of another recipe .* --epochs 2 .*, expected .* --epochs 7 .*: choose another folder' \
	"networks that were trained otherwise are not taken" "$study" optimiser --small --epochs 7 "$T/optimiser"
passes "--wd is the decay of those that have one" "$study" optimiser --small --cost --wd 1e-3 --only adam-48-1e-3 "$T/decay"
fails 2 '--batch is of no use to study optimiser' "an option that would change nothing" \
	"$study" optimiser --small --batch 8 "$T/x"

# Killed, again and again, as soon as a file of a step is there: the same line goes on.
killed=''
for step in trial.ll run-sgd-12-0-1.ll model-sgd-48-0-1.ll curve-sgd-12-5e-4-1.ll line-adam-48-0-1.ll networks.txt weights.svg; do
	setsid "$study" optimiser --small "$T/killed" >"$T/out" 2>&1 &
	group=$!
	until compgen -G "$T/killed/$step*" >/dev/null || ! kill -0 $group 2>/dev/null; do sleep 0.02; done
	kill -9 -- -$group 2>/dev/null && killed+=" $step"
	wait $group 2>/dev/null
done
is "$(wc -w <<<"$killed")" 7 "it is killed in$killed"
printf 'torn' >"$T/killed/model-sgd-48-0-1.ll.part"
rm -f "$T/killed/model-sgd-48-0-1.ll"
passes "it goes on" "$study" optimiser --small "$T/killed"
sums "$T/killed" | cmp -s - "$T/before"
ok $? "with the same bytes"

# Networks that are there.
model=$T/optimiser/model-sgd-12-0-1.ll
passes "--net takes networks that are there" "$study" optimiser --small \
	--net "sgd-12-0=$model" --net "sgd-48-0=$T/optimiser/run-sgd-48-0-1.ll" "$T/given"
grep -q nettrain "$T/passes.err"
is "$?" 1 "nothing is trained"
cmp -s "$T/given/curve-sgd-48-0-1.ll" "$T/optimiser/curve-sgd-48-0-1.ll"
ok $? "and their curves are the same"
is "$(wc -l <"$T/given/networks.txt")" 3 "only these are there"
is "$(grep -c 'sgd, wd 0: the small batch' "$T/given/claims.txt") $(grep -c adam "$T/given/claims.txt")" "2 0" \
	"what needs others is not claimed"
netnew small --input 3,32,32 --pixels cifar10 >"$T/cifar.ll"
passes "and of other images than the recipe's" "$study" convexity --small --cost \
	-d "train=$ROOT/tests/data/sets/cifar10-40.bin" --net "small=$T/cifar.ll" "$T/other"
fails 2 "names 'x', expected one of the study's: sgd-12-0 " "a network of another name" \
	"$study" optimiser --small --net "x=$model" "$T/x"
fails 2 'nothing is not there, expected a network' "a network that is not there" \
	"$study" optimiser --small --net "sgd-12-0=$T/nothing" "$T/x"
fails 2 'expected NAME=FILE' "no name" "$study" optimiser --small --net "$model" "$T/x"

# Points with groups of images have commas inside of a field.
passes "--images 32" "$study" directions --small --images 32 "$T/groups"
. "$ROOT/pipelines/common.sh"
set +euo pipefail
set -u
is "$(points_csv "$T/groups/curves-lenet-1.ll" | awk -F, '{ print NF }' | sort -u | wc -l)" 1 "rows have one number of fields"

# Seeds, shards, some of the networks, the cost alone.
passes "--seeds 2" "$study" depth --small --seeds 2 --only resnet8,resnet8_noshort "$T/seeds"
is "$(grep -c 'means of 2 seeds, difference' "$T/seeds/claims.txt")" 3 "claims over seeds"
cmp -s "$T/seeds/run-resnet8-1.ll" "$T/seeds/run-resnet8-2.ll"
is "$?" 1 "the seeds differ"
cmp -s "$T/seeds/surface-resnet8-1.ll" "$T/depth/surface-resnet8-1.ll"
ok $? "the first one is that of a single seed"
if command -v parallel >/dev/null; then
	export PARALLEL_HOME=$T/parallel
	mkdir -p "$PARALLEL_HOME" && touch "$PARALLEL_HOME/will-cite"
	passes "--shards 3" "$study" depth --small --shards 3 --only resnet8 "$T/shards"
	gridmerge -o "$T/merged.ll" "$T/depth/surface-resnet8-1.ll"
	cmp -s "$T/shards/surface-resnet8-1.ll" "$T/merged.ll"
	ok $? "has the bytes that gridmerge makes of one run"
	passes "--shards of maps" "$study" convexity --small --shards 2 --only lenet "$T/maps"
	gridmerge -o "$T/merged.ll" "$T/convexity/map-lenet-1.ll"
	cmp -s "$T/maps/map-lenet-1.ll" "$T/merged.ll"
	ok $? "the same of these"
	"$study" convexity --small --shards 2 --points 3 --only lenet "$T/maps" >"$T/out" 2>&1
	is "$? $(grep -Ec "map-lenet-1.ll was asked for by .*--x=-1:1:2 .*, expected .*--x=-1:1:3 .*another folder" "$T/out")" \
		"2 1" "a map of other points is not taken for it"
fi
passes "--of, another trunk" "$study" width --small --cost --of resnet32 "$T/cost"
grep -q 'cost: 4 networks' "$T/passes.err"
ok $? "has its widths"
passes "--of, other architectures" "$study" architectures --small --cost --of lenet,small "$T/cost"
grep -q 'cost: 2 networks' "$T/passes.err"
ok $? "and only these"
passes "--cost" "$study" depth --small --cost "$T/cost"
is "$(find "$T/cost" -name '*.ll')" "" "does nothing else"

fails 2 "'nothing' is no study, expected architectures" "an unknown study" "$study" nothing
fails 2 "'../study' is no study" "a path" "$study" ../study
fails 2 'is no option' "an unknown option" "$study" depth --fast
fails 2 "expected paper, reduced or small" "an unknown recipe" "$study" depth --recipe big
fails 2 'needs a value' "an option without its value" "$study" depth --net
fails 2 "'0', expected a number from 1" "no seeds" "$study" depth --small --seeds 0 "$T/x"
fails 2 'nothing is not there' "no data" "$study" depth -d "$T/nothing" "$T/x"
fails 2 'no network is left' "no network" "$study" depth --small --only resnet9 "$T/x"
done_testing
