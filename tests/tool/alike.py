#!/usr/bin/env python3
"""Are two pictures the same?  alike.py A.png B.ppm

B.ppm is what pdftoppm writes.  Prints the mean difference of their channels, of 255,
after each was blurred over 3 x 3 dots and moved by at most one (renderers differ in
how they smooth edges, and on where a page ends that is no whole number of dots);
fails when that is a third of what A differs from white paper, or when their sizes
differ by more than two dots.
"""
import struct
import sys
import zlib

import numpy as np


def read_png(path):
    data = open(path, "rb").read()
    at, packed = 8, b""
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + n]
        at += 12 + n
    assert depth == 8 and colour in (2, 6), (depth, colour)
    channels = 3 if colour == 2 else 4
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, -1)
    out = np.zeros((height, width, channels), np.int64)
    above = np.zeros((width, channels), np.int64)
    for y in range(height):
        line = raw[y, 1:].reshape(width, channels).astype(np.int64)
        kind, row = raw[y, 0], np.zeros((width, channels), np.int64)
        if kind == 0:
            row = line
        elif kind == 1:
            row = np.cumsum(line, 0) & 255
        elif kind == 2:
            row = (line + above) & 255
        else:
            left = corner = np.zeros(channels, np.int64)
            for x in range(width):
                up = above[x]
                if kind == 3:
                    guess = (left + up) // 2
                else:
                    p = left + up - corner
                    a, b, c = abs(p - left), abs(p - up), abs(p - corner)
                    guess = np.where((a <= b) & (a <= c), left, np.where(b <= c, up, corner))
                left = row[x] = (line[x] + guess) & 255
                corner = up
        out[y] = above = row
    if channels == 4:  # on white paper
        part = out[..., 3:] / 255
        out = np.rint(out[..., :3] * part + 255 * (1 - part)).astype(np.int64)
    return out


def read_ppm(path):
    data = open(path, "rb").read()
    fields = data.split(None, 4)
    width, height = int(fields[1]), int(fields[2])
    return np.frombuffer(data[-width * height * 3:], np.uint8).reshape(height, width, 3).astype(np.int64)


def blurred(picture):
    return sum(picture[i:picture.shape[0] - 2 + i, k:picture.shape[1] - 2 + k]
               for i in range(3) for k in range(3)) / 9


a, b = read_png(sys.argv[1]), read_ppm(sys.argv[2])
if max(abs(a.shape[0] - b.shape[0]), abs(a.shape[1] - b.shape[1])) > 2:
    sys.exit("%d x %d dots and %d x %d" % (a.shape[1], a.shape[0], b.shape[1], b.shape[0]))
h, w = min(a.shape[0], b.shape[0]) - 2, min(a.shape[1], b.shape[1]) - 2
a, b = blurred(a), blurred(b)
middle = a[1:h - 1, 1:w - 1]
mean = min(np.abs(middle - b[1 + y:h - 1 + y, 1 + x:w - 1 + x]).mean()
           for y in (-1, 0, 1) for x in (-1, 0, 1))
blank = np.abs(middle - 255).mean()
print("%.2f of 255 differ on the mean, %.2f from white paper" % (mean, blank))
sys.exit(0 if mean < blank / 3 else 1)
