#!/usr/bin/env bash
# hessdens: densities of eigenvalues, their laws, and contour --style density.
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit 1
images=$ROOT/tests/data/sets/fashion-48.npz
netload -q --arch small --pixels fashion --label trained \
	"$ROOT/tests/data/nets/fashion-small.pt" >net
netnew small --pixels fashion -s 3 --label fresh >fresh
# Fewer images are another Hessian, of which all the same must be true.
few=48
[ -n "${SHORT:-}" ] && few=12
dens() { hessdens -q -d "$images" -n $few -s 5 --probes 3 --steps 30 "$@"; }

dens -j1 net >one
ok $? "a model"
dens -j2 <net >two
passes "same bytes with 2 threads, from standard input" cmp one two
dens -o file net
passes "and to a file" cmp one file
is "$(recdump one | grep -c ^quadrature)" 3 "a quadrature per probe"
dens --probes 2 net fresh >both
is "$(recdump both | grep -c ^density)" 2 "two models, a density each"
dirgen -s 1 <net | dens | recdump | grep '^density\|^quad' >d
recdump one | grep '^density\|^quad' | cmp -s - d
ok $? "directions do not count"

hessgrid -q -d "$images" -n $few -s 5 --trace 3 net >eigen
if /usr/bin/python3 -c 'import msgpack' 2>/dev/null; then
	cat >law.py <<'END2'
import sys, math, msgpack
def load(path):
    return [r[1:3] for r in msgpack.Unpacker(open(path, 'rb'), max_buffer_size=0)]
records = load(sys.argv[1])
d, = [h for kind, h in records if kind == 'density']
probes = [h for kind, h in records if kind == 'quadrature']
point = [h for kind, h in load(sys.argv[2]) if kind == 'point'][0]
assert [q['probe'] for q in probes] == list(range(d['probes']))
assert abs(d['integral'] - 1) < 1e-6
lo, hi = d['range']
n = len(d['values'])
step = (hi - lo) / (n - 1)
v = d['values']
assert abs(step * (sum(v) - (v[0] + v[-1]) / 2) - d['integral']) < 1e-9
# a Ritz value lies in the spectrum, and a residual next to hessgrid's
room = point['max_res'] + point['min_res'] + 1e-5 * point['max_eig']
for q in probes:
    assert abs(sum(q['weights']) - 1) < 1e-12 and min(q['weights']) >= 0
    assert min(q['nodes']) >= point['min_eig'] - room
    assert max(q['nodes']) <= point['max_eig'] + room
# z . H z of the same z, once in float and once normalised
assert abs(d['trace'] / point['trace'] - 1) < 1e-5
assert abs(d['trace_se'] / point['trace_se'] - 1) < 1e-4
# the curve is the Gaussians of the nodes
for i in range(0, n, 97):
    x = lo + i * step
    y = [sum(w * math.exp(-0.5 * ((x - t) / d['width']) ** 2)
             for t, w in zip(q['nodes'], q['weights'])) for q in probes]
    mean = sum(y) / len(y) / (d['width'] * math.sqrt(2 * math.pi))
    assert abs(mean - v[i]) <= 1e-9 * max(v)
assert d['n'] == 3688 and 'fc.weight' in d['tensors'] and len(d['tensors']) == 4
END2
	passes "integral, weights, extremes, trace and curve" /usr/bin/python3 law.py one eigen
else
	ok 0 "laws # SKIP no python3-msgpack"
fi
is "$(dens --tensors 'fc*' net | recdump | grep -o 'tensors=\[[^]]*\]' | tail -1)" \
	'tensors=[fc.weight]' "--tensors takes a pattern"
is "$(dens -d two="$images" net | recdump | grep -c '^density.*set=t')" 2 "two data sets"
dens --range 0,10 --width 0.05 net | recdump | grep '^density' >part
ok $? "a range and a width"
grep -q 'integral=0\.[0-9]' part
ok $? "an integral below 1 says what is cut off"
fails 1 'expected at most the width' "a width between the points" dens --width 1e-6 net
fails 1 "no tensor of two dimensions is called 'bn" "a pattern without tensors" \
	dens --tensors 'bn*' net
fails 1 'truncated' "a torn model" sh -c 'head -c 3000 net | hessdens -q -d "$1"' sh "$images"
fails 2 'no data' "no data" hessdens net
fails 2 'expected lo,hi' "a range backwards" dens --range 3,1 net

contour --style density both >both.svg
ok $? "a picture"
passes "well-formed" xmllint --noout both.svg
grep -q 'eigenvalue of the Hessian' both.svg && grep -q '>trained<' both.svg &&
	grep -q '>fresh<' both.svg
ok $? "with its axis and labels"
dens -n 20 net | contour --style density --title "T &" >n.svg
grep -q '20 of 48 images' n.svg
ok $? "a subset is said"
fails 1 'has no density' "points are no density" \
	contour --style density "$ROOT/tests/data/streams/surface.ll"
done_testing
