#!/usr/bin/python3
"""Filter normalisation, the reference: reference.py MODEL RAW.npz OUT.npz

Each filter of the direction becomes as long as that filter of the network; biases and
batch norms stay where they are (Li et al., arXiv 1712.09913, section 4)."""
import json
import sys
import numpy as np


def load(path):
    """The arrays of a network, and the axis of the filters of those where it is not 0."""
    if path.endswith('.npz'):
        return dict(np.load(path)), {}
    if path.endswith('.pt'):
        import torch
        return {k: v.numpy() for k, v in torch.load(path).items()}, {}
    if path.endswith('.onnx'):
        import onnx.numpy_helper
        graph = onnx.load(path).graph
        last = {n.input[1]: 1 for n in graph.node if n.op_type == 'MatMul'}  # x W: outputs are columns
        return {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}, last
    data = open(path, 'rb').read()
    n = int.from_bytes(data[:8], 'little')
    return {k: np.frombuffer(data[8 + n:][slice(*t['data_offsets'])], {'F32': '<f4', 'I64': '<i8'}[t['dtype']])
            .reshape(t['shape']) for k, t in json.loads(data[8:8 + n]).items()}, {}


def filter_normalise(w, d, axis):
    out = 0 * d
    for i in range(w.shape[axis] if w.ndim > 1 else 0):
        at = (slice(None),) * axis + (i,)
        out[at] = d[at] * np.linalg.norm(w[at].astype(float)) / (np.linalg.norm(d[at].astype(float)) + 1e-10)
    return out


weights, axes = load(sys.argv[1])
raw = dict(np.load(sys.argv[2]))
np.savez(sys.argv[3], **{k: filter_normalise(weights[k], d, axes.get(k, 0)) for k, d in raw.items()})
