#!/bin/bash
# netload: every tensor of the shared checkpoints as PyTorch itself reads it.
. "$(dirname "$0")/../tap.sh"
[ -d "$SHARED/models" ] || skip_all "no shared data"
python=/usr/bin/python3
$python -c 'import msgpack, torch' 2>/dev/null || skip_all "no python3-torch"

# same FILE [OPTION...]: the stream has the file's tensors, bit by bit.
same()
{
	local file=$1
	shift
	netload "$@" "$file" >"$T/stream" || return
	$python - "$file" "$T/stream" <<'END'
import sys, msgpack, torch
d = torch.load(sys.argv[1], map_location='cpu')
notes = {k: v for k, v in d.items() if isinstance(v, (int, float))}
d = {k.replace('module.', ''): v for k, v in d.get('state_dict', d).items()}
seen = {}
for magic, kind, h, payload, crc in msgpack.Unpacker(open(sys.argv[2], 'rb'), max_buffer_size=0):
    if kind == 'model':
        assert h.get('meta', {}) == notes, h.get('meta')
    if kind == 'tensor':
        seen[h['name']] = seen.get(h['name'], b'') + payload
for name, bytes in seen.items():
    if name in d:
        assert d[name].contiguous().numpy().tobytes() == bytes, name
    else:
        assert name.endswith('num_batches_tracked') and not any(bytes), name
assert not set(d) - set(seen), set(d) - set(seen)
END
}

for n in 20 32 44 56; do
	passes "resnet$n.th" same "$SHARED"/models/resnet$n-*.th --arch resnet${n}_a
done
passes "paper-resnet56.t7" same "$SHARED/models/paper-resnet56.t7"
passes "paper-resnet56_noshort.t7" \
	same "$SHARED/models/paper-resnet56_noshort.t7" --arch resnet56_noshort
for n in densenet_cifar resnet20 resnet56_noshort vgg9; do
	passes "zoo/$n.t7" same "$SHARED/golden/zoo/$n.t7" --arch "$n"
done
for n in lenet mlp; do
	passes "onnx/$n.pt" same "$SHARED/golden/onnx/$n.pt"
done
for file in "$SHARED"/golden/train/*.pt; do
	passes "train/${file##*/}" same "$file"
done
done_testing
