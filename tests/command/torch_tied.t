#!/usr/bin/env bash
# Tied weights are one tensor: for the torch-* of pipelines/.
. "$(dirname "$0")/../tap.sh"
$python -c 'import torch' 2>/dev/null || skip_all "no torch"
export PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 PYTHONPATH=$ROOT/pipelines
PATH=$PATH:$ROOT/pipelines
user=$ROOT/tests/data/nets/tied.py
deltas() { recdump "$1" | sed -n 's/^delta {tensor=[0-9]* name=\([^ ]*\) .*/\1/p' | tr '\n' ' '; }

# How tensors may lie in memory.
cat >"$T/parts.py" <<'END'
import os, sys
import losspipe, losstorch
for how in sys.argv[2:]:
    os.environ['TIED'] = how
    try:
        parts = losstorch.parts(losstorch.user(sys.argv[1], 'module')['module'])
        print(how, *('='.join(p.names) for p in parts if p.role in losstorch.WEIGHTS or len(p.names) > 1))
    except losspipe.Error as error:
        print(how, error)
END
last="last.weight last.bias"
part="share part of their memory, expected all of it or none: give one of them its own (clone it)"
is "$($python "$T/parts.py" "$user" same memory module flat woven transposed part)" \
	"same embed.weight=head.weight norm.weight norm.bias mid.weight mid.bias $last
memory embed.weight=head.weight norm.weight norm.bias mid.weight mid.bias $last
module embed.weight norm.weight=last.weight norm.bias=last.bias norm.running_mean=last.running_mean\
 norm.running_var=last.running_var norm.num_batches_tracked=last.num_batches_tracked mid.weight mid.bias head.weight
flat embed.weight norm.weight norm.bias mid.weight mid.bias $last head.weight
woven embed.weight norm.weight norm.bias mid.weight mid.bias $last head.weight
transposed tensors 'embed.weight' and 'head.weight' $part
part tensors 'embed.weight' and 'mid.weight' $part" "every memory is one tensor, parts of one are refused"

# A step of -0.1 along the gradient, taken by PyTorch alone.
cat >"$T/step.py" <<'END'
import runpy, sys, torch
user = runpy.run_path(sys.argv[1])
module = user['module'].eval()
user['loss'](module).backward()
memory = {}
for p in module.parameters():
    memory.setdefault(p.data_ptr(), []).append(p)
grad = [(ps[0], sum(p.grad for p in ps)) for ps in memory.values()]
norm = lambda some: sum(float(t.detach().double().square().sum()) for t in some) ** 0.5
scale = norm(p for p, _ in grad) / norm(g for _, g in grad)
with torch.no_grad():
    for p, g in grad:
        p.add_(g, alpha=-0.1 * scale)
    print('%.5f' % user['loss'](module))
END

# Two parameters on one memory: neither has the whole gradient.
export TIED=memory
says="'head.weight' is 'embed.weight' (one tensor): it moves under that name"
torch-model "$user" >"$T/model.ll" 2>"$T/err"
is "$? $(cat "$T/err")" "0 torch-model: $says" "torch-model says which name it keeps"
is "$(recdump "$T/model.ll" | sed -n 's/^tensor {tensor=[0-9]* name=\([^ ]*\) .*/\1/p' | grep -c 'head\|embed')" 1 \
	"and writes it once"
torch-gradient "$user" <"$T/model.ll" >"$T/g.ll" 2>"$T/err"
is "$? $(cat "$T/err")" "0 torch-gradient: $says" "torch-gradient says it, too"
step=$($python "$T/step.py" "$user")
evalgrid -q --x=-0.1:0:2 --exec "torch-loss $user" "$T/g.ll" >"$T/points.ll"
is "$(gridconv "$T/points.ll" | awk -F, 'NR == 2 { printf "%.5f", $5 }')" "$step" \
	"a step along the gradient moves all that is tied"

# A stream that has both names, as older versions wrote it.
cat >"$T/both.py" <<'END'
import sys, losspipe
out = losspipe.Writer(sys.stdout.buffer)
for kind, h, payload, record in losspipe.records(sys.stdin.buffer):
    if kind == 'begin':
        out.begin('older', {}, h)
    elif kind == 'model':
        n, first = len(h['tensors']), h['tensors'][0]
        out.record(kind, {'tensors': h['tensors'] + [{**first, 'name': 'head.weight'}]})
    elif kind == 'end':
        out.record('tensor', {**head, 'tensor': n, 'name': 'head.weight'}, elements)
        out.end()
    else:
        if h['name'] == 'embed.weight':
            head, elements = h, payload
        out.copy(record)
END
$python "$T/both.py" <"$T/model.ll" >"$T/both.ll"
torch-gradient "$user" <"$T/both.ll" >"$T/g.ll" 2>"$T/err"
is "$(deltas "$T/g.ll" | tr ' ' '\n' | grep -c '^embed.weight$\|^head.weight$')" 2 "both names of an older stream move"
evalgrid -q --x=-0.1:0:2 --exec "torch-loss $user" "$T/g.ll" >"$T/points.ll"
is "$(gridconv "$T/points.ll" | awk -F, 'NR == 2 { printf "%.5f", $5 }')" "$step" "in step"
dirgen -s 1 <"$T/both.ll" >"$T/apart.ll"
evalgrid -q --x=-0.1:0.1:2 --exec "torch-loss $user" "$T/apart.ll" >"$T/points.ll" 2>"$T/err"
is "$? $(grep -c "'embed.weight' and 'head.weight' are one tensor in the module of .*the model moves them apart" "$T/err")" \
	"1 1" "moved apart they are refused"
dirgen -s 1 <"$T/model.ll" | fnorm | evalgrid -q --x=-0.1:0.1:2 --exec "torch-loss $user" >"$T/points.ll"
ok $? "under one name they move together"
done_testing
