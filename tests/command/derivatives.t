#!/usr/bin/env bash
# What evalgrid runs can be trained and has a curvature: imported networks with
# attention, normalisations, and activations that no architecture has.
. "$(dirname "$0")/../tap.sh"
O=$ROOT/tests/data/onnx

/usr/bin/python3 - "$T/two.npz" <<'PYTHON'
import hashlib, sys, zipfile

def npy(shape, data):
    head = "{'descr': '|u1', 'fortran_order': False, 'shape': %s, }" % (shape,)
    head += ' ' * (-(len(head) + 11) % 64) + '\n'
    return b'\x93NUMPY\x01\0' + len(head).to_bytes(2, 'little') + head.encode() + data

noise = b''.join(hashlib.sha256(b'%d' % i).digest() for i in range(11 * 4))
with zipfile.ZipFile(sys.argv[1], 'w') as npz:
    npz.writestr('x.npy', npy((11, 2, 8, 8), noise))
    npz.writestr('y.npy', npy((11,), bytes(i * 7 % 5 for i in range(11))))
PYTHON

# losses FILE: the mean losses of a run's checkpoints.
losses()
{
	recdump --json "$1" | sed -n 's/.*"running_loss":\([-0-9.e+]*\).*/\1/p'
}

for net in transformer encoder blocks mixed same einsum alone.fixed; do
	netload -q --mean 0.5,0.4 --std 0.3,0.2 "$O/$net.onnx" >"$T/$net.ll"
	nettrain -q -j1 -d "$T/two.npz" --batch 6 --lr 0.01 "$T/$net.ll" >"$T/one"
	ok $? "$net: trained"
	nettrain -q -j3 -d "$T/two.npz" --batch 6 --lr 0.01 "$T/$net.ll" | cmp -s - "$T/one"
	ok $? "$net: with any number of threads"
	LOSSPIPE_CPU=ref nettrain -q -d "$T/two.npz" --batch 6 --lr 0.01 "$T/$net.ll" >"$T/two"
	paste <(losses "$T/one") <(losses "$T/two") | awk '
		NF != 2 || ($1 - $2) ^ 2 > 1e-10 * $1 ^ 2 { exit bad = 1 }
		END { exit bad || NR == 0 }'
	ok $? "$net: by any executor"
	dirgen -q -k hessian -d "$T/two.npz" --ignore none <"$T/$net.ll" >"$T/plane.ll"
	ok $? "$net: eigenvectors"
	evalgrid -q --bn recompute --bn-data "$T/two.npz" -d "$T/two.npz" --x=0:1:2 --y=0:0:1 \
		"$T/plane.ll" >"$T/points.ll"
	ok $? "$net: statistics of batch norms"
done
done_testing
