"""The engines that race: from pip into a venv, oneDNN and PyTorch also from Debian."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = '/usr/bin/python3'
VENV = 'build/peers'
VERSIONS = {'onnx': '1.23.2', 'onnxruntime': '1.32.0', 'openvino': '2026.4.1', 'MNN': '3.6.1',
            'ncnn': '1.0.20261020', 'pnnx': '20261020'}
TORCH = {'torch': '2.15.0'}
ALONE = {'pnnx'}  # a program that asks for PyTorch and does without
NAMES = ('onnxruntime', 'openvino', 'mnn', 'ncnn', 'onednn', 'eager', 'compiled')
LIMIT_S = {'compiled': 180}


def missing(python, wanted):
    """Those that a python does not have in that version."""
    said = subprocess.run([python, '-c', '''
import sys
from importlib import metadata
for word in sys.argv[1:]:
    name, version = word.split('==')
    try:
        if metadata.version(name) == version:
            continue
    except metadata.PackageNotFoundError:
        pass
    print(word)
''', *wanted], capture_output=True, text=True, check=True)
    return said.stdout.split()


def install(wanted):
    """Versions by name, into the venv; its python.  Asks pip only for what is missing."""
    python = f'{VENV}/bin/python'
    if not os.path.exists(python):
        made = subprocess.run([PYTHON, '-m', 'venv', VENV], capture_output=True, text=True)
        if made.returncode != 0:
            sys.exit(f'race.py: {PYTHON} cannot make {VENV}: apt-get install python3-venv')
    lacks = missing(python, [f'{k}=={v}' for k, v in wanted.items()])
    alone = [word for word in lacks if word.split('==')[0] in ALONE]
    for more, words in (([], [word for word in lacks if word not in alone]), (['--no-deps'], alone)):
        if not words:
            continue
        print(f'# pip installs {" ".join(words)} into {VENV}', flush=True)
        if subprocess.run([python, '-m', 'pip', 'install', '-q', *more, *words]).returncode != 0:
            sys.exit(f'race.py: pip cannot install {" ".join(words)} into {VENV}: it has said why')
    return python


def maker():
    """A python that has onnx: Debian's, or the venv's with onnx in it."""
    for python in (f'{VENV}/bin/python', PYTHON):
        if os.path.exists(python) and subprocess.run([python, '-c', 'import onnx, numpy'], capture_output=True).returncode == 0:
            return python
    return install({'onnx': VERSIONS['onnx']})


def find(names, say):
    """By name the python that has an engine: the venv's, or Debian's; those without are said."""
    found = {}
    for engine in names:
        pythons = [f'{VENV}/bin/python'] + ([PYTHON] if engine in ('onednn', 'eager', 'compiled') else [])
        why = 'not installed'
        for python in filter(os.path.exists, pythons):
            said = subprocess.run([python, f'{HERE}/peer.py', 'versions', engine], capture_output=True, text=True)
            if said.returncode == 0:
                found[engine] = python
                say(f'# {engine} {said.stdout.strip()}')
                break
            why = (['?'] + said.stderr.strip().splitlines())[-1]
        else:
            say(f'# {engine} is missing: {why}{" (--torch installs it)" if engine in ("eager", "compiled") else ""}')
    return found


def network(python, arch, folder, build, n=None):
    """The file of a network, with its model for us and inputs beside it."""
    path = f'{folder}/{arch}.onnx'
    if os.path.exists(path):
        return path
    made = subprocess.run([python, f'{HERE}/nets.py', arch, path, *([str(n)] if n else [])])
    if made.returncode != 0:
        sys.exit(f'race.py: {arch} cannot be made')
    with open(path + '.ll', 'wb') as f:
        subprocess.run([f'{build}/bin/netload', '-q', path], stdout=f, check=True)
    return path
