#!/bin/bash
# The fast plan runs the imported networks on kernels: no step is left in plain C.
# shellcheck disable=SC1091
. "$(dirname "$0")/../tap.sh"
[ -d "$SHARED/golden/onnx" ] || skip_all "the golden networks are not here"
python=/usr/bin/python3
$python -c 'import numpy' 2>/dev/null || skip_all "no python3-numpy"

for folder in onnx zoo; do
	cp "$SHARED/golden/$folder/input.npy" "$T/$folder-images.npy"
	$python -c "import numpy
n = len(numpy.load('$T/$folder-images.npy'))
numpy.save('$T/$folder-labels.npy', numpy.zeros(n, 'i8'))"
done

# plain FOLDER/FILE: steps in plain C, flat values too, and their share
plain()
{
	netload -q "$SHARED/golden/$1.onnx" |
		evalgrid -q -v --raw -d "$T/${1%/*}-images.npy" 2>&1 >"$T/points" |
		awk '/ of the operations,/ { said++ }
			/ steps? (flat|plain C),/ { n += $2; share += $(/ flat,/ ? 5 : 6) }
			END { if (said) printf "%d %.1f", n, share }'
}

for net in zoo/{densenet_cifar,resnet20,resnet56_noshort,vgg9} onnx/{lenet,mlp,mobile}{,.bn}; do
	is "$(plain "$net")" "0 0.0" "${net#*/}: all on kernels"
done
done_testing
