#!/bin/bash
# LOSSPIPE_CPU=ref gives the same bytes on every machine: those that
# tests/data/machines/ref.txt has from x86-64.  Tensors of networks and directions
# are digests; losses, which rest on libm's exp and log, are written out, so that
# it shows which one another libm changes.  Training and the Hessian are not among
# them: their products are OpenBLAS's, whose order of sums each processor chooses.
# The kernels, of whatever instruction set, give the bits of kernels.txt.
# NEW=1 writes the files anew.
. "$(dirname "$0")/../tap.sh"
data=$ROOT/tests/data

# The tensors of a model or a direction.
tensors() { netsave "$@" | sha256sum | cut -d ' ' -f 1; }
# What a surface says of its points, in canonical order.
numbers() { gridmerge | recdump | sed -n 's/^point {run=[0-9a-f]* /point {/p'; }

net() { netnew small --input 1,28,28 --pixels fashion -s 3; }
trained() { netload --arch small --pixels fashion "$data/nets/fashion-small.pt"; }
plane() { trained | dirgen -s 7 | fnorm; }
set48=(-d "$data/sets/fashion-48.npz")

values()
{
	echo "network $(net | tensors)"
	echo "direction $(net | dirgen -s 7 | tensors --direction x)"
	for norm in filter layer weight model dfilter dlayer; do
		echo "$norm $(net | dirgen -s 7 | fnorm --norm $norm | tensors --direction y)"
	done
	echo "point of the plane $(plane | tensors --at 0.5,-0.25)"
	for seed in 1 2 3 4; do
		netnew small --input 1,28,28 --pixels fashion -s $seed
	done >"$T/run.ll"
	for axis in x y; do
		echo "principal component $axis $(dirgen -k pca "$T/run.ll" 2>/dev/null |
			tensors --direction $axis)"
	done
	plane | evalgrid -q "${set48[@]}" --x=-1:1:3 --y=-1:1:3 | numbers
	plane | evalgrid -q "${set48[@]}" --loss mse --x=-1:1:3 --y=0:1:2 | numbers
	netload -q --mean 0.5,0.4 --std 0.3,0.2 "$data/onnx/transformer.onnx" | dirgen -s 1 |
		fnorm | evalgrid -q -d "$data/machines/two-channels.npz" --x=0:0.5:2 --y=0:0.5:2 |
		numbers
}

# The kernels of every instruction set give the same bits as each other.
kernel_values()
{
	plane | evalgrid -q "${set48[@]}" --x=-1:1:3 --y=-1:1:3 | numbers
	for net in resnet8 lenet densenet_cifar; do
		netnew "$net" -s 5 --input 3,32,32 --pixels cifar10 | dirgen -s 7 | fnorm |
			evalgrid -q -d "$data/sets/cifar10-40.bin" -n 2 --x=0:1:2 --y=0:0.5:2 | numbers
	done
}

# held FILE FUNCTION: what it prints is what the file has.
held()
{
	"$2" >"$T/got"
	if [ -n "${NEW:-}" ]; then
		cp "$T/got" "$1"
		return
	fi
	while read -r -u 3 line && read -r -u 4 got; do
		is "$got" "$line" "${line%% [0-9a-f]*}"
	done 3<"$1" 4<"$T/got"
	is "$(wc -l <"$T/got")" "$(wc -l <"$1")" "all of them"
}

export LOSSPIPE_CPU=ref
held "$data/machines/ref.txt" values
unset LOSSPIPE_CPU
kernel=$(trained | evalgrid -q "${set48[@]}" -n 1 | recdump | sed -n 's/.* kernel="*fast \([a-z0-9]*\).*/\1/p')
case $kernel in
'' | plain) echo "# no kernels for this machine" ;;
*) held "$data/machines/kernels.txt" kernel_values ;;
esac
done_testing
