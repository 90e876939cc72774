#!/usr/bin/python3
"""Writes the small streams of this folder (with python3-msgpack)."""
import hashlib
import math
import struct
import sys
import zlib

import msgpack


class Segment:
    def __init__(self, **keys):
        self.bytes, self.count = b'', -1
        self.add('begin', {'version': 1, 'history': [], **keys})

    def add(self, kind, header, payload=None):
        r = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, header, payload)))
        self.bytes += r + b'\xce' + struct.pack('>I', zlib.crc32(r))
        self.count += 1

    def end(self):
        digest = hashlib.sha256(self.bytes).hexdigest()
        self.add('end', {'count': self.count, 'digest': digest})
        return self.bytes


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


FILES = {
    'surface': surface([-1.0, 1.0, 3], [0.0, 1.0, 2], 'a'),
    'line': surface([-0.5, 1.5, 5], None, 'b', ('train', 'test'), 'net'),
    'unknown': unknown(),
    'floats': floats([1.0, 2.0, 3.0]),
    'rounded': floats([1.0, 2.0, 3.000001]),
    'empty': Segment().end(),
}

if __name__ == '__main__':
    for name in sys.argv[1:] or FILES:
        with open(name + '.ll', 'wb') as f:
            f.write(FILES[name])
