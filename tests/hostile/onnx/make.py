#!/usr/bin/python3
"""Makes the hostile ONNX files of this folder: netload must refuse them."""
import os
import struct
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)))


sys.path.insert(0, '../../data/onnx')
from wire import attr, b, i, ints, model, node, tensor, text, value, varint  # noqa: E402

gemm = node('Gemm', 'xw', 'y', attr('transB', 1))
image = value(11, dims=(1, 2, 4, 4))
pair = value(11, dims=(2, 2, 4, 4))
weight = tensor(dims=(4, 2, 3, 3))
out = value(12, 'y')


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
save('circle', model(node('Add', 'xz', 'y'), node('Relu', 'y', 'z', name='m'), value(11), out))
save('made-twice', model(node('Relu', 'x', 'y'), node('Relu', 'x', 'y', name='m'), value(11), out))
save('no-output', model(node('Relu', 'x', 'z'), value(11), out))
save('output-tensor', model(gemm, tensor(), value(11), value(12, 'w')))
save('two-outputs', model(node('Relu', 'x', 'y'), node('Relu', 'x', 'z', name='m'), value(11), out, value(12, 'z')))
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
for name, dims in (('zero', (0, 0, 0)), ('minus', (-1, -1)), ('big', (2**62, 4)), ('mixed', (32, 2)),
                   ('rank', (1,) * 9), ('negative', (-2**63, 8))):
    shape = tensor('s', (len(dims),), 7, b''.join(struct.pack('<q', d) for d in dims))
    save('reshape-' + name, model(node('Reshape', 'xs', 'y'), shape, pair if name == 'mixed' else image, out))
save('slice', model(node('Slice', ['x', 's', 's'], 'y'), tensor('s', (1,), 7, struct.pack('<q', 2**62)),
                    value(11), out))
save('gather', model(node('Gather', 'xs', 'y', attr('axis', 1)),
                     tensor('s', (), 7, struct.pack('<q', -2**63)), value(11), out))
save('perm', model(node('Transpose', 'x', 'y', ints('perm', 1, 1)), value(11), out))
save('squeeze', model(node('Squeeze', 'x', 'y', ints('axes', -9)), value(11), out, opset=11))
save('constant-many', model(node('ConstantOfShape', 's', 'c'), node('Reshape', 'xc', 'y', name='m'),
                            tensor('s', (1,), 7, struct.pack('<q', 2**40)), value(11), out))
save('epsilon', model(node('BatchNormalization', 'xwwww', 'y', b(5, b(1, 'epsilon') + b'\x15\0\0\xc0\x7f')),
                      tensor(dims=(8,)), value(11), out))

# Several of ours for one of theirs.
save('prelu-slopes', model(node('PRelu', 'xs', 'y'), tensor('s', (3, 1, 1)), image, out))
save('prelu-axis', model(node('PRelu', 'xs', 'y'), tensor('s', (1, 1, 2)), image, out))
save('prelu-wide', model(node('PRelu', 'xs', 'y'), tensor('s', (1, 1, 2, 4, 4)), image, out))
save('norm-rank', model(node('InstanceNormalization', 'xss', 'y'), tensor('s', (8,)),
                        value(11), out))
save('norm-scale', model(node('InstanceNormalization', 'xss', 'y'), tensor('s', (3,)),
                         image, out))
save('norm-two-shapes', model(node('InstanceNormalization', 'xss', 'z'),
                              node('PRelu', 'zs', 'y', name='m'), tensor('s', (2,)), image, out))
save('global-max-rank', model(node('GlobalMaxPool', 'x', 'y'), value(11), out))
save('tensor-shape', model(node('Unsqueeze', 'wa', 'v'), node('Mul', 'xv', 'y', name='m'),
                           tensor('a', (1,), 7, bytes(8)), tensor(), image, out))
save('auto-pad', model(node('Conv', 'xw', 'y', b(5, b(1, 'auto_pad') + b(4, 'SOME') +
                                                i(20, 3))), weight, image, out))
save('auto-pad-huge', model(node('MaxPool', 'x', 'y', ints('kernel_shape', 32767, 32767),
                                 ints('dilations', 32767, 32767),
                                 b(5, b(1, 'auto_pad') + b(4, 'SAME_UPPER') + i(20, 3))),
                            image, out))
save('gather-outside', model(node('Gather', 'xi', 'y', attr('axis', 1)),
                             tensor('i', (3,), 7, struct.pack('<3q', 0, 1, 2)), image, out))
save('scatter-outside', model(node('ConstantOfShape', 's', 'z'), node('ScatterND', 'ziu', 'v', name='m'), node('Add', 'xv', 'y', name='k'),
                              tensor('s', (2,), 7, struct.pack('<2q', 4, 4)), tensor('i', (1, 1), 7, struct.pack('<q', 4)),
                              tensor('u', (1, 4), 7, bytes(32)), image, out))
save('constants-all', model(*(node('ConstantOfShape', 's', ['z%d' % k], name='n%d' % k) for k in range(20)),
                            *(node('Add', ['x' if k == 0 else 'v%d' % (k - 1), 'z%d' % k], ['y' if k == 19 else 'v%d' % k], name='m%d' % k)
                              for k in range(20)), tensor('s', (1,), 7, struct.pack('<q', 500000)), value(11, dims=(1, 500000)), out))
save('slice-nothing', model(node('Slice', 'xsea', 'y'),
                            tensor('s', (2,), 7, struct.pack('<2q', 0, 3)),
                            tensor('e', (2,), 7, struct.pack('<2q', 1, 3)),
                            tensor('a', (2,), 7, struct.pack('<2q', 2, 3)), image, out))

# What contradicts itself, or would be another function if it were passed over.
real = struct.pack('<f', 1.5)


def weights(*fields, dims=(4, 8), kind=1):
    return b(5, b''.join(i(1, d) for d in dims) + i(2, kind) + b(8, 'w') + b''.join(fields))


full = b(9, bytes(128))
for name, w in (
        ('raw-and-list', weights(full, b(4, bytes(128)))), ('raw-twice', weights(full, full)),
        ('list-other', weights(b(10, bytes(256)))), ('list-two', weights(b(4, bytes(128)), b(5, bytes(32)))),
        ('raw-segment', weights(b(3, i(1, 0) + i(2, 32)), full)), ('raw-external', weights(full, i(14, 1))),
        ('external-unsaid', weights(b(13, b(1, 'location') + b(2, 'make.py')))), ('location', weights(full, i(14, 2))),
        ('type-wide', weights(full, kind=257)), ('integers', weights(b(9, bytes(32)), kind=3)),
        ('quantised', weights(full) + b(14, b(1, 'w'))), ('sparse', weights(full) + b(15, b''))):
    save(name, model(gemm, w, value(11), out))
save('byte-range', model(node('Reshape', 'xs', 'y'), b(5, i(1, 1) + i(2, 2) + b(8, 's') + i(5, 300)), image, out))
save('two-names', model(node('Relu', 'x', 'z'), node('Relu', 'z', 'y'), value(11), out))
save('opset-missing', i(1, 7) + b(7, gemm + tensor() + value(11) + out) + b(8, b(1, 'ai.onnx.ml') + i(2, 3)))
save('opset-two', good + b(8, i(2, 9)))


def own(*nodes, opset=13):
    made = b(7, node('Mine', 'x', 'y', domain='own') + value(11) + out)
    return good[:2] + made + b(8, i(2, 13)) + b(25, b(1, 'Mine') + b(4, 'x') + b(5, 'y') + b(9, i(2, opset)) + b(10, 'own') +
                                                b''.join(b(7, n[2:]) for n in nodes))


save('function', own(node('Loop', 'x', 'y')))
save('function-itself', own(node('Mine', 'x', 'y', domain='own')))
save('function-twice', own(node('Mine', 'x', 't', domain='own'), node('Mine', 't', 'y', name='m', domain='own')))
save('function-opset', own(node('Relu', 'x', 'y'), opset=9))
save('function-empty', own())
save('function-other', own(node('Relu', 'x', 'y')).replace(b'own', b'oth', 1))
save('node-field', i(1, 7) + b(7, gemm + i(1, 3) + tensor() + value(11) + out) + b(8, i(2, 13)))
save('default-shape', model(gemm, tensor(), value(11), value(11, 'w', (4, 9)), out))
save('default-type', model(gemm, tensor(), value(11), value(11, 'w', (4, 8), 11), out))
save('indices', model(node('MaxPool', 'x', ['z', 'i'], ints('kernel_shape', 2, 2)),
                      node('Identity', 'i', 'y', name='m'), image, out))
save('indices-out', model(node('MaxPool', 'x', ['z', 'y'], ints('kernel_shape', 2, 2)), image, out))
save('output-twice', model(node('MaxPool', 'x', ['y', 'y'], ints('kernel_shape', 2, 2)), image, out))
save('split-sum', model(node('Split', 'xs', ['y', 'z'], attr('axis', 1)), tensor('s', (2,), 7, struct.pack('<2q', 1, 8)),
                        value(11), out))
save('split-odd', model(node('Split', 'x', ['y', 'z', 'v'], attr('axis', 1)), value(11), out))
save('mean-all', model(node('ReduceMean', 'x', 'y'), image, out))
save('pads-twice', model(node('Conv', 'xw', 'y', text('auto_pad', 'SAME_UPPER'), ints('pads', 1, 1, 1, 1)), weight,
                         image, out))
three = tensor('c', (3, 8), data=struct.pack('<24f', *range(24)))
save('batch-constant', model(node('Add', 'xc', 'y'), three, value(11, dims=(0, 8)), out))
save('batch-differs', model(node('Add', 'xc', 'y'), three, value(11, dims=(3, 8)), out))
save('pad-batch', model(node('Pad', 'x', 'y', ints('pads', 1, 0, 1, 1, 0, 0, 1, 1)), image, out, opset=9))
save('pad-axes', model(node('Pad', 'xp,a'.replace(',', 'v'), 'y'), tensor('p', (4,), 7, bytes(32)),
                       tensor('v', (), 1, bytes(4)), tensor('a', (2,), 7, bytes(16)), image, out, opset=18))
save('reference', model(node('Relu', 'x', 'y', b(5, b(1, 'alpha') + b(21, 'a') + i(20, 1))), value(11), out))

# Operators that make several of ours, or that no converter will come for.
save('recurrent', model(node('LSTM', 'xww', 'y', attr('hidden_size', 2)), weight, image, out))
factors = tensor('s', (4,), data=struct.pack('<4f', 1, 1, 1e9, 1))
save('resize-huge', model(node('Resize', ['x', '', 's'], 'y'), factors, image, out))
save('resize-batch', model(node('Resize', ['x', '', 's'], 'y'), tensor('s', (4,), data=struct.pack('<4f', 2, 1, 1, 1)),
                           image, out))
save('resize-word', model(node('Resize', ['x', '', 's'], 'y', text('mode', 'lanczos')), factors, image, out))
save('depth', model(node('DepthToSpace', 'x', 'y', attr('blocksize', 3)), image, out))
save('groups', model(node('GroupNormalization', 'xss', 'y', attr('num_groups', 3)), tensor('s', (2,)), image, out,
                     opset=21))
save('reduce-batch', model(node('ReduceMax', 'x', 'y', ints('axes', 0)), image, out))
save('pad-mode', model(node('Pad', 'x', 'y', text('mode', 'mirror'), ints('pads', *(0, 0, 1, 1) * 2)), image, out, opset=9))
save('constants-alone', model(node('Less', 'ss', 'c'), node('Sum', 'cc', 'y', name='m'), tensor('s', (2,)), image, out))

# Sums by labels, and windows that engines place differently.
for name, equation in (('diagonal', 'bcii->bci'), ('batch', 'bchw->chw'), ('fewer', 'bc->bc'), ('signs', 'bc?w->bc'), ('output', 'bchw->bx')):
    save('einsum-' + name, model(node('Einsum', 'x', 'y', text('equation', equation)), image, out))
save('einsum-mixed', model(node('Einsum', 'xx', 'y', text('equation', 'bchw,achw->bac')), image, out))
save('einsum-three', model(node('Einsum', 'xxx', 'y', text('equation', 'bchw,bchw,bchw->bc')), image, out))
save('einsum-sizes', model(node('Einsum', 'xw', 'y', text('equation', 'bchw,ch->bc')), tensor('w', (3, 5)), image, out))
save('pool-over', model(node('MaxPool', 'x', 'y', ints('kernel_shape', 1, 1), ints('strides', 4, 4), text('auto_pad', 'SAME_UPPER')), image, out))
save('pool-wide', model(node('MaxPool', 'x', 'y', ints('kernel_shape', 2, 2), ints('dilations', 2, 2), text('auto_pad', 'SAME_UPPER')), image,
                        out, opset=12))
save('pool-past', model(node('AveragePool', 'x', 'y', ints('kernel_shape', 2, 2), ints('dilations', 5, 5), ints('pads', 1, 1, 1, 1)), image,
                        out, opset=19))
# The state that a layer starts with is as large as the batch; the layer is the reason.
save('recurrent-state', model(node('Shape', 'x', 's', name='shape'), node('ConstantOfShape', 's', 'h', name='state'),
                              node('GRU', 'xww', 'g', attr('hidden_size', 2)), node('Add', 'gh', 'y', name='add'), weight, image, out))
save('state', model(node('Shape', 'x', 's', name='shape'), node('ConstantOfShape', 's', 'h', name='state'), node('Add', 'xh', 'y', name='add'),
                    image, out))
