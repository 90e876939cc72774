#!/usr/bin/python3
"""Weight files that tests make as they run, from the standard library alone.

    weights.py rename FROM TO   <x.safetensors  a tensor under another name
    weights.py without END      <x.safetensors  without the tensors whose names end so
    weights.py integer NAME     <x.safetensors  with one more tensor, of integers
    weights.py torch STORAGE ENTRY...           a zip of torch.save with a pickle at each ENTRY
"""
import io
import json
import pickle
import struct
import sys
import zipfile


def read(data):
    n = struct.unpack_from('<Q', data)[0]
    return json.loads(data[8:8 + n]), data[8 + n:]


def write(header, data):
    text = json.dumps(header).encode()
    sys.stdout.buffer.write(struct.pack('<Q', len(text)) + text + data)


def rename(header, data, old, new):
    return {new if name == old else name: info for name, info in header.items()}, data


def without(header, data, end):
    kept, rest = {}, b''
    for name, info in header.items():
        if name == '__metadata__':
            kept[name] = info
        elif not name.endswith(end):
            begin, stop = info['data_offsets']
            kept[name] = {**info, 'data_offsets': [len(rest), len(rest) + stop - begin]}
            rest += data[begin:stop]
    return kept, rest


def integer(header, data, name):
    info = {'dtype': 'I64', 'shape': [], 'data_offsets': [len(data), len(data) + 8]}
    return {**header, name: info}, data + bytes(8)


def plain(value):
    return pickle.dumps(value, 2)[2:-1]


def name(text):
    return ('c%s\n%s\n' % tuple(text.rsplit('.', 1))).encode()


def tensor(storage, key, n, offset, size, stride):
    """A tensor in a storage of n elements, as torch.save pickles it."""
    where = b'(' + plain('storage') + name(storage) + plain(key) + plain('cpu') + plain(n) + b'tQ'
    return (name('torch._utils._rebuild_tensor_v2') + b'(' + where + plain(offset) + plain(size) +
            plain(stride) + plain(False) + b'}tR')


def state(**values):
    return b'\x80\x02}(' + b''.join(plain(k) + v for k, v in values.items()) + b'u.'


def archive(entries):
    with io.BytesIO() as f:
        with zipfile.ZipFile(f, 'w') as z:
            for path, data in entries.items():
                z.writestr(zipfile.ZipInfo(path), data)
        sys.stdout.buffer.write(f.getvalue())


def torch(storage, *entries):
    pkl = state(w=tensor(storage, '0', 4, 0, (4,), (1,)))
    archive({**{e: pkl for e in entries}, 'x/data/0': bytes(16)})


if __name__ == '__main__':
    what, words = sys.argv[1], sys.argv[2:]
    if what in ('rename', 'without', 'integer'):
        write(*globals()[what](*read(sys.stdin.buffer.read()), *words))
    else:
        {'torch': torch}[what](*words)
