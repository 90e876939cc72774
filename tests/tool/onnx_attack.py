#!/usr/bin/python3
"""Random ONNX nodes against ONNX Runtime: what netload takes must have the same loss.

    onnx_attack.py TRIALS [SEED]     (needs onnx and onnxruntime, netload and evalgrid on PATH)

A trial is a graph of one or two nodes of a random opset with random attributes, inputs
and outputs, right or wrong ones, with a linear layer behind it.  Netload may refuse it,
or say that nodes of training are read as others; when it takes it, the loss of evalgrid
is that of ONNX Runtime.  What only ONNX Runtime refuses is counted and listed.
"""
import collections
import os
import pickle
import random
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, defs, helper, numpy_helper

trials, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
rng = random.Random(seed)
noise = np.random.default_rng(seed)
np.seterr(all='ignore')
options = onnxruntime.SessionOptions()
options.log_severity_level = 4
options.intra_op_num_threads = 1
SHAPE, N = (2, 6, 5), 4
OPS = ('Conv MaxPool AveragePool BatchNormalization LayerNormalization InstanceNormalization ReduceMean LeakyRelu Elu '
       'Clip HardSigmoid Softmax LogSoftmax Squeeze Unsqueeze Transpose Reshape Gather Slice Split Concat Cast Dropout '
       'Pad Flatten Relu Add Mul Pow PRelu Identity Expand MatMul Sub Hardmax ReduceMax ReduceSum Max Sum GlobalMaxPool').split()


def data(*shape):
    return np.round(noise.normal(size=shape), 2).astype(np.float32)


def some(*values):
    return rng.choice(values)


def attribute(op, name, kind, default):
    """A value that the attribute may have, mostly."""
    spatial = lambda lo, hi, n=2: [rng.randint(lo, hi) for _ in range(n)]
    special = {
        'auto_pad': lambda: some('NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'), 'kernel_shape': lambda: spatial(1, 3),
        'strides': lambda: spatial(1, 3), 'dilations': lambda: spatial(1, 2), 'pads': lambda: (
            [0, 0, *spatial(0, 2), 0, 0, *spatial(0, 2)] if op == 'Pad' else spatial(0, 1, 4)),
        'group': lambda: some(1, 2), 'mode': lambda: some('constant', 'constant', 'reflect', 'edge'),
        'axis': lambda: rng.randint(-4, 4), 'axes': lambda: rng.sample(range(-3, 4), rng.randint(1, 2)),
        'perm': lambda: some([0, 1, 2, 3], [0, 2, 1, 3], [0, 3, 2, 1], [0, 2, 3, 1]), 'to': lambda: some(1, 1, 11, 10, 7, 9),
        'starts': lambda: [rng.randint(-3, 3)], 'ends': lambda: [rng.randint(-2, 7)], 'split': lambda: some([1, 1], [2, 4], [2, 3]),
        'num_outputs': lambda: some(1, 2, 3), 'epsilon': lambda: some(0.1, 1e-5),
    }
    if name in special:
        return special[name]()
    if kind == defs.OpSchema.AttrType.INT:
        return some(0, 0, 1, 1, 2, -1)
    if kind == defs.OpSchema.AttrType.FLOAT:
        return some(-0.5, 0.25, 0.0, 1.0, 2.0)
    return None


def more_inputs(op, opset, tensors):
    """Names of the inputs behind the first; their values go to tensors."""
    def put(value):
        name = 't%d' % len(tensors)
        tensors[name] = value
        return name
    ints = lambda *v: put(np.array(v, np.int64))
    if op == 'Conv':
        group = some(1, 1, 2)
        return [put(data(4, 2 // group, rng.randint(1, 3), rng.randint(1, 3)))] + ([put(data(4))] if some(0, 1) else [])
    if op == 'BatchNormalization':
        return [put(data(2)), put(data(2)), put(data(2)), put(np.abs(data(2)) + 0.1)]
    if op == 'InstanceNormalization':
        return [put(data(2)), put(data(2))]
    if op == 'LayerNormalization':
        shape = some((5,), (6, 5), (2, 6, 5))
        return [put(data(*shape))] + ([put(data(*shape))] if some(0, 1) else [])
    if op == 'PRelu':
        return [put(data(*some((2, 1, 1), (1,), (5,), (2, 6, 5), (6, 1), (1, 1, 6, 5), (3, 1, 1), (4, 2, 1, 1))))]
    if op == 'MatMul':
        return [put(data(*some((5, 3), (2, 5, 3), (1, 5, 3), (5,), (1, 2, 5, 4), (3, 5, 2), (6, 3), (3, 1, 5, 2))))]
    if op in ('Add', 'Sub', 'Mul', 'Pow', 'Max', 'Sum'):
        return [put(some(data(1), data(5), data(6, 1), np.array(2.0, np.float32), np.array([2], np.int64)))]
    if op == 'Clip' and opset >= 11:
        return [some('', put(np.array(rng.uniform(-1, 1), np.float32))), put(np.array(rng.uniform(-1, 1), np.float32))]
    if op == 'Gather':
        return [put(np.array(some(0, 1, -1, [0, 1], [1, 0], [-1]), np.int64))]
    if op == 'Reshape':
        return [ints(*some((0, -1), (-1, 60), (0, 2, 30), (0, 0, -1), (-1, 6, 10), (4, 60)))]
    if op == 'Expand':
        return [ints(*some((1, 2, 6, 5), (1, 1, 1, 1), (4, 2, 6, 5), (1, 1, 6, 1), (3, 1, 1, 1, 1), (5,), (2, 1, 3)))]
    if op == 'Pad' and opset >= 11:
        pads = [0, 0, *(rng.randint(0, 2) for _ in 'ab'), 0, 0, *(rng.randint(0, 2) for _ in 'ab')]
        return [ints(*pads)] + ([put(np.array(some(0, 0, 1.5), np.float32))] if some(0, 1) else [])
    if (op == 'ReduceSum' and opset >= 13 or op.startswith('Reduce') and opset >= 18) or op in ('Squeeze', 'Unsqueeze') and opset >= 13:
        return [ints(*rng.sample(range(-3, 4), rng.randint(1, 2)))] if some(0, 1, 1) else []
    if op == 'Split' and opset >= 13:
        return [ints(*some((1, 1), (3, 3), (2, 4)))] if some(0, 1) else []
    if op == 'Slice' and opset >= 10:
        return [ints(rng.randint(-3, 3)), ints(rng.randint(-2, 7)), ints(rng.randint(-3, 3)), ints(some(1, 2, -1))]
    if op == 'Dropout' and opset >= 12:
        return some([], [put(np.array(0.5, np.float32))],
                    [put(np.array(0.5, np.float32)), put(np.array(some(True, False)))])
    if op == 'Concat':
        return ['x']
    return []


def node(op, opset, x, y, tensors):
    attributes = {}
    schema = defs.get_schema(op, some(opset, opset, opset, opset, 9, 13, 18), '')
    for name, a in schema.attributes.items():
        if a.required or some(0, 1, 1):
            value = attribute(op, name, a.type, a.default_value)
            if value is not None:
                attributes[name] = value
    if attributes.get('auto_pad', '').startswith('SAME') and 'strides' in attributes and op != 'Conv':  # refused by ONNX Runtime
        attributes['strides'] = [1, some(1, 2)] if attributes.get('kernel_shape', [1, 1])[1] > 1 else [1, 1]
    outputs = [y] + (['%s_%d' % (y, i) for i in range(rng.randint(0, 2))] if op in ('Split', 'BatchNormalization', 'MaxPool', 'Dropout')
                     else [])
    return helper.make_node(op, [x] + more_inputs(op, opset, tensors), outputs, name=y, **attributes)


def build(nodes, opset, tensors, out, shape):
    nodes = list(nodes)
    if shape is not None and some(0, 1):  # in any order
        rng.shuffle(nodes)
    graph = helper.make_graph(
        nodes, 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['N', *SHAPE])],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(v, k) for k, v in tensors.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=8)


def infer(model, x):
    """In a process of its own, which some models end."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            answer = onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, {'x': x})[0]
        except Exception as error:
            answer = str(error)
        with os.fdopen(write, 'wb') as f:
            pickle.dump(answer, f)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, 'rb') as f:
        data = f.read()
    os.waitpid(child, 0)
    answer = pickle.loads(data) if data else 'ONNX Runtime ended'
    if isinstance(answer, str):
        raise RuntimeError(answer)
    return answer


def run(folder, path):
    """netload | evalgrid: the loss, or what was said."""
    load = subprocess.run(['netload', '--pixels', 'none', path], capture_output=True)
    said = load.stderr.decode().strip()
    if load.returncode or 'training mode' in said:
        return None, said
    grid = subprocess.run(['evalgrid', '-q', '-d', folder + '/set.npz'], input=load.stdout, capture_output=True)
    if grid.returncode:
        return None, grid.stderr.decode().strip()
    text = subprocess.run(['gridconv'], input=grid.stdout, capture_output=True).stdout.decode()
    return float(text.splitlines()[1].split(',')[4]), None


counts, wrong, lenient = collections.Counter(), 0, collections.Counter()
folder = tempfile.mkdtemp()
x = np.clip(np.abs(data(N, *SHAPE)), 0, 1)
labels = np.array([1, 3, 5, 7])
np.savez(folder + '/set.npz', x=x, y=labels)
for trial in range(trials):
    opset, tensors = rng.randint(9, 22), {}
    names = [rng.choice(OPS) for _ in range(some(1, 1, 2))]
    try:
        nodes = [node(op, opset, 'x' if i == 0 else 'v%d' % (i - 1), 'v%d' % i, tensors) for i, op in enumerate(names)]
    except onnx.defs.SchemaError:
        continue
    last, tail = 'v%d' % (len(names) - 1), []
    try:
        width = int(np.prod(infer(build(nodes, opset, tensors, last, None), x).shape[1:]))
        right = True
    except Exception:
        width, right = 60, False
    tail = [helper.make_node('Flatten', [last], ['flat'], name='flat'),
            helper.make_node('Gemm', ['flat', 'w', 'bias'], ['y'], name='y', transB=1, alpha=some(1.0, 1.0, 0.5), beta=some(1.0, 1.0, -2.0, 0.0))]
    tensors['w'], tensors['bias'] = data(10, width) / 3, data(*some((10,), (10,), (1, 10), (1,), (), (1, 1)))
    model = build(nodes + tail, opset, tensors, 'y', ['N', 10])
    path = folder + '/net.onnx'
    onnx.save(model, path)
    loss, said = run(folder, path)
    try:
        logits = infer(model, x).astype(np.float64)
        right &= logits.shape == (N, 10)
    except Exception as error:
        right, logits = False, str(error)
    if loss is None:
        counts['said' if 'training mode' in said else 'refused, right' if right else 'refused, wrong'] += 1
        continue
    if not right:
        counts['taken, refused by ONNX Runtime'] += 1
        lenient['%s: %s' % ('+'.join(names), str(logits)[:150])] += 1
        continue
    logits -= logits.max(1, keepdims=True)
    want = float(np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(N), labels]))
    counts['taken, right'] += 1
    if not abs(loss - want) < 1e-4 * (1 + abs(want)) and not (np.isnan(want) and np.isnan(loss)):
        wrong += 1
        keep = 'wrong-%d-%d.onnx' % (seed, trial)
        os.replace(path, keep)
        print('WRONG', keep, opset, names, [helper.printable_node(n) for n in nodes], loss, want)
print('seed %d:' % seed, dict(counts), 'wrong:', wrong)
for text, n in lenient.most_common(20):
    print(n, text)
sys.exit(wrong > 0)
