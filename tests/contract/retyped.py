#!/usr/bin/python3
"""Runs a command on a stream again and again, each time with one value of a header
of another type, or missing, under a right CRC and a right end mark.

	retyped.py RUNS SEED STATUS INPUT STREAM COMMAND...

Every map becomes an array and every array a map; then RUNS of all that there are to
change, chosen by SEED; 0: all.  STREAM is INPUT
(standard input) or an operand.  The command must not die of a signal nor hang; it
may succeed, or fail with STATUS and a line that starts with its name.
"""
import hashlib
import os
import random
import struct
import subprocess
import sys
import zlib

import msgpack

OTHERS = [None, True, -1, 2**64 - 1, 0.5, float('nan'), '', 'text', b'bytes', [], [None], [[]],
          {}, {'key': 1}, {1: 'item'}, Ellipsis]  # Ellipsis: the entry is missing
ENTRIES = 2  # of an array or map that are changed, when it is long


def read(data):
    """Kind, header and payload of every record."""
    unpacker = msgpack.Unpacker(raw=False, strict_map_key=False, max_buffer_size=1 << 26)
    unpacker.feed(data)
    return [r[1:4] for r in unpacker]


def write(records):
    """The stream, with new end marks."""
    out, segment, count = b'', b'', 0
    for kind, header, payload in records:
        if kind == 'begin':
            segment, count = b'', -1
        if kind == 'end' and header == 'right':
            header = {'count': count, 'digest': hashlib.sha256(segment).hexdigest()}
        r = b'\x95\xa4LLv1' + b''.join(map(msgpack.packb, (kind, header, payload)))
        r += b'\xce' + struct.pack('>I', zlib.crc32(r))
        segment += r
        out += r
        count += 1
    return out


def places(value, here=()):
    """Paths to what can be changed below a value."""
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
        keys = keys[:ENTRIES] + keys[ENTRIES:][-1:]
    else:
        return
    for key in keys:
        yield here + (key,)
        yield from places(value[key], here + (key,))


def changed(value, path, other):
    if not path:
        return other
    copy = value.copy()
    copy[path[0]] = changed(value[path[0]], path[1:], other)
    if copy[path[0]] is Ellipsis:
        del copy[path[0]]
    return copy


def spoilt(data):
    """What is changed in words, and a function that makes the stream."""
    records = [(k, 'right' if k == 'end' else h, p) for k, h, p in read(data)]
    seen = set()
    for i, (kind, header, payload) in enumerate(read(data)):
        for path in places(header):
            if (kind, path) in seen:
                continue
            seen.add((kind, path))
            value = header
            for step in path:
                value = value[step]
            for other in OTHERS:
                record = (kind, changed(header, path, other), payload)
                swap = (type(value), other) in ((list, {'key': 1}), (dict, [[]]))
                words = '%s of %s is %s' % ('.'.join(map(str, path)), kind,
                                            'missing' if other is Ellipsis else repr(other))
                kinds = (kind,) + tuple('*' if isinstance(k, int) else k for k in path)
                yield swap, kinds[:2], kinds, words, lambda i=i, r=record: write(
                    records[:i] + [r] + records[i + 1:])


def some(changes, n, seed):
    """Maps for arrays, arrays for maps, and n others; the keys of the records take turns."""
    chance = random.Random(seed)
    swaps = list({change[2]: change for change in reversed(changes) if change[0]}.values())
    groups = {}
    for change in changes:
        if not change[0]:
            groups.setdefault(change[1], []).append(change)
    groups = list(groups.values())
    for group in groups:
        chance.shuffle(group)
    picked = []
    while len(picked) < n and any(groups):
        chance.shuffle(groups)
        picked += [group.pop() for group in groups if group]
    return swaps + picked[:n]


def wrong(command, status, stdin):
    """What the run did that it must not do, or None."""
    try:
        run = subprocess.run(command, stdin=stdin, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, timeout=20)
    except subprocess.TimeoutExpired:
        return 'hangs'
    said = run.stderr.decode(errors='replace').splitlines()
    if run.returncode < 0:
        return 'signal %d' % -run.returncode
    if run.returncode in (0, 1 if status == 2 else 0):
        return None
    if run.returncode != status:
        return 'exit status %d: %s' % (run.returncode, said[-1:])
    if not said or not said[-1].startswith(os.path.basename(command[0]) + ': '):
        return 'says %s' % said[-1:]
    return None


def main():
    runs, seed, status = map(int, sys.argv[1:4])
    stdin, stream, command = sys.argv[4], sys.argv[5], sys.argv[6:]
    with open(stream, 'rb') as f:
        changes = list(spoilt(f.read()))
    if runs:
        changes = some(changes, runs, seed)
    made = 'retyped-%s' % os.path.basename(stream)
    command = [made if word == stream else 'retyped-out' if word == '{out}' else word
               for word in command]
    bad = 0
    for *_, words, make in changes:
        with open(made, 'wb') as f:
            f.write(make())
        with open(made if stdin == stream else stdin, 'rb') as f:
            what = wrong(command, status, f)
        if what:
            bad += 1
            if bad <= 5 or not runs:
                print('# %s: %s' % (words, what))
        if os.path.exists('retyped-out'):
            os.unlink('retyped-out')
    print('# %d runs, %d bad' % (len(changes), bad))
    sys.exit(bad > 0)


main()
