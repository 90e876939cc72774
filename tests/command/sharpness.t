#!/bin/bash
# gridstat's sharpness over directions and its barrier between networks, on losses whose
# answers are known: a quadratic, two equal minima.
# shellcheck disable=SC1091
. "$(dirname "$0")/../tap.sh"
/usr/bin/python3 -c 'import numpy' 2>/dev/null || skip_all "no numpy"
cd "$T" || exit
sets=$ROOT/tests/data/sets
netload --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >net

# ---- a quadratic ----
# Of the weights theta, L = 1/2 sum a_i (theta_i - w_i)^2 + g (theta - w).  Along
# filter-normalised directions the mean rise at r is 1/2 r^2 sum over the filters of
# |w_f|^2 / n_f sum of its a_i; what is linear drops out.
dirgen -s 1:20 <net | fnorm >plane
dirgen -s 31:50 <net | fnorm >plane2
for rep in $(seq 0 19); do
	for axis in x y; do
		netsave -t npz --rep "$rep" --direction $axis -o "$axis$rep.npz" plane
		netsave -t npz --rep "$rep" --direction $axis -o "$axis$((rep + 20)).npz" plane2
	done
done
netsave -t npz -o w.npz net
cat >quadratic.py <<'END'
import json, sys, numpy as np
rng = np.random.RandomState(3)
w = dict(np.load('w.npz'))
d = [[dict(np.load('%s%d.npz' % (axis, rep))) for axis in 'xy'] for rep in range(40)]
a = {k: rng.uniform(0, 2, w[k].shape) for k in d[0][0]}
g = {k: rng.standard_normal(w[k].shape) for k in d[0][0]}
forms = [{'A': [[float(sum((a[k] * p[k].astype(float) * q[k]).sum() for k in a)) for q in pair] for p in pair],
          'g': [float(sum((g[k] * p[k]).sum() for k in a)) for p in pair]} for pair in d]
expected = sum((np.sum(w[k].astype(float)[f] ** 2) / w[k][f].size * a[k][f].sum())
               for k in a if w[k].ndim > 1 for f in range(len(w[k]))) / 2
mean = np.mean([f['A'][i][i] for f in forms[:20] for i in range(2)]) / 2
values = np.array([f['A'][i][i] / 2 for f in forms[:20] for i in range(2)])
se = values.std(ddof=1) / np.sqrt(len(values))
json.dump({'forms': forms, 'expected': expected, 'mean': mean, 'half': se * (1.96 + 2.5 / 39)},
          open('quadratic.json', 'w'))
END
/usr/bin/python3 quadratic.py
cat >answer <<'END'
#!/usr/bin/python3
import json, sys
forms, by = json.load(open('quadratic.json'))['forms'], float(sys.argv[1])
for line in sys.stdin:
    rep, x, y = line.split()[:3]
    f, v = forms[int(rep) + int(sys.argv[2])], (float(x), float(y))
    loss = sum(v[i] * (f['g'][i] + sum(f['A'][i][j] * v[j] for j in range(2)) / 2) for i in range(2))
    print(repr(1000 + by * loss), flush=True)
END
chmod +x answer
evalgrid -q --x=-1:1:5 --y=-1:1:5 --exec-form text --exec './answer 1 0' plane >quadratic.ll
gridstat -q --json quadratic.ll >said
/usr/bin/python3 - <<'END'
import json
said, known = json.load(open('said'))['noise'][0], json.load(open('quadratic.json'))
assert said['directions'] == 40 and said['norm'] == 'filter', said
for r in said['rise'][1:]:
    q = r['r'] ** 2
    assert abs(r['expected'] - q * known['mean']) < 1e-9 * 1000, (r, known)
    assert abs(r['most'] - r['expected'] - q * known['half']) < 1e-6, (r, known)
    assert r['least'] < q * known['expected'] < r['most'], (r, known)
assert said['rise'][0]['expected'] is None  # no point at 0.25
END
ok $? "a quadratic: the rise is what numpy computes, its interval holds what theory says"
is "$(gridstat -q quadratic.ll | grep -c 'sharpness over 40 directions, normalised by filter')" 1 "as text"
evalgrid -q --x=-1:1:5 --y=-1:1:5 --exec-form text --exec './answer 1.02 0' plane >near.ll
evalgrid -q --x=-1:1:5 --y=-1:1:5 --exec-form text --exec './answer 3 0' plane >sharp.ll
is "$(gridstat -q --compare expected quadratic.ll sharp.ll | cut -d : -f 1)" holds "three times as sharp is sharper"
is "$(gridstat -q --compare expected near.ll quadratic.ll | cut -d : -f 1)" "does not hold" \
	"of the same directions, two per cent are told apart"
dirgen -s 1 --axes 1 <net | fnorm | evalgrid -q --x=-1:1:5 --exec-form text --exec './answer 1 0' >one.ll
gridstat -q one.ll | grep -q 'r 0.5   expected [0-9.e+]* \[?, ?\]'
ok $? "one direction does not tell how well it stands for others"
dirgen -s 2 --axes 1 <net | fnorm | evalgrid -q --x=-1:1:5 --exec-form text --exec './answer 20 0' >other.ll
is "$(gridstat -q --compare expected one.ll other.ll | cut -d : -f 1)" "not distinguishable" "and decides nothing"
gridstat -q --rank expected sharp.ll near.ll quadratic.ll | tail -n 4 >said
is "$(grep -c '^  [123] ' said) $(grep -c 'not distinguishable' said)" "3 0" \
	"ranked: the same directions tell all three apart"
evalgrid -q --x=-1:1:5 --y=-1:1:5 --exec-form text --exec './answer 1 20' plane2 >again.ll
gridstat -q --rank expected quadratic.ll again.ll | tail -n 1 | grep -q 'not distinguishable from the one before'
ok $? "ranked: one that cannot be told from the one before is called that"

# ---- what stands beside it ----
data=$sets/fashion-48.npz
dirgen -s 1:2 --axes 1 <net | fnorm | evalgrid -q -d "$data" --groups --x=-1:1:5 >lines.ll
hessgrid -q -d "$data" --trace 4 net >hess.ll
hessdens -q -d "$data" --probes 3 --steps 8 net >dens.ll
hessgrid -q -d "$data" -n 24 net >less.ll
beside() { gridstat -q --json "$@" | jq -c '.noise[0] | [.max_eig, .trace, .trace_se]'; }
point() { recdump --json hess.ll | jq -c "select(.kind == \"point\") | .header | [.max_eig, .trace, .trace_se]"; }
is "$(beside lines.ll hess.ll)" "$(point)" "hessgrid's eigenvalue and trace of the same network and images"
is "$(beside lines.ll dens.ll | jq -c '.[1:]')" \
	"$(recdump --json dens.ll | jq -c 'select(.kind == "density") | .header | [.trace, .trace_se]')" "hessdens's trace"
is "$(beside lines.ll less.ll)" "[null,null,null]" "not those of other images"
is "$(beside lines.ll)" "[null,null,null]" "nor any without them"

# ---- two minima ----
cat >wells <<'END'
#!/usr/bin/python3
import sys
tilt = float(sys.argv[1])
for line in sys.stdin:
    x = float(line.split()[1])
    print(repr(2 + 16 * x * x * (1 - x) ** 2 + tilt * x), flush=True)
END
chmod +x wells
netnew --pixels fashion -s 9 small >end
dirgen -q -k toward end <net >way
evalgrid -q --x=-0.5:1.5:21 --exec-form text --exec './wells 0' way >wells.ll
is "$(gridstat -q wells.ll | grep -A 1 '^  barrier ')" "  barrier     1 at x = 0.5, above the ends' 2 and 2
              highest loss 3 at x = 0.5" \
	"two equal minima: the barrier and where it is"
evalgrid -q --x=-0.5:1.5:21 --exec-form text --exec './wells 1.6' way >tilted.ll
gridstat -q --json tilted.ll | jq -e '.surfaces[0].barrier | (.height - 1 | fabs) < 1e-12 and .at == 0.5 and
	(.highest_at - 0.6 | fabs) < 1e-12 and (.highest - 3.8816 | fabs) < 1e-9 and .points == 9 and .ends == [2, 3.6]' >/dev/null
ok $? "a tilt moves the highest loss, not the barrier"
evalgrid -q --x=-0.5:0.9:15 --exec-form text --exec './wells 0' way | gridstat -q - | grep -q '^  barrier '
is $? 1 "a line that does not reach the other network has none"
evalgrid -q --x=-0.5:1.5:21 --exec-form text --exec './wells -8' way >down.ll
is "$(gridstat -q --compare barrier wells.ll down.ll)" "not distinguishable: 1 < 1" "both are as high above their ends"
is "$(gridstat -q --compare highest wells.ll tilted.ll)" "holds: 3 < 3.882" "and their highest losses are told apart"

# On images the error is that of their groups, all three losses together.
netload --arch small --pixels fashion "$ROOT/tests/data/torch/small_epoch10.pt" >far
dirgen -k toward --over states far <net |
	evalgrid -q -d /usr/share/datasets/fashion-mnist --sample 96 --groups --x=0:1:6 >line.ll
gridstat -q --json line.ll | jq .surfaces[0].barrier >said
recdump --json line.ll | jq -c 'select(.kind == "point") | .header | [.x, .loss, .groups]' >points
/usr/bin/python3 - <<'END'
import json, numpy as np
said = json.load(open('said'))
points = sorted(json.loads(line) for line in open('points'))
x, loss = (np.array([p[i] for p in points]) for i in range(2))
groups = np.array([p[2] for p in points])
above = loss - (1 - x) * loss[0] - x * loss[-1]
k = above[1:-1].argmax() + 1
by = groups[k] - (1 - x[k]) * groups[0] - x[k] * groups[-1] - above[k]
se = np.sqrt(1 - 96 / 60000) * by.std(ddof=1) / 4
assert abs(said['height'] - above[k]) < 1e-12 and said['at'] == x[k], (said, above)
assert abs(said['se'] - se) < 1e-9 * se, (said, se)
END
ok $? "the barrier's error is that of numpy"
done_testing
