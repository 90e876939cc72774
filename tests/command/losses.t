#!/bin/bash
# evalgrid --per-image: the losses of single images stay with their point.
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit 1
images=$ROOT/tests/data/sets/fashion-48.npz
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" |
	dirgen -s 1 | fnorm >plane.ll
printf '%s %s %s\n' 4 0.3 0.1 | losspipe run ask >requests.ll
eval_grid() { evalgrid -q --x=-1:1:3 --y=0:1:2 -d "$images" "$@" plane.ll requests.ll; }

eval_grid >plain.ll
eval_grid --per-image >whole.ll
is "$(recdump whole.ll | grep -c '^losses .* offset=0} +192 bytes$')" 7 "48 losses behind each point"
is "$(recdump whole.ll | grep '^point')" "$(recdump plain.ll | grep '^point')" "which is the same"
eval_grid --per-image -j3 -b7 | cmp -s - whole.ll
ok $? "threads and blocks do not matter"
gridmerge whole.ll >merged.ll
for i in 2 0 1; do eval_grid --per-image --shard $i/3; done | gridmerge | cmp -s - merged.ll
ok $? "nor do shards: gridmerge keeps losses with their points"
gridmerge plain.ll whole.ll | cmp -s - merged.ll
ok $? "a point that comes twice has them"
for cut in 1500 2200 2300; do
	head -c $cut whole.ll >out.ll.part
	eval_grid --per-image -o out.ll
	gridmerge out.ll | cmp -s - merged.ll
	ok $? "continued after $cut bytes"
done
eval_grid -o out.ll
gridmerge out.ll | cmp -s - <(gridmerge plain.ll)
ok $? "who does not ask for them leaves them out"
eval_grid --per-image -o out.ll
gridmerge out.ll | cmp -s - merged.ll
ok $? "who does computes again"
passes "other readers pass them by" contour -q -o out.svg whole.ll
gridstat whole.ll >a && gridstat plain.ll >b
cmp -s a b
ok $? "and gridstat says the same"

[ -x "$python" ] || done_testing
cat >check.py <<'END'
import struct, sys
from losspipe import records
losses, bad = {}, 0
point = None
for kind, h, payload in (r[:3] for r in records(open(sys.argv[1], 'rb'))):
    if kind == 'point':
        point = h
    if kind == 'losses':
        values = struct.unpack('<%df' % (len(payload) // 4), payload)
        bad += abs(sum(values) / len(values) - point['loss']) > 1e-6 * point['loss']
        bad += any(h.get(k) != point.get(k) for k in ('rep', 'set', 'ix', 'iy', 'id', 'x', 'y'))
print(bad)
END
is "$(PYTHONPATH=$ROOT/pipelines "$python" check.py whole.ll 2>&1 | tail -n 1)" 0 "their mean is the loss"
fails 2 'leave out one of them' "--error takes some images only" \
	eval_grid --per-image --error 2%
done_testing
