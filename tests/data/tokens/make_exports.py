#!/usr/bin/env python3
"""Attention as both exporters of a current PyTorch write it (needs torch 2.x and onnxscript).

Models of one layer with random weights, on the tokens of lm.npz: KIND.ts.onnx is made by the
TorchScript exporter, KIND.dyn.onnx by that of torch.export; exports.txt: KIND and loss.
sdpa: scaled_dot_product_attention with is_causal; nano: masked_fill by a triangle that the module
holds; triu: a mask that forward makes.
"""
import os

import numpy
import torch
from torch import nn
from torch.nn import functional

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(4)
VOCABULARY, LENGTH, WIDTH, HEADS = 13, 6, 8, 2


class Attention(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind, self.qkv, self.o = kind, nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.register_buffer('triangle', torch.tril(torch.ones(1, 1, LENGTH, LENGTH)))

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (z.view(b, t, HEADS, c // HEADS).transpose(1, 2) for z in self.qkv(x).split(c, dim=2))
        if self.kind == 'sdpa':
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            a = q @ k.transpose(-2, -1) * (c // HEADS) ** -0.5
            if self.kind == 'nano':
                a = a.masked_fill(self.triangle[:, :, :t, :t] == 0, float('-inf'))
            else:
                a = a + torch.triu(torch.full((t, t), float('-inf')), 1)
            y = torch.softmax(a, -1) @ v
        return self.o(y.transpose(1, 2).contiguous().view(b, t, c))


class Model(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.norm, self.attention = nn.LayerNorm(WIDTH), Attention(kind)
        self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        return self.head(x + self.attention(self.norm(x)))


with numpy.load('lm.npz') as f:
    x, y = torch.tensor(f['x']).long(), torch.tensor(f['y'])
names = {'input_names': ['tokens'], 'output_names': ['logits']}
with open('exports.txt', 'w') as text:
    for kind in ('sdpa', 'nano', 'triu'):
        model = Model(kind).eval()
        with torch.no_grad():
            for p in model.parameters():  # the exporter makes one tensor of equal ones
                p += 0.1 * torch.randn(p.shape)
            torch.onnx.export(model, x[:1], kind + '.ts.onnx', opset_version=17, dynamo=False,
                              dynamic_axes={'tokens': {0: 'n'}}, **names)
            torch.onnx.export(model, (x[:2],), kind + '.dyn.onnx', dynamo=True, external_data=False,
                              dynamic_shapes=({0: torch.export.Dim('n')},), **names)
            logits = model.double()(x)
        loss = functional.cross_entropy(logits.reshape(-1, VOCABULARY), y.reshape(-1))
        print(kind, '%.9g' % loss.item(), file=text)
