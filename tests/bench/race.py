#!/usr/bin/python3
"""Races contenders on the same images: each round runs every contender once,
back to back, so that a noisy machine is noisy for all of them.

	race.py plans|peers|training|products [--arch NAME]... [--threads N]... [--rounds N]
	        [--seconds N] [--images N] [--csv FILE] [--build DIR]... [--level CPU]...
	        [--engine NAME]... [--torch] [--data FILE]

plans: the plan kinds, the builds given (gcc and clang) and the instruction sets.
peers: the fast plan against ONNX Runtime, OpenVINO, MNN, ncnn (from pip, into build/peers),
oneDNN (Debian's libdnnl-dev) and PyTorch, on the networks of nets.py; what an engine
cannot run is said.  --torch installs a current PyTorch there (6 GB, of which most is never
used); without it Debian's is taken.
training: steps of training, batch 128, against PyTorch, eager and compiled.
products: of the Hessian with a vector, against torch.func and the gradient of a gradient.
Losses, or lengths of products, that differ by more than 1e-4 are said, and the status is 1.
A ratio is the median over rounds of that round's ratio to the first contender,
of the clock's time and of the processors' time (which other work on the machine
disturbs less, but a waiting thread that spins counts).  Rounds end after --seconds of a
network, when there are three.
"""
import argparse
import os
import signal
import subprocess
import sys
import tempfile

import contender
import engines
import machine
from contender import Contender, Failed

HERE = os.path.dirname(os.path.abspath(__file__))
# Images of a round: what takes us about a fifth of a second, and at least as many as the largest batch.
IMAGES = {
    'plans': {'resnet20_a': 512, 'resnet56': 256},
    'peers': {'resnet20': 512, 'resnet56': 256, 'vgg9': 128, 'wrn56_4': 64, 'resnet18': 64, 'densenet_cifar': 128,
              'mobilenetv2': 128, 'vit': 4096, 'lm': 2048, 'mlp': 16384, 'lenet': 8192},
    'training': {'resnet20': 256, 'vgg9': 128, 'wrn56_2': 128, 'densenet_cifar': 128, 'vit': 1024},
    'products': {'resnet20': 128, 'vgg9': 128, 'vit': 512}}
COMPILED = {'resnet20', 'vit'}  # trained by a compiled PyTorch: for others it compiles for minutes


def ours(options, threads, plan='fast', build=None, level=None):
    command = [f'{build or options.build[0]}/bench/throughput', '-p', plan, '-j', str(threads), '-n', str(options.count)]
    return ['env', f'LOSSPIPE_CPU={level}'] + command if level else command


def start(name, command, limit=120):
    """A contender that says in its first line how it runs; None: it has said why not."""
    c = Contender(name, command, limit)
    try:
        c.name += ' ' + ' '.join(c.answer())
        return c
    except Failed as why:
        print(f'# {name} is left out: {why}', flush=True)
        return None


def plan_field(options, arch, threads):
    images = ['-a', arch, '-d', options.data]
    field = [Contender('fast', ours(options, threads) + images)]
    for level in options.level:
        field.append(Contender(level, ours(options, threads, level=level) + images))
    for other in options.build[1:]:
        field.append(Contender(f'fast {os.path.basename(other)}', ours(options, threads, build=other) + images))
    return field + [Contender('gemm', ours(options, threads, 'gemm') + images)]


def peer_field(options, arch, threads):
    model = engines.network(options.maker, arch, options.folder, options.build[0], options.count)
    field = [Contender('losspipe', ours(options, threads) + ['-m', model + '.ll', '-d', model + '.ours.npy'])]
    for engine, python in options.engines.items():
        field.append(start(f'{engine}', [python, f'{HERE}/peer.py', engine, model, model + '.x.npy', str(options.count),
                                         str(threads)], engines.LIMIT_S.get(engine, 60)))
    return field


def training_field(options, arch, threads):
    model = engines.network(options.maker, arch, options.folder, options.build[0])
    images = ['-m', model + '.ll', '-d', options.data, '-b', '128']
    field = [Contender('losspipe', ours(options, threads, 'train') + images)]
    for other in options.build[1:]:
        field.append(Contender(f'{os.path.basename(other)}', ours(options, threads, 'train', other) + images))
    for level in options.level:
        field.append(Contender(level, ours(options, threads, 'train', level=level) + images))
    for engine, python in options.engines.items():
        if engine == 'eager' or arch in COMPILED:
            field.append(start(engine, [python, f'{HERE}/peer_torch.py', engine, model, options.data, str(options.count),
                                        str(threads)], engines.LIMIT_S.get(engine, 60)))
    return field


def product_field(options, arch, threads):
    model = engines.network(options.maker, arch, options.folder, options.build[0])
    arguments = [options.data, str(options.count), str(threads)]
    field = [Contender('losspipe', [f'{options.build[0]}/bench/products', model + '.ll', *arguments])]
    tensors = field[0].answer()
    # a torch that compiles has torch.func
    for way in ('func', 'double')[0 if 'compiled' in options.engines else 1:]:
        python = options.engines.get('eager')
        if python:
            field.append(start('torch.func' if way == 'func' else 'double backward',
                               [python, f'{HERE}/peer_torch.py', way, model, *arguments, *tensors]))
    return field


FIELDS = {'plans': plan_field, 'peers': peer_field, 'training': training_field, 'products': product_field}


def parse():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('what', choices=tuple(FIELDS))
    parser.add_argument('--arch', action='append')
    parser.add_argument('--threads', action='append', type=int)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=25)
    parser.add_argument('--images', type=int)
    parser.add_argument('--csv')
    parser.add_argument('--build', action='append')
    parser.add_argument('--level', action='append', default=[])
    parser.add_argument('--engine', action='append', choices=engines.NAMES)
    parser.add_argument('--torch', action='store_true')
    parser.add_argument('--data', help='images in CIFAR-10\'s form (random ones)')
    options = parser.parse_args()
    options.build = options.build or ['build']
    return options


def prepare(options, say):
    """The engines that are there."""
    torch = engines.TORCH if options.torch else {}
    names = options.engine or engines.NAMES
    if options.what == 'peers':
        engines.install({**engines.VERSIONS, **torch})
    else:
        names = [name for name in names if name in ('eager', 'compiled')]
        if torch:
            engines.install(torch)
    options.maker = engines.maker()
    options.engines = engines.find(names, say)
    if options.what != 'peers' and not options.engines:
        sys.exit('race.py: torch is missing: apt-get install python3-torch, or --torch')


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # contenders end, too
    options = parse()
    os.environ['BUILD'] = options.build[0]  # where peer_onednn.py looks
    out = open(options.csv, 'w') if options.csv else None

    def say(line):
        print(line, flush=True)
        if out:
            out.write(line + '\n')
    say(machine.describe(options.build[0]))
    if options.what != 'peers':
        options.data = machine.images(options.data, options.build[0])
    if options.what != 'plans':
        prepare(options, say)
    if out:
        out.write('network,threads,contender,images_per_s,best,ratio,cpu_ratio,rounds,images,point_ms,found\n')
    print(f'{"network":16}{"-j":2} {"contender":24}{"img/s":>8}{"best":>8}'
          f'{"ratio":>8}{"cpu":>8}{" point ms" if options.what == "peers" else ""}')
    agree, images = True, IMAGES[options.what]
    with tempfile.TemporaryDirectory() as options.folder:
        for arch in options.arch or images:
            options.count = options.images or images.get(arch, 128)
            for threads in options.threads or [1, 2]:
                field = [c for c in FIELDS[options.what](options, arch, threads) if c]
                agree &= contender.race((arch, threads), field, options, out,
                                        options.what == 'peers' and threads == 1)
    if not agree:
        sys.exit('race.py: losses, or products, differ by more than 1e-4')


if __name__ == '__main__':
    main()
