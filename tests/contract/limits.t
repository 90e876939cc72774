#!/bin/bash
# Under a limit of memory (ulimit -v) what multiplies ends: with the bytes that it
# writes otherwise, or with one line.
. "$(dirname "$0")/../tap.sh"
case ${BUILD:-} in *san*) skip_all "the sanitizers map more than any limit" ;; esac
D=$ROOT/tests/data
cd "$T" || exit

# ends NAME COMMAND...: under every limit.
ends()
{
	local name=$1 kib wrong="" status
	shift
	"$@" >whole 2>/dev/null
	for kib in 40000 56000 72000 96000 130000 160000 190000 220000 260000 300000; do
		(ulimit -v $kib && exec timeout -s KILL 60 "$@") >out 2>err
		status=$?
		[ $status -eq 0 ] && cmp -s out whole && continue
		[ $status -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q memory err && continue
		wrong="$wrong $kib: status $status"
	done
	is "$wrong" "" "$name"
}

tiny="$D/sets/tiny.npz"
grid="--x=-1:1:2 --y=0:1:2"
# shellcheck disable=SC2086  # a list of options
{
	ends evalgrid evalgrid -q -j2 -d "$tiny" $grid "$D/streams/plane.ll"
	ends hessgrid hessgrid -q -j1 -d "$tiny" $grid "$D/streams/plane.ll"
	ends "hessgrid, two threads" hessgrid -q -j2 -d "$tiny" $grid "$D/streams/plane.ll"
}
# An attention network: each of the threads multiplies by OpenBLAS.
netload -q --mean 0.5,0.4 --std 0.3,0.2 "$D/onnx/transformer.onnx" | dirgen -q -s 7 | fnorm -q >attention.ll
python3 - <<'EOT'
import io, zipfile
def npy(kind, shape, data):
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    head += b' ' * (-(len(head) + 11) % 64) + b'\n'
    return b'\x93NUMPY\x01\x00' + len(head).to_bytes(2, 'little') + head + data
with zipfile.ZipFile('two.npz', 'w') as file:
    file.writestr('x.npy', npy('|u1', (64, 2, 8, 8), bytes(i * 37 % 251 for i in range(64 * 128))))
    file.writestr('y.npy', npy('|u1', (64,), bytes(i % 5 for i in range(64))))
EOT
# shellcheck disable=SC2086
ends "evalgrid, eight threads that multiply" evalgrid -q -b 4 -j8 -d two.npz $grid attention.ll
ends hessdens hessdens -q -j1 -d "$tiny" --probes 2 --steps 3 "$D/streams/model.ll"
ends nettrain nettrain -q -j1 -d "$tiny" --batch 3 "$D/streams/model.ll"
ends dirgen sh -c "exec dirgen -k hessian -j1 -d $tiny --axes 1 <$D/streams/model.ll"
ldd "$(command -v evalgrid)" 2>/dev/null | grep -q openblas
is $? 1 "no program is linked against OpenBLAS"
done_testing
