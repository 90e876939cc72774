"""What the torch-* stages share: the user's file, and the tensors of a PyTorch module.

A tensor that a module has under several names (tied weights: every language model)
is one, under the first of them in the order of its state.
"""
import ctypes
import math
import os
import sys
import traceback
import types

import losspipe

try:
    import torch
    from torch import nn
except ImportError as error:
    raise losspipe.Error(
        '%s cannot import torch (%s): activate the environment that has it, or install it: pip install torch, '
        'or Debian\'s python3-torch' % (sys.executable, error)) from None

NORMS = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)
WEIGHTS = ('weight', 'bias', 'norm_weight', 'norm_bias')
STATISTICS = ('running_mean', 'running_var', 'num_batches_tracked')


def say(text):
    print('%s: %s' % (os.path.basename(sys.argv[0]), text), file=sys.stderr, flush=True)


_compared = False
verbose = False  # -v: what goes wrong in the user's code is shown with its trace


def tf32(wanted):
    """Products with all bits of float32, unless somebody asks for fewer: on a GPU, convolutions
    have 10 bits of 23 by default, and a landscape shows it."""
    if hasattr(torch.backends, 'fp32_precision'):  # from 2.9 on
        torch.backends.fp32_precision = 'tf32' if wanted else 'ieee'
        torch.backends.cudnn.fp32_precision = 'tf32' if wanted else 'ieee'
        return
    torch.backends.cuda.matmul.allow_tf32 = wanted
    torch.backends.cudnn.allow_tf32 = wanted


def call(path, function, *values):
    """What the user's code returns; what it raises, in one line that says where."""
    try:
        return function(*values)
    except losspipe.Error:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, too: a file that ends the stage says nothing
        if verbose:
            traceback.print_exc()
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
        if isinstance(error, SyntaxError) and error.filename == path:
            lines, text = [error.lineno], error.msg
        else:
            text = str(error).strip().split('\n')[0]
        name = type(error).__name__
        raise losspipe.Error('%s%s: %s%s' % (path, ', line %d' % lines[-1] if lines else '', name,
                                             ': ' + text if text else '')) from None


def user(path, *names):
    """What the user's file defines, among it these names.

    As for a script of Python, modules are looked for beside it first."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    name = os.path.splitext(os.path.basename(path))[0]
    # by its own name, so that what it imports, and pickles, find it
    module = types.ModuleType(name if name not in sys.modules else '_' + name)
    module.__file__ = path
    with open(path, 'rb') as file:
        source = file.read()
    sys.modules[module.__name__] = module
    call(path, lambda: exec(compile(source, path, 'exec'), module.__dict__))
    found = vars(module)
    for name in names:
        if name not in found:
            raise losspipe.Error("%s defines no '%s'" % (path, name))
    if 'module' in names and not isinstance(found['module'], nn.Module):
        raise losspipe.Error("%s: module is a %s, expected a torch.nn.Module"
                             % (path, type(found['module']).__name__))
    return found


def start(options):
    """What the options of a stage say, before the user's file is read."""
    global verbose
    verbose = options.verbose
    tf32(getattr(options, 'tf32', False))


def checked(what, given):
    """Loss and, when there is one, accuracy, of what a user's function returned."""
    values = given if isinstance(given, tuple) else (given,)
    if len(values) > 2:
        raise losspipe.Error('%s returned %d values, expected a number or (loss, accuracy)' % (what, len(values)))
    for value in values:
        if not isinstance(value, (int, float)) and getattr(value, 'numel', lambda: 2)() != 1 \
                and getattr(value, 'shape', None) != ():
            raise losspipe.Error('%s returned %s, expected a number or (loss, accuracy)' % (
                what, 'a tensor of shape %s' % list(value.shape) if hasattr(value, 'shape')
                else 'a ' + type(value).__name__))
    return values


def answer(path, function, module):
    """What the function of the user's file returns for the module, as checked says."""
    return checked(path + ': loss(module)', call(path, function, module))


def compare(begin, parts):
    """Says once when the model of a stream was made by a module of another precision."""
    global _compared
    made = [h for h in losspipe.field('begin', begin, 'history', list)
            if isinstance(h, dict) and h.get('program') == 'torch-model' and isinstance(h.get('options'), dict)]
    now = place(parts)
    if made and not _compared and made[-1]['options'].get('precision') not in (None, now['precision']):
        say("the model was made of a module in %.60s, here it is evaluated in %s"
            % (made[-1]['options']['precision'], now['precision']))
    _compared = True


def place(parts):
    """Where and how precisely a module computes: what belongs to the provenance."""
    real = [p.value for p in parts if p.value.is_floating_point()]
    said = {'torch': torch.__version__.split('+')[0],
            'device': ' '.join(sorted({v.device.type for v in real})),
            'precision': ' '.join(sorted({str(v.dtype).split('.')[-1] for v in real}))}
    if 'cuda' in said['device']:
        said['tf32'] = (torch.backends.cudnn.fp32_precision == 'tf32' if hasattr(torch.backends, 'fp32_precision')
                        else torch.backends.cudnn.allow_tf32)
    return said


class Part:
    """A tensor of a module's state: its names, the value that shares the module's memory, the
    parameters that it is (none: a buffer), role and axis of the filters."""

    def __init__(self, name, value):
        self.names, self.value, self.parameters, self.role, self.axis = [name], value, [], None, 0

    @property
    def name(self):
        return self.names[0]


def _storage(value):
    return value.untyped_storage() if hasattr(value, 'untyped_storage') else value.storage()


def _layout(value):
    return value.storage_offset(), tuple(value.shape), value.stride(), value.dtype


def _check_apart(parts):
    """Parts of one memory must not meet; this marks what belongs to whom."""
    size = max(p.value.storage_offset() + sum((n - 1) * s for n, s in zip(p.value.shape, p.value.stride())) + 1
               for p in parts)
    owner = torch.zeros(size, dtype=torch.int32)
    for i, p in enumerate(parts):
        mine = owner.as_strided(p.value.shape, p.value.stride(), p.value.storage_offset())
        others = mine[mine > 0]
        if len(others) or p.value.dtype != parts[0].value.dtype:
            raise losspipe.Error(
                "tensors '%s' and '%s' share part of their memory, expected all of it or none: "
                "give one of them its own (clone it)"
                % (parts[int(others[0]) - 1 if len(others) else 0].name, p.name))
        mine.fill_(i + 1)


def _describe(part, owner, learnt):
    """Role and axis, by the first of its names that is learnt."""
    name = next((n for n in part.names if n in learnt), part.name)
    last = name.split('.')[-1]
    part.parameters = list({id(learnt[n]): learnt[n] for n in part.names if n in learnt}.values())
    if part.parameters:
        norm = 'norm_' if isinstance(owner.get(name), NORMS) else ''
        part.role = norm + ('bias' if last == 'bias' else 'weight')
    else:
        part.role = last if last in STATISTICS else 'constant'
    transposed = isinstance(owner.get(name), nn.modules.conv._ConvTransposeNd)
    part.axis = int(transposed and part.value.dim() > 1)


def parts(module):
    """The tensors of a module in the order of its state, each memory once."""
    owner, learnt, found, memory = {}, {}, {}, {}
    for path, m in module.named_modules(remove_duplicate=False):
        for name, value in (*m._parameters.items(), *m._buffers.items()):
            full = '%s.%s' % (path, name) if path else name
            owner[full] = m
            if isinstance(value, nn.Parameter):
                learnt[full] = value
    for name, value in module.state_dict().items():
        if not isinstance(value, torch.Tensor) or value.is_sparse or value.is_quantized or value.is_complex():
            raise losspipe.Error("'%s' of the module's state is no tensor of numbers" % name)
        if value.is_meta:
            raise losspipe.Error("'%s' of the module's state is on the device meta, which holds no numbers" % name)
        where = (value.device, _storage(value).data_ptr()) if value.numel() else name
        part = found.setdefault((where, _layout(value)), Part(name, value))
        if part.name != name:
            part.names.append(name)
        else:
            memory.setdefault(where, []).append(part)
    for some in memory.values():
        if len(some) > 1:
            _check_apart(some)
    for part in found.values():
        _describe(part, owner, learnt)
    return list(found.values())


def say_tied(found):
    for part in found:
        for name in part.names[1:]:
            say("'%s' is '%s' (one tensor): it moves under that name" % (name, part.name))


def dtype(value):
    return '<f4' if value.is_floating_point() else '<i8'


def elements(value):
    """A tensor's bytes in a stream, row by row however they lie in memory."""
    return raw(value.detach().cpu().to(torch.float32 if value.is_floating_point() else torch.int64))


def raw(value):
    """The bytes of a tensor in memory, row by row."""
    value = value.contiguous()
    return ctypes.string_at(value.data_ptr(), value.numel() * value.element_size()) if value.numel() else b''


def tensor(data, form, shape):
    """The tensor of bytes of a stream (a bytearray, which it keeps)."""
    kind = {'<f4': torch.float32, '<i8': torch.int64}[form]
    return (torch.frombuffer(data, dtype=kind) if data else torch.empty(0, dtype=kind)).reshape(shape)


def write_model(out, parts, program):
    """The segment of a model without a graph."""
    out.begin(program, place(parts))
    out.record('model', {'tensors': [
        {'name': p.name, 'dtype': dtype(p.value), 'shape': list(p.value.shape),
         'role': p.role, 'out_axis': p.axis} for p in parts]})
    for i, p in enumerate(parts):
        out.elements('tensor', {'tensor': i, 'name': p.name, 'dtype': dtype(p.value),
                                'shape': list(p.value.shape)}, elements(p.value))
    out.end()


class Loader:
    """Puts a model's tensors into a module: model, then every run, then finish."""

    def __init__(self, module, path):
        self.path, self.parts = path, parts(module)
        self.part = {name: part for part in self.parts for name in part.names}
        self.tensors = None

    def model(self, header):
        self.tensors, self.at, self.data, self.done = [], 0, bytearray(), {}
        for t in losspipe.field('model', header, 'tensors', list):
            name, form, shape = (losspipe.field('model', t if isinstance(t, dict) else {}, key, kind)
                                  for key, kind in (('name', str), ('dtype', str), ('shape', list)))
            if name not in self.part:
                raise losspipe.Error("tensor '%s' of the model is not in the module of %s" % (name, self.path))
            if list(self.part[name].value.shape) != shape or form not in ('<f4', '<i8'):
                raise losspipe.Error("tensor '%s' is %s of shape %s, in the module of %s it has %s" % (
                    name, form, shape, self.path, list(self.part[name].value.shape)))
            self.tensors.append((name, form, shape))
        there = {self.part[name].name for name, _, _ in self.tensors}
        for part in self.parts:
            if part.name not in there and part.role not in ('constant', 'num_batches_tracked'):
                raise losspipe.Error("tensor '%s' of the module of %s is not in the model" % (part.name, self.path))

    def run(self, header, payload):
        """The next elements; True when they were the last ones of a tensor."""
        if self.tensors is None or self.at == len(self.tensors):
            raise losspipe.Error('a tensor stands where none belongs')
        name, form, shape = self.tensors[self.at]
        said = [header.get(key) for key in ('tensor', 'name', 'dtype', 'shape', 'offset')]
        if said != [self.at, name, form, shape, len(self.data) // int(form[-1])]:
            raise losspipe.Error("a run of tensor %.200r, expected the next of '%s'" % (said, name))
        self.data += payload or b''
        size = math.prod(shape) * int(form[-1])
        if len(self.data) > size:
            raise losspipe.Error("tensor '%s' has more elements than its shape" % name)
        if len(self.data) < size:
            return False
        self._put(self.part[name], name, tensor(self.data, form, shape))
        self.at, self.data = self.at + 1, bytearray()
        return True

    def _put(self, part, name, value):
        first = self.done.setdefault(part.name, name)
        if first != name and not torch.equal(part.value, value.to(part.value.device, part.value.dtype)):
            raise losspipe.Error(
                "'%s' and '%s' are one tensor in the module of %s, the model moves them apart: make it with "
                "torch-model or netload, which have it once" % (first, name, self.path))
        with torch.no_grad():
            part.value.copy_(value)

    def finish(self):
        if self.tensors is None or self.at < len(self.tensors):
            raise losspipe.Error('a segment without all tensors of a model')
        self.tensors = None


class Plane(Loader):
    """A module's tensors, and the directions of evalgrid --exec-form place, where it computes."""

    def __init__(self, module, path):
        super().__init__(module, path)
        self.theta, self.deltas, self.waiting = {}, {}, {}

    def take(self, kind, h, payload):
        if kind == 'begin':
            compare(h, self.parts)
        elif kind == 'model':
            self.model(h)
        elif kind == 'tensor':
            self.run(h, payload)
        elif kind == 'delta':
            self.delta(h, payload)
        elif kind == 'end':
            if self.waiting:
                raise losspipe.Error('a direction has not all elements of its tensor')
            self.finish()

    def _put(self, part, name, value):
        super()._put(part, name, value)
        self.theta[part.name] = value.to(part.value.device)

    def delta(self, h, payload):
        rep, axis, name = (losspipe.field('delta', h, k, t) for k, t in (('rep', int), ('axis', str), ('name', str)))
        if name not in self.part or self.part[name].name not in self.theta:
            raise losspipe.Error("a direction moves '%s', which does not stand before it" % name)
        part = self.part[name]
        data = self.waiting.setdefault((rep, axis, name), bytearray())
        data += payload or b''
        if len(data) < 4 * part.value.numel():
            return
        del self.waiting[rep, axis, name]
        value = tensor(data, '<f4', part.value.shape).to(part.value.device)
        first = self.deltas.setdefault(rep, {}).setdefault(part.name, {}).setdefault(axis, value)
        if first is not value and not torch.equal(first, value):
            raise losspipe.Error("'%s' is one tensor of the module of %s with another name, a direction moves them apart"
                                 % (name, self.path))

    def move(self, rep, x, y):
        """theta + (x dx + y dy) in float32, the bracket first, as everywhere."""
        by_name = {part.name: part for part in self.parts}
        for name, delta in self.deltas.get(rep, {}).items():
            way = [delta[axis] * at for axis, at in (('x', x), ('y', y)) if axis in delta]
            way = way[0] + way[1] if len(way) == 2 else way[0]
            theta = self.theta[name]
            if not theta.is_floating_point():
                way = way.trunc().to(theta.dtype)
            by_name[name].value.copy_(theta + way)


def evaluator(path, found):
    """A function of the module and of a range of the images (None: all), which says what the
    user's file computes, as a map of words."""
    if 'loss' in found:
        return lambda module, images: whole(path, found['loss'], module, images)
    for name in ('data', 'criterion'):
        if name not in found:
            raise losspipe.Error("%s defines no 'loss', and no '%s'" % (path, name))
    state = parts(found['module'])
    device = state[0].value.device if state else 'cpu'
    data, batch = found['data'], found.get('batch', 1000)
    if isinstance(batch, bool) or not isinstance(batch, int) or batch < 1:
        raise losspipe.Error('%s: batch is %.40r, expected a number from 1' % (path, batch))
    if isinstance(data, (tuple, list)) and len(data) == 2 and all(isinstance(d, torch.Tensor) for d in data):
        data = [tuple(d.to(device) for d in data)]
    else:
        data = [tuple(d.to(device) for d in pair) for pair in call(path, list, data)]
    images = Images(path, data, batch)
    return lambda module, some: call(path, mean_of, module, found['criterion'], *images.batches(some))


def whole(path, function, module, images):
    if images is not None:
        raise losspipe.Error("%s defines 'loss', which is of all its images: for --error it must define data and "
                             "criterion instead, or leave out --error" % path)
    return dict(zip(('loss', 'acc'), answer(path, function, module)))


class Images:
    """What is evaluated, on the module's device, in batches."""

    def __init__(self, path, data, batch):
        self.path, self.data, self.batch = path, data, batch
        self.n, self.shuffled = sum(len(images) for images, _ in data), None
        # whole batches stay: data that is one tensor is cut here, once
        self.whole = [part for pair in data for part in self._cut(pair)]
        if not self.n:
            raise losspipe.Error('%s: data is empty' % path)

    def _cut(self, pair):
        return zip(*(some.split(self.batch) for some in pair))

    def batches(self, some):
        """Those of all images, or of a range in evalgrid's order; how many there are in all."""
        if some is None:
            return self.whole, self.n, False
        if self.shuffled is None:
            self._shuffle()
        return self._cut([all_[some.start:some.stop] for all_ in self.shuffled]), self.n, True

    def _shuffle(self):
        """Once, in the order that evalgrid -d has, too: it takes as much memory again."""
        try:
            both = [torch.cat(list(some)) for some in zip(*self.data)]
        except RuntimeError as error:
            raise losspipe.Error('%s: --error takes images in another order, for which the batches of data must fit '
                                 'together: %s' % (self.path, str(error).split('\n')[0])) from None
        order = torch.tensor(losspipe.order(self.n))
        self.shuffled = [all_[order.to(all_.device)] for all_ in both]


def mean_of(module, criterion, data, of, single):
    """The mean loss over images; with a criterion that says each one's, their spread: single says
    that it must."""
    total, hits, n, losses = 0.0, 0, 0, []
    for images, targets in data:
        out = module(images)
        loss = criterion(out, targets).double()
        count = len(images)
        if loss.dim() > 0:  # of sequences, the mean of each
            loss = loss.reshape(count, -1).mean(1)
            losses.append(loss)
        elif single:
            raise losspipe.Error("the criterion returns one number for a batch, expected one for each image "
                                 "(reduction='none'): without them there is no --error")
        total += float(loss.sum() if loss.dim() > 0 else loss * count)
        n += count
        if hits is not None and out.dim() == 2 and targets.dim() == 1 and not targets.is_floating_point():
            hits += int((out.argmax(1) == targets).sum())
        else:
            hits = None
    said = {'loss': total / n, 'n': n}
    if hits is not None:
        said['acc'] = 100.0 * hits / n
    if single:
        said['total'] = of
    if sum(map(len, losses)) == n > 1 and math.isfinite(total):
        losses = torch.cat(losses)
        said.update(sd=float(losses.std()), most=float(losses.max()), total=of)
    return said


def words(said, named=False):
    """An answer to evalgrid."""
    said = {key: value if isinstance(value, int) else float(value) for key, value in said.items()}
    if not named and set(said) <= {'loss', 'acc'}:
        return ' '.join(repr(value) for value in said.values())
    return ' '.join('%s=%r' % item for item in said.items())
