"""losspipe.landscape(): the loss around a module of PyTorch, for notebooks and scripts.

dirgen, fnorm and evalgrid run underneath; evalgrid asks this process for the losses.
"""
import contextlib
import html
import io
import math
import os
import select
import signal
import subprocess
import sys
import tempfile
import time

import losspipe
import losstorch
import torch

# evalgrid --exec runs this for its questions, and takes the answers from it.
# Where Python was killed before it asks, nobody would ever open the other ends.
RELAY = '''#!/bin/sh
kill -0 "$LOSSPIPE_ASKED_BY" || exit 1
exec 3<"$LOSSPIPE_ASKS/answers" 4>"$LOSSPIPE_ASKS/questions"
{ cat <&3; kill $$ 2>&-; } &
exec cat >&4
'''


def _bin():
    """The folder of the programs: of this build, of this installation, or on PATH."""
    here = os.path.dirname(os.path.realpath(__file__))
    folders = [os.environ.get('LOSSPIPE_BIN', ''), os.path.join(here, '../build/bin'),
               os.path.join(here, '../../../bin')] + os.environ.get('PATH', '').split(os.pathsep)
    for folder in folders:
        if folder and os.access(os.path.join(folder, 'evalgrid'), os.X_OK):
            return os.path.abspath(folder)
    raise losspipe.Error('evalgrid is not on PATH, expected the programs of losspipe there or in LOSSPIPE_BIN')


def _run(words, stream):
    """What a program makes of a stream."""
    done = subprocess.run([os.path.join(_bin(), words[0])] + words[1:], input=stream, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode:
        raise losspipe.Error(done.stderr.decode('utf-8', 'replace').strip() or '%s failed' % words[0])
    return done.stdout


class Page:
    """landpage's page; a notebook shows it in a frame."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return '<Page of %d KB>' % math.ceil(len(self.text) / 1000)

    def _repr_html_(self):
        return '<iframe srcdoc="%s" width="100%%" height="640" style="border:0"></iframe>' % html.escape(self.text)

    def save(self, path):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(self.text)


class Landscape:
    """A surface, or a curve when it has no y.

    x, y                coordinates along the axes (y: None)
    loss, accuracy      [y][x], or [x]; accuracy is None when the loss has none
    stream              the records of evalgrid, which every program reads

    Arrays of numpy where it is installed, else lists."""

    def __init__(self, stream):
        self.stream = stream
        grid, points = None, []
        for kind, h, _, _ in losspipe.records(io.BytesIO(stream)):
            if kind == 'grid':
                grid = h
            elif kind == 'point':
                points.append(h)
        axes = [grid['x']] + ([grid['y']] if grid.get('y') else [])
        nx, ny = axes[0][2], axes[1][2] if len(axes) > 1 else 1

        def table(key):
            rows = [[math.nan] * nx for _ in range(ny)]
            for p in points:
                rows[p.get('iy') or 0][p['ix']] = float(p[key])
            return self._array(rows if len(axes) > 1 else rows[0])
        at = [{}, {}]
        for p in points:
            at[0][p['ix']], at[1][p.get('iy') or 0] = p['x'], p.get('y')
        self.x = self._array([at[0][i] for i in range(nx)])
        self.y = self._array([at[1][i] for i in range(ny)]) if len(axes) > 1 else None
        self.loss = table('loss')
        self.accuracy = table('acc') if all(p.get('acc') is not None for p in points) else None

    @staticmethod
    def _array(values):
        try:
            import numpy
        except ImportError:
            return values
        return numpy.array(values, dtype=float)

    def svg(self, *options):
        """A picture by contour(1), as text; options are contour's: svg('--style', 'surface')."""
        return _run(['contour', *options], self.stream).decode()

    def page(self, *options):
        """A page to look around in, by landpage(1)."""
        return Page(_run(['landpage', *options], self.stream).decode())

    def save(self, path):
        """Writes what the ending says: .ll (the stream), .svg, .html, or .csv, .json, .npz, .vtk by gridconv(1)."""
        ending = os.path.splitext(path)[1][1:]
        words = {'svg': ['contour'], 'html': ['landpage']}.get(ending, ['gridconv', '-t', ending])
        data = self.stream if ending == 'll' else _run(words, self.stream)
        with open(path, 'wb') as file:
            file.write(data)

    def _repr_svg_(self):
        return self.svg()

    def __repr__(self):
        rows = [self.loss] if self.y is None else self.loss
        values = [float(v) for row in rows for v in row if math.isfinite(v)]
        return '<Landscape of %s points, loss %s>' % (
            ' x '.join(str(len(a)) for a in (self.x, self.y) if a is not None),
            '%.4g to %.4g' % (min(values), max(values)) if values else 'nowhere finite')


class _Progress:
    """A line in the place of the last, where somebody looks."""

    def __init__(self, wanted, total):
        self.wanted = sys.stderr.isatty() or 'ipykernel' in sys.modules if wanted is None else wanted
        self.total, self.from_s, self.said_s = total, time.monotonic(), 0

    def say(self, done):
        now = time.monotonic()
        if not self.wanted or now - self.said_s < 1 and done < self.total:
            return
        self.said_s = now
        left = (now - self.from_s) / done * (self.total - done)
        print('\r%d of %d points, %.0f s left ' % (done, self.total, left), end='\n' if done == self.total else '',
              file=sys.stderr, flush=True)


class _Module:
    """Weights come and go; in the end the module is as it was."""

    def __init__(self, module, parts):
        self.modes = [(m, m.training) for m in module.modules()]
        self.values = [(p.value, p.value.clone()) for p in parts]
        self.module = module

    def __enter__(self):
        self.module.eval()

    def __exit__(self, *_):
        with torch.no_grad():
            for value, before in self.values:
                value.copy_(before)
        for m, mode in self.modes:
            m.training = mode


@contextlib.contextmanager
def _ends(folder):
    """Our ends of the two pipes, open before anybody waits for them."""
    for pipe in ('questions', 'answers'):
        os.mkfifo(os.path.join(folder, pipe), 0o600)
    asks = os.open(os.path.join(folder, 'questions'), os.O_RDONLY | os.O_NONBLOCK)
    # open for reading, too: nobody waits for the other here
    answers = os.open(os.path.join(folder, 'answers'), os.O_RDWR)
    try:
        yield asks, answers
    finally:
        os.close(asks)
        os.close(answers)


def _serve(asks, answers, evalgrid, module, loss, progress):
    """Answers what evalgrid asks, until it has no more questions or ends."""
    loader, answered = losstorch.Loader(module, 'this call'), 0
    waits = select.poll()
    waits.register(asks, select.POLLIN)
    while not waits.poll(200):
        if evalgrid.poll() is not None:
            return
    with open(asks, 'rb', 0, closefd=False) as file:
        for kind, h, payload, _ in losspipe.records(file, may_be_empty=True):
            if kind == 'model':
                loader.model(h)
            elif kind == 'tensor':
                loader.run(h, payload)
            elif kind == 'end':
                loader.finish()
                with torch.no_grad():
                    given = losstorch.checked('loss(module)', loss(module))
                os.write(answers, ('%s\n' % ' '.join(repr(float(v)) for v in given)).encode())
                answered += 1
                progress.say(answered)


def _axis(name, axis):
    try:
        lo, hi, num = axis
        return '--%s=%r:%r:%d' % (name, float(lo), float(hi), num)
    except (TypeError, ValueError):
        raise losspipe.Error('%s is %.60r, expected (lo, hi, number of points)' % (name, axis)) from None


def _start(folder, words, **files):
    with open(os.path.join(folder, words[0] + '.err'), 'wb') as errors:
        return subprocess.Popen([os.path.join(_bin(), words[0])] + words[1:], stderr=errors, **files,
                                env={**os.environ, 'LOSSPIPE_ASKS': folder, 'LOSSPIPE_ASKED_BY': str(os.getpid()),
                                     'PATH': folder + os.pathsep + os.environ.get('PATH', os.defpath)})


def _check(folder, processes):
    """The first program of the pipe that failed of itself is why."""
    failed = [(name, process.returncode) for name, process in processes if process.wait()]
    for name, status in sorted(failed, key=lambda f: f[1] == -signal.SIGPIPE):  # it lost who reads
        with open(os.path.join(folder, name + '.err'), encoding='utf-8', errors='replace') as file:
            raise losspipe.Error(file.read().strip() or '%s ended with status %d' % (name, status))


def landscape(module, loss, x, y, seed, norm, ignore, progress):
    """losspipe.landscape, which says what it does."""
    if not isinstance(module, torch.nn.Module):
        raise losspipe.Error('the module is a %s, expected a torch.nn.Module' % type(module).__name__)
    parts = losstorch.parts(module)
    axes = [_axis('x', x)] + ([_axis('y', y)] if y is not None else [])
    name = getattr(loss, '__name__', 'loss')
    with tempfile.TemporaryDirectory(prefix='losspipe-landscape-') as folder, _Module(module, parts), \
            _ends(folder) as (asks, answers):
        with open(os.path.join(folder, 'model.ll'), 'wb') as file:
            losstorch.write_model(losspipe.Writer(file), parts, 'landscape')
        with open(os.path.join(folder, 'landscape'), 'w') as file:
            file.write(RELAY)
        os.chmod(file.name, 0o700)
        out, processes = os.path.join(folder, 'surface.ll'), []
        try:
            with open(os.path.join(folder, 'model.ll'), 'rb') as model:
                dirgen = _start(folder, ['dirgen', '-q', '-s', str(seed), '--axes', str(len(axes))], stdin=model,
                                stdout=subprocess.PIPE)
            processes.append(('dirgen', dirgen))
            fnorm = _start(folder, ['fnorm', '-q', '--norm', norm, '--ignore', ignore], stdin=dirgen.stdout,
                           stdout=subprocess.PIPE)
            processes.append(('fnorm', fnorm))
            dirgen.stdout.close()
            evalgrid = _start(folder, ['evalgrid', '-q', '--exec', 'landscape', '--exec-timeout', '0', '--exec-loss',
                                       name if name.isidentifier() else 'loss', '-o', out, *axes], stdin=fnorm.stdout)
            processes.append(('evalgrid', evalgrid))
            fnorm.stdout.close()
            try:
                _serve(asks, answers, evalgrid, module, loss, _Progress(progress, math.prod(a[2] for a in (x, y) if a)))
            except losspipe.Error:
                if evalgrid.poll() in (0, None):
                    raise
            _check(folder, processes)
        finally:
            for _, process in processes:
                process.kill()
                process.wait()
        with open(out, 'rb') as file:
            return Landscape(file.read())
