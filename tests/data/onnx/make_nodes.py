#!/usr/bin/python3
"""Makes nodes/*.onnx: for every attribute that netload reads, values that are not its default.

Each file is a graph with two tensors that no node reads: `image`, the input, and
`expected`, the output that ONNX Runtime computes of it; where onnx.reference differs,
that is said. Needs onnx and onnxruntime (pip).
"""
import os
import shutil

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

os.chdir(os.path.dirname(os.path.abspath(__file__)))
shutil.rmtree('nodes', ignore_errors=True)
os.mkdir('nodes')
rng = np.random.default_rng(5)
BATCH = 3


def data(*shape):
    return np.round(rng.normal(size=shape), 2).astype(np.float32)


def ints(*v):
    return np.array(v, np.int64)


def scalar(v, kind=np.float32):
    return np.array(v, kind)


def case(name, opset, shape, *nodes, **tensors):
    """nodes: (op, inputs, outputs, attributes); the last output is the graph's."""
    x = data(BATCH, *shape)
    made = [helper.make_node(op, i.split(',') if i else [], o.split(','), name='%s_%d' % (op.lower(), k), **attributes)
            for k, (op, i, o, attributes) in enumerate(nodes)]
    out = nodes[-1][2].split(',')[0]
    initial = [numpy_helper.from_array(v, k) for k, v in tensors.items()]
    graph = helper.make_graph(
        made, 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['N', *shape])],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, ['N'])], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=7)
    expected = onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, {'x': x})[0]
    try:
        second(name, model, x, expected)
    except Exception as error:
        print(name, 'onnx.reference:', error)
    for size in expected.shape[1:]:
        model.graph.output[0].type.tensor_type.shape.dim.add().dim_value = size
    if not name.endswith('-18') or nodes[0][0] != 'GroupNormalization': # it calls that deprecated
        onnx.checker.check_model(model)
    model.graph.initializer.extend([numpy_helper.from_array(x, 'image'), numpy_helper.from_array(expected, 'expected')])
    with open('nodes/%s.onnx' % name, 'wb') as f:
        f.write(model.SerializeToString())


def one(op, name, opset, shape, attributes, inputs='', **tensors):
    case('%s-%s-%d' % (op, name, opset), opset, shape, (op, 'x' + inputs, 'y', attributes), **tensors)


def second(name, model, x, expected):
    """Does onnx.reference agree?"""
    got = ReferenceEvaluator(model).run(None, {'x': x})[0]
    if got.shape != expected.shape or not np.allclose(got, expected, rtol=1e-5, atol=1e-6):
        print(name, 'onnx.reference differs:', got.shape, expected.shape)


options = onnxruntime.SessionOptions()
options.log_severity_level = 4
image = (2, 7, 6)
w = {'w': data(4, 2, 3, 3), 'b': data(4)}
for opset in (7, 13):
    for name, attributes in (
            ('plain', {}), ('upper', {'auto_pad': 'SAME_UPPER', 'strides': [2, 2]}),
            ('lower', {'auto_pad': 'SAME_LOWER', 'strides': [2, 2]}),
            ('valid', {'auto_pad': 'VALID', 'strides': [2, 1]}), ('dilations', {'dilations': [2, 1]}),
            ('kernel', {'kernel_shape': [3, 3]}), ('pads', {'pads': [1, 0, 2, 1]}), ('strides', {'strides': [1, 3]})):
        if opset == 13 or name in ('plain', 'pads'):
            one('Conv', name, opset, image, attributes, ',w,b', **w)
one('Conv', 'group', 13, image, {'group': 2}, ',w', w=data(4, 1, 3, 3))
three = {'kernel_shape': [3, 2]}
for op, rows in (
        ('MaxPool', (('upper', 8, {'auto_pad': 'SAME_UPPER', 'strides': [2, 2]}),
                     ('lower', 12, {'auto_pad': 'SAME_LOWER', 'strides': [2, 2]}),
                     ('valid', 12, {'auto_pad': 'VALID', 'strides': [2, 2]}),
                     ('ceil', 12, {'ceil_mode': 1, 'strides': [2, 4]}),
                     ('dilations', 12, {'dilations': [2, 3]}),
                     ('pads', 12, {'pads': [1, 0, 2, 1]}), ('strides', 12, {'strides': [3, 2]}),
                     ('order', 12, {'storage_order': 1}))),
        ('AveragePool', (('upper', 7, {'auto_pad': 'SAME_UPPER', 'strides': [2, 2]}),
                         ('lower', 19, {'auto_pad': 'SAME_LOWER', 'strides': [2, 2]}),
                         ('valid', 19, {'auto_pad': 'VALID', 'strides': [2, 2]}),
                         ('ceil', 19, {'ceil_mode': 1, 'strides': [2, 4]}),
                         ('ceil-pads', 19, {'ceil_mode': 1, 'strides': [2, 2], 'pads': [1, 1, 1, 1]}),
                         ('include', 7, {'count_include_pad': 1, 'pads': [1, 0, 2, 1]}),
                         ('include', 19, {'count_include_pad': 1, 'pads': [1, 0, 2, 1]}),
                         ('dilations', 19, {'dilations': [1, 1]}),
                         ('pads', 11, {'pads': [1, 0, 2, 1]}), ('strides', 11, {'strides': [3, 2]})))):
    for name, opset, attributes in rows:
        one(op, name, opset, image, {**three, **attributes})
norm = {'s': data(2), 'b': data(2), 'm': data(2), 'v': np.abs(data(2)) + 0.1}
for opset in (7, 9, 15):
    one('BatchNormalization', 'epsilon', opset, image, {'epsilon': 0.25, 'momentum': 0.5}, ',s,b,m,v', **norm)
one('BatchNormalization', 'spatial', 8, image, {'spatial': 1}, ',s,b,m,v', **norm)
one('InstanceNormalization', 'epsilon', 6 + 1, image, {'epsilon': 0.25}, ',s,b', s=norm['s'], b=norm['b'])
for name, attributes, shape in (('axis', {'axis': 2}, (7, 6)), ('negative', {'axis': -2}, (7, 6)),
                                ('all', {'axis': 1}, image), ('epsilon', {'epsilon': 0.25}, (6,))):
    one('LayerNormalization', name, 17, image, attributes, ',s,b', s=data(*shape), b=data(*shape))
one('LayerNormalization', 'stash', 17, image, {'stash_type': 1}, ',s', s=data(6))
for op in ('Softmax', 'LogSoftmax'):
    one(op, 'axis', 11, (4, 5), {'axis': 2})
    one(op, 'axis', 13, (4, 5), {'axis': 1})
    one(op, 'default', 11, (5,), {})
    one(op, 'default', 13, (4, 5), {})
for opset in (7, 17):
    one('ReduceMean', 'axes', opset, image, {'axes': [1, 2]})
    one('ReduceMean', 'keepdims', opset, image, {'axes': [2], 'keepdims': 0})
one('ReduceMean', 'axes', 18, image, {'noop_with_empty_axes': 1}, ',a', a=ints(-1, 2))
one('ReduceMean', 'keepdims', 18, image, {'keepdims': 0}, ',a', a=ints(3))
case('ReduceMean-noop-18', 18, image, ('ReduceMean', 'x', 'y', {'noop_with_empty_axes': 1}), ('Neg', 'y', 'z', {}))
one('LeakyRelu', 'alpha', 7, (5,), {'alpha': 0.3})
one('LeakyRelu', 'alpha', 16, (5,), {'alpha': -0.3})
one('Elu', 'alpha', 7, (5,), {'alpha': 2.5})
one('HardSigmoid', 'alpha', 7, (5,), {'alpha': 0.5, 'beta': 0.25})
one('Clip', 'both', 7, (9,), {'min': -0.5, 'max': 0.25})
one('Clip', 'min', 10, (9,), {'min': -0.5})
one('Clip', 'max', 10, (9,), {'max': 0.25})
one('Clip', 'min', 13, (9,), {}, ',l', l=scalar(-0.5))
one('Clip', 'max', 13, (9,), {}, ',,h', h=scalar(0.25))
case('Clip-inverted-13', 13, (9,), ('Clip', 'x,l,h', 'c', {}), ('Sub', 'x,c', 'y', {}), l=scalar(0.5), h=scalar(-0.5))
one('Gemm', 'plain', 7, (5,), {'alpha': 1.0, 'beta': 1.0, 'transA': 0}, ',w,b', w=data(5, 4), b=data(4))
one('Gemm', 'transB', 13, (5,), {'transB': 1}, ',w', w=data(4, 5))
case('Flatten-negative-13', 13, (2, 3), ('Flatten', 'x', 'y', {'axis': -2}), ('Neg', 'y', 'z', {}))
case('Squeeze-axes-11', 11, (1, 3, 1, 4), ('Squeeze', 'x', 'y', {'axes': [3, 1]}), ('Neg', 'y', 'z', {}))
case('Squeeze-axes-13', 13, (1, 3, 1, 4), ('Squeeze', 'x,a', 'y', {}), ('Neg', 'y', 'z', {}), a=ints(-2))
case('Unsqueeze-axes-11', 11, (3, 4), ('Unsqueeze', 'x', 'y', {'axes': [1, 3]}), ('Softmax', 'y', 'z', {'axis': 4}))
case('Unsqueeze-axes-13', 13, (3, 4), ('Unsqueeze', 'x,a', 'y', {}), ('Softmax', 'y', 'z', {'axis': 1}), a=ints(2))
one('Transpose', 'perm', 13, (2, 3, 4), {'perm': [0, 3, 1, 2]})
case('Reshape-copy-13', 13, (2, 3, 4), ('Reshape', 'x,s', 'y', {}), ('Softmax', 'y', 'z', {}), s=ints(0, 0, -1))
case('Reshape-zero-14', 14, (2, 3, 4), ('Reshape', 'x,s', 'y', {'allowzero': 1}), ('Softmax', 'y', 'z', {}),
     s=ints(-1, 6, 4))
one('Gather', 'axis', 13, (3, 4), {'axis': 2}, ',i', i=ints(3, 0, 1))
one('Gather', 'negative', 13, (3, 4), {'axis': -2}, ',i', i=scalar(-1, np.int64))
one('Slice', 'axes', 9, (5, 6), {'starts': [1, 2], 'ends': [4, 100], 'axes': [1, 2]})
one('Slice', 'steps', 13, (5, 6), {}, ',s,e,a,t', s=ints(0, -5), e=ints(9, 5), a=ints(1, -1), t=ints(2, 2))
case('Split-axis-7', 7, (6,), ('Split', 'x', 'a,b', {'axis': 1}), ('Sub', 'a,b', 'y', {}))
for opset, attributes, inputs in ((11, {'split': [1, 2, 3]}, 'x'), (13, {}, 'x,s')):
    case('Split-sizes-%d' % opset, opset, (4, 6), ('Split', inputs, 'a,b,c', {'axis': 2, **attributes}),
         ('Concat', 'c,a,b', 'y', {'axis': 2}), **({} if opset == 11 else {'s': ints(1, 2, 3)}))
case('Split-equal-13', 13, (4, 6), ('Split', 'x', 'a,b', {'axis': -1}), ('Sub', 'a,b', 'y', {}))
case('Split-uneven-18', 18, (4, 7), ('Split', 'x', 'a,b,c', {'axis': 2, 'num_outputs': 3}),
     ('Concat', 'c,a,b', 'y', {'axis': -1}))
case('Shape-part-15', 15, (2, 3, 4), ('Shape', 'x', 's', {'start': 1, 'end': -1}), ('Concat', 'm,s,r', 't', {'axis': 0}),
     ('Reshape', 'x,t', 'y', {}), ('Softmax', 'y', 'z', {'axis': 2}), m=ints(-1), r=ints(2, 2))
case('Cast-double-13', 13, (5,), ('Cast', 'x', 'd', {'to': TensorProto.DOUBLE}), ('Cast', 'd', 'y', {'to': 1}),
     ('Neg', 'y', 'z', {}))
case('Cast-saturate-19', 19, (5,), ('Cast', 'x', 'y', {'to': TensorProto.FLOAT, 'saturate': 0}), ('Neg', 'y', 'z', {}))
case('Dropout-ratio-10', 10, (5,), ('Dropout', 'x', 'y', {'ratio': 0.9}), ('Neg', 'y', 'z', {}))
case('Dropout-off-13', 13, (5,), ('Dropout', 'x,r,t', 'y', {'seed': 3}), ('Neg', 'y', 'z', {}), r=scalar(0.9),
     t=scalar(False, np.bool_))
one('Pad', 'pads', 9, image, {'mode': 'constant', 'pads': [0, 1, 2, 0, 0, 0, 1, 3], 'value': 0.0})
one('Pad', 'pads', 13, image, {'mode': 'constant'}, ',p,v', p=ints(0, 1, 2, 0, 0, 0, 1, 3), v=scalar(0))
case('Constant-int-12', 12, (5,), ('Constant', '', 'c', {'value_int': 3}), ('Cast', 'c', 'd', {'to': 1}),
     ('Mul', 'x,d', 'y', {}))
case('Constant-ints-12', 12, (4, 6), ('Constant', '', 'c', {'value_ints': [-1, 6, 4]}), ('Reshape', 'x,c', 'y', {}),
     ('Softmax', 'y', 'z', {'axis': 2}))
case('Constant-float-12', 12, (5,), ('Constant', '', 'c', {'value_float': 0.375}), ('Mul', 'x,c', 'y', {}))
for opset in (9, 13):
    case('Constant-value-%d' % opset, opset, (5,), ('Constant', '', 'c', {'value': numpy_helper.from_array(data(5))}),
         ('Add', 'x,c', 'y', {}))


def arithmetic(name, opset, *nodes, **tensors):
    """Constants that become the number `c`, by which images are multiplied."""
    case('fold-%s-%d' % (name, opset), opset, (5,), *nodes, ('Cast', 'c', 'd', {'to': 1}), ('Mul', 'x,d', 'y', {}),
         **tensors)


row = ints(5, 7, 11, 13, 17, 19)
arithmetic('mod', 13, ('Mod', 'a,b', 'c', {}), a=ints(-7), b=ints(4))
arithmetic('mod-real', 13, ('Mod', 'a,b', 'c', {'fmod': 1}), a=scalar([-7.5]), b=scalar([4]))
arithmetic('gather', 13, ('Gather', 'a,i', 'c', {'axis': -1}), a=row, i=scalar(2, np.int64))
arithmetic('filled', 9, ('ConstantOfShape', 's', 'c', {'value': numpy_helper.from_array(ints(3))}), s=ints(1))
arithmetic('filled', 13, ('ConstantOfShape', 's', 'f', {}), ('Add', 'f,a', 'c', {}), s=ints(1), a=scalar([2]))
# Rows and columns of constants of two dimensions: element [1, 0] of [[5, 7, 11], [13, 17, 19]] and the like.
element = (('Slice', 'm,one,two,zero', 'n', {}), ('Reshape', 'n,flat', 'r', {}), ('Gather', 'r,i', 'c', {}))
places = {'one': ints(1), 'two': ints(2), 'zero': ints(0), 'flat': ints(-1), 'i': scalar(1, np.int64)}
arithmetic('matrix', 13, ('Reshape', 'a,s', 'm', {}), *element, a=row, s=ints(2, -1), **places)
arithmetic('turned', 13, ('Reshape', 'a,s', 'l', {}), ('Transpose', 'l', 'm', {'perm': [1, 0]}), *element,
           a=row, s=ints(3, 2), **places)
arithmetic('kept', 13, ('Reshape', 'a,s', 'l', {}), ('Transpose', 'l', 'm', {'perm': [0, 1]}), *element,
           a=row, s=ints(0, 1), **{**places, 'i': scalar(0, np.int64)})
arithmetic('unsqueeze', 13, ('Unsqueeze', 'a,u', 'm', {}), *element, a=row, u=ints(1),
           **{**places, 'i': scalar(0, np.int64)})
arithmetic('unsqueeze', 11, ('Unsqueeze', 'a', 'm', {'axes': [-1]}), *element, a=row,
           **{**places, 'i': scalar(0, np.int64)})
arithmetic('rows', 13, ('Reshape', 'a,s', 'l', {}), ('Concat', 'l,l', 'm', {'axis': 0}),
           ('Slice', 'm,one,three,zero', 'n', {}), ('Reshape', 'n,flat', 'r', {}), ('Gather', 'r,i', 'c', {}),
           a=row, s=ints(2, 3), three=ints(3), **{**places, 'i': scalar(4, np.int64)})
arithmetic('sums', 13, ('Reshape', 'a,s', 'l', {}), ('Add', 'l,t', 'm', {}), *element, a=row, s=ints(2, 3),
           t=ints(100), **places)
arithmetic('where', 13, ('Reshape', 'a,s', 'l', {}), ('Equal', 'l,t', 'e', {}), ('Where', 'e,l,t', 'm', {}), *element,
           a=row, s=ints(2, 3), t=ints(17), **places)
arithmetic('reversed', 13, ('Slice', 'a,f,g,zero,h', 'r', {}), ('Gather', 'r,i', 'c', {}), a=row, f=ints(-1),
           g=ints(-99), h=ints(-2), zero=ints(0), i=scalar(1, np.int64))
arithmetic('sliced', 9, ('Slice', 'a', 'r', {'starts': [2], 'ends': [-1]}), ('Gather', 'r,i', 'c', {}), a=row,
           i=scalar(1, np.int64))
arithmetic('squeeze', 13, ('Squeeze', 'a,z', 'c', {}), a=ints(7), z=ints(0))
arithmetic('squeeze', 11, ('Squeeze', 'a', 'c', {'axes': [0]}), a=ints(7))
arithmetic('cast', 13, ('Cast', 'a', 'c', {'to': TensorProto.INT32}), a=scalar([-2.75]))
arithmetic('bool', 13, ('Cast', 'a', 'c', {'to': TensorProto.BOOL}), a=scalar([-2.75]))

rng = np.random.default_rng(6)
for op in ('L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Min', 'Prod', 'Sum', 'SumSquare'):
    with_input, x = 13 if op == 'Sum' else 18, ('Exp', 'x', 'e', {}) # a sum's logarithm
    for opset in (7, with_input - 1):
        case('Reduce%s-axes-%d' % (op, opset), opset, image, x, ('Reduce' + op, 'e', 'y', {'axes': [1, 3]}))
    case('Reduce%s-keepdims-%d' % (op, with_input), with_input, image, x,
         ('Reduce' + op, 'e,a', 'y', {'keepdims': 0}), a=ints(-1, 1))
    case('Reduce%s-noop-%d' % (op, with_input), with_input, image, x,
         ('Reduce' + op, 'e', 'y', {'noop_with_empty_axes': 1}), ('Neg', 'y', 'z', {}))
one('Celu', 'alpha', 12, (5,), {'alpha': 2.5})
one('Selu', 'alpha', 7, (5,), {'alpha': 2.5, 'gamma': 0.75})
one('Selu', 'default', 22, (5,), {})
one('Gelu', 'tanh', 20, (9,), {'approximate': 'tanh'})
one('Gelu', 'exact', 20, (9,), {})
one('Mish', 'plain', 18, (9,), {})
one('Softsign', 'plain', 7, (9,), {})
one('ThresholdedRelu', 'alpha', 10, (9,), {'alpha': 0.25})
one('Shrink', 'both', 9, (9,), {'lambd': 0.25, 'bias': 0.125})
for op, opset in (('Ceil', 7), ('Floor', 13), ('Round', 11), ('Sign', 9)):
    case('%s-plain-%d' % (op, opset), opset, (9,), ('Mul', 'x,four', 'm', {}), (op, 'm', 'y', {}), four=scalar(4))
case('Reciprocal-plain-13', 13, (9,), ('Exp', 'x', 'e', {}), ('Reciprocal', 'e', 'y', {}))
# Several operands, stretched to each other, of which some do not depend on the image.
for op in ('Sum', 'Mean', 'Max', 'Min'):
    case(op + '-several-8', 8, (4, 5), ('ReduceMean', 'x', 'm', {'axes': [1]}), (op, 'c,x,m,d', 'y', {}), c=data(5),
         d=data(4, 1))
    case(op + '-one-13', 13, (4, 5), (op, 'x', 'y', {}), ('Neg', 'y', 'z', {}))

rng = np.random.default_rng(7)
for opset, n in ((18, 2), (21, 6)):
    one('GroupNormalization', 'groups', opset, (6, 3, 4), {'num_groups': 2, 'epsilon': 0.25}, ',s,b', s=data(n), b=data(n))
for name, attributes, shape in (('default', {}, (4,)), ('axis', {'axis': 1, 'epsilon': 0.25}, (3, 4)),
                                ('negative', {'axis': -2}, (3, 4))):
    one('RMSNormalization', name, 23, (3, 4), attributes, ',s', s=data(*shape))
one('LRN', 'size', 7, (5, 3, 4), {'size': 3})
one('LRN', 'beta', 13, (5, 3, 4), {'size': 3, 'alpha': 0.5, 'beta': 0.6, 'bias': 2.0})
one('LRN', 'wide', 13, (2, 3, 4), {'size': 5, 'alpha': 0.5})
one('Hardmax', 'axis', 13, (4, 5), {'axis': 1})
one('Hardmax', 'axis', 11, (4, 5), {'axis': 2})
one('Hardmax', 'default', 11, (5,), {})
one('Hardmax', 'default', 13, (4, 5), {})

rng = np.random.default_rng(8)
one('Gather', 'matrix', 13, (3, 4), {'axis': 1}, ',i', i=np.array([[0, -1], [2, 2], [1, 0]], np.int64))
one('Gather', 'order', 13, (3, 4), {'axis': 2}, ',i', i=ints(3, 1, 1, -4))
one('Gather', 'one', 13, (3, 4), {'axis': 1}, ',i', i=np.array([[2]], np.int64))
one('Slice', 'down', 13, (5, 6), {}, ',s,e,a,t', s=ints(20, -1), e=ints(0, -100), a=ints(1, 2), t=ints(-1, -2))
around = 0, 1, 2, 0, 0, 0, 1, 3
for name, value in (('value', 1.5), ('infinity', -np.inf)):
    case('Pad-%s-9' % name, 9, image, ('Pad', 'x', 'p', {'pads': around, 'value': value}),
         ('MaxPool', 'p', 'y', {'kernel_shape': [3, 4]}))
one('Pad', 'value', 13, image, {}, ',p,v', p=ints(*around), v=scalar(-2.5))
one('Pad', 'axes', 18, image, {}, ',p,v,a', p=ints(1, 0, 2, 3), v=scalar(0.5), a=ints(-1, 1))
one('Pad', 'zeros', 18, (4, 5), {}, ',p,,a', p=ints(1, 2), a=ints(1))
one('Pad', 'cut', 13, (4, 5), {}, ',p,v', p=ints(0, -1, 2, 0, 1, -2), v=scalar(0.5))
for mode in 'edge', 'reflect':
    one('Pad', mode, 9, image, {'mode': mode, 'pads': around})
    one('Pad', mode, 18, (4, 5), {'mode': mode}, ',p,,a', p=ints(3, 2), a=ints(2))
one('Pad', 'wrap', 19, (4, 5), {'mode': 'wrap'}, ',p', p=ints(0, 0, 3, 0, 1, 4))

# Products: factors, summands that broadcast, a turned operand, stacks of matrices.
rng = np.random.default_rng(18)
for name, shape in (('row', (1, 4)), ('scalar', ()), ('single', (1,)), ('one', (1, 1)), ('vector', (4,))):
    one('Gemm', 'summand-' + name, 13, (5,), {}, ',w,c', w=data(5, 4), c=data(*shape))
    one('Gemm', 'factors-' + name, 11, (5,), {'alpha': 0.5, 'beta': -2.0, 'transB': 1}, ',w,c', w=data(4, 5), c=data(*shape))
one('Gemm', 'alpha', 13, (5,), {'alpha': 0.5}, ',w', w=data(5, 4))
one('Gemm', 'nothing', 13, (5,), {'beta': 0.0}, ',w,c', w=data(5, 4), c=data(4))
tokens = ('Reshape', 'x,s', 'f', {}), ('Reshape', 'g,t', 'y', {})
for name, shape in (('row', (1, 4)), ('vector', (4,)), ('one', (1,))):
    case('Gemm-tokens-%s-13' % name, 13, (3, 5), tokens[0], ('Gemm', 'f,w,c', 'g', {'alpha': 1.5}), tokens[1], w=data(5, 4), c=data(*shape),
         s=ints(-1, 5), t=ints(-1, 3, 4))
case('Gemm-transA-13', 13, (5,), ('Transpose', 'x', 't', {}), ('Gemm', 't,w,c', 'y', {'transA': 1, 'beta': 0.5}), w=data(5, 4), c=data(4))
for name, shape, other in (('stack', (2, 3, 4), (2, 4, 5)), ('single', (2, 3, 4), (1, 4, 5)), ('stretched', (1, 3, 4), (2, 4, 5)),
                           ('vector', (3, 4), (4,)), ('front', (2, 3, 4), (1, 2, 4, 5))):
    one('MatMul', name, 13, shape, {}, ',w', w=data(*other))
case('MatMul-more-13', 13, (3, 4), ('MatMul', 'x,w', 'm', {}), ('Transpose', 'm', 'y', {'perm': [1, 0, 2, 3]}), w=data(2, 1, 4, 5))
for name, shape, other in (('matrix', (4, 5), (3, 4)), ('stack', (2, 4, 5), (3, 4))):
    case('MatMul-left-%s-13' % name, 13, shape, ('MatMul', 'w,x', 'y', {}), w=data(*other))
case('MatMul-images-13', 13, (2, 3, 4), ('Transpose', 'x', 't', {'perm': [0, 1, 3, 2]}), ('ReduceMean', 't', 'm', {'axes': [1]}),
     ('MatMul', 'x,m', 'y', {}))

# Operands that broadcast, rows of pixels, windows that stride over more than they reach.
rng = np.random.default_rng(19)
for name, shape in (('element', (2, 3, 4)), ('row', (4,)), ('column', (3, 1)), ('plane', (1, 3, 4))):
    one('PRelu', name, 16, (2, 3, 4), {}, ',s', s=data(*shape))
for name, shape, to in (('axis', (3, 1), (1, 1, 4)), ('front', (3, 1), (2, 1, 3, 4)), ('same', (3, 4), (1, 4)), ('rows', (1, 4), (3, 1))):
    turn = [('Transpose', 'e', 'y', {'perm': [1, 0, 2, 3]})] if name == 'front' else [('Neg', 'e', 'y', {})]
    case('Expand-%s-13' % name, 13, shape, ('Expand', 'x,s', 'e', {}), *turn, s=ints(*to))
for op in 'Softmax', 'LogSoftmax', 'Hardmax':
    one(op, 'flattened', 11, (3, 4), {'axis': 1})
    one(op, 'partly', 11, (2, 3, 4), {'axis': -2})
line = {'w': data(4, 2, 3), 'b': data(4)}
one('Conv', 'row', 13, (2, 9), {}, ',w,b', **line)
one('Conv', 'row-all', 13, (4, 9), {'kernel_shape': [3], 'strides': [2], 'pads': [2, 1], 'dilations': [2], 'group': 2}, ',w,b', **line)
one('Conv', 'row-lower', 13, (2, 8), {'auto_pad': 'SAME_LOWER', 'strides': [2]}, ',w', w=line['w'])
one('MaxPool', 'row', 12, (2, 9), {'kernel_shape': [3], 'strides': [2], 'pads': [1, 0], 'ceil_mode': 1})
one('AveragePool', 'row', 19, (2, 9), {'kernel_shape': [2], 'pads': [1, 1], 'count_include_pad': 1})
case('GlobalMaxPool-row-7', 7, (2, 9), ('GlobalMaxPool', 'x', 'g', {}), ('Neg', 'g', 'y', {}))
case('GlobalAveragePool-row-7', 7, (2, 9), ('GlobalAveragePool', 'x', 'g', {}), ('Neg', 'g', 'y', {}))
for side in 'UPPER', 'LOWER':
    for size in (8, 9), (11, 4):
        one('Conv', 'wide-%s-%d' % (side.lower(), size[0]), 13, (2, *size[:2]), {'auto_pad': 'SAME_' + side, 'strides': [4, 3]}, ',w',
            w=data(3, 2, 1, 2))

# Constants of any shape, put together and taken apart while reading.
rng = np.random.default_rng(20)
case('ConstantOfShape-weight-9', 9, (5,),
     ('ConstantOfShape', 's', 'w', {'value': numpy_helper.from_array(np.array([0.5], np.float32))}), ('MatMul', 'x,w', 'm', {}),
     ('Add', 'm,b', 'y', {}), s=ints(5, 4), b=data(4))
mask = [('ConstantOfShape', 's', 'z', {}), ('Cast', 'w', 'u', {'to': 1}), ('ScatterND', 'z,at,u', 'f', {}), ('Reshape', 'f,r', 'a', {}),
        ('Transpose', 'a', 't', {'perm': [1, 0, 2]}), ('Unsqueeze', 't,axis', 'v', {}), ('Sub', 'v,c', 'd', {}), ('Abs', 'd', 'q', {}),
        ('Slice', 'q,st,en,ax,by', 'p', {}), ('Concat', 'p,p', 'j', {'axis': 3}), ('Gather', 'j,g', 'k', {'axis': 2}), ('Mul', 'x,k', 'y', {})]
case('ScatterND-mask-13', 13, (4, 2, 4), *mask, s=ints(8, 2), at=np.array([[0], [3], [-2]], np.int64), w=np.array([[1, 2], [3, 4], [-5, 6]], np.int64), r=ints(2, 4, -1),
     axis=ints(0), c=scalar(0.25), st=ints(-1, 0), en=ints(-9, 2), ax=ints(1, 3), by=ints(-1, 1), g=ints(1, 0))
case('Expand-constant-13', 13, (3, 4), ('Range', 'a,b,c', 'r', {}), ('Cast', 'r', 'f', {'to': 1}), ('Expand', 'f,s', 'e', {}),
     ('Add', 'x,e', 'y', {}), a=scalar(0, np.int64), b=scalar(4, np.int64), c=scalar(1, np.int64), s=ints(3, 4))

rng = np.random.default_rng(9)
turned = {'w': data(2, 3, 3, 2), 'b': data(3)}
for name, attributes in (
        ('plain', {}), ('strides', {'strides': [2, 3]}), ('pads', {'pads': [1, 0, 2, 1], 'strides': [2, 2]}),
        ('dilations', {'dilations': [2, 1]}), ('kernel', {'kernel_shape': [3, 2]}),
        ('extra', {'strides': [2, 3], 'output_padding': [1, 2]}),
        ('shape', {'strides': [2, 2], 'output_shape': [14, 11]}),
        ('upper', {'strides': [2, 2], 'auto_pad': 'SAME_UPPER'}),
        ('lower', {'strides': [2, 1], 'auto_pad': 'SAME_LOWER'}),
        ('valid', {'strides': [2, 2], 'auto_pad': 'VALID'})):
    one('ConvTranspose', name, 11, image, attributes, ',w,b', **turned)
one('ConvTranspose', 'group', 22, (4, 3, 5), {'group': 2, 'strides': [2, 1]}, ',w', w=data(4, 3, 2, 2))
one('ConvTranspose', 'channels', 7, (4, 3, 5), {'group': 4, 'strides': [2, 1]}, ',w', w=data(4, 1, 2, 2))
one('DepthToSpace', 'block', 7, (8, 2, 3), {'blocksize': 2})
one('DepthToSpace', 'columns', 13, (12, 2, 3), {'blocksize': 2, 'mode': 'CRD'})
one('SpaceToDepth', 'block', 7, (2, 4, 6), {'blocksize': 2})
small = (2, 4, 5)
one('Upsample', 'scales', 7, small, {'scales': [1.0, 1.0, 2.0, 3.0]})
one('Upsample', 'linear', 9, small, {'mode': 'linear'}, ',s', s=scalar([1, 1, 2, 1.5]))
one('Resize', 'nearest', 10, small, {}, ',s', s=scalar([1, 1, 2, 0.6]))
one('Resize', 'linear', 10, small, {'mode': 'linear'}, ',s', s=scalar([1, 1, 1.5, 2]))
for where in 'half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric':
    for mode in 'linear', 'cubic':
        one('Resize', '%s-%s' % (mode, where), 13, small, {'mode': mode, 'coordinate_transformation_mode': where},
            ',,s', s=scalar([1, 1, 2.5, 0.7]))
        one('Resize', '%s-%s-sizes' % (mode, where), 18, small,
            {'mode': mode, 'coordinate_transformation_mode': where, 'axes': [2, 3]}, ',,,n', n=ints(7, 3))
    for rounding in 'floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil':
        one('Resize', '%s-%s' % (rounding, where), 19, small,
            {'nearest_mode': rounding, 'coordinate_transformation_mode': where}, ',,s', s=scalar([1, 1, 2, 0.6]))
one('Resize', 'symmetric', 19, small, {'mode': 'linear', 'coordinate_transformation_mode': 'half_pixel_symmetric'},
    ',,s', s=scalar([1, 1, 2.3, 0.7]))
one('Resize', 'axes', 18, small, {'axes': [3, 2], 'mode': 'cubic', 'cubic_coeff_a': -0.5}, ',,s', s=scalar([2, 1.5]))
case('Resize-shape-13', 13, small, ('Shape', 'x', 's', {}), ('Slice', 's,zero,two', 'r', {}),
     ('Concat', 'r,n', 't', {'axis': 0}), ('Resize', 'x,,,t', 'y', {'mode': 'linear'}), zero=ints(0), two=ints(2),
     n=ints(6, 9))

# Triangles of matrices that are known: causal masks.
rng = np.random.default_rng(12)
square = {'value': numpy_helper.from_array(np.ones((5, 5), np.float32))}
case('Trilu-upper-14', 14, (5, 5), ('Constant', '', 'm', square), ('Trilu', 'm,k', 't', {'upper': 0}), ('Mul', 'x,t', 'y', {}),
     k=scalar(1, np.int64))
case('Trilu-default-14', 14, (5, 5), ('Constant', '', 'm', square), ('Trilu', 'm', 't', {}), ('Mul', 'x,t', 'y', {}))
case('Expand-ones-14', 14, (4, 5), ('Constant', '', 'm', {'value': numpy_helper.from_array(np.float32([0.5]))}),
     ('Expand', 'm,s', 't', {}), ('Trilu', 't,k', 'u', {'upper': 1}), ('Mul', 'x,u', 'y', {}), s=ints(4, 5),
     k=scalar(-1, np.int64))

# Comparisons and what is made of them; Where by what is known, and by what the image says.
rng = np.random.default_rng(10)
for op, opset in (('Less', 9), ('Greater', 9), ('LessOrEqual', 12), ('GreaterOrEqual', 16)):
    case('%s-plain-%d' % (op, opset), opset, (4, 5), (op, 'x,c', 'l', {}), ('Cast', 'l', 'y', {'to': 1}), c=data(5) / 4)
case('Equal-plain-13', 13, (4, 5), ('Relu', 'x', 'r', {}), ('Equal', 'r,z', 'l', {}), ('Cast', 'l', 'y', {'to': 1}),
     z=scalar(0))
bits = np.array([True, False, True, True, False])
for op in 'And', 'Or', 'Xor':
    case(op + '-plain-13', 13, (4, 5), ('Less', 'x,z', 'l', {}), (op, 'b,l', 'm', {}), ('Not', 'm', 'n', {}),
         ('Where', 'n,x,z', 'y', {}), z=scalar(0.25), b=bits)
case('Where-mask-13', 13, (4, 5), ('Where', 'm,x,i', 'w', {}), ('Softmax', 'w', 'y', {}),
     m=np.tril(np.ones((1, 4, 5), np.bool_)), i=scalar(-np.inf))
case('Where-other-9', 9, (4, 5), ('ReduceMean', 'x', 'r', {'axes': [2]}), ('Where', 'm,c,r', 'y', {}), m=bits, c=data(4, 1))
arithmetic('less', 13, ('Reshape', 'a,s', 'l', {}), ('Less', 'l,t', 'e', {}), ('Not', 'e', 'q', {}),
           ('Where', 'q,l,t', 'm', {}), *element, a=row, s=ints(2, 3), t=ints(12), **places)
arithmetic('range', 13, ('Range', 'u,v,w', 'r', {}), ('Neg', 'r', 'n', {}), ('Gather', 'n,i', 'c', {}),
           u=scalar(3, np.int64), v=scalar(12, np.int64), w=scalar(4, np.int64), i=scalar(2, np.int64))
arithmetic('floor', 13, ('Mul', 'a,f', 'm', {}), ('Floor', 'm', 'n', {}), ('Max', 'n,t', 'c', {}), a=scalar([3.7]),
           f=scalar(2), t=scalar(1))

rng = np.random.default_rng(11)
one('Sin', 'plain', 22, (9,), {})
one('ConvTranspose', 'beyond', 22, image, {'strides': [3, 2], 'output_shape': [22, 12]}, ',w', w=turned['w'])

# Batch norms of channels of a row, of a volume.
rng = np.random.default_rng(12)
for name, shape in (('row', (2, 7)), ('volume', (2, 3, 4, 5))):
    one('BatchNormalization', name, 15, shape, {}, ',s,b,m,v', **norm)
case('BatchNormalization-learns-15', 15, (1, 28, 28), ('Reshape', 'x,r', 'p', {}),
     ('BatchNormalization', 'p,s,b,m,v', 'n', {}), ('Relu', 'n', 'u', {}),
     ('ReduceMean', 'u', 'f', {'axes': [2], 'keepdims': 0}), ('Gemm', 'f,w', 'y', {}), r=ints(-1, 28, 28), w=data(28, 10),
     s=data(28), b=data(28), m=data(28), v=np.abs(data(28)) + 0.1)

# Rows of a table by numbers that are known: positions, and the bias of a window.
rng = np.random.default_rng(13)
case('Gather-positions-13', 13, (3, 5), ('Gather', 'w,i', 'p', {}), ('Add', 'x,p', 'y', {}), w=data(7, 5), i=ints(2, 0, -1))
case('Gather-window-13', 13, (2, 4, 4), ('Gather', 'w,i', 'g', {}), ('Reshape', 'g,s', 'r', {}),
     ('Transpose', 'r', 't', {'perm': [2, 0, 1]}), ('Unsqueeze', 't,z', 'u', {}), ('Sigmoid', 'u', 'v', {}),
     ('Add', 'v,x', 'y', {}), w=data(9, 2), i=rng.integers(0, 9, 16), s=ints(4, 4, -1), z=ints(0))

# Sums of products by their labels: a product of matrices, stacks of them, and what is neither.
rng = np.random.default_rng(25)
for name, equation, other in (
        ('matrix', 'bid,de->bie', (4, 5)), ('turned', 'bid,ed->bie', (5, 4)), ('implied', 'bid,de', (4, 5)),
        ('heads', 'bid,dhk->bihk', (4, 2, 5)), ('stack', 'bid,hde->bhie', (2, 4, 5)), ('inner', 'bid,hed->bihe', (2, 5, 4)),
        ('neither', 'bid,deh->bhie', (4, 5, 2)), ('all', 'bid,id->b', (3, 4)), ('stretched', 'bid,d->bdi', (4,)),
        ('outer', 'bid,e->bied', (5,)), ('dots', '...d,d e->...e', (4, 5)), ('number', 'bid,->bid', ()),
        ('lost', 'bid,ei->bd', (5, 3))):
    one('Einsum', name, 13, (3, 4), {'equation': equation}, ',w', w=data(*other))
case('Einsum-weight-first-13', 13, (3, 4), ('Einsum', 'w,x', 'y', {'equation': 'ed,bid->bie'}), w=data(5, 4))
for name, equation in (('scores', 'bid,bjd->bij'), ('values', 'bij,bjd->bid'), ('same', 'bid,bid->bid'), ('vector', 'bid,bid->b'),
                       ('pairs', 'bid,bje->bijde'), ('rows', 'bid,bje->bi')):
    shape = (3, 4) if name != 'values' else (3, 3)
    case('Einsum-images-%s-12' % name, 12, shape, ('Sigmoid', 'x', 's', {}), ('Einsum', 's,x', 'y', {'equation': equation}))
case('Einsum-alone-12', 12, (2, 3, 4), ('Einsum', 'x', 'y', {'equation': 'bchw->bwc'}))
# One number an image.
case('MatMul-number-13', 13, (5,), ('MatMul', 'x,w', 'm', {}), ('Unsqueeze', 'm,a', 'y', {}), w=data(5), a=ints(1))
for op in 'Mean', 'Max', 'Sum':
    case('Reduce%s-number-13' % op, 13, image, ('Reduce' + op, 'x' + (',a' if op == 'Sum' else ''), 'm',
         {'keepdims': 0, **({} if op == 'Sum' else {'axes': [1, 2, 3]})}), ('Neg', 'm', 'y', {}), **({'a': ints(1, 2, 3)} if op == 'Sum' else {}))
# Averages of dilated windows; SAME whose strides pass over pixels.
for name, more in (('dilated', {}), ('dilated-pads', {'pads': [1, 1, 1, 1]}), ('dilated-include', {'pads': [1, 1, 1, 1], 'count_include_pad': 1}),
                   ('dilated-ceil', {'ceil_mode': 1, 'strides': [2, 2], 'pads': [1, 0, 1, 0], 'count_include_pad': 1})):
    one('AveragePool', name, 19, image, {'kernel_shape': [2, 2], 'dilations': [2, 3], **more})
for lower in 'UPPER', 'LOWER':
    one('AveragePool', 'over-' + lower.lower(), 19, (2, 9, 8), {'kernel_shape': [1, 2], 'strides': [4, 4], 'auto_pad': 'SAME_' + lower})
# Fewer pixels as sums of all that they stand for; one factor for all axes.
for mode in 'linear', 'cubic':
    one('Resize', 'antialias-' + mode, 18, small, {'mode': mode, 'antialias': 1}, ',,s', s=scalar([1, 1, 0.6, 0.4]))
    one('Resize', 'antialias-sizes-' + mode, 19, small, {'mode': mode, 'antialias': 1, 'axes': [2, 3]}, ',,,n', n=ints(2, 9))
for antialias in 0, 1:
    one('Resize', 'exclude-%d' % antialias, 18, small, {'mode': 'cubic', 'exclude_outside': 1, 'antialias': antialias}, ',,s',
        s=scalar([1, 1, 0.6, 2.5]))
for policy in 'not_larger', 'not_smaller':
    one('Resize', policy, 18, small, {'mode': 'linear', 'keep_aspect_ratio_policy': policy, 'axes': [2, 3]}, ',,,n', n=ints(3, 9))
