#!/bin/bash
# landpage: one file, everything inside, texts are data.
# shellcheck disable=SC2016  # $ is Python's
. "$(dirname "$0")/../tap.sh"
P=$ROOT/tests/data/points
S=$ROOT/tests/data/streams
tiny=$ROOT/tests/data/sets/tiny.npz
python=/usr/bin/python3
[ -x $python ] || skip_all "no Python"

cat >"$T/page.py" <<'END'
import base64, hashlib, html.parser, json, re, struct, sys

class Page(html.parser.HTMLParser):
    """The elements, attributes and texts of a page, and its data."""
    def __init__(self, path):
        super().__init__()
        self.tags, self.scripts, self.style, self.text = [], [], None, ''
        self.bytes = open(path, 'rb').read()
        self.source = self.bytes.decode()
        self.inside = None
        self.feed(self.source)
        self.data = json.loads(next(t for a, t in self.scripts if a.get('id') == 'data'))
        self.viewer = next(t for a, t in self.scripts if not a)
    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in ('script', 'style'):
            self.inside = tag
            if tag == 'script':
                self.scripts.append((dict(attributes), ''))
    handle_startendtag = handle_starttag
    def handle_endtag(self, tag):
        self.inside = None
    def handle_data(self, data):
        if self.inside == 'script':
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif self.inside == 'style':
            self.style = data
        else:
            self.text += data
    def policy(self):
        return next(a['content'] for t, a in self.tags
                    if t == 'meta' and a.get('http-equiv') == 'Content-Security-Policy')

def array(code, n):
    if code is None or not isinstance(code, str):
        return [float('nan') if code is None else code] * n
    raw = base64.b64decode(code[1:], validate=True)
    return list(struct.unpack('<%d%s' % (n, code[0]), raw))
END
export PYTHONPATH=$T

# says NAME FILES... < SCRIPT: Python that asserts.
says()
{
	local name=$1
	shift
	$python - "$@" 2>"$T/says.err"
	ok $? "$name"
	sed 's/^/# /' "$T/says.err" | tail -n 3
}

# ---- everything inside ----
passes "two surfaces" landpage -o "$T/two.html" "$P/plane.ll" "$P/small.ll"
cat "$P/plane.ll" "$P/small.ll" | landpage | cmp -s - "$T/two.html"
ok $? "the same bytes from standard input"
says "its policy forbids all loading and allows the viewer" "$T/two.html" <<'END'
import sys
from page import *
p = Page(sys.argv[1])
digest = lambda t: "'sha256-" + base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() + "'"
policy = dict(d.strip().split(' ', 1) for d in p.policy().split(';'))
assert policy['default-src'] == "'none'", policy
assert policy['script-src'] == digest(p.viewer), policy
assert policy['style-src'] == digest(p.style), policy
assert policy['img-src'] == 'data: blob:', policy
assert len(p.scripts) == 2 and p.source.count('<style') == 1
END
says "it refers to nothing" "$T/two.html" <<'END'
import sys
from page import *
p = Page(sys.argv[1])
for tag, a in p.tags:
    assert tag not in ('link', 'img', 'iframe', 'object', 'embed', 'base', 'form', 'a'), tag
    for k, v in a.items():
        assert k not in ('src', 'href', 'style', 'action', 'xlink:href') and k[:2] != 'on', (tag, k)
        v = v or ''
        assert k == 'xmlns' or 'http:' not in v and 'https:' not in v, (tag, k, v)
        assert 'url(' not in v or v.startswith('url(#'), (tag, k, v)
END
says "ids are there once" "$T/two.html" <<'END'
import sys
from page import *
ids = [a['id'] for t, a in Page(sys.argv[1]).tags if 'id' in a]
assert len(ids) == len(set(ids)), ids
END

# ---- the numbers ----
gridconv "$P/plane.ll" >"$T/plane.csv"
says "values are those of the points" "$T/two.html" "$T/plane.csv" <<'END'
import csv, sys
from page import *
d = Page(sys.argv[1]).data
rows = list(csv.DictReader(open(sys.argv[2])))
assert d['axes'] == 2 and [f['name'] for f in d['fields']] == ['loss', 'acc']
s = d['sheets'][0]
n = s['x'][2] * s['y'][2]
loss, acc = array(s['values']['loss'], n), array(s['values']['acc'], n)
assert n == len(rows)
for r in rows:
    k = int(r['iy']) * s['x'][2] + int(r['ix'])
    assert abs(loss[k] / float(r['loss']) - 1) < 1e-7 and abs(acc[k] - float(r['acc'])) < 1e-5
f = d['fields'][0]
assert f['log'] and len(f['levels']) == len(f['bands']) and f['map'][0] == '#440154'
END
landpage -o "$T/surface.html" "$S/surface.ll"
says "NaN is a status and a value" "$T/surface.html" <<'END'
import sys
from page import *
d = Page(sys.argv[1]).data
v = d['sheets'][0]['values']
assert array(v['status'], 6) == [1, 1, 1, 1, 1, 2] and d['words'][2] == 'nan'
assert array(v['loss'], 6)[5] != array(v['loss'], 6)[5] and v['n'] == 8
END
landpage --partial -q -o "$T/partial.html" "$P/partial.ll"
says "--partial: missing points are missing, and the page says so" "$T/partial.html" <<'END'
import sys
from page import *
p = Page(sys.argv[1])
status = array(p.data['sheets'][0]['values']['status'], 49)
assert status.count(0) == 5 and status.count(1) == 44
assert 'partial: 5 of 49 points are missing' in p.text
END
landpage --partial -q -o "$T/ninth.html" "$ROOT/tests/gallery/part.ll"
bands() { awk '/<g class="bands">/ { on = 1 } on && /<path/ { n++ } /<g class="lines">/ { on = 0 } END { print n + 0 }' "$1"; }
[ "$(bands "$T/ninth.html")" -ge 8 ]
ok $? "nine of 441 points give a whole picture"
dirgen -s 3 --axes 1 <"$S/model.ll" | evalgrid -q -d "$tiny" --x=-1:1:65 | head -c 4000 >"$T/tornline.ll"
landpage --partial -q -o "$T/few.html" "$T/tornline.ll"
! grep -q '<path[^>]* d=""' "$T/few.html"
ok $? "a few points of a line are joined"
fails 1 "incomplete \(--partial takes what is there\): .*5 of 49" "without it they are an error" \
	landpage "$P/partial.ll"
landpage -o "$T/line.html" "$S/line.ll"
says "a line: curves, with a log scale beside the linear one" "$T/line.html" <<'END'
import sys
from page import *
p = Page(sys.argv[1])
assert p.data['axes'] == 1 and len(p.data['sheets']) == 2
assert [s['set'] for s in p.data['sheets']] == ['train', 'test']
figures = [a for t, a in p.tags if t == 'figure']
assert [(a['data-field'], a['data-log']) for a in figures][:2] == [('loss', '0'), ('loss', '1')]
assert len(p.data['fields'][0]['plot']) == 8 and len(p.data['fields'][0]['logRange']) == 2
END
says "gridstat's numbers, the pipeline" "$T/two.html" <<'END'
import sys
from page import *
p = Page(sys.argv[1])
assert 'Is the plot right?' in p.text and 'sharpness' in p.text
assert 'fnorm' in p.text and 'norm=filter' in p.text and 'landpage' in p.text
END

# ---- what it cannot show ----
fails 1 "no point has a number 'nonsense'" "a field that is not there" landpage --field nonsense "$P/plane.ll"
fails 1 "names with commas between" "an empty name" landpage --field loss,,acc "$P/plane.ll"
fails 1 "has 'loss' twice" "a name twice" landpage --field loss,loss "$P/plane.ll"
fails 1 "the input has no grid" "no points" landpage "$S/model.ll"
$python - >"$T/large.ll" <<'END'
import hashlib, msgpack, struct, sys, zlib
sum, count = hashlib.sha256(), 0
def put(kind, h):
    r = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, h, None)))
    r += b'\xce' + struct.pack('>I', zlib.crc32(r))
    sum.update(r)
    sys.stdout.buffer.write(r)
put('begin', {'version': 1, 'history': []})
put('grid', {'run': 'a' * 64, 'x': [-1.0, 1.0, 701], 'y': [-1.0, 1.0, 601], 'reps': 1, 'sets': ['train'],
             'loss': 'crossentropy', 'shard': [0, 1]})
put('end', {'count': 1, 'digest': sum.hexdigest()})
END
if $python -c 'import msgpack' 2>/dev/null; then
	fails 1 "421301 points, a page holds at most 400000" "too many points are refused with their number" \
		sh -c 'landpage --partial -q "$1"' - "$T/large.ll"
fi
is "$(landpage --field acc,error "$P/plane.ll" | grep -o '<figure[^>]*>' | tr '\n' ' ')" \
	'<figure class="plane" data-field="acc"> <figure class="plane" data-field="error"> ' "--field"

# ---- a path, requested points, two sets ----
evil='</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> "'"'"'&amp; ]]>'
netnew small --pixels fashion --label "$evil" |
	nettrain -q -d "$ROOT/tests/data/sets/fashion-48.npz" --epochs 3 --batch 16 >"$T/run.ll"
dirgen -k pca "$T/run.ll" | trajproj "<script>&\"=$T/run.ll" >"$T/way.ll"
evalgrid -q -d "train=$ROOT/tests/data/sets/fashion-48.npz" --sample 20 --x=auto:5 --y=auto:5 \
	-o "$T/path.ll" "$T/way.ll"
landpage --title "$evil" -o "$T/path.html" "$T/path.ll"
says "texts are data: no element, no attribute comes from them" "$T/path.html" <<'END'
import sys
from page import *
p = Page(sys.argv[1])
allowed = set('html head meta title style body header h1 p noscript div svg defs pattern rect path main section '
              'h2 h3 figure g circle text ul li details summary span b pre script'.split())
assert {t for t, a in p.tags} <= allowed, {t for t, a in p.tags} - allowed
assert all(k[:2] != 'on' for t, a in p.tags for k in a)
assert len(p.scripts) == 2 and 'alert(2)' in p.text
assert '</script><script>alert' not in p.source and '<!--' not in p.source
label = p.data['sheets'][0]['label']
assert label.startswith('</script><script>alert(1)</script><!-- <img'), label
END
says "a path has its epochs, errors travel" "$T/path.html" <<'END'
import sys
from page import *
d = Page(sys.argv[1]).data
s = d['sheets'][0]
path = s['paths'][0]
assert path['name'] == '<script>&"' and path['epoch'] == [0, 1, 2, 3] and len(path['at']) == 8 and len(path['off']) == 4
assert [f['name'] for f in d['fields']] == ['loss', 'acc', 'se'] and s['values']['n'] == 20
END
cut -d , -f 1-6 "$T/plane.csv" >"$T/six.csv"
$python "$P/make.py" "label=a$(printf '\342\200\250')b" <"$T/six.csv" | landpage >"$T/line-end.html"
is "$(sed -n '/id="data"/,/^<\/script>/p' "$T/line-end.html" | grep -c "$(printf '\342\200\250')")" 0 \
	"a line separator is not written"
says "what cannot be shown is a question mark" "$T/line-end.html" <<'END'
import sys
from page import *
assert Page(sys.argv[1]).data['sheets'][0]['label'] == 'a?b'
END
if $python -c 'import msgpack' 2>/dev/null; then
	$python - >"$T/asked.ll" <<'END'
import hashlib, struct, sys, zlib, msgpack
out = b''
for kind, h in [('begin', {'version': 1, 'history': []}),
                ('request', {'id': 1, 'x': 0.25, 'y': 0.5}), ('end', None)]:
    if kind == 'end':
        h = {'count': 1, 'digest': hashlib.sha256(out).hexdigest()}
    r = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, h, None)))
    out += r + b'\xce' + struct.pack('>I', zlib.crc32(r))
sys.stdout.buffer.write(out)
END
	dirgen -s 3:4 <"$S/model.ll" |
		evalgrid -q -d "train=$tiny" -d "test=$tiny" --x=0:1:3 --y=0:1:3 -o "$T/both.ll" - "$T/asked.ll"
	landpage -o "$T/both.html" "$T/both.ll"
	says "requested points are shown beside each surface" "$T/both.html" <<'END'
import sys
from page import *
d = Page(sys.argv[1]).data
assert len(d['sheets']) == 4 and len({s['label'] for s in d['sheets']}) == 4
for s in d['sheets']:
    assert (s['asked']['count'], s['asked']['x'], s['asked']['y']) == (1, 0.25, 0.5)
    assert s['asked']['loss'] > 0 and s['asked']['status'] == 1
END
fi

# ---- another network ----
dirgen -k toward "$S/model_noted.ll" <"$S/model.ll" 2>/dev/null |
	evalgrid -q -d "$tiny" --x=0:1:3 -o "$T/toward.ll" 2>/dev/null
landpage -o "$T/toward.html" "$T/toward.ll"
says "a direction leads toward a mark" "$T/toward.html" <<'END'
import sys
from page import *
m, = Page(sys.argv[1]).data['sheets'][0]['marks']
assert (m['x'], m['y']) == (1, 0) and m['label']
END
netnew -s 2 --pixels fashion small >"$T/other.ll"
netnew -s 1 --pixels fashion small | dirgen -q -k toward --orthonormal "$T/other.ll" |
	tee "$T/turned.ll" |
	evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" -n 2 --x=0:20:3 | landpage -o "$T/turned.html"
says "elsewhere when the axis has unit length" "$T/turned.html" <<'END'
import sys
from page import *
m, = Page(sys.argv[1]).data['sheets'][0]['marks']
assert m['x'] > 2 and m['y'] == 0 and m['label']
END
evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" -n 2 --x=0:1:3 "$T/turned.ll" | landpage -o "$T/turned.html"
says "and none outside of the grid" "$T/turned.html" <<'END'
import sys
from page import *
assert Page(sys.argv[1]).data['sheets'][0]['marks'] == []
END
done_testing
