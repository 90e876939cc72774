#!/usr/bin/python3
"""Makes the hostile ONNX files of this folder: netload must refuse them."""
import os
import struct

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def varint(v):
    v &= 2**64 - 1
    out = b''
    while v > 127:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def i(number, v):
    return varint(number << 3) + varint(v)


def b(number, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name='w', dims=(4, 8), kind=1, data=None, more=b''):
    n = 1
    for d in dims:
        n *= d
    data = bytes(4 * n) if data is None else data
    return b(5, b''.join(i(1, d) for d in dims) + i(2, kind) + b(8, name) + b(9, data) + more)


def value(field, name='x', dims=(1, 8), kind=1):
    shape = b''.join(b(1, i(1, d)) for d in dims)
    return b(field, b(1, name) + b(2, b(1, i(1, kind) + b(2, shape))))


def ints(name, *v):
    return b(5, b(1, name) + b''.join(i(8, x) for x in v) + i(20, 7))


def attr(name, v):
    return b(5, b(1, name) + i(3, v) + i(20, 2))


def node(op, inputs, outputs, *attributes, name='n', domain=''):
    return b(1, b''.join(b(1, x) for x in inputs) + b''.join(b(2, x) for x in outputs) +
             b(3, name) + b(4, op) + b(7, domain) + b''.join(attributes))


gemm = node('Gemm', 'xw', 'y', attr('transB', 1))
image = value(11, dims=(1, 2, 4, 4))
weight = tensor(dims=(4, 2, 3, 3))
out = value(12, 'y')


def model(*parts, opset=13):
    return i(1, 7) + b(7, b''.join(parts)) + b(8, b(1, '') + i(2, opset))


def save(name, data):
    with open(name + '.onnx', 'wb') as f:
        f.write(data)


good = model(gemm, tensor(), value(11), out)
# The wire format.
save('cut', good[:-30])
save('wire-group', good + b'\x0b\x0c')
save('wire-varint', good + b'\x08' + b'\xff' * 11)
save('wire-length', good + b'\x3a\xff\xff\xff\xff\x0f')
save('wire-field', good + b'\x00\x00')
save('wire-nested', i(1, 7) + b(7, b(1, b(5, b'\x32' * 5000 + varint(2**40)))))
save('name-control', model(node('Relu', 'x', ['y\x1b[2J']), value(11), value(12, 'y\x1b[2J')))
save('name-utf8', model(node('Relu', 'x', [b'y\xff'.decode('latin1')]), value(11), b(12, b(1, b'y\xff'))))
save('two-graphs', good + b(7, b''))
save('no-graph', i(1, 7) + b(8, i(2, 13)))
save('opset', model(gemm, tensor(), value(11), out, opset=99))
# Tensors.
save('dims-overflow', model(gemm, tensor(dims=(2**40, 2**40), data=b''), value(11), out))
save('dims-negative', model(gemm, tensor(dims=(-4, -8), data=b''), value(11), out))
save('dims-rank', model(gemm, tensor(dims=(1,) * 9), value(11), out))
save('dims-huge', model(gemm, tensor(dims=(2**20, 2**19), data=b''), value(11), out))
save('raw-short', model(gemm, tensor(data=bytes(127)), value(11), out))
save('raw-long', model(gemm, tensor(data=bytes(129)), value(11), out))
save('type', model(gemm, tensor(kind=8), value(11), out))
save('list-short', model(gemm, b(5, i(1, 4) + i(1, 8) + i(2, 1) + b(8, 'w') + b(4, bytes(124))), value(11), out))
save('list-long', model(gemm, b(5, i(1, 4) + i(1, 8) + i(2, 1) + b(8, 'w') + b(4, bytes(132))), value(11), out))
save('list-huge', model(gemm, b(5, i(1, 2**30) + i(1, 8) + i(2, 1) + b(8, 'w') + b(4, bytes(4))), value(11), out))
save('twice', model(gemm, tensor(), tensor(), value(11), out))


def external(location, offset=0, length=128):
    entries = b''.join(b(13, b(1, k) + b(2, str(v))) for k, v in
                       (('location', location), ('offset', offset), ('length', length)))
    return b(5, i(1, 4) + i(1, 8) + i(2, 1) + b(8, 'w') + entries + i(14, 1))


for name, where in (
        ('absolute', ('/etc/passwd',)), ('parent', ('../make.py',)),
        ('inside', ('./../make.py',)), ('empty', ('',)), ('missing', ('nowhere',)),
        ('folder', ('.',)), ('link', ('link',)), ('range', ('make.py', 2**40)),
        ('wraps', ('make.py', 2**64 - 64)), ('length', ('make.py', 0, 127)),
        ('zero', ('make.py\0x',)), ('number', ('make.py', -1))):
    save('external-' + name, model(gemm, external(*where), value(11), out))
if not os.path.islink('link'):
    os.symlink('make.py', 'link')

# The graph.
save('cycle', model(node('Relu', 'y', 'y'), value(11), out))
save('later', model(node('Relu', 'z', 'y'), node('Relu', 'x', 'z'), value(11), out))
save('made-twice', model(node('Relu', 'x', 'y'), node('Relu', 'x', 'y'), value(11), out))
save('no-output', model(node('Relu', 'x', 'z'), value(11), out))
save('output-tensor', model(gemm, tensor(), value(11), value(12, 'w')))
save('two-outputs', model(node('Relu', 'x', 'y'), node('Relu', 'x', 'z'), value(11), out, value(12, 'z')))
save('no-input', model(gemm, tensor(), out))
save('two-inputs', model(node('Add', 'xz', 'y'), value(11), value(11, 'z'), out))
save('input-scalar', model(node('Relu', 'x', 'y'), value(11, dims=()), out))
save('input-open', model(node('Relu', 'x', 'y'), value(11, dims=(1, 0)), out))
save('input-huge', model(node('Relu', 'x', 'y'), value(11, dims=(1, 2**18, 2**18)), out))
save('input-text', model(node('Relu', 'x', 'y'), value(11, kind=8), out))
save('operator', model(node('Loop', 'x', 'y', b(5, b(1, 'body') + b(6, b'\x0a' * 4000))), value(11), out))
save('domain', model(node('Relu', 'x', 'y', domain='com.example'), value(11), out))
save('few', model(node('Gemm', 'x', 'y'), value(11), out))
save('wide', model(node('Concat', 'x' * 5000, 'y', attr('axis', 1)), value(11), out))
save('axis', model(node('Concat', 'xx', 'y', attr('axis', 2**62)), value(11), out))
save('batch', model(node('Concat', 'xx', 'y', attr('axis', 0)), value(11), out))
save('shapes', model(gemm, tensor(dims=(4, 9)), value(11), out))
for name, attribute in (
        ('stride', ints('strides', 0, 0)), ('kernel', ints('kernel_shape', 2**31, 3)),
        ('pads', ints('pads', -1, 0, 0, 0)), ('pad', ints('pads', 2**40, 0, 0, 0)),
        ('dilation', ints('dilations', 2**20, 2**20)), ('group', attr('group', 0)),
        ('groups', attr('group', -2**63)), ('many', ints('pads', *range(100)))):
    save('conv-' + name, model(node('Conv', 'xw', 'y', attribute), weight, image, out))
for name, dims in (('zero', (0, 0, 0)), ('minus', (-1, -1)), ('big', (2**62, 4)), ('mixed', (16, 2)),
                   ('rank', (1,) * 9), ('negative', (-2**63, 8))):
    shape = tensor('s', (len(dims),), 7, b''.join(struct.pack('<q', d) for d in dims))
    save('reshape-' + name, model(node('Reshape', 'xs', 'y'), shape, image, out))
save('slice', model(node('Slice', ['x', 's', 's'], 'y'), tensor('s', (1,), 7, struct.pack('<q', 2**62)),
                    value(11), out))
save('gather', model(node('Gather', 'xs', 'y', attr('axis', 1)),
                     tensor('s', (), 7, struct.pack('<q', -2**63)), value(11), out))
save('perm', model(node('Transpose', 'x', 'y', ints('perm', 1, 1)), value(11), out))
save('squeeze', model(node('Squeeze', 'x', 'y', ints('axes', -9)), value(11), out))
save('constant-many', model(node('ConstantOfShape', 's', 'c'), node('Reshape', 'xc', 'y'),
                            tensor('s', (1,), 7, struct.pack('<q', 2**40)), value(11), out))
save('epsilon', model(node('BatchNormalization', 'xwwww', 'y', b(5, b(1, 'epsilon') + b'\x15\0\0\xc0\x7f')),
                      tensor(dims=(8,)), value(11), out))
