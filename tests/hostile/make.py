#!/usr/bin/python3
"""Makes the hostile files of this folder: every reader must refuse them.

*.pt and weights/* are for netload, *.npz for dirgen --from.
"""
import io
import json
import os
import pickle
import struct
import zipfile
import zlib

import numpy

os.chdir(os.path.dirname(os.path.abspath(__file__)))


# Opcodes.
def v(value):
    """A plain value."""
    return pickle.dumps(value, 2)[2:-1]


def g(module, name):
    return b'c%s\n%s\n' % (module.encode(), name.encode())


def t(*items):
    return b'(' + b''.join(items) + b't'


def storage(key='0', n=4, kind='FloatStorage', more=()):
    return t(v('storage'), g('torch', kind), v(key), v('cpu'), v(n), *more) + b'Q'


def tensor(where=None, offset=0, size=(4,), stride=(1,), call='_rebuild_tensor_v2'):
    return g('torch._utils', call) + t(
        where or storage(), v(offset), v(size), v(stride), v(False), b'}') + b'R'


def state(*values):
    return b'\x80\x02}(' + b''.join(
        v('w%d' % i) + x for i, x in enumerate(values)) + b'u.'


# Files.
def save(name, data):
    with open(name, 'wb') as f:
        f.write(data)


def torch_zip(name, pkl, method=zipfile.ZIP_STORED, **storages):
    with io.BytesIO() as f:
        with zipfile.ZipFile(f, 'w') as z:
            def add(path, data):
                info = zipfile.ZipInfo('x/' + path)
                info.compress_type = method
                z.writestr(info, data)
            add('data.pkl', pkl)
            for key, data in storages.items():
                add('data/' + key[1:], data)
        save(name, f.getvalue())


def torch_legacy(name, pkl, keys=('0',), data=struct.pack('<q4f', 4, 1, 2, 3, 4),
                 magic=0x1950a86a20f9469cfc6c, version=1001, little=True):
    save(name, b''.join([pickle.dumps(magic, 2), pickle.dumps(version, 2),
                         pickle.dumps({'little_endian': little}, 2), pkl,
                         pickle.dumps(keys if not isinstance(keys, tuple) else list(keys), 2),
                         data]))


def patch(name, source, edit):
    with open(source, 'rb') as f:
        data = bytearray(f.read())
    save(name, bytes(edit(data) or data))


four = struct.pack('<4f', 1, 2, 3, 4)

# Pickles that call, loop, grow or lie.
torch_zip('pickle-system.pt', b'\x80\x02cos\nsystem\n' + t(v('touch owned')) + b'R.')
torch_zip('pickle-eval.pt', state(g('builtins', 'eval') + t(v('1+1')) + b'R'))
torch_zip('pickle-empty.pt', b'')
torch_zip('pickle-truncated.pt', state(tensor())[:-9], _0=four)
torch_zip('pickle-protocol0.pt', b'I1\n.')
torch_zip('pickle-itself.pt', b'\x80\x02}q\x01X\x01\x00\x00\x00ah\x01s.')
torch_zip('pickle-state-itself.pt', b'\x80\x02}q\x01' + v('state_dict') + b'h\x01s.')
torch_zip('pickle-tensor-itself.pt', b'\x80\x02}' + v('w') + g(
    'torch._utils', '_rebuild_parameter') + b']q\x05h\x05a\x85Rs.')
torch_zip('pickle-stack.pt', b'\x80\x02' + b'N' * (2 << 20), zipfile.ZIP_DEFLATED)
torch_zip('pickle-marks.pt', b'\x80\x02' + b'(' * (2 << 20), zipfile.ZIP_DEFLATED)
torch_zip('pickle-values.pt', b'\x80\x02' + b']0' * (2 << 20), zipfile.ZIP_DEFLATED)
torch_zip('pickle-items.pt', b'\x80\x02](' + b'N' * 999 + b'eq\x00' + b'0h\x00' +
          (b'(' + b'N' * 999 + b'e') * 4000, zipfile.ZIP_DEFLATED)
torch_zip('pickle-nested.pt', b'\x80\x02' + b']' * 100000 + b'a' * 99999 + b'.',
          zipfile.ZIP_DEFLATED)
torch_zip('pickle-laughs.pt', b'\x80\x02N' + b'2\x86' * 100 + b'.')
torch_zip('pickle-length.pt', b'\x80\x04\x8d' + b'\xff' * 8 + b'.')
torch_zip('pickle-memo.pt', b'\x80\x02Nr\xff\xff\xff\x7f.')
torch_zip('pickle-get.pt', b'\x80\x02j\xff\xff\xff\x7f.')
torch_zip('pickle-append-text.pt', b'\x80\x02' + v('x') + b'Na.')
torch_zip('pickle-build-global.pt', b'\x80\x02' + g('a', 'b') + b'}b.')
torch_zip('pickle-key.pt', b'\x80\x02}(Nu.')
torch_zip('pickle-names.pt', b'\x80\x02}(' + (v('w') + tensor()) * 2 + b'u.', _0=four)
torch_zip('pickle-control.pt', b'\x80\x02}' + v('a\x1b[2J') + tensor() + b's.', _0=four)
torch_zip('pickle-not-utf8.pt', b'\x80\x02}U\x02\xff\xfe' + tensor() + b's.', _0=four)

# Tensors that reach outside, overflow or promise memory.
torch_zip('tensor-outside.pt', state(tensor(size=(5,))), _0=four)
torch_zip('tensor-offset.pt', state(tensor(offset=1)), _0=four)
torch_zip('tensor-negative-offset.pt', state(tensor(offset=-1)), _0=four)
torch_zip('tensor-negative-stride.pt', state(tensor(stride=(-1,), offset=3)), _0=four)
torch_zip('tensor-negative-size.pt', state(tensor(size=(-4,))), _0=four)
torch_zip('tensor-overflow.pt', state(tensor(size=(2**32, 2**32, 4), stride=(0, 0, 1))), _0=four)
torch_zip('tensor-stride-overflow.pt', state(tensor(size=(3,), stride=(2**62,))), _0=four)
torch_zip('tensor-expanded.pt', state(tensor(size=(2**40,), stride=(0,))), _0=four)
torch_zip('tensor-many.pt', state(*[tensor(size=(2**20,), stride=(0,))] * 64), _0=four)
torch_zip('tensor-rank.pt', state(tensor(size=(1,) * 9, stride=(1,) * 9)), _0=four)
torch_zip('tensor-ranks-differ.pt', state(tensor(stride=(1, 1))), _0=four)
torch_zip('tensor-text-size.pt', state(tensor(size='4')), _0=four)
torch_zip('tensor-no-storage.pt', state(tensor(where=v('0'))), _0=four)
torch_zip('storage-wraps.pt', state(tensor(storage(n=2**62 + 4), offset=2**40)), _0=four)
torch_zip('storage-negative.pt', state(tensor(storage(n=-4))), _0=four)
torch_zip('storage-short.pt', state(tensor()), _0=four[:-1])
torch_zip('storage-missing.pt', state(tensor(storage('1'))), _0=four)
torch_zip('storage-elsewhere.pt', state(tensor(storage('../../etc/passwd'))), _0=four)
torch_zip('storage-type.pt', state(tensor(storage(kind='QUInt8Storage'))), _0=four)
torch_zip('storage-v3.pt', state(g('torch._utils', '_rebuild_tensor_v3') + t(
    storage(n=16, kind='UntypedStorage'), v(0), v((3,)), v((1,)), v(False), b'}',
    g('torch', 'float64')) + b'R'), _0=four)

# The form of five pickles.
torch_legacy('legacy-magic.pt', state(tensor()), magic=1 << 70)
torch_legacy('legacy-version.pt', state(tensor()), version=1000)
torch_legacy('legacy-big-endian.pt', state(tensor()), little=False)
torch_legacy('legacy-no-keys.pt', state(tensor()), keys=(), data=b'')
torch_legacy('legacy-two-keys.pt', state(tensor()), keys=('0', '0'))
torch_legacy('legacy-other-key.pt', state(tensor()), keys=('1',))
torch_legacy('legacy-key-dict.pt', state(tensor()), keys={})
torch_legacy('legacy-count.pt', state(tensor()), data=struct.pack('<q4f', 5, 1, 2, 3, 4))
torch_legacy('legacy-huge.pt', state(tensor(storage(n=2**59))), data=struct.pack('<q', 2**59))
torch_legacy('legacy-short.pt', state(tensor()), data=struct.pack('<q3f', 4, 1, 2, 3))
torch_legacy('legacy-behind.pt', state(tensor()), data=struct.pack('<q5f', 4, 1, 2, 3, 4, 5))
torch_legacy('legacy-two-types.pt', state(tensor(), tensor(storage(kind='IntStorage'))))
torch_legacy('legacy-view.pt', state(tensor(storage(more=(v(('v', 2, 4)),)))))
torch_legacy('legacy-view-overflow.pt', state(tensor(storage(more=(v(('v', 2**62, 2**62)),)))))
save('legacy-tar.pt', b'pickle'.ljust(257, b'\0') + b'ustar'.ljust(255, b'\0'))

# Archives.
torch_zip('zip-bomb.pt', state(tensor(storage(n=2**24), size=(2**24,))),
          zipfile.ZIP_DEFLATED, _0=bytes(2**26))
torch_zip('good.tmp', state(tensor()), _0=four)
with open('good.tmp', 'rb') as f:
    good = f.read()
end = good.rindex(b'PK\5\6')
central = good.index(b'PK\1\2')
last = good.rindex(b'PK\1\2')


def poke(at, form, value):
    def edit(data):
        struct.pack_into(form, data, at, value)
    return edit


patch('zip-crc.pt', 'good.tmp', poke(last + 16, '<I', 1))
patch('zip-size.pt', 'good.tmp', poke(last + 24, '<I', 0x7fffffff))
patch('zip-both-sizes.pt', 'good.tmp', lambda d: struct.pack_into('<II', d, last + 20, 1 << 30, 1 << 30))
patch('zip-method.pt', 'good.tmp', poke(last + 10, '<H', 99))
patch('zip-encrypted.pt', 'good.tmp', poke(last + 8, '<H', 1))
patch('zip-offset.pt', 'good.tmp', poke(last + 42, '<I', 0x7fffffff))
patch('zip-overlap.pt', 'good.tmp', poke(last + 42, '<I', 0))
patch('zip-entries.pt', 'good.tmp', lambda d: struct.pack_into('<HH', d, end + 8, 65535, 65535))
patch('zip-directory.pt', 'good.tmp', poke(end + 16, '<I', 0x7fffffff))
patch('zip-truncated.pt', 'good.tmp', lambda d: d[:end])
patch('zip-head.pt', 'good.tmp', lambda d: d[:30])
patch('zip-no-pickle.pt', 'good.tmp', lambda d: d.replace(b'data.pkl', b'data.pkx'))
os.remove('good.tmp')
save('empty.pt', b'')


# Arrays.
def npz(name, data, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(name, 'w') as z:
        info = zipfile.ZipInfo('xdirection/0.npy')
        info.compress_type = method
        z.writestr(info, data)
        # What else a direction of the network `small` consists of.
        for i in range(1, 12):
            z.writestr(zipfile.ZipInfo('xdirection/%d.npy' % i), b'')


def npy(header, data=b'', version=b'\1\0', length=None):
    length = len(header) if length is None else length
    form = '<H' if version[0] == 1 else '<I'
    return b'\x93NUMPY' + version + struct.pack(form, length) + header.encode() + data


def header(descr="'<f4'", order='False', shape='(8, 1, 3, 3)', more=''):
    return "{'descr': %s, 'fortran_order': %s, 'shape': %s, %s}\n" % (descr, order, shape, more)


right = bytes(288)
npz('npy-magic.npz', b'\x93NUMPX' + npy(header(), right)[6:])
npz('npy-version.npz', npy(header(), right, b'\4\0'))
npz('npy-length.npz', npy(header(), right, b'\2\0', 0xffffffff))
npz('npy-cut.npz', npy(header(), right)[:20])
npz('npy-short.npz', npy(header(), right[1:]))
npz('npy-long.npz', npy(header(), right + b'x'))
npz('npy-object.npz', npy(header("'|O'"), pickle.dumps({})))
npz('npy-record.npz', npy(header("[('a', '<f4')]"), right))
npz('npy-overflow.npz', npy(header(shape='(%d, %d, 4)' % (2**32, 2**32)), right))
npz('npy-huge.npz', npy(header(shape='(%d,)' % 2**60), right))
npz('npy-number.npz', npy(header(shape='(99999999999999999999999,)'), right))
npz('npy-negative.npz', npy(header(shape='(-2,)'), right))
npz('npy-rank.npz', npy(header(shape='(' + '1,' * 9 + ')'), right[:4]))
npz('npy-open.npz', npy(header(shape='(2'), right))
npz('npy-twice.npz', npy(header(more="'shape': (8, 1, 3, 3), "), right))
npz('npy-unknown.npz', npy(header(more="'evil': 1, "), right))
npz('npy-missing.npz', npy("{'descr': '<f4'}", right))
npz('npy-order.npz', npy(header(order='Maybe'), right))
npz('npy-quote.npz', npy("{'descr", right))
npz('npy-zero.npz', npy("{'descr': '<f4'\0}", right))
npz('npy-bomb.npz', npy(header(shape='(%d,)' % 2**24), bytes(2**26)), zipfile.ZIP_DEFLATED)
npz('npy-crc.npz', npy(header(), b'ABCDEFGH' * 36))
patch('npy-crc.npz', 'npy-crc.npz', lambda d: d.replace(b'ABCDEFGH', b'ABCDEFGX', 1))


# safetensors: a header that lies about its tensors, or about itself.
def info(begin=0, end=16, shape=(4,), dtype='F32'):
    return {'dtype': dtype, 'shape': list(shape), 'data_offsets': [begin, end]}


def safetensors(name, head, data=four, length=None):
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    save('weights/' + name, struct.pack('<Q', len(text) if length is None else length) +
         text + data)


safetensors('length.safetensors', {'w': info()}, length=1 << 30)
safetensors('length-huge.safetensors', {'w': info()}, length=(1 << 40) - 1)
safetensors('cut.safetensors', json.dumps({'w': info()}).encode()[:-2], b'')
safetensors('no-object.safetensors', b'{"w": 1}')
safetensors('no-json.safetensors', b'{"w": }')
safetensors('not-utf8.safetensors', b'{"\xff\xfe": {}}')
safetensors('zero-name.safetensors', b'{"a\\u0000b": {}}')
safetensors('twice.safetensors', b'{"w": %s, "w": %s}' % ((json.dumps(info()).encode(),) * 2))
safetensors('nested.safetensors', b'{"w":' + b'[' * 4000)
safetensors('empty.safetensors', {}, b'')
safetensors('names.safetensors', {'module.w\x1b[2J': info()})
safetensors('long-name.safetensors', {'w' * 300: info()})
safetensors('dtype.safetensors', {'w': info(dtype='F8_E4M3')})
safetensors('no-dtype.safetensors', {'w': {'shape': [4], 'data_offsets': [0, 16]}})
safetensors('no-shape.safetensors', {'w': {'dtype': 'F32', 'data_offsets': [0, 16]}})
safetensors('no-offsets.safetensors', {'w': {'dtype': 'F32', 'shape': [4]}})
safetensors('three-offsets.safetensors', {'w': dict(info(), data_offsets=[0, 16, 16])})
safetensors('real-shape.safetensors', {'w': info(shape=[4.0])})
safetensors('negative-shape.safetensors', {'w': info(shape=[-4])})
safetensors('overflow.safetensors', {'w': info(shape=[2**32, 2**32, 4])})
safetensors('number.safetensors', b'{"w":{"dtype":"F32","shape":[99999999999999999999],'
            b'"data_offsets":[0,16]}}')
safetensors('rank.safetensors', {'w': info(shape=[1] * 8 + [4])})
safetensors('size.safetensors', {'w': info(shape=[5])})
safetensors('outside.safetensors', {'w': info(0, 32, [8])})
safetensors('backwards.safetensors', {'w': info(16, 0)})
safetensors('negative.safetensors', {'w': info(-16, 0)})
safetensors('overlap.safetensors', {'a': info(), 'b': info(8, 24)}, four * 2)
safetensors('same.safetensors', {'a': info(), 'b': info()})
safetensors('hole.safetensors', {'a': info(), 'b': info(20, 36)}, four * 2 + b'1234')
safetensors('behind.safetensors', {'w': info()}, four * 2)
safetensors('metadata.safetensors', {'w': info(), '__metadata__': {'epoch': 3}})
safetensors('u64.safetensors', {'w': info(shape=[2], dtype='U64')}, b'\xff' * 16)


# npz as weights, and archives of others.
def weights_zip(name, method=zipfile.ZIP_STORED, **entries):
    with io.BytesIO() as f:
        with zipfile.ZipFile(f, 'w', method) as z:
            for path, data in entries.items():
                z.writestr(path.replace('__', '.'), data)
        save('weights/' + name, f.getvalue())


weights_zip('no-arrays.npz', hello__txt=b'hello')
weights_zip('keras.keras', config__json=b'{}', model__weights__h5=b'\x89HDF')
weights_zip('export.pt2', archive_format=b'pt2')
weights_zip('only-notes.npz', epoch__npy=npy(header(shape='()'), four[:4]))
weights_zip('text.npz', w__npy=npy(header("'<U4'", shape='(1,)'), bytes(16)))
weights_zip('bomb.npz', zipfile.ZIP_DEFLATED,
            w__npy=npy(header("'|u1'", shape='(%d,)' % 2**24), bytes(2**24)))
weights_zip('many.npz', zipfile.ZIP_DEFLATED, **{
    'w__%d__npy' % i: npy(header("'|i1'", shape='(%d,)' % 2**19), bytes(2**19))
    for i in range(8)})
save('weights/saved_model.pb', b'\x08\x01\x12\x80\x02\x0a' + bytes(300))
save('weights/model.h5', b'\x89HDF\r\n\x1a\n' + bytes(500))
save('weights/model.gguf', b'GGUF\3\0\0\0' + bytes(100))
save('weights/model.tflite', b'\x1c\0\0\0TFL3' + bytes(100))
save('weights/single.npy', npy(header(), right))
