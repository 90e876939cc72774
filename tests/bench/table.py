#!/usr/bin/env python3
"""What benchmarks measured, as tables of mdoc.

    table.py [--page FILE] CSV...

CSV: peers.csv, training.csv, products.csv, grid.csv of race.py and grid.py, each of which
says when, on what and with which versions; told apart by their names.  With --page the tables of
these files replace what stands in the page between .\\" measured NAME and .\\" end of NAME.
"""
import argparse
import csv
import os
import re
import sys
import textwrap

NAMES = {'resnet20': 'ResNet-20', 'resnet56': 'ResNet-56', 'resnet20_a': 'ResNet-20', 'vgg9': 'VGG-9', 'wrn56_2': 'WRN-56-2',
         'wrn56_4': 'WRN-56-4', 'resnet18': 'ResNet-18', 'densenet_cifar': 'DenseNet-CIFAR', 'mobilenetv2': 'MobileNetV2',
         'vit': 'vision transformer', 'lm': 'language model', 'mlp': 'MLP', 'lenet': 'LeNet'}
ENGINES = {'losspipe': 'losspipe', 'onnxruntime': 'ORT', 'openvino': 'OpenVINO', 'mnn': 'MNN', 'ncnn': 'ncnn',
           'onednn': 'oneDNN', 'eager': 'eager', 'compiled': 'compiled', 'torch.func': 'torch.func', 'double': 'double backward'}
SHOWS = {
    'peers': 'Images per second, loss included: medians of rounds back to back; the ratio is the median of the '
             'rounds\' ratios of the fastest peer\'s time to that of losspipe.',
    'points': 'What a point of a surface costs besides its images, in milliseconds of the processor on one thread: new '
              'weights are folded, packed and loaded, as far as an engine\'s interface asks for it.',
    'grid': 'What threads, shards and points cost, by make bench.',
    'training': 'A step at batch 128 is forward, backward and SGD with momentum; PyTorch has the same weights and images, '
                'and finds the same losses; in brackets stands how many times as long it takes.',
    'products': 'Images per second of products of the Hessian with a vector; double backward is the gradient of the '
                'gradient\'s product with the vector, all that PyTorch 1.13 has, torch.func the derivative of the gradient '
                'along the vector.'}


def number(value):
    """Three digits."""
    value = float(value)
    return f'{value:.0f}' if value >= 100 else f'{value:.3g}'


def read(path):
    """What the comments say, and rows by network and threads: a row by engine."""
    with open(path) as f:
        lines = f.read().splitlines()
    runs = {}
    for row in csv.DictReader(line for line in lines if not line.startswith('#')):
        runs.setdefault((row['network'], row['threads']), {})[row['contender'].split()[0]] = row
    return said_of(lines), runs


def said_of(lines):
    """When, on what, with which versions: mdoc's lines, none of which may begin with a dot."""
    said = [line[2:] for line in lines if line.startswith('# ')]
    engines = [line for line in said[1:] if len(line.split()) == 2]
    words = f'{said[0]}; {", ".join(engines)}.' if engines else f'{said[0]}.'
    return textwrap.fill(words, 80, break_long_words=False, break_on_hyphens=False)


def table(rows):
    """Columns as wide as their widest cell."""
    widths = ' '.join('"%s"' % max(column, key=len) for column in zip(*rows))
    head = ' Ta '.join(f'Em {cell}' for cell in rows[0])
    return '\n'.join([f'.Bl -column {widths}', f'.It {head}', *('.It ' + ' Ta '.join(row) for row in rows[1:]), '.El'])


def section(name, said, rows):
    """A table with what it shows; text may follow."""
    return f'{textwrap.fill(SHOWS[name], 80)}\n{said}\n{rows}\n.Pp'


def those(runs, known):
    return [e for e in known if any(e in found for found in runs.values())]


def peers(runs):
    """Images a second of each, and how much faster ours is than the fastest of the others."""
    engines = those(runs, ENGINES)
    rows = [['network', 'threads', *(ENGINES[e] for e in engines), 'ratio']]
    for (network, threads), found in runs.items():
        others = [float(row['ratio']) for e, row in found.items() if e != 'losspipe']
        rows.append([NAMES.get(network, network), threads, *(number(found[e]['images_per_s']) if e in found else '\\-' for e in engines),
                     f'{min(others):.2f}' if others else '\\-'])
    return table(rows)


def points(runs):
    """Milliseconds of new weights on one thread."""
    runs = {run: found for run, found in runs.items() if run[1] == '1'}
    engines = those(runs, ENGINES)
    rows = [['network', *(ENGINES[e] for e in engines)]]
    for (network, _), found in runs.items():
        rows.append([NAMES.get(network, network), *(number(found[e]['point_ms']) if e in found and found[e]['point_ms'] else '\\-'
                                                    for e in engines)])
    return table(rows)


def beside(runs, unit, figure):
    """A figure of each, and in brackets how much faster ours is."""
    engines = those(runs, ENGINES)
    rows = [['network', 'threads', f'losspipe, {unit}', *(ENGINES[e] for e in engines[1:])]]
    for (network, threads), found in runs.items():
        rows.append([NAMES.get(network, network), threads] + [
            number(figure(found[e])) + ('' if e == 'losspipe' else f' ({float(found[e]["ratio"]):.2f})') if e in found else '\\-'
            for e in engines])
    return table(rows)


def grid(path):
    with open(path) as f:
        lines = f.read().splitlines()
    rows = [['figure', 'network', 'value']]
    for row in csv.DictReader(line for line in lines if not line.startswith('#')):
        rows.append([row['figure'], NAMES.get(row['arch'], row['arch']), f'{float(row["value"]):.2f} {row["unit"]}'])
    return section('grid', said_of(lines), table(rows))


def tables(path):
    """By name."""
    kind = os.path.basename(path).split('.')[0]
    if kind == 'grid':
        return {'grid': grid(path)}
    said, runs = read(path)
    if kind == 'peers':
        return {'peers': section('peers', said, peers(runs)), 'points': section('points', said, points(runs))}
    if kind == 'training':
        return {'training': section('training', said, beside(runs, 'ms a step', lambda row: 128e3 / float(row['images_per_s'])))}
    if kind == 'products':
        return {'products': section('products', said, beside(runs, 'images/s', lambda row: row['images_per_s']))}
    sys.exit(f'table.py: {path}: expected peers.csv, training.csv, products.csv or grid.csv')


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--page')
    parser.add_argument('csv', nargs='+')
    options = parser.parse_args()
    found = {}
    for path in options.csv:
        if not os.path.isfile(path):
            sys.exit(f'table.py: {path} is no file: make bench, bench-peers and bench-training write them')
        found.update(tables(path))
    if not options.page:
        print('\n'.join(f'.\\" measured {name}\n{text}\n.\\" end of {name}' for name, text in found.items()))
        return
    with open(options.page) as f:
        page = f.read()
    for name, text in found.items():
        page, n = re.subn(rf'(\.\\" measured {name}\n).*?(\.\\" end of {name}\n)', lambda m: m[1] + text + '\n' + m[2], page, flags=re.S)
        if n != 1:
            sys.exit(f'table.py: {options.page} has no place for {name}: a line .\\" measured {name}, and one .\\" end of {name}')
    with open(options.page, 'w') as f:
        f.write(page)


main()
