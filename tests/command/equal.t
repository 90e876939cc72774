#!/bin/bash
# Axes in one scale, labels that panels share, and planes about one network.
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit
D=$ROOT/tests/data/sets/fashion-48.npz
# surface FILE X Y: of the plane on standard input.
surface()
{
	evalgrid -q -d "$D" -n 2 --x="$2" --y="$3" >"$1"
}

# frames: width and height of each panel.
frames()
{
	sed -n 's/^<rect .*width="\([^"]*\)" height="\([^"]*\)" fill="none" stroke="#000" stroke-width="0.8".*/\1 \2/p'
}

netnew -s 1 --pixels fashion small >net
dirgen -s 1 --orthonormal <net >turned
surface wide.ll -4:4:3 -1:1:3 <turned
surface high.ll -1:1:3 -2:2:3 <turned
is "$(contour wide.ll | frames)" "380 380" "an axis that is far longer is drawn no longer"
is "$(contour --equal wide.ll | frames)" "380 95" "with --equal it is as long as it is"
is "$(contour --equal high.ll | frames)" "247 494" "but no higher than a page"
is "$(contour --equal wide.ll high.ll | frames | tr '\n' ';')" "300 75;195 390;" "each panel has its own"
is "$(contour --equal --style heat wide.ll | frames)" "380 95" "in a heat map, too"
is "$(contour --equal --width 84mm --font 7pt wide.ll | frames | awk '{ printf "%.3f", $1 / $2 }')" 4.000 "at any width"
contour --equal wide.ll | grep -q 'contour .* equal'
ok $? "the picture says so"

# x is filter-normalised, y is not: its unit is longer.
dirgen -s 1 --axes 1 <net | fnorm | dirgen -q -s 2 --axis y | surface lengths.ll -1:1:3 -0.1:0.1:3
recdump lengths.ll | sed -n 's/^direction.*length=\([^ ]*\) .*/\1/p' | tr '\n' ' ' |
	awk '{ printf "%.2f", 0.1 * $2 / $1 }' >ratio
is "$(contour --equal lengths.ll | frames | awk '{ printf "%.2f", $2 / $1 }')" "$(cat ratio)" \
	"lengths of directions count"

# A relief: the floor's near edges, seen at 45 degrees, are as long as they should be.
edges()
{
	sed -n 's/^<path fill="none" stroke="#000" stroke-width="0.8" d="M[^l]*l\([-0-9.]*\)[ ]*\([-0-9.]*\)"\/>/\1 \2/p' |
		awk '{ printf "%.0f ", 10 * sqrt($1^2 + $2^2) / (n++ ? first : first = sqrt($1^2 + $2^2)) }' | cut -d ' ' -f 1-2
}
is "$(contour --style surface --view 45,40 wide.ll | edges)" "10 10" "a relief is square"
is "$(contour --style surface --view 45,40 --equal wide.ll | edges)" "10 3" "or has sides in one scale"
contour --style surface --equal wide.ll >wide.svg
xmllint --noout wide.svg && ! grep -q 'nan\|inf' wide.svg
ok $? "and is well formed"

# ---- what is refused ----
netnew -s 2 --pixels fashion --label two small >two
netnew -s 3 --pixels fashion --label three small >three
dirgen -q -k toward two three <net | surface skew.ll 0:1:3 0:1:3
fails 1 "axes of 'small, bn fixed' are [0-9.]* degrees apart, expected a right angle to 3 degrees \(dirgen --orthonormal\)" \
	"axes at another angle" contour --equal skew.ll
surface long.ll -9:9:3 -1:1:3 <turned
fails 1 "the x axis of 'small' is 9 times as long as the other, expected at most 8" "a line" contour --equal long.ll
dirgen -s 1:2 <net | fnorm | surface several.ll -1:1:3 -1:1:3
fails 1 "the lengths of the axes of .* are not known" "several directions as one" \
	contour --equal --directions mean several.ll
dirgen -s 1 --axes 1 <net | evalgrid -q -d "$D" -n 2 --x=0:1:3 >line.ll
fails 1 "--equal is for grids of two axes, these have one" "a line" contour --equal line.ll
nethist net >hist.ll
fails 1 "--equal is for surfaces" "a histogram" contour --equal hist.ll

# ---- labels that panels share ----
# labels: how often x, and y, are written.
labels()
{
	contour "$@" wide.ll high.ll >labels.svg
	echo "$(grep -c '>weight units, direction x<' labels.svg) $(grep -c '>weight units, direction y<' labels.svg)"
}
is "$(labels)" "1 1" "labels of shared axes stand once"
is "$(labels --style surface)" "2 1" "on reliefs that of x below each column"
is "$(grep -c '>loss[^<]*<.text>' labels.svg)" 2 "so does that of the heights, and at the bar"
is "$(contour --style surface --columns 1 wide.ll high.ll | grep -c '>weight units, direction [xy]<')" 3 \
	"below each other panels share x"
done_testing
