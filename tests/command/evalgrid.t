#!/usr/bin/env bash
# evalgrid and gridmerge: the laws of threads, blocks, shards and resumption.
. "$(dirname "$0")/../tap.sh"
images=$ROOT/tests/data/sets/fashion-48.npz
cifar=$ROOT/tests/data/sets/cifar10-40.bin
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" |
	dirgen -s 1:2 | fnorm >"$T/plane.ll"
grid="-d $images --x=-1:1:5 --y=-0.5:0.5:3"
# shellcheck disable=SC2086  # $grid is a list of options
eval_grid() { evalgrid -q $grid "$@" "$T/plane.ll"; }

eval_grid -j1 >"$T/whole.ll"
ok $? "a grid of 2 x 5 x 3 points"
is "$(gridconv -t csv "$T/whole.ll" | wc -l)" 31 "every point is there"
gridmerge -o "$T/canonical.ll" "$T/whole.ll"
is "$(recdump "$T/whole.ll" | sed -n 's/^point.* rep=0 .* ix=\(.\) iy=\(.\) .*/\1\2/p' | tr '\n' ' ')" \
	"00 40 02 42 20 01 21 41 22 10 30 11 31 12 32 " "they are written from coarse to fine"
is "$(recdump "$T/whole.ll" | sed -n 's/^point.* rep=\(.\) .* ix=[04] iy=[02] .*/\1/p' | tr -d '\n')" \
	00001111 "all direction sets of a level before the next one"

for option in -j2 -j3 -b1 -b7 -b4096; do
	eval_grid $option >"$T/again.ll"
	passes "same bytes with $option" cmp "$T/whole.ll" "$T/again.ll"
done

for n in 1 3 64; do
	for ((i = 0; i < n; i++)); do
		eval_grid -j1 --shard $i/$n >"$T/shard-$n-$i.ll"
	done
	gridmerge "$T"/shard-$n-*.ll >"$T/merged.ll"
	passes "$n shards united are the whole" cmp "$T/canonical.ll" "$T/merged.ll"
done
# shellcheck disable=SC2046  # file names without blanks
cat $(printf '%s\n' "$T"/shard-3-*.ll "$T"/shard-3-1.ll | sort -R --random-source=/dev/zero) |
	gridmerge >"$T/merged.ll"
passes "shuffled shards on stdin, one of them twice" cmp "$T/canonical.ll" "$T/merged.ll"

fails 1 'missing: \(1,0 rep 0\)' "gridmerge names what is missing" \
	gridmerge "$T/shard-3-0.ll" "$T/shard-3-2.ll"
gridmerge --partial "$T/shard-3-0.ll" >"$T/partial.ll" 2>"$T/err"
ok $? "gridmerge --partial writes what there is"
passes "and says what is missing" grep -q '20 of 30 points are missing' "$T/err"
head -c 2000 "$T/whole.ll" >"$T/torn.ll"
fails 1 truncated "gridmerge refuses a torn shard" gridmerge "$T/torn.ll"
gridmerge -q --partial "$T/torn.ll" "$T"/shard-3-*.ll >"$T/merged.ll"
passes "gridmerge --partial salvages it" cmp "$T/canonical.ll" "$T/merged.ll"

# Resumption: the same line typed again.
eval_grid -o "$T/out.ll" && cmp -s "$T/out.ll" "$T/whole.ll"
ok $? "-o writes the same bytes"
for cut in 10 1500 2500 4000 6000; do
	rm -f "$T/out.ll"
	head -c $cut "$T/whole.ll" >"$T/out.ll.part"
	eval_grid -o "$T/out.ll" && cmp -s "$T/out.ll" "$T/whole.ll" &&
		[ ! -e "$T/out.ll.part" ] && [ ! -e "$T/out.ll.part.new" ]
	ok $? "-o continues a file cut at byte $cut"
done
eval_grid -o "$T/out.ll" && cmp -s "$T/out.ll" "$T/whole.ll"
ok $? "-o of a complete file is done at once"
rm "$T/out.ll"
head -c 4000 "$T/canonical.ll" >"$T/out.ll.part"
eval_grid -o "$T/out.ll" && gridmerge "$T/out.ll" | cmp -s - "$T/canonical.ll"
ok $? "-o continues a file in the order of version 0.1.0"
numbers() { recdump --partial "$@" 2>"$T/err" | sed -n 's/^point.* rep=\(.\) .* ix=\(.\) iy=\(.\) .*/\1\2\3/p'; }
head -c 4000 "$T/canonical.ll" | numbers >"$T/had"
is "$(numbers "$T/out.ll" | head -n "$(wc -l <"$T/had")" | sort)" "$(cat "$T/had")" \
	"whose points all come first: none is lost when it is killed again"
eval_grid --resume "$T/torn.ll" >"$T/again.ll"
passes "--resume takes the points of a torn file" cmp "$T/whole.ll" "$T/again.ll"
cp "$T/torn.ll" "$T/other.ll.part"
fails 1 'holds run .* this is run' "a .part of another grid is refused" \
	evalgrid -q -d "$images" --x=-1:1:3 --y=0:1:2 -o "$T/other.ll" "$T/plane.ll"
passes "and kept" cmp "$T/torn.ll" "$T/other.ll.part"
cp "$T/torn.ll" "$T/same.ll"
fails 1 'shell has emptied' "--resume refuses its own output" \
	sh -c "evalgrid -q $grid --resume $T/same.ll $T/plane.ll >>$T/same.ll"

# Kill -9 in the middle, then again.  The grid lasts long enough to be caught in it;
# the sanitizers are slow, they need fewer points for that.
points="--x=-1:1:201 --y=0:1:21"
[ -n "${SHORT:-}" ] && points="--x=-1:1:51 --y=0:1:5"
fine="-q -j1 -d $images $points"
# shellcheck disable=SC2086  # $fine is a list of options
evalgrid $fine -o "$T/killed.ll" "$T/plane.ll" &
pid=$!
while [ "$(stat -c %s "$T/killed.ll.part" 2>/dev/null || echo 0)" -lt 2500 ] &&
	kill -0 $pid 2>/dev/null; do :; done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
[ -e "$T/killed.ll.part" ] && [ ! -e "$T/killed.ll" ]
ok $? "killed with -9: a .part is left"
# shellcheck disable=SC2086
evalgrid $fine -o "$T/killed.ll" "$T/plane.ll" 2>"$T/err"
# shellcheck disable=SC2086
evalgrid $fine "$T/plane.ll" | cmp -s - "$T/killed.ll"
ok $? "and continued, same bytes"

# The reference executor is the definition.
netnew resnet20_a --pixels cifar10 -s 3 | dirgen -s 1 | fnorm >"$T/resnet.ll"
LOSSPIPE_CPU=ref evalgrid -q -d "$cifar" -n 8 --x=-1:1:2 --y=0:0.5:2 "$T/resnet.ll" >"$T/ref.ll"
for cpu in base avx2 avx512; do
	LOSSPIPE_CPU=$cpu evalgrid -q -d "$cifar" -n 8 --x=-1:1:2 --y=0:0.5:2 "$T/resnet.ll" >"$T/fast.ll"
	passes "LOSSPIPE_CPU=$cpu agrees with the reference executor" \
		reccmp --rtol 1e-4 --atol 1e-5 "$T/ref.ll" "$T/fast.ll"
done

# Kernels are not mixed unknowingly.
LOSSPIPE_CPU=base eval_grid >"$T/base.ll"
LOSSPIPE_CPU=ref evalgrid -q -d "$images" --x=-1:1:5 --y=-0.5:0.5:3 --shard 1/15 "$T/plane.ll" >"$T/ref-1.ll"
fails 1 "different kernels, 'gemm .*' and 'reference C'.*LOSSPIPE_CPU=avx2 .*gridmerge --mixed joins" "gridmerge refuses shards of two kernels" \
	gridmerge "$T/base.ll" "$T/ref-1.ll"
gridmerge --mixed "$T/base.ll" "$T/ref-1.ll" >"$T/merged.ll"
passes "gridmerge --mixed joins them, the first one's points stay" cmp <(gridmerge "$T/base.ll") "$T/merged.ll"

# Options and input.
fails 2 'no data' "no data is a usage error" evalgrid "$T/plane.ll"
fails 2 "x is '-0x1p0', expected a finite decimal" "hexadecimal reals are no numbers" \
	evalgrid -d "$images" --x=-0x1p0:1:3 "$T/plane.ll"
fails 2 "x is '1:2'" "a bad range is a usage error" evalgrid -d "$images" --x=1:2 "$T/plane.ll"
fails 2 'shard' "a bad shard is a usage error" evalgrid -d "$images" --shard 3/3 "$T/plane.ll"
netnew lenet --input 1,28,28 -s 1 --pixels mnist >"$T/lenet.ll"
fails 1 '3x32x32|1x28x28|1 x 28' "images of another size are refused" \
	evalgrid -d "$cifar" "$T/lenet.ll"
fails 1 'x is given' "--x without directions is refused" \
	evalgrid -d "$images" --x=-1:1:3 "$T/lenet.ll"
netnew resnet20_a | dirgen -s 1 >"$T/bare.ll"
fails 1 'pixels' "a model without input constants needs --pixels" evalgrid -d "$cifar" "$T/bare.ll"
# What a person should know of a grid that was not spoken of.
netnew -s 1 --pixels fashion small | dirgen -s 7 | tee "$T/plain.ll" | fnorm >"$T/normal.ll"
says="random directions are not normalised"
evalgrid -d "$ROOT/pipelines/samples/fashion-48.npz" -n 4 --x=-1:1:2 --y=-1:1:2 "$T/plain.ll" 2>"$T/err" >"$T/out"
is "$(grep -c "$says.*(fnorm normalises)" "$T/err")" 1 "directions that are not normalised are called that"
evalgrid -d "$ROOT/pipelines/samples/fashion-48.npz" --x=-1:1:2 "$T/normal.ll" 2>"$T/err" >"$T/out"
is "$(cat "$T/err")" "evalgrid: warning: no --y: it is -1:1:51, in all 102 points" \
	"--x alone: which y, and how many points"
evalgrid -d "$ROOT/pipelines/samples/fashion-48.npz" --y=-1:1:2 --shard 0/2 "$T/normal.ll" 2>"$T/err" >"$T/out"
is "$(cat "$T/err")" "evalgrid: warning: no --x: it is -1:1:51, in all 51 points" "--y alone, in a shard"
passes "--estimate prints and evaluates little" \
	sh -c "evalgrid --estimate $grid $T/plane.ll | grep -q '30 points x 48 images'"
evalgrid -q -d "train=$images" -d "test=$images" "$T/plane.ll" --x=0:1:2 --y=0:0:1 |
	recdump | grep ^point | sed 's/.* set=\([a-z]*\) .* loss=\([^ ]*\) .*/\1 \2/' >"$T/sets"
is "$(cut -d' ' -f1 "$T/sets" | tr '\n' ' ')" "train test train test train test train test " \
	"two data sets: one record each, side by side"
is "$(cut -d' ' -f2 "$T/sets" | uniq -c | awk '{ print $1 }' | sort -u)" 2 "of the same images: equal losses"

# Other data: pickles of CIFAR, reals as they are, real targets.
S=$ROOT/tests/data/sets
# values DATA...: what is measured of the model on standard input
values()
{
	evalgrid -q "$@" | gridconv -t csv | tail -n +2 | cut -d, -f5-7
}
netnew resnet20_a --pixels cifar10 -s 3 >"$T/resnet-alone.ll"
is "$(values -d "$S/cifar-10-batches-py" "$T/resnet-alone.ll")" \
	"$(values -n 5 -d "$cifar" "$T/resnet-alone.ll")" "the pickles of CIFAR-10"
netload --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/small.ll"
is "$(values --raw -d "$S/raw.npz" "$T/small.ll")" "$(values -n 4 -d "$images" "$T/small.ll")" \
	"--raw takes normalised images as they are"
is "$(values --raw -d "$S/raw-images.npy" "$T/small.ll")" \
	"$(values -n 2 -d "$images" "$T/small.ll")" "images and labels in .npy files"
netload "$S/regression.onnx" >"$T/regression.ll"
is "$(values --raw --loss l2 -d "$S/regression.npz" "$T/regression.ll" |
	awk -F, '{ printf "%.7g %s %d", $1, $2, $3 }')" "$(cat "$S/regression.txt")  7" \
	"l2 is PyTorch's mean squared error, without accuracy"
passes "a surface of l2 can be drawn" sh -c "dirgen -s 1 <$T/regression.ll | fnorm |
	evalgrid -q --raw --loss l2 -d $S/regression.npz --x=-1:1:4 --y=-1:1:4 | contour >$T/l2.svg"
fails 1 "has real targets, expected class labels" "targets for mse" \
	evalgrid --raw --loss mse -d "$S/regression.npz" "$T/regression.ll"
fails 1 "has class labels, --loss l2 wants real targets" "labels for l2" \
	evalgrid --loss l2 -d "$images" "$T/small.ll"
fails 1 "1 target for an image, the model has 2 outputs" "too few targets" \
	evalgrid --raw --loss l2 -d "$S/regression-one.npz" "$T/regression.ll"
fails 1 "y holds nan" "targets that are no numbers" \
	evalgrid --raw --loss l2 -d "$S/regression-nan.npz" "$T/regression.ll"
fails 1 "the images are bytes, --raw wants reals" "bytes for --raw" \
	evalgrid --raw -d "$images" "$T/small.ll"
fails 2 "--raw excludes" "constants for --raw" \
	evalgrid --raw --pixels none -d "$S/raw.npz" "$T/small.ll"
fails 1 "pixels reach .*: --raw takes" "a row of numbers without --raw" \
	evalgrid --loss l2 -d "$S/regression.npz" "$T/regression.ll"
# -v: who does what; the shares of operations, and of time, are of one whole.
eval_grid -v >"$T/verbose.ll" 2>"$T/err"
passes "-v changes no byte" cmp "$T/whole.ll" "$T/verbose.ll"
if grep -q '^fast:' "$T/err"; then
	sum() { awk -v f="$1" '/ steps? / { s += $f } END { print (s > 99 && s < 101) }' "$T/err"; }
	sed -i 's/ plain C,/ plain-C,/; s/ \(max\|average\) pool,/ pool,/; s/ in place,/ in-place,/' "$T/err"
	is "$(sum 5)" 1 "shares of the operations"
	is "$(sum 10)" 1 "shares of the time"
else
	passes "or which plan is it" grep -Eq '^(gemm|reference): ' "$T/err"
fi

done_testing
