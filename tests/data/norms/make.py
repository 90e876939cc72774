#!/usr/bin/python3
"""Makes weights.npz and states.npz from ../shared/golden/norms/norms.h5 (needs h5py).

Per kind one flat array, all tensors in order, for --ignore none; the raw
directions also one by one, as dirgen --from reads them.  The golden file's
values for biasbn must be the same with zeros for tensors of 0 and 1 dimension.
"""
import sys
import h5py
import numpy as np

h = h5py.File(sys.argv[1], 'r')
out = {}
for over in 'weights', 'states':
    n = len(h[over]['raw'])
    raw = [h[over]['raw'][str(i)][()] for i in range(n)]
    for i, d in enumerate(raw):
        out['%s/xdirection/%d' % (over, i)] = d
    for kind in 'filter', 'layer', 'weight', 'dfilter', 'dlayer':
        none, biasbn = ([h[over][kind][ignore][str(i)][()] for i in range(n)]
                        for ignore in ('none', 'biasbn'))
        for a, b in zip(none, biasbn):
            assert (a == b).all() if a.ndim > 1 else not b.any()
        out['%s/%s' % (over, kind)] = np.concatenate([a.ravel() for a in none])
for over in 'weights', 'states':
    part = {k[len(over) + 1:]: v for k, v in out.items() if k.startswith(over)}
    np.savez_compressed(over + '.npz', **part)
