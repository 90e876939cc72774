#!/usr/bin/python3
"""Makes NAME.npy: the logits of PyTorch for two images, of networks written here from
their published descriptions, in double precision.

Images and weights are numbers that a line of arithmetic gives (fill), so that neither
is stored: tests/unit/zoo.c fills the networks of netnew with the same numbers.
Tensors are numbered in the order of the state_dict, which so is checked as well.
Made with PyTorch 1.13.
"""
import os
import sys

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F

sys.dont_write_bytecode = True


def fill(t, n):
    """n numbers in [0, 1) of tensor t."""
    i = numpy.arange(n, dtype=numpy.uint64)
    x = (i * numpy.uint64(2654435761) + numpy.uint64(t) * numpy.uint64(40503)) & numpy.uint64(0xffffffff)
    x = ((x ^ (x >> numpy.uint64(16))) * numpy.uint64(73244475)) & numpy.uint64(0xffffffff)
    x ^= x >> numpy.uint64(16)
    return x.astype(numpy.float64) / 2**32


# ---- Zhang et al., "Understanding deep learning requires rethinking generalization",
# arXiv 1611.03530, figure 3: Inception (small), with batch norm ----
class Conv(nn.Module):
    """The conv module: C filters of K x K, stride S; batch norm; ReLU."""
    def __init__(self, c, k, size, stride):
        super().__init__()
        self.conv = nn.Conv2d(c, k, size, stride, size // 2, bias=False)
        self.bn = nn.BatchNorm2d(k)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    """The inception module: Ch1 filters of 1 x 1 and Ch3 of 3 x 3, merged."""
    def __init__(self, c, ch1, ch3):
        super().__init__()
        self.conv1 = Conv(c, ch1, 1, 1)
        self.conv3 = Conv(c, ch3, 3, 1)

    def forward(self, x):
        return torch.cat([self.conv1(x), self.conv3(x)], 1)


class Downsample(nn.Module):
    """The downsample module: Ch3 filters of 3 x 3, stride 2, and a max pool, merged."""
    def __init__(self, c, ch3):
        super().__init__()
        self.conv = Conv(c, ch3, 3, 2)

    def forward(self, x):
        return torch.cat([self.conv(x), F.max_pool2d(x, 3, 2, 1)], 1)


class InceptionSmall(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = Conv(3, 96, 3, 1)
        self.a1 = Inception(96, 32, 32)
        self.a2 = Inception(64, 32, 48)
        self.a3 = Downsample(80, 80)
        self.b1 = Inception(160, 112, 48)
        self.b2 = Inception(160, 96, 64)
        self.b3 = Inception(160, 80, 80)
        self.b4 = Inception(160, 48, 96)
        self.b5 = Downsample(144, 96)
        self.c1 = Inception(240, 176, 160)
        self.c2 = Inception(336, 176, 160)
        self.fc = nn.Linear(336, 10)

    def forward(self, x):
        for module in list(self.children())[:-1]:
            x = module(x)
        return self.fc(x.mean((2, 3)))


# ---- GoogLeNet (Szegedy et al., arXiv 1409.4842), as github.com/kuangliu/pytorch-cifar
# describes it in models/googlenet.py ----
def units(*widths_and_sizes):
    """A sequence of convolution with bias, batch norm and ReLU."""
    steps, c = [], widths_and_sizes[0]
    for k, size in widths_and_sizes[1:]:
        steps += [nn.Conv2d(c, k, size, padding=size // 2), nn.BatchNorm2d(k), nn.ReLU()]
        c = k
    return steps


class Branches(nn.Module):
    def __init__(self, c, k1, reduce3, k3, reduce5, k5, pool):
        super().__init__()
        self.b1 = nn.Sequential(*units(c, (k1, 1)))
        self.b2 = nn.Sequential(*units(c, (reduce3, 1), (k3, 3)))
        self.b3 = nn.Sequential(*units(c, (reduce5, 1), (k5, 3), (k5, 3)))
        self.b4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), *units(c, (pool, 1)))

    def forward(self, x):
        return torch.cat([self.b1(x), self.b2(x), self.b3(x), self.b4(x)], 1)


class GoogLeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.pre_layers = nn.Sequential(*units(3, (192, 3)))
        self.a3 = Branches(192, 64, 96, 128, 16, 32, 32)
        self.b3 = Branches(256, 128, 128, 192, 32, 96, 64)
        self.a4 = Branches(480, 192, 96, 208, 16, 48, 64)
        self.b4 = Branches(512, 160, 112, 224, 24, 64, 64)
        self.c4 = Branches(512, 128, 128, 256, 24, 64, 64)
        self.d4 = Branches(512, 112, 144, 288, 32, 64, 64)
        self.e4 = Branches(528, 256, 160, 320, 32, 128, 128)
        self.a5 = Branches(832, 256, 160, 320, 32, 128, 128)
        self.b5 = Branches(832, 384, 192, 384, 48, 128, 128)
        self.linear = nn.Linear(1024, 10)

    def forward(self, x):
        x = self.b3(self.a3(self.pre_layers(x)))
        x = F.max_pool2d(x, 3, 2, 1)
        x = self.e4(self.d4(self.c4(self.b4(self.a4(x)))))
        x = F.max_pool2d(x, 3, 2, 1)
        return self.linear(F.avg_pool2d(self.b5(self.a5(x)), 8).flatten(1))


# ---- Wide residual networks (Zagoruyko and Komodakis, arXiv 1605.07146): the residual
# network of depth 6n + 2 (He et al., arXiv 1512.03385), k times as wide ----
class Block(nn.Module):
    def __init__(self, c, k, stride, shortcuts):
        super().__init__()
        self.shortcuts = shortcuts
        self.conv1 = nn.Conv2d(c, k, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(k)
        self.conv2 = nn.Conv2d(k, k, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(k)
        if shortcuts and (stride != 1 or c != k):
            self.shortcut = nn.Sequential(nn.Conv2d(c, k, 1, stride, bias=False), nn.BatchNorm2d(k))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.shortcuts:
            y = y + (self.shortcut(x) if hasattr(self, 'shortcut') else x)
        return F.relu(y)


class Wide(nn.Module):
    def __init__(self, depth, k, shortcuts):
        super().__init__()
        n, c = (depth - 2) // 6, 16 * k
        self.conv1 = nn.Conv2d(3, c, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c)
        for stage in 1, 2, 3:
            blocks = []
            for i in range(n):
                width = 16 * k << stage - 1
                blocks.append(Block(c, width, 2 if stage > 1 and i == 0 else 1, shortcuts))
                c = width
            setattr(self, 'layer%d' % stage, nn.Sequential(*blocks))
        self.linear = nn.Linear(c, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def value(name, shape, u):
    """What tensor NAME becomes: weights of the size that keeps the signal's."""
    if name.endswith('running_var') or name.endswith('weight') and len(shape) == 1:
        return 0.5 + u
    if len(shape) == 1:
        return u - 0.5
    return (u - 0.5) * (24 / numpy.prod(shape[1:]))**0.5


os.chdir(os.path.dirname(os.path.abspath(__file__)))
images = torch.tensor(fill(0, 2 * 3 * 32 * 32).reshape(2, 3, 32, 32))
for name, net in (
        ('inception_small', InceptionSmall()), ('googlenet_cifar', GoogLeNet()),
        ('wrn20_2', Wide(20, 2, True)), ('wrn20_2_noshort', Wide(20, 2, False)),
        ('wrn20_4', Wide(20, 4, True)), ('wrn32_2', Wide(32, 2, True))):
    state = net.double().state_dict()
    for t, (key, tensor) in enumerate(state.items(), 1):
        if tensor.dim() > 0:
            shape = tuple(tensor.shape)
            tensor.copy_(torch.tensor(value(key, shape, fill(t, tensor.numel()).reshape(shape))))
    net.eval()
    with torch.no_grad():
        logits = net(images).numpy()
    print('{"%s", %d},' % (name, sum(p.numel() for p in net.parameters())))
    numpy.save(name + '.npy', logits.astype('<f4'))
    assert logits.std() > 0.01, 'the images make no difference'
