"""What benchmarks say about where they ran, what they run on, and what they lack."""
import os
import platform
import random
import re
import shutil
import subprocess
import sys


def images(path, build):
    """The path, or a file of CIFAR-10's form with 1,024 random images, the same ones everywhere."""
    if path:
        return path if os.path.isfile(path) else sys.exit(f'{path} is no file, expected images as CIFAR-10 has them')
    path = f'{build}/bench/random-1024.bin'
    if not os.path.exists(path):
        rng = random.Random(1)
        with open(path + '.part', 'wb') as f:
            for i in range(1024):
                f.write(bytes([i % 10]) + rng.randbytes(3072))
        os.rename(path + '.part', path)
    return path


def want(program, package):
    """Ends with a line that says what is missing."""
    if shutil.which(program) is None:
        sys.exit(f'{os.path.basename(sys.argv[0])}: {program} is missing: apt-get install {package}')


def kernels(build):
    """The kernels that the fast plan chose: avx512, avx2, base or ref."""
    run = subprocess.run([f'{build}/bench/throughput', '-v', '-n', '1'],
                         stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, check=True)
    return re.search(r'kernels (\w+)', run.stderr)[1]


def describe(build):
    model = [l.split(':')[1].strip() for l in open('/proc/cpuinfo')
             if l.startswith('model name')]
    print(f'# {model[0]}, {len(os.sched_getaffinity(0))} cores, '
          f'{platform.system()} {platform.release()}; kernels '
          f'{kernels(build)}', flush=True)
