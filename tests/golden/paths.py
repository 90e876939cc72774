#!/usr/bin/python3
"""paths.py pca.h5 GROUP WHAT FILE: compares dirgen's or trajproj's output with the
reference's, components up to their sign.  WHAT npz: writes the reference's skewed
plane, x = first + half the second component, for the model FILE on stdin."""
import sys

import h5py
import msgpack
import numpy as np

book, group, what, path = sys.argv[1:]
golden = h5py.File(book)[group]
records = [(kind, h, payload) for magic, kind, h, payload, crc in
           msgpack.Unpacker(open(path, 'rb'), max_buffer_size=0)]
axes = ('x', 'y')


def vector(axis):
    """The direction in the order of the reference's vector, zeros included."""
    over = [h['over'] for kind, h, _ in records if kind == 'direction'][0]
    roles = ['weight', 'bias', 'norm_weight', 'norm_bias']
    if over == 'states':
        roles += ['running_mean', 'running_var']
    model = [h for kind, h, _ in records if kind == 'model'][0]
    parts = []
    for t in model['tensors']:
        if t['role'] not in roles:
            continue
        part = [np.frombuffer(p, '<f4') for kind, h, p in records
                if kind == 'delta' and h['axis'] == axis and h['name'] == t['name']]
        parts += part or [np.zeros(int(np.prod(t['shape'])), 'f4')]
    return np.concatenate(parts)


def skewed():
    """x and y of the reference's plane as arrays per tensor, for dirgen --from."""
    first, second = golden['components'][:]
    over = group.split('/')[0]
    weights = ['weight', 'bias', 'norm_weight', 'norm_bias']
    model = [h for kind, h, _ in records if kind == 'model'][0]
    arrays, at, n = {}, 0, 0
    for t in model['tensors']:
        if t['role'] in weights or over == 'states' and t['role'].startswith('running'):
            size = int(np.prod(t['shape']))
            for axis, v in zip(axes, (first + second / 2, second)):
                arrays['%sdirection/%d' % (axis, n)] = v[at:at + size].reshape(t['shape'])
            at += size
            n += 1
        if t['role'] == 'running_var' and over == 'states':
            for axis in axes:
                arrays['%sdirection/%d' % (axis, n)] = np.zeros((), 'f4')
            n += 1
    assert at == len(first)
    np.savez(path + '.npz', **arrays)
    sys.exit(0)


if what == 'npz':
    skewed()


def declared(key):
    return np.array([h[key] for kind, h, _ in records if kind == 'direction'])


# The reference's sign of each component.
signs = np.array([1.0 if np.dot(vector(a), c) > 0 else -1.0
                  for a, c in zip(axes, golden['components'])])
if what == 'components':
    got = np.stack([vector(a) for a in axes]) * signs[:, None]
    wanted = golden['components'][:]
elif what == 'explained':
    got, wanted = declared('explained'), golden['explained_variance_ratio'][:]
elif what == 'singular':
    got, wanted = declared('singular'), golden['singular_values'][:]
elif what.startswith('proj'):
    # the last point is the plane's model, which the reference leaves out
    got = np.array([[h['x'], h['y']] for kind, h, _ in records if kind == 'path'][:-1])
    got, wanted = got * signs, golden[what][:]
elif what.startswith('skew'):
    got = np.array([[h['x'], h['y']] for kind, h, _ in records if kind == 'path'][:-1])
    wanted = golden[what][:]
worst = np.max(np.abs(got - wanted)) / np.max(np.abs(wanted))
print('# worst difference %.2g' % worst)
if not worst < 1e-4:
    sys.exit('worst relative difference %.2g, expected at most 1e-4' % worst)
