#!/usr/bin/python3
"""Does this tree compute what another revision computes, bit for bit?

	same.py [--base REV] [--build DIR] [--only TEXT] [--level WORD]...
	        [--ignore KIND | KIND.KEY]...

Builds the base revision (HEAD unless told) under build/same, makes models and
planes with its programs, and runs the same commands with the programs of both
trees, at every level of LOSSPIPE_CPU that the processor has and with one thread
and three.  Needs git, make and what is in tests/data.

What is compared is what execution determines: of every record but begin and end
its kind, all its keys and a digest of its payload (elements of tensors,
momentum, eigenvectors).  A real number counts with all its bits.  History, digests
and counts of segments, and the key `kernel` where both trees name one, do not
count: formats may change on purpose, and --ignore leaves out a kind of record
(path) or one key (path.plane) that only one of the trees knows.  Two words are
said of a case: "same bytes", or "same numbers" when only the rest differs.

Exits with 1 when a number differs, and names the first record that does.
"""
import argparse
import concurrent.futures
import hashlib
import io
import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, f'{ROOT}/pipelines')
import losspipe  # noqa: E402

DATA = f'{HERE}/data'
CIFAR = f'{DATA}/sets/cifar10-40.bin'
LEVELS = ['ref', 'base', 'avx2', 'avx512']
# Images: {n} of a grid, {b} of a batch, {h} of a Hessian.  Plain C has sums in
# double or no vectors; the kernels get more than a group and a slice.
IMAGES = {'ref': (1, 3, 1), 'base': (3, 3, 1),
          'avx2': (33, 11, 9), 'avx512': (33, 11, 9)}
VECTORS = ('avx2', 'avx512')

ZOO = ['resnet20', 'resnet20_a', 'vgg9', 'densenet_cifar', 'resnet8', 'lenet']
ONNX = ['transformer', 'encoder', 'blocks', 'mixed', 'same']
# What no architecture has: groups, a kernel per channel, dilation, a Gemm that
# is not transposed.  Inputs and attributes of nodes as losspipe(5) has them.
CORNERS = [
    ('Conv', 'c1', ['in', 'c1.weight', 'c1.bias'], (8, 2, 3, 3), (3, 1, 1, 1, 1)),
    ('BatchNormalization', 'n1', ['c1'], (8,), None),
    ('Relu', 'r1', ['n1'], None, None),
    ('Conv', 'c2', ['r1', 'c2.weight', 'c2.bias'], (8, 4, 3, 3), (3, 2, 1, 1, 2)),
    ('Relu', 'r2', ['c2'], None, None),
    ('Conv', 'c3', ['r2', 'c3.weight'], (8, 1, 3, 3), (3, 1, 1, 1, 8)),
    ('BatchNormalization', 'n3', ['c3'], (8,), None),
    ('Relu', 'r3', ['n3'], None, None),
    ('Conv', 'c4', ['r3', 'c4.weight'], (16, 8, 3, 3), (3, 1, 2, 2, 1)),
    ('Conv', 'c5', ['r3', 'c5.weight', 'c5.bias'], (16, 8, 1, 1), (1, 1, 0, 1, 1)),
    ('Add', 'a', ['c4', 'c5'], None, None),
    ('Relu', 'r5', ['a'], None, None),
    ('BatchNormalization', 'n5', ['r5'], (16,), None),
    ('MaxPool', 'p', ['n5'], None, (3, 2, 1, 1, 0)),
    ('AveragePool', 'v', ['p'], None, (2, 1, 0, 1, 0)),
    ('Flatten', 'f', ['v'], None, None),
    ('Gemm', 'fc', ['f', 'fc.weight', 'fc.bias'], (16, 5), None),
]

GRID = '--x=-0.5:0.5:2 --y=0.3:0.3:1'
TRAIN = f'nettrain -q -d {CIFAR} -n {{t}} --batch {{b}} --every-steps 3 --order file'
CASES = [
    *((f'evalgrid {net}', f'evalgrid -q -d {CIFAR} -n {{n}} {GRID} {net}.plane')
      for net in ZOO),
    *((f'evalgrid {net}.onnx', f'evalgrid -q -d two.npz {GRID} {net}.plane')
      for net in ONNX),
    ('evalgrid corners', f'evalgrid -q -d two.npz {GRID} corners.plane'),
    ('evalgrid one block', f'evalgrid -q -b 3 -d {CIFAR} -n {{n}} {GRID} resnet8.plane'),
    ('evalgrid recompute', f'evalgrid -q --bn recompute --bn-images {{b}} '
     f'--bn-data {CIFAR} -d {CIFAR} -n {{n}} {GRID} resnet8.plane'),
    *((f'netload {net}.onnx', f'netload -q {DATA}/onnx/{net}.onnx') for net in ONNX),
    *((f'sgd {net}', f'{TRAIN} --nesterov --wd 5e-4 {net}.model')
      for net in ('resnet20', 'densenet_cifar', 'lenet')),
    *((f'adam {net}', f'{TRAIN} --optimiser adam --lr 0.001 --augment crop-flip {net}.model')
      for net in ('resnet20_a', 'vgg9')),
    *((f'sgd {net}', f'nettrain -q -d two.npz --batch 6 {net}.model')
      for net in ('same', 'corners', 'transformer', 'blocks')),
    ('path', f'nettrain -q -d {CIFAR} -n {{t}} --batch {{b}} --every-steps 1 lenet.model '
     '>run.ll && dirgen -q -k pca run.ll | trajproj -q run.ll'),
    ('hessgrid resnet8', f'hessgrid -q -d {CIFAR} -n {{h}} --x=0:0:1 --y=0.3:0.3:1 '
     '--products 9 --basis 8 resnet8.plane'),
    ('hessgrid resnet20', f'hessgrid -q -d {CIFAR} -n {{h}} --x=0:0:1 --y=0.3:0.3:1 '
     '--over all --products 9 --basis 8 resnet20.plane', VECTORS),
    *((f'hessdens {net}', f'hessdens -q -d {CIFAR} -n {{h}} --probes 2 --steps 2 '
       f'--over all {net}.model', VECTORS) for net in ('vgg9', 'densenet_cifar', 'resnet20_a')),
    ('hessdens lenet', f'hessdens -q -d {CIFAR} --probes 2 --steps 2 --over all lenet.model'),
    *((f'hessdens {net}', f'hessdens -q -d two.npz --probes 2 --steps 2 --over all {net}.model')
      for net in ('same', 'corners', 'encoder', 'mixed')),
    ('dirgen hessian', f'dirgen -q -k hessian -d {CIFAR} -n {{h}} --products 8 '
     '--tolerance 1 <lenet.model'),
]


def run(command, folder, bin_, level=None, check=True):
    env = {**os.environ, 'PATH': f'{bin_}:{os.environ["PATH"]}', 'OPENBLAS_NUM_THREADS': '1'}
    if level is not None:
        env['LOSSPIPE_CPU'] = level
    done = subprocess.run(['bash', '-o', 'pipefail', '-c', command], cwd=folder, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if check and done.returncode != 0:
        sys.exit(f'same: {command}: {done.stderr.decode().strip()}')
    return done


def build_base(options):
    rev = subprocess.run(['git', '-C', ROOT, 'rev-parse', '--short', f'{options.base}^{{commit}}'],
                         stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    tree = f'{ROOT}/build/same/{rev}'
    if not os.path.isdir(tree):
        os.makedirs(tree)
        subprocess.run(f'git -C {ROOT} archive {rev} | tar -x -C {tree}', shell=True, check=True)
    subprocess.run(['make', '-s', f'-j{os.cpu_count()}', '-C', tree, 'BUILD=build',
                    *([f'CC={options.cc}'] if options.cc else []), 'all'],
                   check=True, env={k: v for k, v in os.environ.items()
                                    if k not in ('MAKEFLAGS', 'MAKELEVEL', 'BUILD')})
    return rev, f'{tree}/build/bin'


def write_npy(array_text, data):
    head = array_text.encode()
    head += b' ' * (-(len(head) + 11) % 64) + b'\n'
    return b'\x93NUMPY\x01\x00' + len(head).to_bytes(2, 'little') + head + data


def write_corners(file):
    roles = {'weight': 'weight', 'bias': 'bias'}
    norm = {'weight': 'norm_weight', 'bias': 'norm_bias', 'running_mean': 'running_mean',
            'running_var': 'running_var'}
    tensors, nodes, data = [], [], []
    for op, name, inputs, shape, window in CORNERS:
        of = norm if op == 'BatchNormalization' else roles
        names = [f'{name}.{word}' for word in of] if of is norm else inputs[1:]
        for tensor in names if shape else []:
            word = tensor.split('.')[1]
            dim = list(shape) if word == 'weight' else [shape[-1] if op == 'Gemm' else shape[0]]
            n = 1
            for d in dim:
                n *= d
            seed = b''.join(hashlib.sha256(f'{tensor} {i}'.encode()).digest()
                            for i in range(n // 16 + 1))
            # about 1 for what multiplies or divides a channel, about 0 for the rest
            middle = 1.0 if of is norm and word in ('weight', 'running_var') else 0.0
            data.append(b''.join(
                struct.pack('<f', middle + (int.from_bytes(seed[2 * i:2 * i + 2], 'little') -
                                            32768) / 65536) for i in range(n)))
            tensors.append({'name': tensor, 'dtype': '<f4', 'shape': dim, 'role': of[word],
                            'out_axis': int(op == 'Gemm' and word == 'weight')})
        attr = {'BatchNormalization': {'epsilon': 1e-5}, 'Flatten': {'axis': 1}}.get(op, {})
        if window:
            k, stride, pad, dilation, group = window
            attr = {'kernel_shape': [k, k], 'strides': [stride, stride], 'pads': [pad] * 4,
                    'dilations': [dilation, dilation], **({'group': group} if group else {})}
        nodes.append({'op': op, 'name': name, 'attr': attr,
                      'in': inputs + (names if of is norm else [])})
    out = losspipe.Writer(file)
    out.begin('same')
    out.record('model', {'tensors': tensors, 'mean': [0.5, 0.4], 'std': [0.3, 0.2], 'graph': {
        'input': {'name': 'in', 'shape': [2, 8, 8]}, 'nodes': nodes, 'output': 'fc'}})
    for i, (tensor, elements) in enumerate(zip(tensors, data)):
        out.elements('tensor', {'tensor': i, **{k: tensor[k] for k in ('name', 'dtype', 'shape')}},
                     elements)
    out.end()


def make_inputs(folder, bin_):
    """Images of 2x8x8, models, planes."""
    noise = b''.join(hashlib.sha256(b'%d' % i).digest() for i in range(19 * 4))
    with zipfile.ZipFile(f'{folder}/two.npz', 'w') as npz:
        npz.writestr('x.npy', write_npy(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (19, 2, 8, 8), }", noise))
        npz.writestr('y.npy', write_npy(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (19,), }",
            bytes(i * 7 % 5 for i in range(19))))
    for net in ZOO:
        run(f'netnew -q -s 1 --input 3,32,32 --pixels cifar10 {net} >{net}.model', folder, bin_)
    for net in ONNX:
        run(f'netload -q --mean 0.5,0.4 --std 0.3,0.2 {DATA}/onnx/{net}.onnx >{net}.model', folder, bin_)
    with open(f'{folder}/corners.model', 'wb') as file:
        write_corners(file)
    for net in ZOO + ONNX + ['corners']:
        run(f'dirgen -q -s 7 <{net}.model | fnorm -q >{net}.plane', folder, bin_)


def normal(value):
    if isinstance(value, float):
        return 'nan' if value != value else value.hex()
    if isinstance(value, dict):
        return {k: normal(v) for k, v in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [normal(v) for v in value]
    return value


def numbers(stream, ignore):
    """What execution determines, a text for each record."""
    texts = []
    for kind, header, payload, _ in losspipe.records(io.BytesIO(stream)):
        if kind in ('begin', 'end') or kind in ignore:
            continue
        kept = {k: normal(v) for k, v in sorted(header.items())
                if k not in ('kernel', 'digest') and f'{kind}.{k}' not in ignore}
        digest = hashlib.sha256(payload).hexdigest() if payload is not None else '-'
        texts.append(f'{kind} {kept} {digest[:16]}')
    return texts


def compare(a, b, ignore):
    """'' and whether even the bytes are the same; or how they differ."""
    for run_ in (a, b):
        if run_.returncode != 0:
            return f'status {run_.returncode}: {run_.stderr.decode().strip()}', False
    if a.stdout == b.stdout:
        return '', True
    left, right = numbers(a.stdout, ignore), numbers(b.stdout, ignore)
    for i, (x, y) in enumerate(zip(left, right)):
        if x != y:
            return f'record {i}:\n    {x[:400]}\n    {y[:400]}', False
    if len(left) != len(right):
        return f'{len(left)} and {len(right)} records', False
    return '', False


def levels_here(options):
    """The levels, and those that the processor lacks."""
    have, lack = [], []
    for level in options.level or LEVELS:
        flags = {'avx2': ('avx2', 'fma'), 'avx512': ('avx512f', 'avx512vl', 'avx512dq')}
        with open('/proc/cpuinfo', encoding='ascii') as file:
            words = set(file.read().split())
        (have if set(flags.get(level, ())) <= words else lack).append(level)
    return have, lack


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split('\n\n')[1].strip())
    parser.add_argument('--base', default='HEAD')
    parser.add_argument('--build', default=f'{ROOT}/build')
    parser.add_argument('--cc')
    parser.add_argument('--only', default='')
    parser.add_argument('--level', action='append', choices=LEVELS)
    parser.add_argument('--ignore', action='append', default=[])
    options = parser.parse_args()
    rev, base = build_base(options)
    here = os.path.abspath(f'{options.build}/bin')
    have, lack = levels_here(options)
    failed = False

    def one(job):
        name, command, level, threads, folder = job
        n, b, h = IMAGES[level]
        word = f'{level}.{threads}'
        text = command.format(n=n, b=b, h=h, t=3 * b)
        text = re.sub(r'(?<![\w/])(\w+\.(plane|model|npz))\b', r'../\1', text)
        if not text.startswith('netload') and name != 'path':
            text += f' -j {threads}'
        text = text.replace('../lenet.model >', f'-j {threads} ../lenet.model >')
        with tempfile.TemporaryDirectory(dir=folder) as own:
            return name, word, *compare(
                *(run(text, own, bin_, level, False) for bin_ in (base, here)), options.ignore)

    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        make_inputs(folder, base)
        jobs = [(name, command, level, threads, folder)
                for level in have for threads in (1, 3)
                for name, command, *only in CASES
                if options.only in name and level in (only or [LEVELS])[0]]
        same = 0
        for name, word, difference, bytes_ in pool.map(one, jobs):
            if difference:
                failed = True
                print(f'{name} ({word}): DIFFERS, {difference}')
            elif not bytes_:
                print(f'{name} ({word}): same numbers, other records')
            same += bytes_
            sys.stdout.flush()
    for level in lack:
        print(f'skipped: the processor has no {level}')
    print(f'same: {len(jobs)} runs against {rev} ({", ".join(have)}), {same} the same bytes' +
          (', SOME DIFFER' if failed else ''))
    sys.exit(failed)


if __name__ == '__main__':
    main()
