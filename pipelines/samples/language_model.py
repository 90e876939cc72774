"""A language model of two layers, for the torch-* stages.

    torch-model language_model.py | dirgen -s 7 | fnorm |
        evalgrid --exec 'torch-loss language_model.py' --x=-1:1:15 --y=-1:1:15 -o lm.ll
    contour lm.ll > lm.svg

It learns the letters of the text of its own licence, in some seconds, when it is used
first; language_model.pt keeps the weights. The embedding is also the last layer (tied
weights): it is one tensor, and moves as one.
"""
import math
import os

import torch
import torch.nn.functional as F
from torch import nn

TEXT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this
software and associated documentation files (the "Software"), to deal in the Software without
restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions: The above copyright notice
and this permission notice shall be included in all copies or substantial portions of the
Software."""
LENGTH, WIDTH = 32, 32
KEPT = 'language_model.pt'

letters = sorted(set(TEXT))
tokens = torch.tensor([letters.index(c) for c in TEXT])
# every window of the text: what it says, and what comes next
windows = tokens.unfold(0, LENGTH + 1, 8)
x, y = windows[:, :-1], windows[:, 1:]


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.register_buffer('past', torch.ones(LENGTH, LENGTH).tril().bool(), persistent=False)

    def forward(self, h):
        q, k, v = self.qkv(self.norm1(h)).chunk(3, -1)
        seen = (q @ k.transpose(1, 2) / math.sqrt(WIDTH)).masked_fill(~self.past, -1e9)
        h = h + self.out(seen.softmax(-1) @ v)
        return h + self.down(F.gelu(self.up(self.norm2(h))))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(len(letters), WIDTH)
        self.place = nn.Embedding(LENGTH, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(2))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, len(letters), bias=False)
        self.head.weight = self.embed.weight
        nn.init.normal_(self.embed.weight, std=0.1)

    def forward(self, x):
        h = self.embed(x) + self.place(torch.arange(LENGTH, device=x.device))
        for layer in self.layers:
            h = layer(h)
        return self.head(self.norm(h))


def loss(module):
    z = module(x)
    right = (z.argmax(-1) == y).double().mean()
    return F.cross_entropy(z.flatten(0, 1), y.flatten()), 100 * right


torch.manual_seed(0)
module = Model()
if os.path.exists(KEPT):
    module.load_state_dict(torch.load(KEPT))
else:
    adam = torch.optim.AdamW(module.parameters(), 3e-3)
    for step in range(150):
        adam.zero_grad()
        loss(module)[0].backward()
        adam.step()
    torch.save(module.state_dict(), KEPT)
