#!/usr/bin/python3
"""Stages written from losspipe(5) alone: nothing of this project, nothing of msgpack.

	python_stage.py directions SEED PAGE   a model in, random directions x and y out
	python_stage.py points                 points in, a line of text each out

PAGE is losspipe(5) itself: its listing of random numbers is executed.
"""
import hashlib
import re
import struct
import sys
import zlib


def decode(b, i):
    """RECORDS: a value of msgpack, in any of its forms, at b[i:]; where it ends."""
    t = b[i]
    i += 1
    if t <= 0x7f:
        return t, i
    if t >= 0xe0:
        return t - 256, i
    fixed = {0xc0: None, 0xc2: False, 0xc3: True}
    if t in fixed:
        return fixed[t], i
    number = {0xca: 'f', 0xcb: 'd', 0xcc: 'B', 0xcd: 'H', 0xce: 'I', 0xcf: 'Q',
              0xd0: 'b', 0xd1: 'h', 0xd2: 'i', 0xd3: 'q'}
    if t in number:
        s = struct.Struct('>' + number[t])
        return s.unpack_from(b, i)[0], i + s.size

    def length(first):
        s = struct.Struct('>' + 'BHI'[t - first])
        return s.unpack_from(b, i)[0], i + s.size
    if 0xa0 <= t <= 0xbf or 0xd9 <= t <= 0xdb:
        n, i = (t - 0xa0, i) if t <= 0xbf else length(0xd9)
        return b[i:i + n].decode(), i + n
    if 0xc4 <= t <= 0xc6:
        n, i = length(0xc4)
        return b[i:i + n], i + n
    if 0x90 <= t <= 0x9f or t in (0xdc, 0xdd):
        n, i = (t - 0x90, i) if t <= 0x9f else length(0xdb)
        out = []
        for _ in range(n):
            v, i = decode(b, i)
            out.append(v)
        return out, i
    if 0x80 <= t <= 0x8f or t in (0xde, 0xdf):
        n, i = (t - 0x80, i) if t <= 0x8f else length(0xdd)
        out = {}
        for _ in range(n):
            k, i = decode(b, i)
            out[k], i = decode(b, i)
        return out, i
    raise ValueError('msgpack type %02x' % t)


def encode(v):
    if v is None:
        return b'\xc0'
    if isinstance(v, int):
        return b'\xd3' + struct.pack('>q', v)
    if isinstance(v, str):
        return b'\xdb' + struct.pack('>I', len(v.encode())) + v.encode()
    if isinstance(v, bytes):
        return b'\xc6' + struct.pack('>I', len(v)) + v
    if isinstance(v, list):
        return b'\xdd' + struct.pack('>I', len(v)) + b''.join(map(encode, v))
    return b'\xdf' + struct.pack('>I', len(v)) + b''.join(encode(x) for kv in v.items() for x in kv)


def read(data):
    """Kind, header, payload, bytes; damage, a missing end mark and a run without its end
    are errors."""
    i, open_segment, opened = 0, None, {}
    while i < len(data):
        if data[i:i + 6] != b'\x95\xa4LLv1':
            sys.exit('no record at byte %d' % i)
        (magic, kind, header, payload, crc), end = decode(data, i)
        raw = data[i:end]
        if raw[-5] != 0xce or zlib.crc32(raw[:-5]) != crc:
            sys.exit('a damaged record at byte %d' % i)
        if kind == 'begin':
            open_segment, count, start = True, -1, i
        if not open_segment:
            sys.exit('a record outside of a segment')
        if kind == 'open':
            opened[header['run']] = opened.get(header['run'], 0) + 1
        if kind == 'close' and opened.get(header['run'], 0) > 0:
            opened[header['run']] -= 1
        if kind == 'end':
            digest = hashlib.sha256(data[start:i]).hexdigest()
            if header['count'] != count or header['digest'] != digest:
                sys.exit('the end mark is wrong')
            open_segment = False
        count += 1
        yield kind, header, payload, raw
        i = end
    if open_segment is not False:
        sys.exit('no end mark')
    if any(opened.values()):
        sys.exit('a run that has no end')


class Segment:
    """Written with the longest forms of msgpack, which readers must take, too."""

    def __init__(self):
        self.bytes, self.count = b'', -1

    def raw(self, record):
        self.bytes += record
        self.count += 1

    def add(self, kind, header, payload=None):
        # the magic is fixed: an array of five, a text of four bytes
        r = b'\x95\xa4LLv1' + encode(kind) + encode(header) + encode(payload)
        self.raw(r + b'\xce' + struct.pack('>I', zlib.crc32(r)))

    def end(self):
        digest = hashlib.sha256(self.bytes).hexdigest()
        self.add('end', {'count': self.count, 'digest': digest})
        sys.stdout.buffer.write(self.bytes)


def directions(seed, page):
    listing = re.search(r'(?s)\n(import math, struct\n.*?)\n\.Ed', open(page).read()).group(1)
    page = {}
    exec(listing.replace('\\e', '\\'), page)
    weights = ('weight', 'bias', 'norm_weight', 'norm_bias')
    model = left = None
    for kind, header, payload, raw in read(sys.stdin.buffer.read()):
        if kind == 'begin':
            out = Segment()
            mine = {'program': 'python_stage', 'version': '1', 'options': {'seed': seed}}
            out.add('begin', {**header, 'history': header['history'] + [mine]})
            continue
        if kind == 'end':
            out.end()
            continue
        out.raw(raw)
        if kind == 'model':
            model = header
            for axis in 'xy':
                out.add('direction', {'axis': axis, 'rep': 0, 'kind': 'random', 'seed': seed,
                                      'over': 'weights', 'norm': 'none', 'ignore': 'none'})
        if kind == 'tensor':
            t = model['tensors'][header['tensor']]
            size = 1
            for d in t['shape']:
                size *= d
            n = len(payload) // int(t['dtype'][-1])
            if header['offset'] + n < size or t['role'] not in weights:
                continue
            assert t['out_axis'] == 0  # else elements are counted in another order
            for purpose, axis in enumerate('xy'):
                values = [page['normal'](seed, purpose, t['name'], i) for i in range(size)]
                delta = {'tensor': header['tensor'], 'name': t['name'], 'dtype': '<f4',
                         'shape': t['shape'], 'offset': 0, 'axis': axis, 'rep': 0}
                out.add('delta', delta, struct.pack('<%df' % size, *values))


def points():
    for kind, header, payload, raw in read(sys.stdin.buffer.read()):
        if kind == 'point':
            where = header.get('id', '%s %s' % (header.get('ix'), header.get('iy')))
            print(header['rep'], header['set'], where, header['x'] + 0.0, header['y'] + 0.0,
                  header['loss'] + 0.0)


if sys.argv[1] == 'directions':
    directions(int(sys.argv[2]), sys.argv[3])
else:
    points()
