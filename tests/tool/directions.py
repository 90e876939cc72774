#!/usr/bin/python3
"""Directions as other tools make them, by formulas of tests/conformance/formulas.py.

    directions.py MODEL.npz WEIGHTS SMALL [uniform|offset|again|rescaled|unit] >OUT.npz

MODEL.npz is what netsave -t npz writes.  uniform: the draws are uniform; rescaled:
times |w| / |d| of the whole model, with the biases in w alone; unit: then of unit
length; again: a second pass of the formula; offset: all draws are positive.
"""
import os
import sys
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'conformance'))
import formulas  # noqa: E402

SMALL_STATES = 'running_mean', 'running_var', 'num_batches_tracked'


def main(model, weights, small, change='normal'):
    w = {k: v for k, v in np.load(model).items() if not k.endswith(SMALL_STATES)}
    rng = np.random.RandomState(5)
    draw = {'uniform': lambda n: rng.uniform(-1, 1, n), 'offset': lambda n: rng.uniform(0, 1, n)}.get(
        change, rng.standard_normal)
    d = formulas.normalise(w, {k: draw(v.shape) for k, v in w.items()}, {}, weights, small)
    if change == 'again':
        d = formulas.normalise(w, d, {}, weights, small)
    length = np.sqrt(sum((v.astype(float) ** 2).sum() for v in d.values()))
    if change == 'rescaled':
        d = {k: np.float32(v * np.sqrt(sum((x.astype(float) ** 2).sum() for x in w.values())) / length)
             for k, v in d.items()}
    if change == 'unit':
        d = {k: np.float32(v / length) for k, v in d.items()}
    np.savez(sys.stdout.buffer, **d)


main(*sys.argv[1:])
