#!/bin/bash
# evalgrid --per-class: what each class of the images does stays with its point, and
# readers take one class for all.
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit 1
images=$ROOT/tests/data/sets/fashion-48.npz
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" |
	dirgen -s 1 | fnorm >plane.ll
printf '%s %s %s\n' 4 0.3 0.1 | losspipe run ask >requests.ll
eval_grid() { evalgrid -q --x=-1:1:3 --y=0:1:2 -d "$images" "$@" plane.ll requests.ll; }

has() { # PATTERN NAME COMMAND...
	"${@:3}" 2>&1 | grep -qE -- "$1"
	ok $? "$2"
}

eval_grid >plain.ll
eval_grid --per-class >whole.ll
is "$(recdump whole.ll | grep -c '^classes ')" 7 "a record behind each point"
is "$(recdump whole.ll | grep '^point')" "$(recdump plain.ll | grep '^point')" "which is the same"
eval_grid --per-class -j3 -b7 | cmp -s - whole.ll
ok $? "threads and blocks do not matter"
gridmerge whole.ll >merged.ll
for i in 2 0 1; do eval_grid --per-class --shard $i/3; done | gridmerge | cmp -s - merged.ll
ok $? "nor do shards: gridmerge keeps classes with their points"
gridmerge plain.ll whole.ll | cmp -s - merged.ll
ok $? "a point that comes twice has them"
eval_grid --per-image >images.ll
eval_grid --per-image --per-class >both.ll
gridmerge both.ll >both-merged.ll
for order in 'images.ll whole.ll' 'whole.ll images.ll' 'both.ll plain.ll'; do
	# shellcheck disable=SC2086
	gridmerge $order | cmp -s - both-merged.ll
	ok $? "classes and losses of single images meet: $order"
done
for cut in 1600 2200 2900 4000; do
	head -c $cut both.ll >out.ll.part
	eval_grid --per-class -o out.ll
	gridmerge out.ll | cmp -s - merged.ll
	ok $? "continued after $cut bytes"
	rm out.ll
done
eval_grid -o out.ll
eval_grid --per-class -o out.ll
gridmerge out.ll | cmp -s - merged.ll
ok $? "a complete surface without them is computed again"
eval_grid -o out.ll
gridmerge out.ll | cmp -s - <(gridmerge plain.ll)
ok $? "who does not ask for them leaves them out"

# The law: numbers of images and of those that are found add up to the point's, and
# so do the losses, to the rounding of their sums.
law() { # SURFACE
	gridconv -t classes "$1" >classes.csv
	gridconv "$1" >points.csv
	awk -F, 'FNR == 1 { for (i = 1; i <= NF; i++) at[FILENAME, $i] = i; next }
		{ key = $at[FILENAME, "x"] " " $at[FILENAME, "y"] " " ((FILENAME, "id") in at ? $at[FILENAME, "id"] : "") }
		FILENAME == "classes.csv" {
			n[key] += $at[FILENAME, "n"]
			right[key] += int($at[FILENAME, "acc"] * $at[FILENAME, "n"] / 100 + 0.5)
			loss[key] += $at[FILENAME, "loss"] * $at[FILENAME, "n"]
			next
		}
		{
			all = $at[FILENAME, "n"]
			off = loss[key] / all - $at[FILENAME, "loss"]
			if (n[key] != all || (off < 0 ? -off : off) > 1e-12 * $at[FILENAME, "loss"] ||
			    right[key] != int($at[FILENAME, "acc"] * all / 100 + 0.5))
				print "point", key
			points++
		}
		END { print points, "points" }' classes.csv points.csv
}
is "$(law whole.ll)" "7 points" "the classes of a point make the whole"
is "$(cut -d, -f8,9 classes.csv | sort -u | grep -v class | sort -n | tail -n 1)" "9,Ankle boot" \
	"classes have the names of the file"
evalgrid -q --per-class --sample 200 --split test -d /usr/share/datasets/fashion-mnist --x=0:1:2 --y=0:0:1 \
	plane.ll >fashion.ll
is "$(law fashion.ll)" "2 points" "so do those of a sample"
is "$(cut -d, -f9 classes.csv | sort -u | head -n 1)" "Ankle boot" "Fashion-MNIST is known by its labels"
netnew small --input 3,32,32 --pixels cifar10 >cifar.ll
for data in cifar10-40.bin cifar-10-batches-py; do
	evalgrid -q --per-class -d "$ROOT/tests/data/sets/$data" cifar.ll | gridconv -t classes >classes.csv
	has 'airplane|automobile|frog' "CIFAR-10 has its names: $data" cat classes.csv
done

# One class for all.
gridconv -t classes whole.ll | awk -F, '$9 == "Coat" { print $11 "," $12 "," $10 }' >want
gridconv --class Coat whole.ll | tail -n +2 | cut -d, -f5,6,8 >is
cut -d, -f1,2 want | cmp -s - <(cut -d, -f1,2 is)
ok $? "gridconv --class takes one for all"
gridconv --class 4 whole.ll | cmp -s - <(gridconv --class Coat whole.ll)
ok $? "by its number, too"
has 'class Coat.*5 of 5 images' "gridstat says which" \
	sh -c "gridstat --class Coat whole.ll | tr '\n' ' '"
passes "contour draws it" contour -q --class Coat -o coat.svg whole.ll
has 'class Coat' "and says so" cat coat.svg
passes "landpage too" landpage --class Coat -o coat.html whole.ll
has 'class Coat' "with its name" cat coat.html
for reader in contour landpage gridstat gridconv; do
	$reader -q plain.ll >a 2>/dev/null
	$reader -q whole.ll >b 2>/dev/null
	cmp -s a b
	ok $? "$reader passes the classes by, who does not ask"
done
fails 1 "no images of a class 'coot': did you mean 'Coat'\?" "a near miss" gridconv --class coot whole.ll
fails 1 'there are: T-shirt/top, Trouser' "another word" gridconv --class elephant whole.ll
fails 1 'evalgrid --per-class' "points without classes" contour --class Coat plain.ll
fails 2 'leave out one of them' "--error takes some images only" eval_grid --per-class --error 2%
fails 2 'leave out one of them' "a program has no classes" \
	evalgrid --exec true --per-class plane.ll
netload -q "$ROOT/tests/data/sets/regression.onnx" >regression.ll
fails 1 'real targets, --per-class wants labels' "nor have real targets" \
	evalgrid --loss l2 --raw -d "$ROOT/tests/data/sets/regression.npz" --per-class regression.ll

# What is said twice is held against each other.
[ -x "$python" ] || done_testing
cat >change.py <<'END'
import sys
import losspipe
writer = losspipe.Writer(sys.stdout.buffer)
for record in losspipe.records(open(sys.argv[1], 'rb')):
    kind, h, payload = record[:3]
    if kind == 'begin':
        writer.begin('changed')
    elif kind == 'end':
        writer.end()
    elif kind == 'classes':
        h[sys.argv[2]][int(sys.argv[3])] = eval(sys.argv[4])
        writer.record(kind, h, payload)
    else:
        writer.record(kind, h, payload)
END
change() {
	PYTHONPATH=$ROOT/pipelines "$python" change.py whole.ll "$@" >changed.ll && gridmerge changed.ll >out
}
fails 1 'the classes have 49 images, their point has 48' "numbers of images" change n 0 8
fails 1 'loss is [0-9.]+, the classes make [0-9.]+' "losses" change loss 2 0.5
fails 1 'acc is [0-9.]+, the classes make [0-9.]+' "accuracies" change acc 2 100
fails 1 'expected numbers from 0 that ascend' "numbers of classes" change class 3 2
fails 1 'no loss, sd from 0 and acc' "what is no number" change loss 2 'float("nan")'
fails 1 'no loss, sd from 0 and acc' "what no accuracy is" change acc 2 101
done_testing
