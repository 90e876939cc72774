#!/usr/bin/env bash
# From the reference's direction file to its surface file.
. "$(dirname "$0")/../tap.sh"
command -v h5conv >/dev/null || skip_all "h5conv was not built (no libhdf5)"
[ -d "$SHARED/golden" ] || skip_all "the golden values are not here"
python=/usr/bin/python3
$python -c 'import h5py' 2>/dev/null || skip_all "no h5py"
G=$SHARED/golden/plane_resnet20

netload -q --arch resnet20_a --pixels imagenet "$SHARED/models/resnet20-12fca82f.th" >"$T/model.ll"
dirgen --from <(h5conv "$G/directions.h5") <"$T/model.ll" >"$T/plane.ll"
evalgrid -q -d "$SHARED/data/cifar10/train-4660.bin" -n 512 --x=-1:1:7 --y=-1:1:7 "$T/plane.ll" |
	h5conv --dir-file directions.h5 -o "$T/surface.h5"
$python - "$T/surface.h5" "$G/surface.h5" <<'END'
import sys, h5py, numpy as np
a, b = (h5py.File(f) for f in sys.argv[1:])
assert sorted(a) == sorted(b)
for k in b:
    assert (a[k].dtype, a[k].shape) == (b[k].dtype, b[k].shape), k
assert a['dir_file'][()] == b['dir_file'][()]
for k in 'xcoordinates', 'ycoordinates':
    assert (a[k][:] == b[k][:]).all()
loss, golden = a['train_loss'][:], b['train_loss'][:]
print('# worst relative error %.2g' % np.max(np.abs(loss / golden - 1)))
# float32 sums in another order; at most one image of 512
assert np.allclose(loss, golden, rtol=1e-4, atol=1e-6)
assert np.abs(a['train_acc'][:] - b['train_acc'][:]).max() <= 100 / 512 + 1e-3
END
ok $? "surface.h5 is the reference's"

h5conv -o "$T/directions.h5" "$T/plane.ll"
netload -q --arch resnet56_noshort --pixels cifar10-paper "$SHARED/models/paper-resnet56_noshort.t7" |
	dirgen --over states --from <(h5conv "$SHARED/golden/line_paper_noshort_states/directions.h5") |
	h5conv -o "$T/states.h5"
$python - "$T/directions.h5" "$G/directions.h5" \
	"$T/states.h5" "$SHARED/golden/line_paper_noshort_states/directions.h5" <<'END'
import sys, h5py
for i in 1, 3:
    a, b = (h5py.File(f) for f in sys.argv[i:i + 2])
    assert list(a) == list(b)
    for g in b:
        assert list(a[g]) == list(b[g]), (len(a[g]), len(b[g]))
        for k in b[g]:
            x, y = a[g][k], b[g][k]
            assert x.shape == y.shape and x.dtype == y.dtype and (x[()] == y[()]).all(), k
END
ok $? "directions.h5 come back to the bit, over weights and over states"
done_testing
