"""Contenders that take turns, each a process that answers a line with a line."""
import atexit
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time


class Failed(Exception):
    pass


def busy_ticks():
    """Hundredths of a second that all processors together have worked."""
    with open('/proc/stat') as f:
        user, nice, system, _, _, irq, soft = (int(x) for x in f.readline().split()[1:8])
    return user + nice + system + irq + soft


def settle():
    """Until the processors rest, a second at most: threads of the one before may still be spinning."""
    for _ in range(10):
        before = busy_ticks()
        time.sleep(0.1)
        if busy_ticks() - before <= 2:
            break


class Contender:
    """limit: seconds until an answer; one that has none by then is ended with all it has started."""

    def __init__(self, name, command, limit=120):
        self.name, self.wall, self.cpu, self.loss, self.limit = name, [], [], None, limit
        self.said = tempfile.TemporaryFile('w+', errors='replace')
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
                                        text=True, start_new_session=True)
        atexit.register(self.end)

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    def answer(self):
        """The next line's words."""
        late = []
        timer = threading.Timer(self.limit, lambda: (late.append(True), self.end()))
        timer.start()
        line = self.process.stdout.readline().split()
        timer.cancel()
        if line:
            return line
        status = self.process.wait()
        self.said.seek(0)
        lines = self.said.read().strip().splitlines()
        self.close()
        if late:
            raise Failed(f'no answer in {self.limit} s')
        raise Failed(lines[-1] if lines and status >= 0 else f'ended with status {status}')

    def ask(self, what=''):
        try:
            self.process.stdin.write(what + '\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has said why
        return self.answer()

    def round(self):
        """Seconds of the clock and of the processors.  The loss is that of the first."""
        settle()
        line = self.ask()
        self.loss = float(line[-1]) if self.loss is None else self.loss
        return float(line[0]), float(line[1])

    def point(self):
        """Seconds of the processors that new weights cost: ours are bound in each round."""
        return float(self.ask()[2]) if self.name == 'losspipe' else float(self.ask('point')[1])

    def close(self):
        self.end()
        self.process.wait()
        atexit.unregister(self.end)
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # a line that nobody read
        self.said.close()


def take_turns(contenders, rounds, seconds):
    """Rounds, the first of which is a start: until there are enough of them, three at least.

    Whoever takes seconds where the first takes a thirtieth shows that in one."""
    until = time.perf_counter() + seconds
    for r in range(-1, rounds):
        if r >= 3 and time.perf_counter() > until:
            break
        for c in list(contenders):
            if c.wall and c.wall[0] > max(3.0, 30 * contenders[0].wall[0]):
                continue
            try:
                wall, cpu = c.round()
            except Failed as why:
                if c is contenders[0]:
                    raise
                print(f'# {c.name} is left out: {why}', flush=True)
                contenders.remove(c)
                continue
            if r >= 0:
                c.wall.append(wall)
                c.cpu.append(cpu)


def report(what, contenders, images, points, out, tolerance):
    """A line of each; whether all found the same."""
    first, agree = contenders[0], True
    for c in contenders:
        rate, best = images / statistics.median(c.wall), images / min(c.wall)
        wall, cpu = (statistics.median(b / a for a, b in zip(x, y)) for x, y in ((first.wall, c.wall), (first.cpu, c.cpu)))
        off = abs(c.loss - first.loss) / max(abs(first.loss), 1e-9)
        agree &= off <= tolerance
        cost = f'{points[c.name]:9.2f}' if c.name in points else ''
        print(f'{what[0]:16}{what[1]:2} {c.name:24}{rate:8.0f}{best:8.0f}{wall:8.2f}{cpu:8.2f}{cost}'
              f'{"" if off <= tolerance else f"  found {c.loss:.7g}, not {first.loss:.7g}"}', flush=True)
        if out:
            out.write(f'{what[0]},{what[1]},{c.name},{rate:.1f},{best:.1f},{wall:.3f},{cpu:.3f},{len(c.wall)},{images},'
                      f'{points.get(c.name, "") and "%.3f" % points[c.name]},{c.loss:.9g}\n')
            out.flush()
    return agree


def race(what, contenders, options, out, points=False, tolerance=1e-4):
    """what: the network and its threads.  Whether all found the same loss."""
    costs = {}
    try:
        take_turns(contenders, options.rounds, options.seconds)
        for c in list(contenders) if points else ():
            try:
                took = [c.point()]
                while len(took) < min(3, options.rounds) and sum(took) < 2.0:  # compilers take longer
                    took.append(c.point())
                costs[c.name] = 1e3 * statistics.median(took)
            except Failed as why:
                print(f'# {c.name} has no cost of a point: {why}', flush=True)
        return report(what, contenders, options.count, costs, out, tolerance)
    except Failed as why:
        sys.exit(f'race.py: {what[0]}, -j{what[1]}: {contenders[0].name} ended: {why}')
    finally:
        for c in contenders:
            if c.process.stdout and not c.process.stdout.closed:
                c.close()
