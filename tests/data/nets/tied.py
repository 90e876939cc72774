"""A network of tied weights for the torch-* of pipelines/; TIED says how they are tied."""
import os

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(3)
how = os.environ.get('TIED', 'same')


class Tied(nn.Module):
    """Tokens in, tokens out, by one table."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 4)
        self.norm = nn.BatchNorm1d(4)
        self.mid = nn.Linear(4, 4)
        self.last = self.norm if how == 'module' else nn.BatchNorm1d(4)
        self.head = nn.Linear(4, 7, bias=False)
        table = self.embed.weight
        if how == 'same':
            self.head.weight = table
        elif how == 'memory':  # two parameters on one memory
            self.head.weight = nn.Parameter(table.detach())
        elif how == 'transposed':
            self.head.weight = nn.Parameter(table.detach().t())
        elif how == 'part':
            self.mid.weight = nn.Parameter(table.detach()[3:])
        elif how == 'flat':  # one memory for two tensors that do not meet
            flat = torch.randn(56)
            self.embed.weight = nn.Parameter(flat[:28].view(7, 4))
            self.head.weight = nn.Parameter(flat[28:].view(7, 4))
        elif how == 'woven':
            flat = torch.randn(14, 4)
            self.embed.weight = nn.Parameter(flat[::2])
            self.head.weight = nn.Parameter(flat[1::2])

    def forward(self, x):
        x = torch.tanh(self.last(self.mid(self.norm(self.embed(x)))))
        return x @ self.head.weight if how == 'transposed' else self.head(x)


tokens = torch.arange(21) * 5 % 7
module = Tied()


def loss(module):
    return F.cross_entropy(module(tokens), (tokens + 2) % 7)
