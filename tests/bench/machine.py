"""What benchmarks say about where they ran, what they run on, and what they lack."""
import datetime
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
    tool = f'{build}/bench/throughput'
    if not os.path.exists(tool):
        sys.exit(f'{os.path.basename(sys.argv[0])}: {tool} is not built: make {tool}')
    run = subprocess.run([tool, '-v', '-n', '1'],
                         stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, check=True)
    return re.search(r'kernels (\w+)', run.stderr)[1]


def describe(build):
    """A line: when and on what, by which version."""
    what = kernels(build)
    with open('/proc/cpuinfo') as f:
        cpu = dict(re.findall(r'^(model name|cpu family|model)\s*: (.*)$', f.read(), re.M))
    version = subprocess.run([f'{build}/bin/netload', '--version'], capture_output=True, text=True).stdout
    return (f'# {datetime.date.today()}, {cpu.get("model name", platform.machine())} (family {cpu.get("cpu family", "?")}, '
            f'model {cpu.get("model", "?")}), {len(os.sched_getaffinity(0))} cores, '
            f'{platform.system()} {platform.release()}; losspipe {" ".join(version.split()[2:3])}, kernels {what}')
