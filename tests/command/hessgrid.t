#!/usr/bin/env bash
# hessgrid: eigenvalues on a grid, and the laws of threads, shards and resumption.
. "$(dirname "$0")/../tap.sh"
images=$ROOT/tests/data/sets/fashion-48.npz
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/net.ll"
dirgen -s 1 <"$T/net.ll" | fnorm >"$T/plane.ll"
# Fewer images are another Hessian, of which all the same must be true.
few=48
[ -n "${SHORT:-}" ] && few=12
grid="-d $images -n $few --x=-1:1:2 --y=-0.5:0.5:2 -k 2 --trace 2 --tolerance 0.05"
# shellcheck disable=SC2086  # $grid is a list of options
hess_grid() { hessgrid -q $grid "$@" "$T/plane.ll"; }

# value KEY: that number of every point on stdin, as csv.
value()
{
	/usr/bin/python3 -c 'import csv, sys
for r in csv.DictReader(sys.stdin): print(r[sys.argv[1]])' "$1"
}

hess_grid -j1 >"$T/whole.ll"
ok $? "a grid of 2 x 2 points"
is "$(gridconv -t csv "$T/whole.ll" | wc -l)" 5 "every point is there"
hess_grid -j3 >"$T/again.ll"
passes "same bytes with 3 threads" cmp "$T/whole.ll" "$T/again.ll"
for i in 0 1 2; do
	hess_grid --shard $i/3 >"$T/shard-$i.ll"
done
gridmerge "$T"/shard-[210].ll >"$T/merged.ll"
passes "3 shards united are the whole" cmp <(gridmerge "$T/whole.ll") "$T/merged.ll"
head -c 2500 "$T/whole.ll" >"$T/out.ll.part"
hess_grid -o "$T/out.ll" && cmp -s "$T/out.ll" "$T/whole.ll"
ok $? "-o continues a torn file"

gridconv -t csv "$T/whole.ll" >"$T/whole.csv"
is "$(value status <"$T/whole.csv" | sort -u)" ok "all points have converged"
passes "the ratio is that of the eigenvalues, the bound that of the residuals" \
	/usr/bin/python3 -c 'import csv, sys
for r in csv.DictReader(open(sys.argv[1])):
    lo, hi, a, b = (float(r[k]) for k in ("min_eig", "max_eig", "min_res", "max_res"))
    ratio = abs(lo / hi)
    assert abs(float(r["ratio"]) - ratio) < 1e-12
    assert abs(float(r["bound"]) - (a + ratio * b) / hi) < 1e-12
    assert a <= 0.0506 * abs(lo) and b <= 0.0506 * hi
    top, bottom = eval(r["top"]), eval(r["bottom"])
    assert top[0] == hi and bottom[0] == lo and top[1] <= hi and bottom[1] >= lo' "$T/whole.csv"
evalgrid -q -d "$images" -n $few --x=-1:1:2 --y=-0.5:0.5:2 "$T/plane.ll" | gridconv -t csv >"$T/eval.csv"
passes "loss and accuracy are those of evalgrid" /usr/bin/python3 -c 'import csv, sys
a, b = (list(csv.DictReader(open(f))) for f in sys.argv[1:])
for p, q in zip(a, b):
    assert p["acc"] == q["acc"]
    assert abs(float(p["loss"]) / float(q["loss"]) - 1) < 1e-5' "$T/whole.csv" "$T/eval.csv"

hessgrid -q -d "$images" --tensors 'fc*' "$T/net.ll" | gridconv -t csv >"$T/fc.csv"
passes "the last layer alone is convex" \
	test "$(value min_eig <"$T/fc.csv" | cut -c1-2)" != "-0"
hessgrid -q -d "$images" --products 3 "$T/net.ll" | gridconv -t csv >"$T/few.csv"
is "$(value status <"$T/few.csv")" unconverged "too few products are said"
fails 1 "no tensor of two dimensions is called 'bn" "a pattern without tensors" \
	hessgrid -d "$images" --tensors 'bn*' "$T/net.ll"
fails 2 'basis is 8, expected 16' "a basis that is too small" \
	hessgrid -d "$images" -k 3 --basis 8 "$T/net.ll"
hessgrid -q -d "$images" --over all "$T/net.ll" | gridconv -t csv >"$T/all.csv"
passes "--over all has a larger extreme" /usr/bin/python3 -c 'import sys
a, b = map(float, sys.argv[1:]); assert b > a' \
	"$(hessgrid -q -d "$images" "$T/net.ll" | gridconv -t csv | value max_eig)" \
	"$(value max_eig <"$T/all.csv")"
is "$(hessgrid --estimate -d "$images" "$T/plane.ll" | sed 's/:.*//')" \
	"2601 points x about 52 products x 48 images" "--estimate prints the cost"
is "$(hessgrid --estimate -d a="$images" -d b="$images" "$T/plane.ll" | sed 's/.*products x //; s/:.*//')" \
	"96 images of 2 data sets" "of all data sets"
is "$(hessgrid --estimate -d "$images" --products 6 "$T/plane.ll" | sed 's/.*about \([0-9]*\) .*/\1/')" 8 \
	"and knows how many products are allowed"
hessgrid -d "$images" -n 8 "$T/net.ll" 2>"$T/err" >"$T/part.ll"
passes "cost comes first, a subset is named" \
	sh -c "grep -q 'products x 8 images' '$T/err' && grep -q '8 of 48 images: extremes biased outward' '$T/err'"
done_testing
