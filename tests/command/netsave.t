#!/bin/bash
# netsave: models, directions and points as safetensors and npz.
. "$(dirname "$0")/../tap.sh"
python=/usr/bin/python3
$python -c 'import numpy, msgpack' 2>/dev/null || skip_all "no numpy or msgpack"

# says NAME FILES... < SCRIPT: Python that asserts.
says()
{
	local name=$1
	shift
	$python - "$@" 2>"$T/says.err"
	ok $? "$name"
	sed 's/^/# /' "$T/says.err" | tail -n 3
}
export PYTHONPATH=$T
# A reader of each format, from what is published about it.
cat >"$T/files.py" <<'END'
import json, struct, msgpack
import numpy as np

def safetensors(path):
    b = open(path, 'rb').read()
    n, = struct.unpack('<Q', b[:8])
    assert n % 8 == 0 and b[8:9] == b'{'
    h, at, out = json.loads(b[8:8 + n]), 0, {}
    meta = h.pop('__metadata__')
    assert all(type(v) is str for v in meta.values())
    for name, t in sorted(h.items(), key=lambda t: t[1]['data_offsets']):
        begin, end = t['data_offsets']
        dtype = {'F32': '<f4', 'I64': '<i8'}[t['dtype']]
        assert begin == at and begin % np.dtype(dtype).itemsize == 0
        out[name] = np.frombuffer(b[8 + n + begin:8 + n + end], dtype).reshape(t['shape'])
        at = end
    assert 8 + n + at == len(b)
    return out, meta

def stream(path, kind='tensor', axis=None, rep=0):
    out = {}
    for m, k, h, payload, crc in msgpack.Unpacker(open(path, 'rb')):
        if k == kind and h.get('axis') == axis and h.get('rep', 0) == rep:
            assert h['offset'] == 0
            out[h['name']] = np.frombuffer(payload, h['dtype']).reshape(h['shape'])
    return out

def same(a, b):
    assert list(sorted(a)) == list(sorted(b)), (list(a), list(b))
    for k in a:
        assert a[k].dtype == b[k].dtype and a[k].shape == b[k].shape, k
        assert a[k].tobytes() == b[k].tobytes(), k
END

netload --arch small --label 'a "name"' "$ROOT/tests/data/torch/small_epoch2.pt" >"$T/small.ll"
netsave -o "$T/small.safetensors" "$T/small.ll"
says "a model: names, types, shapes and elements are kept" "$T/small.safetensors" "$T/small.ll" <<'END'
import sys
from files import *
got, meta = safetensors(sys.argv[1])
same(got, stream(sys.argv[2]))
assert got['bn1.num_batches_tracked'].dtype == '<i8' and got['bn1.num_batches_tracked'].shape == ()
assert meta == {'format': 'pt', 'arch': 'small', 'label': 'a "name"', 'epoch': '2', 'acc': '12.5'}, meta
END
netload --arch small "$T/small.safetensors" >"$T/again.ll"
says "netload reads it" "$T/again.ll" "$T/small.ll" <<'END'
import sys
from files import *
same(stream(sys.argv[1]), stream(sys.argv[2]))
END
netload --arch small --label 'a "name"' "$T/small.safetensors" | netsave | cmp -s - "$T/small.safetensors"
ok $? "and netsave writes the same file again"
netsave -t npz -o "$T/small.npz" <"$T/small.ll"
says "npz" "$T/small.npz" "$T/small.ll" <<'END'
import sys
from files import *
same(dict(np.load(sys.argv[1])), stream(sys.argv[2]))
END
says "netload reads that, too" <(netload --arch small "$T/small.npz") "$T/small.ll" <<'END'
import sys
from files import *
same(stream(sys.argv[1]), stream(sys.argv[2]))
END
if $python -c 'import torch' 2>/dev/null; then
	says "it is what PyTorch had" "$T/small.safetensors" "$ROOT/tests/data/torch/small_epoch2.pt" <<'END'
import sys, torch
from files import *
f = torch.load(sys.argv[2], map_location='cpu')
f = f.get('state_dict', f)
same(safetensors(sys.argv[1])[0],
     {k.removeprefix('module.'): v.numpy() for k, v in f.items()})
END
fi

# A network that came as ONNX, with its constants.
netload "$ROOT/tests/data/onnx/encoder.onnx" >"$T/encoder.ll" 2>/dev/null
netsave -o "$T/encoder.safetensors" "$T/encoder.ll"
netload --graph "$ROOT/tests/data/onnx/encoder.onnx" "$T/encoder.safetensors" >"$T/encoder2.ll" 2>/dev/null
says "an ONNX network goes out and comes back" "$T/encoder2.ll" "$T/encoder.ll" <<'END'
import sys
from files import *
same(stream(sys.argv[1]), stream(sys.argv[2]))
END

# Directions, and points of their plane.
dirgen -s 3:4 --over states <"$T/small.ll" >"$T/plane.ll"
netsave --direction y --rep 1 -o "$T/y.safetensors" "$T/plane.ll"
says "a direction" "$T/y.safetensors" "$T/plane.ll" <<'END'
import sys
from files import *
got, meta = safetensors(sys.argv[1])
same(got, stream(sys.argv[2], 'delta', 'y', 1))
END
fnorm <"$T/plane.ll" >"$T/normed.ll"
netsave --direction x -o "$T/x.safetensors" <"$T/normed.ll"
says "what it leaves alone is 0" "$T/x.safetensors" "$T/normed.ll" <<'END'
import sys
from files import *
got, meta = safetensors(sys.argv[1])
here = stream(sys.argv[2], 'delta', 'x')
assert 'bn1.weight' not in here or not here['bn1.weight'].any()
assert not got['bn1.weight'].any() and got['conv1.weight'].any()
for k in here:
    assert got[k].tobytes() == here[k].tobytes()
END
netsave --at=0.5,-2 --rep 1 -o "$T/at.safetensors" "$T/plane.ll"
says "a point of the plane, in float32" "$T/at.safetensors" "$T/plane.ll" <<'END'
import sys
from files import *
got, meta = safetensors(sys.argv[1])
w, x, y = (stream(sys.argv[2], *a) for a in (('tensor',), ('delta', 'x', 1), ('delta', 'y', 1)))
f = np.float32
same(got, {k: (w[k] + (f(0.5) * x[k] + f(-2) * y[k]).astype(w[k].dtype)).astype(w[k].dtype).reshape(w[k].shape) for k in w})
END
netsave --at 0 -o "$T/centre.safetensors" "$T/plane.ll"
cmp -s "$T/centre.safetensors" "$T/small.safetensors"
ok $? "the centre is the model"

cat "$T/small.ll" "$T/plane.ll" >"$T/two.ll"
fails 1 "the stream has 2 models, expected one, or --model N" "several models" netsave "$T/two.ll"
netsave --model 1 --direction y --rep 1 "$T/two.ll" | cmp -s - "$T/y.safetensors"
ok $? "--model chooses"
fails 1 "--model is 2, the stream has models 0 to 1" "a model that is not there" netsave --model 2 "$T/two.ll"
fails 1 "--rep is 2, the model has direction sets 0 to 1" "a set that is not there" \
	netsave --direction x --rep 2 "$T/plane.ll"
fails 1 "has no directions" "a model without directions" netsave --at 1 "$T/small.ll"
fails 2 "exclude each other" "--at and --direction" netsave --at 1 --direction x "$T/plane.ll"
head -c 3000 "$T/small.ll" >"$T/torn"
fails 1 "truncated" "a torn stream leaves no file" netsave -o "$T/torn.safetensors" "$T/torn"
[ ! -e "$T/torn.safetensors" ] && [ ! -e "$T/torn.safetensors.part" ]
ok $? "none at all"
done_testing
