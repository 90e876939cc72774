#!/usr/bin/env bash
# Long jobs say how far they are: in the terminal's line, and once a minute in a log.
. "$(dirname "$0")/../tap.sh"
clock=${LOSSPIPE_BIN:-$ROOT/build/bin}/../tool/clock.so
[ -e "$clock" ] || skip_all "no build/tool/clock.so (make check builds it)"
ldd "$(command -v evalgrid)" | grep -q asan && skip_all "the sanitizer comes first"
data=$ROOT/pipelines/samples/fashion-48.npz
netload --arch small --pixels fashion "$ROOT/pipelines/samples/fashion-small.pt" >"$T/net.ll"
dirgen -s 7 <"$T/net.ll" | fnorm >"$T/plane.ll"

# faster COMMAND...: a second takes as long as a millisecond.
faster() { LD_PRELOAD=$clock CLOCK_FASTER=1000 "$@" >"$T/out" 2>"$T/err"; }
counts='[0-9]+ of (at most )?[0-9]+ (point|product|block)s, [0-9.e+]+ (point|product|block)s/s, (at most )?[0-9:]+ left$'

ask()
{
	local name=$1 log
	shift
	faster "$name" "$@"
	ok $? "$name works by a fast clock"
	cp "$T/out" "$T/first"
	log=$(grep -cE "^$name: $counts" "$T/err")
	[ "$log" -ge 1 ]
	ok $? "$name: lines in a log" || sed 's/^/# /' "$T/err"
	grep -vE "^$name: ($counts|.* a product.*)" "$T/err" >"$T/other"
	is "$(cat "$T/other")" "" "$name: and nothing else"
	faster "$name" -q "$@"
	is "$(cat "$T/err")" "" "$name -q is silent"
	"$name" "$@" >"$T/out" 2>"$T/err"
	is "$(grep -cE "$counts" "$T/err")" 0 "$name: nothing in less than a minute"
	cmp -s "$T/first" "$T/out"
	ok $? "$name: the same bytes"
}
ask evalgrid -j1 -d "$data" --x=-1:1:30 --y=-1:1:30 "$T/plane.ll"
ask hessdens -j1 -d "$data" --probes 3 --steps 20 "$T/net.ll"
ask dirgen -k hessian --axes 1 -j1 -d "$data" "$T/net.ll"
# principal components, and the way in their plane
netnew lenet --input 1,28,28 --pixels fashion -s 1 |
	nettrain -q -d "$data" --epochs 30 --batch 16 --every-steps 1 >"$T/run.ll"
ask dirgen -k pca "$T/run.ll"
dirgen -q -k pca "$T/run.ll" >"$T/pca.ll"
project() { trajproj "$@" "$T/run.ll" <"$T/pca.ll"; }
export -f project
export T
faster bash -c project
[ "$(grep -cE "^trajproj: $counts" "$T/err")" -ge 1 ]
ok $? "trajproj: lines in a log" || sed 's/^/# /' "$T/err"
faster bash -c 'project -q'
is "$(cat "$T/err")" "" "trajproj -q is silent"

if command -v script >/dev/null; then
	faster script -qec "evalgrid -j1 -d $data --x=-1:1:30 --y=-1:1:30 -o $T/o.ll $T/plane.ll" /dev/null </dev/null
	tr '\r' '\n' <"$T/out" | grep -qE "evalgrid: $counts"
	ok $? "a terminal has them in its line"
fi
done_testing
