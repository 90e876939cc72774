#!/usr/bin/python3
"""Races contenders on the same images: each round runs every contender once,
back to back, so that a noisy machine is noisy for all of them.

	race.py plans|peers|training [--arch NAME]... [--threads N]... [--rounds N]
	        [--images N] [--csv FILE] [--build DIR]... [--data FILE]

plans: the plan kinds, the builds given (gcc and clang), and PyTorch eager where
it is installed.  training: steps of training, batch 128, against PyTorch eager.
peers: the fast plan against ONNX Runtime, OpenVINO, MNN, ncnn (from pip, into build/peers,
in the versions below), oneDNN (Debian's libdnnl-dev) and PyTorch, on the networks of
nets.py; what an engine cannot run is said; losses that differ by more than 1e-4 are said,
and the status is 1.  --torch installs a current PyTorch there
(gigabytes); without it Debian's is taken.
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
VENV = 'build/peers'
VERSIONS = {'onnx': '1.23.2', 'onnxruntime': '1.32.0', 'openvino': '2026.4.1', 'MNN': '3.6.1',
            'ncnn': '1.0.20261020', 'pnnx': '20261020'}
TORCH = '2.15.0'
ENGINES = {'onnxruntime': (1, 4, 16, 64), 'openvino': (1, 4, 16, 64), 'mnn': (1, 4, 16, 64),
           'ncnn': (1,), 'onednn': (1, 4, 16, 64), 'eager': (16, 128), 'compiled': (16, 64)}
NETS = ['resnet20', 'resnet56', 'vgg9', 'wrn56_4', 'resnet18', 'densenet_cifar', 'mobilenetv2', 'vit', 'lm', 'mlp', 'lenet']
WIDE = {'vgg9', 'wrn56_4', 'resnet18', 'densenet_cifar', 'mobilenetv2'}  # fewer images


class Failed(Exception):
    pass


class Contender:
    def __init__(self, name, command):
        self.name, self.wall, self.cpu, self.loss = name, [], [], None
        self.said = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, text=True)

    def round(self, what=''):
        time.sleep(0.1)  # threads of the one before may still be spinning
        line = self.ask(what)
        self.loss = self.loss if what else float(line[-1])
        return float(line[0]), float(line[1])

    def ask(self, what=''):
        try:
            self.process.stdin.write(what + '\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has said why
        line = self.process.stdout.readline().split()
        if not line:
            self.process.wait()
            self.said.seek(0)
            raise Failed(([''] + self.said.read().strip().splitlines())[-1])
        return line

    def close(self):
        self.process.communicate()
        self.said.close()


def ours(options, arch, threads, build, plan='fast', level=None):
    command = [f'{build}/bench/throughput', '-a', arch, '-p', plan,
               '-j', str(threads), '-n', str(options.images),
               '-d', options.data]
    return ['env', f'LOSSPIPE_CPU={level}'] + command if level else command


def torch(options, arch, threads, mode, batch):
    return [PYTHON, f'{HERE}/peer_torch.py', arch, mode, options.data,
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


def prepare(torch):
    """The engines of a venv, installed there once; none: why is said."""
    python = f'{VENV}/bin/python'
    if not os.path.exists(python):
        subprocess.run([PYTHON, '-m', 'venv', VENV], check=True)
    wanted = [f'{k}=={v}' for k, v in VERSIONS.items()] + ([f'torch=={TORCH}'] if torch else [])
    done = subprocess.run([python, '-m', 'pip', 'install', '-q', *wanted])
    if done.returncode != 0:
        sys.exit(f'race.py: pip cannot install {" ".join(wanted)} into {VENV}: it has said why')
    found = {}
    for engine in ENGINES:
        for name in dict.fromkeys((python, PYTHON) if engine in ('eager', 'compiled') else (python,)):
            said = subprocess.run([name, f'{HERE}/peer.py', 'versions', engine], capture_output=True, text=True)
            if said.returncode == 0:
                found[engine] = name
                print(f'# {engine} {said.stdout.strip()}')
                break
        else:
            print(f'# {engine} is missing: {said.stderr.strip().splitlines()[-1]}'
                  f'{" (--torch installs it)" if engine in ("eager", "compiled") else ""}')
    return found


def network(arch, folder, options):
    """The file of a network, its model for us, and images for both."""
    model = f'{folder}/{arch}.onnx'
    if os.path.exists(model):
        return model
    made = subprocess.run([f'{VENV}/bin/python', '-c', f"""
import sys
sys.path.insert(0, {HERE!r})
import nets, numpy
arch, path, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
nets.write(arch, path)
rng = numpy.random.default_rng(1)
x = rng.integers(0, nets.WORDS, (n, *nets.SHAPES[arch])) if arch == 'lm' else rng.normal(size=(n, *nets.SHAPES[arch])).astype('f4')
numpy.save(path + '.x.npy', x)
numpy.save(path + '.ours.npy', x.astype('f4'))
""", arch, model, str(options.images)])
    if made.returncode != 0:
        sys.exit(f'race.py: {arch} cannot be made')
    with open(model + '.ll', 'wb') as f:
        subprocess.run([f'{options.build[0]}/bin/netload', '-q', model], stdout=f, check=True)
    return model


def peer_contenders(options, arch, threads, folder):
    model = network(arch, folder, options)
    field = [('losspipe', [f'{options.build[0]}/bench/throughput', '-m', model + '.ll', '-d', model + '.ours.npy',
                           '-n', str(options.images), '-j', str(threads)])]
    for engine, python in options.engines.items():
        def make(batch):
            return [python, f'{HERE}/peer.py', engine, model, model + '.x.npy', str(options.images), str(threads), str(batch)]
        try:
            batch = best(make, ENGINES[engine])
        except Failed as why:
            print(f'# {arch}: {engine} cannot run it: {why}', flush=True)
            continue
        field.append((f'{engine} b{batch}', make(batch)))
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
    """Rounds in turn; whether all found the same loss."""
    contenders = [Contender(name, command) for name, command in field]
    points = {}
    for r in range(-1, options.rounds):
        for c in contenders:
            wall, cpu = c.round()
            if r >= 0:
                c.wall.append(wall)
                c.cpu.append(cpu)
    for c in contenders if options.what == 'peers' else ():
        points[c.name] = 1e3 * statistics.median(point(c) for _ in range(min(3, options.rounds)))
    first, agree = contenders[0], True
    for c in contenders:
        rate = options.images / statistics.median(c.wall)
        best = options.images / min(c.wall)
        wall, cpu = (statistics.median(b / a for a, b in zip(x, y))
                     for x, y in ((first.wall, c.wall), (first.cpu, c.cpu)))
        cost = f'{points[c.name]:9.2f}' if points else ''
        off = abs(c.loss - first.loss) / max(1.0, abs(first.loss)) if points else 0.0
        agree &= off <= 1e-4
        print(f'{arch:16}{threads:2} {c.name:20}{rate:8.0f}{best:8.0f}'
              f'{wall:8.2f}{cpu:8.2f}{cost}{"" if off <= 1e-4 else f"  loss {c.loss:.7g}, not {first.loss:.7g}"}', flush=True)
        if out:
            out.write(f'{arch},{threads},{c.name},{rate:.1f},{best:.1f},'
                      f'{wall:.3f},{cpu:.3f},{options.rounds},'
                      f'{options.images},{points.get(c.name, 0):.3f},{c.loss:.9g}\n')
        c.close()
    return agree


def point(contender):
    """Seconds of the processors that new weights cost: ours are bound in each round."""
    if contender.name != 'losspipe':
        return contender.round('point')[1]
    return float(contender.ask()[2])


def versions():
    run = subprocess.run([PYTHON, '-c', 'import torch;print(torch.__version__)'],
                         capture_output=True, text=True)
    print('# torch', run.stdout.strip() or 'missing: apt-get install python3-torch')


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
    parser.add_argument('--torch', action='store_true')
    parser.add_argument('--data', help='images in CIFAR-10\'s form (random ones)')
    options = parser.parse_args()
    options.build = options.build or ['build']
    machine.describe(options.build[0])
    os.environ['BUILD'] = options.build[0]  # where peer_onednn.py looks
    if options.what == 'peers':
        options.engines = prepare(options.torch)
    else:
        options.data = machine.images(options.data, options.build[0])
    if options.what == 'training':
        versions()
        if not has_torch():
            sys.exit('race.py: torch is missing: apt-get install python3-torch')
    out = open(options.csv, 'w') if options.csv else None
    if out:
        out.write('arch,threads,contender,images_per_s,best,ratio,'
                  'cpu_ratio,rounds,images,point_ms,loss\n')
    print(f'{"network":16}{"-j":2} {"contender":20}{"img/s":>8}{"best":>8}'
          f'{"ratio":>8}{"cpu":>8}{" point ms" if options.what == "peers" else ""}')
    nets = NETS if options.what == 'peers' else ['resnet20', 'resnet56']
    images, agree = options.images, True
    with tempfile.TemporaryDirectory() as folder:
        for arch in options.arch or nets:
            options.images = min(images, 128) if options.what == 'peers' and arch in WIDE else images
            for threads in options.threads or [1, 2]:
                if options.what == 'training':
                    field = training_contenders(options, arch, threads)
                elif options.what == 'plans':
                    field = plan_contenders(options, arch, threads)
                else:
                    field = peer_contenders(options, arch, threads, folder)
                try:
                    agree &= race(options, arch, threads, field, out)
                except Failed as why:
                    sys.exit(f'race.py: {arch}, -j{threads}: a contender ended: {why}')
    if not agree:
        sys.exit('race.py: losses differ by more than 1e-4')


main()
