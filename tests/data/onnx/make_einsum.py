#!/usr/bin/python3
"""Makes einsum.onnx (attention written as sums) and alone.fixed.onnx (a network of one
image, whose axis goes and comes back), with the logits of PyTorch 1.13 for input.npy."""
import os

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import einsum

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(5)


class Einsum(nn.Module):
    """Weights as stacks of matrices, as one matrix, and as neither."""
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(8, 6)
        self.q, self.k, self.v = (nn.Parameter(torch.randn(*s) / 3) for s in ((6, 2, 3), (2, 6, 3), (6, 3, 2)))
        self.out = nn.Parameter(torch.randn(2, 3, 6) / 3)
        self.scale = nn.Parameter(torch.randn(6))
        self.fc = nn.Linear(6, 5)

    def forward(self, x):
        x = self.embed(x.reshape(-1, 16, 8))
        q, k = einsum('btd,dhe->bhte', x, self.q), einsum('btd,hde->bthe', x, self.k)
        v = einsum('btd,deh->bhte', x, self.v)
        a = F.softmax(einsum('bhie,bjhe->bhij', q, k), -1)
        x = x + einsum('bhte,hed->btd', a @ v, self.out)
        return self.fc(einsum('btd,d->bd', x * x, self.scale))


class Alone(nn.Module):
    """One image: a convolution without a batch, tokens that attend to each other, rows."""
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.position = nn.Parameter(torch.randn(64, 4))
        self.q, self.k, self.mix = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        x = self.conv(x[0]).relu().flatten(1).t() + self.position
        a = F.softmax(self.q(x) @ self.k(x).t(), -1)
        h = (x + a @ x).view(64, 2, 2).transpose(0, 1)
        h = (F.softmax(h @ h.transpose(1, 2), -1) @ h).transpose(0, 1).reshape(64, 4)
        x = torch.cat([h[3], h.mean(0), self.mix(x).squeeze().max(0)[0]])
        return torch.stack([self.fc(x)])


def write(net, name, x, want, **options):
    net.eval()
    numpy.save(name.split('.')[0] + '.npy', want.detach().numpy())
    torch.onnx.export(net, x, name, opset_version=14, input_names=['input'], output_names=['logits'], **options)


images = torch.tensor(numpy.load('input.npy'))
net = Einsum()
write(net, 'einsum.onnx', images, net(images), dynamic_axes={'input': {0: 'n'}, 'logits': {0: 'n'}})
net = Alone()
write(net, 'alone.fixed.onnx', images[:1], torch.cat([net(x[None]) for x in images]))
