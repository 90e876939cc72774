#!/usr/bin/python3
"""PyTorch as an engine of peer.py, and as a contender of race.py that trains or differentiates.

    peer_torch.py eager|compiled MODEL.onnx IMAGES.bin N THREADS          steps of training
    peer_torch.py func|double MODEL.onnx IMAGES.bin N THREADS TENSOR...   products with the Hessian

The first line says the batch; then each line on standard input asks for a round; the answer is
its seconds of the clock and of the processors, and the mean loss (class 0 is right everywhere)
or the length of the product (with the labels of the images), in which the vector is 0, 1, ... 6, 0, ... less 3
in each tensor named.  func is torch.func's derivative along the vector of the gradient, double the
gradient of the gradient's product with the vector, all that there is before torch 2.
"""
import json
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

BATCH = 128


class Network(torch.nn.Module):
    """The nodes of a file, one after the other."""

    def __init__(self, path):
        super().__init__()
        archive = np.load(path + '.npz')
        self.nodes = json.loads(bytes(archive['graph.json']))
        self.sizes = {}
        state = {name for op, names, _, _ in self.nodes if op == 'BatchNormalization' for name in names[3:]}
        for name in archive.files:
            array = archive[name]
            if array.dtype == np.int64:
                self.sizes[name] = [int(v) for v in np.atleast_1d(array)]
            elif name in state or array.ndim == 0:
                self.register_buffer(name, torch.from_numpy(array.copy()))
            elif name != 'graph.json':
                self.register_parameter(name, torch.nn.Parameter(torch.from_numpy(array.copy())))

    def forward(self, x):
        v = {**dict(self.named_parameters()), **dict(self.named_buffers()), 'x': x}
        for op, names, out, a in self.nodes:
            t = [v[n] for n in names if n in v]
            v[out] = self.node(op, t, a, self.sizes.get(names[-1]))
        return v[out]

    def node(self, op, t, a, size):
        if op == 'Conv':
            return F.conv2d(t[0], t[1], t[2] if len(t) > 2 else None, a['strides'], a.get('pads', [0, 0])[:2], 1, a.get('group', 1))
        if op == 'BatchNormalization':
            return F.batch_norm(t[0], t[3], t[4], t[1], t[2], self.training)
        if op in ('MaxPool', 'AveragePool'):
            return (F.max_pool2d if op == 'MaxPool' else F.avg_pool2d)(t[0], a['kernel_shape'], a['strides'])
        if op == 'LayerNormalization':
            return F.layer_norm(t[0], t[1].shape, t[1], t[2])
        if op == 'Reshape':
            return t[0].reshape(len(t[0]), *size[1:])
        return {'Relu': lambda: F.relu(t[0]), 'Add': lambda: t[0] + t[1], 'Mul': lambda: t[0] * t[1],
                'Gemm': lambda: F.linear(t[0], t[1], t[2]), 'MatMul': lambda: t[0] @ t[1],
                'Flatten': lambda: t[0].flatten(1), 'Concat': lambda: torch.cat(t, 1),
                'GlobalAveragePool': lambda: t[0].mean((2, 3), keepdim=True), 'Clip': lambda: t[0].clamp(0, 6),
                'Erf': lambda: torch.erf(t[0]), 'Softmax': lambda: F.softmax(t[0], -1),
                'Transpose': lambda: t[0].permute(a['perm']), 'ReduceMean': lambda: t[0].mean(a['axes']),
                'Gather': lambda: F.embedding(t[1] if t[0].is_floating_point() else t[0], t[0] if t[0].is_floating_point() else t[1])}[op]()


class Torch:
    """Evaluation, as peer.py wants it."""

    def __init__(self, path, threads, compiled=False):
        torch.set_num_threads(threads)
        self.net = Network(path).eval()
        self.weights = [p.detach().clone() for p in self.values()]
        self.compiled = compiled
        self.call = self.compile() if compiled else self.net

    def values(self):
        return [*self.net.parameters(), *self.net.buffers()]

    def compile(self):
        from torch._inductor import config
        config.freezing = True  # weights are constants, packed when it is compiled
        return torch.compile(self.net, dynamic=False)

    def point(self):
        with torch.no_grad():
            for value, weights in zip(self.values(), self.weights):
                value.copy_(weights)
        if self.compiled:  # what is frozen is compiled anew
            torch._dynamo.reset()
            self.call = self.compile()

    def run(self, x):
        x = torch.from_numpy(x)
        if x.dim() == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            return self.call(x).numpy()


def images(path, n):
    """As throughput and products normalise those of a CIFAR-10 file; and labels."""
    mean = np.array([125.3, 123.0, 113.9], 'f4').reshape(1, 3, 1, 1)
    sd = np.array([63.0, 62.1, 66.7], 'f4').reshape(1, 3, 1, 1)
    rows = np.fromfile(path, 'u1').reshape(-1, 3073)
    rows = rows[np.arange(n) % len(rows)]
    return torch.from_numpy((rows[:, 1:].reshape(-1, 3, 32, 32) - mean) / sd), torch.from_numpy(rows[:, 0].astype('i8'))


def trainer(net, x, compiled):
    """Steps of SGD over all images, and their mean loss."""
    net.train()
    call = torch.compile(net, dynamic=False) if compiled else net
    sgd = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, nesterov=True, weight_decay=5e-4)
    y = torch.zeros(len(x), dtype=torch.long)

    def run():
        losses = []
        for i in range(0, len(x), BATCH):
            sgd.zero_grad()
            loss = F.cross_entropy(call(x[i:i + BATCH]), y[i:i + BATCH])
            loss.backward()
            sgd.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)
    return run


def products(net, x, y, names, func):
    """Products with the Hessian of the mean loss, and their length."""
    p = {name: value.detach() for name, value in net.named_parameters() if name in names}
    v = {name: (torch.arange(value.numel()) % 7 - 3).to(torch.float32).reshape(value.shape) for name, value in p.items()}

    def loss(p, i):
        return F.cross_entropy(torch.func.functional_call(net, p, (x[i:i + BATCH],)), y[i:i + BATCH])

    def forward_over_reverse(i):
        return torch.func.jvp(lambda p: torch.func.grad(loss)(p, i), (p,), (v,))[1].values()

    def double_backward(i):
        weights = [value for name, value in net.named_parameters() if name in names]
        gradient = torch.autograd.grad(F.cross_entropy(net(x[i:i + BATCH]), y[i:i + BATCH]), weights, create_graph=True)
        return torch.autograd.grad(sum((g * d).sum() for g, d in zip(gradient, v.values())), weights)

    def run():
        total = None
        for i in range(0, len(x), BATCH):
            share = min(BATCH, len(x) - i) / len(x)
            parts = [share * h.double() for h in (forward_over_reverse if func else double_backward)(i)]
            total = [a + b for a, b in zip(total, parts)] if total else parts
        return sum((h ** 2).sum().item() for h in total) ** 0.5
    return run


def main():
    what, path, data, n, threads, *names = sys.argv[1:]
    torch.set_num_threads(int(threads))
    net = Network(path).eval()
    x, y = images(data, int(n))
    if what in ('func', 'double'):
        run = products(net, x, y, set(names), what == 'func')
    else:
        run = trainer(net, x, what == 'compiled')
    print(f'b{BATCH}', flush=True)
    for _ in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        found = run()
        print('%.6f %.6f %.9g' % (time.perf_counter() - start, time.process_time() - cpu, found), flush=True)


if __name__ == '__main__':
    main()
