"""Runs stages of PyTorch one after the other, in processes that share one import of it.

    torch_runs.py FOLDER <<END
    NAME [VARIABLE=VALUE...] STAGE WORD...
    END

Standard output, standard error and exit status of each are FOLDER/NAME.out, .err, .rc.
"""
import os
import runpy
import shlex
import sys

stages = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'pipelines')
import torch  # noqa: E402,F401


def run(words):
    while '=' in words[0]:
        name, _, value = words.pop(0).partition('=')
        os.environ[name] = value
    path = os.path.join(stages, words[0])
    sys.argv = [path] + words[1:]
    sys.path[0] = stages
    try:
        runpy.run_path(path, run_name='__main__')
    except SystemExit as end:
        return end.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


for line in sys.stdin:
    name, *words = shlex.split(line)
    base = os.path.join(sys.argv[1], name)
    child = os.fork()
    if child == 0:
        for ending, flags, descriptor in (('.out', os.O_WRONLY, 1), ('.err', os.O_WRONLY, 2)):
            os.dup2(os.open(base + ending, flags | os.O_CREAT | os.O_TRUNC, 0o644), descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = run(words)
        sys.stdout.flush()  # os._exit does not
        os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(base + '.rc', 'w') as file:
        print(status, file=file)
