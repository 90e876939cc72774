#!/usr/bin/python3
"""Writes the small streams of this folder (with python3-msgpack)."""
import hashlib
import math
import struct
import sys
import zlib

import msgpack


def record(kind, header, payload=None):
    r = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, header, payload)))
    return r + b'\xce' + struct.pack('>I', zlib.crc32(r))


class Segment:
    def __init__(self, **keys):
        self.bytes, self.count = b'', -1
        self.add('begin', {'version': 1, 'history': [], **keys})

    def add(self, *parts):
        self.bytes += record(*parts)
        self.count += 1
        if NOTED and self.count == 1:
            self.bytes += NOTE
            self.count += 1

    def end(self):
        if CLOSES:
            self.add('close', {'run': RUN})
        digest = hashlib.sha256(self.bytes).hexdigest()
        self.add('end', {'count': self.count, 'digest': digest})
        return self.bytes


# A record that no program knows; floats and ints in forms that a packer would
# not choose.  It stands behind the first record of the streams called _noted.
NOTED = False
NOTE = b'\x95\xa4LLv1\xd9\x06x-note\xde\0\1\xa1k\xd1\0\1\xc5\0\3abc'
NOTE += b'\xce' + struct.pack('>I', zlib.crc32(NOTE))

# The marks of a training run: the streams called _open have the first alone, those
# called _run both, those called _last the second alone.
RUN = '5' * 64
CLOSES = False


def opened():
    s = Segment(history=[{'program': 'nettrain', 'version': '0', 'options': {}}])
    s.add('open', {'run': RUN})
    return s.end()


HISTORY = [{'program': 'evalgrid', 'version': '0', 'options': {'n': 8}}]


def surface(x, y, run, sets=('train',), label=''):
    s = Segment(history=HISTORY)
    s.add('grid', {'run': run * 64, 'x': x, 'y': y, 'reps': 1,
                   'sets': list(sets), 'loss': 'crossentropy',
                   'shard': [0, 1], 'label': label, 'kernel': 'test'})
    at = lambda r, i: r[0] + i * (r[1] - r[0]) / (r[2] - 1) if r else 0.0
    for iy in range(y[2] if y else 1):
        for ix in range(x[2]):
            px, py = at(x, ix), at(y, iy)
            for name in sets:
                loss = px * px + 2 * py * py + 0.1 + 0.3 * (name == 'test')
                if (px, py) == (1.0, 1.0):
                    loss = math.nan
                s.add('point', {
                    'run': run * 16, 'rep': 0, 'set': name, 'ix': ix, 'iy': iy,
                    'x': px, 'y': py, 'loss': loss, 'acc': 100 / (1 + px * px),
                    'se': 0.01, 'sd': 0.1, 'n': 8,
                    'status': 'nan' if loss != loss else 'ok'})
    return s.end()


def unknown():
    """Kinds and keys that nobody knows, of every msgpack type."""
    s = Segment(history=HISTORY, colour='red')
    s.add('x-note', {'text': 'caf\u00e9 "q" \\ \n', 'nil': None, 'yes': True,
                     'list': [1, -1, 2**63, 0.1, math.nan, math.inf],
                     'map': {'deep': [{'er': b'\x00\xff'}]}, 7: 'seven'},
          b'\x95\xa4LLv1 is no record')
    s.add('x-empty', {}, b'')
    return s.end()


def floats(values):
    s = Segment(history=HISTORY)
    s.add('tensor', {'tensor': 0, 'name': 'w', 'dtype': '<f4',
                     'shape': [len(values)], 'offset': 0},
          struct.pack('<%df' % len(values), *values))
    return s.end()


def model(axes):
    """A linear classifier of 1x2x2 images, with that many directions."""
    f4 = lambda v: struct.pack('<%df' % len(v), *v)
    tensors = [('fc.weight', [3, 4], 'weight', [0.5, -1, 1, 2, 0, 1, -2, 0.25,
                                                -0.5, 3, 1, -1]),
               ('fc.bias', [3], 'bias', [0.1, 0, -0.1])]
    s = Segment(history=HISTORY)
    s.add('model', {
        'label': 'tiny', 'mean': [0.5], 'std': [0.25],
        'tensors': [{'name': n, 'dtype': '<f4', 'shape': shape, 'role': role,
                     'out_axis': 0} for n, shape, role, _ in tensors],
        'graph': {'input': {'name': 'input', 'shape': [1, 2, 2]}, 'nodes': [
            {'op': 'Flatten', 'name': 'flat', 'in': ['input'],
             'attr': {'axis': 1}},
            {'op': 'Gemm', 'name': 'fc', 'in': ['flat', 'fc.weight', 'fc.bias'],
             'attr': {'transB': 1}}], 'output': 'fc'}})
    for a in 'xy'[:axes]:
        s.add('direction', {'axis': a, 'rep': 0, 'kind': 'random', 'seed': 1,
                            'over': 'weights', 'norm': 'none',
                            'ignore': 'biasbn'})
    for i, (n, shape, _, v) in enumerate(tensors):
        h = {'tensor': i, 'name': n, 'dtype': '<f4', 'shape': shape,
             'offset': 0}
        s.add('tensor', h, f4(v))
        for a in 'xy'[:axes if len(shape) > 1 else 0]:
            s.add('delta', {'axis': a, 'rep': 0, **h},
                  f4([math.sin(3 * k + (a == 'y')) for k in range(len(v))]))
    return s.end()


def basic(suffix):
    return {
        'model' + suffix: model(0),
        'plane' + suffix: model(2),
        'surface' + suffix: surface([-1.0, 1.0, 3], [0.0, 1.0, 2], 'a')}


FILES = {
    **basic(''),
    'note': NOTE,
    'line': surface([-0.5, 1.5, 5], None, 'b', ('train', 'test'), 'net'),
    'unknown': unknown(),
    'floats': floats([1.0, 2.0, 3.0]),
    'rounded': floats([1.0, 2.0, 3.000001]),
    'empty': Segment().end(),
}
NOTED = True
FILES.update(basic('_noted'))
NOTED = False
FILES.update({name: opened() + data for name, data in basic('_open').items()})
mark, CLOSES = opened(), True
FILES.update(basic('_last'))
FILES.update({name: mark + data for name, data in basic('_run').items()})

if __name__ == '__main__':
    for name in sys.argv[1:] or FILES:
        with open(name + '.ll', 'wb') as f:
            f.write(FILES[name])
