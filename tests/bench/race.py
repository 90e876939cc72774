#!/usr/bin/python3
"""Races contenders on the same images: each round runs every contender once,
back to back, so that a noisy machine is noisy for all of them.

	race.py plans|peers|training [--arch NAME]... [--threads N]... [--rounds N]
	        [--images N] [--csv FILE] [--build DIR]... [--ort MODULE]

plans: the plan kinds, the builds given (gcc and clang), and PyTorch eager where
it is installed.  training: steps of training, batch 128, against PyTorch eager.
peers: the fast plan against PyTorch and ONNX Runtime (npm install
--ignore-scripts onnxruntime-node; --ort names the installed module's folder).
A ratio is the median over rounds of that round's ratio to the first contender,
of the clock's time and of the processors' time (which other work on the machine
disturbs less, but a waiting thread that spins counts).
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import machine

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = '/usr/bin/python3'


class Contender:
    def __init__(self, name, command):
        self.name, self.wall, self.cpu = name, [], []
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def round(self):
        time.sleep(0.1)  # threads of the one before may still be spinning
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        line = self.process.stdout.readline().split()
        if not line:
            sys.exit(f'race: {self.name} failed')
        return float(line[0]), float(line[1])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours(options, arch, threads, build, plan='fast', level=None):
    command = [f'{build}/bench/throughput', '-a', arch, '-p', plan,
               '-j', str(threads), '-n', str(options.images),
               '-d', options.data]
    return ['env', f'LOSSPIPE_CPU={level}'] + command if level else command


def torch(options, arch, threads, mode, batch):
    return [PYTHON, f'{HERE}/peer_torch.py', arch, mode, options.data,
            str(options.images), str(threads), str(batch)]


def ort(options, model, threads, batch):
    return ['node', f'{HERE}/peer_ort.js', options.ort, model, options.data,
            str(options.images), str(threads), str(batch)]


def has_torch():
    return subprocess.run([PYTHON, '-c', 'import torch'],
                          capture_output=True).returncode == 0


def best(make, batches):
    """The batch size with which a contender is fastest (of three rounds)."""
    seconds = {}
    for batch in batches:
        contender = Contender(str(batch), make(batch))
        seconds[batch] = min(contender.round()[0] for _ in range(4))
        contender.close()
    return min(seconds, key=seconds.get)


def plan_contenders(options, arch, threads):
    build = options.build[0]
    field = [('fast', ours(options, arch, threads, build))]
    for level in options.level:
        field.append((level, ours(options, arch, threads, build, 'fast',
                                  level)))
    for other in options.build[1:]:
        field.append((f'fast {os.path.basename(other)}',
                      ours(options, arch, threads, other)))
    field.append(('gemm', ours(options, arch, threads, build, 'gemm')))
    if has_torch():
        field.append(('torch eager b128',
                      torch(options, arch, threads, 'eager', 128)))
    return field


def peer_contenders(options, arch, threads, folder):
    model = f'{folder}/{arch}.onnx'
    if not os.path.exists(model):
        subprocess.run([PYTHON, f'{HERE}/peer_torch.py', arch, 'export',
                        model], check=True, stderr=subprocess.DEVNULL)
    field = [('losspipe', ours(options, arch, threads, options.build[0])),
             ('torch eager b128', torch(options, arch, threads, 'eager', 128))]
    batch = best(lambda b: torch(options, arch, threads, 'traced', b),
                 (16, 64, 128))
    field.append((f'torch traced b{batch}',
                  torch(options, arch, threads, 'traced', batch)))
    if options.ort:
        batch = best(lambda b: ort(options, model, threads, b),
                     (1, 4, 16, 64))
        field.append((f'onnxruntime b{batch}',
                      ort(options, model, threads, batch)))
    return field


def training_contenders(options, arch, threads):
    field = [('losspipe train b128',
              ours(options, arch, threads, options.build[0], 'train') +
              ['-b', '128'])]
    for other in options.build[1:]:
        field.append((f'train {os.path.basename(other)}',
                      ours(options, arch, threads, other, 'train') +
                      ['-b', '128']))
    for level in options.level:
        field.append((f'train {level}',
                      ours(options, arch, threads, options.build[0], 'train',
                           level) + ['-b', '128']))
    field.append(('torch train b128',
                  torch(options, arch, threads, 'train', 128)))
    return field


def race(options, arch, threads, field, out):
    contenders = [Contender(name, command) for name, command in field]
    for r in range(-1, options.rounds):
        for c in contenders:
            wall, cpu = c.round()
            if r >= 0:
                c.wall.append(wall)
                c.cpu.append(cpu)
    first = contenders[0]
    for c in contenders:
        rate = options.images / statistics.median(c.wall)
        best = options.images / min(c.wall)
        wall, cpu = (statistics.median(b / a for a, b in zip(x, y))
                     for x, y in ((first.wall, c.wall), (first.cpu, c.cpu)))
        print(f'{arch:16}{threads:2} {c.name:20}{rate:8.0f}{best:8.0f}'
              f'{wall:8.2f}{cpu:8.2f}', flush=True)
        if out:
            out.write(f'{arch},{threads},{c.name},{rate:.1f},{best:.1f},'
                      f'{wall:.3f},{cpu:.3f},{options.rounds},'
                      f'{options.images}\n')
        c.close()


def versions(options):
    run = subprocess.run([PYTHON, '-c', 'import torch;print(torch.__version__)'],
                         capture_output=True, text=True)
    print('# torch', run.stdout.strip() or 'missing: apt install python3-torch')
    if options.what != 'peers':
        return
    if not options.ort:
        print('# onnxruntime missing: npm install --ignore-scripts '
              'onnxruntime-node, then --ort FOLDER/node_modules/'
              'onnxruntime-node')
        return
    run = subprocess.run(['node', '-p', f'process.version + " " + require('
                          f'"{options.ort}/package.json").version'],
                         capture_output=True, text=True)
    print('# node, onnxruntime', run.stdout.strip())


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('what', choices=('plans', 'peers', 'training'))
    parser.add_argument('--arch', action='append')
    parser.add_argument('--threads', action='append', type=int)
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--images', type=int, default=1024)
    parser.add_argument('--csv')
    parser.add_argument('--build', action='append')
    parser.add_argument('--level', action='append', default=[])
    parser.add_argument('--ort', default=os.environ.get('ORT'))
    parser.add_argument('--data', default=f'{HERE}/../../../shared/data/'
                        'cifar10/train-4660.bin')
    options = parser.parse_args()
    options.build = options.build or ['build']
    machine.describe(options.build[0])
    if options.what != 'plans':
        versions(options)
    out = open(options.csv, 'w') if options.csv else None
    if out:
        out.write('arch,threads,contender,images_per_s,best,ratio,'
                  'cpu_ratio,rounds,images\n')
    print(f'{"network":16}{"-j":2} {"contender":20}{"img/s":>8}{"best":>8}'
          f'{"ratio":>8}{"cpu":>8}')
    with tempfile.TemporaryDirectory() as folder:
        for arch in options.arch or ['resnet20', 'resnet56']:
            for threads in options.threads or [1, 2]:
                if options.what == 'training':
                    field = training_contenders(options, arch, threads)
                elif options.what == 'plans':
                    field = plan_contenders(options, arch, threads)
                else:
                    field = peer_contenders(options, arch, threads, folder)
                race(options, arch, threads, field, out)


main()
