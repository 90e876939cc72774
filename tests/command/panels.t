#!/bin/bash
# contour: curves, histograms and densities in panels, and what legends call them.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams
tiny=$ROOT/tests/data/sets/tiny.npz

# texts FILE: the texts of a picture, a line each.
texts()
{
	grep -o '<text [^>]*>[^<]*' "$1" | sed 's/^[^>]*>//'
}
# frames FILE: plots with axes.
frames()
{
	grep -c '<rect [^>]*fill="none" stroke="#000" stroke-width="0.8"/>' "$1"
}

for i in 1 2 3; do
	dirgen -s $i --axes 1 <"$S/model.ll" | fnorm |
		evalgrid -q -d "train=$tiny" -d "test=$tiny" --x=-1:1:5 -o "$T/seed$i.ll"
done
dirgen -s 1 --axes 1 <"$S/model.ll" |
	evalgrid -q -d "train=$tiny" -d "test=$tiny" --x=-1:1:5 -o "$T/raw.ll"

# Three runs of one name: what differs is said of each of them, the third too.
contour "$T"/seed[123].ll >"$T/seeds.svg"
is "$(texts "$T/seeds.svg" | grep -c 'seed [123]$')" 3 "three of one name have their seeds"
is "$(texts "$T/seeds.svg" | grep -c 'run [0-9a-f]')" 0 "and no digests"
is "$(frames "$T/seeds.svg")" 1 "they are in one plot"
contour "$T/seed1.ll" "$T/raw.ll" >"$T/norms.svg"
texts "$T/norms.svg" | grep -q 'filter-normalised$' && texts "$T/norms.svg" | grep -q 'not normalised$'
ok $? "two normalisations are told apart by them"
is "$(grep -o 'stroke="#[0-9a-f]*" stroke-width="1.1"' "$T/seeds.svg" | sort -u | wc -l)" 6 \
	"each curve of the loss and of the accuracy has markers"

# Panels.
contour --panels --letters --columns 2 "$T"/seed[123].ll >"$T/panels.svg"
is "$(frames "$T/panels.svg")" 3 "--panels: one for each network"
is "$(texts "$T/panels.svg" | grep -x '([abc])' | tr -d '\n')" "(a)(b)(c)" "--letters"
is "$(texts "$T/panels.svg" | grep -c '^loss')" 2 "the value's axis is labelled once in a row"
is "$(texts "$T/panels.svg" | grep -c '^train loss')" 1 "panels with the same legend have it once"
is "$(texts "$T/panels.svg" | grep -c '^filter-normalised')" 1 "the axis x once for all columns"
contour --panel-title 'seed {seed}: {set}' "$T"/seed[12].ll >"$T/titles.svg"
is "$(texts "$T/titles.svg" | grep '^seed' | tr '\n' ';')" \
	"seed 1: train;seed 1: test;seed 2: train;seed 2: test;" "--panel-title makes titles and panels of facts"
contour --panel-title '{{{norm}}' "$T"/seed[12].ll >"$T/braces.svg"
is "$(frames "$T/braces.svg") $(texts "$T/braces.svg" | grep -c '^{filter}$')" "1 1" \
	"curves of one title share a panel; {{ is a brace"
contour --panel-title 'test error {test_error} %' "$T/seed1.ll" >"$T/errors.svg"
is "$(frames "$T/errors.svg") $(texts "$T/errors.svg" | grep -c '^test error [0-9.]* %$')" "1 1" \
	"{test_error} is that of the network, whichever set a panel shows"
fails 1 'nothing is known as \{sed\}; known are label, set, seed' "a fact that nobody says" \
	contour --panel-title '{sed}' "$T/seed1.ll"
fails 1 'a \{ without its \}' "an open brace" contour --panel-title '{seed' "$T/seed1.ll"
contour --panel-title '{file} at {loss}' "$S/surface.ll" >"$T/surface.svg"
texts "$T/surface.svg" | grep -q '^surface at [0-9.]*$'
ok $? "surfaces have titles of facts, too"
fails 1 "--panels is for curves, surfaces are panels by themselves" "--panels has no use for a surface" \
	contour --panels "$S/surface.ll"
contour --band --panels "$T/seed1.ll" "$T/seed2.ll" 2>"$T/err"
is "$(cat "$T/err")" "contour: one direction set, expected several for a band (dirgen -s 1:10)" "a band wants several"

# Histograms.
nethist "$S/model.ll" >"$T/one.ll"
netnew --pixels mnist --input 1,28,28 small -s 3 | nethist >"$T/two.ll"
netnew --pixels mnist --input 1,28,28 small -s 4 | nethist >"$T/three.ll"
netnew --pixels mnist --input 1,28,28 small -s 5 | nethist >"$T/four.ll"
contour --style histogram --panels "$T"/{one,two,three,four}.ll >"$T/histograms.svg"
is "$(frames "$T/histograms.svg")" 4 "histograms in panels"
is "$(texts "$T/histograms.svg" | grep -c '^small, seed [345]$')" 3 "three networks of one name are told apart"
contour --style histogram "$T"/{one,two,three,four}.ll >"$T/over.svg"
is "$(texts "$T/over.svg" | grep -c '^small, seed [345]: norm')" 3 "also over each other"
is "$(frames "$T/over.svg")" 1 "in one plot"

# Many curves: the plot keeps its height.
dirgen -s 1:30 --axes 1 <"$S/model.ll" | fnorm | evalgrid -q -d "$tiny" --x=-1:1:3 -o "$T/many.ll"
contour "$T/many.ll" >"$T/many.svg"
is "$(grep -o '<rect [^>]*fill="none" stroke="#000"' "$T/many.svg" |
	sed 's/.*height="\([0-9]*\).*/\1/' | awk '{ print ($1 >= 200) }')" 1 "30 curves leave room for the plot"

# Colour is never all: outlines of histograms have dashes, densities their numbers.
cd "$ROOT/tests/gallery" || exit 1
contour hist16.ll hist128.ll >"$T/outlines.svg"
is "$(grep -c 'fill-opacity="0.3".*dasharray' "$T/outlines.svg")" 2 "the second histogram is dashed, in plot and legend"
contour density16.ll density128.ll >"$T/densities.svg"
is "$(grep -c 'stroke-width="1.1"' "$T/densities.svg")" 12 "each of their peaks has a marker"
is "$(texts "$T/densities.svg" | grep biased)" "100 of 60,000 images: extremes biased outward" \
	"densities of subsets say of how many images"
done_testing
