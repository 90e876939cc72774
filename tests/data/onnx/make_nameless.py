#!/usr/bin/python3
"""Makes nameless.onnx: ../nets/fashion-small.pt as an exporter writes it that
keeps the batch norms and loses all names (PyTorch 1.13)."""
import io
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

os.chdir(os.path.dirname(os.path.abspath(__file__)))


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
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


net = Small()
net.load_state_dict(torch.load('../nets/fashion-small.pt')['state_dict'])
net.eval()
with io.BytesIO() as f:
    torch.onnx.export(net, torch.zeros(1, 1, 28, 28), f, opset_version=13,
                      do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE)
    data = f.getvalue()
# Digits of the same length; what is left of a node's name stands for no module.
names = sorted(net.state_dict(), key=len, reverse=True)
for i, name in enumerate(names):
    data = data.replace(name.encode(), b'%0*d' % (len(name), i))
for i, module in enumerate(['conv1', 'conv2', 'conv3', 'bn1', 'bn2', 'bn3', 'fc']):
    data = data.replace(b'/' + module.encode() + b'/',
                        b'-%d' % i + b'-' * len(module))
with open('nameless.onnx', 'wb') as f:
    f.write(data)
