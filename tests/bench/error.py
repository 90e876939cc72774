#!/usr/bin/python3
"""What evalgrid --error saves: images and seconds of a surface on all images and to
5, 2 and 1 %, and how far its level lines then lie from those of all images.

	error.py [--build DIR] [--points N] [--cifar-points N] [--threads N]
	         [--images DIR] [--cifar DIR] [--models DIR] [--csv FILE] [NET]...

NET: fashion (60,000 images), resnet20, paper, paper_noshort (5,506).  Lines are at
1, 2, 5 of each decade, between points in the logarithm of the loss; the distance is
the largest, in cells, from a crossing with the grid to the nearest one of the other
surface at the same level, both ways.  With the defaults, 25 x 25 and 15 x 15 points,
it takes hours on two cores.
"""
import argparse
import json
import math
import os
import resource
import subprocess
import tempfile
import time

import machine

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = f'{HERE}/../../../shared'
NETS = {
    'fashion': ['--arch', 'small', '--pixels', 'fashion', f'{HERE}/../data/nets/fashion-small.pt'],
    'resnet20': ['--arch', 'resnet20_a', '--pixels', 'cifar10', 'resnet20-12fca82f.th'],
    'paper': ['--pixels', 'cifar10-paper', 'paper-resnet56.t7'],
    'paper_noshort': ['--arch', 'resnet56_noshort', '--pixels', 'cifar10-paper',
                      'paper-resnet56_noshort.t7'],
}
ERRORS = [None, '5%', '2%', '1%']


def read(bin_, file):
    """Losses by (ix, iy), and the images of a point on average."""
    losses, images = {}, []
    for line in subprocess.run([f'{bin_}/recdump', '--json', file], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        record = json.loads(line)
        if record['kind'] == 'point':
            h = record['header']
            losses[h['ix'], h['iy']] = h['loss']
            images.append(h['n'])
    return losses, sum(images) / len(images)


def crossings(losses):
    """Where lines of each level cross the grid, in cells."""
    at = {}
    for (x, y), a in losses.items():
        for dx, dy in ((1, 0), (0, 1)):
            b = losses.get((x + dx, y + dy))
            if b is None or not (a > 0 and b > 0 and math.isfinite(a) and math.isfinite(b)):
                continue
            low, high = sorted((math.log(a), math.log(b)))
            for level in (math.log(m * 10.0**k) for k in range(-6, 7) for m in (1, 2, 5)):
                if low <= level < high:
                    t = (level - math.log(a)) / (math.log(b) - math.log(a))
                    at.setdefault(level, []).append((x + dx * t, y + dy * t))
    return at


def distance(one, other):
    """The largest from a crossing of one to the nearest of the other, and how many have none."""
    most, lost = 0.0, 0
    for level, places in one.items():
        if level not in other:
            lost += len(places)
            continue
        for x, y in places:
            most = max(most, min(math.hypot(x - u, y - v) for u, v in other[level]))
    return most, lost


def worked():
    """Seconds of processor that the children have taken: steady on a machine with other work."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(options, net, folder, out):
    bin_ = os.path.abspath(f'{options.build}/bin')
    cifar = net != 'fashion'
    points = options.cifar_points if cifar else options.points
    *how, _ = NETS[net]
    model = weights(options, net)
    plane = f'{folder}/{net}'
    subprocess.run(f'{bin_}/netload -q {" ".join(how)} {model} | {bin_}/dirgen -s 1 | '
                   f'{bin_}/fnorm -q >{plane}', shell=True, check=True)
    data = f'{folder}/cifar.bin' if cifar else options.images
    grid = [f'--x=-1:1:{points}', f'--y=-1:1:{points}', '-d', f'train={data}', f'-j{options.threads}']
    full = None
    for error in ERRORS:
        start, before = time.perf_counter(), worked()
        with open(f'{folder}/surface', 'wb') as surface:
            subprocess.run([f'{bin_}/evalgrid', '-q', *grid, *(['--error', error] if error else []), plane],
                           stdout=surface, check=True)
        took, work = time.perf_counter() - start, worked() - before
        losses, images = read(bin_, f'{folder}/surface')
        lines = crossings(losses)
        full = full or (lines, images, work)
        there, gone = distance(full[0], lines)
        back, new = distance(lines, full[0])
        row = [net, points, error or 'all', images, took, work, full[1] / images, full[2] / work,
               max(there, back), gone + new]
        print('{:14} {:3} {:4} {:8.0f} images {:9.1f} s {:9.1f} s cpu {:7.1f} x images '
              '{:7.1f} x cpu {:6.2f} cells {:3} lost'.format(*row), flush=True)
        if out:
            out.write(','.join(str(cell) for cell in row) + '\n')
            out.flush()


def weights(options, net):
    """The file of a network's weights."""
    file = NETS[net][-1]
    return file if net == 'fashion' else f'{options.models}/{file}'


def are_there(options):
    """The networks whose weights and images are on this machine; a line for each other."""
    out = []
    for net in NETS:
        missing = [path for path in (weights(options, net), options.images if net == 'fashion' else options.cifar)
                   if not os.path.exists(path)]
        if missing:
            print(f'# {net} is left out: no {missing[0]}')
        else:
            out.append(net)
    return out


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--build', default='build')
    parser.add_argument('--points', type=int, default=25)
    parser.add_argument('--cifar-points', type=int, default=15)
    parser.add_argument('--threads', type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument('--images', default='/usr/share/datasets/fashion-mnist')
    parser.add_argument('--cifar', default=f'{SHARED}/data/cifar10')
    parser.add_argument('--models', default=f'{SHARED}/models')
    parser.add_argument('--csv')
    parser.add_argument('nets', nargs='*', metavar='NET')
    options = parser.parse_args()
    where = machine.describe(options.build)
    print(where, flush=True)
    out = open(options.csv, 'w') if options.csv else None
    if out:
        out.write(where + '\n')
        out.write('net,points,error,images,seconds,cpu_seconds,times_images,times_cpu,cells,lost\n')
    with tempfile.TemporaryDirectory() as folder:
        with open(f'{folder}/cifar.bin', 'wb') as cifar:
            for name in sorted(os.listdir(options.cifar)) if os.path.isdir(options.cifar) else []:
                cifar.write(open(f'{options.cifar}/{name}', 'rb').read())
        for net in options.nets or are_there(options):
            measure(options, net, folder, out)


main()
