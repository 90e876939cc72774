#!/usr/bin/python3
"""Whole grids of evalgrid: threads, shards under GNU parallel, far points, what
a point costs besides its images, memory.

	grid.py [--build DIR] [--arch NAME]... [--images N] [--rounds N]
	        [--points N] [--data FILE] [--csv FILE]

Ways take turns; figures are medians over rounds.
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import machine

BARE_POINTS = 100


def shell(command):
    """Seconds of the clock, and of the processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(['bash', '-o', 'pipefail', '-c', command], check=True,
                   stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, (after.ru_utime + after.ru_stime -
                  before.ru_utime - before.ru_stime)


def peak_mib(command):
    """Of a process of its own: children's peaks are not told apart."""
    run = subprocess.run(
        [sys.executable, '-c', 'import resource, subprocess, sys\n'
         'subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n'
         'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)',
         'bash', '-c', command], capture_output=True, text=True, check=True)
    return int(run.stdout) / 1024


def ways_of(options, plane, bin_):
    def grid(images, points, at=0):
        return (f'{bin_}/evalgrid -q -d {options.data} -n {images} --y=0:0:1 '
                f'--x={at - 0.1}:{at + 0.1}:{points} {plane}')

    near = grid(options.images, options.points)
    return {
        '-j1': f'{near} -j1',
        '-j2': f'{near} -j2',
        '4 shards, parallel -j1':
            f'seq 0 3 | parallel -j1 {near} -j1 --shard {{}}/4',
        '4 shards, parallel -j2':
            f'seq 0 3 | parallel -j2 {near} -j1 --shard {{}}/4',
        '-j1, points at 3': f'{grid(options.images, options.points, 3)} -j1',
        'one point': f'{grid(options.images, 1)} -j1',
        'points of 1 image': f'{grid(1, BARE_POINTS)} -j1',
        'one point of 1 image': f'{grid(1, 1)} -j1',
    }


def point_share(images, points, cpu):
    """A point's share besides its images, of a point's processor time."""
    point = (cpu['-j1'] - cpu['one point']) / (points - 1)
    bare = ((cpu['points of 1 image'] - cpu['one point of 1 image']) /
            (BARE_POINTS - 1))
    image = (point - bare) / (images - 1)
    return (bare - image) / point


def measure(options, arch, folder):
    """Rows of (figure, value, unit)."""
    bin_ = os.path.abspath(f'{options.build}/bin')
    plane = f'{folder}/{arch}'
    shell(f'{bin_}/netnew {arch} --pixels cifar10-paper | '
          f'{bin_}/dirgen -s 1 | {bin_}/fnorm -q > {plane}')
    ways = ways_of(options, plane, bin_)
    rounds = []
    for _ in range(options.rounds):
        rounds.append({way: shell(command) for way, command in ways.items()})

    def ratio(slow, fast, clock=0):
        return statistics.median(r[slow][clock] / r[fast][clock]
                                 for r in rounds)

    cost = statistics.median(
        point_share(options.images, options.points, {way: t[1] for way, t in r.items()})
        for r in rounds)
    images = options.images * 3073 / 2**20
    peak = peak_mib(ways['-j2'])
    return [
        ('2 threads over 1', ratio('-j1', '-j2'), 'times'),
        ('4 shards on 2 cores over 1 thread',
         ratio('-j1', '4 shards, parallel -j2'), 'times'),
        ('4 shards on 2 cores over on 1',
         ratio('4 shards, parallel -j1', '4 shards, parallel -j2'), 'times'),
        ('processor time at 3 over that at 0',
         ratio('-j1, points at 3', '-j1', 1), 'times'),
        ('a point besides its images', 100 * cost, '%'),
        (f'peak memory at -j2 beside {images:.1f} MiB of images',
         peak - images, 'MiB'),
    ]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--build', default='build')
    parser.add_argument('--arch', action='append')
    parser.add_argument('--images', type=int, default=512)
    # Enough of them that starting programs does not count: GNU parallel takes 0.3 s.
    parser.add_argument('--points', type=int, default=64)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--csv')
    parser.add_argument('--data', help='images in CIFAR-10\'s form (random ones)')
    options = parser.parse_args()
    machine.want('parallel', 'parallel')
    options.data = os.path.abspath(machine.images(options.data, options.build))
    where = machine.describe(options.build)
    print(where)
    print(f'# evalgrid, {options.points} points of {options.images} images, '
          f'{options.rounds} rounds', flush=True)
    out = open(options.csv, 'w') if options.csv else None
    if out:
        out.write(where + '\n')
        out.write('arch,figure,value,unit,rounds,images\n')
    with tempfile.TemporaryDirectory() as folder:
        for arch in options.arch or ['resnet20']:
            for figure, value, unit in measure(options, arch, folder):
                print(f'{arch:10} {figure:46}{value:8.2f} {unit}', flush=True)
                if out:
                    out.write(f'{arch},{figure},{value:.3f},{unit},'
                              f'{options.rounds},{options.images}\n')


main()
