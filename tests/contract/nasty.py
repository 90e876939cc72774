#!/usr/bin/python3
"""Streams whose texts are not meant to be read, and what must not leave.

nasty.py make FOLDER     writes FOLDER/GROUP/TEXT.surface.ll, .plane.ll, .model.ll:
                         good streams in which all texts of a group are a nasty one
nasty.py check FILE...   says what is wrong with texts that programs wrote; how a
                         file is read is told by the end of its name
nasty.py args            writes those texts that no terminal should get, NUL behind each

Only the standard library is needed; losspipe(5) explains.
"""
import csv, hashlib, html.parser, io, json, os, re, struct, sys, unicodedata, zlib
import xml.parsers.expat

TEXTS = {
    'escape': b'\x1b]0;owned\x07\x1b[31mred',
    'c1': b'\xc2\x9b31m \xc2\x85',
    'bidi': 'a\u202etxt.exe\u202c\u2066b\u2069'.encode(),
    'marks': '\u200e\u200f\u061cx'.encode(),
    'unseen': 'a\u200b\u2060\ufeff\u00adb'.encode(),
    'tags': 'a\U000e0041\U000e0042'.encode(),
    'bytes': b'\xff\xfe\x80a',
    'cut': b'abc\xe2\x80',
    'overlong': b'\xc0\xaf\xe0\x80\xaf',
    'surrogate': b'\xed\xa0\x80\xed\xb0\x80',
    'no-xml': b'a\x01\x0b\xef\xbf\xbf\xef\xb7\x90',
    'lines': b'a\nb\r\nc\x0b\x0cd',
    'separators': 'a\u2028b\u2029c'.encode(),
    'formula': b"=cmd|'/C calc'!A0",
    'plus': b'+1+cmd',
    'minus': b'-2+3',
    'at': b'@SUM(1)',
    'wide': '\uff1d1+1'.encode(),
    'tab': b'\t=1',
    'return': b'\r=1',
    'blank': b'  =1',
    'quotes': b'"a","b"\'',
    'shell': b'`id`$(id);x',
    'gnuplot': b'x"; system "id" #\\',
    'markup': b'</text><script>&amp;"\'>',
    'path': b'../../x',
    'backslash': b'..\\x',
    'plain': 'größe \U0001f600 \u05d0\u05d1 \u4f60'.encode(),
}
GROUPS = ('label', 'history', 'set', 'status', 'key', 'name', 'loss', 'kernel', 'kind')
SET_BYTES = 31  # of a data set's name, and of the name of a loss


# ---- msgpack, in which texts are bytes ----

def head(n, short, bits):
    if n < (1 << bits):
        return bytes([short | n])
    return None


def pack(v):
    if v is None:
        return b'\xc0'
    if isinstance(v, bool):
        return b'\xc3' if v else b'\xc2'
    if isinstance(v, int):
        return b'\xd3' + struct.pack('>q', v)
    if isinstance(v, float):
        return b'\xcb' + struct.pack('>d', v)
    if isinstance(v, bytes):
        return (head(len(v), 0xa0, 5) or b'\xda' + struct.pack('>H', len(v))) + v
    if isinstance(v, list):
        return (head(len(v), 0x90, 4) or b'\xdc' + struct.pack('>H', len(v))) + \
            b''.join(map(pack, v))
    return (head(len(v), 0x80, 4) or b'\xde' + struct.pack('>H', len(v))) + \
        b''.join(pack(k) + pack(x) for k, x in v.items())


class Stream:
    def __init__(self):
        self.bytes = b''

    def put(self, kind, header, payload=None):
        b = b'\x95' + pack(b'LLv1') + pack(kind) + pack(header)
        b += b'\xc0' if payload is None else b'\xc6' + struct.pack('>I', len(payload)) + payload
        self.bytes += b + b'\xce' + struct.pack('>I', zlib.crc32(b))
        self.n = getattr(self, 'n', -1) + 1

    def end(self):
        n, digest = self.n, hashlib.sha256(self.bytes).hexdigest().encode()
        self.put(b'end', {b'count': n, b'digest': digest})
        return self.bytes


# ---- good streams with other texts ----

class Words:
    """The texts of a stream; those of a group are replaced."""

    def __init__(self, group, text):
        self.group, self.text = group, text

    def __call__(self, group, usual, room=10000):
        return self.text[:room] if group == self.group else usual


def begin(s, w):
    s.put(b'begin', {b'version': 1, b'history': [
        {b'program': w('history', b'evalgrid'), b'version': w('history', b'0'),
         b'options': {w('history', b'n'): 8, b'note': w('history', b'x')}}]})


def extra(s, w):
    s.put(w('kind', b'x-note', 31), {b'k': 1, w('key', b'note'): w('key', b'a note')})


def axis(a, w):
    return {b'axis': a, b'rep': 0, b'kind': b'random', b'seed': 1, b'over': b'weights',
            b'norm': b'filter', b'ignore': b'biasbn'}


def grid(s, w, run, y):
    sets = [w('set', b'train', SET_BYTES)]
    s.put(b'grid', {
        b'run': run, b'x': [-1.0, 1.0, 3], b'y': y, b'reps': 1, b'sets': sets,
        b'loss': w('loss', b'crossentropy', SET_BYTES), b'shard': [0, 1],
        b'label': w('label', b'net'), b'arch': w('label', b'tiny'), b'plane': b'b' * 64,
        b'model': b'c' * 64, b'kernel': w('kernel', b'test', 127),
        b'meta': {b'acc': 90.0, b'note': w('label', b'x')},
        b'data': [{b'set': sets[0], b'name': w('set', b'npz'), b'n': 8, b'total': 9,
                   b'digest': b'd' * 64}]})


def surface(w):
    s = Stream()
    run = hashlib.sha256(w.text).hexdigest().encode()
    begin(s, w)
    grid(s, w, run, [0.0, 1.0, 2])
    s.put(b'direction', axis(b'x', w))
    toward = axis(b'y', w)
    toward.update({b'kind': b'toward', b'norm': b'none', b'label': w('label', b'other')})
    s.put(b'direction', toward)
    s.put(b'path', {
        b'name': w('name', b'run'), b'rep': 0, b'i': 0, b'drop': False, b'method': b'lstsq', b'x': 0.5,
        b'y': 0.5, b'norm': 0.5 ** 0.5, b'off': 0.0, b'share': 0.0, b'off_biasbn': 0.0, b'off_rest': 0.0,
        b'plane': b'b' * 64, b'model': b'c' * 16, b'checkpoint': b'd' * 16, b'length_x': 1.0, b'length_y': 1.0,
        b'cosine': 0.0})
    extra(s, w)
    for i in range(6):
        s.put(b'point', {
            b'run': run[:16], b'rep': 0, b'set': w('set', b'train', SET_BYTES), b'ix': i % 3,
            b'iy': i // 3, b'x': i % 3 - 1.0, b'y': float(i // 3), b'loss': 0.5 + i * i % 3,
            b'acc': 50.0, b'se': 0.01, b'n': 8, b'status': w('status', b'ok'),
            b'why': w('status', b'x'), w('key', b'note'): w('key', b'a note'),
            w('key', b'num') + b'2': 1.5})
    return s.end()


def model(s, w):
    weight, bias = (w('name', b'') + n for n in (b'fc.weight', b'fc.bias'))
    flat = w('name', b'') + b'flat'
    tensors = [(weight, [3, 4]), (bias, [3])]
    s.put(b'model', {
        b'label': w('label', b'tiny'), b'arch': w('label', b'tiny'), b'mean': [0.5],
        b'std': [0.25], b'meta': {b'acc': 90.0, b'note': w('label', b'x')},
        b'tensors': [{b'name': n, b'dtype': b'<f4', b'shape': d, b'role': r, b'out_axis': 0}
                     for (n, d), r in zip(tensors, (b'weight', b'bias'))],
        b'graph': {b'input': {b'name': b'input', b'shape': [1, 2, 2]}, b'output': b'fc',
                   b'nodes': [
                       {b'op': b'Flatten', b'name': flat, b'in': [b'input'],
                        b'attr': {b'axis': 1}},
                       {b'op': b'Gemm', b'name': b'fc', b'in': [flat, weight, bias],
                        b'attr': {b'transB': 1}}]}})
    return tensors


def plane(w, directions=True):
    s = Stream()
    begin(s, w)
    tensors = model(s, w)
    for a in (b'x', b'y') if directions else ():
        d = axis(a, w)
        d[b'norm'] = b'none'
        s.put(b'direction', d)
    extra(s, w)
    for i, (name, shape) in enumerate(tensors):
        n = 12 if i == 0 else 3
        values = struct.pack('<%df' % n, *(0.1 * (k % 5 - 2) for k in range(n)))
        s.put(b'tensor', {b'tensor': i, b'name': name, b'dtype': b'<f4', b'shape': shape,
                          b'offset': 0}, values)
        for a in (b'x', b'y') if directions and i == 0 else ():
            s.put(b'delta', {b'axis': a, b'rep': 0, b'tensor': i, b'name': name,
                             b'dtype': b'<f4', b'shape': shape, b'offset': 0}, values)
    return s.end()


def make(folder):
    for group in GROUPS:
        os.mkdir('%s/%s' % (folder, group))
        for name, text in TEXTS.items():
            w = Words(group, text)
            for end, stream in (('surface', surface(w)), ('plane', plane(w)),
                                ('model', plane(w, False))):
                with open('%s/%s/%s.%s.ll' % (folder, group, name, end), 'wb') as f:
                    f.write(stream)


# ---- what leaves ----

UNSEEN = re.compile('[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
                    '\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb'
                    '\U000e0000-\U000e0fff]')


def bad_text(data):
    try:
        text = data.decode()
    except UnicodeDecodeError as e:
        return 'no UTF-8: %s' % e
    for c in text:
        if unicodedata.category(c) == 'Cc' and c not in '\n\t':
            return 'a control character: %r' % c
    found = UNSEEN.search(text)
    return found and 'a character that cannot be seen: %a' % found.group()


def bad_csv(text):
    rows = list(csv.reader(io.StringIO(text)))
    for row in rows:
        if len(row) != len(rows[0]):
            return 'rows of %d and %d cells' % (len(rows[0]), len(row))
        for cell in row:
            try:
                float(cell)
            except ValueError:
                if re.match('\\s*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]', cell):
                    return 'a formula: %a' % cell
    return len(rows) % 6 != 1 and '%d rows' % len(rows)


def bad_gnuplot(text):
    for line in text.split('\n'):
        if not re.fullmatch('(?:#[^"\'`\\\\$;{}@^()|<>]*)?|[-+.0-9a-zA-Z ]*', line):
            return 'a line that is no numbers: %a' % line


def bad_xml(text):
    try:
        xml.parsers.expat.ParserCreate().Parse(text, True)
    except xml.parsers.expat.ExpatError as e:
        return str(e)
    return '<script' in text and 'a script'


def bad_json(text):
    try:
        for line in text.splitlines() if text.startswith('{"kind"') else [text]:
            json.loads(line)
    except ValueError as e:
        return str(e)


class Elements(html.parser.HTMLParser):
    """The elements of a page of landpage: what is none of its own."""
    OWN = set('html head meta title style body header h1 h2 h3 p noscript div main section figure '
              'ul li details summary span b pre script svg defs pattern rect path g circle text '
              'clippath'.split())

    def __init__(self):
        super().__init__()
        self.wrong, self.scripts, self.inside, self.data = None, 0, False, ''

    def handle_starttag(self, tag, attributes):
        self.scripts += tag == 'script'
        self.inside = tag == 'script' and dict(attributes).get('id') == 'data'
        if tag not in self.OWN or any(k[:2] == 'on' for k, _ in attributes):
            self.wrong = 'element %s %s' % (tag, attributes)

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.data += data

    def handle_comment(self, data):
        self.wrong = 'a comment'


def bad_html(text):
    page = Elements()
    page.feed(text)
    if not page.wrong and page.scripts != 2:
        page.wrong = '%d scripts' % page.scripts
    return (page.wrong or bad_json(page.data) or
            next(filter(None, map(bad_xml, re.findall(r'<svg.*?</svg>', text.split('<script')[0], re.S))), None))


FORMS = {'html': bad_html, 'csv': bad_csv, 'gnuplot': bad_gnuplot, 'xml': bad_xml, 'json': bad_json}


def check(path):
    with open(path, 'rb') as f:
        data = f.read()
    form = FORMS.get(path.rsplit('.', 1)[1])
    wrong = bad_text(data)
    if not wrong and form and data:
        wrong = form(data.decode())
    if not wrong and path.endswith('.line') and data.count(b'\n') != 1:
        wrong = '%d lines: %a' % (data.count(b'\n'), data)
    if wrong:
        print('%s: %s' % (os.path.basename(path), wrong))


if __name__ == '__main__':
    if sys.argv[1] == 'make':
        make(sys.argv[2])
    elif sys.argv[1] == 'args':
        sys.stdout.buffer.write(b''.join(t + b'\0' for t in TEXTS.values() if bad_text(t)))
    else:
        for path in sys.argv[2:]:
            check(path)
