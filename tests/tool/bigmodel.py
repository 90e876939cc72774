#!/usr/bin/python3
"""Writes a model of LAYERS linear layers ROWS x COLUMNS with constant weights,
in memory for one chunk whatever its size (tests of what filters hold)."""
import hashlib
import sys
import zlib
import msgpack

layers, rows, columns = map(int, sys.argv[1:])
digest, count = hashlib.sha256(), -1


def put(kind, header, payload=None):
    global count
    b = b'\x95' + b''.join(map(msgpack.packb, ('LLv1', kind, header, payload)))
    b += b'\xce' + zlib.crc32(b).to_bytes(4, 'big')
    digest.update(b)
    count += 1
    sys.stdout.buffer.write(b)


names = ['l%d' % i for i in range(layers)]
put('begin', {'version': 1, 'history': []})
put('model', {
    'tensors': [{'name': n + '.weight', 'dtype': '<f4', 'shape': [rows, columns],
                 'role': 'weight', 'out_axis': 0} for n in names],
    'graph': {'input': {'name': 'x', 'shape': [columns]}, 'output': names[-1],
              'nodes': [{'op': 'Gemm', 'name': n, 'in': [i, n + '.weight'],
                         'attr': {'transB': 1}}
                        for i, n in zip(['x'] + names, names)]}})
step = 2 << 20
payload = b'\x00\x00\x80?' * step
for i, n in enumerate(names):
    for at in range(0, rows * columns, step):
        m = min(step, rows * columns - at)
        put('tensor', {'tensor': i, 'name': n + '.weight', 'dtype': '<f4',
                       'shape': [rows, columns], 'offset': at}, payload[:4 * m])
put('end', {'count': count, 'digest': digest.hexdigest()})
