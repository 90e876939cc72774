#!/usr/bin/python3
"""The order of images of losspipe(5), from that page alone.

Reads lines "seed n images..." and fails on the first whose order of n images
begins otherwise.
"""
import sys


def order(seed, n):
    h = 0xcbf29ce484222325
    for byte in b'images':
        h = (h ^ byte) * 0x100000001b3 % 2**64
    images = list(range(n))
    for i in range(n - 1, 0, -1):
        c, k = [i // 4, 21, h % 2**32, h >> 32], [seed % 2**32, seed >> 32]
        for _ in range(10):
            p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [q >> 32 ^ c[1] ^ k[0], q % 2**32, p >> 32 ^ c[3] ^ k[1], p % 2**32]
            k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
        j = c[i % 4] * (i + 1) >> 32
        images[i], images[j] = images[j], images[i]
    return images


def check(lines):
    count = 0
    for line in lines:
        seed, n, *first = map(int, line.split())
        if order(seed, n)[:len(first)] != first:
            sys.exit('%s: got %s' % (line.strip(), order(seed, n)[:len(first)]))
        count += 1
    print(count)


if __name__ == '__main__':
    check(sys.stdin)
