"""ONNX files by hand: the messages that the makers here and in hostile/ need."""


def varint(v):
    v &= 2**64 - 1
    out = b''
    while v > 127:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def i(number, v):
    return varint(number << 3) + varint(v)


def b(number, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name='w', dims=(4, 8), kind=1, data=None, more=b''):
    n = 1
    for d in dims:
        n *= d
    data = bytes(4 * n) if data is None else data
    return b(5, b''.join(i(1, d) for d in dims) + i(2, kind) + b(8, name) + b(9, data) + more)


def value(field, name='x', dims=(1, 8), kind=1):
    shape = b''.join(b(1, i(1, d)) for d in dims)
    return b(field, b(1, name) + b(2, b(1, i(1, kind) + b(2, shape))))


def ints(name, *v):
    return b(5, b(1, name) + b''.join(i(8, x) for x in v) + i(20, 7))


def text(name, v):
    return b(5, b(1, name) + b(4, v) + i(20, 3))


def attr(name, v):
    return b(5, b(1, name) + i(3, v) + i(20, 2))


def node(op, inputs, outputs, *attributes, name='n', domain=''):
    return b(1, b''.join(b(1, x) for x in inputs) + b''.join(b(2, x) for x in outputs) +
             b(3, name) + b(4, op) + b(7, domain) + b''.join(attributes))


def model(*parts, opset=13):
    return i(1, 7) + b(7, b''.join(parts)) + b(8, b(1, '') + i(2, opset))
