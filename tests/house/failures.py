"""Rules of the house about failures, by reading the sources of lib and cmd.

	failures.py RULE       prints every place that breaks it
	failures.py -t RULE    says what it is
"""
import glob
import re
import sys


def code(path):
    """The file without comments and texts, which keep their places."""
    text = open(path).read()

    def blank(match):
        return re.sub(r'[^\n]', ' ', match.group(0))
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text,
                  flags=re.S)


FILES = {path: code(path) for path in sorted(glob.glob('lib/*/*.[ch]') + glob.glob('cmd/*.[ch]') +
                                              glob.glob('lib/*/*.inc'))}


def place(path, at):
    return '%s:%d' % (path, FILES[path].count('\n', 0, at) + 1)


def private():
    """a field whose name ends in _ is used in its own folder only"""
    home = {}
    for path, text in FILES.items():
        if path.endswith('.h'):
            for name in re.findall(r'\b([a-z]\w*_)(?:\[\w*\])?;', text):
                home[name] = path.rsplit('/', 1)[0]
    for path, text in FILES.items():
        for m in re.finditer(r'(?:->|\.)\s*([a-z]\w*_)\b', text):
            if home.get(m.group(1), path.rsplit('/', 1)[0]) != path.rsplit('/', 1)[0]:
                yield path, m.start(), m.group(1)


def main():
    rule = globals()[sys.argv[-1]]
    if sys.argv[1] == '-t':
        print(rule.__doc__)
        return
    for path, at, what in rule():
        print('%s: %s' % (place(path, at), what))


main()
