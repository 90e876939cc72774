#!/bin/bash
# fnorm: what becomes of the records, and what it refuses.  The numbers are
# those of tests/unit/normaliser.c.
# shellcheck disable=SC1091
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit
netnew -s 1 --pixels fashion small >a
netnew -s 2 --pixels fashion small >b
dirgen -s 1:2 <a >raw

# How many records of a kind, and which norms are declared.
count()
{
	recdump "$2" | grep -c "^$1"
}
declared()
{
	recdump "$1" | sed -n 's/^direction {axis=\(.\) rep=\([0-9]*\).*norm=\([a-z]*\) ignore=\([a-z]*\).*/\1\2:\3:\4/p' |
		tr '\n' ' '
}

fnorm <raw >filter
is "$(declared filter)" \
	"x0:filter:biasbn y0:filter:biasbn x1:filter:biasbn y1:filter:biasbn " \
	"filter and biasbn are the default"
is "$(fnorm --norm layer --xnorm weight --yignore none <raw | declared -)" \
	"x0:weight:biasbn y0:layer:none x1:weight:biasbn y1:layer:none " \
	"options for one axis come before those for both"
recdump filter | grep -q "program=fnorm version=[0-9.]* options={xnorm=filter xignore=biasbn ynorm=filter yignore=biasbn}"
ok $? "the history says what was done"
is "$(count tensor filter)" "$(count tensor a)" "the model stays"
is "$(recdump filter | grep '^delta' | grep -c 'bias\|bn')" 0 "ignored tensors have no deltas"
is "$(fnorm --ignore none <raw | recdump - | grep -c '^delta')" "$(count delta raw)" \
	"--ignore none: they have"
is "$(fnorm --ignore none <filter | recdump - | grep -c '^delta')" "$(count delta raw)" \
	"also when they had none"
fnorm raw >named && cmp -s named filter
ok $? "a model may be an operand"
cat raw raw | fnorm >both
cat filter filter | cmp -s - both
ok $? "models one behind the other"
fnorm -o file raw && cmp -s file filter && [ ! -e file.part ]
ok $? "-o writes the same file"
is "$(fnorm -v raw 2>&1 >/dev/null | cut -d ' ' -f 1-7 | tr '\n' ';')" \
	"fnorm: rep 0: the cosine between x;fnorm: rep 1: the cosine between x;" "-v reports cosines"

# ---- the whole model's norm ----
fnorm --norm model raw >whole
is "$(count scale whole)" 4 "model: a scale record per direction"
fnorm --norm model whole >again
is "$(recdump again | grep '^scale')" "$(recdump whole | grep '^scale')" "the same again"
is "$(fnorm whole | recdump - | grep -c '^scale')" 0 "another norm makes up for the factor"
is "$(fnorm --norm none whole | recdump - | grep '^scale')" "$(recdump whole | grep '^scale')" \
	"none keeps it"
fails 1 "^fnorm: direction x, rep 0 has a scale record of model normalisation, which '--ignore none'" \
	"a factor that cannot be kept" fnorm --norm none --ignore none whole

# ---- kinds whose length means something ----
dirgen -q -k toward b <a | dirgen -s 1 >mixed
fnorm mixed >kept 2>warning
is "$(cat warning)" \
	"fnorm: warning: direction x is of kind toward and stays as it is (--force normalises it)" \
	"toward stays, said once"
is "$(declared kept)" "x0:none:none y0:filter:biasbn " "the other axis is normalised"
is "$(fnorm --force mixed 2>&1 >forced)$(declared forced)" "x0:filter:biasbn y0:filter:biasbn " \
	"--force normalises both"
is "$(fnorm -q mixed 2>&1 >/dev/null)" "" "-q says nothing"
is "$(fnorm a 2>&1 >/dev/null)" "fnorm: warning: a model without directions (dirgen makes them)" \
	"a model without directions passes with a warning"

# ---- streams that are not in order ----
if /usr/bin/python3 -c 'import msgpack' 2>/dev/null; then
	# The records of raw as a list r of [kind, header, payload], changed by
	# the code of the first argument, and sealed again.
	cat >forge.py <<'END'
import hashlib, sys, zlib, msgpack
r = [[k, h, p] for m, k, h, p, c in msgpack.Unpacker(open('raw', 'rb'), max_buffer_size=0)]
find = lambda kind, n=0: [i for i, x in enumerate(r) if x[0] == kind][n]
exec(sys.argv[1])
out, n = b'', 0
for kind, header, payload in r:
    if kind == 'end':
        header = {'count': n, 'digest': hashlib.sha256(out).hexdigest()}
    b = b'\x95' + b''.join(map(msgpack.packb, ('LLv1', kind, header, payload)))
    out += b + b'\xce' + zlib.crc32(b).to_bytes(4, 'big')
    n += kind != 'begin'
sys.stdout.buffer.write(out)
END
	forged()
	{
		/usr/bin/python3 forge.py "$2" >forged
		fails 1 "^fnorm: (standard input: )?$3" "$1" fnorm <forged
	}
	/usr/bin/python3 forge.py 'pass' | cmp -s - raw
	ok $? "records are forged well"
	forged "a tensor is missing" 'i = find("tensor", 20); del r[i:i+5]' "20 tensors came, the model has 21"
	forged "tensors change places" 'i = find("tensor"); r[i:i+5], r[i+5:i+10] = r[i+5:i+10], r[i:i+5]' \
		"tensor 'bn1.weight': element 0 of tensor 1 came, expected element 0 of tensor 0"
	forged "deltas before their tensor" 'i = find("tensor"); r[i], r[i+1] = r[i+1], r[i]' \
		"delta 'conv1.weight' does not stand behind its tensor"
	forged "half a tensor" 'x = r[find("tensor")]; x[2] = x[2][:144]' "tensor 'conv1.weight' has 36 of 72 elements"
	forged "half a direction" 'x = r[find("delta")]; x[2] = x[2][:144]' \
		"delta 'conv1.weight': direction x, rep 0 has 36 elements, the tensor has 72"
	forged "a direction twice" 'i = find("direction"); r.insert(i, r[i])' "direction x, rep 0 is declared twice"
	forged "a direction not declared" 'del r[find("direction")]' "delta: direction x, rep 0 is not declared"
	forged "a direction too late" 'r.insert(-1, r.pop(find("direction", 3)))' "delta: direction y, rep 1 is not declared"
	forged "a second model" 'i = find("model"); r.insert(i, r[i])' "a second model in the segment"
	forged "a delta of a running mean" \
		'i = find("tensor", 3); r.insert(i + 1, ["delta", dict(r[i][1], axis="x", rep=0), r[i][2]])' \
		"delta 'bn1.running_mean': a direction over weights does not move a running_mean"
	forged "a negative scale" 'r.insert(-1, ["scale", {"axis": "x", "rep": 0, "factor": -1.0}, None])' \
		"direction x, rep 0 has the scale -1, expected no less than 0"
	forged "two scales" 's = ["scale", {"axis": "x", "rep": 0, "factor": 1.0}, None]; r[-1:-1] = [s, s]' \
		"direction x, rep 0 has two scale records"
	# cut finer, the numbers are the same
	/usr/bin/python3 forge.py '
cut = []
for kind, h, p in r:
    step = 4 * 50
    if kind not in ("tensor", "delta") or h["dtype"] != "<f4":
        cut.append([kind, h, p])
    else:
        for at in range(0, len(p), step):
            cut.append([kind, dict(h, offset=at // 4), p[at:at + step]])
r = cut' >finer
	for norm in filter layer weight dfilter dlayer model; do
		fnorm --norm $norm raw >coarse && fnorm --norm $norm finer >fine
		/usr/bin/python3 - coarse fine <<'END'
import sys, msgpack
def elements(path):
    d = {}
    for m, kind, h, p, c in msgpack.Unpacker(open(path, 'rb'), max_buffer_size=0):
        if kind == 'delta':
            d.setdefault((h['axis'], h['rep'], h['name']), []).append(p)
        if kind == 'scale':
            d[h['axis'], h['rep']] = [repr(h['factor']).encode()]
    return {k: b''.join(v) for k, v in d.items()}
sys.exit(elements('coarse') != elements('fine') or len(elements('fine')) < 16)
END
		ok $? "$norm: chunks may be cut anywhere"
	done
fi

# ---- memory ----
# flows ROWS COLUMNS LAYERS: the model goes through both, 64 MB for each (the
# sanitizers want more).  Of 64-bit programs, data is what they allocate.
limit=65536
case ${LOSSPIPE_BIN:-} in
*/san/*) limit=unlimited ;;
esac
flows()
{
	"$ROOT/tests/tool/bigmodel.py" "$1" "$2" "$3" |
		(ulimit -d $limit && exec dirgen --axes 1) |
		(ulimit -d $limit && exec fnorm -q "${@:4}") |
		recdump - | tail -n 1 | grep -q '^end'
}
if /usr/bin/python3 -c 'import msgpack' 2>/dev/null; then
	flows 4 2450 2450
	ok $? "96 MB of layers pass through 64 MB"
	flows 1 98304 256
	ok $? "a layer of 96 MB passes through 64 MB, filter by filter"
	flows 1 98304 256 --norm model
	ok $? "also normalised as a whole"
fi

fails 2 "--norm is 'sphere'|'sphere', expected one of" "an unknown norm" fnorm --norm sphere
fails 2 "expected one of none, biasbn" "an unknown word for --ignore" fnorm --ignore all
done_testing
