#!/bin/bash
# netload: what it takes files for, order, metadata, refusals.
. "$(dirname "$0")/../tap.sh"
D=$ROOT/tests/data/torch

# said FILE...: what -v says, without the folder
said()
{
	netload -v "$@" 2>&1 >/dev/null | grep ^netload: | sed "s,$D/,,"
}

is "$(said "$D/small_epoch2.pt")" \
	"netload: small_epoch2.pt: small, 1x28x28, 10 classes, 3794 weights" \
	"finds the architecture"
is "$(said --arch small --input 1,32,32 "$D/small_7.pt")" \
	"netload: small_7.pt: small, 1x32x32, 7 classes, 3743 weights" \
	"finds the classes, takes the input, old files lack counters"
is "$(said "$D/small_epoch10.pt" "$D/small_epoch2.pt" | cut -d' ' -f2)" \
	"small_epoch2.pt:
small_epoch10.pt:" "several files come by epoch"
cp "$D/small_7.pt" "$T/step10.pt"
cp "$D/small_epoch10.pt" "$T/step9.pt"
is "$(said "$T/step10.pt" "$T/step9.pt" | cut -d' ' -f2)" \
	"$T/step9.pt:
$T/step10.pt:" "without epochs by name, numbers by value"

netload "$D/small_epoch2.pt" >"$T/a" && netload <"$D/small_epoch2.pt" >"$T/b" &&
	netload - <"$D/small_epoch2.pt" >"$T/c"
ok $? "reads standard input"
cmp -s "$T/a" "$T/b" && cmp -s "$T/a" "$T/c"
ok $? "a redirected file gives the same bytes"
# shellcheck disable=SC2002 # a pipe is what is tested
cat "$D/small_epoch2.pt" | netload | cmp -s - "$T/a"
ok $? "a pipe gives the same bytes"
cp "$D/small_epoch2.pt" "$T/picture.png"
netload "$T/picture.png" | cmp -s - "$T/a"
ok $? "the name of a file tells nothing"
netload -o "$T/d" "$D/small_epoch2.pt" && cmp -s "$T/a" "$T/d"
ok $? "-o writes the same file"
netload "$D/small_epoch2.pt" "$D/small_epoch10.pt" >"$T/both"
netload "$D/small_epoch10.pt" | cat "$T/a" - | cmp -s - "$T/both"
ok $? "one segment for each file"

fails 1 "small_wrong.pt: not small: 2 tensors are missing \(conv1.weight, bn1.bias\); 1 is left over \(extra\); 1 has another shape \(fc.weight <f4 10x17, expected <f4 10x16\)$" \
	"a mismatch lists everything" netload --arch small "$D/small_wrong.pt"
fails 1 "no architecture of ours has these tensors \\(20: .*--graph model.onnx .*torch-model" "nothing fits" \
	netload "$D/small_wrong.pt"
fails 1 "did you mean resnet20" "unknown architecture" \
	netload --arch resnet21 "$D/small_7.pt"
fails 1 "fc.weight <f4 7x16, expected <f4 10x16" "other classes" \
	netload --arch small --classes 10 "$D/small_7.pt"
fails 1 "--pixels imagenet has 3 channels, the input has 1" \
	"constants of other channels" netload --pixels imagenet "$D/small_7.pt"
fails 2 "--pixels mnist excludes --mean: both are the input constants" "constants said twice" \
	netload --pixels mnist --mean 0.3 --std 0.3 "$D/small_7.pt"
fails 2 "--pixels mnist excludes --std" "half of them said twice" netload --pixels mnist --std 0.3 "$D/small_7.pt"
fails 1 "^netload: --graph: .*small_7.pt: a PyTorch checkpoint, expected an ONNX file .*: it is netload's operand" \
	"the file of --graph is at fault, and named alone" netload --graph "$D/small_7.pt" "$D/small_7.pt"
fails 1 "module.pt: holds the object torch.nn.*torch.save" "a whole module" \
	netload "$D/module.pt"
fails 1 "script.pt: an archive of TorchScript.*torch.save" "TorchScript" \
	netload "$D/script.pt"
fails 1 "nowhere.pt: No such file" "a missing file" netload nowhere.pt
fails 1 "standard input: empty" "an empty input" netload </dev/null
fails 1 "standard input is one of 2 files" "standard input among others" \
	netload - "$D/small_7.pt"
fails 2 "^netload: --input is '3,4', expected" "short input" netload --input 3,4 x
fails 1 "standard input: a text file, expected a checkpoint" "an endless input of other bytes" \
	bash -c 'yes | netload'
fails 1 "No space left" "a full disk" \
	bash -c "netload '$D/small_7.pt' >/dev/full"
netload -o "$T/e" "$D/small_wrong.pt" 2>/dev/null
[ ! -e "$T/e" ] && [ ! -e "$T/e.part" ]
ok $? "a failure leaves no output"

W=$ROOT/tests/data/weights
for file in small.safetensors small.npz; do
	netload "$W/$file" | cmp -s - "$T/a"
	ok $? "$file gives the same bytes as the PyTorch file"
	netload <"$W/$file" | cmp -s - "$T/a"
	ok $? "$file on standard input"
done
netload --no-checksum "$W/small_no_crc.pt" | cmp -s - "$T/a"
ok $? "--no-checksum reads an archive without CRCs"
fails 1 "small_no_crc.pt: entry .* another CRC .*--no-checksum" \
	"an archive without CRCs" netload "$W/small_no_crc.pt"
fails 1 "a folder, expected a file$" "a folder" netload "$W"
fails 1 "types.npz: not small: 18 tensors are missing.* 19 are left over" \
	"arrays of another network" netload --arch small "$W/types.npz"

O=$ROOT/tests/data/onnx
is "$(netload -v "$O/mixed.onnx" 2>&1 >/dev/null | grep ^netload: | sed "s,$O/,,")" \
	"netload: mixed.onnx: ONNX opset 13, 2x8x8, 5 classes, 555 weights" \
	"an ONNX file needs no architecture"
is "$(netload "$O/mixed.fixed.onnx" 2>&1 >/dev/null | grep -c 'warning: .*TrainingMode.PRESERVE')" \
	1 "folded batch norms draw a warning"
netload "$O/transformer.onnx" >"$T/o1" && netload <"$O/transformer.onnx" | cmp -s - "$T/o1"
ok $? "ONNX on standard input gives the same bytes"
recdump "$T/o1" >/dev/null
ok $? "the stream of an ONNX model can be read"
netload --graph "$O/mixed.onnx" "$O/mixed.pt" >"$T/o2" && netload "$O/mixed.onnx" | cmp -s - "$T/o2"
ok $? "--graph with the weights of a checkpoint is the same model"
netload --graph "$O/mixed.onnx" "$W/mixed.safetensors" | cmp -s - "$T/o2"
ok $? "--graph with safetensors is the same model"
fails 1 "mixed.onnx: --classes is 7, the graph has 5" "classes of a graph" \
	netload --classes 7 "$O/mixed.onnx"
fails 1 "mixed.onnx: --input is 2x9x9, the model takes 2x8x8" "input of a graph" \
	netload --input 2,9,9 "$O/mixed.onnx"
fails 1 "mixed.onnx: .*--arch is for weight files" "an architecture for a graph" \
	netload --arch small "$O/mixed.onnx"

# Names by equal elements; what moves.
N=$ROOT/tests/data/nets/fashion-small.pt
# surface: x, y, loss and accuracy over the model on standard input
surface()
{
	dirgen -s 7 | fnorm | evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" \
		--x=-1:1:3 --y=-1:1:3 | gridconv -t csv | cut -d, -f3-6
}
netload --arch small --pixels fashion "$N" | surface >"$T/s1"
netload -q --pixels fashion --names-from "$N" "$O/nameless.onnx" | surface >"$T/s2"
[ "$(wc -l <"$T/s1")" -eq 10 ] && cmp -s "$T/s1" "$T/s2"
ok $? "a checkpoint and an ONNX file of lost names have the same surface"
netload -q --pixels fashion "$O/nameless.onnx" | surface | cmp -s - "$T/s1"
[ $? -eq 1 ]
ok $? "without the names another one"
is "$(netload --names-from "$N" "$O/nameless.onnx" 2>&1 >/dev/null)" "" \
	"elements that were found were not folded"
netload --names-from "$O/transformer.pt" "$O/transformer.fixed.onnx" >"$T/n1"
netload --graph "$O/transformer.fixed.onnx" --names-from "$O/transformer.pt" \
	"$O/transformer.pt" | cmp -s - "$T/n1"
ok $? "--graph turns the matrices of a checkpoint"
is "$(netload -v --freeze '*' --train 'fc.*' --arch small "$N" 2>&1 >/dev/null |
	awk '/^(conv2|fc).weight|^bn1.running_mean/ { print $1, $2, $4, $6, $7 }')" \
"bn1.running_mean statistic 8  
conv2.weight frozen 16x8x3x3, 0, 16
fc.weight trainable 10x16, 0, 10" "-v lists what moves"
is "$(netload -v "$O/transformer.fixed.onnx" 2>&1 >/dev/null | grep ^attention.qkv.weight |
	tr -s ' ')" "attention.qkv.weight trainable weight 8x24, out_axis 1, 24 filters" \
	"the filters of a MatMul lie along its last axis"
netload --freeze '*' --train 'fc.*' --arch small "$N" | dirgen -s 1 |
	recdump 2>/dev/null >"$T/frozen"
ok $? "a frozen network can be read"
fails 1 "nameless.onnx: --names-from .*mixed.pt: none of the 12 trainable" \
	"names of another network" netload --names-from "$O/mixed.pt" "$O/nameless.onnx"
fails 1 "a checkpoint has the names" "names for a checkpoint" \
	netload --names-from "$N" --arch small "$N"
fails 1 "--freeze 'head' matches none of the 21 tensors" "an idle rule" \
	netload --freeze head --arch small "$N"

python=/usr/bin/python3
$python -c 'import msgpack' 2>/dev/null || done_testing
is "$($python - "$T/a" <<'END'
import struct, sys, msgpack
for magic, kind, h, payload, crc in msgpack.Unpacker(open(sys.argv[1], 'rb'), max_buffer_size=0):
    if kind == 'model':
        print(h['arch'], h['meta'])
    if kind == 'tensor' and h['name'] == 'fc.weight':
        print([v * 1024 for v in struct.unpack('<160f', payload)] == list(range(160)))
    if kind == 'tensor' and h['name'] == 'bn2.num_batches_tracked':
        print(struct.unpack('<q', payload))
END
)" "small {'epoch': 2, 'acc': 12.5}
(2,)
True" "Python reads metadata and elements"

done_testing
