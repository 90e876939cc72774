#!/usr/bin/python3
"""Makes the weight files of this folder: safetensors, npz, archives without CRC.

They hold what ../torch/make.py put into its files (needs torch and numpy).
"""
import json
import os
import struct
import sys

import numpy
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))

NAMES = {torch.float64: 'F64', torch.float32: 'F32', torch.float16: 'F16',
         torch.bfloat16: 'BF16', torch.int64: 'I64', torch.int32: 'I32',
         torch.int16: 'I16', torch.int8: 'I8', torch.uint8: 'U8', torch.bool: 'BOOL'}


def raw(tensor):
    tensor = tensor.detach().contiguous()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)
    return tensor.numpy().tobytes()


def safetensors(name, tensors, metadata=None):
    """As the library writes them: data in the order of alignment, then name."""
    header, data = {}, b''
    if metadata:
        header['__metadata__'] = metadata
    for key in sorted(tensors, key=lambda k: (-tensors[k].element_size(), k)):
        part = raw(tensors[key])
        header[key] = {'dtype': NAMES[tensors[key].dtype],
                       'shape': list(tensors[key].shape),
                       'data_offsets': [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(name, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + data)


def arrays(tensors):
    return {k: (v.float() if v.dtype == torch.bfloat16 else v).detach().numpy()
            for k, v in tensors.items()}


def without_crc(name, source):
    """Every CRC of the archive is 0, as torch leaves it on demand."""
    data = bytearray(open(source, 'rb').read())
    at = data.find(b'PK\1\2')
    while at >= 0:
        data[at + 16:at + 20] = bytes(4)
        at = data.find(b'PK\1\2', at + 1)
    with open(name, 'wb') as f:
        f.write(data)


types = torch.load('../torch/zip.pt')['state_dict']
small = torch.load('../torch/small_epoch2.pt')
small['state_dict'] = {k[7:]: v for k, v in small['state_dict'].items()}

safetensors('types.safetensors', types,
            {'epoch': '7', 'acc': '93.66', 'best_prec1': '91.5', 'arch': 'resnet20'})
fortran = arrays(types)
fortran['module.plain'] = numpy.asfortranarray(fortran['module.plain'])
numpy.savez_compressed('types.npz', epoch=7, acc=93.66, best_prec1=numpy.float32(91.5),
                       **fortran)
safetensors('small.safetensors', small['state_dict'], {'epoch': '2', 'acc': '12.5'})
numpy.savez('small.npz', epoch=2, acc=12.5, **arrays(small['state_dict']))
mixed = torch.load('../onnx/mixed.pt')
safetensors('mixed.safetensors', mixed.get('state_dict', mixed))
without_crc('small_no_crc.pt', '../torch/small_epoch2.pt')
