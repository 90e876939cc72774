#!/bin/bash
# gridmerge: what stands beside the points comes once, whichever shards have it.
. "$(dirname "$0")/../tap.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
export PYTHONPATH=$ROOT/pipelines

# shards N PATH MORE: N shards of a line of N points, or all of it for 1 of N = 0;
# each with a path of PATH checkpoints, and MORE a note of its own.
cat >"$T/shards" <<'END'
import math, sys, losspipe
n, path, more = map(int, sys.argv[1:])
run, places = 'ab' * 32, n or 8
out = losspipe.Writer(sys.stdout.buffer)
for i in range(n or 1):
    out.begin('evalgrid')
    out.record('grid', {'run': run, 'x': [0.0, places - 1.0, places], 'y': None, 'reps': 1,
                        'sets': ['train'], 'loss': 'l', 'shard': [i, n or 1], 'kernel': 'k'})
    for k in range(path):
        out.record('path', {'name': 'run', 'rep': 0, 'i': k, 'step': 3 * k, 'epoch': k, 'lr': 0.1,
                            'drop': False, 'method': 'lstsq', 'x': 1e-3 * k, 'y': 0.0,
                            'norm': math.hypot(1e-3 * k, 0.5), 'off': 0.5,
                            'off_biasbn': 0.3, 'off_rest': 0.4,
                            'share': 0.5 / math.hypot(1e-3 * k, 0.5), 'model': '0' * 16, 'checkpoint': '%016x' % k,
                            'length_x': 1.0, 'length_y': 0.0, 'cosine': 0.0})
    for note in [i] if n and more else range(8 * more):
        out.record('x-note', {'shard': note})
    for p in [i] if n else range(places):
        out.record('point', {'run': run[:16], 'rep': 0, 'set': 'train', 'ix': p, 'iy': 0,
                             'x': float(p), 'y': 0.0, 'loss': p + 0.5, 'status': 'ok'})
    out.end()
END
shards() { /usr/bin/python3 "$T/shards" "$@"; }

shards 0 3 1 | gridmerge >"$T/whole"
shards 8 3 1 | gridmerge | cmp -s - "$T/whole"
ok $? "each record once, new ones of later shards behind"
# To look for each record at every byte would take minutes.
shards 0 10000 0 | gridmerge >"$T/whole"
shards 8 10000 0 | gridmerge | cmp -s - "$T/whole"
ok $? "eight shards with a path of 10000 checkpoints"

# Points of different numbers of images: more images hold, in either order, and
# what they say beside the loss goes along; as many that disagree are an error.
cat >"$T/images" <<'END'
import sys, losspipe
out = losspipe.Writer(sys.stdout.buffer)
run = 'ab' * 32
out.begin('evalgrid')
out.record('grid', {'run': run, 'x': [0.0, 1.0, 2], 'y': None, 'reps': 1, 'sets': ['a'],
                    'loss': 'l', 'shard': [0, 1], 'kernel': 'k', 'data': [
                        {'set': 'a', 'name': 'npz', 'n': 400, 'total': 400, 'digest': run}]})
out.record('request', {'id': 5, 'x': 0.5, 'y': 0.0})
for where, n in zip(({'ix': 0, 'iy': 0, 'x': 0.0}, {'ix': 1, 'iy': 0, 'x': 1.0}, {'id': 5, 'x': 0.5}), sys.argv[1:]):
    n, off = map(int, (n + '+0').split('+')[:2])
    se = 1 / n ** 0.5 * (1 - n / 400) ** 0.5
    point = {'run': run[:16], 'rep': 0, 'set': 'a', 'y': 0.0, 'loss': 1 + off + 1 / n, 'acc': 50.0,
             'se': se, 'sd': 1.0, 'n': n, 'status': 'ok', **where}
    if n < 400:
        point.update(half=3 * se, acc_lo=40.0, acc_hi=60.0)
    out.record('point', point)
out.end()
END
images() { /usr/bin/python3 "$T/images" "$@"; }
images 400 200 300 | gridmerge >"$T/most"
{ images 100 200 300; images 400 100 200; } | gridmerge | cmp -s - "$T/most"
ok $? "of two points that of more images is taken"
{ images 400 100 200; images 100 200 300; } | gridmerge | cmp -s - "$T/most"
ok $? "in either order"
for other in '100+1 200 300' '100 200+1 300' '100 200 300+1'; do
	# shellcheck disable=SC2086
	{ images 100 200 300; images $other; } | gridmerge 2>&1 >/dev/null |
		grep -q 'comes twice and the two disagree'
	ok $? "as many images and another loss ($other) are an error"
done
done_testing
