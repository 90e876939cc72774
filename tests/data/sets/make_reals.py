#!/usr/bin/python3
"""Makes the files of reals in this folder (needs numpy and torch): images of
fashion-48.npz as its network takes them, and a regression."""
import os

import numpy
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))
f32 = numpy.float32
images = numpy.load('fashion-48.npz')
x, y = images['x'][:4].reshape(-1, 1, 28, 28), images['y'][:4].astype(numpy.int64)
x = (x.astype(f32) / f32(255) - f32(0.2860)) / f32(0.3530)
numpy.savez_compressed('raw.npz', x=x, y=y)
numpy.save('raw-images.npy', x[:2])
numpy.save('raw-labels.npy', y[:2])
# Bytes that became reals and were not divided.
numpy.savez_compressed('pixels255.npz', x=images['x'][:4].astype(f32), y=y)

# 20 features: more than an image may have channels.
torch.manual_seed(5)
net = torch.nn.Sequential(torch.nn.Linear(20, 6), torch.nn.Tanh(), torch.nn.Linear(6, 2))
x, y = torch.randn(7, 20), torch.randn(7, 2)
torch.onnx.export(net, x[:1], 'regression.onnx', opset_version=13,
                  input_names=['x'], output_names=['y'])
numpy.savez('regression.npz', x=x.numpy(), y=y.numpy())
numpy.savez('regression-one.npz', x=x.numpy(), y=y.numpy()[:, 0].astype(numpy.float64))
numpy.savez('regression-nan.npz', x=x.numpy(), y=numpy.full((7, 2), numpy.nan))
with open('regression.txt', 'w') as f:
    f.write('%.7g\n' % torch.nn.functional.mse_loss(net(x).double(), y.double()).item())
