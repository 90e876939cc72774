#!/usr/bin/env bash
# Every kind of figure at every size: texts lie on the page and not on each other, and
# none is smaller than was asked for.
. "$(dirname "$0")/../tap.sh"
G=$ROOT/tests/gallery
P=$ROOT/tests/data/points
cd "$G" || exit 1
long='A very long title of a figure that nobody would print in one line of the column of a journal'
foreign='Größe Θ, 学習率の地形, µ = 0,9'

# One line a figure: a name, and what contour is told.
figures()
{
	cat <<END
lines plane16.ll
six --letters --panel-title {label},\\ seed\\ {seed},\\ {norm}-normalised plane16.ll plane128.ll
titles --columns 2 --title ${long// /\\ } plane16.ll plane128.ll
foreign --style filled --title ${foreign// /\\ } --panel-title {label}:\\ ${foreign// /\\ } plane16.ll
heat --style heat plane16.ll plane128.ll
relief --style surface relief16.ll
reliefs --style surface --zmax 10 --letters relief16.ll relief128.ll
behind --style surface --view 120,15 relief16.ll
above --style surface --log --view 10,60 relief16.ll
curve filter16.ll
curves none16.ll filter16.ll filter128.ll layer16.ll weight16.ll
panels --panels --letters --columns 2 none16.ll filter16.ll filter128.ll layer16.ll weight16.ll
band --band band.ll
many band.ll filter16.ll filter128.ll
error --field error filter16.ll filter128.ll
histograms hist16.ll hist128.ll
histogram-panels --panels hist16.ll hist128.ll
densities density16.ll density128.ll
density-panels --panels density16.ll density128.ll
training train16.ll train128.ll
errors --field error --panels train16.ll train128.ll
ratio --curvature ratio ratio.ll
eigenvalues --curvature lines ratio.ll
path path.ll
way way.ll
ways --panels way.ll
partial --partial $P/partial.ll
points --points $P/small.ll
sd --directions sd plane16.ll
END
}
# draw NAME OPTION...: all figures at one size.
draw()
{
	local size=$1 line
	shift
	# a backslash keeps a space
	figures | while read -a line; do
		contour -q "$@" "${line[@]:1}" >"$T/$size-${line[0]}.svg" || exit 1
	done
}
for size in 84mm 174mm 375px; do
	font=(--font 7pt)
	[ $size != 375px ] || font=()
	passes "all figures are drawn, $size wide" draw "$size" --width "$size" "${font[@]}"
	passes "their texts can be read" "$python" "$ROOT/tests/tool/texts.py" --least 6.2 "$T/$size"-*.svg
	sed 's/^/# /' "$T/passes.out"
done
is "$(contour --width 84mm --font 5pt "$P/small.ll" 2>&1 >/dev/null)" \
	"contour: warning: the smallest text has 4.5 pt, less than 5 are hard to read in print: --font 5.6pt" \
	"text that is too small for print is warned of"
is "$(contour --width 84mm --font 5.6pt "$P/small.ll" 2>&1 >/dev/null)" "" "not more than that"
fails 1 '^contour: --width is 84mm, this picture needs [0-9]*mm: fewer --columns, or a smaller --font$' \
	"columns that have no room" contour --width 84mm --columns 6 plane16.ll plane128.ll
fails 1 '^contour: --width is 84mm, this picture needs' "nor have reliefs" \
	contour --width 84mm --columns 2 --style surface relief16.ll relief128.ll
fails 1 '^contour: --width is 300px, this picture needs' "nor curves" \
	contour --width 300px --columns 5 --panels none16.ll filter16.ll filter128.ll layer16.ll weight16.ll

# Colours centred on 0 are as light on both sides.
for map in ratio signed; do
	contour --curvature $map ratio.ll >"$T/$map.svg"
done
is "$(grep -c 'stroke="#000" stroke-width="0.7"' "$T/ratio.svg") $(grep -c 'stroke="#000" stroke-width="0.7"' "$T/signed.svg")" \
	"0 2" "negative ratios have dashes, in the picture and its bar"

# ---- odd values ----
# made NAME EXPRESSION: points along a line and in a plane, made/NAME1.ll and NAME2.ll.
made()
{
	local n
	for n in 1 2; do
		"$python" -c "
print('ix,iy,x,y,loss,acc')
from math import nan
for iy in range(5 if $n == 2 else 1):
    for ix in range(5):
        x, y = ix / 2 - 1, (iy / 2 - 1) * ($n - 1)
        print('%d,%d,%r,%r,%r,50' % (ix, iy, x, y, float($2)))" |
			"$python" "$ROOT/tests/data/points/make.py" label="$1" >"$T/$1$n.ll"
	done
}
# says NAME OPTION...: the lines below, or the one on standard error.
says()
{
	local name=$1
	shift
	contour "$@" "$T/$name.ll" 2>&1 >"$T/$name.svg" | sed 's/^contour: //'
	grep -o '>\(flat\|one number\|no number\|[0-9]* of [0-9]* points* \|cut\)[^<]*' "$T/$name.svg" | tr -d '>' | sort
}
made nan nan
made equal 0.5
made rounding '0.5 + 1e-9 * x'
made zero 0
made one '1.5 if ix == 2 and iy in (0, 2) and y == 0 else nan'
made part 'nan if ix == 2 else 1 + x * x'
made huge '1e30 * (1 + x * x + y * y)'
made negative '-1 - x * x - y * y'
made clipped 'max(0, x * x + y * y - 0.5)'
all='nothing to draw: every value is NaN'
positive='nothing to draw: no value is finite and positive, as a log scale needs'
is "$(says nan1)$(says nan2)$(says nan2 --style surface)" "$all$all$all" "nothing but NaN is one line"
for name in equal1 equal2 rounding1 rounding2; do
	is "$(says $name)" "flat: 0.5, up to rounding" "$name is flat"
done
is "$(says zero1); $(says zero2)" "flat: 0, up to rounding; flat: 0, up to rounding" "zero is flat, too"
is "$(says zero1 --log); $(says zero2 --log); $(says negative2 --log)" "$positive; $positive; $positive" \
	"the log of zero is one line"
is "$(says one1 | tr '\n' ';') $(says one2)" "no number at 4 of 5 points;one number: 1.5; one number: 1.5" \
	"one number is not called flat"
is "$(says part1)" "no number at 1 of 5 points" "a gap is said"
is "$(says clipped1 --log)" "3 of 5 points are not above 0, as a log scale needs" "so is what a log scale has no place for"
for style in lines filled heat surface; do
	passes "huge and negative values, $style" contour --style $style -o "$T/odd-$style.svg" "$T/huge2.ll" "$T/negative2.ll"
	for name in huge negative clipped equal part; do
		contour --style $style "$T/${name}2.ll" >"$T/odd-$style-$name.svg"
	done
done
for name in huge negative clipped one part; do
	contour "$T/${name}1.ll" >"$T/odd-$name.svg"
done
passes "texts of odd values can be read" "$python" "$ROOT/tests/tool/texts.py" "$T"/odd-*.svg
sed 's/^/# /' "$T/passes.out"
! grep -l '[="][-]*\(nan\|inf\)[" ]' "$T"/odd-*.svg
ok $? "and no place is a NaN"
done_testing
