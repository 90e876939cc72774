#!/usr/bin/python3
"""torchvision's classifiers as ONNX files, and what torch gives for two images.

    onnx_zoo.py                  the names
    onnx_zoo.py NAME FOLDER      zoo.onnx, zoo_images.npy, zoo_logits.npy

Weights are random, statistics and factors of batch norms as if they had been trained; images
are small to save time.  The export is torch's default, which fixes the batch, here at 1.
"""
import sys
import warnings

import numpy as np
import torch
import torchvision

SIZES = {'alexnet': 224, 'inception_v3': 80, 'googlenet': 64, 'densenet121': 64, 'swin_t': 64,  'vit_b_16': 32, 'vgg11': 224, 'vgg13_bn': 224, 'squeezenet1_0': 64, 'squeezenet1_1': 64}
NAMES = ('alexnet vgg11 vgg13_bn resnet18 resnet34 resnet50 resnext50_32x4d wide_resnet50_2 densenet121 squeezenet1_0 squeezenet1_1 '
         'mobilenet_v2 mobilenet_v3_small mobilenet_v3_large mnasnet0_5 mnasnet1_0 shufflenet_v2_x0_5 shufflenet_v2_x1_0 '
         'efficientnet_b0 efficientnet_v2_s regnet_x_400mf regnet_y_400mf convnext_tiny swin_t vit_b_16 inception_v3 googlenet').split()


def train(module):
    """Numbers as training leaves them, in what starts with zeros and ones."""
    for m in module.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(m.weight, 0.6, 1.4)
            torch.nn.init.normal_(m.bias, 0, 0.1)
            m.running_mean.normal_(0, 0.1)
            m.running_var.uniform_(0.5, 1.5)
    for name, p in module.named_parameters():
        if name.endswith('layer_scale'):
            torch.nn.init.uniform_(p, 0.3, 1)
        elif p.ndim == 1 and float(p.detach().abs().max()) == 0 or name.endswith(('class_token', 'heads.head.weight')):
            torch.nn.init.normal_(p, 0, 0.05)


def main():
    if len(sys.argv) == 1:
        print(*NAMES)
        return
    name, folder = sys.argv[1:3]
    warnings.simplefilter('ignore')
    torch.manual_seed(1)
    torch.set_num_threads(1)
    size = SIZES.get(name, 48)
    more = {'image_size': size} if name == 'vit_b_16' else {}
    if name in ('inception_v3', 'googlenet'):
        more = {'aux_logits': False, 'init_weights': False}
    net = getattr(torchvision.models, name)(num_classes=10, **more)
    train(net)
    net.eval()
    images = torch.rand(2, 3, size, size)
    with torch.no_grad():
        logits = torch.cat([net(images[:1]), net(images[1:])])
        # in one piece, attention is an operator that torch 1.13 does not export
        mode = 'TRAINING' if name.startswith('vit') else 'EVAL'
        torch.onnx.export(net, images[:1], folder + '/zoo.onnx', opset_version=14, training=getattr(torch.onnx.TrainingMode, mode))
    np.save(folder + '/zoo_images.npy', images.numpy())
    np.save(folder + '/zoo_logits.npy', logits.numpy())


main()
