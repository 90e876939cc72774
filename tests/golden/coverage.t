#!/bin/bash
# How much of the imported networks the fast plan runs on kernels: so many steps
# in plain C, with none of the multiplications.
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
		awk '/ steps? (flat|plain C),/ { n += $2; share += $(/ flat,/ ? 5 : 6) }
			END { printf "%d %.1f", n, share }'
}

for net in densenet_cifar resnet20 resnet56_noshort vgg9; do
	is "$(plain zoo/$net)" "0 0.0" "$net: all on kernels"
done
for form in '' .bn; do
	is "$(plain "onnx/lenet$form")" "3 0.0" \
		"lenet$form: Tanh and Sigmoid in plain C"
	is "$(plain "onnx/mlp$form")" "5 0.0" \
		"mlp$form: what is left of GELU, and LeakyRelu, in plain C"
	is "$(plain "onnx/mobile$form")" "7 0.0" \
		"mobile$form: Clip in plain C"
done
done_testing
