#!/usr/bin/env bash
# Pictures of curvature.
. "$(dirname "$0")/../tap.sh"
hess() { hessgrid -q -d "$ROOT/tests/data/sets/tiny.npz" --x=-1:1:2 --y=0:1:2 "$@" "$ROOT/tests/data/streams/plane.ll"; }

hess >"$T/map.ll"
ok $? "eigenvalues on a grid"
for what in ratio signed lines; do
	contour --curvature $what "$T/map.ll" >"$T/$what.svg"
	ok $? "contour --curvature $what"
	passes "it is XML" xmllint --noout "$T/$what.svg"
	passes "and says what was drawn" grep -q "curvature=$what" "$T/$what.svg"
done
passes "the ratio ends at 0.5" grep -q '>0\.5<' "$T/ratio.svg"
passes "the signed map has the diverging colours" grep -q '#3b4cc0' "$T/signed.svg"
passes "the lines have a name" grep -q 'lines: λmin' "$T/lines.svg"
passes "exact cells are not hatched" sh -c "! grep -q inexact '$T/ratio.svg'"
hess --products 1 --tolerance 1e-9 >"$T/rough.ll"
contour --curvature ratio "$T/rough.ll" >"$T/rough.svg"
passes "inexact ones are" grep -q 'inexact' "$T/rough.svg"
hess -n 2 >"$T/part.ll"
contour --curvature ratio "$T/part.ll" >"$T/part.svg"
passes "a subset is named" grep -q 'extremes biased outward' "$T/part.svg"
evalgrid -q -d "$ROOT/tests/data/sets/tiny.npz" --x=-1:1:2 --y=0:1:2 "$ROOT/tests/data/streams/plane.ll" >"$T/plain.ll"
fails 1 "no point has a number 'ratio'" "points without eigenvalues" \
	contour --curvature ratio "$T/plain.ll"

# The study, with two networks that are there.
export LOSSPIPE_BIN=${LOSSPIPE_BIN:-$ROOT/build/bin}
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/a.ll"
netnew small --pixels fashion -s 1 >"$T/b.ll"
study=(--small --with "$T/a.ll" --without "$T/b.ll" "$T/study")
passes "curvature-shortcuts --small" "$ROOT/pipelines/curvature-shortcuts" "${study[@]}"
ok "$(grep -q 'cost: 0 networks to train, about 0 h; 2 grids, about ' "$T/passes.err"; echo $?)" "it says what it costs"
ok "$(grep -Eq '^(holds|does not hold|not distinguishable|void): .*[0-9]' "$T/study/claims.txt"; echo $?)" \
	"the claim is held against numbers"
for what in ratio signed lines; do
	passes "it draws curvature-$what.svg" grep -q '</svg>' "$T/study/curvature-$what.svg"
done
cksum "$T"/study/* >"$T/before"
passes "again" "$ROOT/pipelines/curvature-shortcuts" "${study[@]}"
cksum "$T"/study/* | cmp -s - "$T/before"
ok $? "the same bytes"
fails 2 'nothing is not there' "no data" "$ROOT/pipelines/curvature-shortcuts" -d "$T/nothing" "$T/x"
done_testing
