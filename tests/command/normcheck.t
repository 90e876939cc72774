#!/bin/bash
# normcheck: which formula made a direction?  Those of other tools are written anew in
# tests/conformance/formulas.py; a network of trained weights knows them apart.
# shellcheck disable=SC1091
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit
# batch norms and biases of a trained network are not all the same
netload --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >net
dirgen -s 7 <net >raw
fnorm raw >plane

# ---- our own ----
passes "fnorm's default is the paper's" normcheck plane
is "$(normcheck plane | grep -c '^verdict: filter: one norm per filter; .*; biases left out; normalisations left out$')" 2 \
	"both directions have their verdict, one line each"
for norm in none filter layer weight dfilter dlayer model; do
	fnorm --norm $norm raw >normed
	passes "--norm $norm is what fnorm --norm $norm makes" normcheck --norm $norm normed
	for other in none filter layer weight dfilter dlayer model; do
		[ $other = $norm ] || ! normcheck --norm $other normed >"$T/said" || echo $other
	done >others
	is "$(cat others)" "" "and no other"
done
fnorm --ignore none raw | normcheck - >said
is "$? $(grep -c 'not as expected, though filter.*biases copies of themselves (expected left out); normalisations copies' said)" \
	"1 2" "copies of weights in biases are not the paper's"
fnorm --ignore none raw >normed
passes "unless they are expected" normcheck --ignore none normed
passes "or do not matter" normcheck --ignore any normed
fails 2 "expected above 0 and below 0.1" "a tolerance that would let all pass" normcheck --tolerance 1 plane
fails 2 "^normcheck: the models have no directions, expected some to check" "nothing to check" normcheck -q net
dirgen -s 1 --over states <net | fnorm --ignore none | normcheck --norm filter --ignore none >said
is "$? $(grep -c 'running statistics copies of themselves' said)" "0 2" "over states, statistics are told, too"
netnew --pixels fashion small | dirgen -s 1 | fnorm --ignore none | normcheck --ignore none >said
is "$? $(grep -c 'biases zero, as they are; normalisations copies' said)" "0 2" \
	"tensors that are zero in both say nothing"
is "$(cat plane plane | normcheck | grep -c ^verdict)" 4 "models one behind the other"
normcheck --json plane | jq -e '.directions | length == 2 and .[0].right and .[0].tensors[0].filters == 8' >/dev/null
ok $? "JSON"
dirgen -s 1:3 <net | fnorm --xnorm layer >mixed
is "$(normcheck mixed | grep -c '^verdict: filter')$(normcheck mixed | grep -c '^verdict: not filter, but layer')" 33 \
	"each axis of each set for itself"

# A network of one row: formulas that are the same there are all right.
if /usr/bin/python3 -c 'import msgpack' 2>/dev/null; then
	"$ROOT/tests/tool/bigmodel.py" 1 1 50 | dirgen --axes 1 >row
	for norm in filter layer model dfilter dlayer; do
		fnorm --norm $norm row | normcheck --norm $norm >said || echo $norm
	done >wrong
	is "$(cat wrong)" "" "where filter, tensor and model are one, each name is right"
fi

# A model flows through, a tensor at a time (the sanitizers want more memory).
limit=65536
case ${LOSSPIPE_BIN:-} in */san/*) limit=unlimited ;; esac
if /usr/bin/python3 -c 'import msgpack' 2>/dev/null; then
	"$ROOT/tests/tool/bigmodel.py" 16 1225 1225 | dirgen --axes 1 | fnorm |
		(ulimit -d $limit && exec normcheck) | tail -n 1 | grep -q '^verdict: filter:'
	ok $? "96 MB of layers pass through 64 MB"
fi

# ---- those of others ----
if ! /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
	done_testing
fi
netsave -t npz net >net.npz
# made WEIGHTS SMALL CHANGE: a direction by these; says: what normcheck finds.
made()
{
	"$ROOT/tests/tool/directions.py" net.npz "$@" >made.npz
	dirgen --from made.npz <net >made
}
# recognised NAME PATTERN FORMULA...: in normcheck's verdict and notes.
recognised()
{
	local name=$1 pattern=$2
	shift 2
	made "$@"
	normcheck made >said
	case $?$pattern in 0verdict:\ filter:*) ;; 1verdict:\ not*) ;; *) echo "# status" ;; esac >status
	is "$(grep -c "^$pattern" said)$(cat status)" 1 "$name"
	[ ! -s status ] && grep -q "^$pattern" said || sed 's/^/# /' said
}
recognised "1: one norm per filter" "verdict: filter: one norm per filter" filter "left out"
recognised "2: one norm per tensor" "verdict: not filter, but layer: one norm per tensor" layer "left out"
recognised "3: norms along dimension 0 alone" "verdict: not filter, but axis0:" axis0 "left out"
recognised "4: along dimension 1 alone" "verdict: not filter, but axis1:" axis1 "left out"
recognised "5: along the last dimension alone" "verdict: not filter, but last:" last "left out"
recognised "6: one norm per kernel" "verdict: not filter, but kernel:" kernel "left out"
recognised "7: one norm per input channel" "verdict: not filter, but input:" input "left out"
recognised "8: normalised twice, so by the square" "verdict: not filter, but filter-twice:" twice "left out"
recognised "9: rescaled by the model's norm" \
	"verdict: not filter, but filter-scaled: one norm per filter, then times 1[.]" filter "left out" rescaled
recognised "10: weights copied into biases and batch norms" \
	"verdict: not as expected, though filter.*biases copies of themselves" filter copied
recognised "11: draws times weights" "verdict: not filter, but weight:" weight "left out"
recognised "12: uniform numbers, one norm per filter" "verdict: filter:.*" filter "left out" uniform
is "$(grep -c 'note: the draws are not normal: their kurtosis is 1.8' said)" 1 "and they are noted"
recognised "13: draws that nothing has scaled" "verdict: not filter, but none:" none none
recognised "14: filters of unit length" "verdict: not filter, but dfilter:" dfilter "left out"
recognised "15: tensors of unit length" "verdict: not filter, but dlayer:" dlayer "left out"
recognised "16: one norm for all" "verdict: not filter, but model:" model "left out"
recognised "17: filters, then all of unit length" \
	"verdict: not filter, but filter-scaled: one norm per filter, then times 0[.].* (1 / |w| of all weights)" filter "left out" unit
recognised "18: every element of a bias is a filter of its own" \
	"verdict: not as expected, though filter.*biases moved, each element as large as it is" filter element
recognised "19: one norm for each bias" "verdict: not as expected, though filter.*biases moved, with one norm" filter layer
recognised "20: copies of the weights" "verdict: not filter, but element:" element copied
recognised "draws that are all positive" "verdict: filter:" filter "left out" offset
is "$(grep -c 'note: the mean of the draws is' said)" 1 "and they are noted, too"
recognised "a second pass changes nothing" "verdict: filter:" filter "left out" again

# Part by part: one layer that is not like the others is named.
/usr/bin/python3 - net.npz made.npz <<'END'
import sys, numpy as np
w, d = (dict(np.load(p)) for p in sys.argv[1:])
d['conv2.weight'] *= 1.5
np.savez('odd.npz', **d)
del d['fc.weight']
np.savez('less.npz', **d)
d['fc.wait'] = w['fc.weight']
np.savez('named.npz', **d)
np.savez('list.npz', *[d.get(k, 0 * v) for k, v in w.items() if 'running' not in k and 'num_b' not in k])
END
dirgen --from odd.npz <net | normcheck >said
is "$? $(grep -c '^verdict: not filter, but unknown:.*3 of 4 tensors follow filter; worst deviation from filter 0.5 (conv2.weight)' said)" \
	"1 1" "one layer is not like the others"
dirgen --from less.npz <net | normcheck >said
is "$? $(grep -c '1 of 4 tensors of two and more dimensions do not move' said)" "1 1" "one layer stays"
fails 1 "^dirgen: named.npz: the model has no tensor 'fc.wait', expected the names of its tensors" \
	"a name that the model has not" dirgen --from named.npz <net
dirgen --from list.npz <net | normcheck >said
is "$? $(grep -c '2 of 4 tensors follow filter; worst' said)" "1 1" "a list of arrays, by number"

# Half precision is not another formula.
made filter "left out"
/usr/bin/python3 -c "import numpy as np
np.savez('half.npz', **{k: v.astype(np.float16) for k, v in np.load('made.npz').items()})"
dirgen --from half.npz <net >half
normcheck half >said
is "$? $(grep -c '^verdict: not as expected, though filter: one norm per filter, to more than the tolerance of 0.0001' said)" \
	"1 1" "half precision is beyond the tolerance, and known"
passes "and within a larger one" normcheck --tolerance 0.002 half

# The same numbers from files of other kinds.
made filter copied
dirgen --from made.npz <net >named
netsave --direction x named >made.safetensors
dirgen --from made.safetensors <net | normcheck >said
is "$? $(grep -c 'though filter.*copies of themselves (exp' said)" "1 1" "safetensors"
if command -v h5conv >/dev/null; then
	h5conv named >made.h5
	h5conv made.h5 >list.npz
	dirgen --from list.npz <net | normcheck --ignore none >said
	is "$? $(grep -c '^verdict: filter:' said)" "0 1" "the reference tool's HDF5"
fi

# The deviations are those of numpy.
made layer "left out"
normcheck --json made | jq -r '.directions[0].tensors[] | select(.off != null) | "\(.name) \(.off)"' >ours
/usr/bin/python3 - ours <<'END'
import sys, numpy as np
w, d = dict(np.load('net.npz')), dict(np.load('made.npz'))
n = 0
for line in open(sys.argv[1]):
    name, off = line.split()
    a, b = (x[name].astype(float).reshape(len(x[name]), -1) for x in (w, d))
    r = np.sqrt((b * b).sum(1) / (a * a).sum(1))
    assert abs(abs(r - 1).max() - float(off)) < 1e-9 * float(off), (name, off)
    n += 1
assert n == 4
END
ok $? "deviations are those that numpy computes"
done_testing
