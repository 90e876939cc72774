#!/usr/bin/python3
"""Makes training-*.onnx: nodes that say that they train, or that they do not; and
unread.onnx: tensors that the output does not depend on."""
import os
import struct

from wire import attr, b, i, model, node, tensor, value

os.chdir(os.path.dirname(os.path.abspath(__file__)))
image, out = value(11, dims=(1, 2, 4, 4)), value(12, 'y')
ones = tensor('w', (2,), data=struct.pack('<2f', 1, 1))


def save(name, *parts, opset=15):
    with open('training-%s.onnx' % name, 'wb') as f:
        f.write(model(*parts, image, out, opset=opset))


def scalar(name, kind, data):
    return b(5, i(2, kind) + b(8, name) + b(9, data))


half, none = scalar('r', 1, struct.pack('<f', 0.5)), scalar('r', 1, bytes(4))
on, off = scalar('t', 9, b'\1'), scalar('t', 9, b'\0')
save('norm', node('BatchNormalization', 'xwwww', 'yab', attr('training_mode', 1)), ones)
save('norm-old', node('BatchNormalization', 'xwwww', 'yabcd'), ones, opset=9)
drop = node('Dropout', 'xrt', 'z'), node('Relu', 'z', 'y', name='m')
save('drop', *drop, half, on)
save('drop-open', node('Dropout', 'xrx', 'z'), node('Relu', 'z', 'y', name='m'), half)
save('off', *drop, half, off)
save('none', *drop, none, on)

stats = [tensor(n, (2,), data=struct.pack('<2f', 1, 1)) for n in ('n.weight', 'n.bias', 'n.running_mean', 'n.running_var')]
with open('unread.onnx', 'wb') as f:
    f.write(model(node('Conv', 'xk', 'c', name='c'), node('Conv', 'cd', 'y', name='y'), node('BatchNormalization', [
        'x', 'n.weight', 'n.bias', 'n.running_mean', 'n.running_var'], 'z', name='z'), tensor('k', (2, 2, 1, 1)), *stats,
        tensor('d', (1, 2, 1, 1)), image, out))
