#!/usr/bin/python3
"""Makes models/ and answers/ anew (needs numpy, torch and onnx): for whoever changes the kit.

Answers are computed in double from the float32 numbers of the model and of the raw
direction, and written so that they read back as the float32 numbers they are.
"""
import csv
import json
import struct
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
import torch
import formulas

rng = np.random.RandomState(20)


def draw(*shape, scale=1.0):
    return np.float32(rng.standard_normal(shape) * scale)


def batchnorm(name, n):
    return {name + '.weight': draw(n) + 2, name + '.bias': draw(n), name + '.running_mean': draw(n),
            name + '.running_var': draw(n) ** 2 + 1, name + '.num_batches_tracked': np.int64(7)}


def conv_net():
    w = {'conv1.weight': draw(4, 3, 3, 3, scale=0.3), 'conv1.bias': draw(4), **batchnorm('bn1', 4),
         'conv2.weight': draw(6, 4, 3, 2, scale=0.1), 'conv2.bias': draw(6),
         'fc.weight': draw(5, 6, scale=0.7), 'fc.bias': draw(5)}
    w['conv2.weight'][2] = 0  # a filter that is dead stays dead
    w['conv1.weight'] *= np.float32([0.2, 1, 3, 7]).reshape(4, 1, 1, 1)
    return w


def mlp_net():
    return {'fc1.weight': draw(7, 5, scale=0.5) * np.float32(rng.uniform(0.1, 3, (7, 1))), 'fc1.bias': draw(7),
            'fc2.weight': draw(3, 7, scale=0.2), 'fc2.bias': draw(3)}


def node(op, out, *inputs, **attributes):
    return helper.make_node(op, list(inputs), [out], **attributes)


def save_onnx(path, w, nodes, shape):
    graph = helper.make_graph(
        nodes, 'net', [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['n', *shape])],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT, ['n', None])],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in w.items() if v.dtype == np.float32])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def save_safetensors(path, w):
    head, data = {}, b''
    for k, v in w.items():
        part = np.ascontiguousarray(v).tobytes()
        kind = 'F32' if v.dtype == np.float32 else 'I64'
        head[k] = {'dtype': kind, 'shape': list(v.shape), 'data_offsets': [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(head).encode()
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + data)


def save_all(name, w):
    torch.save({k: torch.from_numpy(np.array(v)) for k, v in w.items()}, 'models/%s.pt' % name)
    save_safetensors('models/%s.safetensors' % name, w)
    np.savez('models/%s.npz' % name, **w)


def answers(name, w, out):
    trained = {k: v for k, v in w.items() if not k.endswith(('running_mean', 'running_var', 'tracked'))}
    d = {k: draw(*v.shape) for k, v in trained.items()}
    with open('answers/%s.order' % name, 'w') as f:
        f.write(''.join(k + '\n' for k in trained))
    for part, table in ('weights', formulas.WEIGHTS), ('small', formulas.SMALL):
        results = {f: formulas.normalise(trained, d, out, **{part: f}) for f in table}
        with open('answers/%s.%s.csv' % (name, part), 'w') as f:
            rows = csv.writer(f, lineterminator='\n')
            rows.writerow(['tensor', 'shape', 'index', 'w', 'raw', *table])
            for k, v in trained.items():
                if (v.ndim > 1) == (part == 'weights'):
                    for i in range(v.size):
                        columns = [trained[k], d[k], *(r[k] for r in results.values())]
                        rows.writerow([k, 'x'.join(map(str, v.shape)), i,
                                       *('%.9g' % c.ravel()[i] for c in columns)])


conv, mlp = conv_net(), mlp_net()
save_all('conv', conv)
save_all('mlp', mlp)
save_onnx('models/conv.onnx', conv, [
    node('Conv', 'a', 'x', 'conv1.weight', 'conv1.bias', pads=[1, 1, 1, 1]),
    node('BatchNormalization', 'b', 'a', *('bn1.' + k for k in ('weight', 'bias', 'running_mean', 'running_var'))),
    node('Relu', 'c', 'b'), node('Conv', 'd', 'c', 'conv2.weight', 'conv2.bias'),
    node('GlobalAveragePool', 'e', 'd'), node('Flatten', 'f', 'e'),
    node('Gemm', 'y', 'f', 'fc.weight', 'fc.bias', transB=1)], (3, 6, 6))
save_onnx('models/mlp.onnx', mlp, [
    node('Gemm', 'a', 'x', 'fc1.weight', 'fc1.bias', transB=1), node('Relu', 'b', 'a'),
    node('Gemm', 'y', 'b', 'fc2.weight', 'fc2.bias', transB=1)], (5,))
columns = {k: np.ascontiguousarray(v.T) if v.ndim > 1 else v for k, v in mlp_net().items()}
save_onnx('models/matmul.onnx', columns, [
    node('MatMul', 'a', 'x', 'fc1.weight'), node('Add', 'b', 'a', 'fc1.bias'), node('Relu', 'c', 'b'),
    node('MatMul', 'd', 'c', 'fc2.weight'), node('Add', 'y', 'd', 'fc2.bias')], (5,))
answers('conv', conv, {})
answers('mlp', mlp, {})
answers('matmul', columns, {'fc1.weight': 1, 'fc2.weight': 1})
