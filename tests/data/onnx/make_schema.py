#!/usr/bin/python3
"""Makes schema.txt: ONNX's own table of the operators that lib/onnx/onnx_operators.c has.

    operator NAME FIRST LAST INPUTS_LEAST INPUTS_MOST OUTPUTS_MOST    in opsets FIRST to LAST of 7 to 23
    attribute NAME TYPE DEFAULT                           -: none, !: required

Needs onnx (pip, 1.20 or later).
"""
import os
import re

import onnx
from onnx import defs, helper

os.chdir(os.path.dirname(os.path.abspath(__file__)))
source = open('../../../lib/onnx/onnx_operators.c').read()
names = re.findall(r'OPERATOR\(\s*"(\w+)"', source)
FIRST, LAST, MANY = 7, 23, 1000

out = []
for name in sorted(names):
    versions = sorted((s for s in defs.get_all_schemas_with_history() if s.domain == '' and s.name == name),
                      key=lambda s: s.since_version)
    blocks = []
    for s, after in zip(versions, versions[1:] + [None]):
        first, last = max(s.since_version, FIRST), min(after.since_version - 1 if after else LAST, LAST)
        if first > last:
            continue
        lines = []
        for key, a in sorted(s.attributes.items()):
            value = helper.get_attribute_value(a.default_value) if a.default_value.name else '-'
            value = value.decode() if isinstance(value, bytes) else value
            value = '%.9g' % value if isinstance(value, float) else value
            lines.append('attribute %s %d %s' % (key, a.type.value, '!' if a.required else value))
        block = [first, last, s.min_input, min(s.max_input, MANY), min(s.max_output, MANY), lines]
        if blocks and blocks[-1][2:] == block[2:]:
            blocks[-1][1] = last
        else:
            blocks.append(block)
    for *numbers, lines in blocks:
        out += ['operator %s %d %d %d %d %d' % (name, *numbers)] + lines
with open('schema.txt', 'w') as f:
    f.write('# onnx %s\n' % onnx.__version__ + '\n'.join(out) + '\n')
