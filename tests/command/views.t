#!/bin/bash
# Reliefs from all sides: no number of an axis covers another, no text leaves the page.
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit
D=$ROOT/tests/data/sets/fashion-48.npz
netnew -s 1 --pixels fashion small | dirgen -s 1 --orthonormal |
	evalgrid -q -d "$D" -n 2 --x=-2:6:3 --y=-15:15:3 >plane.ll

# overlaps: the numbers of axes that cover each other in the pictures, with room for a
# wide font; numbers are the texts of size 10 that are not turned.
overlaps()
{
	awk '
	/<svg/ { n = 0 }
	/<text .*font-size="10"/ && !/rotate/ {
		x = $0; sub(/.* x="/, "", x)
		y = $0; sub(/.* y="/, "", y)
		text = $0; sub(/^[^>]*>/, "", text); sub(/<.*/, "", text); gsub(/−/, "-", text)
		x += 0; y += 0
		w = 6.2 * length(text)
		from = /"end"/ ? x - w : /"middle"/ ? x - w / 2 : x + 0
		for (i = 0; i < n; i++)
			if (from < right[i] && from + w > left[i] && y < low[i] + 7 && y + 7 > low[i])
				print FILENAME, text, is[i]
		left[n] = from; right[n] = from + w; low[n] = y; is[n++] = text
	}' "$@"
}

for elevation in 10 32 80 -30; do
	for azimuth in $(seq 0 30 330) -60 45 10; do
		contour -q --style surface --view=$azimuth,$elevation plane.ll >v$azimuth.svg
	done
	is "$(overlaps v*.svg)" "" "numbers stay apart at elevation $elevation, all the way round"
	is "$(cat v*.svg | grep -c nan)" 0 "and are numbers"
done

# Long numbers push the box to the right, not its label off the page.
left()
{
	sed -n 's/^<text x="\([^"]*\)".*rotate(-90.*>loss[^<]*<.text>/\1/p' "$1" | sort -g | head -n 1
}
contour --style surface --zmax 2.3045 "$ROOT/tests/data/points/small.ll" >short.svg
evalgrid -q -d "$D" --x=-0.001:0.001:3 --y=-0.001:0.001:3 <(netnew -s 1 --pixels fashion small | dirgen -s 1) |
	contour --style surface - >long.svg
is "$(left long.svg | awk '{ print ($1 >= 9) }')" 1 "the label of the heights stays on the page"
grep -q '>[0-9]\.[0-9]\{4,\}<' long.svg
ok $? "beside long numbers"

# Seen from below, the floor's lowest edges have the texts.
contour --style surface --view=-60,-30 plane.ll >below.svg
is "$(grep 'rotate' below.svg | sed -n 's/.* y="\([0-9.]*\)".*>weight units, direction [xy]<.*/\1/p' |
	awk '{ n += $1 > 250 } END { print n }')" 2 "axes seen from below are labelled at the foot"
done_testing
