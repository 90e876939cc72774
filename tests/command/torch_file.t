#!/usr/bin/env bash
# What a user's file may hold for the torch-* stages: modules beside it, any precision
# and layout; where they compute is noted, and what is wrong with it is one line.
. "$(dirname "$0")/../tap.sh"
$python -c 'import torch' 2>/dev/null || skip_all "no torch"
export PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1
PATH=$PATH:$ROOT/pipelines
cd "$T" || exit 1
mkdir own
cat >own/parts.py <<'END'
import torch
from torch import nn
torch.manual_seed(1)
def net():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5))
x, y = torch.randn(6, 3, 6, 6), torch.arange(6) % 5
END
cat >own/net.py <<'END'
from __future__ import annotations
import dataclasses
import os
import torch
import torch.nn.functional as F
from parts import net, x, y  # lies beside this file

@dataclasses.dataclass
class Rule:  # wants to find its own module
    how: str = os.environ.get('HOW', '')

print('what a user prints')
how = Rule().how
module = net()
if how in ('bfloat16', 'float16', 'float64'):
    module = module.to(getattr(torch, how))
if how == 'channels_last':
    module, x = (v.to(memory_format=torch.channels_last) for v in (module, x))
if how == 'mixed':
    module[4].half()
if how == 'meta':
    module = module.to('meta')
if how == 'raises':
    raise RuntimeError('no weights\nhere')
if how == 'exits':
    raise SystemExit(0)
if how == 'class':
    module = net

def loss(module):
    print('and in its loss')
    if how == 'shape':
        return F.cross_entropy(module(x), y, reduction='none')
    if how == 'three':
        return 1, 2, 3
    if how == 'fails':
        return module(x[:, :2])
    if how == 'number':
        return 1.5
    z = module(x.to(next(module.parameters()).dtype)).float()
    return F.cross_entropy(z, y), 100 * (z.argmax(1) == y).double().mean()
END
echo 'module = (' >own/syntax.py
echo 'x = 1' >own/none.py
$python "$ROOT/tests/torch_runs.py" . <<'END'
plain torch-model own/net.py
again torch-model own/net.py
channels_last HOW=channels_last torch-model own/net.py
bfloat16 HOW=bfloat16 torch-model own/net.py
float16 HOW=float16 torch-model own/net.py
float64 HOW=float64 torch-model own/net.py
mixed HOW=mixed torch-model own/net.py
meta HOW=meta torch-model own/net.py
raises HOW=raises torch-model own/net.py
trace HOW=raises torch-model -v own/net.py
exits HOW=exits torch-model own/net.py
class HOW=class torch-model own/net.py
syntax torch-model own/syntax.py
none torch-model own/none.py
missing torch-model own/absent.py
option torch-model --fast own/net.py
help torch-model --help
help-loss torch-loss --help
help-gradient torch-gradient -h
END
is "$(cat plain.rc plain.err)" "0
what a user prints" "a file with modules beside it; what it prints goes to standard error"
passes "the same bytes again" cmp plain.out again.out
passes "channels_last is a layout, not another model" cmp <(netsave -t npz plain.out) <(netsave -t npz channels_last.out)
noted() { recdump "$1" | sed -n '1s/.*\(device=.*precision=[^}]*\)}.*/\1/p'; }
for how in plain:float32 bfloat16:bfloat16 float16:float16 float64:float64 mixed:'"float16 float32"'; do
	is "$(noted "${how%%:*}.out")" "device=cpu precision=${how#*:}" "${how%%:*}: device and precision are in the provenance"
done
for stage in help:torch-model help-loss:torch-loss help-gradient:torch-gradient; do
	grep -q "^usage: ${stage#*:} " "${stage%%:*}.out" && grep -q '^FILE.py' "${stage%%:*}.out" && [ ! -s "${stage%%:*}.err" ]
	ok $? "${stage#*:} --help"
done

# A grid of each: the loss at the centre is that of the module itself.
centre() { dirgen -s 1 --axes 1 <"$1.out" | fnorm | HOW=$1 evalgrid -q --x=0:0.1:2 --exec 'torch-loss own/net.py' 2>"$1.grid.err" | gridconv | awk -F, '$1 == 0 { print $5, $6 }'; }
$python - plain channels_last bfloat16 >wanted 2>own.err <<'END'
import contextlib, os, runpy, sys, torch
sys.path.insert(0, 'own')
for how in sys.argv[1:]:
    os.environ['HOW'] = how
    with torch.no_grad(), contextlib.redirect_stdout(sys.stderr):
        sys.modules.pop('net', None), sys.modules.pop('parts', None)
        import net
        loss, right = net.loss(net.module.eval())
    print(float(loss), float(right))
END
is "$(for how in plain channels_last bfloat16; do centre $how; done)" "$(cat wanted)" "the centre of a grid is the module itself"
dirgen -s 1 --axes 1 <plain.out | HOW=bfloat16 evalgrid -q --x=0:0:1 --exec 'torch-loss own/net.py' >low.ll 2>low.err
grep -q 'made of a module in float32, here it is evaluated in bfloat16' low.err
ok $? "a model of another precision is told"
HOW=float16 torch-gradient own/net.py <float16.out 2>err | recdump >gradient.txt 2>recdump.err
grep -q 'kind=gradient' gradient.txt || grep -q "not implemented for 'Half'" err
ok $? "a gradient in half precision, where PyTorch has one"

says()
{
	sed '/^what a user prints$/d' "$1.err" >line
	[ "$(cat "$1.rc")" -eq "$2" ] && [ "$(wc -l <line)" -eq 1 ] && [ ! -s "$1.out" ] && grep -Eq "^torch-model: $3" line
	ok $? "$1: $3"
	grep -Eq "^torch-model: $3" line || sed 's/^/# /' "$1.err"
}
says meta 1 "'0.weight' of the module's state is on the device meta"
says raises 1 "own/net.py, line 24: RuntimeError: no weights$"
says exits 1 "own/net.py, line 26: SystemExit: 0"
says class 1 "own/net.py: module is a function, expected a torch.nn.Module"
says syntax 1 "own/syntax.py, line 1: SyntaxError: "
says none 1 "own/none.py defines no 'module'"
says missing 1 "own/absent.py: No such file"
says option 2 "unrecognized arguments: --fast, usage: torch-model"
grep -q '^Traceback' trace.err
ok $? "-v shows the trace"
loses() { HOW=$1 fails 1 "$2" "$3" sh -c 'dirgen -s 1 --axes 1 <plain.out | evalgrid -q --x=0:0:1 --exec "torch-loss own/net.py" 2>&1 | grep -a -m1 "^torch-loss: " >&2; exit 1'; }
loses shape "own/net.py: loss\(module\) returned a tensor of shape \[6\], expected a number" "a loss for each image"
loses three "own/net.py: loss\(module\) returned 3 values" "three values"
loses fails "own/net.py, line [0-9]+: RuntimeError: " "a loss that fails"
HOW=number fails 1 "the loss does not depend on the weights" "a loss without a gradient" \
	sh -c 'torch-gradient own/net.py <plain.out 2>&1 | grep -a "^torch-gradient: " >&2; exit 1'

# Whoever has no torch is told which Python that is.
mkdir bare
printf '#!/bin/sh\nexec %s -S "$@"\n' "$python" >bare/python3
chmod +x bare/python3
if ! bare/python3 -c 'import torch' 2>/dev/null; then
	PATH=$T/bare:$PATH fails 1 "^torch-model: .*python.* cannot import torch .*pip install torch" "no torch" torch-model own/net.py
fi
done_testing
