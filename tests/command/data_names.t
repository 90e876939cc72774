#!/usr/bin/env bash
# Images and labels under their usual names, in npz archives and as .npy files.
. "$(dirname "$0")/../tap.sh"
python=/usr/bin/python3
$python -c 'import numpy' 2>/dev/null || skip_all "no numpy"
S=$ROOT/tests/data/sets
cd "$T" || exit 1
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >net.ll
$python - "$S/fashion-48.npz" <<'END'
import os, sys
import numpy as np
given = np.load(sys.argv[1])
x, y = given['x'], given['y']
pairs = ('x y', 'X y', 'images labels', 'data targets', 'data labels', 'inputs targets', 'inputs labels', 'arr_0 arr_1')
for i, (a, b) in enumerate(map(str.split, pairs)):
    np.savez('plain%d.npz' % i, **{a: x, b: y})
# the parts of Keras and MedMNIST, and a file of both kinds
np.savez('keras.npz', x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])
np.savez('medmnist.npz', train_images=x[:40, 0], train_labels=y[:40, None], test_images=x[40:, 0],
         test_labels=y[40:, None], val_images=x[:3, 0], val_labels=y[:3, None])
np.savez('mixed.npz', x=x[:40], y=y[:40], x_test=x[40:], y_test=y[40:])
np.savez('first.npz', x=x[:40], y=y[:40])
np.savez('last.npz', x=x[40:], y=y[40:])
np.savez('test-only.npz', x_test=x[40:], y_test=y[40:])
np.savez('other.npz', pictures=x, classes=y, names=np.array(['a', 'b']))
np.savez('half.npz', images=x, answers=y)
np.savez('many.npz', **{'a%d' % i: y for i in range(12)})
np.savez('wide.npz', images=x, labels=np.eye(10, dtype=np.int64)[y])
np.savez('ints.npz', data=x.astype(np.int32), targets=y)
np.savez('none.npz')
for folder, a, b in (('f', 'x_train', 'y_train'), ('g', 'train_images', 'train_labels'), ('h', 'data', 'targets')):
    os.mkdir(folder)
    np.save('%s/%s.npy' % (folder, a), x[:40])
    np.save('%s/%s.npy' % (folder, b), y[:40, None])
    np.save('%s/%s.npy' % (folder, a.replace('train', 'test')), x[40:] if 'train' in a else x[:40])
    np.save('%s/%s.npy' % (folder, b.replace('train', 'test')), y[40:] if 'train' in b else y[:40])
os.mkdir('alone')
np.save('alone/x.npy', x)
np.save('alone/pictures.npy', x)
END
value() { evalgrid -q "$@" net.ll | gridconv | sed 1d | cut -d, -f5-8; }
whole=$(value -d "$S/fashion-48.npz")
first=$(value -d first.npz)
last=$(value -d last.npz)
[ "$first" != "$last" ]
ok $? "the parts differ"
for i in 0 1 2 3 4 5 6 7; do
	is "$(value -d plain$i.npz)" "$whole" "pair of names $i"
done
for file in keras medmnist mixed; do
	is "$(value -d $file.npz)" "$first" "$file: the part to learn from"
	is "$(value -d $file.npz --split test)" "$last" "$file: the part to be tested on"
done
for path in f g; do
	is "$(value -d $path)" "$first" "folder $path of .npy files"
	is "$(value -d $path --split test)" "$last" "its part to be tested on"
done
is "$(value -d f/x_test.npy)" "$last" "x_test.npy beside y_test.npy"
is "$(value -d h/data.npy)" "$first" "data.npy beside targets.npy"

# Whoever trains is tested on the part that is there, once.
run() { nettrain -q --batch 20 --augment none "$@" net.ll; }
run -d first.npz -d test=last.npz >two.ll
for data in keras.npz medmnist.npz f; do
	passes "nettrain, $data" cmp <(run -d $data) two.ll
done

# What is there, and what is wanted.
with() { fails 1 "$1" "$2" evalgrid -d "$3" net.ll; }
wanted='expected images and their labels, called x and y, images and labels, data and targets'
with "^evalgrid: other.npz: has 'pictures' \(uint8 48x1x28x28\), 'classes' \(uint8 48\), 'names' \(no numbers\), $wanted" \
	"other names" other.npz
with "has 'images' \(uint8 48x1x28x28\), 'answers' \(uint8 48\), $wanted" "no labels" half.npz
with "'a9' \(uint8 48\) and 2 more, $wanted" "many arrays" many.npz
with "none.npz: has no arrays, $wanted" "no arrays" none.npz
with "part 'test' \(x_test and y_test\), not the part 'train'" "the other part" test-only.npz
with "10 labels for each image, .* \(one-hot labels become y.argmax\(1\)\)" "one-hot" wide.npz
with "data holds int32 in 4 dimensions, expected bytes \(uint8\) or reals" "integers" ints.npz
with "alone/x.npy: its labels are missing, expected alone/y.npy" "no labels beside it" alone/x.npy
with "no name for its labels, expected 'images' in the file's name, or x.npy beside y.npy" "no usual name" alone/pictures.npy
with "a directory without data of split 'train', expected .*x_train.npy" "a folder of other things" alone
done_testing
