#!/usr/bin/python3
"""Streams in which one key contradicts the others, under right CRCs and end marks.

Runs every program that reads the kind, in a folder that commands.sh has prepared.
A row says what is changed and what the one line must name; None: it is accepted.
Prints a line for each row: its name, and what was wrong.
"""
import math
import os
import re
import shutil
import subprocess
import sys

import losspipe

tiny = sys.argv[1]  # tests/data/sets/tiny.npz
fashion = sys.argv[2]
OUT = ['-o', 'contradicted.out']
POINTS = [['contour'], ['landpage'], ['gridconv'], ['gridconv', '-t', 'json'], ['gridstat'],
          ['gridmerge'], ['h5conv', *OUT]]
PLANES = [['evalgrid', '-q', '-j1', '-d', tiny, '--x=-1:1:2', '--y=0:1:2'],
          ['hessgrid', '-q', '-j1', '-d', tiny, '--x=-1:1:2', '--y=0:1:2'],
          ['hessdens', '-q', '-j1', '-d', tiny, '--probes', '2', '--steps', '2'],
          ['nethist'], ['netsave', '--model', '0', *OUT], ['fnorm', '-q'],
          ['trajproj', 'tinyrun.ll'], ['h5conv', *OUT]]
MODELS = [*PLANES[:5], ['dirgen', '-s', '1'],
          ['nettrain', '-q', '-j1', '-d', tiny, '--epochs', '1', '--batch', '3']]
PATHS = [*POINTS[:6], ['h5conv', *OUT]]
PLANE_PATHS = [['evalgrid', '-q', '-j1', '-n', '2', '-d', fashion, '--x=auto:2', '--y=auto:2'],
               ['evalgrid', '-q', '-j1', '-n', '2', '-d', fashion, '--x=0:1:2', '--y=0:0:1'],
               ['netsave', '--at', '0,0', *OUT]]
HISTOGRAMS, DENSITIES = [['contour', '--style', s] for s in ('histogram', 'density')], None
HISTOGRAMS, DENSITIES = HISTOGRAMS[:1], HISTOGRAMS[1:]
NAN, INF, GONE = math.nan, math.inf, Ellipsis
other = lambda digest: 'f' * len(digest) if digest[0] != 'f' else '0' * len(digest)

ROWS = [
    # where a point is
    *[(POINTS, 'surface.ll', 'point', 0, {k: v}, k + ' is') for k in 'xy'
      for v in (0.5, NAN, INF, 'text')],
    (POINTS, 'surface.ll', 'point', 0, {'x': GONE}, 'x is missing'),
    (POINTS, 'surface.ll', 'point', 0, {'x': lambda x: x + 1e-8}, 'x is .*, ix says'),
    (POINTS, 'surface.ll', 'point', 0, {'x': lambda x: x + 1e-12}, None),
    (POINTS, 'surface.ll', 'point', 0, {'ix': 2}, 'x is .*, ix says|disagree'),
    (POINTS, 'surface.ll', 'point', 0, {'id': 3}, 'id stands beside ix'),
    (POINTS, 'surface.ll', 'point', 0, {'run': other}, 'is not of this run'),
    (POINTS, 'surface.ll', 'point', 0, {'set': 'dev'}, 'set is none'),
    (POINTS, 'lines.ll', 'point', 0, {'y': 0.25}, 'y is 0.25, the grid has 1 axis'),
    # what it says
    *[(POINTS, 'surface.ll', 'point', 0, {'loss': v}, 'loss is')
      for v in ('2.5', None, GONE, NAN, INF, [2.5])],
    (POINTS, 'surface.ll', 'point', 0, {'loss': 3}, None),
    (POINTS[:6], 'surface.ll', 'point', 0, {'loss': NAN, 'status': 'nan', 'acc': NAN, 'se': NAN,
                                        'sd': NAN}, None),
    *[(POINTS, 'surface.ll', 'point', 0, {'status': v}, 'status is')
      for v in (GONE, 1, 'nan', 'badvar')],
    (POINTS[:6], 'surface.ll', 'point', 0, {'status': 'pending'}, None),
    *[(POINTS, 'surface.ll', 'point', 0, {'acc': v}, 'acc is') for v in (1e9, -5, NAN, '50')],
    *[(POINTS, 'surface.ll', 'point', 0, {k: v}, k + ' is') for k in ('se', 'sd')
      for v in (-1.0, NAN, 'text')],
    (POINTS, 'surface.ll', 'point', 0, {'se': 0.5}, 'se is 0.5, sd of 8 of 8 images'),
    (POINTS, 'surface.ll', 'point', 0, {'half': -0.5}, 'half is -0.5'),
    (POINTS, 'surface.ll', 'point', 0, {'acc': 50.0, 'acc_lo': 60.0, 'acc_hi': 70.0}, 'acc is 50, outside of acc_lo to acc_hi'),
    (POINTS, 'other-surface.ll', 'point', 0, {'sd': 0.5}, 'se is .*, sd of 1 of 8'),
    *[(POINTS, 'surface.ll', 'point', 0, {'n': v}, 'n is') for v in (0, 9, 2.5)],
    (POINTS, 'surface.ll', 'point', 0, {'top1': 1.5}, 'top1 is'),
    (POINTS, 'surface.ll', 'point', 0, {'x-note': [1, 'any']}, None),
    # eigenvalues
    (POINTS, 'curved.ll', 'point', 0, {'min_eig': 1e9}, 'min_eig is'),
    (POINTS, 'curved.ll', 'point', 0, {'max_res': -1.0}, 'max_res is'),
    (POINTS, 'curved.ll', 'point', 0, {'ratio': lambda r: r + 0.5}, 'ratio is'),
    (POINTS, 'curved.ll', 'point', 0, {'bound': lambda b: 2 * b + 1}, 'bound is'),
    (POINTS, 'curved.ll', 'point', 0, {'top': [1.0]}, 'max_eig is .*, top begins'),
    # requests
    (POINTS[2:4], 'answered.ll', 'point', -1, {'id': 77}, 'id 77, .* not requested'),
    (POINTS[2:4], 'answered.ll', 'point', -1, {'x': 0.75}, 'id 5 stands for two places'),
    (POINTS[2:4], 'answered.ll', 'point', -1, {'x': NAN}, 'x is'),
    (POINTS[2:4], 'answered.ll', 'request', 0, {'plane': 'f' * 64}, 'request 5 is for plane'),
    (POINTS[2:4], 'answered.ll', 'request', 0, {'plane': 'near'}, 'plane is'),
    # grids
    *[(POINTS, 'surface.ll', 'grid', 0, {'x': v}, 'x (goes|is)')
      for v in ([1.0, 1.0, 3], [1.0, -1.0, 3], [NAN, 1.0, 3], [-1e308, 1e308, 3],
                [1.0, 1.0 + 2**-52, 3], [-1.0, 1.0])],
    (POINTS, 'surface.ll', 'grid', 0, {'x': None}, 'y is a range, x is none'),
    (POINTS, 'surface.ll', 'grid', 0, {'run': 'text'}, 'run is'),
    (POINTS, 'surface.ll', 'grid', 0, {'plane': 'text'}, 'plane is'),
    (POINTS, 'surface.ll', 'grid', 0, {'model': 7}, 'model is'),
    (POINTS, 'surface.ll', 'grid', 0, {'sets': ['train', 'train']}, 'sets has .train. twice'),
    (POINTS, 'surface.ll', 'grid', 0, {'data.0.n': 9}, 'n is 9, expected an integer from 1 to 8'),
    (POINTS, 'surface.ll', 'grid', 0, {'data.0.set': 'test'}, 'of data is not of the set'),
    (POINTS, 'surface.ll', 'grid', 0, {'data': []}, 'data has 0 entries, sets has 1'),
    (POINTS, 'surface.ll', 'grid', 0, {'exec': 'cmd'}, 'data and exec exclude'),
    *[(POINTS, 'shard0.ll shard1.ll', 'grid', 1, {k: v}, 'differ in ' + k.split('.')[0])
      for k, v in (('x', [-1.0, 2.0, 3]), ('loss', 'mse'), ('plane', other), ('model', other),
                   ('data.0.digest', other), ('data.0.total', 9))],
    # directions of a surface
    (POINTS, 'surface.ll', 'direction', 0, {'cosine': 1.5}, 'cosine is 1.5'),
    (POINTS, 'surface.ll', 'direction', 0, {'cosine': 0.999}, 'cosine is .*, that of the other'),
    (POINTS, 'surface.ll', 'direction', 0, {'length': -1.0}, 'length is'),
    (POINTS, 'surface.ll', 'direction', 0, {'rep': 1}, 'rep 1: the grid has'),
    (POINTS, 'surface.ll', 'direction', 1, {'axis': 'x'}, 'direction x, rep 0 comes twice'),
    # paths in a surface, and in a plane
    *[(PATHS, 'drawnpath.ll', 'path', 2, {k: v}, e) for k, v, e in (
        ('x', NAN, 'x, y is'), ('plane', other, 'lies in plane'), ('plane', 'near', 'plane is'),
        ('x', lambda v: v + 1, 'norm is .*, x and y'), ('y', lambda v: -v - 1, 'norm is'),
        ('length_x', lambda v: 2 * v, 'norm is'),
        ('rep', 1, 'is of rep 1'), ('off', -1.0, 'off is'), ('off', lambda v: 2 * v, 'off is'),
        ('norm', lambda v: v / 2, 'off is .*, norm is|share is'), ('share', 2.0, 'share is'),
        ('off_rest', lambda v: 2 * v, 'off is .*, off_biasbn and off_rest'),
        ('cosine', 2.0, 'cosine is'), ('length_x', -1.0, 'length_x is'), ('drop', 1, 'drop is'),
        ('method', 'guess', 'method is'), ('checkpoint', 'text', 'checkpoint is'),
        ('running_loss', 'text', 'running_loss is'), ('step', -1, 'step is'),
        ('loss', 'text', 'loss is'))],
    *[(PLANE_PATHS, 'path.ll', 'path', 2, {k: v}, e) for k, v, e in (
        ('x', INF, 'x, y is'), ('plane', other, 'lies in plane'), ('rep', 1, 'is of rep 1'),
        ('off', -1.0, 'off is'))],
    # models and their chunks
    *[(PLANES, 'tiny2.ll', kind, 0, {k: v}, e) for kind in ('tensor', 'delta') for k, v, e in (
        ('dtype', '<i8', 'dtype is'), ('dtype', GONE, 'dtype is'), ('shape', [4, 3], 'shape has'),
        ('shape', [12], 'shape has 1 number'), ('name', 'other', 'another name'),
        ('offset', 1, 'offset is|element'))],
    (PLANES, 'tiny2.ll', 'direction', 1, {'axis': 'x'}, 'axis x|declared twice'),
    *[(MODELS, 'tiny.ll', 'model', 0, {k: v}, e) for k, v, e in (
        ('graph.nodes.0.name', 'fc.bias', "name 'fc.bias' stands for two|input"),
        ('tensors.1.name', 'fc.weight', "name 'fc.weight' stands for two|fc"),
        ('mean', [0.5, 0.5], 'std has 1 number'), ('std', [0.0], 'std of channel'),
        ('std', [INF], 'std of channel'))],
    (MODELS, 'tiny.ll', 'model', 0, {'graph.nodes.1.name': 'flat', 'graph.output': 'flat'},
     "name 'flat' stands for two"),
    # histograms and densities
    *[(HISTOGRAMS, 'hist.ll', kind, 0, {k: v}, e) for kind, k, v, e in (
        ('histogram', 'n', 7, 'norm is|add up'), ('histogram', 'below', 1, 'do not add up'),
        ('histogram', 'norm', lambda v: 2 * v, 'norm is'), ('histogram', 'sd', -1.0, 'sd is'),
        ('histogram', 'max', 9.0, 'above is 0, max is 9'), ('histogram', 'min', 9.0, 'min is'),
        ('histogram', 'min', -9.0, 'below is 0, min is -9'), ('histogram', 'mean', 9.0, 'mean is'),
        ('histogram', 'range', [1.0, 1.0], 'range is'), ('norm', 'n', 7, 'n is 7|norm is'),
        ('norm', 'shape', [2, 2], 'the shape has'), ('norm', 'norm', 'text', 'norm is'))],
    *[(DENSITIES, 'density.ll', kind, 0, {k: v}, e) for kind, k, v, e in (
        ('density', 'probes', 3, 'probes is 3, 2 quadratures'), ('density', 'images', 9, 'images is'),
        ('density', 'integral', 2.0, 'integral is'), ('density', 'trace_se', -1.0, 'trace_se is'),
        ('density', 'range', [0.0, 0.0], 'range is'), ('density', 'width', 0.0, 'width is'),
        ('density', 'se', [1.0], 'se has 1'), ('density', 'tensors', [], 'tensors is'),
        ('quadrature', 'probe', 1, 'probe is'), ('quadrature', 'weights', [1.0], 'nodes has'),
        ('quadrature', 'weights.0', 0.9, 'weights add up'),
        ('quadrature', 'nodes.0', 1e9, 'node 1'))],
]


def changed(value, path, new):
    if not path:
        return new(value) if callable(new) else new
    copy = value.copy()
    key = int(path[0]) if isinstance(value, list) else path[0]
    if new is GONE and len(path) == 1:
        del copy[key]
    else:
        copy[key] = changed(copy[key] if len(path) > 1 or callable(new) else None, path[1:], new)
    return copy


def spoil(streams, kind, which, changes):
    records = [r for name in streams.split() for r in losspipe.records(open(name, 'rb'))]
    places = [i for i, r in enumerate(records) if r[0] == kind]
    with open('contradicted.ll', 'wb') as f:
        out = losspipe.Writer(f)
        for i, (k, header, payload, record) in enumerate(records):
            if k == 'begin':
                out.begin('contradicted', {}, header)
            elif k == 'end':
                out.end()
            elif i == places[which]:
                for key, new in changes.items():
                    header = changed(header, key.split('.') if '-' not in key else [key], new)
                out.record(k, header, payload)
            else:
                out.copy(record)


def wrong(command, expected):
    """What the run did that it must not do, or None."""
    if not shutil.which(command[0]):
        return None
    if os.path.exists(OUT[1]):
        os.unlink(OUT[1])
    with open('contradicted.ll', 'rb') as f:
        run = subprocess.run(command, stdin=f, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = run.stderr.decode()
    if expected is None:
        return None if run.returncode == 0 else 'refuses: ' + said
    if run.returncode != 1 or said.count('\n') != 1 or os.path.exists(OUT[1]):
        return 'exit status %d: %s' % (run.returncode, said)
    if not said.startswith(command[0] + ': ') or not re.search(expected, said):
        return 'says ' + said
    return None


for commands, streams, kind, which, changes, expected in ROWS:
    spoil(streams, kind, which, changes)
    said = ['%s %s' % (' '.join(command[:3]), what.strip()) for command in commands
            for what in [wrong(command, expected)] if what]
    words = ', '.join('%s of %s is %s' % (
        k, kind, 'missing' if v is GONE else 'changed' if callable(v) else repr(v))
        for k, v in changes.items())
    print('%s: %s\t%s' % (streams, words[:100], '; '.join(said).replace('\n', ' ')))
