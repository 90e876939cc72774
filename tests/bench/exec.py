#!/usr/bin/python3
"""What a point of evalgrid --exec costs beside what the program computes: processor time
of evalgrid and of a program in Python that reads by losspipe.py and computes nothing.

	exec.py [--build DIR] [--weights N,...] [--points N] [--rounds N]
	        [--losspipe DIR] [--csv FILE]

Form stream sends all weights for each point, place sends the plane once and then a line
a point: the cost of a point is the difference between a run of many and one of a few.
With --losspipe the program reads by the losspipe.py of that folder, of another version.
"""
import argparse
import array
import os
import resource
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PIPELINES = f'{HERE}/../../pipelines'
sys.path.insert(0, PIPELINES)
import losspipe  # noqa: E402

PROGRAM = '''
import sys
sys.path.insert(0, sys.argv[1])
import losspipe
if sys.argv[2] == 'place':
    for id, rep, x, y in losspipe.plane(open(0, 'rb', 0), lambda *record: None):
        print('id=%d loss=0' % id, flush=True)
else:
    for kind, *rest in losspipe.records(open(0, 'rb', 0)):
        if kind == 'end':
            print('0', flush=True)
'''


def write_plane(path, weights):
    """A model of one tensor, and two directions."""
    with open(path, 'wb') as file:
        out = losspipe.Writer(file)
        head = {'tensor': 0, 'name': 'w', 'dtype': '<f4', 'shape': [weights]}
        out.begin('bench', {})
        out.record('model', {'tensors': [{'name': 'w', 'dtype': '<f4', 'shape': [weights],
                                          'role': 'weight', 'out_axis': 0}]})
        for axis in 'xy':
            out.record('direction', {'axis': axis, 'rep': 0, 'kind': 'file', 'over': 'weights',
                                     'norm': 'none', 'ignore': 'none'})
        values = (array.array('f', [0.01]) * weights).tobytes()
        out.elements('tensor', head, values)
        for axis in 'xy':
            out.elements('delta', {**head, 'axis': axis, 'rep': 0}, values)
        out.end()


def seconds(command):
    """Processor time of a command and all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default=f'{HERE}/../../build')
    parser.add_argument('--weights', default='900000,25000000,100000000')
    parser.add_argument('--points', type=int, default=8, help='of the longer runs')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--losspipe', default=PIPELINES)
    parser.add_argument('--csv')
    options = parser.parse_args()
    rows = ['weights,form,ms_a_point,points_a_second,s_to_start']
    with tempfile.TemporaryDirectory() as folder:
        with open(f'{folder}/program.py', 'w') as file:
            file.write(PROGRAM)
        for weights in map(int, options.weights.split(',')):
            write_plane(f'{folder}/plane.ll', weights)
            for form in ('stream', 'place'):
                # a place costs so little that it takes thousands to see it
                few, many = 2, options.points if form == 'stream' else 250 * options.points
                one, start = [], []
                for _ in range(options.rounds):
                    took = [seconds([
                        f'{options.build}/bin/evalgrid', '-q', f'--x=0:1:{n}', '--y=0:1:2', '--exec-form', form,
                        '--exec', f'exec /usr/bin/python3 {folder}/program.py {options.losspipe} {form}',
                        f'{folder}/plane.ll']) for n in (few, many)]
                    one.append((took[1] - took[0]) / (2 * (many - few)))
                    start.append(took[0] - 2 * few * one[-1])
                ms = 1000 * max(statistics.median(one), 1e-9)
                rows.append(f'{weights},{form},{ms:.3g},{1000 / ms:.3g},{statistics.median(start):.2f}')
                print(rows[-1].replace(',', '  '), flush=True)
    if options.csv:
        with open(options.csv, 'w') as file:
            file.write('\n'.join(rows) + '\n')


main()
