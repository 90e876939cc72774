#!/usr/bin/env bash
# nettrain: the laws of threads and resumption, and what it refuses.
. "$(dirname "$0")/../tap.sh"
images=$ROOT/tests/data/sets/cifar10-40.bin
netnew -s 3 small --input 3,32,32 --pixels cifar10 >"$T/model.ll"
recipe="-d $images --batch 12 --epochs 3 --lr 0.05 --wd 1e-3 --label-noise 0.1"
# What adam and a cosine refuse.
sgd=--nesterov steps="--milestones 2"
train() {
	case " $* " in
	*" adam "*) set -- $steps "$@" ;;
	*" cosine "*) set -- $sgd "$@" ;;
	*) set -- $sgd $steps "$@" ;;
	esac
	# shellcheck disable=SC2086  # $recipe is a list of options
	nettrain -q $recipe "$@" <"$T/model.ll"
}

# meta: what the checkpoints on stdin say about themselves, one line each.
meta() { recdump -q --partial | grep -o 'meta={[^}]*}'; }

train -j1 >"$T/run.ll"
ok $? "three epochs of 40 images in batches of 12"
is "$(meta <"$T/run.ll" | sed 's/ weight_norm.*//; s/000000000*1 *$//')" \
	"meta={epoch=0 step=0 lr=0.05
meta={epoch=1 step=4 lr=0.05
meta={epoch=2 step=8 lr=0.05
meta={epoch=3 step=12 lr=0.005" "a checkpoint at the start and after each epoch"
evalgrid -q -d "$images" "$T/run.ll" | gridconv -t csv >"$T/points.csv"
is "$(wc -l <"$T/points.csv")" 5 "each is a model as any other"
dirgen -s 1 <"$T/run.ll" | fnorm | evalgrid -q -d "$images" --x=0:1:2 --y=0:0:1 |
	recdump >"$T/plane"
is "$(grep -c '^moment' "$T/plane")" 0 "the optimiser's state ends in evalgrid"

train -d "test=$images" >"$T/tested.ll"
evalgrid -q -d "$images" "$T/tested.ll" | gridconv -t csv | sed 1d | cut -d , -f 5 >"$T/wanted"
meta <"$T/tested.ll" | sed 's/.*test_loss=\([^ ]*\).*/\1/' >"$T/got"
is "$(paste "$T/got" "$T/wanted" | awk '$2 > 0 && ($1 / $2 - 1)^2 < 1e-8' | wc -l)" 4 \
	"the test loss is evalgrid's"

for j in 2 5; do
	train -j$j | cmp -s - "$T/run.ll"
	ok $? "same bytes with -j$j"
done
train -s 1 >"$T/other.ll"
! cmp -s "$T/other.ll" "$T/run.ll"
ok $? "another seed, other bytes"
# shellcheck disable=SC2086
cat "$T/other.ll" "$T/model.ll" | nettrain -q $recipe $sgd $steps | cmp -s - "$T/run.ll"
ok $? "of several models the last one learns"
is "$(train --every 2 | meta | wc -l)" 3 "--every 2: start, second epoch, end"
is "$(train --every-steps 5 | meta | wc -l)" 4 "--every-steps 5: start, 5, 10, end"
is "$(train --epochs 0 | meta | wc -l)" 1 "no epochs: the start alone"
for option in "--bn-batch 5" "--optimiser adam" "--schedule cosine" "--loss mse" \
	"--augment none" "--augment flip" "--augment crop" "--order file" "--warmup 1" \
	"--wd-ignore-biasbn" "--momentum 0.5"; do
	# shellcheck disable=SC2086  # an option and its word
	train $option -j1 >"$T/a.ll" && train $option -j3 | cmp -s - "$T/a.ll" &&
		! cmp -s "$T/a.ll" "$T/run.ll"
	ok $? "$option: other bytes than without, the same for any -j"
done

# A batch in parts is the batch where images do not see each other.
netnew -s 1 lenet --input 3,32,32 --pixels cifar10 >"$T/lenet.ll"
for option in "" "--bn-batch 7"; do
	# shellcheck disable=SC2086
	nettrain -q -d "$images" --lr 0.01 --batch 40 --epochs 2 $option "$T/lenet.ll" |
		recdump | tail -n 30 | grep -o 'running_loss=[0-9.]*' | cut -c 1-20 >>"$T/parts"
done
is "$(sort -u "$T/parts" | wc -l)" 1 "a net without batch norm does not see parts"

# Resumption.
for cut in 10 30000 60000 100000 150000; do
	head -c $cut "$T/run.ll" >"$T/torn.ll"
	train --resume "$T/torn.ll" | cmp -s - "$T/run.ll"
	ok $? "--resume of a run cut at byte $cut: same bytes"
	rm -f "$T/out.ll"
	cp "$T/torn.ll" "$T/out.ll.part"
	train -o "$T/out.ll" && cmp -s "$T/out.ll" "$T/run.ll" && [ ! -e "$T/out.ll.part" ]
	ok $? "-o continues it"
done
train -o "$T/out.ll" && cmp -s "$T/out.ll" "$T/run.ll"
ok $? "-o of a complete run is done at once"
train --optimiser adam --every-steps 5 >"$T/adam.ll"
head -c $(($(stat -c %s "$T/adam.ll") * 3 / 4)) "$T/adam.ll" >"$T/torn.ll"
train --optimiser adam --every-steps 5 --resume "$T/torn.ll" | cmp -s - "$T/adam.ll"
ok $? "adam continues in the middle of an epoch"
cp "$T/adam.ll" "$T/taken.ll.part"
fails 1 'another run' "a .part of another run is refused" \
	sh -c "nettrain -q -d $images -o $T/taken.ll $T/model.ll"
passes "and kept" cmp "$T/adam.ll" "$T/taken.ll.part"
cp "$T/run.ll" "$T/same.ll"
fails 1 'shell has emptied' "--resume refuses its own output" \
	sh -c "nettrain -q -d $images --resume $T/same.ll $T/model.ll >>$T/same.ll"

train --epochs 2 >"$T/short.ll"
train --resume "$T/short.ll" | cmp -s - "$T/run.ll"
ok $? "more epochs continue a complete run: same bytes"
train --epochs 2 -o "$T/long.ll" && train -o "$T/long.ll" && cmp -s "$T/long.ll" "$T/run.ll"
ok $? "-o too"
fails 1 '12 steps already, --epochs 2 are 8' "fewer do not" \
	train --epochs 2 --resume "$T/run.ll"
train --schedule cosine --epochs 2 >"$T/cosine.ll"
fails 1 'epochs is 2 there and 3 here, and with --schedule cosine' \
	"nor with a schedule that depends on their number" \
	train --schedule cosine --resume "$T/cosine.ll"
fails 1 'seed is 0 there and 1 here' "another run is refused by name of what differs" \
	train -s 1 --resume "$T/run.ll"

# shellcheck disable=SC2086
nettrain -q $recipe $sgd $steps --epochs 100 --every 25 -o "$T/killed.ll" "$T/model.ll" &
pid=$!
while [ "$(stat -c %s "$T/killed.ll.part" 2>/dev/null || echo 0)" -lt 40000 ] &&
	kill -0 $pid 2>/dev/null; do sleep 0.05; done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
[ -e "$T/killed.ll.part" ] && [ ! -e "$T/killed.ll" ]
ok $? "killed with -9: a .part is left"
train --epochs 100 --every 25 -o "$T/killed.ll"
train --epochs 100 --every 25 | cmp -s - "$T/killed.ll"
ok $? "and continued, same bytes"

# The test loss is the one that evalgrid finds.
nettrain -q -d "$images" -d "test=$images" --epochs 1 --batch 16 "$T/model.ll" >"$T/tested.ll"
is "$(recdump "$T/tested.ll" | sed -n 's/^model.* test_loss=\([^ ]*\) .*/\1/p' | tail -n 1)" \
	"$(evalgrid -q -d "$images" "$T/tested.ll" | gridconv | tail -n 1 | cut -d , -f 5)" \
	"the test loss is that of evalgrid"

# What goes wrong.
fails 1 'step [0-9]+ \(epoch [0-9]+\): the loss is' "a loss that is no number stops it" \
	sh -c "nettrain -q -d $images --lr 1e30 --epochs 5 -o $T/nan.ll $T/lenet.ll"
[ -e "$T/nan.ll.part" ] && [ ! -e "$T/nan.ll" ] &&
	head -c "$(stat -c %s "$T/nan.ll.part")" "$T/nan.ll.part" | meta | grep -q step=0
ok $? "what was written is kept"
fails 2 'no data' "no data" nettrain "$T/model.ll"
fails 2 'momentum is 1' "a momentum of 1" nettrain -d "$images" --momentum 1 "$T/model.ll"
fails 2 'beta1 is for --optimiser adam' "a constant of adam for sgd" \
	nettrain -d "$images" --beta1 0.8 "$T/model.ll"
fails 2 'nesterov is for --optimiser sgd' "Nesterov's momentum for adam" \
	nettrain -d "$images" --optimiser adam --nesterov "$T/model.ll"
fails 2 'gamma is for --schedule step' "a factor for the cosine" \
	nettrain -d "$images" --schedule cosine --gamma 0.5 "$T/model.ll"
fails 2 'needs a --momentum' "nesterov without momentum" \
	nettrain -d "$images" --momentum 0 --nesterov "$T/model.ll"
fails 1 'has directions' "a plane" \
	sh -c "dirgen -s 1 <$T/model.ll | nettrain -d $images"
fails 1 'images are 3x32x32' "images of another size" \
	sh -c "netnew small --pixels mnist --input 1,28,28 | nettrain -d $images"
done_testing
