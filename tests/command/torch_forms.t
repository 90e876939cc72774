#!/usr/bin/env bash
# What PyTorch writes is what netload reads: the same network as state_dict, safetensors
# and through both exporters to ONNX has the loss that PyTorch finds. With the PyTorch
# of PYTHON (make check-torch), or Debian's; parts that it lacks are left out.
. "$(dirname "$0")/../tap.sh"
$python -c 'import torch, numpy' 2>/dev/null || skip_all "no torch"
export PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1
PATH=$PATH:$ROOT/pipelines
cd "$T" || exit 1
has() { $python -c "import $1" 2>/dev/null; }
$python -W ignore - "$ROOT/tests/data/nets" >said 2>err <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import torch
from small import loss, module, x
module.eval()
with torch.no_grad():
    found = loss(module)
print('loss', float(found[0]), float(found[1]))
torch.save(module.state_dict(), 'state.pt')
torch.save({'epoch': 3, 'model': module.state_dict()}, 'checkpoint.pt')
try:
    from safetensors.torch import save_file
    save_file(module.state_dict(), 'state.safetensors')
except ImportError:
    pass
one = x[:1]
kept = dict(training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
names = dict(input_names=['input'], output_names=['logits'])
batch = dict(dynamic_axes={'input': {0: 'n'}, 'logits': {0: 'n'}})
how = {'dynamo': False} if int(torch.__version__.split('.')[0]) > 1 else {}
try:
    if how: # PyTorch 2 does not write ONNX without these packages
        import onnx
    torch.onnx.export(module, one, 'script.onnx', **kept, **names, **batch, **how)
    torch.onnx.export(module, one, 'folded.onnx', **names, **batch, **how)
except ImportError:
    pass
if how:
    try:
        import onnxscript
        # what is folded, and how many files there are, is up to the exporter
        torch.onnx.export(module, (one,), 'dynamo.onnx', dynamo=True, **names)
        torch.onnx.export(module, (one,), 'dynamic.onnx', dynamo=True, dynamic_shapes=({0: torch.export.Dim('n')},), **names)
    except ImportError:
        pass
print('torch', torch.__version__)
END
ok $? "PyTorch writes its files ($(sed -n 's/^torch //p' said))"
grep -q '^torch' said || sed 's/^/# /' err | tail -n 5
want=$(sed -n 's/^loss //p' said)
for file in state.pt checkpoint.pt state.safetensors script.onnx folded.onnx dynamo.onnx dynamic.onnx; do
	[ -e "$file" ] || continue
	arch="--arch small"
	[ "${file%.onnx}" = "$file" ] || arch=
	# shellcheck disable=SC2086  # an option, or none
	got=$(netload -q $arch --pixels fashion "$file" | evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" |
		gridconv | sed -n 2p | cut -d, -f5,6)
	awk -v got="$got" -v want="$want" 'BEGIN { split(got, g, ","); split(want, w, " ")
		exit !(got != "" && (g[1] - w[1])^2 <= 1e-10 * (1 + w[1]^2) && (g[2] - w[2])^2 < 1e-18) }'
	ok $? "$file: the loss of PyTorch"
done

# A language model of two layers with tied weights: a worked example.
cp "$ROOT/pipelines/samples/language_model.py" .
torch-model language_model.py 2>err >model.ll
is "$? $(cat err)" "0 torch-model: 'head.weight' is 'embed.weight' (one tensor): it moves under that name" \
	"language_model.py trains and becomes a model"
dirgen -s 7 <model.ll | fnorm | evalgrid -q --exec 'torch-loss language_model.py' --x=-1:1:3 --y=-1:1:3 >lm.ll
gridconv lm.ll | awk -F, 'NR > 1 && $1 == 1 && $2 == 1 { c = $5 } NR > 1 && !($1 == 1 && $2 == 1) { n++; far += $5 > 2 }
	END { exit !(n == 8 && far == 8 && c < 1.2) }'
ok $? "its surface has a minimum where it was trained to"
dirgen -s 7 <model.ll | fnorm | evalgrid -q --exec-form place --exec 'torch-loss --place language_model.py' \
	--x=-1:1:3 --y=-1:1:3 >places.ll
is "$(gridconv places.ll | cut -d, -f1-6)" "$(gridconv lm.ll | cut -d, -f1-6)" "the same with weights that stay on the device"

# ImageFolder: pictures in a folder for each class.
if has torchvision && has PIL; then
	$python - <<'END'
import os
from PIL import Image
for c in ('cat', 'dog'):
    os.makedirs('photos/' + c)
    for i in range(3):
        Image.new('RGB', (20 + i, 30), (40 * i, 100, 200)).save('photos/%s/%d.png' % (c, i))
END
	cat >photos.py <<'END'
from torchvision.datasets import ImageFolder
from torchvision.transforms import CenterCrop, Compose, Resize, ToTensor
import os
dataset = ImageFolder('photos', Compose([Resize(16), CenterCrop(16)] + [ToTensor()] * ('REALS' in os.environ)))
END
	torch-data photos.py -o photos.npz && REALS=1 torch-data --bytes photos.py -o again.npz
	ok $? "torch-data reads an ImageFolder"
	passes "pictures are what ToTensor makes of them" cmp photos.npz again.npz
	is "$($python -c 'import numpy
a = numpy.load("photos.npz"); print(a["x"].shape, *a["y"], *a["class_names"], *a["x"][1, :, 0, 0])')" \
		"(6, 3, 16, 16) 0 0 0 1 1 1 cat dog 40 100 200" "images, labels, and names of classes"
fi
done_testing
