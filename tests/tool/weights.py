#!/usr/bin/python3
"""Weight files that tests make as they run, from the standard library alone.

    weights.py rename FROM TO   <x.safetensors  a tensor under another name
    weights.py without END      <x.safetensors  without the tensors whose names end so
    weights.py integer NAME     <x.safetensors  with one more tensor, of integers
    weights.py copy NEW OLD     <x.safetensors  with OLD's elements under a second name
    weights.py prefix TEXT      <x.safetensors  with TEXT before all names
    weights.py split N FOLDER   <x.safetensors  N files with a part of the tensors each, and their index
    weights.py strange CALL     a zip of torch.save whose tensor is made by a call of torch._utils.CALL
    weights.py torch STORAGE ENTRY...           a zip of torch.save with a pickle at each ENTRY
    weights.py zip|legacy [B=A | B~A | B/A]...  <x.safetensors  a file of torch.save, in which B is A's
                                part of its storage, has half of it, or lies behind it
    weights.py outer KEY... KEY=WORD...  <x.safetensors  a zip of torch.save with the state at each KEY
                                (KEY.KEY: in a dict of its own; +KEY: KEY is a tensor beside)
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


def copy(header, data, new, old):
    begin, end = header[old]['data_offsets']
    place = [len(data), len(data) + end - begin]
    return {**header, new: {**header[old], 'data_offsets': place}}, data + data[begin:end]


def prefix(header, data, text):
    return {name if name == '__metadata__' else text + name: info for name, info in header.items()}, data


def split(header, data, n, folder):
    names = [name for name in header if name != '__metadata__']
    where = {}
    for i in range(int(n)):
        part, rest = {}, b''
        for name in names[i::int(n)]:
            begin, stop = header[name]['data_offsets']
            part[name] = {**header[name], 'data_offsets': [len(rest), len(rest) + stop - begin]}
            rest += data[begin:stop]
            where[name] = 'model-%05d-of-%05d.safetensors' % (i + 1, int(n))
        text = json.dumps(part).encode()
        with open('%s/model-%05d-of-%05d.safetensors' % (folder, i + 1, int(n)), 'wb') as f:
            f.write(struct.pack('<Q', len(text)) + text + rest)
    with open(folder + '/model.safetensors.index.json', 'w') as f:
        json.dump({'metadata': {'total_size': len(data)}, 'weight_map': where}, f, indent=2)


def strange(call):
    archive({'x/data.pkl': state(w=name('torch._utils.' + call) + b')R')})


def plain(value):
    return pickle.dumps(value, 2)[2:-1]


def name(text):
    return ('c%s\n%s\n' % tuple(text.rsplit('.', 1))).encode()


def tensor(storage, key, n, offset, size, stride, more=b''):
    """A tensor in a storage of n elements, as torch.save pickles it."""
    where = b'(' + plain('storage') + name(storage) + plain(key) + plain('cpu') + plain(n) + more + b'tQ'
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


KINDS = {'F32': ('torch.FloatStorage', 4), 'I64': ('torch.LongStorage', 8)}


class Storage:
    def __init__(self, key, kind, size, data):
        self.key, self.kind, self.size, self.data = key, kind, size, data


def shared(header, data, changes):
    """Of each tensor: name, shape, storage, offset."""
    others = {c[:i]: (c[i], c[i + 1:]) for c in changes for i in [min(c.find(s) % 999 for s in '=~/')]}
    places = {}
    for name, info in header.items():
        if name == '__metadata__':
            continue
        kind, size = KINDS[info['dtype']]
        part = data[slice(*info['data_offsets'])]
        storage, offset = Storage(str(len(places)), kind, size, part), 0
        if name in others:
            how, other = others[name]
            storage, offset, n = places[other][1:]
            offset += {'=': 0, '~': n // 2, '/': n}[how]
            storage.data += part[len(part) - max(0, offset * size + len(part) - len(storage.data)):] \
                if offset else b''
        places[name] = tuple(info['shape']), storage, offset, len(part) // size
    return places


def pickled(places, legacy):
    values = {}
    for name, (shape, s, offset, _) in places.items():
        stride = [1]
        for d in reversed(shape[1:]):
            stride.insert(0, stride[0] * d)
        values[name] = tensor(s.kind, s.key, len(s.data) // s.size, offset, shape, tuple(stride[:len(shape)]),
                              plain(None) if legacy else b'')
    return b'\x80\x02}(' + b''.join(plain(k) + v for k, v in values.items()) + b'u.'


def zip_file(header, data, *changes):
    places = shared(header, data, changes)
    archive({'x/data.pkl': pickled(places, False), **{'x/data/' + s.key: s.data for _, s, _, _ in places.values()}})


def item(word, state_at):
    key, _, value = word.partition('=')
    if key[0] == '+':
        return plain(key[1:]) + tensor('torch.FloatStorage', '0', 2, 0, (2,), (1,))
    outside, _, inside = key.rpartition('.')
    at = plain(value) if value else state_at
    if outside:
        return plain(outside) + b'}(' + plain('step') + plain(7) + plain(inside) + at + b'u'
    return plain(key) + at


def outer(header, data, *words):
    places = shared(header, data, ())
    state_at = pickled(places, False)[2:-1]
    pkl = b''.join(item(w, state_at) for w in words)
    archive({'x/data.pkl': b'\x80\x02}(' + pkl + b'u.',
             **{'x/data/' + s.key: s.data for _, s, _, _ in places.values()}})


def legacy(header, data, *changes):
    places = shared(header, data, changes)
    storages = list({s.key: s for _, s, _, _ in places.values()}.values())
    sys.stdout.buffer.write(b''.join([
        *(pickle.dumps(v, 2) for v in (0x1950a86a20f9469cfc6c, 1001, {'little_endian': True})),
        pickled(places, True), pickle.dumps([s.key for s in storages], 2),
        *(struct.pack('<q', len(s.data) // s.size) + s.data for s in storages)]))


if __name__ == '__main__':
    what, words = sys.argv[1], sys.argv[2:]
    if what in ('rename', 'without', 'integer', 'copy', 'prefix'):
        write(*globals()[what](*read(sys.stdin.buffer.read()), *words))
    elif what in ('torch', 'strange'):
        globals()[what](*words)
    elif what == 'split':
        split(*read(sys.stdin.buffer.read()), *words)
    else:
        {'zip': zip_file, 'legacy': legacy, 'outer': outer}[what](*read(sys.stdin.buffer.read()), *words)
