#!/bin/bash
# contour --band: several directions in one plot, and how their sets travel.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams
tiny=$ROOT/tests/data/sets/tiny.npz

dirgen -s 1:5 --axes 1 <"$S/model.ll" | fnorm >"$T/plane.ll"
is "$(recdump "$T/plane.ll" | grep '^direction' | grep -o ' rep=[0-9]*.* seed=[0-9]*' |
	sed 's/ kind.*seed/ seed/' | tr '\n' ';')" \
	" rep=0 seed=1; rep=1 seed=2; rep=2 seed=3; rep=3 seed=4; rep=4 seed=5;" \
	"dirgen -s 1:5 makes five sets, fnorm keeps them"
evalgrid -q -d "train=$tiny" -d "test=$tiny" --x=-1:1:7 -o "$T/whole.ll" "$T/plane.ll"
for i in 0 1 2; do
	evalgrid -q -d "train=$tiny" -d "test=$tiny" --x=-1:1:7 --shard $i/3 -o "$T/$i.ll" "$T/plane.ll"
done
gridmerge "$T/2.ll" "$T/0.ll" "$T/1.ll" | cmp -s - <(gridmerge "$T/whole.ll")
ok $? "they go through evalgrid and gridmerge"
dirgen -s 4 --axes 1 <"$S/model.ll" | fnorm | evalgrid -q -d "$tiny" --x=-1:1:7 -o "$T/four.ll"
is "$(gridconv "$T/whole.ll" | awk -F, '$8 == 3 && $12 == "train"' | cut -d , -f 5 | tr '\n' ' ')" \
	"$(gridconv "$T/four.ll" | tail -n +2 | cut -d , -f 5 | tr '\n' ' ')" \
	"set 3 is the direction of seed 4 alone"

contour --band -o "$T/band.svg" "$T/whole.ll"
if command -v xmllint >/dev/null; then
	passes "a picture" xmllint --noout "$T/band.svg"
fi
grep -q "thick: mean of 5 directions; thin: each; band: lowest to highest" "$T/band.svg"
ok $? "whose caption says of how many"
is "$(grep -c 'fill-opacity="0.14"' "$T/band.svg")" 2 "a band for each data set"
is "$(grep -c 'stroke-width="0.6" stroke-linejoin' "$T/band.svg")" 10 "a thin line for each direction"
grep -q "contour .* band" "$T/band.svg"
ok $? "its desc names the option"
cat "$T/2.ll" "$T/1.ll" "$T/0.ll" | contour --band | cmp -s - "$T/band.svg"
ok $? "the same bytes from shards in another order"
passes "on a log scale" contour --band --log -o "$T/log.svg" "$T/whole.ll"
dirgen -s 1:3 --axes 1 <"$S/model.ll" | evalgrid -q -d "$tiny" --x=-1:1:7 -o "$T/raw.ll"
contour --band "$T/whole.ll" "$T/raw.ll" >"$T/two.svg"
grep -q "mean of 3 to 5 directions" "$T/two.svg"
ok $? "two runs, each with its band"
is "$(grep -c 'fill-opacity="0.14"' "$T/two.svg")" 3 "and each data set"
fails 1 "one direction set, expected several" "one direction is no band" contour --band "$S/line.ll"
fails 1 "is for grids of one axis" "nor are surfaces" contour --band "$S/surface.ll"
is "$(gridstat --json --rank sharpness "$T/whole.ll" | jq -c '[.rank.order[].reps]')" "[5,5]" \
	"gridstat takes their mean"

# In two axes: the mean of the surfaces, and their standard deviation.
dirgen -s 1:3 <"$S/model.ll" | fnorm | evalgrid -q -d "$tiny" --x=-1:1:3 --y=-1:1:3 -o "$T/three.ll"
contour --directions mean "$T/three.ll" >"$T/mean.svg"
contour --directions sd "$T/three.ll" >"$T/sd.svg"
is "$(grep -c 'mean of 3 directions<' "$T/mean.svg") $(grep -c 'standard deviation of 3 directions<' "$T/sd.svg")" "1 1" \
	"--directions: one surface of three"
lowest=$(gridconv "$T/three.ll" | tail -n +2 | awk -F, '
	{ sum[$3 "," $4] += $5 / 3 }
	END { for (at in sum) if (low == "" || sum[at] < low) low = sum[at]; printf "%.4g", low }')
grep -q ">lowest $lowest at" "$T/mean.svg"
ok $? "its values are the means"
grep -q '>centre 0<' "$T/sd.svg"
ok $? "at the centre all directions agree"
fails 1 "one direction set, expected several" "one direction has no mean" contour --directions mean "$S/surface.ll"
fails 1 "for grids of two axes" "curves have a band" contour --directions sd "$T/whole.ll"
done_testing
