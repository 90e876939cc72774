#!/usr/bin/python3
"""Makes the checkpoints of this folder (needs torch and numpy)."""
import collections
import io
import os
import pickle
import zipfile

import numpy
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def state():
    """Every way a tensor can lie in its storage; values count from 0."""
    base = torch.arange(24, dtype=torch.float32)
    tied = torch.arange(4, dtype=torch.float32)
    return collections.OrderedDict([
        ('module.plain', torch.arange(24.0).reshape(2, 3, 4)),
        ('module.view', base[4:10].reshape(2, 3)),
        ('module.other_view', base[10:12]),
        ('module.transposed', base.reshape(4, 6).t()),
        ('module.expanded', torch.tensor([7.0]).expand(5)),
        ('module.scalar', torch.tensor(2.5)),
        ('module.empty', torch.zeros(0, 3)),
        ('module.tied_a', tied),
        ('module.tied_b', tied),
        ('module.f64', torch.arange(3, dtype=torch.float64) / 4),
        ('module.f16', torch.arange(3, dtype=torch.float16) / 4),
        ('module.bf16', torch.arange(3).to(torch.bfloat16) / 4),
        ('module.i64', torch.tensor(-12)),
        ('module.i32', torch.arange(-1, 2, dtype=torch.int32)),
        ('module.i16', torch.arange(-1, 2, dtype=torch.int16)),
        ('module.i8', torch.arange(-1, 2, dtype=torch.int8)),
        ('module.u8', torch.tensor([0, 255], dtype=torch.uint8)),
        ('module.bool', torch.tensor([True, False])),
        ('module.parameter', torch.nn.Parameter(torch.arange(2.0))),
    ])


def outer():
    return {
        'epoch': 7, 'acc': numpy.float64(93.66), 'best_prec1': torch.tensor(91.5),
        'arch': 'resnet20', 'optimizer': {'lr': 0.1}, 'state_dict': state(),
    }


torch.save(outer(), 'zip.pt')
torch.save(outer(), 'zip4.pt', pickle_protocol=4)
torch.save(outer(), 'legacy.pt', _use_new_zipfile_serialization=False)
torch.save(outer(), 'legacy4.pt', pickle_protocol=4,
           _use_new_zipfile_serialization=False)
plain = collections.OrderedDict(
    ('_orig_mod.module.' + k[7:], v) for k, v in state().items())
torch.save(plain, 'plain.pt')

# What must be refused.
torch.save(torch.nn.Linear(2, 2), 'module.pt')
torch.save(torch.nn.Linear(2, 2), 'module_legacy.pt',
           _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), 'script.pt')
with open('plain.pkl', 'wb') as f:
    pickle.dump({'a': numpy.zeros(2)}, f, 2)


def small(epoch, batches=True, classes=10, prefix=''):
    """The architecture `small` with values that count up by 1/1024."""
    shapes = [
        ('conv1.weight', (8, 1, 3, 3)), ('bn1', 8),
        ('conv2.weight', (16, 8, 3, 3)), ('conv2.bias', (16,)), ('bn2', 16),
        ('conv3.weight', (16, 16, 3, 3)), ('bn3', 16),
        ('fc.weight', (classes, 16)), ('fc.bias', (classes,)),
    ]
    d = collections.OrderedDict()
    for name, shape in shapes:
        if isinstance(shape, int):
            d[name + '.weight'] = torch.ones(shape)
            d[name + '.bias'] = torch.zeros(shape)
            d[name + '.running_mean'] = torch.zeros(shape)
            d[name + '.running_var'] = torch.ones(shape)
            if batches:
                d[name + '.num_batches_tracked'] = torch.tensor(epoch)
        else:
            n = int(numpy.prod(shape))
            d[name] = torch.arange(n).reshape(shape) / 1024
    return collections.OrderedDict((prefix + k, v) for k, v in d.items())


torch.save({'state_dict': small(2, prefix='module.'), 'epoch': 2,
            'acc': 12.5}, 'small_epoch2.pt')
torch.save({'net': small(10), 'epoch': 10}, 'small_epoch10.pt')
torch.save(small(0, batches=False, classes=7), 'small_7.pt')
wrong = small(0)
del wrong['conv1.weight'], wrong['bn1.bias']
wrong['extra'] = torch.zeros(1)
wrong['fc.weight'] = torch.zeros(10, 17)
torch.save(wrong, 'small_wrong.pt')
