#!/usr/bin/env bash
# What contour draws between points: previews of a part of a surface, requested
# points, smooth lines.
. "$(dirname "$0")/../tap.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
export PYTHONDONTWRITEBYTECODE=1
PATH=$PATH:$ROOT/pipelines

toy-plane 2 >"$T/toy.ll"
cat >"$T/f" <<'END'
import sys
from math import *
while True:
    words = sys.stdin.readline().split()
    if not words:
        break
    a, b = float(words[3]), float(words[4]) if len(words) > 4 else 0.0
    print(eval(sys.argv[1]), flush=True)
END
# toy EXPRESSION of a and b, options and streams of evalgrid
toy() { evalgrid -q --exec-form text --exec "/usr/bin/python3 '$T/f' '$1'" "${@:2}"; }
bowl='a * a + 2 * b * b + 0.1'

# spread FILE: the box of all level lines, "x0 x1 y0 y1" rounded, and their number
spread()
{
	/usr/bin/python3 - "$1" <<-'END'
		import re, sys
		svg = open(sys.argv[1]).read()
		lines = re.findall(r'<path[^>]*fill="none"[^>]*stroke-linejoin[^>]* d="([^"]*)"', svg) or \
		    [d for d in re.findall(r'<path d="([^"]*)"[^>]*stroke-linejoin', svg)]
		x, y = [], []
		for d in lines:
		    at = [0.0, 0.0]
		    for letter, numbers in re.findall(r'([MmLlHhVvZz])([^A-Za-z]*)', d):
		        v = [float(n) for n in re.findall(r'-?[\d.]+', numbers)]
		        while v:
		            if letter in 'Hh': at[0] = v.pop(0) + (at[0] if letter == 'h' else 0)
		            elif letter in 'Vv': at[1] = v.pop(0) + (at[1] if letter == 'v' else 0)
		            else:
		                p, v = v[:2], v[2:]
		                at = [p[0] + at[0], p[1] + at[1]] if letter in 'ml' else p
		            x.append(at[0]); y.append(at[1])
		print(*[round(v, -1) for v in (min(x), max(x), min(y), max(y))])
	END
}

toy "$bowl" --x=-1:1:33 --y=-1:1:33 -o "$T/full.ll" "$T/toy.ll"
contour --levels 0.2,0.5,1,2,3 -o "$T/full.svg" "$T/full.ll"
whole=$(spread "$T/full.svg")
size=$(stat -c %s "$T/full.ll")
for share in 3 10 40; do
	head -c $((size * share / 100 + 900)) "$T/full.ll" >"$T/torn.ll.part"
	passes "contour --partial of about $share % of a growing file" \
		contour -q --partial --levels 0.2,0.5,1,2,3 -o "$T/$share.svg" "$T/torn.ll.part"
	is "$(spread "$T/$share.svg")" "$whole" "its lines fill the square"
	passes "and it says that it is partial" grep -q '>partial: [0-9]* of 1089 points are missing<' "$T/$share.svg"
done
head -c $((size / 10)) "$T/full.ll" >"$T/torn.ll"
for style in filled heat surface; do
	passes "--style $style of it" contour -q --partial --style $style -o "$T/style.svg" "$T/torn.ll"
	! grep -Eq '[^a-z-](nan|inf)[^a-z]' "$T/style.svg"
	ok $? "no coordinate is nan or inf"
done

# A plane is the same plane from any of its points.
toy 'a + 2 * b + 4' --x=-1:1:17 --y=-1:1:17 -o "$T/slope.ll" "$T/toy.ll"
head -c 6000 "$T/slope.ll" >"$T/torn.ll"
for f in slope torn; do
	contour -q --partial --levels 2:6:1 "$T/$f.ll" >"$T/$f.svg"
	gridconv --partial "$T/$f.ll" 2>"$T/err" | wc -l >"$T/$f.n"
done
is "$(spread "$T/torn.svg")" "$(spread "$T/slope.svg")" "$(cat "$T/torn.n") lines of points or $(cat "$T/slope.n") give one plane"

# Points that were requested.
sharp='1 if hypot(a - 0.3, b - 0.3) < 0.2 else 3 + a'
toy "$sharp" --x=-1:1:5 --y=-1:1:5 "$T/toy.ll" >"$T/coarse.ll"
printf '%s\n' '1 0.25 0.25' '2 0.25 0.5' '3 0.5 0.25' '4 0 0.25' '5 0.25 0' '6 1.5 0' '7 0.5 0.5' | ask |
	toy "$sharp" --x=-1:1:5 --y=-1:1:5 "$T/toy.ll" - >"$T/asked.ll"
contour --levels 1.5 "$T/coarse.ll" >"$T/coarse.svg"
passes "requested points are drawn" contour --levels 1.5 -o "$T/asked.svg" "$T/asked.ll"
grep -q '>lowest 1 at (0.25, 0.25)<' "$T/asked.svg" && ! grep -q '>lowest 1 at' "$T/coarse.svg"
ok $? "the lowest of all may be one of them"
dots() { contour --points "$@" | grep -o '<circle[^>]*r="1"' | wc -l; }
is "$(dots "$T/coarse.ll") $(dots "$T/asked.ll")" "25 31" "--points marks all within the grid"
for style in filled heat surface; do
	passes "they are drawn as $style" contour --style $style -o "$T/$style.svg" "$T/asked.ll"
done
gridmerge "$T/asked.ll" "$T/coarse.ll" | contour --levels 1.5 | cmp -s - "$T/asked.svg"
ok $? "the same bytes for any order of points"

# Other programs get them, too: 30 places, 16 of them around, make 42 triangles.
gridconv -t vtk "$T/asked.ll" >"$T/asked.vtp"
passes "gridconv -t vtk joins them by triangles" \
	grep -q 'NumberOfPoints="31" .*NumberOfPolys="42"' "$T/asked.vtp"
gridconv -t vtk "$T/coarse.ll" | grep -q 'NumberOfPoints="25" .*NumberOfPolys="16"'
ok $? "and leaves quadrilaterals where there are none"
is "$(gridconv -t plotly "$T/asked.ll" | jq -c '.data[0].x')" "[-1,-0.5,0,0.25,0.5,1]" "plotly's grid has lines through them"
size=$(gridconv -t glb "$T/coarse.ll" | wc -c)
[ "$(gridconv -t glb "$T/asked.ll" | wc -c)" -gt "$size" ]
ok $? "and so has a glb"

toy-plane 1 >"$T/toy1.ll"
printf '1 0.25 0\n2 -0.1 0\n' | ask >"$T/ask1.ll"
toy1() { toy "a * a" --x=-1:1:5 "$T/toy1.ll" "$@"; }
toy1 >"$T/line.ll" && toy1 "$T/ask1.ll" >"$T/askedline.ll"
! cmp -s <(contour "$T/line.ll" | grep -v desc) <(contour "$T/askedline.ll" | grep -v desc)
ok $? "on a curve, too"
head -c 1900 "$T/line.ll" >"$T/tornline.ll"
contour -q --partial "$T/tornline.ll" >"$T/tornline.svg"
grep -q '<path[^>]*d="M[^"]*[Ll]' "$T/tornline.svg"
ok $? "a part of a curve is a line through what is there"

# Refining, level by level: the lines of a full grid from a third of its points.
hills='0.05 + 30 * (a * a + 1.4 * b * b + a * b) ** 2 + 0.6 * a * a * (1 + sin(7 * b + 2 * a))'
hilly() { toy "$hills" --x=-1:1:"$1" --y=-1:1:"$1" -o "$2" "$T/toy.ll" "${@:3}"; }
lines() { contour --style filled --log --levels 0.1,0.5,2,10 --interpolate cubic -o "$2" "$1"; }
hilly 41 "$T/every.ll"
hilly 11 "$T/some.ll"
lines "$T/every.ll" "$T/every.svg"
lines "$T/some.ll" "$T/some.svg"
! "$ROOT/tests/bench/isolines.py" "$T/some.svg" "$T/every.svg" 40 0.25 >"$T/out"
ok $? "121 points of 1681 are too few"
for round in 1 2 3; do
	refine 146 log 1% <"$T/some.ll" >"$T/want.ll"
	hilly 11 "$T/some.ll" "$T/want.ll"
	ok $? "round $round of refine, into the same file"
done
n=$(gridconv "$T/some.ll" | tail -n +2 | wc -l)
[ "$n" -le 560 ] && [ "$n" -gt 300 ]
ok $? "$n points are at most a third of 1681"
is "$(recdump "$T/some.ll" | grep '^point' | grep -o ' x=[^ ]* y=[^ ]*' | sort | uniq -d | wc -l)" 0 "none is asked for twice"
lines "$T/some.ll" "$T/some.svg"
passes "their lines are within a quarter of a cell" "$ROOT/tests/bench/isolines.py" "$T/some.svg" "$T/every.svg" 40 0.25
is "$(refine 500 1000,2000 99% <"$T/every.ll" | recdump | grep -c '^request')" 0 \
	"where no line passes and cubics fit, nothing is asked for"
toy1 | refine 4 log | recdump | grep -q '^request.* y=0'
ok $? "a curve is refined, too"
fails 1 "ERROR is '5'" "an error of 500 %" refine 3 log 5 <"$T/some.ll"
fails 1 "LEVELS is 'x'" "levels that are none" refine 3 1,x <"$T/some.ll"

# Smooth lines.
contour --levels 0.2,0.5,1,2 "$T/full.ll" >"$T/linear.svg"
passes "--interpolate cubic" contour --interpolate cubic --levels 0.2,0.5,1,2 -o "$T/cubic.svg" "$T/full.ll"
contour --interpolate linear --levels 0.2,0.5,1,2 "$T/full.ll" | cmp -s - "$T/linear.svg"
ok $? "linear is the default"
[ "$(stat -c %s "$T/cubic.svg")" -gt $(($(stat -c %s "$T/linear.svg") * 3 / 2)) ]
ok $? "cubic lines have more points"
passes "the picture says so" grep -q '<desc>.*interpolate=cubic' "$T/cubic.svg"
passes "cubic bands of requested points" contour --interpolate cubic --style filled -o "$T/a.svg" "$T/asked.ll"
# Of a part, too: places that are not there yet are met by coarser cubics.
size=$(stat -c %s "$T/full.ll")
head -c $((size / 5)) "$T/full.ll" >"$T/fifth.ll"
smooth() { contour -q --partial --log --style filled --levels 0.2,0.5,1 --interpolate cubic -o "$2" "$1"; }
smooth "$T/full.ll" "$T/a.svg"
smooth "$T/fifth.ll" "$T/b.svg"
passes "a fifth of the points gives lines within a fifth of a cell" "$ROOT/tests/bench/isolines.py" "$T/b.svg" "$T/a.svg" 32 0.2
is "$(grep -o '>lowest [^<]*<' "$T/b.svg")" ">lowest 0.1 at (0, 0)<" "the lowest point is one that was measured"
passes "cubic lines of a part" contour -q --partial --interpolate cubic -o "$T/a.svg" "$T/torn.ll"
fails 2 "'smooth'.*linear.*cubic" "another word is refused" contour --interpolate smooth "$T/full.ll"
# Lines that are not sure.
errors()
{
	awk "BEGIN { CONVFMT = OFMT = \"%.17g\"; print \"ix,iy,x,y,loss,acc,half\"
		for (j = 0; j < 21; j++) for (i = 0; i < 21; i++) {
			x = i / 10 - 1; y = j / 10 - 1
			print i \",\" j \",\" x \",\" y \",\" x + 2 \",90,\" $1 } }" |
		/usr/bin/python3 "$ROOT/tests/data/points/make.py" >"$T/half.ll"
	contour --levels 1.55,2.55 "$T/half.ll" >"$T/half.svg"
	grep -c 'stroke-linejoin.*stroke-dasharray' "$T/half.svg"
}
is "$(errors 0.09)" 0 "a loss that rises by 0.1 a cell and is known to 0.09 has sure lines"
! grep -q 'dashed' "$T/half.svg"
ok $? "and nothing is said of dashes, though points have errors"
is "$(errors 0.11)" 2 "known to 0.11 it has not"
passes "the picture tells what dashes are" grep -q '>dashed: lines less sure than a cell<' "$T/half.svg"
landpage "$T/half.ll" | grep -q '<li>dashed: lines less sure than a cell</li>'
ok $? "the page does, too"
contour --levels 1.55,2.55 --style surface "$T/half.ll" >"$T/relief.svg"
! grep -q 'dashed' "$T/relief.svg"
ok $? "a relief, which has no lines, does not"
is "$(errors '(x > 0) * 0.3')" 1 "where it is not known well, one of two lines is dashed"
is "$(errors '(y > 0) * 0.3')" 2 "or a part of each"
is "$(errors 0)" 0 "where all is known, none"
! grep -q 'dashed' "$T/half.svg"
ok $? "and nothing is said"
errors 0.11 >"$T/out"
is "$(contour --interpolate cubic --style filled --levels 1.55,2.55 "$T/half.ll" | grep -c 'stroke-linejoin.*stroke-dasharray')" 2 \
	"so it is with smooth lines"
done_testing
