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
fails 2 "--log is for --to vtk and glb" "--log is for vtk and glb" gridconv --log "$S/surface.ll"

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

# ---- plotly ----
gridconv -t plotly -o "$T/surface.json" "$S/surface.ll"
gridconv -t plotly -o "$T/line.json" "$S/line.ll"
netnew small --pixels fashion --label 'a <b>' -s 1 |
	nettrain -q -d "$ROOT/tests/data/sets/fashion-48.npz" --epochs 3 --batch 16 >"$T/run.ll"
dirgen -k pca "$T/run.ll" | trajproj "+1 <i>=$T/run.ll" >"$T/way.ll"
evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" --x=auto:5 --y=auto:4 -o "$T/path.ll" "$T/way.ll"
gridconv -t plotly -o "$T/path.json" "$T/path.ll"
says "plotly: a surface and its contours, null for NaN" "$T/surface.json" "$T/surface.csv" <<'END'
import csv, json, sys
f, rows = json.load(open(sys.argv[1])), list(csv.DictReader(open(sys.argv[2])))
assert [d['type'] for d in f['data']] == ['surface', 'contour']
for d in f['data']:
    assert d['x'] == [-1, 0, 1] and d['y'] == [0, 1] and len(d['z']) == 2
    for r in rows:
        got = d['z'][int(r['iy'])][int(r['ix'])]
        assert got == (None if r['loss'] == 'nan' else float(r['loss']))
assert f['layout']['scene']['zaxis']['title']['text'] == 'loss (cross-entropy)'
END
says "plotly: a path lies on the surface and in the contours, texts are no markup" "$T/path.json" <<'END'
import json, sys
f = json.load(open(sys.argv[1]))
assert [d['type'] for d in f['data']] == ['surface', 'contour', 'scatter3d', 'scatter']
s, _, path, flat = f['data']
assert s['name'] == 'a &lt;b&gt;' and path['x'] == flat['x'] and len(path['z']) == 4
low, high = min(map(min, s['z'])), max(map(max, s['z']))
assert all(low <= z <= high for z in path['z'])
END
says "plotly: curves" "$T/line.json" "$T/line.csv" <<'END'
import csv, json, sys
f, rows = json.load(open(sys.argv[1])), list(csv.DictReader(open(sys.argv[2])))
assert [(d['type'], d.get('yaxis')) for d in f['data']] == [('scatter', None), ('scatter', 'y2')] * 2
assert f['data'][0]['y'] == [float(r['loss']) for r in rows if r['set'] == 'train']
assert f['data'][3]['y'] == [float(r['acc']) for r in rows if r['set'] == 'test']
END

# ---- glTF ----
cat >"$T/glb.py" <<'END'
import json, struct
import numpy as np

def read(path):
    """The JSON and every accessor as an array, held against what the format wants."""
    data = open(path, 'rb').read()
    magic, version, length, n, kind = struct.unpack('<4sIII4s', data[:20])
    assert (magic, version, length, kind) == (b'glTF', 2, len(data), b'JSON') and n % 4 == 0
    j = json.loads(data[20:20 + n])
    m, kind = struct.unpack('<I4s', data[20 + n:28 + n])
    numbers = data[28 + n:]
    assert kind == b'BIN\0' and m == len(numbers) == j['buffers'][0]['byteLength'] and m % 4 == 0
    assert j['asset']['version'] == '2.0'
    arrays = []
    for a in j['accessors']:
        v = j['bufferViews'][a['bufferView']]
        width = {'SCALAR': 1, 'VEC3': 3}[a['type']]
        assert v['byteOffset'] % 4 == 0 and v['byteOffset'] + v['byteLength'] <= m
        assert v['byteLength'] == 4 * width * a['count']
        x = np.frombuffer(numbers, {5125: '<u4', 5126: '<f4'}[a['componentType']], width * a['count'],
                          v['byteOffset']).reshape(-1, width)
        assert np.isfinite(x).all()
        if 'min' in a:
            assert np.allclose(x.min(0), a['min'], 1e-6) and np.allclose(x.max(0), a['max'], 1e-6)
        arrays.append(x)
    for mesh in j['meshes']:
        for p in mesh['primitives']:
            n = len(arrays[p['attributes']['POSITION']])
            assert j['accessors'][p['attributes']['POSITION']]['min']
            assert all(len(arrays[a]) == n for a in p['attributes'].values())
            if 'indices' in p:
                assert arrays[p['indices']].max() < n and len(arrays[p['indices']]) % 3 == 0
    assert j['scenes'][0]['nodes'] == list(range(len(j['nodes'])))
    return j, arrays
END
gridconv -t glb -o "$T/surface.glb" "$S/surface.ll"
gridconv -t glb --log -o "$T/path.glb" "$T/path.ll"
says "glb: a surface in contour's colours, with a hole where there is no number" "$T/surface.glb" <<'END'
import sys
from glb import *
j, arrays = read(sys.argv[1])
p = j['meshes'][0]['primitives'][0]
at, colour = (arrays[p['attributes'][k]] for k in ('POSITION', 'COLOR_0'))
# of 3 x 2 points the last has no number: one cell of two is whole
assert len(at) == 5 and arrays[p['indices']].ravel().tolist() == [0, 1, 4, 0, 4, 3]
assert np.allclose(at[:, 0], [-1, 0, 1, -1, 0]) and np.allclose(at[:, 2], [1, 1, 1, -1, -1])
assert at[:, 1].min() == 0 and at[:, 1].max() <= 1.2001
low = colour[at[:, 1].argmin()]
assert np.allclose(low, [0.0578, 0.0003, 0.0887], atol=2e-4), low
END
says "glb: paths are lines on it, names are names" "$T/path.glb" <<'END'
import sys
from glb import *
j, arrays = read(sys.argv[1])
assert [n['name'] for n in j['nodes']] == ['a <b>', 'box', '+1 <i>'], j['nodes']
line = j['meshes'][2]['primitives'][0]
assert line['mode'] == 3 and len(arrays[line['attributes']['POSITION']]) == 4
assert 'nettrain' in j['asset']['extras']['history']
END
fails 1 "one axis has no surface" "glb: a line has no surface" gridconv -t glb -o "$T/line.glb" "$S/line.ll"
gridconv -t glb "$T/path.ll" | cmp -s - <(gridconv -t glb "$T/path.ll")
ok $? "glb: the same bytes"

# ---- paths ----
gridconv -t path "$T/way.ll" >"$T/way.csv"
is "$(sed -n 1p "$T/way.csv")" \
	"name,rep,i,step,x,y,norm,off,off_biasbn,off_rest,epoch,lr,running_loss,loss,set,drop,plane_loss,plane_set,measured,gap,share" "path: names"
is "$(cut -d , -f 1-3,11 "$T/way.csv" | tail -n +2 | tr '\n' ' ')" \
	"'+1 <i>,0,0,0 '+1 <i>,0,1,1 '+1 <i>,0,2,2 '+1 <i>,0,3,3 " "path: a line for each checkpoint"
is "$(gridconv -t path "$T/path.ll" | cut -d , -f 1-16,21 | cksum)" \
	"$(cut -d , -f 1-16,21 "$T/way.csv" | cksum)" "path: with or without a surface"
fails 1 "no path \(trajproj\)" "path: a stream without one" gridconv -t path "$S/surface.ll"

# ---- what has no place in an array ----
asks()
{
	$python - "$1" <<'END'
import hashlib, struct, sys, zlib, msgpack
out, n = b'', 0
for kind, h in [('begin', {'version': 1, 'history': []}),
                ('request', {'id': 1, 'x': 0.5, 'y': float(sys.argv[1])}), ('end', None)]:
    if kind == 'end':
        h = {'count': 1, 'digest': hashlib.sha256(out).hexdigest()}
    r = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, h, None)))
    out += r + b'\xce' + struct.pack('>I', zlib.crc32(r))
sys.stdout.buffer.write(out)
END
}
asks 0.5 >"$T/asked.ll"
asks 0 >"$T/askedx.ll"
dirgen -s 3 <"$S/model.ll" | evalgrid -q -d "$tiny" --x=0:1:2 --y=0:1:2 -o "$T/both.ll" - "$T/asked.ll"
fails 0 "1 requested points? beside the grid (is|are) left out" "requested points are left out, and said so" \
	gridconv -t npz -o "$T/both.npz" "$T/both.ll"
dirgen -s 3:4 <"$S/model.ll" | evalgrid -q -d "$tiny" --x=0:1:2 --y=0:1:2 -o "$T/sets.ll" - "$T/asked.ll"
fails 0 "2 requested points beside the grid are left out" "a picture of several directions as one does" \
	contour --directions mean -o "$T/mean.svg" "$T/sets.ll"
fails 0 "2 requested points beside the grid are left out" "a band does" \
	sh -c "dirgen -s 3:4 --axes 1 <$S/model.ll | evalgrid -q -d $tiny --x=0:1:3 - $T/askedx.ll | contour --band -o $T/band.svg"
! command -v h5conv >/dev/null || fails 0 "1 requested points? beside the grid (is|are) left out" \
	"so does a file of HDF5" h5conv -o "$T/both.h5" "$T/both.ll"
is "$(contour -o "$T/both.svg" "$T/both.ll" 2>&1)" "" "what draws them says nothing"
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
