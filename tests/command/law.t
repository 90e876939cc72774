#!/usr/bin/env bash
# The law that filter normalisation is for: a network that computes the same with
# rescaled filters has the same filter-normalised surface.
. "$(dirname "$0")/../tap.sh"
PATH=$PATH:$LOSSPIPE_BIN/../tool
images=$ROOT/tests/data/sets/fashion-48.npz
load() { netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt"; }
grid() { evalgrid -q -d "$images" --x=-1:1:5 --y=-1:1:5 | gridconv -t csv | cut -d, -f5; }

# differ A B: the largest relative difference of two lists of losses.
differ()
{
	paste "$1" "$2" | awk 'NR > 1 { d = ($1 - $2) / $1; if (d < 0) d = -d
		if (d > worst) worst = d } END { printf "%.3g\n", worst }'
}

load >"$T/a.ll"
rescale 1 <"$T/a.ll" >"$T/b.ll"
evalgrid -q -d "$images" "$T/a.ll" | gridconv -t csv | cut -d, -f5 >"$T/centre.a"
evalgrid -q -d "$images" "$T/b.ll" | gridconv -t csv | cut -d, -f5 >"$T/centre.b"
d=$(differ "$T/centre.a" "$T/centre.b")
awk "BEGIN { exit !($d < 1e-5) }"
ok $? "the rescaled network computes the same (relative difference $d)"

for net in a b; do
	dirgen -s 5 <"$T/$net.ll" | fnorm | grid >"$T/filter.$net"
	dirgen -s 5 <"$T/$net.ll" | grid >"$T/none.$net"
	dirgen -s 5 <"$T/$net.ll" | fnorm --norm layer | grid >"$T/layer.$net"
done
# 1e-4: float32 rounding, as for golden losses.
d=$(differ "$T/filter.a" "$T/filter.b")
awk "BEGIN { exit !($d < 1e-4) }"
ok $? "its filter-normalised surface is the same (relative difference $d)"
for norm in none layer; do
	d=$(differ "$T/$norm.a" "$T/$norm.b")
	awk "BEGIN { exit !($d > 0.1) }"
	ok $? "with --norm $norm it is another (relative difference $d)"
done
done_testing
