#!/usr/bin/env bash
# torch-data: what Datasets of PyTorch hold becomes an archive that -d reads.
. "$(dirname "$0")/../tap.sh"
$python -c 'import torch' 2>/dev/null || skip_all "no torch"
export PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1
PATH=$PATH:$ROOT/pipelines
cd "$T" || exit 1
mkdir -p own without
# From version 2 on torch is enough: numpy is what a few users' files need.
echo 'raise ImportError("not here")' >without/numpy.py
PYTHONPATH=$T/without $python -c 'import torch' 2>/dev/null || rm without/numpy.py
cat >own/noise.py <<'END'
import torch
def image(i):
    torch.manual_seed(i)
    return torch.randint(0, 256, (1, 28, 28), dtype=torch.uint8)
END
cat >own/data.py <<'END'
import os
import torch
from torch.utils.data import Dataset, IterableDataset, TensorDataset
from noise import image

print('what a user prints')
how = os.environ.get('HOW', 'bytes')


class Picture:
    """As PIL's: rows of pixels, each with its bands."""
    mode, size = 'RGB', (3, 2)
    def getbands(self): return 'RGB'
    def tobytes(self): return bytes(range(18))


class Samples(Dataset):
    classes = ['shirt', 'größe']
    def __len__(self):
        return 8
    def __getitem__(self, i):
        x = {'bytes': lambda: image(i), 'reals': lambda: image(i).float() / 255, 'half': lambda: image(i).half(),
             'other': lambda: image(i).float() / 254, 'picture': Picture, 'drawn': lambda: torch.rand(1, 2, 2),
             'grows': lambda: torch.zeros(1, 2, 2 + i // 5), 'text': lambda: 'x'}.get(how, lambda: image(i))()
        if how == 'dict':
            return {'image': x, 'label': torch.tensor(i % 2)}
        if how == 'lost':
            return {'image': x, 'caption': 'a shirt'}
        return (x, [i % 2, 1]) if how == 'two' else (x, torch.tensor([i / 2, 1.0])) if how == 'targets' else (x, i % 2)


class Stream(IterableDataset):
    def __iter__(self):
        return ((image(i), torch.tensor([i % 2])) for i in range(8))


if how == 'raises':
    Samples.__getitem__ = lambda self, i: (image(i), 1 // (3 - i))
if how == 'parts':
    train, test = Samples(), TensorDataset(torch.zeros(2, 1, 28, 28), torch.tensor([0, 1]))
elif how != 'nothing':
    dataset = Stream() if how == 'stream' else Samples()
END
echo text >text.txt
# every run of the stage, in one process
PYTHONPATH=$T/without $python "$ROOT/tests/torch_runs.py" . <<'END'
bytes torch-data own/data.py
again torch-data own/data.py
file torch-data -o file.npz own/data.py
dict HOW=dict torch-data own/data.py
stream HOW=stream torch-data own/data.py
reals HOW=reals torch-data own/data.py
packed HOW=reals torch-data --bytes own/data.py
parts HOW=parts torch-data -n 5 own/data.py
targets HOW=targets torch-data own/data.py
picture HOW=picture torch-data own/data.py
one HOW=drawn torch-data -s 1 own/data.py
two HOW=drawn torch-data -s 1 own/data.py
other HOW=drawn torch-data -s 2 own/data.py
grows HOW=grows torch-data own/data.py
no-bytes HOW=other torch-data --bytes own/data.py
text HOW=text torch-data own/data.py
labels HOW=two torch-data own/data.py
lost HOW=lost torch-data own/data.py
raises HOW=raises torch-data own/data.py
trace HOW=raises torch-data -v own/data.py
nothing HOW=nothing torch-data own/data.py
kind torch-data -o text.txt own/data.py
folder torch-data -o own own/data.py
usage torch-data -n 0 own/data.py
none torch-data
help torch-data --help
missing torch-data own/absent.py
END
netnew small --pixels fashion >net.ll
value() { evalgrid -q -d "$@" net.ll | gridconv | sed 1d | cut -d, -f5-7; }

is "$(cat bytes.rc bytes.err)" "0
what a user prints" "samples of bytes; what a user prints goes to standard error"
first=$(value bytes.out)
[ "${first##*,}" = 8 ]
ok $? "evalgrid reads it"
passes "the same bytes again" cmp bytes.out again.out
passes "-o writes the same" cmp bytes.out file.npz
for how in dict stream reals; do
	is "$(value $how.out)" "$first" "$how: the same images"
done
passes "--bytes takes back what ToTensor has divided" cmp packed.out bytes.out
is "$(value parts.out | cut -d, -f3) $(value parts.out --split test | cut -d, -f3)" "5 2" "train and test, at most five of each"
fails 1 "has real targets, expected class labels" "numbers instead of labels" evalgrid -d targets.out net.ll
if $python -c 'import numpy' 2>/dev/null; then
	is "$($python -c 'import numpy
a = numpy.load("picture.out"); print(a["x"].dtype, a["x"].shape, *a["x"][0].ravel(), *map(len, a["class_names"]))')" \
		"uint8 (8, 3, 2, 3) 0 3 6 9 12 15 1 4 7 10 13 16 2 5 8 11 14 17 5 5" "pictures, and the names of classes"
fi
cmp -s one.out two.out && ! cmp -s one.out other.out
ok $? "-s is the seed of transforms"

# says NAME STATUS PATTERN: with one line of its own
says()
{
	sed '/^what a user prints$/d' "$1.err" >line
	[ "$(cat "$1.rc")" -eq "$2" ] && [ "$(wc -l <line)" -eq 1 ] && [ ! -s "$1.out" ] && grep -Eq "^torch-data: $3" line
	ok $? "$1: $3"
	grep -Eq "^torch-data: $3" line || sed 's/^/# /' "$1.err"
}
says grows 1 "own/data.py: sample 5 has an image of 1x2x3 float32, those before it 1x2x2 float32: .*Resize"
says no-bytes 1 "own/data.py: sample 0 has an image of others than multiples of 1/255"
says text 1 "own/data.py: sample 0 has a str as image, expected a tensor"
says labels 1 "own/data.py: sample 0 has 2 integers as label"
says lost 1 "own/data.py: sample 0 has 'image', 'caption', expected an image and a label"
says raises 1 "own/data.py, line [0-9]+: ZeroDivisionError: integer division or modulo by zero"
says nothing 1 "own/data.py defines no dataset, expected dataset, or train and test"
says kind 1 "text.txt holds something else, which --force replaces"
says folder 1 "own is a folder, expected a file"
says usage 2 "-n is '0', expected 1 to"
says none 2 "the following arguments are required: FILE.py, usage: torch-data .*FILE.py"
says missing 1 "own/absent.py: No such file"
is "$(cat text.txt; ls ./*.part 2>/dev/null)" text "nothing is lost, nothing left"
grep -q '^Traceback' trace.err && grep -q '^torch-data: own/data.py, line' trace.err
ok $? "-v shows the trace"
grep -q '^usage: torch-data' help.out && grep -q 'ImageFolder' help.out && grep -q -- --bytes help.out
ok $? "--help"
done_testing
