"""The network `small` and its loss on 48 images, for the torch-* of pipelines/."""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)


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


root = pathlib.Path(__file__).resolve().parent
images = np.load(root.parent / 'sets/fashion-48.npz')
x = (torch.from_numpy(images['x']).float() / 255 - 0.2860) / 0.3530
y = torch.from_numpy(images['y']).long()
module = Small()
module.load_state_dict(torch.load(root / 'fashion-small.pt')['state_dict'])


def loss(module):
    logits = module(x)
    right = (logits.argmax(1) == y).double().mean()
    return F.cross_entropy(logits, y), 100 * right
