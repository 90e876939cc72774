#!/usr/bin/env bash
# Networks of tokens: the kernels of rows say what the definition says, with the
# same bits for any set of vectors, any block and any number of threads.
. "$(dirname "$0")/../tap.sh"
O=$ROOT/tests/data/onnx

/usr/bin/python3 - "$T/two.npz" <<'PYTHON'
import hashlib, sys, zipfile

def npy(shape, data):
    head = "{'descr': '|u1', 'fortran_order': False, 'shape': %s, }" % (shape,)
    head += ' ' * (-(len(head) + 11) % 64) + '\n'
    return b'\x93NUMPY\x01\0' + len(head).to_bytes(2, 'little') + head.encode() + data

noise = b''.join(hashlib.sha256(b'%d' % i).digest() for i in range(70 * 4))
with zipfile.ZipFile(sys.argv[1], 'w') as npz:
    npz.writestr('x.npy', npy((70, 2, 8, 8), noise))
    npz.writestr('y.npy', npy((70,), bytes(i * 7 % 5 for i in range(70))))
PYTHON

# points FILE: what evaluation determines.
points() { recdump "$1" | grep '^point'; }

for net in transformer encoder blocks mixed lm; do
	data=$T/two.npz file=$O/$net.onnx constants="--mean 0.5,0.4 --std 0.3,0.2"
	[ $net = lm ] && data=$ROOT/tests/data/tokens/lm.npz file=$ROOT/tests/data/tokens/lm.onnx constants=
	# shellcheck disable=SC2086  # options and their words
	netload -q $constants "$file" | dirgen -s 1 | fnorm >"$T/plane.ll"
	grid="-q -d $data --x=-0.3:0.3:2 --y=0.2:0.2:1 $T/plane.ll"
	for cpu in ref base avx2 avx512; do
		# shellcheck disable=SC2086
		LOSSPIPE_CPU=$cpu evalgrid -j1 $grid >"$T/$cpu.ll" 2>"$T/said" && continue
		rm -f "$T/$cpu.ll" # this processor has not got it
		[ $cpu = ref ] || [ $cpu = base ] || grep -q "$cpu" "$T/said"
		ok $? "$net: no $cpu here"
	done
	for cpu in base avx2 avx512; do
		[ -e "$T/$cpu.ll" ] || continue
		passes "$net: $cpu agrees with the reference executor" \
			reccmp --rtol 2e-6 "$T/ref.ll" "$T/$cpu.ll"
	done
	if [ -e "$T/avx512.ll" ]; then
		points "$T/avx2.ll" >"$T/points"
		points "$T/avx512.ll" | cmp -s - "$T/points"
		ok $? "$net: avx2 and avx512, the same bits"
	fi
	# shellcheck disable=SC2086
	evalgrid -j1 $grid >"$T/all.ll"
	points "$T/all.ll" >"$T/points"
	for option in -j3 "-b 1" "-b 3"; do
		# shellcheck disable=SC2086
		evalgrid $option $grid >"$T/other.ll"
		points "$T/other.ll" | cmp -s - "$T/points"
		ok $? "$net: $option, the same bits"
	done
done
done_testing
