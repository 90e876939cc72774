#!/usr/bin/env bash
# Networks of tokens: a language model has PyTorch's loss, steps and eigenvalues; what does not fit is refused.
. "$(dirname "$0")/../tap.sh"
D=$ROOT/tests/data/tokens
python=/usr/bin/python3
want() { sed -n "s/^$1 //p" "$D/lm.txt" | tr ' ' '\n'; }

# within LIMIT FILE FILE: the numbers differ by less, relatively, line by line.
within()
{
	paste "$2" "$3" | awk -v limit="$1" '
	NF != 2 || $2 == 0 || ($1 / $2 - 1)^2 > limit^2 {
		print "# line " NR ": " $0; bad = 1
	}
	END { exit bad || NR == 0 }'
}

# column NAME FILE: of a CSV
column() { awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } { print $at[name] }' "$2"; }

netload -v "$D/lm.onnx" >"$T/lm.ll" 2>"$T/said"
is "$(grep -o 'ONNX.*' "$T/said")" "ONNX opset 13, 6 tokens below 13, 13 classes, 1368 weights" "what it is"
is "$(sed -n 's/^mask  *\([a-z]*\).*/\1/p' "$T/said")" constant "the mask does not move"
is "$(sed -n 's/^embed.weight  *//p' "$T/said" | tr -s ' ')" "trainable weight 13x8, out_axis 0, 13 filters" \
	"the table does: a row is a filter"
netload -q --graph "$D/lm.onnx" "$D/lm.pt" | cmp -s - "$T/lm.ll"
ok $? "a checkpoint of the module is the same model"

for cpu in ref base; do
	LOSSPIPE_CPU=$cpu evalgrid -q -d "$D/lm.npz" "$T/lm.ll" | gridconv >"$T/$cpu.csv"
	column loss "$T/$cpu.csv" >"$T/got"
	want loss >"$T/wanted"
	within 1e-6 "$T/got" "$T/wanted"
	ok $? "$cpu: the loss"
	column acc "$T/$cpu.csv" >"$T/got"
	want accuracy >"$T/wanted"
	within 1e-8 "$T/got" "$T/wanted"
	ok $? "$cpu: the accuracy, of all tokens"
	is "$(column n "$T/$cpu.csv")" 24 "$cpu: n counts sequences"
done
nettrain -q --lr 0.1 --batch 8 --order file --epochs 1 --every-steps 1 -d "$D/lm.npz" "$T/lm.ll" >"$T/run.ll"
recdump "$T/run.ll" | sed -n 's/.*running_loss=\([-0-9.e+]*\).*/\1/p' >"$T/got"
want sgd >"$T/wanted"
within 1e-5 "$T/got" "$T/wanted"
ok $? "three steps of SGD"
hessgrid -q -k 2 --tolerance 1e-5 -d "$D/lm.npz" "$T/lm.ll" >"$T/eigen.ll"
for end in top bottom; do
	recdump --json "$T/eigen.ll" | sed -n "s/.*\"$end\":\[\([^]]*\)\].*/\1/p" | tr , '\n' >"$T/got"
	want $end >"$T/wanted"
	within 1e-5 "$T/got" "$T/wanted"
	ok $? "eigenvalues, $end"
done

# Positions that are rows of a longer table; attention as both exporters of PyTorch write it.
netload -q "$D/positions.onnx" >"$T/positions.ll"
netload -q --graph "$D/positions.onnx" "$D/positions.pt" | cmp -s - "$T/positions.ll"
ok $? "positions: the whole table is there"
nettrain -q --lr 0.1 --batch 8 --order file --epochs 1 --every-steps 1 -d "$D/lm.npz" "$T/positions.ll" |
	recdump | sed -n 's/.*running_loss=\([-0-9.e+]*\).*/\1/p' >"$T/got"
want positions >"$T/wanted"
within 1e-5 "$T/got" "$T/wanted"
ok $? "and learns"
hessgrid -q -d "$D/lm.npz" "$T/positions.ll" >"$T/h.ll"
ok $? "and has a curvature"
while read -r kind loss; do
	for export in ts dyn; do
		netload -q "$D/$kind.$export.onnx" | evalgrid -q -d "$D/lm.npz" | gridconv >"$T/x.csv"
		column loss "$T/x.csv" >"$T/got"
		echo "$loss" >"$T/wanted"
		within 1e-6 "$T/got" "$T/wanted"
		ok $? "$kind.$export.onnx"
	done
done <"$D/exports.txt"

# A landscape, whatever the threads; the path of training in its plane.
dirgen -s 7 <"$T/lm.ll" | fnorm >"$T/plane.ll"
evalgrid -q -j1 -d "$D/lm.npz" --x=-1:1:5 --y=-1:1:3 "$T/plane.ll" >"$T/a.ll"
evalgrid -q -j3 -d "$D/lm.npz" --x=-1:1:5 --y=-1:1:3 "$T/plane.ll" | cmp -s - "$T/a.ll"
ok $? "a surface is the same for any number of threads"
contour "$T/a.ll" >"$T/a.svg" && grep -q "</svg>" "$T/a.svg"
ok $? "and is drawn"
is "$(recdump "$T/a.ll" | sed -n 's/^grid.* classes=\([0-9]*\) labels=\([0-9]*\).*/\1 \2/p')" "13 6" \
	"the record says classes and labels of a sequence"
gridstat "$T/a.ll" >"$T/stat" 2>&1
ok $? "gridstat reads it"
dirgen -q -k pca "$T/run.ll" | trajproj "$T/run.ll" | evalgrid -q -d "$D/lm.npz" --x=auto:3 --y=auto:3 >"$T/b.ll"
ok $? "principal components and the path"
dirgen -q -k gradient -d "$D/lm.npz" <"$T/lm.ll" >"$T/g.ll"
ok $? "the gradient as a direction"

# What does not fit.
cat >"$T/make.py" <<'END'
import sys, numpy
d = dict(numpy.load(sys.argv[1]))
x, y = d['x'], d['y']
def save(name, x, y): numpy.savez(sys.argv[2] + '/' + name, x=x, y=y)
save('large.npz', numpy.where(x == 5, 13, x), y)
save('negative.npz', x - 1, y)
save('huge.npz', x.astype('int64') + (1 << 24), y)
save('short.npz', x[:, :5], y[:, :5])
save('bytes.npz', x.astype('uint8'), y)
save('reals.npz', x / 13., y)
save('one.npz', x, y[:, 0])
save('many.npz', x, y[:, :3])
save('label.npz', x, y + 1)
save('ignored.npz', x, numpy.where(y == 5, -100, y))
save('flags.npz', x > 3, y)
save('images.npz', numpy.zeros((24, 1, 28, 28), 'uint8'), numpy.zeros(24, 'int64'))
save('hot.npz', numpy.zeros((24, 1, 28, 28), 'uint8'), numpy.eye(10, dtype='int64')[numpy.zeros(24, 'int64')])
for kind in ('uint16', 'int16', 'int64', 'uint32'):
    save(kind + '.npz', x.astype(kind), y.astype('uint8'))
END
if $python "$T/make.py" "$D/lm.npz" "$T" 2>/dev/null; then
	bad() { fails 1 "$2" "$1" evalgrid -q -d "$T/$1.npz" "$T/lm.ll"; }
	bad large "sequence [0-9]* has the token 13, the network knows 0 to 12"
	bad negative "sequence [0-9]* has the token -1, expected 0 to 16777215"
	bad huge "has the token 167772[0-9]*, expected 0 to 16777215"
	bad short "sequences of 5 tokens, the network takes 6"
	bad bytes "has bytes, the network takes tokens: integers N,T .*astype\('int32'\)"
	bad reals "has reals, the network takes tokens"
	bad one "1 label for each sequence, the network has outputs of 6x13, expected a label for each row"
	bad many "3 labels for each sequence, the network has outputs of 6x13"
	bad label "has label 13, the model has 13 classes"
	bad ignored "is -100, expected a label from 0 .*ignore_index"
	bad flags "x holds .*expected bytes .*tokens N,T of integers"
	bad images "has bytes, the network takes tokens"
	netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/small.ll"
	fails 1 "has tokens .integers., the network takes images" "tokens for images" \
		evalgrid -q -d "$D/lm.npz" "$T/small.ll"
	fails 1 "10 labels for each image, .*one-hot labels become y.argmax" "one-hot labels" \
		evalgrid -q -d "$T/hot.npz" "$T/small.ll"
	evalgrid -q -d "$D/lm.npz" "$T/lm.ll" | gridconv | tail -1 | cut -d, -f5,6 >"$T/wanted"
	for kind in uint16 int16 int64 uint32; do
		evalgrid -q -d "$T/$kind.npz" "$T/lm.ll" | gridconv | tail -1 | cut -d, -f5,6 >"$T/got"
		cmp -s "$T/wanted" "$T/got"
		ok $? "tokens of $kind"
	done
fi
fails 1 "--augment crop is for images, the data set has tokens" "augmentation" \
	nettrain --augment crop -d "$D/lm.npz" "$T/lm.ll"
fails 1 "--pixels is for images, the network takes tokens" "pixels" netload --pixels mnist "$D/lm.onnx"
netload -q --pixels none "$D/lm.onnx" | cmp -s - "$T/lm.ll"
ok $? "but none"
done_testing
