#!/usr/bin/python3
"""Writes hostile streams: every CRC and every end mark in them is right."""
import copy
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) +
                '/../../data/streams')
import make
import msgpack

make.NOTED = False
MAGIC = b'\x95\xa4LLv1'


def raw(body):
    """A record with these bytes behind the magic."""
    r = MAGIC + body
    return r + b'\xce' + struct.pack('>I', zlib.crc32(r))


def segment(*records):
    """A segment of (kind, header[, payload]) or bytes."""
    s = make.Segment()
    for r in records:
        if isinstance(r, bytes):
            s.bytes += r
            s.count += 1
        else:
            s.add(*r)
    return s.end()


def parts(stream):
    """The records between begin and end of a good stream."""
    u = msgpack.Unpacker(max_buffer_size=0)
    u.feed(stream)
    return [(k, h, p) for _, k, h, p, _ in u][1:-1]


def changed(stream, kind, /, **keys):
    """The stream with keys of its first record of that kind replaced."""
    records = parts(stream)
    i = [r[0] for r in records].index(kind)
    header = copy.deepcopy(records[i][1])
    for path, v in keys.items():
        at = header
        *way, last = path.split('__')
        for step in way:
            at = at[int(step) if isinstance(at, list) else step]
        at[int(last) if isinstance(at, list) else last] = v
    records[i] = (kind, header, records[i][2])
    return segment(*records)


PLANE = make.FILES['plane']
SURFACE = make.FILES['surface']
note = lambda h: raw(b'\xa1n' + h + b'\xc0')
deep = lambda n: b'\x81\xa1k' + b'\x91' * n + b'\xc0'

# what no reader takes
ANY = {
    'claim_array': b'\xdd\x10\0\0\0',
    'claim_header': segment(note(b'\xdf\x10\0\0\0')),
    'claim_inside': segment(note(b'\x81\xa1k\xdd\x10\0\0\0')),
    'claim_text': segment(note(b'\x81\xa1k\xdb\xff\xff\xff\xff')),
    'claim_ext': segment(note(b'\x81\xa1k\xc9\xff\xff\xff\xff\1')),
    'claim_payload': segment(raw(b'\xa1n\x80\xc6\xff\xff\xff\xff')),
    'deep': segment(note(deep(20))),
    'deeper': segment(note(deep(1 << 17))),
    'never_used': segment(note(b'\x81\xa1k\xc1')),
    'many': segment(note(b'\xdd\0\6\x1a\x81' + b'\xc0' * 400001)),
    'header_is_list': segment(note(b'\x91\xc0')),
    'kind_is_empty': segment(raw(b'\xa0\x80\xc0')),
    'kind_is_long': segment(raw(b'\xd9\x20' + b'k' * 32 + b'\x80\xc0')),
    'kind_is_number': segment(raw(b'\1\x80\xc0')),
    'kind_has_zero': segment(raw(b'\xa2n\0\x80\xc0')),
    'payload_is_text': segment(raw(b'\xa1n\x80\xa1p')),
    'no_crc': segment(MAGIC + b'\xa1n\x80\xc0\xc0'),
    'six_entries': b'\x96' + MAGIC[1:] + b'\xa1n\x80\xc0\xc0\xc0',
    'begin_twice': segment(('begin', {'version': 1, 'history': []})),
    'begin_again': make.Segment().bytes * 2,
    'begin_of_the_future': make.record('begin', {'version': 2}),
    'end_first': make.record('end', {'count': 0, 'digest': '0' * 64}),
    'end_twice': segment() + make.record('end', {'count': 0, 'digest': '0'}),
    'end_counts_more': make.Segment().bytes +
    make.record('end', {'count': 1, 'digest': '0' * 64}),
    'end_of_another': make.Segment().bytes +
    make.record('end', {'count': 0, 'digest': '0' * 64}),
    'lost_record': PLANE.replace(make.record(*parts(PLANE)[3]), b''),
}

# what readers of models do not take
MODEL = {
    'tensor_first': segment(*parts(PLANE)[3:]),
    'tensor_missing': segment(*parts(PLANE)[:6]),
    'tensor_twice': segment(*parts(PLANE)[:4], *parts(PLANE)[3:]),
    'tensor_unknown': changed(PLANE, 'tensor', tensor=10**9),
    'tensor_renamed': changed(PLANE, 'tensor', name='other'),
    'tensor_before_itself': changed(PLANE, 'tensor', offset=-1),
    'tensor_beyond': changed(PLANE, 'tensor', offset=2**62),
    'delta_undeclared': changed(PLANE, 'delta', rep=7),
    'delta_of_z': changed(PLANE, 'delta', axis='z'),
    'direction_twice': segment(*parts(PLANE)[:2], *parts(PLANE)[1:]),
    'direction_unknown': changed(PLANE, 'direction', kind='sideways'),
    'model_twice': segment(*parts(PLANE)[:1], *parts(PLANE)),
    'shape_huge': changed(PLANE, 'model', tensors__0__shape=[2**40] * 2),
    'shape_large': changed(PLANE, 'model', tensors__0__shape=[3, 2**38]),
    'shape_claimed': changed(PLANE, 'model', tensors__0__shape=[2**26, 4],
                             tensors__1__shape=[2**26]),
    'shape_negative': changed(PLANE, 'model', tensors__0__shape=[-3, 4]),
    'shape_of_many': changed(PLANE, 'model', tensors__0__shape=[1] * 9),
    'type_unknown': changed(PLANE, 'model', tensors__0__dtype='|O'),
    'role_unknown': changed(PLANE, 'model', tensors__0__role='king'),
    'name_twice': changed(PLANE, 'model', tensors__1__name='fc.weight'),
    'name_is_number': changed(PLANE, 'model', tensors__0__name=7),
    'operator_unknown': changed(PLANE, 'model', graph__nodes__0__op='Sort'),
    'attribute_unknown': changed(PLANE, 'model', graph__nodes__0__attr__value=1.5),
    'input_unknown': changed(PLANE, 'model', graph__nodes__0__in=['void']),
    'input_of_itself': changed(PLANE, 'model', graph__nodes__0__in=['flat']),
    'input_huge': changed(PLANE, 'model', graph__input__shape=[2**20] * 3),
    'inputs_missing': changed(PLANE, 'model', graph__nodes__1__in=[]),
    'output_unknown': changed(PLANE, 'model', graph__output='void'),
    'graph_is_list': changed(PLANE, 'model', graph=[]),
}

# what readers of points do not take
POINTS = {
    'no_grid': segment(*parts(SURFACE)[1:]),
    'grid_huge': changed(SURFACE, 'grid', x=[-1, 1, 2**31], y=[-1, 1, 2**31]),
    'grid_fraction': changed(SURFACE, 'grid', x=[-1, 1, 2.5]),
    'grid_empty': changed(SURFACE, 'grid', x=[-1, 1, 0]),
    'grid_infinite': changed(SURFACE, 'grid', x=[-1, float('inf'), 3]),
    'grid_many_reps': changed(SURFACE, 'grid', reps=2**62),
    'grid_many_sets': changed(SURFACE, 'grid', sets=['s'] * 1000),
    'grid_no_sets': changed(SURFACE, 'grid', sets=[]),
    'grid_bad_shard': changed(SURFACE, 'grid', shard=[3, 2]),
    'point_outside': changed(SURFACE, 'point', ix=3),
    'point_before': changed(SURFACE, 'point', iy=-1),
    'point_of_another_run': changed(SURFACE, 'point', run='c' * 16),
    'point_of_another_set': changed(SURFACE, 'point', set='dev'),
    'point_disagrees': segment(*parts(SURFACE),
                               *parts(changed(SURFACE, 'point', loss=9))[1:2]),
    'point_missing': segment(*parts(SURFACE)[:-1]),
}

if __name__ == '__main__':
    for group, files in (('any', ANY), ('model', MODEL), ('points', POINTS)):
        os.makedirs(group, exist_ok=True)
        for name, content in files.items():
            with open(group + '/' + name + '.ll', 'wb') as f:
                f.write(content)
