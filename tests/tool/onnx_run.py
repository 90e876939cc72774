"""What the onnx tests share: a model through netload and all plans, and beside it ONNX Runtime."""
import os
import re
import subprocess

import numpy as np
import onnx
import onnxruntime

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get('BUILD', 'build'))
PLANS = 'reference', 'gemm', 'fast'

# What no message of a refusal says: an inner number, or that there is nothing.
UNCLEAR = re.compile(r'1000003|no graph|on its list|not listed')
# What it starts with: what it is about.
CLEAR = re.compile(r"^(node '|input '|inputs '|output '|tensor '|--input |the input has|a graph with|opset |operator|'|dimension \d+ of input)")


def infer(model, x, name=None):
    """The first output of ONNX Runtime for the image input x; without a name, the first one."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run(None, {name or session.get_inputs()[0].name: x})[0]


def load(path):
    """What netload makes of a file, or its message: (model, None), (None, text)."""
    done = subprocess.run([BUILD + '/bin/netload', '-q', path], capture_output=True)
    if done.returncode == 0:
        return done.stdout, None
    text = done.stderr.decode(errors='replace').strip()
    return None, text.replace('netload: ' + path + ': ', '') or 'status %d' % done.returncode


def evaluate(model, images, folder, plans=PLANS):
    """Per plan a row for each image, or a message."""
    np.save(folder + '/images.npy', np.ascontiguousarray(images, np.float32))
    done = subprocess.run([BUILD + '/tool/logits', folder + '/images.npy', *plans], input=model, capture_output=True)
    if done.returncode != 0:
        return None, done.stderr.decode(errors='replace').strip() or 'status %d' % done.returncode
    return np.frombuffer(done.stdout, np.float32).reshape(len(plans), len(images), -1), None


def differs(got, want, plans=PLANS, limit=1e-5):
    """How far a plan is off, in units of the spread; None when all are right."""
    want = np.asarray(want, np.float64).reshape(len(want), -1)
    if got.shape[1:] != want.shape:
        return 'the output is %s, expected %s' % (got.shape[1:], want.shape)
    finite = want[np.isfinite(want)]
    spread = max(finite.max() - finite.min(), 1e-3 * np.abs(finite).max(), 1e-30) if finite.size else 1.0
    for plan, rows in zip(plans, got.astype(np.float64)):
        with np.errstate(invalid='ignore'):
            off = np.where(np.isnan(rows) & np.isnan(want) | (rows == want), 0.0, np.abs(rows - want) / spread)
        if not (off <= limit).all():
            return '%s is off by %.3g of the spread' % (plan, np.nanmax(off))
    return None


def judge(model, images, want, folder, plans=PLANS):
    """Of a model, or its file: right, refused, wrong or unclear, with a text."""
    path = model
    if not isinstance(model, str):
        path = folder + '/net.onnx'
        onnx.save(model, path)
    loaded, text = load(path)
    if loaded is None:
        clear = CLEAR.search(text) and not UNCLEAR.search(text) and '\n' not in text
        return 'refused' if clear else 'unclear', text
    got, text = evaluate(loaded, images, folder, plans)
    if got is None:
        return 'unclear', text
    off = differs(got, want, plans)
    return ('right', '') if off is None else ('wrong', off)
