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


HEAD = re.compile(r'\n([\w \n*]*?)\b(\w+)\(([^;{}()]*(?:\([^()]*\)[^;{}()]*)*struct error \*\s*\w*)\)'
                  r'[^;{}=]*([;{])')


def functions():
    """Path to name to what it returns, of those whose last parameter is an error: "only an
    error" of those that set it and return -1, as error_set does."""
    found = {}
    for path, text in FILES.items():
        for m in HEAD.finditer(text):
            result = m.group(1)
            if m.group(4) == '{':
                body = text[m.end():text.index('\n}', m.end())]
                returns = re.findall(r'return\b([^;]*);', body)
                if returns and all(re.match(r'\s*(-1|NULL|error_\w+\()', r) for r in returns):
                    result = 'only an error'
            found.setdefault(path, {})[m.group(2)] = result
    return found


def calls():
    """Each call of these: file, where it begins, name, result, arguments, what is around it."""
    known = functions()
    public = {}
    for path in known:
        if path.endswith('.h'):
            public.update(known[path])
    for path, text in FILES.items():
        for m in re.finditer(r'\b(\w+)\(', text):
            result = known.get(path, {}).get(m.group(1), public.get(m.group(1)))
            if result is None:
                continue
            end, depth = m.end(), 1
            while depth:
                depth += {'(': 1, ')': -1}.get(text[end], 0)
                end += 1
            yield (path, m.start(), m.group(1), result, text[m.end():end - 1],
                   text[:m.start()].rstrip(), text[end:end + 1])


def nowhere():
    """an error has somewhere to go: NULL is none"""
    for path, at, name, _, arguments, _, _ in calls():
        if arguments.rsplit(',', 1)[-1].strip() == 'NULL':
            yield path, at, name


CONDITION = re.compile(r'\b(if|for|while) \((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)$')


def unheard():
    """what a function that can fail returns is looked at"""
    for path, at, name, result, _, before, after in calls():
        alone = before[-1:] in ';{}' or re.search(r'\b(else|do)$|\(void\)$', before) or \
            CONDITION.search(before[-2000:])
        if alone and after == ';' and not re.search(r'\bvoid\s*$|only an error', result) and \
                not name.startswith('error_'):
            yield path, at, name


def main():
    rule = globals()[sys.argv[-1]]
    if sys.argv[1] == '-t':
        print(rule.__doc__)
        return
    for path, at, what in rule():
        print('%s: %s' % (place(path, at), what))


main()
