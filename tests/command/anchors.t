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

# shellcheck disable=SC2086
evalgrid --estimate -q $grid -d $images --error 1% --anchors anchors.ll plane.ll >cost
is "$(grep -c '^anchors: 20 points, 0\.4[0-9]* MB of memory$' cost)" 1 "--estimate says what memory they take"

near=$(mean helped.ll)
# Losses that the anchors do not know: it costs more, and is not wrong.
evalgrid -q --x=-9:9:2 --y=-9:9:2 -d $images --per-image plane.ll >far.ll
eval_grid --error 1% --anchors far.ll >helped.ll
recdump --json helped.ll >helped.json
is "$("$python" held.py)" "0 0" "far anchors: losses are within their half-widths"
[ "$(mean helped.ll)" -gt $((near * 2)) ]
ok $? "which costs more ($(mean helped.ll) images, near ones $near)"

# Files that are no anchors: whole streams, whose losses are others than their points say.
cat >forge.py <<'END'
import hashlib, random, struct, sys, zlib, msgpack
how, out, n, r = sys.argv[1], b'', 0, random.Random(1)
for magic, kind, h, payload, crc in msgpack.Unpacker(sys.stdin.buffer, max_buffer_size=0):
    if kind == 'losses':
        v = list(struct.unpack('<%df' % (len(payload) // 4), payload))
        if how in ('nan', 'inf'): v[7] = float(how)
        if how == 'shuffled': r.shuffle(v)
        if how == 'larger': v = [1.5 * x for x in v]
        if how == 'fewer': v = v[:100]
        if how == 'some' and h['ix'] == 1: continue
        payload = struct.pack('<%df' % len(v), *v)
    if kind == 'end': h = {'count': n, 'digest': hashlib.sha256(out).hexdigest()}
    elif kind != 'begin': n += 1
    record = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, h, payload)))
    out += record + b'\xce' + struct.pack('>I', zlib.crc32(record))
sys.stdout.buffer.write(out)
END
forge() { "$python" forge.py "$1" <anchors.ll >forged.ll; }
forge same
eval_grid --error 1% --anchors forged.ll >forged
is "$(what loss forged | cksum)" "$(helped >again && what loss again | cksum)" "what is written anew is the same"
for how in nan inf larger; do
	forge $how
	fails 1 "losses of single images have a mean of [^ ]*, their point says" "losses that are $how" \
		eval_grid --error 1% --anchors forged.ll
done
forge fewer
fails 1 'a point of 5000 images has losses of 100 single images' "of a hundred images" \
	eval_grid --error 1% --anchors forged.ll
fails 1 'a point of 5000 images has losses of 100 single images' "which gridmerge refuses, too" gridmerge forged.ll
forge some
fails 1 'forged.ll: 4 of 20 points have no losses of single images' "of some points" \
	eval_grid --error 1% --anchors forged.ll
evalgrid -q --x=-0.4:0.4:5 --y=0:0.3:4 -d $images --per-image --shard 1/3 plane.ll >forged.ll
fails 1 'forged.ll: .*13 of 20 points are missing' "a shard of them" eval_grid --error 1% --anchors forged.ll
head -c 200000 anchors.ll >forged.ll
fails 1 'forged.ll: truncated' "torn ones" eval_grid --error 1% --anchors forged.ll
evalgrid -q --x=-0.4:0.4:5 --y=0:0.3:4 -d $images --per-image --loss mse plane.ll >forged.ll
fails 1 "anchors' loss is mse, expected crossentropy" "another loss's" eval_grid --error 1% --anchors forged.ll
evalgrid -q --x=-0.4:0.4:5 --y=0:0.3:4 -d $images --per-image --sample 100 plane.ll >forged.ll
fails 1 'anchors are of other images' "a subset's" eval_grid --error 1% --anchors forged.ll
cat anchors.ll fewer.ll >forged.ll
fails 1 '2 surfaces, expected one' "two of them" eval_grid --error 1% --anchors forged.ll
# What nobody can tell from the truth costs more, and is not wrong.
forge shuffled
eval_grid --error 1% --anchors forged.ll >helped.ll
recdump --json helped.ll >helped.json
is "$("$python" held.py)" "0 0" "shuffled losses: losses are within their half-widths"
[ "$(mean helped.ll)" -gt $((near * 2)) ]
ok $? "which costs more ($(mean helped.ll))"
# Points that are no number have no losses, and are no anchors; files that have them are read.
evalgrid -q --x=-0.4:1e30:2 --y=0:0:1 -d $images --per-image plane.ll >far.ll
is "$(recdump far.ll | grep -c '^point.*status=nan') $(recdump far.ll | grep -c '^losses')" "1 1" \
	"a loss that is none has none of images"
passes "gridmerge takes it" gridmerge -o farm.ll far.ll
eval_grid --error 5% --anchors far.ll >farhelp.ll
is "$?" 0 "anchors may have such a point"

# Requested points have the help of the cell they lie in; requested anchors are none.
printf '%s %s %s\n' 1 0.1 0.12 2 -0.03 0.22 | losspipe run ask >requests.ll
evalgrid -q -d $images --error 1% --anchors anchors.ll plane.ll requests.ll >asked.ll
evalgrid -q -d $images --error 1% plane.ll requests.ll >alone.ll
is "$(what anchors asked.ll | tr '\n' ' ')" "4 4 " "a requested point has four anchors"
[ "$(mean asked.ll)" -lt "$(mean alone.ll)" ]
ok $? "and needs fewer images ($(mean asked.ll), $(mean alone.ll))"
evalgrid -q --x=-0.4:0.4:5 --y=0:0.3:4 -d $images --per-image plane.ll requests.ll >more.ll
# shellcheck disable=SC2086
evalgrid $grid -d $images --error 1% --anchors more.ll plane.ll 2>err >/dev/null
grep -q '2 requested points beside the grid are left out (anchors are the points of a grid' err
ok $? "requested points of anchors are left out, which is said"

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
