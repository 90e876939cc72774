#!/usr/bin/env bash
# nethist: histograms and norms of weights, and contour --style histogram.
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit 1
netload -q --arch small --pixels fashion --label "a <small> one" \
	"$ROOT/tests/data/nets/fashion-small.pt" >a
netnew small --pixels fashion -s 3 >b
nethist a >h
ok $? "a model"
recdump --json h >h.json
is "$(grep -c '"kind":"norm"' h.json)" 4 "a norm per weight of a convolution or linear layer"
is "$(nethist --over weights a | recdump | grep -c ^norm)" 12 "--over weights: biases and batch norms"
is "$(nethist --over states a | recdump | grep -c ^norm)" 18 "--over states: running statistics, no counters"
is "$(nethist --tensors 'conv[12]*' a | recdump | sed -n 's/^norm.*name=\([^ ]*\) .*/\1/p' | tr '\n' ' ')" \
	"conv1.weight conv2.weight " "--tensors takes a pattern"
is "$(nethist --tensors fc.weight --tensors 'conv1*' a | recdump | grep -c ^norm)" 2 "and another"
cat a b | nethist | recdump | grep -c ^histogram >n
is "$(cat n)" 2 "two models, a histogram each"
nethist a | cmp -s - h && nethist <a | cmp -s - h && nethist -o file a && cmp -s file h
ok $? "same bytes from operand, standard input, to a file"
dirgen -s 1 <a | nethist | recdump | grep -v '^begin\|^end' >d
recdump h | grep -v '^begin\|^end' | cmp -s - d
ok $? "directions do not count"

if /usr/bin/python3 -c 'import msgpack, numpy' 2>/dev/null; then
	cat >oracle.py <<'END'
import sys, msgpack, numpy as np
def load(path):
    return [r[1:4] for r in msgpack.Unpacker(open(path, 'rb'), max_buffer_size=0)]
w = {}
for kind, h, payload in load(sys.argv[1]):
    if kind == 'tensor' and h['dtype'] == '<f4':
        w.setdefault(h['name'], []).append(np.frombuffer(payload, '<f4'))
records = load(sys.argv[2])
near = lambda a, b: abs(a - b) <= 1e-12 * max(abs(a), abs(b), 1e-3)
def check(h, v):
    v = v.astype('f8')
    want = dict(n=v.size, norm=np.sqrt((v * v).sum()), mean=v.mean(), sd=v.std(),
                min=v.min(), max=v.max())
    for key, x in want.items():
        assert near(h[key], x), (h.get('name'), key, h[key], x)
names = [h['name'] for kind, h, _ in records if kind == 'norm']
for kind, h, _ in records:
    if kind == 'norm':
        check(h, np.concatenate(w[h['name']]))
    if kind == 'histogram':
        v = np.concatenate([np.concatenate(w[n]) for n in names])
        check(h, v)
        lo, hi = h['range']
        counts = np.histogram(v.astype('f8'), len(h['counts']), (lo, hi))[0]
        assert (counts == h['counts']).all()
        assert h['below'] == (v < lo).sum() and h['above'] == (v > hi).sum()
        assert sum(h['counts']) + h['below'] + h['above'] + h['nan'] == v.size
END
	passes "counts, norms and moments are numpy's" /usr/bin/python3 oracle.py a h
	for options in "--bins 7 --range -0.3,0.25" "--bins 1000" "--over states --range 0,1" \
		"--bins 1 --range 5,6" "--tensors conv3* --bins 64 --range -0.5,0.5"; do
		# shellcheck disable=SC2086  # a list of options
		nethist $options a >some
		passes "with $options" /usr/bin/python3 oracle.py a some
	done
	# Filters in another order: the same histogram.
	cat >permute.py <<'END'
import hashlib, sys, zlib, msgpack, numpy as np
out, count = b'', -1
for magic, kind, h, payload, crc in msgpack.Unpacker(sys.stdin.buffer, max_buffer_size=0):
    if kind == 'tensor' and h['name'] == 'conv3.weight':
        payload = np.frombuffer(payload, '<f4').reshape(h['shape'])[::-1, ::-1].tobytes()
    if kind == 'end':
        h = {'count': count, 'digest': hashlib.sha256(out).hexdigest()}
    r = b'\x95' + b''.join(map(msgpack.packb, (magic, kind, h, payload)))
    out += r + b'\xce' + zlib.crc32(r).to_bytes(4, 'big')
    count += 1
sys.stdout.buffer.write(out)
END
	/usr/bin/python3 permute.py <a >permuted
	for f in a permuted; do nethist $f | recdump | sed -n 's/.* counts=\(.*\) meta.*/\1/p'; done | uniq >counts
	is "$(wc -l <counts)" 1 "permuted filters have the same counts"
fi

# ---- the picture ----
nethist --range -1,1 a b | contour --style histogram --title Weights >two.svg
xmllint --noout two.svg 2>/dev/null && grep -q '>a &lt;small&gt; one: norm 15.5, 3688 weights<' two.svg &&
	grep -q '>small: norm 9.109, 3688 weights<' two.svg && grep -q '>weights in a bin<' two.svg
ok $? "two models in one plot, with labels and norms"
grep -q '% of the weights lie outside<' two.svg
ok $? "what lies outside is said"
grep -q '<desc>.*netload' two.svg && grep -q 'nethist [0-9.]* over=filters bins=100 range' two.svg
ok $? "desc has the pipelines"
(nethist a && nethist --bins 30 b) | contour --style histogram --log >bins.svg
grep -q '>share of the weights, per unit<' bins.svg
ok $? "other bins: densities"
nettrain -q -d "$ROOT/tests/data/sets/fashion-48.npz" --batch 24 --bn-batch 8 --epochs 1 a >run
nethist run | contour --style histogram >run.svg
is "$(grep -c 'ghost batches of 8, epoch [01]: norm' run.svg)" 2 "ghost batches are marked"
fails 1 'has no histogram' "points are no histogram" \
	contour --style histogram "$ROOT/tests/data/streams/surface.ll"
head -c 1000 h >torn
fails 1 'truncated' "a torn stream" contour --style histogram torn
fails 1 'nothing to draw' "nothing inside" sh -c 'nethist --range 50,60 a | contour --style histogram'

# ---- mistakes ----
fails 1 'no tensor of the model is among filters with such a name' "no such name" \
	nethist --tensors nothing a
fails 2 "range is '1'" "half a range" nethist --range 1 a
fails 2 "lo below hi" "a range that falls" nethist --range 1,0 a
fails 2 "bins" "no bins" nethist --bins 0 a
done_testing
