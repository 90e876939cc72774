#!/usr/bin/python3
"""Trains the network `small` on Fashion-MNIST and writes fashion-small.pt.

Needs python3-torch and dataset-fashion-mnist; run only to renew the file.
The architecture is lib/net's zoo_small.
"""
import gzip
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

D = "/usr/share/datasets/fashion-mnist/"


def idx(name, header):
    with gzip.open(D + name) as f:
        return np.frombuffer(f.read(), np.uint8, offset=header)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.bn2 = nn.BatchNorm2d(16)
        self.conv3 = nn.Conv2d(16, 16, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(16)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.relu(self.bn2(self.conv2(x)))
        x = F.relu(self.bn3(self.conv3(x)) + x)
        return self.fc(x.mean((2, 3)))


def load(part):
    x = idx(part + "-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    y = idx(part + "-labels-idx1-ubyte.gz", 8)
    x = (torch.tensor(x).float() / 255 - 0.2860) / 0.3530
    return x, torch.tensor(y).long()


def accuracy(net, x, y):
    net.eval()
    with torch.no_grad():
        hits = [(net(x[i:i + 1000]).argmax(1) == y[i:i + 1000]).sum()
                for i in range(0, len(x), 1000)]
    net.train()
    return 100.0 * float(sum(hits)) / len(x)


torch.manual_seed(1)
net = Small()
x, y = load("train")
tx, ty = load("t10k")
epochs = 6
opt = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9, nesterov=True,
                      weight_decay=5e-4)
steps = epochs * (len(x) // 128)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, steps)
for epoch in range(epochs):
    order = torch.randperm(len(x))
    for i in range(0, len(x) - 127, 128):
        b = order[i:i + 128]
        loss = F.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    acc = accuracy(net, tx, ty)
    print(epoch + 1, float(loss), acc, flush=True)
torch.save({"state_dict": net.state_dict(), "epoch": epochs, "acc": acc},
           "fashion-small.pt")
