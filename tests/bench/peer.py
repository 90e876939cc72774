#!/usr/bin/env python3
"""A contender of race.py: another engine on the same network and images.

    peer.py ENGINE MODEL.onnx IMAGES.npy N THREADS BATCH
    peer.py versions ENGINE

ENGINE is onnxruntime, openvino, mnn, ncnn, onednn, eager or compiled (PyTorch).  Each line on standard
input asks for a round; the answer is its seconds of the clock and of the processors, and
the mean loss (class 0 is right everywhere), which is part of the round.  The line "point"
asks for a point of a surface instead: new weights in, as far as the engine's interface
forces it, up to the next image.
"""
import json
import os
import sys
import time

import numpy as np


def loss_of(logits):
    """Sum of the cross-entropies, float64, as evalgrid's."""
    rows = np.asarray(logits, np.float64)
    rows = rows.reshape(-1, rows.shape[-1])
    top = rows.max(1)
    return float((top + np.log(np.exp(rows - top[:, None]).sum(1)) - rows[:, 0]).sum()), len(rows)


class OnnxRuntime:
    def __init__(self, path, threads):
        import onnx
        import onnxruntime
        self.model, self.runtime = onnx.load(path), onnxruntime
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        self.options.log_severity_level = 4
        self.point()

    def point(self):
        self.session = self.runtime.InferenceSession(self.model.SerializeToString(), self.options)

    def run(self, x):
        return self.session.run(None, {'x': x})[0]


class OpenVino:
    def __init__(self, path, threads):
        import openvino
        self.core = openvino.Core()
        self.core.set_property('CPU', {'INFERENCE_NUM_THREADS': threads, 'NUM_STREAMS': 1, 'INFERENCE_PRECISION_HINT': 'f32'})
        self.path = path
        self.point()

    def point(self):
        self.net = self.core.compile_model(self.core.read_model(self.path), 'CPU')

    def run(self, x):
        return self.net([x])[self.net.output(0)]


class Mnn:
    def __init__(self, path, threads):
        import subprocess
        import MNN
        self.mnn, self.path, self.threads = MNN, path + '.mnn', threads
        tool = os.path.join(os.path.dirname(sys.executable), 'mnnconvert')
        subprocess.run([tool, '-f', 'ONNX', '--modelFile', path, '--MNNModel', self.path, '--bizCode', 'x'],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        import onnx
        self.out = onnx.load(path, load_external_data=False).graph.output[0].name
        self.point()

    def point(self):
        runtime = self.mnn.nn.create_runtime_manager(({'backend': 'CPU', 'numThread': self.threads, 'precision': 'high'},))
        self.net = self.mnn.nn.load_module_from_file(self.path, ['x'], [self.out], runtime_manager=runtime)

    def run(self, x):
        expr = self.mnn.expr
        kind = expr.int if x.dtype.kind == 'i' else expr.float
        given = expr.const(x.astype(np.int32) if x.dtype.kind == 'i' else x, list(x.shape), expr.NCHW, kind)
        return self.net.forward([given])[0].read()


class Ncnn:
    """Takes one image after the other: it has no batches."""

    def __init__(self, path, threads):
        import importlib.util
        import subprocess
        import ncnn
        self.ncnn, self.threads = ncnn, threads
        self.path = os.path.splitext(path)[0] + '.ncnn'
        if not os.path.exists(self.path + '.bin'):
            import onnx
            graph = onnx.load(path).graph.input[0].type.tensor_type
            shape = ','.join(['1'] + [str(d.dim_value) for d in graph.shape.dim[1:]])
            whole = graph.elem_type == onnx.TensorProto.INT64
            tool = os.path.join(importlib.util.find_spec('pnnx').submodule_search_locations[0], 'pnnx')
            subprocess.run([tool, path, f'inputshape=[{shape}]{"i64" if whole else "f32"}', 'fp16=0'],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.point()

    def point(self):
        self.net = self.ncnn.Net()
        self.net.opt.num_threads = self.threads
        for kind in ('fp16', 'bf16', 'int8'):
            for what in ('packed', 'storage', 'arithmetic'):
                if hasattr(self.net.opt, f'use_{kind}_{what}'):
                    setattr(self.net.opt, f'use_{kind}_{what}', False)
        self.net.load_param(self.path + '.param')
        self.net.load_model(self.path + '.bin')

    def run(self, x):
        rows = []
        for image in x.astype(np.int32) if x.dtype.kind == 'i' else x:
            with self.net.create_extractor() as ex:
                ex.input('in0', self.ncnn.Mat(image))
                rows.append(np.array(ex.extract('out0')[1]))
        return np.stack(rows)


def onednn(path, threads):
    from peer_onednn import OneDnn
    return OneDnn(path, threads)


def torch_module(path):
    """The nodes of a file, one after the other."""
    import torch
    from torch.nn import functional as F
    archive = np.load(path + '.npz')
    nodes = json.loads(bytes(archive['graph.json']))

    class Module(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.sizes = {}
            for name in archive.files:
                array = archive[name]
                if array.dtype == np.int64:
                    self.sizes[name] = [int(v) for v in np.atleast_1d(array)]
                elif name != 'graph.json':
                    self.register_buffer(name, torch.from_numpy(array.copy()))

        def forward(self, x):
            v = dict(self.named_buffers(), x=x)
            for op, names, out, a in nodes:
                t = [v[n] for n in names if n in v]
                v[out] = self.node(op, t, a, self.sizes.get(names[-1]))
            return v[out]

        def node(self, op, t, a, size):
            if op == 'Conv':
                return F.conv2d(t[0], t[1], t[2] if len(t) > 2 else None, a['strides'], a.get('pads', [0, 0])[:2], 1, a.get('group', 1))
            if op == 'BatchNormalization':
                return F.batch_norm(t[0], t[3], t[4], t[1], t[2])
            if op in ('MaxPool', 'AveragePool'):
                return (F.max_pool2d if op == 'MaxPool' else F.avg_pool2d)(t[0], a['kernel_shape'], a['strides'])
            if op == 'LayerNormalization':
                return F.layer_norm(t[0], t[1].shape, t[1], t[2])
            if op == 'Reshape':
                return t[0].reshape(len(t[0]), *size[1:])
            return {'Relu': lambda: F.relu(t[0]), 'Add': lambda: t[0] + t[1], 'Mul': lambda: t[0] * t[1],
                    'Gemm': lambda: F.linear(t[0], t[1], t[2]), 'MatMul': lambda: t[0] @ t[1],
                    'Flatten': lambda: t[0].flatten(1), 'Concat': lambda: torch.cat(t, 1),
                    'GlobalAveragePool': lambda: t[0].mean((2, 3), keepdim=True), 'Clip': lambda: t[0].clamp(0, 6),
                    'Erf': lambda: torch.erf(t[0]), 'Softmax': lambda: F.softmax(t[0], -1),
                    'Transpose': lambda: t[0].permute(a['perm']), 'ReduceMean': lambda: t[0].mean(a['axes']),
                    'Gather': lambda: F.embedding(t[1] if t[0].is_floating_point() else t[0], t[0] if t[0].is_floating_point() else t[1])}[op]()

    return Module().eval()


class Torch:
    def __init__(self, path, threads, compiled=False):
        import torch
        torch.set_num_threads(threads)
        self.torch, self.net = torch, torch_module(path)
        self.weights = [b.clone() for b in self.net.buffers()]
        self.call = self.net
        if compiled:
            from torch._inductor import config
            config.freezing = True
            self.call = torch.compile(self.net)
        self.compiled = compiled

    def point(self):
        with self.torch.no_grad():
            for b, w in zip(self.net.buffers(), self.weights):
                b.copy_(w)
        if self.compiled:  # what is frozen is compiled anew
            self.torch._dynamo.reset()
            self.call = self.torch.compile(self.net)

    def run(self, x):
        with self.torch.no_grad():
            return self.call(self.torch.from_numpy(x)).numpy()


ENGINES = {'onnxruntime': OnnxRuntime, 'openvino': OpenVino, 'mnn': Mnn, 'ncnn': Ncnn, 'onednn': onednn, 'eager': Torch,
           'compiled': lambda path, threads: Torch(path, threads, True)}
MODULES = {'mnn': 'MNN', 'eager': 'torch', 'compiled': 'torch'}


def version(engine):
    if engine == 'onednn':
        import peer_onednn
        return peer_onednn.version()
    module = __import__(MODULES.get(engine, engine))
    if engine == 'compiled' and not hasattr(module, 'compile'):
        raise ImportError('no torch.compile')
    from importlib import metadata
    try:
        return metadata.version(MODULES.get(engine, engine))
    except metadata.PackageNotFoundError:
        return module.__version__


def main():
    out = os.fdopen(os.dup(1), 'w')  # engines talk on standard output
    os.dup2(2, 1)
    if sys.argv[1] == 'versions':
        try:
            print(version(sys.argv[2]), file=out)
        except ImportError as error:
            sys.exit(str(error))
        return
    engine, path, images, n, threads, batch = sys.argv[1:]
    x, batch = np.load(images)[:int(n)], int(batch)
    net = ENGINES[engine](path, int(threads))
    for line in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        total, rows = 0.0, 0
        if line.strip() == 'point':
            net.point()
            net.run(x[:1])
        for i in range(0, len(x) if line.strip() != 'point' else 0, batch):
            loss, many = loss_of(net.run(x[i:i + batch]))
            total, rows = total + loss, rows + many
        print('%.6f %.6f %.9g' % (time.perf_counter() - start, time.process_time() - cpu, total / rows if rows else 0),
              file=out, flush=True)


if __name__ == '__main__':
    main()
