#!/bin/bash
# contour: pictures of point streams.
. "$(dirname "$0")/../tap.sh"
P=$ROOT/tests/data/points

# is_svg FILE NAME: well formed, and whole numbers only.
is_svg()
{
	if command -v xmllint >/dev/null; then
		passes "$2: well formed" xmllint --noout "$1"
	else
		grep -q '</svg>' "$1"
		ok $? "$2: closed"
	fi
	! grep -Eq '[^a-z-](nan|inf)[^a-z]' "$1"
	ok $? "$2: no coordinate is nan or inf"
}

for style in lines filled heat surface; do
	passes "$style" contour --style $style -o "$T/$style.svg" "$P/plane.ll"
	is_svg "$T/$style.svg" "$style"
	contour --style $style <"$P/plane.ll" | cmp -s - "$T/$style.svg"
	ok $? "$style: the same bytes from standard input"
done

contour "$P/plane.ll" >"$T/plane.svg"
grep -q '<desc>.*netload.*dirgen.*seed=7.*fnorm.*evalgrid.*contour' \
	"$T/plane.svg"
ok $? "desc holds the pipeline"
grep -q '>filter-normalised units, direction x<' "$T/plane.svg"
ok $? "the axis says its units"
grep -q '>centre 0.003478<' "$T/plane.svg" &&
	grep -q '>lowest 0.003478 at (0, 0)<' "$T/plane.svg"
ok $? "centre and minimum are named"

contour "$P/plane.ll" "$P/plane.ll" | cmp -s - "$T/plane.svg"
ok $? "exact duplicates are dropped"
cat "$P/plane.ll" "$P/small.ll" | contour >"$T/two.svg"
is "$(grep -c '<rect [^>]*fill="none" stroke="#000" stroke-width="0.8"/>' "$T/two.svg")" 2 \
	"two runs are two panels"
is "$(grep -c '>filter-normalised units, direction y<' "$T/two.svg")" 1 \
	"the axis that both share is labelled once"

fails 1 '5 of 49 points are missing: \(1,1\) \(3,2\)' \
	"missing points are named" contour "$P/partial.ll"
contour -q --partial "$P/partial.ll" >"$T/partial.svg"
ok $? "--partial draws them"
grep -q 'partial: 5 of 49 points are missing' "$T/partial.svg"
ok $? "and says so in the picture"
is_svg "$T/partial.svg" "--partial"
head -c 4000 "$P/plane.ll" >"$T/torn.ll"
fails 1 'end mark|record' "a torn stream is refused" contour "$T/torn.ll"
passes "--partial draws a torn stream" contour -q --partial "$T/torn.ll"

contour --log "$P/line.ll" >"$T/line.svg"
is_svg "$T/line.svg" "one axis"
grep -q '>accuracy (%)<' "$T/line.svg" && grep -q dasharray "$T/line.svg" &&
	grep -q '>weight units, direction x<' "$T/line.svg"
ok $? "a curve of the test set is dashed, with an accuracy axis"

contour --levels paper "$P/plane.ll" >"$T/paper.svg"
grep -q '>9.6<' "$T/paper.svg" && grep -q '>&gt; 9.6<' "$T/paper.svg" &&
	grep -q 'fill="url(#beyond)" d' "$T/paper.svg"
ok $? "the paper's levels hatch what lies beyond them"
for field in acc error n; do
	contour --field $field "$P/small.ll" >"$T/$field.svg"
	is_svg "$T/$field.svg" "--field $field"
done
grep -q '>highest ' "$T/acc.svg"
ok $? "of the accuracy, the highest point is marked"
contour --title 'a < b & "c"' "$P/small.ll" >"$T/title.svg"
is_svg "$T/title.svg" "a title with markup"
contour --width 400 --height 1000 "$P/small.ll" >"$T/size.svg"
grep -q '<svg [^>]* width="400"' "$T/size.svg"
ok $? "--width is the width"

# ---- paper ----
contour --width 84mm --font 7pt --colours magma "$P/plane.ll" >"$T/column.svg"
is_svg "$T/column.svg" "a journal's column"
is "$(sed -n 's/^<svg [^>]* width="\([^"]*\)".*viewBox="0 0 \([^ ]*\) .*/\1 \2/p' "$T/column.svg")" \
	"84mm 340.157" "84mm hold 340 units of 0.7 pt"
grep -q 'font-size="10" text-anchor="middle">0<' "$T/column.svg" && grep -q '#feaf78\|#510f77\|#000004' "$T/column.svg"
ok $? "ten of which are a number at an axis; the colours are those of magma"
cat "$P/plane.ll" "$P/small.ll" "$P/plane.ll" | contour --width 60mm >"$T/narrow.svg"
grep -q '<svg [^>]* width="60mm"' "$T/narrow.svg"
ok $? "panels that do not fit beside each other stand below each other"
contour --width 640 --background none "$P/plane.ll" >"$T/bare.svg"
! grep -q '<rect width="100%"' "$T/bare.svg" && grep -q '<rect width="100%"' "$T/plane.svg"
ok $? "--background none paints nothing behind the picture"
contour --width 84mm --font 7pt "$P/line.ll" >"$T/curve.svg"
sed -n 's/^<svg [^>]*height="\([0-9]*\).*mm".*/\1/p' "$T/curve.svg" >"$T/height"
[ "$(cat "$T/height")" -ge 50 ] && [ "$(cat "$T/height")" -le 65 ]
ok $? "curves in a column are wider than they are high"
for map in viridis cividis magma summer coolwarm; do
	for style in lines surface; do
		contour --colours $map --style $style "$P/small.ll" | cksum
	done
done | sort -u >"$T/maps"
is "$(grep -c . "$T/maps")" 10 "five maps of colours are five pictures"
contour --colours viridis "$P/plane.ll" | grep -v '<desc>\|contour .*style' | cmp -s - <(grep -v '<desc>\|contour .*style' "$T/plane.svg")
ok $? "viridis is the one that nobody asks for"
fails 2 "'84', expected 200px to 10000px" "a width without a unit is pixels" contour --width 84 "$P/plane.ll"
fails 2 "'84km', expected a length such as 84mm" "a unit that is none" contour --width 84km "$P/plane.ll"
fails 2 "--font is 14pt, expected at most 11.90pt where --width is 84mm" "text that leaves no room" \
	contour --width 84mm --font 14pt "$P/plane.ll"

# ---- reliefs ----
contour --style surface --zmax 5 "$P/plane.ll" >"$T/relief.svg"
is "$(grep -c '<text .*>loss (cross-entropy)<' "$T/relief.svg")" 2 "a relief has a label at its upright edge, too"
! grep -q 'fill="#[0-9a-f]*" stroke[^>]*d=' "$T/relief.svg"
ok $? "its patches have no strokes, whose overlaps are rings"
! grep -q 'hidden' "$T/relief.svg"
ok $? "what is seen is not called hidden"
contour --style surface --view=120,10 "$P/small.ll" >"$T/low.svg"
is "$(grep -c '>centre [^<]* (hidden)<\|>lowest [^<]* (hidden)<' "$T/low.svg")" 2 "what the surface hides is called so"
is "$(grep -c '<circle' "$T/low.svg")" 1 "and its mark stands in the text below alone"
contour --style surface --view=120,90 "$P/small.ll" >"$T/above.svg"
is "$(grep -c '<circle' "$T/above.svg")" 2 "seen from above it is there"
contour --style surface --light 30,40 "$P/plane.ll" >"$T/lit.svg"
! contour --style surface "$P/plane.ll" | cmp -s - "$T/lit.svg" && grep -q ' light=30,40' "$T/lit.svg"
ok $? "--light is another picture"
fails 2 "--light is '30', expected azimuth,elevation" "half a direction" contour --light 30 "$P/small.ll"

# ---- plateaus, NaN, long numbers ----
# grid EXPRESSION: points of 5 x 5 whose loss awk finds from i.
grid()
{
	awk "BEGIN { print \"ix,iy,x,y,loss,acc\"; for (i = 0; i < 25; i++)
		printf \"%d,%d,%g,%g,%s,%g\\n\", i % 5, i / 5, i % 5 / 2 - 1, int(i / 5) / 2 - 1, $1, 10 }" |
		/usr/bin/python3 "$P/make.py"
}
if [ -x /usr/bin/python3 ]; then
	grid 'sprintf("%.17g", 5 + (i % 3) * 1e-12)' >"$T/flat.ll"
	for style in lines filled heat surface; do
		contour --style $style "$T/flat.ll" >"$T/flat.svg"
		is_svg "$T/flat.svg" "a plateau, $style"
		is "$(grep -c '>flat: 5, up to rounding<' "$T/flat.svg") $(grep -c '>5</text>' "$T/flat.svg")" \
			"1 $([ $style = surface ] && echo 2 || echo 1)" "$style: a plateau is called flat, with one number"
	done
	grid '"nan"' >"$T/nan.ll"
	fails 1 '^contour: nothing to draw: every value is NaN$' "nothing but NaN is one line" contour "$T/nan.ll"
	grid '0.5 + i * i' >"$T/far.ll"
	contour --style heat --levels 0.0000123456,0.0000223456,123456700 "$T/far.ll" >"$T/far.svg"
	is_svg "$T/far.svg" "long numbers at the bar"
fi

fails 1 "no point has a number 'lss'" "an unknown field" \
	contour --field lss "$P/small.ll"
fails 2 'increasing' "levels that fall" contour --levels 2,1 "$P/small.ll"
fails 2 'elevation' "a view without elevation" contour --view 3 "$P/small.ll"
fails 2 'lines' "an unknown style" contour --style round "$P/small.ll"
cat "$P/plane.ll" "$P/line.ll" >"$T/mixed.ll"
fails 1 'has 1 axis, the first run has 2' "a line beside a plane" contour "$T/mixed.ll"
fails 1 'level 0|above 0' "a level of 0 on a log scale" \
	contour --log --levels 0,1 "$P/small.ll"
passes "a picture is written" contour -o "$T/keep.svg" "$P/small.ll"
cp "$T/keep.svg" "$T/before.svg"
fails 1 'missing' "an incomplete surface" \
	contour -o "$T/keep.svg" "$P/partial.ll"
cmp -s "$T/keep.svg" "$T/before.svg" && [ ! -e "$T/keep.svg.part" ]
ok $? "a good picture is not replaced by a failure"
done_testing
