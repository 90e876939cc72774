"""Streams of losspipe(5) for stages in Python, from the standard library alone.

    import sys, losspipe

    out = losspipe.Writer(sys.stdout.buffer)
    for kind, header, payload, record in losspipe.records(sys.stdin.buffer):
        if kind == 'begin':
            out.begin('mystage', {'k': 1}, header)
        elif kind == 'end':
            out.end()
        else:
            out.copy(record)
"""
import hashlib
import signal
import struct
import zlib

# Where nobody reads on, a stage ends as quietly as any filter.
signal.signal(signal.SIGPIPE, signal.SIG_DFL)

MAGIC = b'\x95\xa4LLv1'
RECORD_BYTES, RUN_BYTES = 16 << 20, 8 << 20


def pack(v):
    """v in msgpack: dict, list, tuple, str, bytes, bool, int, float, None."""
    if v is None or isinstance(v, bool):
        return {None: b'\xc0', False: b'\xc2', True: b'\xc3'}[v]
    if isinstance(v, int):
        if -32 <= v < 128:
            return struct.pack('b', v)
        return struct.pack('>BQ', 0xcf, v) if v >= 2**63 else struct.pack('>Bq', 0xd3, v)
    if isinstance(v, float):
        return struct.pack('>Bd', 0xcb, v)
    if isinstance(v, dict):
        return _head(v, 0x80, 16, 0xde) + b''.join(pack(x) for kv in v.items() for x in kv)
    if isinstance(v, (list, tuple)):
        return _head(v, 0x90, 16, 0xdc) + b''.join(map(pack, v))
    if isinstance(v, str):
        return _head(v.encode(), 0xa0, 32, 0xda) + v.encode()
    return struct.pack('>BI', 0xc6, len(v)) + v


def _head(v, small, room, wide):
    n = len(v)
    if n < room:
        return bytes([small + n])
    return struct.pack('>BH', wide, n) if n < 65536 else struct.pack('>BI', wide + 1, n)


# By first byte: the format of a number, or of a length and what has it.
_NUMBERS = {0xca: '>f', 0xcb: '>d', 0xcc: '>B', 0xcd: '>H', 0xce: '>I', 0xcf: '>Q',
            0xd0: '>b', 0xd1: '>h', 0xd2: '>i', 0xd3: '>q'}
_LENGTHS = {0xc4: ('>B', bytes), 0xc5: ('>H', bytes), 0xc6: ('>I', bytes),
            0xd9: ('>B', str), 0xda: ('>H', str), 0xdb: ('>I', str),
            0xdc: ('>H', list), 0xdd: ('>I', list), 0xde: ('>H', dict), 0xdf: ('>I', dict)}


def unpack(data, at=0):
    """The value at data[at:] and where it ends."""
    c, at = data[at], at + 1
    if c < 0x80 or c >= 0xe0:
        return (c + 128) % 256 - 128, at
    if c in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[c], at
    if c in _NUMBERS:
        size = struct.calcsize(_NUMBERS[c])
        return struct.unpack_from(_NUMBERS[c], data, at)[0], at + size
    if c < 0xc0:
        n, kind = (c & 31, str) if c >= 0xa0 else (c & 15, list if c >= 0x90 else dict)
    else:
        form, kind = _LENGTHS[c]
        (n,), at = struct.unpack_from(form, data, at), at + struct.calcsize(form)
    if kind in (str, bytes):
        if at + n > len(data):
            raise IndexError('cut off')
        part = bytes(data[at:at + n])
        return part.decode() if kind is str else part, at + n
    items = []
    for _ in range(n * (2 if kind is dict else 1)):
        item, at = unpack(data, at)
        items.append(item)
    return (dict(zip(items[::2], items[1::2])) if kind is dict else items), at


def records(file):
    """Yields kind, header, payload and bytes of each record; checks CRCs and ends.

    A file opened with buffering=0 gives each record as soon as it has come."""
    data, count, digest = b'', 0, None
    while True:
        try:
            fields, end = unpack(data) if data else (None, 0)
            if end > len(data):
                raise IndexError('cut off')
        except (IndexError, struct.error):
            end = 0
        if end == 0:
            more = file.read(1 << 16 if len(data) < 1 << 16 else len(data))
            if not more:
                break
            data += more
            if data[:6] != MAGIC[:len(data)] or len(data) > 4 * RECORD_BYTES:
                raise ValueError('not a losspipe record')
            continue
        record, data = data[:end], data[end:]
        _, kind, header, payload, crc = fields
        if record[:6] != MAGIC or zlib.crc32(record[:-5]) != crc:
            raise ValueError('a %s record is damaged' % kind)
        if (kind == 'begin') == bool(digest):
            raise ValueError('a %s record stands where it cannot' % kind)
        if kind == 'begin':
            count, digest = -1, hashlib.sha256()
        if kind == 'end' and (header['count'], header['digest']) != (count, digest.hexdigest()):
            raise ValueError('the end mark does not fit')
        count, digest = (count + 1, digest) if kind != 'end' else (0, None)
        if digest:
            digest.update(record)
        yield kind, header, payload, record
    if data or digest:
        raise ValueError('truncated, without an end mark (did an earlier stage fail?)')


class Writer:
    """Segments: begin, record and copy, end."""

    def __init__(self, file):
        self.file = file

    def begin(self, program, options=None, before=None, version='1'):
        """before: the header of the begin record whose work is continued."""
        before = before or {'version': 1, 'history': []}
        entry = {'program': program, 'version': version, 'options': options or {}}
        self.count, self.digest = -1, hashlib.sha256()
        self.record('begin', {**before, 'history': before['history'] + [entry]})

    def record(self, kind, header, payload=None):
        r = MAGIC + pack(kind) + pack(header) + pack(payload)
        self.copy(r + b'\xce' + struct.pack('>I', zlib.crc32(r)))

    def copy(self, record):
        self.count += 1
        self.digest.update(record)
        self.file.write(record)

    def elements(self, kind, header, data):
        """A whole tensor or delta in runs; header without offset."""
        size = int(header['dtype'][-1])
        for at in range(0, max(len(data), 1), RUN_BYTES):
            self.record(kind, {**header, 'offset': at // size}, data[at:at + RUN_BYTES])

    def end(self):
        self.record('end', {'count': self.count, 'digest': self.digest.hexdigest()})
        self.file.flush()
