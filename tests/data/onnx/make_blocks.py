#!/usr/bin/python3
"""Makes blocks.*.onnx and same.onnx: what make.py's networks leave out, with the
logits of PyTorch 1.13 for input.npy."""
import os
import sys

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from wire import b, i, ints, model, node, tensor, text, value  # noqa: E402

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(3)


class Blocks(nn.Module):
    """Slopes, groups of channels, slices over several axes, indices in any order."""
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 8, 3, 1, 1)
        self.group = nn.GroupNorm(2, 8)
        self.slopes = nn.PReLU(8)
        self.conv2 = nn.Conv2d(8, 4, 3, 1, 2, dilation=2, bias=False)
        self.instance = nn.InstanceNorm2d(4, affine=True)
        self.slope = nn.PReLU()
        self.fc = nn.Linear(12, 5)
        self.register_buffer('order', torch.tensor([3, 0, 1, 1]))

    def forward(self, x):
        x = self.slopes(self.group(self.conv1(x)))
        x = x + F.pad(x[:, 2:6, ::2, 1:7:2], (2, 3, 3, 1, 1, 3))
        y = self.slope(self.instance(self.conv2(x)))[:, self.order]
        z = F.avg_pool2d(y, 3, 2, 1, ceil_mode=True, count_include_pad=False)
        z = torch.log(1 + torch.abs(-z))
        x = [F.adaptive_max_pool2d(y, 1).flatten(1), z.mean((2, 3)), y[:, :, 0, -1]]
        return self.fc(torch.cat(x, 1))


x = torch.tensor(numpy.load('input.npy'))
net = Blocks()
for parameter in net.parameters():
    if parameter.dim() == 1:
        nn.init.normal_(parameter, 0.5)
net.eval()
numpy.save('blocks.npy', net(x).detach().numpy())
torch.onnx.export(
    net, x, 'blocks.onnx', opset_version=11, do_constant_folding=False,
    training=torch.onnx.TrainingMode.PRESERVE, input_names=['input'],
    output_names=['logits'], dynamic_axes={'input': {0: 'n'}, 'logits': {0: 'n'}})
torch.onnx.export(net, x[:1], 'blocks.fixed.onnx', opset_version=17)
torch.save(net.state_dict(), 'blocks.pt')


# auto_pad and one Slice over three axes, which PyTorch does not write.
def numbers(name, *v):
    return tensor(name, (len(v),), 7, numpy.array(v, '<i8').tobytes())


def weights(name, t):
    return tensor(name, tuple(t.shape), 1, t.numpy().astype('<f4').tobytes())


w, u, fc = torch.randn(6, 2, 3, 3), torch.randn(6, 1, 2, 4), torch.randn(5, 4)
y = F.relu(F.conv2d(F.pad(x, (0, 1, 0, 1)), w, stride=2))
y = F.conv2d(F.pad(y, (2, 1, 1, 0)), u, groups=6)
y = F.max_pool2d(F.pad(y, (0, 1, 0, 1), value=-1e9), 2, 1)
y = F.avg_pool2d(y, 2, 1)[:, 1:6:2, 0:2, 1:3]
y = torch.cat([y[:, 2:], y[:, :2], y[:, :1]], 1).amax((2, 3))
numpy.save('same.npy', (y @ fc.t()).numpy())
with open('same.onnx', 'wb') as f:
    f.write(model(
        node('Conv', ['x', 'w'], ['c'], ints('strides', 2, 2),
             text('auto_pad', 'SAME_UPPER'), name='conv'),
        node('Relu', ['c'], ['r'], name='relu'),
        node('Conv', ['r', 'u'], ['d'], ints('kernel_shape', 2, 4),
             b(5, b(1, 'group') + i(3, 6) + i(20, 2)), text('auto_pad', 'SAME_LOWER'),
             name='depth'),
        node('MaxPool', ['d'], ['m'], ints('kernel_shape', 2, 2),
             text('auto_pad', 'SAME_UPPER'), name='max'),
        node('AveragePool', ['m'], ['a'], ints('kernel_shape', 2, 2),
             text('auto_pad', 'VALID'), name='average'),
        node('Slice', ['a', 'starts', 'ends', 'axes', 'steps'], ['s'], name='slice'),
        node('Gather', ['s', 'order'], ['g'], b(5, b(1, 'axis') + i(3, 1) + i(20, 2)),
             name='gather'),
        node('GlobalMaxPool', ['g'], ['p'], name='pool'),
        node('Flatten', ['p'], ['f'], name='flat'),
        node('Gemm', ['f', 'fc'], ['y'], b(5, b(1, 'transB') + i(3, 1) + i(20, 2)),
             name='fc'),
        weights('w', w), weights('u', u), weights('fc', fc),
        numbers('starts', 1, 0, -2), numbers('ends', 6, 2, 99),
        numbers('axes', 1, 2, -1), numbers('steps', 2, 1, 1), numbers('order', 2, -3, 1, 0),
        value(11, 'x', (1, 2, 8, 8)), value(12, 'y', (1, 5))))
