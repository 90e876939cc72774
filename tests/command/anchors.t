#!/bin/bash
# evalgrid --anchors: points whose losses of single images are known help their
# neighbours.  (Whether half-widths hold with them is asked by coverage.t.)
. "$(dirname "$0")/../tap.sh"
[ -x "$python" ] || skip_all "no $python"
cd "$T" || exit 1
cat >set.py <<'END'
import random, struct, sys
name, r = sys.argv[1], random.Random(int(sys.argv[2]))
with open(name + '-images-idx3-ubyte', 'wb') as f:
    f.write(struct.pack('>4I', 2051, 5000, 4, 4) + bytes(r.getrandbits(8) for _ in range(80000)))
with open(name + '-labels-idx1-ubyte', 'wb') as f:
    f.write(struct.pack('>2I', 2049, 5000) + bytes(r.randrange(10) for _ in range(5000)))
END
"$python" set.py train 1
images=train-images-idx3-ubyte
netnew -s 1 mlp --input 1,4,4 --pixels mnist | dirgen -s 3 >plane.ll
grid="--x=-0.4:0.4:9 --y=0:0.3:7"
# shellcheck disable=SC2086
eval_grid() { evalgrid -q $grid -d $images "$@" plane.ll; }
evalgrid -q --x=-0.4:0.4:5 --y=0:0.3:4 -d $images --per-image -o anchors.ll plane.ll
eval_grid >full.ll
eval_grid --error 1% >plain.ll
helped() { eval_grid --error 1% --anchors anchors.ll "$@"; }
helped -j1 >helped.ll

# what FIELD FILE: that field of all points.
what() { recdump --json "$2" | sed -n 's/.*"kind":"point".*"'"$1"'":\([^,}]*\).*/\1/p'; }
mean() { what n "$1" | awk '{ s += $1 } END { print int(s / NR) }'; }
[ $(($(mean helped.ll) * 2)) -lt "$(mean plain.ll)" ]
ok $? "with anchors points take less than half of the images ($(mean helped.ll), $(mean plain.ll))"
is "$(what anchors helped.ll | sort | uniq -c | awk '{ printf "%s:%s ", $2, $1 }')" "1:20 2:31 4:12 " \
	"a point has the anchors of its cell, one on a line between two, one at an anchor that one"
cat >held.py <<'END'
import json, sys
def points_of(name):
    return {(p['header']['ix'], p['header']['iy']): p['header'] for p in map(json.loads, open(name))
            if p['kind'] == 'point'}
full, points = points_of('full.json'), points_of('helped.json')
off = [abs(p['loss'] - full[at]['loss']) > p.get('half', 0) + 1e-6 for at, p in points.items()]
big = [p['se'] > 0.01 * p['loss'] and p['half'] > 0.03 * 2.3026 / 25 for p in points.values() if p['n'] < 5000]
print(sum(off), sum(big))
END
recdump --json full.ll >full.json
recdump --json helped.ll >helped.json
is "$("$python" held.py)" "0 0" "losses are within their half-widths, errors as asked for"
helped -j3 -b 7 | cmp -s - helped.ll
ok $? "threads and blocks do not matter"
gridmerge helped.ll >merged.ll
for i in 2 0 1; do helped --shard $i/3; done | gridmerge | cmp -s - merged.ll
ok $? "nor do shards"
head -c 6000 helped.ll >out.ll.part
helped -o out.ll
gridmerge out.ll | cmp -s - merged.ll
ok $? "continued"
eval_grid --error 5% --anchors anchors.ll -o loose.ll
helped -o loose.ll
gridmerge loose.ll | cmp -s - merged.ll
ok $? "5 % and then 1 % is 1 %"
gridmerge anchors.ll >reordered.ll
eval_grid --error 1% --anchors reordered.ll | cmp -s - helped.ll
ok $? "the order of the anchors does not matter"
evalgrid -q --x=-0.4:0.4:3 --y=0:0.3:2 -d $images --per-image plane.ll >fewer.ll
fails 1 'holds run .*, this is run' "other anchors are another run" \
	eval_grid --error 1% --anchors fewer.ll -o loose.ll

near=$(mean helped.ll)
# Losses that the anchors do not know: it costs more, and is not wrong.
evalgrid -q --x=-9:9:2 --y=-9:9:2 -d $images --per-image plane.ll >far.ll
eval_grid --error 1% --anchors far.ll >helped.ll
recdump --json helped.ll >helped.json
is "$("$python" held.py)" "0 0" "far anchors: losses are within their half-widths"
[ "$(mean helped.ll)" -gt $((near * 2)) ]
ok $? "which costs more ($(mean helped.ll) images, near ones $near)"

fails 2 'anchors is for --error' "--anchors alone" eval_grid --anchors anchors.ll
fails 1 'no point of a grid has losses of single images' "points alone" \
	eval_grid --error 1% --anchors full.ll
netnew -s 2 mlp --input 1,4,4 --pixels mnist | dirgen -s 3 >other.ll
fails 1 'anchors are of another plane' "another plane's" \
	evalgrid -q -d $images --error 1% --anchors anchors.ll other.ll
"$python" set.py t10k 2
fails 1 'anchors are of other images' "other images'" \
	evalgrid -q -d train=t10k-images-idx3-ubyte --error 1% --anchors anchors.ll plane.ll
done_testing
