#!/bin/bash
# gridconv: npz, VTK and gnuplot; their numbers are those of the points.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams
python=/usr/bin/python3
$python -c 'import numpy' 2>/dev/null || skip_all "no numpy"

# says NAME FILES... < SCRIPT: Python that asserts.
says()
{
	local name=$1
	shift
	$python - "$@" 2>"$T/says.err"
	ok $? "$name"
	sed 's/^/# /' "$T/says.err" | tail -n 3
}

# Two direction sets on two data sets, and requests beside the grid.
dirgen -s 3:4 <"$S/model.ll" | fnorm >"$T/plane.ll"
tiny=$ROOT/tests/data/sets/tiny.npz
evalgrid -q -d "train=$tiny" -d "test=$tiny" --x=-0.3:1:4 --y=0:0.7:3 -o "$T/reps.ll" "$T/plane.ll"
gridconv "$T/reps.ll" >"$T/reps.csv"
gridconv "$S/surface.ll" >"$T/surface.csv"
gridconv "$S/line.ll" >"$T/line.csv"

# ---- npz ----
for name in surface line; do
	gridconv -t npz -o "$T/$name.npz" "$S/$name.ll"
done
gridconv -t npz <"$T/reps.ll" >"$T/reps.npz"
says "npz: a surface" "$T/surface.npz" "$T/surface.csv" <<'END'
import csv, sys, numpy as np
f, rows = np.load(sys.argv[1]), list(csv.DictReader(open(sys.argv[2])))
assert sorted(f) == ['train_acc', 'train_loss', 'train_n', 'train_sd', 'train_se',
                     'xcoordinates', 'ycoordinates'], list(f)
assert f['xcoordinates'].tolist() == [-1, 0, 1] and f['ycoordinates'].tolist() == [0, 1]
assert f['train_loss'].shape == (2, 3) and f['train_loss'].dtype == '<f8'
for r in rows:
    got = f['train_loss'][int(r['iy']), int(r['ix'])]
    assert got == float(r['loss']) or got != got and r['loss'] == 'nan'
END
says "npz: a line has one dimension, data sets are named" "$T/line.npz" "$T/line.csv" <<'END'
import csv, sys, numpy as np
f, rows = np.load(sys.argv[1]), list(csv.DictReader(open(sys.argv[2])))
assert 'ycoordinates' not in f and f['test_loss'].shape == (5,)
for r in rows:
    assert f[r['set'] + '_loss'][int(r['ix'])] == float(r['loss'])
END
says "npz: direction sets come first" "$T/reps.npz" "$T/reps.csv" <<'END'
import csv, sys, numpy as np
f, rows = np.load(sys.argv[1]), list(csv.DictReader(open(sys.argv[2])))
assert f['test_loss'].shape == (2, 3, 4) and len(rows) == 48
for r in rows:
    for name in 'loss', 'acc', 'se':
        at = tuple(int(r[k]) for k in ('rep', 'iy', 'ix'))
        assert f[r['set'] + '_' + name][at] == float(r[name])
END
gridconv -t npz "$S/line.ll" "$S/surface.ll" >"$T/two.npz"
says "npz: runs have names" "$T/two.npz" <<'END'
import sys, numpy as np
f = np.load(sys.argv[1])
assert f['aaaaaaaa/train_loss'].shape == (2, 3) and f['bbbbbbbb/test_acc'].shape == (5,)
END
TZ=Asia/Tokyo gridconv -t npz "$S/surface.ll" | cmp -s - "$T/surface.npz"
ok $? "npz: the same bytes at any time, in any place"

# ---- VTK ----
cat >"$T/vtk.py" <<'END'
import base64, struct, sys, xml.etree.ElementTree as tree
import numpy as np

def array(e):
    raw = base64.b64decode(e.text, validate=True)
    n, = struct.unpack('<Q', raw[:8])
    assert n == len(raw) - 8
    v = np.frombuffer(raw[8:], {'Float64': '<f8', 'Int64': '<i8'}[e.get('type')])
    c = int(e.get('NumberOfComponents'))
    return v.reshape(-1, c) if c > 1 else v

def pieces(path):
    root = tree.parse(path).getroot()
    assert root.get('type') == 'PolyData' and root.get('header_type') == 'UInt64'
    for piece in root.iter('Piece'):
        p = {e.get('Name'): array(e) for e in piece.iter('DataArray')}
        assert len(p['Points']) == int(piece.get('NumberOfPoints'))
        assert all(len(p[e.get('Name')]) == len(p['Points'])
                   for e in piece.find('PointData'))
        cells = int(piece.get('NumberOfPolys')) + int(piece.get('NumberOfLines'))
        assert len(p['offsets']) == cells
        assert len(p['connectivity']) == (p['offsets'][-1] if cells else 0)
        assert not cells or p['connectivity'].max() < len(p['Points'])
        yield p
END
export PYTHONPATH=$T
gridconv -t vtk -o "$T/surface.vtp" "$S/surface.ll"
gridconv -t vtk -o "$T/line.vtp" "$S/line.ll"
gridconv -t vtk -o "$T/reps.vtp" "$T/reps.ll"
gridconv -t vtk --zmax 3 --log -o "$T/clipped.vtp" "$T/reps.ll"
if command -v xmllint >/dev/null; then
	passes "vtk: well-formed XML" xmllint --noout "$T"/*.vtp
fi
says "vtk: a surface is quadrilaterals; what is no number leaves a hole" "$T/surface.vtp" <<'END'
import sys
from vtk import *
p, = pieces(sys.argv[1])
# of 3 x 2 points the last has no number: one cell of two is whole
assert p['Points'][:, :2].tolist() == [[-1, 0], [0, 0], [1, 0], [-1, 1], [0, 1]]
assert p['connectivity'].tolist() == [0, 1, 4, 3] and p['offsets'].tolist() == [4]
assert (p['Points'][:, 2] == p['loss']).all() and p['loss'][1] == 0.1
END
says "vtk: a line is line segments, a piece per data set" "$T/line.vtp" <<'END'
import sys
from vtk import *
train, test = pieces(sys.argv[1])
assert train['connectivity'].tolist() == [0, 1, 1, 2, 2, 3, 3, 4]
assert test['offsets'].tolist() == [2, 4, 6, 8] and (test['Points'][:, 1] == 0).all()
END
says "vtk: all numbers are those of the points" "$T/reps.vtp" "$T/reps.csv" <<'END'
import csv, sys
from vtk import *
rows = list(csv.DictReader(open(sys.argv[2])))
found = list(pieces(sys.argv[1]))
assert len(found) == 4
for i, p in enumerate(found):
    mine = [r for r in rows if r['set'] == ('train', 'test')[i % 2] and r['rep'] == str(i // 2)]
    for name in 'loss', 'acc', 'se', 'sd', 'n':
        assert p[name].tolist() == [float(r[name]) for r in mine]
    assert p['Points'].tolist() == [[float(r[k]) for k in ('x', 'y', 'loss')] for r in mine]
END
says "vtk: the paper's heights" "$T/clipped.vtp" "$T/reps.vtp" <<'END'
import sys
from vtk import *
for p, q in zip(pieces(sys.argv[1]), pieces(sys.argv[2])):
    assert (q["loss"] > 3).any() and (q["loss"] < 3).any()
    assert np.allclose(p['Points'][:, 2], np.log(np.minimum(q["loss"], 3) + 0.1), rtol=1e-15)
    assert (p['loss'] == q['loss']).all()
END
fails 2 "are for -t vtk" "--log is for vtk" gridconv --log "$S/surface.ll"

# ---- gnuplot ----
gridconv -t gnuplot "$T/reps.ll" >"$T/reps.dat"
is "$(head -n 2 "$T/reps.dat" | tail -n 1)" "# x y loss acc n sd se" "gnuplot: names of columns"
says "gnuplot: blocks of rows, two blank lines between sheets" "$T/reps.dat" "$T/reps.csv" <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[2])))
sheets = open(sys.argv[1]).read().split('\n\n\n')
assert len(sheets) == 4
for i, sheet in enumerate(sheets):
    lines = [b.split('\n') for b in '\n'.join(
        l for l in sheet.rstrip('\n').split('\n') if l[:1] != '#').split('\n\n')]
    assert [len(b) for b in lines] == [4, 4, 4]
    mine = [r for r in rows if r['set'] == ('train', 'test')[i % 2] and r['rep'] == str(i // 2)]
    got = [[float(v) for v in l.split()] for b in lines for l in b]
    assert got == [[float(r[k]) for k in 'x y loss acc n sd se'.split()] for r in mine]
END
is "$(gridconv -t gnuplot "$S/surface.ll" | tail -n 1)" "1 1 NaN 50 8 0.1 0.01" "gnuplot: NaN"
is "$(gridconv -t gnuplot "$S/line.ll" | grep -c '^$')" 2 "gnuplot: a line has no blank lines within"
if command -v gnuplot >/dev/null; then
	passes "gnuplot draws it" gnuplot -e "set terminal dumb;
		splot '$T/reps.dat' index 1 using 1:2:3 with pm3d"
	is "$(grep -ciE 'warning|error|not' "$T/passes.err")" 0 "without a warning"
fi

# ---- what has no place in an array ----
$python - "$S/model.ll" >"$T/asked.ll" <<'END'
import hashlib, struct, sys, zlib, msgpack
out, n = b'', 0
for kind, h in [('begin', {'version': 1, 'history': []}),
                ('request', {'id': 1, 'x': 0.5, 'y': 0.5}), ('end', None)]:
    if kind == 'end':
        h = {'count': 1, 'digest': hashlib.sha256(out).hexdigest()}
    r = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, h, None)))
    out += r + b'\xce' + struct.pack('>I', zlib.crc32(r))
sys.stdout.buffer.write(out)
END
dirgen -s 3 <"$S/model.ll" | evalgrid -q -d "$tiny" --x=0:1:2 --y=0:1:2 -o "$T/both.ll" - "$T/asked.ll"
fails 0 "1 requested points beside the grid are left out" "requested points are left out, and said so" \
	gridconv -t npz -o "$T/both.npz" "$T/both.ll"
dirgen -s 3 <"$S/model.ll" | evalgrid -q -d "$tiny" -o "$T/only.ll" - "$T/asked.ll"
fails 1 "has requested points alone" "without a grid there is no array" gridconv -t vtk "$T/only.ll"
head -c 1000 "$S/surface.ll" >"$T/torn"
gridconv -t npz --partial -o "$T/torn.npz" "$T/torn"
says "--partial: what is missing is no number" "$T/torn.npz" <<'END'
import sys, numpy as np
loss = np.load(sys.argv[1])['train_loss']
assert loss.shape == (2, 3) and np.isnan(loss).sum() == 2
END
done_testing
