"""oneDNN as an engine of peer.py: networks of convolutions and linear layers, what
follows them fused, by the library of onednn/onednn.c."""
import ctypes
import json
import os
import sys

import numpy as np

BUILD = os.environ.get('BUILD', 'build')
KNOWN = {'Conv', 'Gemm', 'BatchNormalization', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'Concat', 'Flatten', 'Add', 'Relu', 'Clip'}


def library():
    path = os.path.abspath(f'{BUILD}/bench/onednn.so')
    if not os.path.exists(path):
        raise ImportError(f'{path} is not built: apt-get install libdnnl-dev')
    lib = ctypes.CDLL(path)
    lib.onednn_new.restype = ctypes.c_void_p
    return lib


def version():
    lib = library()
    lib.dnnl_version.restype = ctypes.POINTER(ctypes.c_int * 3)
    return '.'.join(map(str, lib.dnnl_version().contents))


def fused(nodes):
    """Steps: (node, batch norm folded into it, value added, where ReLU ends, output).

    A value is added in place, so that nothing else may read it afterwards."""
    readers, known, done, steps = {}, {'x'}, set(), []
    for i, (_, names, _, _) in enumerate(nodes):
        for name in names:
            readers.setdefault(name, []).append(i)
    for i, node in enumerate(nodes):
        if i in done:
            continue
        norm, add, limit, out = None, None, -1.0, node[2]

        def then(*ops):
            """The only reader of the output, if it is one of these."""
            found = readers.get(out, ())
            return found[0] if len(found) == 1 and nodes[found[0]][0] in ops else None

        if node[0] == 'Conv':
            j = then('BatchNormalization')
            if j is not None:
                done.add(j)
                norm, out = nodes[j], nodes[j][2]
            j = then('Add')
            if j is not None:
                other = next(name for name in nodes[j][1] if name != out)
                if other in known and all(r == j or r < i for r in readers[other]):
                    done.add(j)
                    add, out = other, nodes[j][2]
        if node[0] in ('Conv', 'Gemm', 'BatchNormalization'):
            j = then('Relu') if node[0] == 'BatchNormalization' else then('Relu', 'Clip')
            if j is not None:
                done.add(j)
                limit, out = 6.0 if nodes[j][0] == 'Clip' else 0.0, nodes[j][2]
        steps.append((node, norm, add, limit, out))
        known.add(out)
    return steps


class OneDnn:
    def __init__(self, path, threads):
        os.environ['OMP_NUM_THREADS'] = str(threads)  # read when the library is loaded
        self.lib = library()
        archive = np.load(path + '.npz')
        nodes = json.loads(bytes(archive['graph.json']))
        unknown = {node[0] for node in nodes} - KNOWN
        if unknown:
            sys.exit(f'onednn.c has no {", ".join(sorted(unknown))}')
        self.steps = fused(nodes)
        self.tensors = {name: archive[name] for name in archive.files}
        self.nets = {}  # by the batch

    def weights(self):
        """The arrays of each step that has some, batch norms folded."""
        for (op, names, _, _), norm, _, _, _ in self.steps:
            t = [self.tensors.get(name) for name in names]
            if op == 'BatchNormalization' or op == 'Gemm':
                yield t[1:]
            elif op == 'Conv':
                bias = t[2] if len(t) > 2 else np.zeros(len(t[1]), np.float32)
                if norm:
                    scale, shift, mean, var = (self.tensors[name] for name in norm[1][1:])
                    scale = scale / np.sqrt(var + np.float32(1e-5))
                    t[1], bias = t[1] * scale[:, None, None, None], shift + (bias - mean) * scale
                yield t[1], bias

    def fill(self, net):
        for i, arrays in enumerate(self.weights()):
            arrays = [np.ascontiguousarray(a, np.float32) for a in arrays]
            self.lib.onednn_weights(ctypes.c_void_p(net), i, (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays)))

    def step(self, net, value, node, add, limit):
        op, names, _, a = node
        x, lib, limit = value[names[0]], self.lib, ctypes.c_float(limit)
        if op == 'Conv':
            group, (k, c, h, w) = a.get('group', 1), self.tensors[names[1]].shape
            shape = (ctypes.c_int64 * 5)(group, k // group, c, h, w)
            return lib.onednn_conv(net, x, shape, ctypes.c_int64(a['strides'][0]), ctypes.c_int64(a.get('pads', [0])[0]),
                                   -1 if add is None else value[add], limit)
        if op == 'Gemm':
            return lib.onednn_linear(net, x, ctypes.c_int64(len(self.tensors[names[1]])), limit)
        if op == 'BatchNormalization':
            return lib.onednn_norm(net, x, ctypes.c_float(1e-5), limit.value == 0)
        if op in ('MaxPool', 'AveragePool'):
            return lib.onednn_pool(net, x, op == 'MaxPool', ctypes.c_int64(a['kernel_shape'][0]), ctypes.c_int64(a['strides'][0]))
        if op == 'GlobalAveragePool':
            return lib.onednn_pool(net, x, False, ctypes.c_int64(0), ctypes.c_int64(0))
        if op == 'Concat':
            return lib.onednn_concat(net, x, value[names[1]])
        if op == 'Flatten':
            return x
        sys.exit(f'onednn.c has no {op} of its own, only behind a convolution')

    def build(self, shape):
        net = self.lib.onednn_new((ctypes.c_int64 * 4)(*shape, *[1] * (4 - len(shape))))
        value = {'x': 0}
        for node, _, add, limit, out in self.steps:
            value[out] = self.step(ctypes.c_void_p(net), value, node, add, limit)
        self.fill(net)
        return net, value[out]

    def point(self):
        for net, _ in list(self.nets.values())[:1]:
            self.fill(net)

    def run(self, x):
        if len(x) not in self.nets:
            self.nets[len(x)] = self.build(x.shape)
        net, out = self.nets[len(x)]
        y = np.empty((len(x), 10), np.float32)  # what these networks end in
        self.lib.onednn_run(ctypes.c_void_p(net), ctypes.c_void_p(x.ctypes.data), out, ctypes.c_void_p(y.ctypes.data))
        return y
