#!/usr/bin/python3
"""Hessian-vector products: ours beside PyTorch's double backward.

	curvature.py --build DIR --data FILE [--arch A] [--images N]
	             [--threads N] [--rounds N]

Rounds are interleaved; images/s are medians, of the clock and of the
processors (the machine may be shared).
"""
import argparse
import statistics
import subprocess
import time

import machine

try:
    import numpy as np
    import torch
    from torch.nn import functional as F

    from peer_torch import build
except ImportError as error:
    raise SystemExit(f'curvature.py: {error}: apt-get install python3-torch python3-numpy')

parser = argparse.ArgumentParser()
parser.add_argument('--build', default='build')
parser.add_argument('--data', help='images in CIFAR-10\'s form (random ones)')
parser.add_argument('--arch', default='resnet20')
parser.add_argument('--images', type=int, default=128)
parser.add_argument('--threads', type=int, default=2)
parser.add_argument('--rounds', type=int, default=5)
args = parser.parse_args()
args.data = machine.images(args.data, args.build)

torch.set_num_threads(args.threads)
net = build(args.arch)
raw = np.fromfile(args.data, np.uint8).reshape(-1, 3073)[:args.images]
x = torch.tensor(raw[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255)
x = (x - 0.48) / 0.25
y = torch.tensor(raw[:, 0].astype(np.int64))
params = [p for p in net.parameters() if p.dim() >= 2]
v = [torch.randn_like(p) for p in params]


def product():
    """As the reference tool: gradient with its graph, then backward of g.v."""
    start = time.perf_counter(), time.process_time()
    for i in range(0, args.images, 128):
        loss = F.cross_entropy(net(x[i:i + 128]), y[i:i + 128])
        grads = torch.autograd.grad(loss, params, create_graph=True)
        torch.autograd.grad(sum((g * d).sum() for g, d in zip(grads, v)),
                            params)
    return time.perf_counter() - start[0], time.process_time() - start[1]


ours = subprocess.Popen(
    [f'{args.build}/bench/products', args.arch, args.data, str(args.images),
     str(args.threads)],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask():
    ours.stdin.write('\n')
    ours.stdin.flush()
    return tuple(map(float, ours.stdout.readline().split()))


ask()
product()
pairs = [(ask(), product()) for _ in range(args.rounds)]
for k, what in enumerate(('clock', 'processor')):
    a, b = (statistics.median(args.images / p[i][k] for p in pairs)
            for i in (0, 1))
    ratio = statistics.median(p[1][k] / p[0][k] for p in pairs)
    print(f'{args.arch} {args.threads} threads, {what}: '
          f'{a:.0f} images/s, PyTorch {b:.0f}, {ratio:.2f}x')
