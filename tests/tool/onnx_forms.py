#!/usr/bin/env python3
"""onnx_forms.py FOLDER: the same few networks as ONNX files in many forms.

Files GROUP-FORM.onnx; all of a group compute the same of images of GROUP.npz.  The
form `plain` is what any exporter writes.
"""
import os
import random
import struct
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'data', 'onnx'))
from wire import attr, b, i, ints, node, tensor, value  # noqa: E402

rng = random.Random(3)
folder = sys.argv[1]


def reals(*shape):
    n = 1
    for d in shape:
        n *= d
    return struct.pack('<%df' % n, *(rng.gauss(0, 0.5) for _ in range(n)))


def model(*parts, opsets=(('', 13),), functions=()):
    return (i(1, 7) + b(7, b''.join(parts)) + b''.join(b(8, (b(1, d) if d else b'') + i(2, v)) for d, v in opsets) +
            b''.join(b(25, f) for f in functions))


def save(name, *parts, **more):
    with open('%s/%s.onnx' % (folder, name), 'wb') as f:
        f.write(model(*parts, **more))


def npy(kind, shape, data):
    head = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (kind, shape)
    head += ' ' * (-(len(head) + 11) % 64) + '\n'
    return b'\x93NUMPY\x01\0' + len(head).to_bytes(2, 'little') + head.encode() + data


def images(group, *shape):
    n = 6
    for d in shape:
        n *= d
    with zipfile.ZipFile('%s/%s.npz' % (folder, group), 'w') as z:
        z.writestr('x.npy', npy('<f4', (6, *shape), struct.pack('<%df' % n, *(rng.random() for _ in range(n)))))
        z.writestr('y.npy', npy('|u1', (6,), bytes([0, 1, 2, 3, 4, 0])))


def numbers(name, *v):
    return tensor(name, (len(v),), 7, struct.pack('<%dq' % len(v), *v))


# ---- order, clutter, functions: two layers of tokens ----

images('order', 2, 3, 4)
x, y = value(11, dims=(0, 2, 3, 4)), value(12, 'y', dims=(0, 5))
data = {'k': ((4, 2, 3, 3), reals(4, 2, 3, 3)), 'w': ((5, 4), reals(5, 4)), 'v': ((5,), reals(5))}
weights = b''.join(tensor(n, s, data=d) for n, (s, d) in data.items())
conv = node('Conv', 'xk', 'c', ints('pads', 1, 1, 1, 1), name='conv')
relu = node('Relu', 'c', 'r', name='relu')
pool = node('GlobalAveragePool', 'r', 'p', name='pool')
flat = node('Flatten', 'p', 'f', name='flat')
fc = node('Gemm', 'fwv', 'y', attr('transB', 1), name='fc')
save('order-plain', conv, relu, pool, flat, fc, weights, x, y)
save('order-backwards', fc, flat, pool, relu, conv, weights, x, y)
save('order-shuffled', flat, conv, fc, pool, relu, weights, x, y)
save('order-unread', conv, relu, pool, flat, fc, weights, value(11, 'mask', dims=(1, 7), kind=7), x, value(11, 'other'), y)
save('order-dead', node('LSTM', ['mask', 'w', 'w'], ['l'], name='l'), conv, node('NonZero', 'c', ['z'], name='z'), relu, pool, flat, fc,
     weights, value(11, 'mask', dims=(1, 7), kind=7), x, y)
save('order-listed', conv, relu, pool, flat, fc, weights, *(value(11, n, s) for n, (s, _) in data.items()), x, y)
save('order-opsets', conv, relu, pool, flat, fc, weights, x, y, opsets=(('ai.onnx.ml', 2), ('', 13), ('com.microsoft', 1), ('ai.onnx', 13)))
same = lambda a, z, name: node('Identity', [a], [z], name=name)  # noqa: E731
save('order-identity', same('x', 'x0', 'i0'), same('x0', 'x1', 'i1'), same('k', 'k0', 'i2'), same('k0', 'k1', 'i3'), same('w', 'w0', 'i4'),
     node('Conv', ['x1', 'k1'], 'c', ints('pads', 1, 1, 1, 1), name='conv'), relu, pool, flat,
     node('Gemm', ['f', 'w0', 'v'], ['q'], attr('transB', 1), name='fc'), same('q', 'q1', 'i5'), same('q1', 'y', 'i6'), weights, x, y)


def constant(name):
    shape, d = data[name]
    return node('Constant', [], [name], b(5, b(1, 'value') + b(5, raw(shape, d)) + i(20, 4)), name='c_' + name)


def raw(shape, d):
    return b''.join(i(1, n) for n in shape) + i(2, 1) + b(9, d)


# Their weights are no initialisers, which changes what moves, not what is computed.
save('order-constants', constant('k'), constant('w'), constant('v'), same('k', 'k0', 'i0'),
     node('Conv', ['x', 'k0'], 'c', ints('pads', 1, 1, 1, 1), name='conv'), relu, pool, flat, fc, x, y)

# Functions, which call each other, with attributes of the caller and of their own.
reference = lambda name, to, kind: b(5, b(1, name) + b(21, to) + i(20, kind))  # noqa: E731


def function(name, inputs, outputs, nodes, attributes=(), defaults=b'', opset=13):
    return (b(1, name) + b''.join(b(4, x) for x in inputs) + b''.join(b(5, x) for x in outputs) + b''.join(b(6, a) for a in attributes) +
            b''.join(b(7, n) for n in nodes) + defaults + b(9, i(2, opset)) + b(10, 'own'))


def inside(*parts, **more):
    made = node(*parts, **more)
    return made[2 if made[1] < 128 else 3:]


layer = function('Layer', ['x', 'w', 'unused'], ['y'], [
    inside('Conv', ['x', 'w'], ['t'], reference('pads', 'around', 7), name='conv'), inside('Positive', ['t'], ['y'], name='f', domain='own')],
    ['around'])
positive = function('Positive', ['x'], ['y', 'copy'], [
    inside('Identity', ['x'], ['t'], name='i'), inside('LeakyRelu', ['t'], ['y'], reference('alpha', 'slope', 1), name='r'),
    inside('Identity', ['y'], ['copy'], name='c')], (), b(11, b(1, 'slope') + b'\x15' + bytes(4) + i(20, 1)))
mean = function('Mean', ['x'], ['y'], [inside('GlobalAveragePool', ['x'], ['t'], name='p'), inside('Flatten', ['t'], ['y'], name='f')])
save('order-functions', node('Layer', ['x', 'k'], 'r', ints('around', 1, 1, 1, 1), name='layer', domain='own'),
     node('Mean', 'r', 'f', name='mean', domain='own'), fc, weights, x, y, opsets=(('', 13), ('own', 1)), functions=(layer, positive, mean))

# Nothing but moves: what they leave is the image.
images('nothing', 2, 3, 4)
for form, nodes in (
        ('plain', node('Flatten', 'x', 'y')),
        ('identity', same('x', 'a', 'i0') + node('Reshape', 'as', 'y', name='r') + numbers('s', 0, -1)),
        ('transpose', node('Transpose', 'x', 'a', ints('perm', 0, 2, 1, 3)) + node('Transpose', 'a', 'c', ints('perm', 0, 2, 1, 3), name='t') +
         node('Flatten', 'c', 'y', name='f')),
        ('dropout', node('Dropout', 'x', 'a') + node('Flatten', 'a', 'y', name='f'))):
    save('nothing-' + form, nodes, value(11, dims=(0, 2, 3, 4)), value(12, 'y', dims=(0, 24)))
images('same', 6)
for form, nodes in (('plain', node('Flatten', 'x', 'y')), ('identity', same('x', 'y', 'i0')), ('dropout', node('Dropout', 'x', 'y')),
                    ('transpose', node('Transpose', 'x', 'y', ints('perm', 0, 1)))):
    save('same-' + form, nodes, value(11, dims=(0, 6)), value(12, 'y', dims=(0, 6)))

# ---- the batch: fixed at 1 or 2, open, or not said ----

images('batch', 2, 4, 4)
big = tensor('w', (5, 32), data=reals(5, 32)) + tensor('v', (5,), data=reals(5))
last = node('Gemm', 'fwv', 'y', attr('transB', 1), name='fc')
for form, batch, shape in (('plain', 0, (0, -1)), ('view', 1, (-1, 32)), ('literal', 1, (1, 32)), ('rest', 1, (1, -1)), ('copy', 1, (0, -1)),
                           ('two', 2, (-1, 32)), ('two-literal', 2, (2, 32)), ('two-rest', 2, (2, -1)), ('open', 0, (-1, 32))):
    save('batch-' + form, node('Reshape', 'xs', 'f'), numbers('s', *shape), last, big, value(11, dims=(batch, 2, 4, 4)), value(12, 'y', dims=(batch, 5)))

# A token for every image, and positions, as a file with a fixed batch has them.
images('token', 1, 3, 4)
token, places = reals(4), reals(4 * 4)
ends = node('ReduceMean', 'b', 'm', ints('axes', 1), attr('keepdims', 0), name='m') + tensor('w', (5, 4), data=reals(5, 4)) + node(
    'Gemm', 'mw', 'y', attr('transB', 1), name='fc')
for form, batch in (('plain', 0), ('one', 1), ('two', 2)):
    copies = max(batch, 1)
    first = node('Concat', 'tc', 'a', attr('axis', 1), name='cat') + tensor('t', (copies, 1, 4), data=token * copies)
    if batch == 0:
        first = (node('Shape', 'x', 's', name='s') + node('Slice', 'sij', 'n', name='n') + node('Concat', ['n', 'o'], 'h', attr('axis', 0), name='h') +
                 numbers('i', 0) + numbers('j', 1) + numbers('o', 1, 4) + tensor('t', (1, 1, 4), data=token) +
                 node('Expand', 'th', 'e', name='e') + node('Concat', 'ec', 'a', attr('axis', 1), name='cat'))
    save('token-' + form, node('Reshape', 'xr', 'c', name='r') + numbers('r', batch if batch else 0, 3, 4) + first + node('Add', 'ap', 'b', name='add') +
         tensor('p', (copies, 4, 4), data=places * copies) + ends, value(11, dims=(batch, 1, 3, 4)), value(12, 'y', dims=(batch, 5)))
