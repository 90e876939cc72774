#!/bin/bash
# contour: the range of values, intervals around them, and other networks on the way.
. "$(dirname "$0")/../tap.sh"
P=$ROOT/tests/data/points
fashion=$ROOT/tests/data/sets/fashion-48.npz

texts()
{
	grep -o '<text [^>]*>[^<]*' "$1" | sed 's/^[^>]*>//'
}
cd "$T" || exit 1

# The range of values.
contour --log --range 0.5:3 "$P/line.ll" >range.svg
texts range.svg | grep -q '^cut at 3 and 0.5$' && grep -q '<clipPath' range.svg
ok $? "--range cuts, and says where"
contour --log --range :3 "$P/line.ll" >top.svg
contour --log --zmax 3 "$P/line.ll" >zmax.svg
is "$(sed '/<desc>/d' zmax.svg | cksum)" "$(sed '/<desc>/d' top.svg | cksum)" \
	"--zmax of curves is the upper end alone"
texts top.svg | grep -q '^cut at 3$'
ok $? "which is said, too"
contour --range :1000000 "$P/line.ll" >all.svg
is "$(texts all.svg | grep -c '^cut')" 0 "nothing is cut, nothing is said"
fails 1 "begins at 0, a log scale" "a log scale from 0" contour --log --range 0:3 "$P/line.ll"
fails 1 "all values are below 1e\+06" "a range above all values" contour --range 1000000: "$P/line.ll"
fails 1 "is for curves" "surfaces have --zmax" contour --range 0:3 "$P/plane.ll"
for range in 3 : 3:2 a:b; do
	fails 2 "^contour: .*(--range|range)" "--range $range" contour --range "$range" "$P/line.ll"
done

# Intervals: where a point is of some of the images.
netnew small --pixels fashion --label A -s 1 >a.ll
netnew small --pixels fashion --label B -s 2 >b.ll
dirgen -s 1 --axes 1 <a.ll | fnorm | evalgrid -q -d "$fashion" --sample 12 --x=-1:1:5 -o some.ll
dirgen -s 1 --axes 1 <a.ll | fnorm | evalgrid -q -d "$fashion" --x=-1:1:5 -o whole.ll
contour some.ll >some.svg
is "$(grep -c 'fill-opacity="0.18"' some.svg) $(texts some.svg | grep -c '^shaded: what all images would give, 95 % interval')" \
	"2 1" "a subset has the intervals of loss and accuracy drawn and named"
contour whole.ll >whole.svg
is "$(texts whole.svg | grep -c shaded)" 0 "the whole set has none"
for field in acc error; do
	contour --field $field some.ll >acc.svg
	is "$(grep -c 'fill-opacity="0.18"' acc.svg) $(texts acc.svg | grep -c shaded)" "1 1" "$field alone has it, too"
done
is "$(landpage some.ll | grep -c '<li>shaded: what all images would give')$(landpage whole.ll | grep -c '<li>shaded')" 10 \
	"a page says what is shaded, too"
contour --field sd some.ll >sd.svg
is "$(texts sd.svg | grep -c shaded)" 0 "nor has another field"

# Other networks, and what batch norms do on the way.
dirgen -k toward b.ll <a.ll | evalgrid -q -d "$fashion" --x=-0.5:1.5:5 -o fixed.ll
dirgen -k toward --over states b.ll <a.ll | evalgrid -q -d "$fashion" --x=-0.5:1.5:5 -o states.ll
dirgen -k toward b.ll <a.ll | evalgrid -q -d "$fashion" --bn recompute --x=-0.5:1.5:5 -o recompute.ll
contour fixed.ll >fixed.svg
texts fixed.svg | grep -qx B && texts fixed.svg | grep -qx 'batch norms stay those of A'
ok $? "on a line the other network is marked at 1; fixed batch norms are said"
contour states.ll >states.svg && texts states.svg | grep -qx 'batch norms move with the weights'
ok $? "so are moved ones"
contour recompute.ll >recompute.svg && texts recompute.svg | grep -qx 'batch norms are found anew at each point'
ok $? "and recomputed ones"
contour fixed.ll states.ll recompute.ll >three.svg
is "$(texts three.svg | grep '^A' | tr '\n' ';')" "A, bn fixed;A, bn states;A, bn recompute;" "beside each other they tell curves apart"
is "$(texts three.svg | grep -cx B)" 1 "the network is named once"
for what in fixed:look:'stay those of the first network' states:ok:'move with the weights' \
	recompute:ok:'found anew at every point'; do
	IFS=: read -r file kind text <<<"$what"
	gridstat "$file.ll" | grep -Eq "^ +$kind +batch norms.* $text"
	ok $? "gridstat has a verdict: $file is $kind"
done
is "$(gridstat whole.ll | grep -c 'batch norms.* another')" 0 "of a random direction it has none"

# A network without them: nothing is said.  Files of older versions do not tell.
for seed in 1 2; do
	netnew lenet --input 1,28,28 --pixels fashion --label "L$seed" -s $seed >"lenet$seed.ll"
done
for bn in fixed recompute; do
	dirgen -k toward lenet2.ll <lenet1.ll | evalgrid -q -d "$fashion" -n 4 --bn $bn --x=-0.5:1.5:3 -o none.ll
	is "$(contour none.ll | grep -ci 'batch norm\|bn fixed\|bn rec')$(gridstat none.ll | grep -c 'batch norms.*another\|anew')" "00" \
		"of a network without batch norms nothing is said of them ($bn)"
done
gridstat "$ROOT/tests/gallery/way.ll" 2>/dev/null | grep -q 'batch norms, if there are any, stay'
ok $? "a file that does not say whether there are batch norms"

dirgen -k toward --over states b.ll <a.ll | dirgen -k random -s 1 --axis y |
	evalgrid -q -d "$fashion" -n 4 --x=-0.5:1.5:3 --y=-1:1:3 -o plane.ll
contour plane.ll >plane.svg
is "$(texts plane.svg | grep -cx B) $(texts plane.svg | grep -cx 'batch norms move with the weights')" "2 1" \
	"in a plane it is at its place, and in the legend"
is "$(texts plane.svg | grep -c 'off the plane')" 0 "it is no path"
done_testing
