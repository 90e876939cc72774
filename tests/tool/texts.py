#!/usr/bin/env python3
"""Can all texts of a picture be read?  texts.py [--least PT] FILE.svg...

Says of each picture which texts leave the page, lie on each other or are smaller than
PT points (5) in print; fails when there are any.  Widths are those of DejaVu Sans,
which is wider than the fonts that a picture asks for first.
"""
import math
import re
import sys
import xml.etree.ElementTree as tree

# hundredths of the size, of the characters 32 to 126
ASCII = (32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
         64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79,
         60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63,
         63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84)
OTHERS = {'\u2212': 84, '\u207b': 53, '\u00b7': 32, **dict.fromkeys('\u00b2\u00b3\u00b9\u2070\u2074\u2075\u2076\u2077\u2078\u2079', 40)}
PIXELS = {'px': 1, 'mm': 96 / 25.4, 'cm': 96 / 2.54, 'in': 96, 'pt': 96 / 72, '': 1}


def width(text, bold):
    sum = 0
    for c in text:
        code = ord(c)
        sum += (ASCII[code - 32] if 32 <= code < 127 else OTHERS.get(c) or
                (0 if 0x300 <= code < 0x370 else 100 if code >= 0x2e80 else 62))
    return sum / 100 * (1.1 if bold else 1)


def box(node):
    """The corners of a text, in the picture's units."""
    text, size = ''.join(node.itertext()), float(node.get('font-size'))
    x, y, wide = float(node.get('x')), float(node.get('y')), width(text, node.get('font-weight')) * size
    left = x - wide * {'start': 0, 'middle': 0.5, 'end': 1}[node.get('text-anchor', 'start')]
    corners = [(left, y - 0.72 * size), (left + wide, y - 0.72 * size),
               (left + wide, y + 0.2 * size), (left, y + 0.2 * size)]
    turn = re.match(r'rotate\((-?[.0-9]+) ?(-?[.0-9]+) ?(-?[.0-9]+)\)', node.get('transform', ''))
    if turn:
        angle, cx, cy = (float(v) for v in turn.groups())
        s, c = math.sin(math.radians(angle)), math.cos(math.radians(angle))
        corners = [(cx + c * (u - cx) - s * (v - cy), cy + s * (u - cx) + c * (v - cy)) for u, v in corners]
    return text, size, corners


def overlap(a, b):
    """By how much: the shortest way that parts them; below 0 they are apart."""
    least = math.inf
    for p in (a, b):
        for i in (0, 1):
            dx, dy = p[i + 1][0] - p[i][0], p[i + 1][1] - p[i][1]
            n = math.hypot(dx, dy)
            if n == 0:
                return -1
            at = [[(u * dx + v * dy) / n for u, v in q] for q in (a, b)]
            least = min(least, max(at[0]) - min(at[1]), max(at[1]) - min(at[0]))
    return least


def faults(path, least):
    root = tree.parse(path).getroot()
    left, top, wide, high = (float(v) for v in root.get('viewBox').split())
    number, unit = re.match(r'([.0-9]+)([a-z]*)', root.get('width')).groups()
    points = float(number) * PIXELS[unit] / wide * 72 / 96
    texts = [box(t) for t in root.iter('{http://www.w3.org/2000/svg}text')]
    for text, size, corners in texts:
        if size * points < least - 0.005:
            yield '%r has %.2f pt' % (text, size * points)
        out = max(max(left - u, u - left - wide, top - v, v - top - high) for u, v in corners)
        if out > 1:
            yield '%r leaves the page by %.1f' % (text, out)
    for i, (text, _, corners) in enumerate(texts):
        for other, _, more in texts[:i]:
            by = overlap(corners, more)
            if by > 1:
                yield '%r lies on %r by %.1f' % (text, other, by)


least, files = 5.0, sys.argv[1:]
if files[:1] == ['--least']:
    least, files = float(files[1]), files[2:]
found = [(f, fault) for f in files for fault in faults(f, least)]
for file, fault in found:
    print('%s: %s' % (file, fault))
sys.exit(1 if found else 0)
