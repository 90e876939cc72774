#!/usr/bin/python3
"""Makes a point stream from CSV lines ix,iy,x,y,loss,acc on standard input.
Columns half, acc_lo and acc_hi are intervals of the loss and the accuracy.

usage: make.py [key=value ...] < surface.csv > points.ll
keys: label, seed, norm, set, skip (leave out every skip-th point), mark=no
(no end mark).  Only the standard library is needed; losspipe(5) explains.
"""
import csv, hashlib, struct, sys, zlib


def pack(v):
    if v is None:
        return b'\xc0'
    if isinstance(v, int):
        if 0 <= v < 128:
            return bytes([v])
        return b'\xcf' + struct.pack('>Q', v)
    if isinstance(v, float):
        return b'\xcb' + struct.pack('>d', v)
    if isinstance(v, str):
        b = v.encode()
        return (bytes([0xa0 | len(b)]) if len(b) < 32
                else b'\xd9' + bytes([len(b)])) + b
    if isinstance(v, list):
        return bytes([0x90 | len(v)]) + b''.join(map(pack, v))
    return (b'\xde' + struct.pack('>H', len(v)) +
            b''.join(pack(k) + pack(x) for k, x in v.items()))


digest, count = hashlib.sha256(), -1


def put(kind, header):
    global count
    b = b'\x95' + pack('LLv1') + pack(kind) + pack(header) + pack(None)
    b += b'\xce' + struct.pack('>I', zlib.crc32(b))
    digest.update(b)
    count += 1
    sys.stdout.buffer.write(b)


o = dict(label='', seed='7', norm='filter', set='train', skip='0', mark='yes')
o.update(a.split('=', 1) for a in sys.argv[1:])
rows = list(csv.DictReader(sys.stdin))
nx = 1 + max(int(r['ix']) for r in rows)
ny = 1 + max(int(r['iy']) for r in rows)
run = hashlib.sha256(repr((o, rows)).encode()).hexdigest()


def axis(a, n):
    v = [float(r[a]) for r in rows]
    return [min(v), max(v), n]


put('begin', {'version': 1, 'history': [
    {'program': 'netload', 'version': '0.1.0',
     'options': {'arch': 'resnet20_a', 'label': o['label']}},
    {'program': 'dirgen', 'version': '0.1.0',
     'options': {'kind': 'random', 'seed': int(o['seed'])}},
    {'program': 'fnorm', 'version': '0.1.0', 'options': {'norm': o['norm']}},
    {'program': 'evalgrid', 'version': '0.1.0',
     'options': {'loss': 'crossentropy'}}]})
put('grid', {'run': run, 'x': axis('x', nx),
             'y': axis('y', ny) if ny > 1 else None, 'reps': 1,
             'sets': [o['set']], 'loss': 'crossentropy', 'shard': [0, 1],
             'label': o['label']})
for a in 'xy' if ny > 1 else 'x':
    put('direction', {'axis': a, 'rep': 0, 'kind': 'random',
                      'seed': int(o['seed']), 'over': 'weights',
                      'norm': o['norm'], 'ignore': 'biasbn'})
for i, r in enumerate(rows):
    if int(o['skip']) and i % int(o['skip']) == int(o['skip']) - 1:
        continue
    put('point', {'run': run[:16], 'rep': 0, 'set': o['set'],
                  'ix': int(r['ix']), 'iy': int(r['iy']), 'x': float(r['x']),
                  'y': float(r['y']), 'loss': float(r['loss']),
                  'acc': float(r['acc']), 'n': 512,
                  'status': 'nan' if r['loss'] == 'nan' else 'ok',
                  **{k: float(r[k]) for k in ('half', 'acc_lo', 'acc_hi') if k in r}})
if o['mark'] == 'yes':
    put('end', {'count': count, 'digest': digest.hexdigest()})
