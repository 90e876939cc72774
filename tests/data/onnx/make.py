#!/usr/bin/python3
"""Makes the ONNX files of this folder (PyTorch 1.13): networks in the forms that
torch.onnx.export gives them, three images and their logits."""
import os

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(0)


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(d, 3 * d)
        self.proj = nn.Linear(d, d)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        a = (q @ k.transpose(-2, -1) * 0.5).softmax(-1)
        return self.proj((a @ v).transpose(1, 2).reshape(b, n, d))


class Transformer(nn.Module):
    """Class token, position embedding, one block."""
    def __init__(self, d=8):
        super().__init__()
        self.patch = nn.Conv2d(2, d, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, d))
        self.position = nn.Parameter(torch.randn(1, 5, d))
        self.norm1 = nn.LayerNorm(d)
        self.attention = Attention(d, 2)
        self.norm2 = nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, 12), nn.GELU(), nn.Linear(12, d))
        self.head = nn.Linear(d, 5)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.position
        x = x + self.attention(self.norm1(x))
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])


class Encoder(nn.Module):
    """PyTorch's own layer: tokens in front of the batch, one Gemm for all."""
    def __init__(self, d=8):
        super().__init__()
        self.patch = nn.Conv2d(2, d, 4, 4)
        self.layer = nn.TransformerEncoderLayer(d, 2, 12, batch_first=True)
        self.head = nn.Linear(d, 5)

    def forward(self, x):
        return self.head(self.layer(self.patch(x).flatten(2).transpose(1, 2)).mean(1))


class Mixed(nn.Module):
    """Shuffled channels, squeeze and excitation, odd windows and paddings."""
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 8, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.depth = nn.Conv2d(4, 4, 3, 1, 1, groups=4, bias=False)
        self.bn2 = nn.BatchNorm2d(4)
        self.squeeze = nn.Conv2d(8, 2, 1)
        self.excite = nn.Conv2d(2, 8, 1)
        self.wide = nn.Conv2d(8, 4, (1, 5), padding=(0, 2))
        self.tall = nn.Conv2d(8, 4, (3, 1), padding=(2, 0), dilation=(2, 1))
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1, ceil_mode=True)
        a, b = x.chunk(2, 1)
        x = torch.cat([a, F.relu6(self.bn2(self.depth(F.hardswish(b))))], 1)
        n, c, h, w = x.shape
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)
        s = F.silu(self.squeeze(F.adaptive_avg_pool2d(x, 1)))
        x = x * F.hardsigmoid(self.excite(s))
        x = torch.cat([self.wide(x), F.avg_pool2d(self.tall(x), 3, 1, 1)], 1)
        x = F.elu(F.leaky_relu(F.pad(x, (1, 2, 0, 1)), 0.2))
        return F.log_softmax(self.fc(F.dropout(x.mean([2, 3]), 0.5, self.training)), 1)


x = torch.randn(3, 2, 8, 8)
numpy.save('input.npy', x.numpy())
for name, net in dict(transformer=Transformer(), encoder=Encoder(), mixed=Mixed()).items():
    for buffer in net.buffers():
        if buffer.is_floating_point():
            buffer.uniform_(0.5, 1.5)
    # The exporter makes one tensor of several that are equal.
    for parameter in net.parameters():
        if parameter.dim() == 1:
            nn.init.normal_(parameter, 1)
    net.eval()
    numpy.save(name + '.npy', net(x).detach().numpy())
    # The advised way with a batch of any size; the default way with one image.
    torch.onnx.export(
        net, x, name + '.onnx', opset_version=13, do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE, input_names=['input'],
        output_names=['logits'], dynamic_axes={'input': {0: 'n'}, 'logits': {0: 'n'}})
    torch.onnx.export(net, x[:1], name + '.fixed.onnx', opset_version=17)
    torch.save(net.state_dict(), name + '.pt')
