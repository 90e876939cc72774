#!/usr/bin/python3
"""Frames a second of landpage's page in headless Chromium, in software.

usage: page.py [--build DIR] [--points N] [--csv FILE]

Two surfaces of N x N points (101) are turned for three seconds in a window of
1400 x 1000 pixels; a frame is one of the display's, at most 60 a second.
"""
import argparse
import os
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, '../tool'))
sys.path.insert(0, here)
import machine  # noqa: E402
from browser import Browser  # noqa: E402

TURN = '''
const done = arguments[0], canvas = [...document.querySelectorAll("canvas.relief")].find(
    (c) => c.clientWidth), frames = [], draws = [];
canvas.focus();
let before = 0, n = 0;
const step = (now) => {
    if (n++ > 5)
        frames.push(now - before);
    before = now;
    canvas.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight"}));
    if (n < 120)
        requestAnimationFrame(step);
    else
        done([frames, canvas.width + " x " + canvas.height]);
};
requestAnimationFrame(step);
'''

parser = argparse.ArgumentParser()
parser.add_argument('--build', default='build')
parser.add_argument('--points', type=int, default=101)
parser.add_argument('--csv')
options = parser.parse_args()
machine.want('chromedriver', 'chromium-driver')
n = options.points
out = [machine.describe(options.build), 'points,median_ms,nine_in_ten_ms']
print(out[0], flush=True)
rows = ['ix,iy,x,y,loss,acc']
for j in range(n):
    for i in range(n):
        x, y = -1 + 2 * i / (n - 1), -1 + 2 * j / (n - 1)
        rows.append('%d,%d,%r,%r,%r,50.0' % (i, j, x, y, 0.1 + x * x + 2 * y * y + x * y ** 3 + 0.1 * (5 * x % 1)))
table = '\n'.join(rows).encode()
with tempfile.TemporaryDirectory() as folder:
    for label in 'ab':
        made = subprocess.run([sys.executable, here + '/../data/points/make.py', 'label=' + label],
                              input=table, stdout=subprocess.PIPE, check=True)
        with open(f'{folder}/{label}.ll', 'wb') as f:
            f.write(made.stdout)
    page = folder + '/page.html'
    subprocess.run([options.build + '/bin/landpage', '-o', page, folder + '/a.ll', folder + '/b.ll'],
                   check=True)
    with Browser('--disable-3d-apis', '--disable-gpu', size=(1400, 1000)) as b:
        b.open('file://' + page)
        for _ in range(3):
            frames, size = b.wait(TURN)
            frames.sort()
            median, slow = frames[len(frames) // 2], frames[len(frames) * 9 // 10]
            print('%d x %d points, two canvases of %s pixels: median %.1f ms a frame (%.0f a second), '
                  'nine in ten within %.1f ms' % (n, n, size, median, 1000 / median, slow))
            out.append(f'{n},{median:.2f},{slow:.2f}')
if options.csv:
    with open(options.csv, 'w') as f:
        f.write('\n'.join(out) + '\n')
