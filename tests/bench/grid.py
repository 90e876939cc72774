#!/usr/bin/python3
"""Whole grids of evalgrid: threads, shards under GNU parallel, far points,
memory.

	grid.py [--bin DIR] [--arch NAME] [--images N] [--rounds N] [--data FILE]

Ways take turns; figures are medians over rounds.
"""
import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


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


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--bin', default='build/bin')
    parser.add_argument('--arch', default='resnet56')
    parser.add_argument('--images', type=int, default=512)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--data', default=f'{HERE}/../../../shared/data/'
                        'cifar10/train-4660.bin')
    options = parser.parse_args()
    bin_ = os.path.abspath(options.bin)
    with tempfile.TemporaryDirectory() as folder:
        plane = f'{folder}/plane'
        subprocess.run(
            ['bash', '-c', f'{bin_}/netnew {options.arch} --pixels '
             f'cifar10-paper | {bin_}/dirgen -s 1 | {bin_}/fnorm -q '
             f'> {plane}'], check=True)
        grid = f'{bin_}/evalgrid -q -d {options.data} --y=0:0:1'
        near = f'{grid} -n {options.images} --x=-0.1:0.1:8 {plane}'
        ways = {
            '-j1': f'{near} -j1',
            '-j2': f'{near} -j2',
            '4 shards, parallel -j2':
                f'seq 0 3 | parallel -j2 {near} -j1 --shard {{}}/4',
            '-j1, points at 3':
                f'{grid} -n {options.images} --x=2.9:3.1:8 {plane} -j1',
        }
        times = {way: [] for way in ways}
        for _ in range(options.rounds):
            for way, command in ways.items():
                times[way].append(shell(command))
        one = times['-j1']
        print(f'{options.arch}: 8 points of {options.images} images')
        for way, taken in times.items():
            wall = statistics.median(t[0] for t in taken)
            ratio, cpu = (statistics.median(
                a[i] / b[i] for a, b in zip(one, taken)) for i in (0, 1))
            print(f'{way:26}{wall:8.2f} s, {ratio:5.2f} times as fast; '
                  f'{cpu:5.2f} by processor time')
        usage = subprocess.run(
            ['/usr/bin/python3', '-c',
             'import resource, subprocess, sys; subprocess.run(sys.argv[1:], '
             'stdout=subprocess.DEVNULL); print(resource.getrusage('
             'resource.RUSAGE_CHILDREN).ru_maxrss)',
             'bash', '-c', f'{near} -j2'], capture_output=True, text=True)
        print(f'peak memory at -j2: {int(usage.stdout) / 1024:.0f} MB, data '
              f'{options.images * 3073 / 2**20:.1f} MB')


main()
