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

What is wrong with the input raises losspipe.Error; a stage that lets it pass ends
with one line on standard error and exit status 1, as every program does.

In a notebook, landscape(module, loss) draws what surrounds a module of PyTorch.
"""
import argparse
import hashlib
import math
import os
import re
import select
import signal
import struct
import subprocess
import sys
import zlib

MAGIC = b'\x95\xa4LLv1'
RECORD_BYTES, RUN_BYTES = 16 << 20, 8 << 20
HEADER_BYTES, HEADER_VALUES, HEADER_DEPTH, KIND_BYTES = 4 << 20, 400000, 16, 31


class Error(ValueError):
    """Wrong input, in one line that says what was expected."""


class Usage(Error):
    """A wrong command line."""


class _NoRecord(Error):
    """Bytes that begin as no record does."""


_begun = []  # writers that have sent a segment


def _tear():
    """A record that breaks off, so that nobody takes what was sent for all there is."""
    for writer in _begun:
        try:
            os.write(writer.file.fileno(), MAGIC + b'\xa5begin')
        except OSError:
            pass  # said already, or seen by nobody


def fail(text, status=1):
    """Ends the program with a line behind its name."""
    shown = ''.join(c if c.isprintable() else '?' for c in str(text))
    print('%s: %s' % (os.path.basename(sys.argv[0]), shown), file=sys.stderr)
    sys.stderr.flush()
    _tear()
    os._exit(status)  # what is still to be written is not complete


def _unhandled(kind, value, trace):
    if isinstance(value, OSError):
        name = '' if value.filename is None else '%s: ' % value.filename
        fail(name + (value.strerror or str(value)))
    if isinstance(value, Error):
        fail(value, 2 if isinstance(value, Usage) else 1)
    _tear()
    sys.__excepthook__(kind, value, trace)


def stage():
    """This process is a stage: it reads standard input or writes standard output.

    Whoever does so with this module, or asks it for the arguments, has said that;
    a notebook that imports it keeps its own manners."""
    if sys.excepthook is _unhandled:
        return
    sys.excepthook = _unhandled
    # Where nobody reads on, or somebody interrupts, a stage ends as quietly as any filter.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _stage_with(file):
    try:
        if file.fileno() in (0, 1):
            stage()
    except (AttributeError, OSError):
        pass  # no file of the system


def output(binary=True):
    """Standard output for the stage alone: what others print goes to standard error."""
    stage()
    if binary and os.isatty(1):
        raise Error('standard output is a terminal, expected a file or a pipe: records are no text')
    sys.stdout.flush()
    file = open(os.dup(1), 'wb' if binary else 'w')
    os.dup2(2, 1)
    return file


class Result:
    """The file that a stage is asked for with -o, or standard output, as a context.

    As with every program, it grows as FILE.part and gets its name when it is complete;
    another kind of file, which does not begin with these bytes, is not replaced."""

    def __init__(self, path, stdout, force, start):
        self.path, self.file = path, stdout
        if path is None:
            return
        if os.path.isdir(path):
            raise Error('%s is a folder, expected a file' % path)
        self.path = os.path.realpath(path)
        self.special = os.path.exists(path) and not os.path.isfile(path)
        if not force and os.path.isfile(path):
            with open(path, 'rb') as old:
                if old.read(len(start)) not in (start, b''):
                    raise Error('%s holds something else, which --force replaces' % path)
        if not self.special and os.path.islink(self.path + '.part'):
            raise Error('%s.part is a symbolic link: remove it' % self.path)

    def __enter__(self):
        if self.path is not None:
            self.file = open(self.path if self.special else self.path + '.part', 'wb')
        return self.file

    def __exit__(self, kind, value, trace):
        if self.path is None:
            self.file.flush()
            return
        if kind is None:
            self.file.flush()
            if not self.special:
                os.fsync(self.file.fileno())
                if os.path.exists(self.path):
                    os.chmod(self.file.fileno(), os.stat(self.path).st_mode & 0o7777)
        self.file.close()
        if self.special:
            return
        if kind is None:
            os.rename(self.path + '.part', self.path)
        else:
            os.unlink(self.path + '.part')


class Parser(argparse.ArgumentParser):
    """Options as every program has them: one line for what is wrong, --help from the
    stage's docstring, whose 'more: PAGE' comes last. A stage that reads streams has
    --partial, which records() obeys."""

    def __init__(self, usage, reads=False):
        stage()
        about, more, page = (sys.modules['__main__'].__doc__ or '').partition('\nmore: ')
        super().__init__(prog=os.path.basename(sys.argv[0]), usage='%(prog)s ' + usage, allow_abbrev=False,
                         description=about, epilog=more.strip() + ' ' + page if page else None,
                         formatter_class=argparse.RawDescriptionHelpFormatter)
        if reads:
            self.add_argument('-p', '--partial', action='store_true',
                              help='take what is there of a training run that has no end')

    def error(self, message):
        # what is no option is said before what is missing
        wrong = [w for w in sys.argv[1:] if w.startswith('-') and w != '-' and
                 w.split('=')[0] not in self._option_string_actions]
        if wrong and 'are required' in message:
            message = 'unrecognized arguments: %s' % ' '.join(wrong)
        raise Usage('%s, usage: %s' % (message, ' '.join(self.format_usage().split()[1:])))

    def with_file(self, tf32=False):
        """The operand of the torch-* stages."""
        self.add_argument('file', metavar='FILE.py', help='Python that says what is evaluated')
        self.add_argument('-v', '--verbose', action='store_true',
                          help="show Python's trace of what goes wrong in FILE.py")
        if tf32:
            self.add_argument('--tf32', action='store_true',
                              help='let a GPU round the factors of products to 10 bits, as PyTorch does by itself')
        return self

    def parse(self):
        global _partial
        found = self.parse_args()
        _partial = getattr(found, 'partial', False)
        return found


_partial = False  # --partial was given


def arguments(least, most, usage, reads=False):
    """The operands; with others than least to most of them, or -h, usage is said.

    A stage that reads streams has --partial, which records() obeys."""
    global _partial
    stage()
    words = sys.argv[1:]
    if reads:
        usage = '[--partial] ' + usage
        _partial = any(w in ('-p', '--partial') for w in words)
        words = [w for w in words if w not in ('-p', '--partial')]
    if words[:1] in (['-h'], ['--help']):
        print('usage: %s %s\n\n%s' % (os.path.basename(sys.argv[0]), usage,
                                     (sys.modules['__main__'].__doc__ or '').strip()))
        sys.exit(0)
    if not least <= len(words) <= most:
        raise Usage('%d operands, usage: %s %s' % (len(words), os.path.basename(sys.argv[0]), usage))
    return words


def integer(text, what, least, most, error=Error):
    """The whole number that text is, decimal digits alone."""
    if not re.fullmatch('[0-9]{1,18}', text, re.ASCII) or not least <= int(text) <= most:
        raise error("%s is '%.40s', expected %d to %d" % (what, text, least, most))
    return int(text)


def real(text, what):
    """The finite number that text is, decimal."""
    form = '[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?'
    if not re.fullmatch(form, text, re.ASCII) or math.isinf(float(text)):
        raise Error("%s is '%.40s', expected a finite number" % (what, text))
    return float(text)


class Extension(tuple):
    """An extension value of msgpack: its type and its bytes."""


def pack(v):
    """v in msgpack: dict, list, tuple, str, bytes, bool, int, float, None, Extension."""
    if v is None or isinstance(v, bool):
        return {None: b'\xc0', False: b'\xc2', True: b'\xc3'}[v]
    if isinstance(v, int):
        if -32 <= v < 128:
            return struct.pack('b', v)
        return struct.pack('>BQ', 0xcf, v) if v >= 2**63 else struct.pack('>Bq', 0xd3, v)
    if isinstance(v, float):
        return struct.pack('>Bd', 0xcb, v)
    if isinstance(v, Extension):
        return struct.pack('>BIB', 0xc9, len(v[1]), v[0]) + v[1]
    if isinstance(v, dict):
        return _head(v, 0x80, 16, 0xde) + b''.join(pack(x) for kv in v.items() for x in kv)
    if isinstance(v, (list, tuple)):
        return _head(v, 0x90, 16, 0xdc) + b''.join(map(pack, v))
    if isinstance(v, str):
        chars = v.encode('utf-8', 'surrogateescape')
        return _head(chars, 0xa0, 32, 0xda) + chars
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
            0xc7: ('>B', Extension), 0xc8: ('>H', Extension), 0xc9: ('>I', Extension),
            0xd9: ('>B', str), 0xda: ('>H', str), 0xdb: ('>I', str),
            0xdc: ('>H', list), 0xdd: ('>I', list), 0xde: ('>H', dict), 0xdf: ('>I', dict)}


def unpack(data, at=0, most=RECORD_BYTES, depth=HEADER_DEPTH):
    """The value at data[at:] and where it ends.

    IndexError or struct.error: more bytes are needed.  No length above most counts."""
    c, at = data[at], at + 1
    if c < 0x80 or c >= 0xe0:
        return (c + 128) % 256 - 128, at
    if c in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[c], at
    if c in _NUMBERS:
        size = struct.calcsize(_NUMBERS[c])
        return struct.unpack_from(_NUMBERS[c], data, at)[0], at + size
    if c == 0xc1:
        raise Error('its header is not msgpack')
    if c < 0xc0:
        n, kind = (c & 31, str) if c >= 0xa0 else (c & 15, list if c >= 0x90 else dict)
    elif 0xd4 <= c <= 0xd8:
        n, kind = 1 << c - 0xd4, Extension
    else:
        form, kind = _LENGTHS[c]
        (n,), at = struct.unpack_from(form, data, at), at + struct.calcsize(form)
    if n > most or (kind in (list, dict) and n > HEADER_VALUES):
        raise Error('it claims a length of %d, at most %d are allowed' % (n, most))
    if kind in (list, dict):
        return _items(data, at, n, kind, most, depth)
    at += kind is Extension
    if at + n > len(data):
        raise IndexError
    part = bytes(data[at:at + n])
    if kind is str:
        part = part.decode('utf-8', 'surrogateescape')
    return Extension((data[at - 1], part)) if kind is Extension else part, at + n


def _items(data, at, n, kind, most, depth):
    if depth == 0:
        raise Error('its header nests deeper than %d' % HEADER_DEPTH)
    items = []
    for _ in range(n * (2 if kind is dict else 1)):
        item, at = unpack(data, at, most, depth - 1)
        items.append(item)
    if kind is list:
        return items, at
    found = {}
    for key, value in zip(items[::2], items[1::2]):
        # the first of a name counts, as everywhere; a map as a key is bytes
        found.setdefault(pack(key) if isinstance(key, (list, dict)) else key, value)
    return found, at


def _wrong_kind(data):
    """What is no record, and what to do with it: recdump knows, where it is installed."""
    try:
        said = subprocess.run(['recdump'], input=data[:512], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr
    except OSError:
        said = b''
    found = re.fullmatch('recdump: standard input: (.+)\n', said.decode('utf-8', 'replace'))
    return found[1] if found else 'of no kind that is known here, expected losspipe records'


def _record(data):
    """The parts of the record that data begins with and its length; IndexError: not all is there."""
    if data[:len(MAGIC)] != MAGIC[:len(data)]:
        raise _NoRecord('not a losspipe record (its magic number is missing)')
    kind, at = unpack(data, len(MAGIC), KIND_BYTES)
    if not isinstance(kind, str) or not kind or '\0' in kind:
        raise Error("its kind is not a text of 1 to %d bytes" % KIND_BYTES)
    header, at = unpack(data, at, HEADER_BYTES)
    if not isinstance(header, dict):
        raise Error('its header is not a map')
    payload, at = unpack(data, at)
    if not isinstance(payload, (bytes, type(None))):
        raise Error('its payload is neither bin nor nil')
    mark, crc = struct.unpack_from('>BI', data, at)
    if mark != 0xce:
        raise Error('it has no CRC-32')
    if at + 5 > RECORD_BYTES:
        raise Error('it has %d bytes, at most %d are allowed' % (at + 5, RECORD_BYTES))
    if zlib.crc32(data[:at]) != crc:
        raise Error('it is damaged: its CRC-32 is %08x, stored is %08x' % (zlib.crc32(data[:at]), crc))
    return kind, header, payload, at + 5


def _read(file, n):
    """What has come by now, at most n bytes; nothing at the end."""
    read = getattr(file, 'read1', file.read)
    while True:
        more = read(n)
        if more is not None:
            return more
        select.select([file], [], [])  # a file that does not wait


def _more(file, data):
    """data and what has come behind it: at least all of a record whose length can be seen.
    None at the end."""
    wanted = len(data) + 1
    try:
        _, at = unpack(data, len(MAGIC), KIND_BYTES)
        _, at = unpack(data, at, HEADER_BYTES)
        if data[at] == 0xc6:  # bin 32
            wanted = max(wanted, min(at + 5 + struct.unpack_from('>I', data, at + 1)[0] + 5, RECORD_BYTES))
    except (IndexError, struct.error, Error):
        pass
    pieces, size = [data], len(data)
    while size < wanted:
        more = _read(file, max(wanted - size, 1 << 16))
        if not more:
            break
        pieces.append(more)
        size += len(more)
    return b''.join(pieces) if size > len(data) else None


class _Segments:
    """The order begin, records, end, what the end mark says, runs that are open."""

    def __init__(self):
        self.open, self.segments, self.count, self.runs = False, 0, 0, {}

    def mark(self, kind, header):
        run = header.get('run')
        if not isinstance(run, str) or not re.fullmatch('[0-9a-f]{64}', run, re.ASCII):
            raise Error('%s: run is %.60r, expected 64 hexadecimal digits' % (kind, run))
        # a close of a run that is not open means nothing
        self.runs[run] = max(0, self.runs.get(run, 0) + (1 if kind == 'open' else -1))
        if self.runs[run] == 0:
            del self.runs[run]

    def take(self, kind, header, record):
        if kind == 'begin':
            if self.open:
                raise Error('a segment begins before the one before it has ended')
            if type(header.get('version')) is not int or header['version'] != 1:
                raise Error('begin: its version is %r, expected 1' % (header.get('version'),))
            self.open, self.count, self.digest = True, -1, hashlib.sha256()
            self.segments += 1
        elif not self.open:
            raise Error("a '%s' record stands outside of a segment" % kind)
        elif kind == 'end':
            said = header.get('count')
            if type(said) is not int or said != self.count:
                raise Error('the end mark counts %r records, %d came before it' % (said, self.count))
            if header.get('digest') != self.digest.hexdigest():
                raise Error("the end mark's digest is not that of the segment")
            self.open = False
            return
        elif kind in ('open', 'close'):
            self.mark(kind, header)
        self.count += 1
        self.digest.update(record)


def records(file, may_be_empty=False):
    """Yields kind, header, payload and bytes of each record, as soon as it has come.

    Raises Error where a CRC, a count, a digest or the order is wrong, an end mark is
    missing, a training run has no end (without --partial), or nothing comes at all (unless may_be_empty)."""
    _stage_with(file)
    name = getattr(file, 'name', 'input')
    name = 'standard input' if name in (0, '<stdin>') else name
    data, segments = b'', _Segments()
    while True:
        try:
            kind, header, payload, end = _record(data)
            record, data = data[:end], data[end:]
            segments.take(kind, header, record)
        except (IndexError, struct.error):
            more = _more(file, data)
            if more is None:
                break
            data = more
            continue
        except Error as error:
            if isinstance(error, _NoRecord) and not segments.open and not segments.segments:
                raise Error('%s: %s' % (name, _wrong_kind(data))) from None
            raise Error('%s: record %d: %s' % (name, segments.count + 1, error)) from None
        yield kind, header, payload, record
    if data or segments.open:
        raise Error('%s: truncated after %d records, without an end mark (did an earlier stage fail?)'
                    % (name, segments.count if segments.open else 0))
    if segments.segments == 0 and not may_be_empty:
        raise Error('%s is empty, expected records' % name)
    for run in segments.runs:
        text = '%s: training run %.16s has no end: ' % (name, run)
        if not _partial:
            raise Error(text + 'it, or a stage behind it, failed or was interrupted (--partial takes '
                        'what is there)')
        print('%s: warning: %swhat is there is taken' % (os.path.basename(sys.argv[0]), text), file=sys.stderr)


def plane(file, take, ranges=False):
    """What evalgrid --exec-form place sends: take(kind, header, payload) for each record of the
    model and its directions; returns an iterator over (id, rep, x, y), the points to answer.

    The point's parameters are theta + (x dx + y dy), the bracket first. With ranges it is one
    over (id, rep, x, y, images): None for all images or, with evalgrid --error, the range of
    them that is asked for."""
    _stage_with(file)
    data, segments = b'', _Segments()
    while True:
        try:
            kind, header, payload, end = _record(data)
            segments.take(kind, header, data[:end])
        except (IndexError, struct.error):
            more = _more(file, data)
            if more is not None:
                data = more
                continue
            if data or segments.count:
                raise Error('the input is truncated in the plane, behind %d records' % segments.count) from None
            return iter(())  # nothing is asked
        except Error as error:
            raise Error('record %d: %s (this program is one for evalgrid --exec-form place)'
                        % (segments.count + 1, error)) from None
        data = data[end:]
        if kind == 'place':
            raise Error('the points come as whole networks, expected as places: evalgrid --exec-form place')
        take(kind, header, payload)
        if kind == 'end':
            return _places(file, data, ranges)


def _places(file, data, ranges):
    while True:
        *lines, data = data.split(b'\n')
        for line in lines:
            try:
                number, rep, x, y, *images = line.split()
                point = int(number), int(rep), float(x), float(y)
                if images:
                    first, end = images
                    images = range(int(first), int(end))
            except ValueError:
                raise Error("the point '%.60s', expected 'id rep x y' or 'id rep x y from to'"
                            % line.decode('latin1')) from None
            if images and not ranges:
                raise Error('this program evaluates all of its images at once: leave out --error')
            yield point + (images or None,) if ranges else point
        more = _read(file, 1 << 16)
        if not more:
            if data:
                raise Error('the input is truncated in a point')
            return
        data += more


def order(n, seed=None):
    """The order in which evalgrid --error takes n images (losspipe(5)); the seed is, in a program
    that it runs, the one of --sample-seed."""
    seed = int(os.environ.get('LOSSPIPE_ORDER', 0)) if seed is None else seed
    h = 0xcbf29ce484222325
    for byte in b'images':
        h = (h ^ byte) * 0x100000001b3 % 2**64
    images, block, words = list(range(n)), -1, ()
    for i in range(n - 1, 0, -1):
        if i // 4 != block:
            block = i // 4
            c0, c1, c2, c3, k0, k1 = block, 21, h % 2**32, h >> 32, seed % 2**32, seed >> 32
            for _ in range(10):
                p, q = 0xD2511F53 * c0, 0xCD9E8D57 * c2
                c0, c1, c2, c3 = q >> 32 ^ c1 ^ k0, q % 2**32, p >> 32 ^ c3 ^ k1, p % 2**32
                k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
            words = c0, c1, c2, c3
        j = words[i % 4] * (i + 1) >> 32
        images[i], images[j] = images[j], images[i]
    return images


def field(kind, header, key, *types):
    """header[key], which is of one of the types; bool is no int."""
    value = header.get(key)
    if type(value) not in types:
        raise Error("%s: '%s' is %s, expected %s" % (
            kind, key, 'missing' if key not in header else repr(value)[:40],
            ' or '.join({str: 'a text', int: 'an integer', float: 'a number', list: 'an array',
                         dict: 'a map', bytes: 'bytes'}[t] for t in types)))
    return value


def landscape(module, loss, x=(-1, 1, 25), y=(-1, 1, 25), seed=7, norm='filter', ignore='biasbn', progress=None):
    """The loss of a torch.nn.Module on a grid around it, along random directions.

    loss(module) returns the loss, or the loss and the accuracy in percent. x and y are
    (lo, hi, number of points); without y (None) it is a curve. seed, norm and ignore are
    those of dirgen(1) and fnorm(1). The module is evaluated as it is, where it is, and in
    the end is as it was. Returns a Landscape: arrays x, y, loss, accuracy; a notebook
    shows its picture; page() is one to look around in; save(path) writes either."""
    folder = os.path.dirname(os.path.realpath(__file__))
    if folder not in sys.path:
        sys.path.append(folder)
    import losslandscape
    return losslandscape.landscape(module, loss, x, y, seed, norm, ignore, progress)


class Writer:
    """Segments: begin, record and copy, end."""

    def __init__(self, file):
        _stage_with(file)
        self.file = file

    def begin(self, program, options=None, before=None, version='1'):
        """before: the header of the begin record whose work is continued."""
        before = before or {'version': 1, 'history': []}
        entry = {'program': program, 'version': version, 'options': options or {}}
        self.count, self.digest = -1, hashlib.sha256()
        history = field('begin', before, 'history', list)
        self.record('begin', {**before, 'history': history + [entry]})

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
        if self not in _begun:
            _begun.append(self)
