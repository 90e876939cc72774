"""npz archives, written with the standard library alone."""
import io
import struct
import zipfile


class Npz:
    """Arrays in a zip archive, as numpy.savez has them; the same bytes for the same arrays."""

    def __init__(self, file):
        self.zip = zipfile.ZipFile(file, 'w', zipfile.ZIP_STORED)

    def add(self, name, form, shape, file):
        """An array of the type `form` (numpy's name) whose elements are all that file holds."""
        head = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }" % (
            form, ''.join('%d, ' % n for n in shape).rstrip() if len(shape) < 2 else ', '.join(map(str, shape)))
        head += ' ' * (63 - (len(head) + 10) % 64) + '\n'
        file.seek(0)
        with self.zip.open(zipfile.ZipInfo(name + '.npy'), 'w', force_zip64=True) as entry:
            entry.write(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(head)) + head.encode('ascii'))
            for block in iter(lambda: file.read(1 << 20), b''):
                entry.write(block)

    def add_texts(self, name, texts):
        """Texts of Unicode, as numpy has them: each as long as the longest."""
        longest = max(map(len, texts), default=1) or 1
        self.add(name, '<U%d' % longest, [len(texts)],
                 io.BytesIO(b''.join(t.encode('utf-32-le').ljust(4 * longest, b'\0') for t in texts)))

    def close(self):
        self.zip.close()
