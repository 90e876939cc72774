"""The formulas by which tools normalise a direction, each in a line or two of numpy.

w and d are arrays of one tensor, computed in double; `out` is the axis of its filters.
WEIGHTS are for tensors of two and more dimensions, SMALL for biases and batch norms.
README says what each of them means.
"""
import numpy as np

TINY = 1e-10


def norm(x, axes):
    return np.sqrt((x * x).sum(axis=axes, keepdims=True))


def scaled(w, d, axes, power=1):
    """Every group of d gets the length |w|^power; groups run along these axes."""
    return d * norm(w, axes) ** power / (norm(d, axes) + TINY)


def others(w, *kept):
    return tuple(a for a in range(w.ndim) if a not in kept)


def inner(w, out):
    return out + 1 if out + 1 < w.ndim else out - 1


WEIGHTS = {
    'filter': lambda w, d, out: scaled(w, d, others(w, out)),
    'layer': lambda w, d, out: scaled(w, d, others(w)),
    'weight': lambda w, d, out: d * w,
    'dfilter': lambda w, d, out: scaled(w, d, others(w, out), 0),
    'dlayer': lambda w, d, out: scaled(w, d, others(w), 0),
    'model': None,  # knows all tensors
    'none': lambda w, d, out: d,
    'input': lambda w, d, out: scaled(w, d, others(w, inner(w, out))),
    'kernel': lambda w, d, out: scaled(w, d, others(w, out, *([inner(w, out)] if w.ndim > 2 else []))),
    'axis0': lambda w, d, out: scaled(w, d, (0,)),
    'axis1': lambda w, d, out: scaled(w, d, (1,)),
    'last': lambda w, d, out: scaled(w, d, (w.ndim - 1,)),
    'twice': lambda w, d, out: scaled(w, d, others(w, out), 2),
    'element': lambda w, d, out: np.abs(w) * np.sign(d),
}

SMALL = {
    'left out': lambda w, d: 0 * d,
    'copied': lambda w, d: w,
    'layer': lambda w, d: scaled(w, d, others(w)),
    'element': lambda w, d: np.abs(w) * np.sign(d),
    'unit': lambda w, d: scaled(w, d, others(w), 0),
    'none': lambda w, d: d,
}


def normalise(w, d, out, weights='filter', small='left out'):
    """w, d: dicts of arrays by name; out: of the filters' axis by name."""
    w = {k: np.asarray(v, np.float64) for k, v in w.items()}
    d = {k: np.asarray(v, np.float64) for k, v in d.items()}
    big = [k for k in w if w[k].ndim > 1]
    if weights == 'model':
        c = np.sqrt(sum((w[k] ** 2).sum() for k in big) / sum((d[k] ** 2).sum() for k in big))
        r = {k: c * d[k] for k in big}
    else:
        r = {k: WEIGHTS[weights](w[k], d[k], out.get(k, 0)) for k in big}
    return {k: np.float32(r[k] if k in r else SMALL[small](w[k], d[k])) for k in w}
