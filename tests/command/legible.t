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
done_testing
