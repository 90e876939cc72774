#!/bin/bash
# h5conv: the reference tool's files, there and back; files that are wrong.
. "$(dirname "$0")/../tap.sh"
command -v h5conv >/dev/null || skip_all "h5conv was not built (no libhdf5)"
S=$ROOT/tests/data/streams
python=/usr/bin/python3
$python -c 'import h5py, numpy' 2>/dev/null || skip_all "no h5py"

# says NAME FILES... < SCRIPT: Python that asserts.
says()
{
	local name=$1
	shift
	$python - "$@" 2>"$T/says.err"
	ok $? "$name"
	sed 's/^/# /' "$T/says.err" | tail -n 3
}

for program in "${LOSSPIPE_BIN:-$ROOT/build/bin}"/*; do
	ldd "$program" | grep -q hdf5 && basename "$program"
done >"$T/linked"
is "$(cat "$T/linked")" h5conv "h5conv alone links libhdf5"

# ---- directions ----
netload --arch small "$ROOT/tests/data/torch/small_epoch2.pt" >"$T/small.ll"
dirgen -s 3:4 --over states <"$T/small.ll" >"$T/states.ll"
dirgen -s 3 --axes 1 <"$T/small.ll" | fnorm >"$T/line.ll"
h5conv --rep 1 "$T/states.ll" >"$T/states.h5"
h5conv -o "$T/line.h5" <"$T/line.ll"
says "directions have the reference's names, types and shapes" "$T/states.h5" "$T/line.h5" <<'END'
import sys, h5py
s, w = (h5py.File(f) for f in sys.argv[1:])
assert sorted(s) == ['xdirection', 'ydirection'] and list(w) == ['xdirection']
shapes = [(8, 1, 3, 3)] + [(8,)] * 4 + [()]
assert [s['ydirection/%d' % i].shape for i in range(6)] == shapes, [s['ydirection/%d' % i].shape for i in range(6)]
assert [w['xdirection/%d' % i].shape for i in range(3)] == [(8, 1, 3, 3), (8,), (8,)]
assert s['xdirection/0'].dtype == '<f4' and not w['xdirection/1'][()].any()
END
h5conv "$T/states.h5" >"$T/states.npz"
dirgen --from "$T/states.npz" --over states <"$T/small.ll" | h5conv | cmp -s - "$T/states.h5"
ok $? "and come back through dirgen --from, to the bit"
dirgen --from <(h5conv "$T/line.h5") <"$T/small.ll" | netsave --direction x >"$T/back"
netsave --direction x "$T/line.ll" | cmp -s - "$T/back"
ok $? "also without a file between"
h5conv "$T/line.h5" >"$T/line.npz"
fails 1 "direction x has [0-9]+ tensors, the model has 2" "a file of another network is refused" \
	dirgen --from "$T/line.npz" <"$S/model.ll"

# ---- surfaces ----
tiny=$ROOT/tests/data/sets/tiny.npz
dirgen -s 3:4 <"$S/model.ll" | fnorm |
	evalgrid -q -d "train=$tiny" -d "test=$tiny" --x=-0.3:1:4 --y=0:0.7:3 -o "$T/reps.ll"
h5conv --rep 1 --dir-file there.h5 -o "$T/reps.h5" "$T/reps.ll"
gridconv -t npz -o "$T/reps.npz" "$T/reps.ll"
says "a surface: declared (nx, ny), filled x fastest, as the reference does" "$T/reps.h5" "$T/reps.npz" <<'END'
import sys, h5py, numpy as np
f, n = h5py.File(sys.argv[1]), np.load(sys.argv[2])
assert sorted(f) == ['dir_file', 'test_acc', 'test_loss', 'train_acc', 'train_loss',
                     'xcoordinates', 'ycoordinates']
assert f['dir_file'][()] == b'there.h5' and h5py.check_string_dtype(f['dir_file'].dtype).length is None
for k in 'train_loss', 'test_acc':
    assert f[k].shape == (4, 3) and f[k].dtype == '<f8'
    assert (f[k][:].ravel() == n[k][1].ravel()).all()
assert (f['xcoordinates'][:] == n['xcoordinates']).all()
END
h5conv "$T/reps.h5" >"$T/back.ll"
is "$(gridconv "$T/back.ll" | cut -d , -f 1-6,9 | sort)" \
	"$(gridconv "$T/reps.ll" | awk -F, 'NR == 1 || $8 == 1' | cut -d , -f 1-6,12 | sort)" \
	"it comes back as points"
h5conv --dir-file there.h5 "$T/back.ll" | cmp -s - "$T/reps.h5"
ok $? "which make the same file again"
passes "contour draws them" contour -o "$T/back.svg" "$T/back.ll"
passes "gridstat measures them" gridstat "$T/back.ll"
h5conv "$S/line.ll" >"$T/line1.h5"
says "a line has one dimension" "$T/line1.h5" <<'END'
import sys, h5py
f = h5py.File(sys.argv[1])
assert 'ycoordinates' not in f and f['test_loss'].shape == (5,)
END
h5conv "$S/surface.ll" >"$T/nan.h5"
$python - "$T/nan.h5" "$T/open.h5" <<'END'
import sys, h5py, shutil
shutil.copy(*sys.argv[1:])
with h5py.File(sys.argv[2], 'r+') as f:
    f['train_loss'][1, 0] = f['train_acc'][1, 0] = -1
    f['min_eig'] = f['train_loss'][:] * -2
END
h5conv "$T/open.h5" >"$T/open.ll"
fails 1 "1 of 6 points is missing: \(2,0\)" "-1 there is a missing point here" gridconv "$T/open.ll"
is "$(gridconv --partial "$T/open.ll" | head -n 1)" "ix,iy,x,y,loss,acc,min_eig,rep,run,set,status" \
	"eigenvalues are fields"
is "$(gridconv --partial "$T/open.ll" | tail -n 1 | cut -d , -f 5,11)" "nan,nan" "NaN is a value, with a status"
fails 1 "1 of 6 points is missing" "a missing point is refused" h5conv "$T/open.ll"
h5conv --partial "$T/open.ll" >"$T/open2.h5"
says "-1 comes back as -1" "$T/open2.h5" "$T/open.h5" <<'END'
import sys, h5py, numpy as np
a, b = (h5py.File(f) for f in sys.argv[1:])
assert np.array_equal(a['train_loss'][:], b['train_loss'][:], equal_nan=True)
assert a['min_eig'].shape == (3, 2)
END
cat "$S/line.ll" "$S/surface.ll" >"$T/two.ll"
fails 1 "has 2 runs, expected one surface" "two surfaces are not one file" h5conv "$T/two.ll"

# ---- projections ----
$python - "$T/path.h5" <<'END'
import sys, h5py
with h5py.File(sys.argv[1], 'w') as f:
    f['proj_xcoord'], f['proj_ycoord'] = [3.0, 1.5, 0.0], [-1.0, 0.25, 0.0]
END
h5conv "$T/path.h5" >"$T/path.ll"
is "$(recdump "$T/path.ll" | grep '^path' | grep -o ' [ixy]=[^ ]*' | tr -d '\n')" \
	" i=0 x=3 y=-1 i=1 x=1.5 y=0.25 i=2 x=0 y=0" "a projection is a path"
h5conv "$T/path.ll" >"$T/path2.h5"
says "and back" "$T/path2.h5" <<'END'
import sys, h5py
f = h5py.File(sys.argv[1])
assert f['proj_xcoord'][:].tolist() == [3, 1.5, 0] and f['proj_ycoord'][:].tolist() == [-1, 0.25, 0]
assert f['proj_xcoord'].dtype == '<f8'
END

# ---- what is wrong ----
mkdir "$T/wrong"
$python - "$T/nan.h5" "$T/wrong" <<'END'
import os, sys, h5py, shutil, numpy as np
good, folder = sys.argv[1:]
def wrong(name):
    def make(change):
        path = os.path.join(folder, name + '.h5')
        shutil.copy(good, path)
        with h5py.File(path, 'r+') as f:
            change(f)
    return make
def put(f, name, value, **more):
    del f[name]
    f.create_dataset(name, data=value, **more)
wrong('shape')(lambda f: put(f, 'train_loss', np.zeros((3, 3))))
wrong('rank')(lambda f: put(f, 'train_loss', np.zeros(6)))
wrong('steps')(lambda f: put(f, 'xcoordinates', [0.0, 1, 3]))
wrong('backward')(lambda f: put(f, 'xcoordinates', [1.0, 0, -1]))
wrong('nan-axis')(lambda f: put(f, 'xcoordinates', [0.0, np.nan, 1]))
wrong('text')(lambda f: put(f, 'train_loss', np.array([b'a'] * 6).reshape(3, 2)))
wrong('group')(lambda f: (f.__delitem__('train_loss'), f.create_group('train_loss')))
wrong('no-loss')(lambda f: f.__delitem__('train_loss'))
wrong('empty-axis')(lambda f: put(f, 'xcoordinates', np.zeros(0)))
wrong('empty-space')(lambda f: put(f, 'train_loss', h5py.Empty('f8')))
def soft(f):
    del f['train_loss']
    f['train_loss'] = h5py.SoftLink('/train_acc')
wrong('soft-link')(soft)
def elsewhere(f):
    del f['train_loss']
    f['train_loss'] = h5py.ExternalLink('/etc/passwd', '/train_loss')
wrong('external-link')(elsewhere)
def outside(f):
    del f['train_loss']
    f.create_dataset('train_loss', (3, 2), 'f8', external=[('/etc/passwd', 0, 48)])
wrong('external-storage')(outside)
def virtual(f):
    del f['train_loss']
    v = h5py.VirtualLayout((3, 2), 'f8')
    v[:] = h5py.VirtualSource('/etc/passwd', 'x', (3, 2))
    f.create_virtual_dataset('train_loss', v)
wrong('virtual')(virtual)
def bomb(f):
    put(f, 'xcoordinates', np.zeros(1))
    del f['xcoordinates']
    f.create_dataset('xcoordinates', (2**40,), 'f8', chunks=(2**20,), compression='gzip')
wrong('bomb')(bomb)
with h5py.File(os.path.join(folder, 'nothing.h5'), 'w') as f:
    f['x'] = 1
with h5py.File(os.path.join(folder, 'path.h5'), 'w') as f:
    f['proj_xcoord'], f['proj_ycoord'] = [1.0, 2], [1.0]
with h5py.File(os.path.join(folder, 'direction-bomb.h5'), 'w') as f:
    for i in range(200):
        f.create_dataset('xdirection/%d' % i, (2**20,), 'f4', chunks=(2**20,))
whole = open(good, 'rb').read()
for i in range(0, len(whole), 97):
    open(os.path.join(folder, 'cut-%05d.h5' % i), 'wb').write(whole[:i])
END
# a sanitizer wants more address space than there is memory
kib=$((512 * 1024))
case ${BUILD:-} in *san*) kib=unlimited ;; esac
bad=
for file in "$T"/wrong/*.h5; do
	(ulimit -v $kib
	 h5conv -o "$T/out" "$file") >"$T/wrong.out" 2>"$T/wrong.err"
	if [ $? -ne 1 ] || [ "$(wc -l <"$T/wrong.err")" -ne 1 ] || [ -e "$T/out" ] || [ -e "$T/out.part" ]; then
		bad="$bad ${file##*/}: $(head -c 200 "$T/wrong.err")"
	fi
done
is "$bad" "" "$(find "$T/wrong" -name '*.h5' | wc -l) wrong and truncated files are refused with one line"
wrong()
{
	fails 1 "^h5conv: $T/wrong/$1.h5: .*$2" "$1 is named" h5conv "$T/wrong/$1.h5"
}
wrong shape "train_loss has 2 dimensions and 9 numbers, the coordinates make 3 x 2"
wrong steps "xcoordinates is 1 at place 1, expected 1.5: equal steps"
wrong bomb "xcoordinates unpacks to more than"
wrong text "train_loss holds no numbers"
wrong external-link "no dataset|neither train_loss"
wrong external-storage "train_loss is stored outside of the file"
wrong virtual "train_loss is stored outside of the file"
wrong nothing "no file of the reference tool"
wrong direction-bomb "larger than the file allows"
fails 1 "a script, expected losspipe records or an HDF5 file" "a text is refused" h5conv "$0"
fails 1 "the model has no directions" "a model alone is refused" h5conv "$S/model.ll"
fails 1 "neither a model with directions, nor points, nor a path" "nor records of no use" h5conv "$S/unknown.ll"
fails 1 "truncated" "a torn stream is refused" h5conv <(head -c 1000 "$S/surface.ll")
fails 1 "--rep is 2, the run has direction sets 0 to 1" "a set that is not there" h5conv --rep 2 "$T/reps.ll"
done_testing
