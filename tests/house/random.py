#!/usr/bin/python3
"""The random numbers of losspipe(5), from that page alone.

Reads lines "seed purpose name index bits" and fails on the first whose normal
draw has other bits (of a float32, in hexadecimal).
"""
import math
import struct
import sys


def normal(seed, purpose, name, index):
    h = 0xcbf29ce484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001b3 % 2**64
    c, k = [index // 4, purpose, h % 2**32, h >> 32], [seed % 2**32, seed >> 32]
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [q >> 32 ^ c[1] ^ k[0], q % 2**32, p >> 32 ^ c[3] ^ k[1], p % 2**32]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    u, v = c[index % 4 // 2 * 2:][:2]
    m, e = math.frexp((u + 0.5) * 2.0**-32)
    g = 0.7071067811865476
    m, e = (m * 2.0, e - 1) if m < g else (m, e)
    s, total, x, y = (m - 1.0) / (m + 1.0), 0.0, 1.0, 1.0
    for n in range(21, 0, -2):
        total = total * (s * s) + 1.0 / n
    r = math.sqrt(-2.0 * (e * 0.6931471805599453 + 2.0 * s * total))
    t = ((v % 2**30 + 0.5) * 2.0**-30 - 0.5) * 1.5707963267948966
    for n in range(16, 0, -2):
        x, y = 1 - t * t / (n * (n - 1)) * x, 1 - t * t / (n * (n + 1)) * y
    a, b = (x - y * t) * g, (x + y * t) * g
    z = [(a, b), (-b, a), (-a, -b), (b, -a)][v >> 30][index % 2]
    return struct.unpack('<f', struct.pack('<f', r * z))[0]


def check(lines):
    count = 0
    for line in lines:
        seed, purpose, name, index, bits = line.split()
        z = normal(int(seed), int(purpose), name, int(index))
        if '%08x' % struct.unpack('<I', struct.pack('<f', z)) != bits:
            sys.exit('%s: got %s' % (line.strip(), z.hex()))
        count += 1
    print(count)


if __name__ == '__main__':
    check(sys.stdin)
