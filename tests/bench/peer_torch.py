#!/usr/bin/python3
"""A contender of race.py: PyTorch, eager, evaluating or training.

	peer_torch.py ARCH eager|train DATA IMAGES THREADS BATCH

Each line on standard input asks for a round; the answer is its seconds
of the clock and of the processors.
"""
import re
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Pad(nn.Module):
    """The shortcut of option A: every second pixel, zeros for new channels."""

    def __init__(self, c, k):
        super().__init__()
        self.pad = (0, 0, 0, 0, (k - c) // 2, (k - c) // 2)

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], self.pad)


class Block(nn.Module):
    def __init__(self, c, k, stride, option='b'):
        super().__init__()
        self.conv1 = nn.Conv2d(c, k, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(k)
        self.conv2 = nn.Conv2d(k, k, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(k)
        self.shortcut = nn.Sequential()
        if option == 'a' and c != k:
            self.shortcut = Pad(c, k)
        elif stride != 1 or c != k:
            self.shortcut = nn.Sequential(
                nn.Conv2d(c, k, 1, stride, bias=False), nn.BatchNorm2d(k))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


def resnet(blocks, width, option='b'):
    layers = [nn.Conv2d(3, width, 3, 1, 1, bias=False),
              nn.BatchNorm2d(width), nn.ReLU()]
    c = width
    for stage, n in enumerate(blocks):
        for i in range(n):
            k = width << stage
            layers.append(Block(c, k, 2 if stage and not i else 1, option))
            c = k
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(c, 10))


def vgg9():
    layers, c = [], 3
    for k in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0):
        if k:
            layers += [nn.Conv2d(c, k, 3, 1, 1), nn.BatchNorm2d(k), nn.ReLU()]
            c = k
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(4096, 256),
                         nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, 10))


class Dense(nn.Module):
    def __init__(self, c, growth):
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(c), nn.ReLU(),
            nn.Conv2d(c, 4 * growth, 1, bias=False),
            nn.BatchNorm2d(4 * growth), nn.ReLU(),
            nn.Conv2d(4 * growth, growth, 3, 1, 1, bias=False))

    def forward(self, x):
        return torch.cat([self.body(x), x], 1)


def densenet(growth, blocks):
    c = 2 * growth
    layers = [nn.Conv2d(3, c, 3, 1, 1, bias=False)]
    for block, n in enumerate(blocks):
        for _ in range(n):
            layers.append(Dense(c, growth))
            c += growth
        if block < 3:
            layers += [nn.BatchNorm2d(c), nn.ReLU(),
                       nn.Conv2d(c, c // 2, 1, bias=False), nn.AvgPool2d(2)]
            c //= 2
    return nn.Sequential(*layers, nn.BatchNorm2d(c), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(c, 10))


def build(arch):
    torch.manual_seed(1)
    cifar = re.fullmatch(r'(?:resnet|wrn)(\d+)(?:_(\d))?(?:_a)?', arch)
    if arch == 'resnet18':
        net = resnet((2, 2, 2, 2), 64)
    elif cifar:
        n = (int(cifar[1]) - 2) // 6
        net = resnet((n, n, n), 16 * int(cifar[2] or 1),
                     'a' if arch.endswith('_a') else 'b')
    elif arch == 'vgg9':
        net = vgg9()
    elif arch == 'densenet_cifar':
        net = densenet(12, (6, 12, 24, 16))
    else:
        sys.exit(f'peer_torch: no network {arch}')
    return net.eval()


def images(path, n):
    mean = np.array([125.3, 123.0, 113.9], 'f4').reshape(1, 3, 1, 1)
    sd = np.array([63.0, 62.1, 66.7], 'f4').reshape(1, 3, 1, 1)
    rows = np.fromfile(path, 'u1').reshape(-1, 3073)
    rows = rows[np.arange(n) % len(rows), 1:].reshape(-1, 3, 32, 32)
    return torch.from_numpy((rows - mean) / sd)


def train(net, x, y, batch):
    """A round: steps of SGD over all images."""
    net.train()
    sgd = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9,
                          nesterov=True, weight_decay=5e-4)
    for _ in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        for i in range(0, len(x), batch):
            sgd.zero_grad()
            F.cross_entropy(net(x[i:i + batch]), y[i:i + batch]).backward()
            sgd.step()
        print(f'{time.perf_counter() - start:.6f}',
              f'{time.process_time() - cpu:.6f}', flush=True)


def main():
    arch, mode = sys.argv[1:3]
    net = build(arch)
    x = images(sys.argv[3], int(sys.argv[4]))
    torch.set_num_threads(int(sys.argv[5]))
    batch = int(sys.argv[6])
    y = torch.zeros(len(x), dtype=torch.long)
    if mode == 'train':
        train(net, x, y, batch)
        return
    with torch.no_grad():
        for _ in sys.stdin:
            start, cpu = time.perf_counter(), time.process_time()
            total = 0.0
            for i in range(0, len(x), batch):
                total += F.cross_entropy(net(x[i:i + batch]),
                                         y[i:i + batch],
                                         reduction='sum').item()
            print(f'{time.perf_counter() - start:.6f}',
                  f'{time.process_time() - cpu:.6f}', flush=True)


if __name__ == '__main__':
    main()
