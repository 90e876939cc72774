#!/bin/bash
# gridstat: numbers of surfaces whose answers are known, verdicts, ranks.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams
python=/usr/bin/python3
[ -x $python ] || skip_all "no python3"

# made FORMULA KEYS...: the points of an awk formula of x and y, 21 x 21 on -1..1.
made()
{
	local formula=$1
	shift
	awk "BEGIN { print \"ix,iy,x,y,loss,acc\"
		for (j = 0; j < 21; j++) for (i = 0; i < 21; i++) {
			x = i / 10 - 1; y = j / 10 - 1
			printf \"%d,%d,%.17g,%.17g,%.17g,%g\\n\", i, j, x, y, $formula, 90 } }" |
		$python "$ROOT/tests/data/points/make.py" "$@"
}

# value EXPRESSION FILE...: of the JSON of the first surface, as s.
value()
{
	local what=$1
	shift
	gridstat -q --json "$@" | jq -c ".surfaces[0] | $what"
}

made 'x * x + y * y' label=bowl >"$T/bowl.ll"
made '4 * x * x + y * y + 0.02' label=narrow >"$T/narrow.ll"
made 'x * x - y * y + 2' label=saddle >"$T/saddle.ll"
made '0.01 * x' label=flat norm=none >"$T/flat.ll"

# 0.1 is between 0.3 and 0.4, where x^2 is 0.09 and 0.16: 0.3 + 0.1 / 7
is "$(value '.width["0.1"] | map(. * 1e6 | round)' "$T/bowl.ll")" "[314286,314286,314286,314286]" \
	"widths of x^2 + y^2"
# the highest on the circle of 0.5 is (0.5, 0)
is "$(value '[.sharpness[] | .rise * 1e6 | round]' "$T/bowl.ll")" "[50000,250000,1000000]" \
	"its rise within 0.25, 0.5 and 1 (0.05 at (0.1, 0.2))"
is "$(value "[.sharpness[1] | (.keskar * 1e6 | round), .reached]" "$T/bowl.ll")" "[25000000,true]" "as Keskar et al. count"
is "$(value '[.nonconvex.points, .nonconvex.down, (.nonconvex.lowest * 1e6 | round)]' "$T/bowl.ll")" \
	"[361,0,2000000]" "a bowl bends down nowhere"
is "$(value '[.nonconvex.share, (.nonconvex.lowest * 1e6 | round)]' "$T/saddle.ll")" "[1,-2000000]" \
	"a saddle everywhere"
is "$(value '[.lowest.centre, .lowest.x, .lowest.y]' "$T/saddle.ll")" "[false,0,-1]" \
	"and is lowest at its end"
is "$(value '[.width["centre+0.1"][]]' "$T/flat.ll")" '["open","open","open","open"]' "an open width"
is "$(value '[.width["0.1"][]]' "$T/saddle.ll")" '["above","above","above","above"]' \
	"a centre above the level"
is "$(value '[.sharpness[0] | .rise, .points]' "$S/line.ll")" "[null,0]" "no point, no sharpness"
is "$(value '[.points.all, .points.nan, .n, .centre.se]' "$S/surface.ll")" "[6,1,8,0.01]" \
	"points that are not ok, standard error"

has()
{
	gridstat "$1" | grep -Eq -- "$2"
	ok $? "$3"
}
has "$T/bowl.ll" "ok +the lowest point is the centre" "verdict: the lowest point"
has "$T/saddle.ll" "look +\(0, -1\) is lower than the centre by 1" "verdict: it is elsewhere"
has "$T/flat.ll" "look +the range is too small" "verdict: too small"
made '1000 * (x * x + y * y)' >"$T/steep.ll"
has "$T/steep.ll" "look +the range is too large" "verdict: too large"
has "$T/bowl.ll" "ok +the range shows" "verdict: as it should be"
has "$T/flat.ll" "look +the directions are not normalised" "verdict: not normalised"
has "$S/surface.ll" "look +not all of 6 points have a loss: 1 nan" "verdict: points without a loss"
awk 'BEGIN { CONVFMT = "%.17g"; print "ix,iy,x,y,loss,acc"; for (i = 0; i < 4; i++) print i ",0," i / 3 - 0.5 ",0,1,9" }' |
	$python "$ROOT/tests/data/points/make.py" >"$T/even.ll"
has "$T/even.ll" "note +no point lies at the centre: without it there are no widths" "no centre is a fact, not a mistake"

# Of a network: directions, cosine, images, and an accuracy that does not fit.
$python - "$S/model.ll" >"$T/noted.ll" <<'END'
import hashlib, struct, sys, zlib, msgpack
out = b''
for m, kind, h, payload, crc in msgpack.Unpacker(open(sys.argv[1], 'rb')):
    if kind == 'model':
        h['meta'] = {'acc': 99.5}
    if kind == 'end':
        h['digest'] = hashlib.sha256(out).hexdigest()
    r = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, h, payload)))
    out += r + b'\xce' + struct.pack('>I', zlib.crc32(r))
sys.stdout.buffer.write(out)
END
dirgen -s 3:4 <"$T/noted.ll" | fnorm |
	evalgrid -q -d "$ROOT/tests/data/sets/tiny.npz" --x=-1:1:5 --y=-1:1:5 -o "$T/net.ll"
is "$(value '[.axes[0].norm, .axes[1].kind, .axes[0].seed, .centre.stored_acc]' "$T/net.ll")" \
	'["filter","random",3,99.5]' "what the directions are, and the checkpoint's accuracy"
is "$(gridstat --json "$T/net.ll" | jq -c '[.surfaces[] | .rep]')" "[0,1]" "each direction set"
is "$(value '.cosine' "$T/net.ll")" \
	"$(recdump --json "$T/net.ll" | jq -s 'map(select(.kind == "direction"))[0].header.cosine')" \
	"the cosine between the axes"
has "$T/net.ll" "wrong +centre accuracy .*checkpoint says 99.5 %: wrong --arch" "verdict: the wrong network"

# Of a run: a grid that fits its path, whose points miss the model.
D=$ROOT/tests/data/sets/fashion-48.npz
netnew small --input 1,28,28 --pixels fashion -s 1 |
	nettrain -q -d "$D" --epochs 12 --batch 8 --augment none --lr 0.1 --nesterov >"$T/run.ll"
dirgen -k pca "$T/run.ll" | trajproj "$T/run.ll" >"$T/path.ll"
evalgrid -q -d "$D" --x=auto:6 --y=auto:6 "$T/path.ll" >"$T/auto.ll"
! gridstat "$T/auto.ll" | grep -q wrong
ok $? "nothing is wrong with a grid that fits the path"
has "$T/auto.ll" "note +no point lies at the centre" "it has no centre"
has "$T/auto.ll" "lowest +[0-9.]+ at " "it has a lowest point"
evalgrid -q -d "$D" "$T/run.ll" >"$T/losses.ll"
gridstat "$T/auto.ll" "$T/losses.ll" >"$T/out" 2>"$T/err"
grep -Eq "note +no point of the grid lies at the centre: its loss is of an evaluation of the same model" "$T/out" &&
	grep -Eq "centre +loss 0\.[0-9]+, accuracy [0-9.]+ %, 48 of 48 images" "$T/out"
ok $? "an evaluation of the model on the same images is its centre"
grep -q "12 evaluations without directions are of no surface" "$T/err"
ok $? "those of other models are not"
printf '1 0 0\n' | "$ROOT/pipelines/ask" |
	evalgrid -q -d "$D" --x=auto:6 --y=auto:6 "$T/path.ll" - >"$T/asked.ll"
is "$(value '.centre.from, .centre.loss' "$T/asked.ll" | tail -n 1)" \
	"$(value '.centre.loss' "$T/auto.ll" "$T/losses.ll")" "a requested point is, too"
evalgrid -q -n 40 -d "$D" "$T/run.ll" >"$T/others.ll"
is "$(gridstat -q --json "$T/auto.ll" "$T/others.ll" | jq .surfaces[0].centre)" null \
	"other images are another centre"
is "$(gridstat -q --json "$T/losses.ll" | jq -c '[.surfaces[].centre.trained] | .[0], .[-1], length')" \
	"$(printf 'false\ntrue\n13')" "evaluations alone are surveyed one by one"

# Networks that have learned nothing; losses of another size.
netnew small --input 1,28,28 --pixels fashion -s 1 | dirgen -s 1 | fnorm >"$T/new.ll"
evalgrid -q -d "$D" --x=-1:1:5 --y=-1:1:5 "$T/new.ll" >"$T/untrained.ll"
has "$T/untrained.ll" "look +at the centre the accuracy of 4.167 % of 48 images is that of guessing, 10 %: not trained" \
	"verdict: not trained"
tail -c +$(($(grep -abo LLv1.begin "$T/run.ll" | tail -n 1 | cut -d: -f1) - 1)) "$T/run.ll" |
	dirgen -s 1 | fnorm | evalgrid -q -d "$D" --loss mse --x=-1:1:5 --y=-1:1:5 >"$T/mse.ll"
! gridstat "$T/mse.ll" | grep -Eq 'range|guessing'
ok $? "0.1 is no measure of mse"
is "$(value '.centre.guessing' "$T/mse.ll")" 0.09 "whose guessing is (K - 1) / K^2"

is "$(gridstat -q --json --rank sharpness "$T/narrow.ll" "$T/bowl.ll" | jq -c '[.rank.order[].name]')" \
	'["bowl","narrow"]' "the flattest comes first"
is "$(gridstat -q --json --rank width "$T/narrow.ll" "$T/bowl.ll" | jq -c '[.rank.order[].name]')" \
	'["bowl","narrow"]' "the widest comes first"
is "$(gridstat -q --rank bends "$T/saddle.ll" "$T/bowl.ll" | tail -n 2 | cut -d '(' -f 1)" \
	"$(printf '  1  0  bowl \n  2  1  saddle ')" "the least bent comes first"
is "$(gridstat -q --json --rank sharpness "$T/net.ll" | jq -c '[.rank.order[] | .reps, (.lo <= .mean and .mean <= .hi)]')" \
	"[2,true]" "direction sets of a run rank as one"
fails 1 "not to be ranked: normalisation differs: bowl is filter random of weights, ignoring biasbn, flat none" \
	"other normalisation is not ranked" gridstat --rank width "$T/bowl.ll" "$T/flat.ll"
fails 1 "not to be ranked: axes differ" "nor another number of axes" \
	gridstat -q --rank width "$T/bowl.ll" "$T/even.ll"
evalgrid -q -n 2 -d "$ROOT/tests/data/sets/tiny.npz" --x=-1:1:5 --y=-1:1:5 -o "$T/few.ll" \
	< <(dirgen -s 3:4 <"$T/noted.ll" | fnorm)
fails 1 "not to be ranked: images differ: tiny [0-9]+ of [0-9]+, tiny 2 of" "nor another number of images" \
	gridstat -q --rank width "$T/net.ll" "$T/few.ll"
evalgrid -q -d "$ROOT/tests/data/sets/tiny.npz" --x=-1:1:5 --y=-2:2:5 -o "$T/wide.ll" \
	< <(dirgen -s 3:4 <"$T/noted.ll" | fnorm)
fails 1 "not to be ranked: the range of y differs" "nor another range" \
	gridstat -q --rank width "$T/net.ll" "$T/wide.ll"

# Two networks: less, not less, not to be told, void.
compare() { gridstat -q --compare "$@"; }
is "$(compare sharpness "$T/bowl.ll" "$T/narrow.ll")" "holds: 0.25 < 1" "the bowl is less sharp"
is "$(compare sharpness "$T/narrow.ll" "$T/bowl.ll")" "does not hold: 1 < 0.25" "the other one is not"
is "$(compare width "$T/narrow.ll" "$T/bowl.ll")" "holds: 0.2321 < 0.3143" "but narrower"
is "$(compare bends "$T/bowl.ll" "$T/saddle.ll")" "holds: 0 < 1" "and less bent than a saddle"
is "$(compare loss "$T/bowl.ll" "$T/saddle.ll")" "holds: 0 < 2" "loss at the centre"
# 10 % of 512 images have an error of 1.3 %
is "$(compare error "$T/bowl.ll" "$T/narrow.ll")" \
	"not distinguishable: 10 [7.33, 12.67] < 10 [7.33, 12.67]" "errors of equal accuracies"
is "$(compare values --values 3,4 "$T/bowl.ll" "$T/narrow.ll")" "holds: 3 < 4" "numbers of one's own"
gridstat --compare sharpness "$T/bowl.ll" "$T/narrow.ll" 2>&1 >/dev/null | grep -q "is not known"
ok $? "where the classes are not known, it says so"
compare sharpness "$T/untrained.ll" "$T/untrained.ll" |
	grep -Eq "^void: [0-9.]+ < [0-9.]+: small: the accuracy of 4.167 % of 48 images is that of guessing, 10 %$"
ok $? "nothing can be said of a network that has learned nothing"
gridstat -q --rank sharpness "$T/untrained.ll" | tail -n 1 | grep -Eq "^  -  .*: void, the accuracy"
ok $? "nor can it be ranked"
is "$(gridstat -q --json --compare width "$T/narrow.ll" "$T/bowl.ll" |
	jq -c '[.outcome, (.less.value * 1e4 | round), .more.least < 0.32]')" '["holds",2321,true]' "as JSON"
# a line between two minima at 0 and 1, the second one narrower
awk 'BEGIN { print "ix,iy,x,y,loss,acc"
	for (i = 0; i < 61; i++) {
		x = i / 20 - 1
		l = x < 0.5 ? x * x : 0.01 + 4 * (x - 1) * (x - 1)
		printf "%d,0,%.17g,0,%.17g,90\n", i, x, l } }' |
	$python "$ROOT/tests/data/points/make.py" >"$T/between.ll"
is "$(compare outward --from 1,0 "$T/between.ll")" "holds: 0.1571 < 0.3154" "from each end outward"
is "$(compare outward --from 0,1 "$T/between.ll")" "does not hold: 0.3154 < 0.1571" "and the other way"
# Errors: intervals of widths, of the share that bends down, of the highest of all.
known()
{
	awk "BEGIN { print \"ix,iy,x,y,loss,acc,half\"
		for (j = 0; j < 21; j++) for (i = 0; i < 21; i++) {
			x = i / 10 - 1; y = j / 10 - 1
			printf \"%d,%d,%.17g,%.17g,%.17g,90,%.17g\n\", i, j, x, y, $1, $2 } }" |
		$python "$ROOT/tests/data/points/make.py" >"$T/known.ll"
}
known 'x * x + y * y' 0.02
has "$T/known.ll" 'to centre\+0.1 .* -x 0.3143 \[0.2[0-9]*, 0.3[3-9][0-9]*\]' "a width has an interval"
# 20 points within 0.25, the highest 0.05; sqrt(2) * 0.01 * 3.0233, which leaves out 0.05 / 20
is "$(value '[.sharpness[0] | .points, (.rise, .least, .most | . * 1e4 | round)]' "$T/known.ll")" "[20,500,72,928]" \
	"sharpness has one for all points at once"
known 'x * x + y * y' '(x > 0.65 && x < 0.75) * 0.2'
is "$(value '[.sharpness[2] | (.rise, .least, .most | . * 100 | round)]' "$T/known.ll")" "[100,100,136]" \
	"a lower point that may be the highest widens it upward (0.98 + 0.1 * 3.7778)"
known 'x * x - 2 * y * y + 2' '(x > 0) * 1'
is "$(value '.nonconvex | [.down + .unsure == .points, .most, .share > 0.3 and .share < 0.6]' "$T/known.ll")" "[true,1,true]" \
	"the share that bends down, without and with what cannot be told"
has "$T/known.ll" 'non-convex  [0-9.]* % \[[0-9.]*, 100\]' "is printed so"
known 'x * x + y * y' 0
! gridstat "$T/known.ll" | grep -q '\['
ok $? "what is exact has none"
! gridstat "$T/known.ll" | grep -q 'per point'
ok $? "nor is it said to be known point by point"
# Intervals of evalgrid --error are those of each point alone, and are called that.
interval() { known "$1" "$2"; mv "$T/known.ll" "$T/$3.ll"; }
interval 'x * x + y * y' 0.02 one
interval '3 * (x * x + y * y)' 0.02 other
has "$T/one.ll" '^  intervals   at 95 %, per point; those of sharpness for all points at once$' "points tell their intervals"
is "$(gridstat -q --compare sharpness "$T/one.ll" "$T/other.ll")" \
	"holds: 0.25 [0.2217, 0.2783] < 0.75 [0.7217, 0.7783]: intervals at 95 %, per point" "a comparison says so"
is "$(gridstat -q --json --compare sharpness "$T/one.ll" "$T/other.ll" | jq .pointwise)" true "in JSON, too"
gridstat -q --rank width "$T/one.ll" "$T/other.ll" | grep -qx 'train, by mean width .*; intervals at 95 %, per point'
ok $? "and an order"
bounds() { printf 'ix,iy,x,y,loss,acc,half,acc_lo,acc_hi\n0,0,-1,0,2,50,.1,40,60\n1,0,0,0,1,%s,.1,%s\n2,0,1,0,2,50,.1,40,60\n' "$1" "$2" |
	$python "$ROOT/tests/data/points/make.py" >"$T/$3.ll"; }
bounds 90 85,93 one
bounds 80 68,92 other
has "$T/one.ll" 'accuracy 90 % \[85, 93\]' "the accuracy has its own interval"
is "$(gridstat -q --compare error "$T/one.ll" "$T/other.ll")" \
	"not distinguishable: 10 [7, 15] < 20 [8, 32]: intervals at 95 %, per point" "which decides"

# Requested points count.
printf '%s\n' '1 0.3 0' '2 0.45 0.2' '3 -0.05 -0.05' '4 3 0' >"$T/places"
export PYTHONDONTWRITEBYTECODE=1
"$ROOT/pipelines/toy-plane" 2 >"$T/toy.ll"
valley()
{
	evalgrid -q --x=-1:1:5 --y=-1:1:5 --exec-form text \
		--exec "$python -c 'import sys
for line in iter(sys.stdin.readline, str()):
    a, b = map(float, line.split()[3:])
    print(repr((a + 0.05) ** 2 + (b + 0.05) ** 2), flush=True)'" "$T/toy.ll" "$@"
}
valley >"$T/coarse.ll"
"$ROOT/pipelines/ask" <"$T/places" | valley - >"$T/asked.ll"
is "$(value '.lowest.x' "$T/coarse.ll") $(value '.lowest | .x, (.loss * 1e9 | round)' "$T/asked.ll" | tr '\n' ' ')" "0 -0.05 0 " \
	"the lowest is one of them"
# loss 0.005 at 0, 0.125 at 0.3, 0.305 at 0.5: 0.105 is at 0.3 * 0.1 / 0.12
is "$(value '.width["centre+0.1"]["+x"] * 1e6 | round' "$T/coarse.ll")" 166667 "a width of the grid"
is "$(value '.width["centre+0.1"] | [.["+x"], .["-x"]] | map(. * 1e6 | round)' "$T/asked.ll")" "[250000,250000]" \
	"one on the way makes a width finer"
is "$(value '[.sharpness[1] | .points, (.rise * 1e6 | round)]' "$T/asked.ll")" "[7,307500]" \
	"within a radius they are points, beyond the grid they are none"

# Groups of images: the same numbers, with errors of pairs.
tail -c +$(($(grep -abo LLv1.begin "$T/run.ll" | tail -n 1 | cut -d: -f1) - 1)) "$T/run.ll" >"$T/last.ll"
dirgen -s 2 --axes 1 <"$T/last.ll" | fnorm >"$T/lastline.ll"
line() { evalgrid -q -d "$D" --sample 40 --x=-1:1:9 "$@" "$T/lastline.ll"; }
line >"$T/points.ll"
line --groups >"$T/grouped.ll"
line --groups -j3 --shard 1/2 >"$T/shard1.ll"
line --groups --shard 0/2 >"$T/shard0.ll"
gridmerge "$T/shard1.ll" "$T/shard0.ll" | cmp -s - <(gridmerge "$T/grouped.ll")
ok $? "groups are the same for any shards and threads"
is "$(recdump "$T/grouped.ll" | sed 's/ groups=.*\] / /' | grep -v '^end')" \
	"$(recdump "$T/points.ll" | grep -v '^end')" "beside the same points"
is "$(recdump --json "$T/grouped.ll" | jq -s 'map(select(.kind == "point").header |
	select((.groups | length) == 16 and (((.groups[:8] | add) * 3 + (.groups[8:] | add) * 2) / 40 - .loss |
		fabs) < 1e-9 * .loss)) | length')" 9 "whose means they add up to"
error() { value '.width_se["centre+0.1"]["+x"]' "$1"; }
ok "$(awk -v a="$(error "$T/points.ll")" -v b="$(error "$T/grouped.ll")" 'BEGIN { print !(b > 0 && b < a) }')" \
	"a width is known better from them"
$python - "$T/grouped.ll" >"$T/other.ll" <<'END'
import hashlib, struct, sys, zlib, msgpack
out = b''
for m, kind, h, payload, crc in msgpack.Unpacker(open(sys.argv[1], 'rb')):
    if kind == 'point' and h['ix'] == 3:
        h['groups'][5] *= 1.01
    if kind == 'end':
        h['digest'] = hashlib.sha256(out).hexdigest()
    r = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, h, payload)))
    out += r + b'\xce' + struct.pack('>I', zlib.crc32(r))
sys.stdout.buffer.write(out)
END
fails 1 "groups of images of a point have a mean loss of [0-9.]+, the point says" \
	"groups that are not those of the loss" gridstat "$T/other.ll"
fails 1 "groups of 8 images, expected 32" "too few images" \
	evalgrid --groups -d "$ROOT/tests/data/sets/tiny.npz" "$S/model.ll"

fails 1 "not to be compared: normalisation differs" "other normalisation is not compared" \
	gridstat --compare sharpness "$T/bowl.ll" "$T/flat.ll"
cat "$T/bowl.ll" "$T/saddle.ll" >"$T/two.ll"
fails 1 "has several runs, expected one" "several runs in a file" \
	gridstat --compare sharpness "$T/two.ll" "$T/bowl.ll"
fails 1 "has no data set 'test'" "a data set that is not there" \
	gridstat --compare loss --set test "$T/bowl.ll" "$T/saddle.ll"
fails 2 "values is for --compare values" "numbers without a comparison" gridstat --values 1,2 "$T/bowl.ll"
fails 2 "3 operands, --compare wants two files" "three files" \
	gridstat --compare loss "$T/bowl.ll" "$T/bowl.ll" "$T/bowl.ll"
fails 2 "expected two numbers" "one number" gridstat --compare values --values 1 "$T/bowl.ll"
fails 2 "expected 0 or 1 twice" "from elsewhere" gridstat --compare outward --from 0,2 "$T/bowl.ll"

head -c 1000 "$S/surface.ll" >"$T/torn"
fails 1 "truncated" "a torn stream is refused" gridstat "$T/torn"
passes "--partial takes what is there" gridstat --partial "$T/torn"
grep -Eq "wrong +. of 6 points are missing" "$T/passes.out"
ok $? "and says what is not"
fails 1 "no grid" "a stream without points is refused" gridstat "$S/floats.ll"
passes "-o writes a file" gridstat -o "$T/out" "$T/bowl.ll"
is "$(cksum <"$T/out")" "$(gridstat "$T/bowl.ll" | cksum)" "the same"
done_testing
