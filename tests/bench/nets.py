#!/usr/bin/env python3
"""The networks of benchmarks as ONNX files with random weights: what every engine reads.

    nets.py NAME FILE.onnx [N]

needs onnx and numpy; FILE.onnx.npz is the same for PyTorch and oneDNN.  With N there are random
inputs, too: FILE.onnx.x.npy, and FILE.onnx.ours.npy of float32.

Weights are drawn as an initialisation draws them, batch norms have been trained a
little, from a seed of the name's: the same file everywhere.  SHAPES says what a network takes.
"""
import json
import sys
import zlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

IMAGE = (3, 32, 32)
TOKENS, WORDS = 32, 96
SHAPES = {'resnet20': IMAGE, 'resnet56': IMAGE, 'vgg9': IMAGE, 'wrn56_2': IMAGE, 'wrn56_4': IMAGE, 'resnet18': IMAGE,
          'densenet_cifar': IMAGE, 'mobilenetv2': IMAGE, 'vit': IMAGE, 'lm': (TOKENS,), 'mlp': (784,), 'lenet': (1, 28, 28)}


class Net:
    """A graph that grows node by node; each method gives the name of its output."""

    def __init__(self, name):
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.tensors = [], []

    def tensor(self, array, name=None):
        name = name or 't%d' % len(self.tensors)
        self.tensors.append(numpy_helper.from_array(np.asarray(array, order='C'), name))
        return name

    def draw(self, *shape, fan):
        return self.tensor(self.rng.normal(size=shape).astype(np.float32) * np.float32((2 / fan) ** 0.5))

    def op(self, op, *inputs, **attributes):
        out = 'v%d' % len(self.nodes)
        self.nodes.append(helper.make_node(op, list(inputs), [out], name='n%d' % len(self.nodes), **attributes))
        return out

    def conv(self, x, c, k, size=3, stride=1, group=1, bias=False):
        more = [self.tensor(np.zeros(k, np.float32))] if bias else []
        w = self.draw(k, c // group, size, size, fan=size * size * c // group)
        return self.op('Conv', x, w, *more, pads=[size // 2] * 4, strides=[stride] * 2, group=group, kernel_shape=[size] * 2)

    def norm(self, x, c):
        r = self.rng
        return self.op('BatchNormalization', x, *(self.tensor(v.astype(np.float32)) for v in (
            r.uniform(0.8, 1.2, c), r.normal(0, 0.1, c), r.normal(0, 0.1, c), r.uniform(0.8, 1.2, c))))

    def relu(self, x):
        return self.op('Relu', x)

    def linear(self, x, c, k):
        return self.op('Gemm', x, self.draw(k, c, fan=2 * c), self.tensor(np.zeros(k, np.float32)), transB=1)

    def rows(self, x, c, k):
        """A linear layer of every token."""
        return self.op('Add', self.op('MatMul', x, self.draw(c, k, fan=2 * c)), self.tensor(np.zeros(k, np.float32)))

    def layer_norm(self, x, c):
        return self.op('LayerNormalization', x, self.tensor(np.ones(c, np.float32)), self.tensor(np.zeros(c, np.float32)), axis=-1)

    def reshape(self, x, *shape):
        return self.op('Reshape', x, self.tensor(np.array((0, *shape), np.int64)))

    def pooled(self, x, c, classes=10):
        return self.linear(self.op('Flatten', self.op('GlobalAveragePool', x)), c, classes)


def residual(net, x, c, k, stride):
    y = net.norm(net.conv(net.relu(net.norm(net.conv(x, c, k, stride=stride), k)), k, k), k)
    if stride != 1 or c != k:
        x = net.norm(net.conv(x, c, k, 1, stride), k)
    return net.relu(net.op('Add', y, x))


def resnet(net, blocks, width):
    x, c = net.relu(net.norm(net.conv('x', 3, width), width)), width
    for stage, n in enumerate(blocks):
        for i in range(n):
            k = width << stage
            x, c = residual(net, x, c, k, 2 if stage and not i else 1), k
    return net.pooled(x, c)


def vgg9(net):
    x, c = 'x', 3
    for k in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0):
        if k:
            x, c = net.relu(net.norm(net.conv(x, c, k, bias=True), k)), k
        else:
            x = net.op('MaxPool', x, kernel_shape=[2, 2], strides=[2, 2])
    return net.linear(net.relu(net.linear(net.op('Flatten', x), 4096, 256)), 256, 10)


def densenet(net, growth, blocks):
    c = 2 * growth
    x = net.conv('x', 3, c)
    for block, n in enumerate(blocks):
        for _ in range(n):
            y = net.conv(net.relu(net.norm(x, c)), c, 4 * growth, 1)
            y = net.conv(net.relu(net.norm(y, 4 * growth)), 4 * growth, growth)
            x, c = net.op('Concat', y, x, axis=1), c + growth
        if block < 3:
            x = net.conv(net.relu(net.norm(x, c)), c, c // 2, 1)
            x, c = net.op('AveragePool', x, kernel_shape=[2, 2], strides=[2, 2]), c // 2
    return net.pooled(net.relu(net.norm(x, c)), c)


def mobilenet(net):
    limits = net.tensor(np.float32(0)), net.tensor(np.float32(6))
    six = lambda x: net.op('Clip', x, *limits)
    x, c = six(net.norm(net.conv('x', 3, 32), 32)), 32
    for expand, k, n, first in ((1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for i in range(n):
            stride, wide = first if i == 0 else 1, c * expand
            y = six(net.norm(net.conv(x, c, wide, 1), wide)) if expand > 1 else x
            y = six(net.norm(net.conv(y, wide, wide, 3, stride, wide), wide))
            y = net.norm(net.conv(y, wide, k, 1), k)
            x, c = (net.op('Add', x, y) if stride == 1 and c == k else y), k
    return net.pooled(six(net.norm(net.conv(x, c, 1280, 1), 1280)), 1280)


def attention(net, x, tokens, width, heads, mask=None):
    q, k, v = (net.op('Transpose', net.reshape(net.rows(x, width, width), tokens, heads, width // heads), perm=p)
               for p in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
    a = net.op('Mul', net.op('MatMul', q, k), net.tensor(np.float32((width // heads) ** -0.5)))
    a = net.op('Softmax', net.op('Add', a, mask) if mask else a, axis=-1)
    y = net.op('Transpose', net.op('MatMul', a, v), perm=[0, 2, 1, 3])
    return net.rows(net.reshape(y, tokens, width), width, width)


def gelu(net, x):
    half = net.op('Mul', x, net.tensor(np.float32(0.5)))
    one = net.op('Add', net.op('Erf', net.op('Mul', x, net.tensor(np.float32(0.5 ** 0.5)))), net.tensor(np.float32(1)))
    return net.op('Mul', half, one)


def layers(net, x, n, tokens, width, heads, mask=None):
    for _ in range(n):
        x = net.op('Add', x, attention(net, net.layer_norm(x, width), tokens, width, heads, mask))
        y = gelu(net, net.rows(net.layer_norm(x, width), width, 4 * width))
        x = net.op('Add', x, net.rows(y, 4 * width, width))
    return net.layer_norm(x, width)


def vit(net):
    """16 tokens of 48, two layers, three heads."""
    x = net.op('Conv', 'x', net.draw(48, 3, 8, 8, fan=192), kernel_shape=[8, 8], strides=[8, 8])
    x = net.op('Transpose', net.reshape(x, 48, 16), perm=[0, 2, 1])
    x = net.op('Add', x, net.draw(16, 48, fan=100))
    x = layers(net, x, 2, 16, 48, 3)
    return net.linear(net.op('ReduceMean', x, axes=[1], keepdims=0), 48, 10)


def lm(net):
    """A language model: two layers of 64, four heads, each token sees those before it."""
    mask = net.tensor(np.triu(np.full((TOKENS, TOKENS), -1e9, np.float32), 1))
    x = net.op('Gather', net.draw(WORDS, 64, fan=2), 'x')
    x = net.op('Add', x, net.draw(TOKENS, 64, fan=100))
    return net.rows(layers(net, x, 2, TOKENS, 64, 4, mask), 64, WORDS)


def mlp(net):
    x, c = 'x', 784
    for k in (512, 256):
        x, c = net.relu(net.linear(x, c, k)), k
    return net.linear(x, c, 10)


def lenet(net):
    pool = {'kernel_shape': [2, 2], 'strides': [2, 2]}
    x = net.op('MaxPool', net.relu(net.conv('x', 1, 6, 5, bias=True)), **pool)
    x = net.op('MaxPool', net.relu(net.conv(x, 6, 16, 5, bias=True)), **pool)
    x, c = net.op('Flatten', x), 784
    for k in (120, 84):
        x, c = net.relu(net.linear(x, c, k)), k
    return net.linear(x, c, 10)


BUILD = {'resnet20': lambda n: resnet(n, (3, 3, 3), 16), 'resnet56': lambda n: resnet(n, (9, 9, 9), 16),
         'wrn56_2': lambda n: resnet(n, (9, 9, 9), 32), 'wrn56_4': lambda n: resnet(n, (9, 9, 9), 64), 'resnet18': lambda n: resnet(n, (2, 2, 2, 2), 64), 'vgg9': vgg9,
         'densenet_cifar': lambda n: densenet(n, 12, (6, 12, 24, 16)), 'mobilenetv2': mobilenet, 'vit': vit, 'lm': lm, 'mlp': mlp, 'lenet': lenet}


def write(name, path):
    net = Net(name)
    out = BUILD[name](net)
    kind = TensorProto.INT64 if name == 'lm' else TensorProto.FLOAT
    graph = helper.make_graph(net.nodes, name, [helper.make_tensor_value_info('x', kind, ['n', *SHAPES[name]])],
                              [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)], net.tensors)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8), path)
    nodes = [(n.op_type, list(n.input), n.output[0], {a.name: helper.get_attribute_value(a) for a in n.attribute}) for n in net.nodes]
    np.savez(path + '.npz', **{'graph.json': np.frombuffer(json.dumps(nodes).encode(), np.uint8)},
             **{t.name: numpy_helper.to_array(t) for t in net.tensors})


def draw_inputs(name, path, n):
    rng = np.random.default_rng(1)
    x = rng.integers(0, WORDS, (n, *SHAPES[name])) if name == 'lm' else rng.normal(size=(n, *SHAPES[name])).astype('f4')
    np.save(path + '.x.npy', x)
    np.save(path + '.ours.npy', x.astype('f4'))


if __name__ == '__main__':
    write(*sys.argv[1:3])
    if len(sys.argv) > 3:
        draw_inputs(*sys.argv[1:3], int(sys.argv[3]))
