"""What benchmarks say about where they ran."""
import os
import platform
import re
import subprocess


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
