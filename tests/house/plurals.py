"""Counted things in messages that are wrong of one: "%zu images", without base/plural.h.

    plurals.py FILE...    file: the words, for each; status 0
"""
import re
import sys

# Behind a number, and no things that are counted.
OTHERS = set('is was has holds lies comes becomes belongs stands makes differs its as this axis starts ends times hours '
             'pixels loss'.split())
# What is counted so is a limit, which is no 1.
LIMITS = re.compile(r'(most|least|than|to|first|last|under|over|into|by|of only|rows of) $')
COUNTED = re.compile(r'%(?:zu|d|lld|llu|u|ld) (?:[a-z]*[a-rt-z] )?([a-z]+s)\b(?! \(|%| long\b| of its| are too many| do not fit| of %zu bytes do not fit| or more)')
PIECES = re.compile(r'/\*.*?\*/|((?:"(?:[^"\\\n]|\\.)*"\s*|PRI\w+\s*)+)', re.S)

for path in sys.argv[1:]:
    with open(path) as f:
        source = f.read()
    for piece in PIECES.finditer(source):
        text = re.sub(r'PRI\w+', '"d"', piece.group(1) or '')
        text = ''.join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', text))
        for m in COUNTED.finditer(text):
            if m.group(1) not in OTHERS and not LIMITS.search(text[:m.start()]):
                print('%s: %s' % (path, m.group(0)))
