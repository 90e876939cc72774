#!/usr/bin/python3
"""Makes the CIFAR pickles of this folder from images of cifar10-40.bin."""
import os
import pickle
import struct

import numpy

os.chdir(os.path.dirname(os.path.abspath(__file__)))
records = numpy.fromfile('cifar10-40.bin', numpy.uint8).reshape(-1, 3073)


def python2(rows, labels):
    """The opcodes of Python 2's cPickle, as the files that are handed out."""
    def short(v):
        return b'U' + bytes([len(v)]) + v
    data = rows.tobytes()
    array = (b'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0t' + short(b'b') +
             b'tR(K\1(M' + struct.pack('<H', len(rows)) + b'M' + struct.pack('<H', 3072) +
             b'tcnumpy\ndtype\n(' + short(b'u1') + b'K\0K\1tR(K\3' + short(b'|') +
             b'NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T' +
             struct.pack('<i', len(data)) + data + b'tb')
    return (b'\x80\2}(' + short(b'batch_label') + short(b'training batch 1 of 5') +
            short(b'labels') + b'](' + b''.join(b'K' + bytes([v]) for v in labels) + b'e' +
            short(b'data') + array + short(b'filenames') + b'](' + short(b'a.png') + b'eu.')


def python3(protocol, rows, labels, key=b'labels'):
    more = {b'coarse_labels': [0] * len(labels)} if key == b'fine_labels' else {}
    return pickle.dumps({b'batch_label': b'x', key: [int(v) for v in labels],
                         b'data': rows, **more}, protocol)


def save(path, data):
    with open(path, 'wb') as f:
        f.write(data)


for i in range(5):
    part = records[i:i + 1]
    rows, labels = part[:, 1:], part[:, 0]
    data = python2(rows, labels) if i < 3 else python3(2 if i == 3 else 4, rows, labels)
    save('cifar-10-batches-py/data_batch_%d' % (i + 1), data)
save('cifar-10-batches-py/test_batch', python2(records[5:7, 1:], records[5:7, 0]))
save('cifar-100-python/train', python3(2, records[:2, 1:], [3, 99], b'fine_labels'))
