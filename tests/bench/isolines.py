#!/usr/bin/env python3
"""How far apart are the level lines of two pictures, in cells of a grid?

    isolines.py A.svg B.svg CELLS [MOST]

The pictures are contour's --style filled of the same levels and range; CELLS is how
many of them a panel has along x. From the middle of every piece of a line to the
line of the same level in the other picture, both ways: median, 95 %, 99 %, most.
With MOST the exit status is 1 where one is farther, or is in one picture only.
"""
import math
import re
import sys

NUMBER = r'-?(?:\d+\.?\d*|\.\d+)'


def pieces(d):
    """The pieces of a path: pairs of points."""
    out, at, start = [], (0.0, 0.0), (0.0, 0.0)
    for letter, numbers in re.findall('([MmLlHhVvZz])([^A-Za-z]*)', d):
        v = [float(n) for n in re.findall(NUMBER, numbers)]
        if letter in 'Zz':
            out.append((at, start))
            at = start
        moves = letter in 'Mm'
        while v:
            x0, y0 = at if letter.islower() else (0.0, 0.0)
            if letter in 'Hh':
                to = x0 + v.pop(0), at[1]
            elif letter in 'Vv':
                to = at[0], y0 + v.pop(0)
            else:
                to, v = (x0 + v[0], y0 + v[1]), v[2:]
            if moves:
                start, moves = to, False
            else:
                out.append((at, to))
            at = to
    return out


def levels(path):
    """The lines between bands, in the order of levels, and the panel's width."""
    svg = open(path, encoding='utf-8').read()
    width = float(re.search(r'<rect x="[^"]*" y="[^"]*" width="([^"]*)"', svg)[1])
    out = []
    for dashed, d in re.findall(r'<path fill="none" stroke="#fff" stroke-opacity[^>]*?( stroke-dash[^>]*)? d="([^"]*)"', svg):
        if dashed:  # the rest of the same line
            out[-1] += pieces(d)
        else:
            out.append(pieces(d))
    return out, width


def distance(p, line):
    best = math.inf
    for (ax, ay), (bx, by) in line:
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        t = length and min(1.0, max(0.0, ((p[0] - ax) * dx + (p[1] - ay) * dy) / length))
        best = min(best, math.hypot(p[0] - ax - t * dx, p[1] - ay - t * dy))
    return best


def apart(a, b):
    """Distances of one line from another and back."""
    return [distance(((p[0] + q[0]) / 2, (p[1] + q[1]) / 2), other)
            for one, other in ((a, b), (b, a)) for p, q in one]


def say(what, d):
    d = sorted(d)
    at = lambda share: d[int(share * (len(d) - 1))]
    print('%-8s median %.3f  95 %% %.3f  99 %% %.3f  most %.3f' % (what, at(0.5), at(0.95), at(0.99), d[-1]))


if not 4 <= len(sys.argv) <= 5:
    sys.exit(__doc__)
(one, width), (other, _) = levels(sys.argv[1]), levels(sys.argv[2])
everything = []
for k, (a, b) in enumerate(zip(one, other)):
    d = [v * float(sys.argv[3]) / width for v in apart(a, b)]
    say('line %d' % (k + 1), d)
    everything += d
say('all', everything)
if len(one) != len(other):
    print('lines in one picture only: %d' % abs(len(one) - len(other)))
if len(sys.argv) > 4 and (len(one) != len(other) or max(everything) > float(sys.argv[4])):
    sys.exit(1)
