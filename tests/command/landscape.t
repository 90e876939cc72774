#!/usr/bin/env bash
# losspipe.landscape: the surface around a module of PyTorch, without leaving Python.
. "$(dirname "$0")/../tap.sh"
$python -c 'import torch' 2>/dev/null || skip_all "no torch"
export PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 PYTHONPATH=$ROOT/pipelines TMPDIR=$T/tmp
export LOSSPIPE_BIN=${LOSSPIPE_BIN:-$ROOT/build/bin}
cd "$T" || exit 1
mkdir tmp
cat >net.py <<'END'
import torch
from torch import nn
torch.manual_seed(1)
module = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Dropout(), nn.Linear(16, 3))
x, y = torch.randn(64, 4), torch.arange(64) % 3
def loss(module):
    z = module(x)
    return nn.functional.cross_entropy(z, y), 100 * (z.argmax(1) == y).double().mean()
END
cat >try.py <<'END'
import signal
import sys
before = signal.getsignal(signal.SIGINT), sys.excepthook # SIGINT is ignored where the test runs behind '&'
import losspipe
from net import loss, module, torch

done = []
def ok(good, name):
    done.append(good)
    print('%s: %s' % ('good' if good else 'WRONG', name))

weights = {k: v.clone() for k, v in module.state_dict().items()}
grid = losspipe.landscape(module, loss, x=(-1, 1, 5), y=(-0.5, 0.5, 3), seed=3)
ok((signal.getsignal(signal.SIGINT), sys.excepthook) == before,
   'Python keeps its signals and its hook')
ok(all(torch.equal(v, weights[k]) for k, v in module.state_dict().items()) and module.training and module[3].training,
   'the module is as it was')
ok(list(grid.x) == [-1, -0.5, 0, 0.5, 1] and list(grid.y) == [-0.5, 0, 0.5] and len(grid.loss) == 3, 'axes')
with torch.no_grad():
    here = loss(module.eval())
module.train()
ok((grid.loss[1][2], grid.accuracy[1][2]) == (float(here[0]), float(here[1])), 'the centre is the module itself')
for ending in ('ll', 'svg', 'html', 'csv', 'npz'):
    grid.save('grid.' + ending)
ok(grid._repr_svg_().startswith('<') and '</svg>' in grid._repr_svg_(), 'it shows itself as a picture')
ok(grid.page()._repr_html_().startswith('<iframe srcdoc="&lt;!'), 'and as a page in a frame')
ok(repr(grid).startswith('<Landscape of 5 x 3 points, loss '), 'and in words')
again = losspipe.landscape(module, loss, x=(-1, 1, 5), y=(-0.5, 0.5, 3), seed=3)
ok(again.stream == grid.stream, 'the same bytes again')
line = losspipe.landscape(module, lambda m: loss(m)[0].item(), y=None, seed=3, progress=True)
ok(line.y is None and line.accuracy is None and len(line.loss) == 25, 'a curve, a loss that is a number')

def says(name, text, *values, kind=losspipe.Error, **options):
    try:
        losspipe.landscape(*values, **options)
        ok(False, name)
    except kind as error:
        ok(text in str(error) and '\n' not in str(error), '%s (%s)' % (name, error))

says('no axis', 'x is (1, 2), expected (lo, hi, number of points)', module, loss, x=(1, 2))
says('an empty axis', '--x', module, loss, x=(1, 1, 0))
says('a wrong norm', 'fnorm: --norm is ', module, loss, norm='fliter')
says('a wrong seed', 'dirgen: ', module, loss, seed='x')
says('no number', 'loss(module) returned a tensor of shape [64, 3]', module, lambda m: m(torch.ones(64, 4)))
says('no module', 'expected a torch.nn.Module', loss, loss)
says("the user's own error", 'division by zero', module, lambda m: 1 / 0, kind=ZeroDivisionError)
ok(all(torch.equal(v, weights[k]) for k, v in module.state_dict().items()), 'the module is as it was, still')
sys.exit(len(done) != 17 or not all(done))
END
$python try.py >said 2>err
status=$?
[ $status -eq 0 ] || cat err >>said
ok $status "a landscape of a module"
sed 's/^/# /' said >&$((status ? 2 : 1))
grep -q '25 of 25 points, 0 s left' err
ok $? "progress, when it is wanted"
is "$(ls tmp)" "" "nothing is left"

# Python that is killed before it answers leaves no program behind that waits for it.
passes "Python is killed" bash -c "! $python -c '
import os
import losslandscape
import losspipe
from net import loss, module
losslandscape._serve = lambda *_: os.kill(os.getpid(), 9)
losspipe.landscape(module, loss)'"
left() { cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -c "^$T/tmp/losspipe-landscape"; }
for _ in $(seq 100); do
	[ "$(left)" != 0 ] || break
	sleep 0.2
done
is "$(left)" 0 "its programs end, too"

# The programs alone find the same losses.
"$ROOT/pipelines/torch-model" net.py | dirgen -s 3 | fnorm |
	evalgrid -q --x=-1:1:5 --y=-0.5:0.5:3 --exec "$ROOT/pipelines/torch-loss net.py" | gridconv | cut -d, -f1-6 >programs.csv
is "$(cut -d, -f1-6 <grid.csv)" "$(cat programs.csv)" "the surface is that of torch-model and torch-loss"

# The notebook that is shipped: its cells, and where there is one in a notebook.
mkdir book && cd book && cp "$ROOT/pipelines/samples/landscape.ipynb" . || exit 1
$python -c 'import json, sys
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] == "code":
        print("".join(cell["source"]))' landscape.ipynb >cells.py
passes "the cells of samples/landscape.ipynb" $python cells.py
grep -q '</svg>' spirals.svg && recdump spirals.ll >records.txt
ok $? "they write the surface and its picture"
if $python -c 'import nbconvert, ipykernel' 2>/dev/null; then
	passes "in a notebook" $python -m nbconvert --to notebook --execute --output done.ipynb landscape.ipynb
	is "$($python -c 'import json
shown = [o for c in json.load(open("done.ipynb"))["cells"] for o in c.get("outputs", [])]
print(sum("image/svg+xml" in o.get("data", {}) for o in shown), sum("<iframe" in "".join(o.get("data", {}).get("text/html", "")) for o in shown))')" "2 1" "it shows two pictures and a page"
fi
cd "$T" || exit 1
done_testing
