#!/usr/bin/env python3
"""A contender of race.py: another engine on the same network and images.

    peer.py ENGINE MODEL.onnx IMAGES.npy N THREADS
    peer.py versions ENGINE

ENGINE is onnxruntime, openvino, mnn, ncnn, onednn, eager or compiled (PyTorch).  It finds
the batch with which it is fastest, and on several threads whether each batch should have
all of them or one, and says both in its first line.  Then each line on standard
input asks for a round; the answer is its seconds of the clock and of the processors, and
the mean loss (class 0 is right everywhere), which is part of the round.  The line "point"
asks for a point of a surface instead: new weights in, as far as the engine's interface
forces it, without the images that follow.
"""
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

PROBE_S = 0.2


def loss_of(logits):
    """Sum of the cross-entropies, float64, as evalgrid's."""
    rows = np.asarray(logits, np.float64)
    rows = rows.reshape(-1, rows.shape[-1])
    top = rows.max(1)
    return float((top + np.log(np.exp(rows - top[:, None]).sum(1)) - rows[:, 0]).sum()), len(rows)


def convert(command):
    """A converter's work; what it says last is why it did not do it."""
    said = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    if said.returncode != 0:
        sys.exit(([f'{command[0]} failed'] + said.stdout.strip().splitlines())[-1])


class OnnxRuntime:
    def __init__(self, path, threads, batch):
        import onnx
        import onnxruntime
        self.model, self.runtime = onnx.load(path), onnxruntime
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        self.options.log_severity_level = 4
        self.options.add_free_dimension_override_by_name('n', batch)
        self.point()

    def point(self):
        self.session = self.runtime.InferenceSession(self.model.SerializeToString(), self.options)

    def fork(self):
        return self  # a session may be run by several threads

    def run(self, x):
        return self.session.run(None, {'x': x})[0]


class OpenVino:
    """Its shapes are fixed: plans for any batch are slower."""

    def __init__(self, path, threads, batch, streams=1):
        import openvino
        self.core = openvino.Core()
        self.core.set_property('CPU', {'INFERENCE_NUM_THREADS': threads * streams, 'NUM_STREAMS': streams, 'INFERENCE_PRECISION_HINT': 'f32'})
        self.path, self.batch, self.threads = path, batch, threads
        self.point()

    def point(self):
        model = self.core.read_model(self.path)
        shape = model.input(0).partial_shape
        shape[0] = self.batch
        model.reshape(shape)
        self.net = self.core.compile_model(model, 'CPU')
        self.request = self.net.create_infer_request()

    def fork(self):
        other = object.__new__(OpenVino)
        other.net, other.request = self.net, self.net.create_infer_request()
        return other

    def run(self, x):
        return self.request.infer([x], share_inputs=True)[self.net.output(0)]


class Mnn:
    def __init__(self, path, threads, batch):
        import MNN
        self.mnn, self.path, self.threads, self.onnx = MNN, path + '.mnn', threads, path
        if not os.path.exists(self.path):
            # not by the script of that name: that one installs a package by pip and reports its use
            convert([sys.executable, '-c', 'import sys, _tools; _tools.mnnconvert(sys.argv)', '-f', 'ONNX',
                     '--modelFile', path, '--MNNModel', self.path, '--bizCode', 'x'])
        import onnx
        self.out = onnx.load(path, load_external_data=False).graph.output[0].name
        self.point()

    def point(self):
        runtime = self.mnn.nn.create_runtime_manager(({'backend': 'CPU', 'numThread': self.threads, 'precision': 'high'},))
        self.net = self.mnn.nn.load_module_from_file(self.path, ['x'], [self.out], runtime_manager=runtime)

    def fork(self):
        return Mnn(self.onnx, self.threads, 1)

    def run(self, x):
        expr = self.mnn.expr
        kind = expr.int if x.dtype.kind == 'i' else expr.float
        given = expr.const(x.astype(np.int32) if x.dtype.kind == 'i' else x, list(x.shape), expr.NCHW, kind)
        return self.net.forward([given])[0].read()


class Ncnn:
    """Takes one image after the other: it has no batches."""

    def __init__(self, path, threads, batch):
        import importlib.util
        import ncnn
        self.ncnn, self.threads = ncnn, threads
        self.path = os.path.splitext(path)[0] + '.ncnn'
        if not os.path.exists(self.path + '.bin'):
            import onnx
            graph = onnx.load(path).graph.input[0].type.tensor_type
            shape = ','.join(['1'] + [str(d.dim_value) for d in graph.shape.dim[1:]])
            whole = graph.elem_type == onnx.TensorProto.INT64
            tool = os.path.join(importlib.util.find_spec('pnnx').submodule_search_locations[0], 'pnnx')
            convert([tool, path, f'inputshape=[{shape}]{"i64" if whole else "f32"}', 'fp16=0'])
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

    def fork(self):
        return self

    def run(self, x):
        rows = []
        for image in x.astype(np.int32) if x.dtype.kind == 'i' else x:
            with self.net.create_extractor() as ex:
                ex.input('in0', self.ncnn.Mat(image))
                rows.append(np.array(ex.extract('out0')[1]))
        return np.stack(rows)


def onednn(path, threads, batch):
    from peer_onednn import OneDnn
    return OneDnn(path, threads)


def torch(compiled):
    def make(path, threads, batch):
        from peer_torch import Torch
        return Torch(path, threads, compiled)
    return make


class Runner:
    """An engine at one batch; split: each thread has batches of its own."""

    def __init__(self, engine, path, threads, x, batch, split):
        self.x, self.batch = x, batch
        if split:
            more = {'streams': threads} if engine == 'openvino' else {}
            first = ENGINES[engine][0](path, 1, batch, **more)
            self.nets = [first] + [first.fork() for _ in range(threads - 1)]
            self.pool = ThreadPoolExecutor(threads)
        else:
            self.nets = [ENGINES[engine][0](path, threads, batch)]
            self.pool = None

    def work(self, net, batches):
        total, rows = 0.0, 0
        for i in batches:
            loss, many = loss_of(net.run(self.x[i:i + self.batch]))
            total, rows = total + loss, rows + many
        return total, rows

    def run(self, n):
        """The mean loss of n images."""
        batches = range(0, n, self.batch)
        if self.pool is None:
            parts = [self.work(self.nets[0], batches)]
        else:
            parts = list(self.pool.map(lambda k: self.work(self.nets[k], batches[k::len(self.nets)]), range(len(self.nets))))
        return sum(p[0] for p in parts) / sum(p[1] for p in parts)

    def point(self):
        """Seconds of new weights: up to the end of the first batch with them, less that of another."""
        net, x = self.nets[0], self.x[:self.batch]
        net.run(x)
        start = time.process_time()
        net.point()
        net.run(x)
        middle = time.process_time()
        net.run(x)
        return max(0.0, 2 * middle - start - time.process_time())


def best(engine, path, threads, x):
    """The fastest of the ways to run it, by a fraction of a second of each."""
    batches = [b for b in ENGINES[engine][1] if b <= len(x)] or [1]
    ways = [(b, split) for split in (False, True)[:1 + (ENGINES[engine][2] and threads > 1)] for b in batches]
    took, runners = {}, {}
    for way in ways:
        runner = runners[way] = Runner(engine, path, threads, x, *way)
        n = min(len(x), way[0] * len(runner.nets))
        runner.run(n)
        if len(ways) == 1:
            return way, runner
        until, took[way] = time.perf_counter() + PROBE_S, float('inf')
        while True:
            start = time.perf_counter()
            runner.run(n)
            now = time.perf_counter()
            took[way] = min(took[way], (now - start) / n)
            if now > until:
                break
    way = min(took, key=took.get)
    return way, runners[way]


# How it is made, batches to try, whether threads may have batches of their own.
ENGINES = {'onnxruntime': (OnnxRuntime, (1, 4, 16, 64), True), 'openvino': (OpenVino, (1, 4, 16, 64), True),
           'mnn': (Mnn, (1, 4, 16, 64), True), 'ncnn': (Ncnn, (1,), True), 'onednn': (onednn, (1, 4, 16, 64), False),
           'eager': (torch(False), (16, 64), False), 'compiled': (torch(True), (32,), False)}
MODULES = {'mnn': 'MNN', 'eager': 'torch', 'compiled': 'torch'}


def version(engine):
    if engine == 'onednn':
        import peer_onednn
        return peer_onednn.version()
    from importlib import metadata
    module = MODULES.get(engine, engine)
    try:
        found = metadata.version(module)
    except metadata.PackageNotFoundError:
        raise ImportError(f'no {module}') from None
    if engine == 'compiled' and int(found.split('.')[0]) < 2:
        raise ImportError(f'{module} {found} does not compile')
    return found


def main():
    out = os.fdopen(os.dup(1), 'w')  # engines talk on standard output
    os.dup2(2, 1)
    if sys.argv[1] == 'versions':
        try:
            print(version(sys.argv[2]), file=out)
        except ImportError as error:
            sys.exit(str(error))
        return
    engine, path, images, n, threads = sys.argv[1:]
    x = np.load(images)[:int(n)]
    (batch, split), runner = best(engine, path, int(threads), x)
    print(f'b{batch}{" apart" if split else ""}', file=out, flush=True)
    for line in sys.stdin:
        start, cpu, loss = time.perf_counter(), time.process_time(), 0.0
        if line.strip() == 'point':
            took = runner.point()
            print('%.6f %.6f 0' % (took, took), file=out, flush=True)
            continue
        loss = runner.run(len(x))
        print('%.6f %.6f %.9g' % (time.perf_counter() - start, time.process_time() - cpu, loss), file=out, flush=True)


if __name__ == '__main__':
    main()
