#!/usr/bin/python3
"""Makes the network of tokens of this folder, and what PyTorch says of it (needs torch, numpy).

A causal language model of two layers with a tied embedding and random weights, sequences of
random tokens: lm.onnx, lm.pt, lm.npz (x: N T, y: N T), lm.txt (name and values, a line each).
positions.onnx, positions.pt: its positions are rows of a longer table, which learns, too.
"""
import os

import numpy
import torch
from torch import nn

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(3)
VOCABULARY, LENGTH, WIDTH, HEADS, N = 13, 6, 8, 2, 24


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.o = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.f1, self.f2 = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x, mask):
        def heads(z):
            return z.reshape(-1, LENGTH, HEADS, WIDTH // HEADS).transpose(1, 2)
        q, k, v = map(heads, self.qkv(self.n1(x)).chunk(3, -1))
        a = torch.softmax(q @ k.transpose(-2, -1) * (WIDTH // HEADS) ** -0.5 + mask, -1) @ v
        x = x + self.o(a.transpose(1, 2).reshape(-1, LENGTH, WIDTH))
        return x + self.f2(nn.functional.gelu(self.f1(self.n2(x))))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        self.pos = nn.Parameter(torch.randn(1, LENGTH, WIDTH) * 0.5)
        self.register_buffer('mask', torch.full((LENGTH, LENGTH), -1e9).triu(1))
        self.blocks = nn.ModuleList([Block(), Block()])
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, tokens):
        x = self.embed(tokens) + self.pos
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


class Positions(Model):
    def __init__(self):
        super().__init__()
        self.wpe = nn.Embedding(LENGTH + 3, WIDTH)

    def forward(self, tokens):
        x = self.embed(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


def loss_of(model, x, y):
    return nn.functional.cross_entropy(model(x).reshape(-1, VOCABULARY), y.reshape(-1))


def hessian(model, x, y):
    moving = [p for p in model.parameters() if p.dim() > 1]
    grads = torch.autograd.grad(loss_of(model, x, y), moving, create_graph=True)
    flat = torch.cat([g.reshape(-1) for g in grads])
    rows = [torch.cat([r.reshape(-1) for r in torch.autograd.grad(g, moving, retain_graph=True)])
            for g in flat]
    return numpy.linalg.eigvalsh(torch.stack(rows).numpy())


model = Model()
with torch.no_grad():  # the exporter makes one tensor of equal ones
    for p in model.parameters():
        if p.dim() == 1:
            p += 0.2 * torch.randn(p.shape)
x = torch.randint(0, VOCABULARY, (N, LENGTH))
y = torch.cat([x[:, 1:], torch.randint(0, VOCABULARY, (N, 1))], 1)
numpy.savez('lm.npz', x=x.numpy().astype('int32'), y=y.numpy())
torch.save(model.state_dict(), 'lm.pt')
torch.onnx.export(model, x[:1], 'lm.onnx', opset_version=13, input_names=['tokens'],
                  output_names=['logits'], dynamic_axes={'tokens': {0: 'N'}},
                  do_constant_folding=False)
text = {}
double = Model().double()
double.load_state_dict(model.state_dict())
text['loss'] = [loss_of(double, x, y).item()]
text['accuracy'] = [100 * (double(x).argmax(-1) == y).double().mean().item()]
eigen = hessian(double, x, y)
text['top'], text['bottom'] = eigen[:-3:-1], eigen[:2]
optimiser = torch.optim.SGD(double.parameters(), lr=0.1, momentum=0.9)
text['sgd'] = []
for first in range(0, N, 8):
    loss = loss_of(double, x[first:first + 8], y[first:first + 8])
    text['sgd'].append(loss.item())
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
positions = Positions()
positions.load_state_dict(model.state_dict(), strict=False)
del positions.pos
torch.save(positions.state_dict(), 'positions.pt')
torch.onnx.export(positions, x[:1], 'positions.onnx', opset_version=13, input_names=['tokens'],
                  output_names=['logits'], dynamic_axes={'tokens': {0: 'N'}},
                  do_constant_folding=False)
moving = positions.double()
optimiser = torch.optim.SGD(moving.parameters(), lr=0.1, momentum=0.9)
text['positions'] = []
for first in range(0, N, 8):
    loss = loss_of(moving, x[first:first + 8], y[first:first + 8])
    text['positions'].append(loss.item())
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
with open('lm.txt', 'w') as f:
    for name, values in text.items():
        print(name, *('%.9g' % v for v in values), file=f)
