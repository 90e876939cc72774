#!/bin/bash
# evalgrid --error: as many images a point as a stated error takes.
# (Whether the half-widths hold is asked by tests/command/coverage.t.)
. "$(dirname "$0")/../tap.sh"
[ -x "$python" ] || skip_all "no $python"
cd "$T" || exit 1

# set NAME N SEED [SIDE]: N random images of 4 x 4 or SIDE x SIDE and their labels.
cat >set.py <<'END'
import random, struct, sys
name, n, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
r, side = random.Random(seed), int((sys.argv + [4])[4])
with open(name + '-images-idx3-ubyte', 'wb') as f:
    f.write(struct.pack('>4I', 2051, n, side, side))
    f.write(bytes(r.getrandbits(8) for _ in range(side * side * n)))
with open(name + '-labels-idx1-ubyte', 'wb') as f:
    f.write(struct.pack('>2I', 2049, n) + bytes(r.randrange(10) for _ in range(n)))
END
"$python" set.py train 5000 1
"$python" set.py t10k 1500 2
images=train-images-idx3-ubyte
netnew -s 1 mlp --input 1,4,4 --pixels mnist | dirgen -s 3 >plane.ll
eval_grid() { evalgrid -q --x=-0.4:0.4:9 --y=0:0.3:8 "$@" plane.ll; }

# what FIELD FILE: that field of all points.
what() { recdump --json "$2" | sed -n 's/.*"kind":"point".*"'"$1"'":\([^,}]*\).*/\1/p'; }

eval_grid -d $images >full.ll
for e in 20 5 1; do
	eval_grid -d $images -j1 --error $e% >e$e.ll
done
cat >obeys.py <<'END'
import json, math, sys
error, points, all_ = float(sys.argv[1]) / 100, 0, 0
def points_of(name):
    return [p['header'] for p in map(json.loads, open(name)) if p['kind'] == 'point']
full = {(p['ix'], p['iy']): p for p in points_of(sys.argv[3])}
looks = {64 * math.ceil(4 * 2 ** (k / 4)) for k in range(100)} | {5000}
for p in points_of(sys.argv[2]):
    points, all_ = points + 1, all_ + (p['n'] == 5000)
    assert p['n'] in looks, p
    if p['n'] == 5000:
        assert p == full[p['ix'], p['iy']]
        continue
    assert p['se'] <= error * p['loss'] or p['half'] <= 3 * error * math.log(10) / 25, p
    assert 3 * p['se'] <= p['half'] and p['acc_lo'] <= p['acc'] <= p['acc_hi'], p
    assert abs(p['loss'] - full[p['ix'], p['iy']]['loss']) <= p['half'], p
print(points)
END
for e in 20 5 1; do
	recdump --json e$e.ll >e.json
	recdump --json full.ll >full.json
	is "$("$python" obeys.py $e e.json full.json 2>&1 | tail -n 1)" 72 \
		"$e %: each point ends at a look where it may, and tells how sure it is"
done
is "$(what n e20.ll | sort -n | sed -n '1p;$p' | tr '\n' ' ')" "256 256 " \
	"20 %: the first look is enough"
[ "$(what n e1.ll | sort -nu | wc -l)" -gt 3 ]
ok $? "1 %: points have different numbers of images"

# The same bytes, however the work is cut.
for e in 5 1; do
	eval_grid -d $images -j3 -b 7 --error $e% | cmp -s - e$e.ll
	ok $? "$e %: threads and blocks do not matter"
	gridmerge e$e.ll >whole.ll
	for n in 3 64; do
		for ((i = n - 1; i >= 0; i--)); do
			eval_grid -d $images --error $e% --shard $i/$n
		done | gridmerge | cmp -s - whole.ll
		ok $? "$e %: nor do $n shards"
	done
done
eval_grid -d $images --error 1% -o s.ll
for cut in 3000 6001 9500; do
	head -c $cut s.ll >cut.ll.part
	eval_grid -d $images --error 1% -o cut.ll
	gridmerge cut.ll | cmp -s - <(gridmerge s.ll)
	ok $? "1 %: continued after $cut bytes"
	rm cut.ll
done

# A surface is sharpened: points that are good enough stay.
gridmerge e5.ll >merged5.ll
gridmerge e1.ll >merged1.ll
gridmerge full.ll >merged.ll
eval_grid -d $images --error 5% -o s5.ll
eval_grid -d $images --error 1% -o s5.ll
gridmerge s5.ll | cmp -s - merged1.ll
ok $? "5 % and then 1 % is 1 %"
gridmerge e5.ll e1.ll | cmp -s - merged1.ll
ok $? "gridmerge takes the point of more images"
gridmerge e1.ll e5.ll | cmp -s - merged1.ll
ok $? "whichever comes first"
for ((i = 0; i < 3; i++)); do
	eval_grid -d $images --error 5% --shard $i/3 -o shard$i.ll
	eval_grid -d $images --error 1% --shard $i/3 -o shard$i.ll
done
gridmerge shard?.ll | cmp -s - merged1.ll
ok $? "5 % and then 1 % in shards is 1 %"
eval_grid -d $images --error 20% -o s2.ll
cp s2.ll before.ll
evalgrid -d $images --error 20% --x=-0.4:0.4:9 --y=0:0.3:8 plane.ll -o s2.ll 2>err
cmp -s s2.ll before.ll
ok $? "the same error again does nothing"
grep -q 'resuming: 72 of 72 points' err
ok $? "and says so"
head -c 9000 s5.ll >s2.ll.part
evalgrid -d $images --error 1% --x=-0.4:0.4:9 --y=0:0.3:8 plane.ll -o s2.ll 2>err
gridmerge s2.ll | cmp -s - merged1.ll
ok $? "what a killed sharpening has done is taken beside what was there"
eval_grid -d $images --error 20% -o s2.ll
gridmerge s2.ll | cmp -s - merged1.ll
ok $? "a looser error leaves what is sharper"
eval_grid -d $images -o s2.ll
gridmerge s2.ll | cmp -s - merged.ll
ok $? "and without --error the points are those of all images"
eval_grid -d $images --error 5% -o s2.ll
gridmerge s2.ll | cmp -s - merged.ll
ok $? "which satisfy every error"
fails 1 'holds run .*, this is run' "another order of images is another run" \
	eval_grid -d $images --error 5% --sample-seed 1 -o s5.ll
eval_grid -d $images --error 5% --sample-seed 1 >other.ll
is "$(recdump --json other.ll | sed -n 's/.*"kind":"grid".*"order":\([0-9]*\).*/\1/p')" 1 \
	"whose grid tells its seed"

# Killed at any time: what is there is drawn whole, and the same line goes on.
evalgrid -q --x=-0.4:0.4:9 --y=0:0.3:8 -d $images -j1 --error 1% -o killed.ll plane.ll &
for ((i = 0; i < 500; i++)); do
	[ "$(stat -c %s killed.ll.part 2>/dev/null || echo 0)" -lt 5000 ] || break
	sleep 0.01
done
kill -9 $! 2>/dev/null
wait $! 2>/dev/null
if [ -e killed.ll.part ]; then
	passes "a part is drawn" contour -q --partial --interpolate cubic -o part.svg killed.ll.part
	grep -q 'partial: [0-9]* of 72 points are missing<' part.svg &&
		grep -Eq '>[0-9.]+ % of 5,000 images, standard errors to [0-9.]+ %<' part.svg
	ok $? "and tells its points, images and error"
	passes "in numbers, too" gridstat -q --partial killed.ll.part
fi
eval_grid -d $images --error 1% -o killed.ll
gridmerge killed.ll | cmp -s - merged1.ll
ok $? "1 %, killed and continued"
# A sharpening that was killed: both files are the surface of most images.
head -c 9000 s.ll >sharper.ll.part
contour -q --partial -o both.svg e5.ll sharper.ll.part
! grep -q 'points are missing' both.svg
ok $? "with what it began from, a part of a sharper surface is whole"

# Shards under GNU parallel are sharpened as a file is, here and on other hosts; those of
# other data are refused, not taken for what was asked.
if command -v parallel >/dev/null; then
	export PARALLEL_HOME=$T/parallel
	mkdir -p "$PARALLEL_HOME" home && touch "$PARALLEL_HOME/will-cite"
	spread() # WHERE OUT OPTION...
	{
		# shellcheck disable=SC2086  # none, or an option
		HOME=$T/home "$ROOT/pipelines/parallel-surface" $1 plane.ll "$2" 3 -q --x=-0.4:0.4:9 --y=0:0.3:8 "${@:3}" 2>spread.err
	}
	for where in '' '--sshlogin=:'; do
		for e in 5 1; do
			spread "$where" spread.ll -d $images --error $e%
			cmp -s spread.ll merged$e.ll
			ok $? "parallel-surface ${where:-here}: to $e %"
		done
		spread "$where" spread.ll -d $images
		cmp -s spread.ll merged.ll
		ok $? "and all images"
		[ -n "$where" ] || {
			! spread '' spread.ll -d t10k-images-idx3-ubyte && grep -q 'holds run' spread.err
			ok $? "other images are refused"
			cmp -s spread.ll merged.ll
			ok $? "and nothing is lost"
		}
		rm -r spread.ll spread.ll.shards
	done
fi

# What it would take, and what is said of it.
for more in "" "--error 7%"; do
	# shellcheck disable=SC2086
	evalgrid --estimate -q --x=-0.4:0.4:9 --y=0:0.3:8 -d $images $more plane.ll >cost
	is "$(sed -n 's/^--error \([0-9]*\)%: about [0-9]* images a point ([0-9.]* %), [0-9:]*$/\1/p' cost |
		tr '\n' ' ')" "5 2 1 ${more:+7 }" "--estimate $more says what errors take"
	is "$(sed -n 's/.*about \([0-9]*\) images.*/\1/p; s/.*needs \([0-9]*\) images/\1/p' cost |
		awk '$1 > 5000 || $1 < 1')" "" "never more images than there are"
done
evalgrid --estimate -q --x=-0.4:0.4:9 --y=0:0.3:8 -d train=. -d test=. plane.ll >both
is "$(sed -n '1s/:.*//p; s/^centre \(.*\) loss.*/\1/p' both | tr '\n' ';')" "72 points x 6500 images of 2 data sets;(train);" \
	"several data sets count together"
awk -v a="$(sed -n 's/^--error 5%: about \([0-9]*\) .*/\1/p' both)" -v b="$(sed -n 's/^--error 5%: about \([0-9]*\) .*/\1/p' cost)" \
	'BEGIN { exit !(a > b + 250) }'
ok $? "each has its own looks"
got=$(what n e1.ll | awk '{ s += $1 } END { print s / NR }')
says=$(sed -n 's/^--error 1%: about \([0-9]*\) .*/\1/p' cost)
awk -v a="$got" -v b="$says" 'BEGIN { exit !(a < 1.5 * b && b < 1.5 * a) }'
ok $? "about as many as it takes ($says, $got)"
contour e1.ll >e1.svg
share=$(awk -v n="$got" 'BEGIN { printf "%.2g %% of 5,000 images, standard errors to ", n / 50 }')
grep -q "$share" e1.svg
ok $? "a picture says: $share"
contour full.ll | grep -q 'images, standard errors'
is $? 1 "not of all images"

# Requests, several sets, a floor, losses that are none, recomputed norms.
printf '%s %s %s\n' 1 0.3 0.1 2 -0.7 0.3 | losspipe run ask >requests.ll
evalgrid -q --error 5% -d $images plane.ll requests.ll >asked.ll
evalgrid -q --error 1% -d $images plane.ll requests.ll >asked2.ll
gridmerge asked.ll asked2.ll | cmp -s - <(gridmerge asked2.ll)
ok $? "requested points are sharpened, too"
eval_grid --error 5% -d train=. -d test=. -j2 >two.ll
eval_grid --error 5% -d test=. >test.ll
is "$(recdump --json two.ll | grep '"set":"test"' | grep '"point"' | sed 's/.*"n":\([0-9]*\).*/\1/' | tr '\n' ' ')" \
	"$(what n test.ll | tr '\n' ' ')" "each data set has its own looks"
eval_grid -d $images --error 1%,floor=1000 >floor.ll
is "$(what n floor.ll | sort -u)" 256 "a floor ends a point"
eval_grid -d $images --error 1%,floor=0 >nofloor.ll
images_in() { what n "$1" | awk '{ n += $1 } END { print n }'; }
[ "$(images_in nofloor.ll)" -ge "$(images_in e1.ll)" ]
ok $? "without a floor a point takes no fewer images"
evalgrid -q --x=0:1e30:2 --y=0:0:1 -d $images --error 2% -j2 plane.ll >far.ll
is "$(what n far.ll | tail -n 1) $(recdump far.ll | tail -n 2 | grep -o 'status=[a-z]*')" \
	"256 status=nan" "a loss that is none ends at the first look"
# The images of a centre are its own, not those that the grid has.
n=$(recdump e5.ll | sed -n 's/^point .* x=0 y=0 .* n=\([0-9]*\) .*/\1/p')
[ "$n" -lt 5000 ] && gridstat -q e5.ll | grep -q "^  centre .*, $n of 5000 images"
ok $? "gridstat says of how many images the centre is"
gridstat -q --json e5.ll | jq -e ".surfaces[0].centre.n == $n" >/dev/null
ok $? "in JSON, too"
"$python" set.py big 700 3 28
big="-d big-images-idx3-ubyte --bn recompute --bn-data $ROOT/tests/data/sets/fashion-48.npz"
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" |
	dirgen -s 1 --axes 1 | fnorm >small.ll
for j in 1 3; do
	# shellcheck disable=SC2086
	evalgrid -q -j$j $big --x=-1:1:3 --error 5% small.ll >bn$j.ll
done
cmp -s bn1.ll bn3.ll
ok $? "batch norms that are found anew: threads do not matter"
[ "$(what n bn1.ll | sort -n | head -n 1)" -lt 700 ]
ok $? "and points take some of the images"
fails 2 'leave out --sample' "--sample is another selection" \
	eval_grid -d $images --error 2% --sample 100
fails 2 'leave out -n' "so is -n" eval_grid -d $images --error 2% -n 100
fails 2 'leave out one of them' "--groups wants the same images" \
	eval_grid -d $images --error 2% --groups
for wrong in 0 2 200% 2%% x -1% 2%,floor 2%,floor=-1 2%,roof=1 nan; do
	fails 2 "'?$wrong|floor is -1" "--error $wrong" eval_grid -d $images --error=$wrong
done
done_testing
