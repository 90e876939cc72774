#!/usr/bin/env bash
# Tied weights: what a file has once under several names is one tensor.
. "$(dirname "$0")/../tap.sh"
python=/usr/bin/python3
[ -x $python ] || skip_all "no python3"
export PYTHONDONTWRITEBYTECODE=1
images=$ROOT/tests/data/sets/fashion-48.npz
W=$ROOT/tests/data/weights
O=$ROOT/tests/data/onnx
make() { $python "$ROOT/tests/tool/weights.py" "$@"; }
load() { netload --arch small --pixels fashion "$@"; }
tensors() { recdump "$1" | grep -c '^tensor'; }
losses() { gridconv "$1" | awk -F, 'NR > 1 { printf "%.6f\n", $5 }'; }

load "$ROOT/tests/data/nets/fashion-small.pt" | netsave >"$T/net.safetensors"
load "$T/net.safetensors" >"$T/plain.ll"
make zip <"$T/net.safetensors" >"$T/x.pt"
load "$T/x.pt" >"$T/x.ll" 2>"$T/err"
is "$(tensors "$T/x.ll") $(wc -l <"$T/err")" "21 0" "nothing is tied"

# An architecture of ours that has both names.
for form in zip legacy; do
	make $form bn3.weight=bn2.weight <"$T/net.safetensors" >"$T/$form.pt"
	load "$T/$form.pt" >"$T/$form.ll" 2>"$T/err"
	is "$? $(cat "$T/err")" "0 netload: warning: $T/$form.pt: tied weights, 1 name stands for a tensor of other names\
 ('bn3.weight' is 'bn2.weight'): each tensor is there, and moves, once" "$form: said"
	is "$(tensors "$T/$form.ll")" 20 "$form: one tensor less"
done
cmp -s "$T/zip.ll" "$T/legacy.ll"
ok $? "both forms are the same model"

# The point of a plane, written out and untied, has the loss that the plane says.
dirgen -s 3 <"$T/zip.ll" | fnorm --ignore none >"$T/plane.ll"
evalgrid -q -d "$images" --x=-0.5:0.5:2 --y=0:0:1 "$T/plane.ll" >"$T/points.ll"
for x in -0.5 0.5; do
	netsave --at "$x,0" "$T/plane.ll" | make copy bn3.weight bn2.weight >"$T/at.safetensors"
	load "$T/at.safetensors" | evalgrid -q -d "$images" >"$T/at.ll"
	losses "$T/at.ll"
done >"$T/untied"
is "$(losses "$T/points.ll")" "$(cat "$T/untied")" "a direction moves both uses"

# slope FILE...: the gradient's slope along itself is the square of its norm.
slope()
{
	dirgen -q -d "$2" -k gradient <"$1" >"$T/gradient.ll"
	for h in 0.0004 0.0008; do
		evalgrid -q -d "$2" --x="-$h:$h:3" "$T/gradient.ll" | gridconv -t csv >"$T/$h.csv"
	done
	$python -c 'import csv, sys
def slope(f):
    r = list(csv.DictReader(open(f)))
    return (float(r[2]["loss"]) - float(r[0]["loss"])) / (float(r[2]["x"]) - float(r[0]["x"]))
s = (4 * slope(sys.argv[1]) - slope(sys.argv[2])) / 3
want = float(sys.argv[3]) ** 2
assert abs(s / want - 1) < 1e-2, (s, want)' "$T/0.0004.csv" "$T/0.0008.csv" \
		"$(recdump "$T/gradient.ll" | sed -n 's/^direction.* slope=\([^ }]*\).*/\1/p')"
}
passes "its gradient is that of all uses" slope "$T/zip.ll" "$images"

# Statistics of a batch norm that is there twice.
# shellcheck disable=SC2046  # five words
make zip $(for n in weight bias running_mean running_var num_batches_tracked; do echo bn3.$n=bn2.$n; done) \
	<"$T/net.safetensors" >"$T/norm.pt"
load -q "$T/norm.pt" >"$T/norm.ll"
is "$? $(tensors "$T/norm.ll")" "0 16" "a module with two names"
# One step as PyTorch takes it with bn3 = bn2 (loss, running mean and weight).
nettrain -q -d "$images" --augment none --epochs 1 --batch 48 --lr 0.1 --momentum 0.9 --wd 0 \
	-o "$T/run.ll" "$T/norm.ll"
passes "is trained as PyTorch trains it" $python - "$T" <<'END'
import json, struct, subprocess, sys
folder = sys.argv[1]
record = subprocess.run(['recdump', '--json', folder + '/run.ll'], capture_output=True).stdout.splitlines()
models = [r['header'] for r in map(json.loads, record) if r['kind'] == 'model']
data = subprocess.run(['netsave', '--model', '1', folder + '/run.ll'], capture_output=True).stdout
n = struct.unpack_from('<Q', data)[0]
header = json.loads(data[8:8 + n])
first = lambda name: struct.unpack_from('<f', data, 8 + n + header[name]['data_offsets'][0])[0]
got = [models[1]['meta']['running_loss'], first('bn2.running_mean'), first('bn2.running_var'), first('bn2.weight')]
want = [0.8723442554, -0.7232865095, 0.7565296888, 0.8633077741]
assert all(abs(a - b) < 1e-5 for a, b in zip(got, want)), got
END

# Parts of one storage.
make zip bn3.weight/bn2.weight bn3.bias/bn3.weight <"$T/net.safetensors" >"$T/x.pt"
load "$T/x.pt" 2>"$T/err" | cmp -s - "$T/x.ll"
is "$? $(wc -l <"$T/err")" "0 0" "behind one another: they are apart"
for form in zip legacy; do
	make $form bn3.weight~bn2.weight <"$T/net.safetensors" >"$T/x.pt"
	fails 1 "tensors 'bn2.weight' and 'bn3.weight' have a part of their storage in common, expected all or nothing" \
		"$form: a part in common is refused" load "$T/x.pt"
done
make zip bn3.bias=bn2.weight <"$T/net.safetensors" >"$T/x.pt"
fails 1 "'bn2.weight' \(norm_weight\) and 'bn3.bias' \(norm_bias\) are one, expected that they are used alike" \
	"so are two uses of one tensor" load "$T/x.pt"

# The graph of a file has one of the names, whichever it is.
netload -q --graph "$O/mixed.onnx" "$W/mixed.safetensors" >"$T/mixed.ll"
make copy head.weight fc.weight <"$W/mixed.safetensors" >"$T/two.safetensors"
fails 1 "1 is left over \(head.weight\)$" "elements that are equal are not tied" \
	netload --graph "$O/mixed.onnx" "$T/two.safetensors"
make zip head.weight=fc.weight <"$T/two.safetensors" >"$T/x.pt"
netload --graph "$O/mixed.onnx" "$T/x.pt" 2>"$T/err" | cmp -s - "$T/mixed.ll"
is "$? $(grep -c "('head.weight' is 'fc.weight')" "$T/err")" "0 1" "a second name is said"
make copy embed.weight fc.weight <"$W/mixed.safetensors" | make rename fc.weight hidden |
	make rename embed.weight fc.weight | make rename hidden embed.weight >"$T/two.safetensors"
make zip fc.weight=embed.weight <"$T/two.safetensors" >"$T/x.pt"
netload --graph "$O/mixed.onnx" "$T/x.pt" 2>"$T/err" | cmp -s - "$T/mixed.ll"
is "$? $(grep -c "('embed.weight' is 'fc.weight')" "$T/err")" "0 1" "so is a first one"

# A graph of a file that reads one initialiser twice, or has it twice.
cat >"$T/graph.py" <<'END'
import random, struct, sys
sys.path.insert(0, sys.argv[1])
from wire import attr, b, model, node, tensor, value
gauss = random.Random(5).gauss


def weight(name, *dims):
    n = dims[0] * dims[1]
    return tensor(name, dims, 1, struct.pack('<%df' % n, *(gauss(0, 2 * dims[1] ** -0.5) for _ in range(n))))


def gemm(x, w, y):
    return node('Gemm', [x, w], [y], attr('transB', 1), name=y)


again = weight('again', 16, 16)
twice = [b(5, again[again.index(b'\x08\x10'):].replace(b'again', b'other'))] if sys.argv[2:] else []
sys.stdout.buffer.write(model(
    node('Flatten', ['x'], ['f'], name='f'), gemm('f', 'first', 'a'), node('Relu', ['a'], ['b'], name='b'),
    gemm('b', 'again', 'c'), node('Relu', ['c'], ['d'], name='d'), gemm('d', 'other' if twice else 'again', 'e'),
    gemm('e', 'last', 'y'), weight('first', 16, 784), again, *twice, weight('last', 10, 16),
    value(11, 'x', (1, 1, 28, 28)), value(12, 'y', (1, 10))))
END
$python "$T/graph.py" "$O" >"$T/one.onnx"
netload -q --pixels fashion "$T/one.onnx" >"$T/one.ll"
is "$(tensors "$T/one.ll")" 3 "an initialiser that two nodes read is one tensor"
passes "with the gradient of both" slope "$T/one.ll" "$images"
$python "$T/graph.py" "$O" twice >"$T/two.onnx"
netload -q --pixels fashion "$T/two.onnx" >"$T/two.ll"
netsave "$T/two.ll" >"$T/two.safetensors"
make zip other=again <"$T/two.safetensors" >"$T/two.pt"
is "$(netload --names-from "$T/two.pt" "$T/two.onnx" 2>&1 >"$T/named.ll")" \
	"netload: warning: 'again' and 'other' are one tensor in $T/two.pt (tied weights) and two in the graph: they move apart" \
	"that an exporter has torn a tensor is said"
netload -q --pixels fashion --graph "$T/two.onnx" "$T/two.pt" >"$T/mended.ll"
is "$(tensors "$T/mended.ll")" 3 "--graph mends it"
is "$(evalgrid -q -d "$images" "$T/mended.ll" | gridconv | cut -d, -f5)" \
	"$(evalgrid -q -d "$images" "$T/one.ll" | gridconv | cut -d, -f5)" "with the same loss"
done_testing
