#!/usr/bin/env bash
# A network that takes a row of numbers reads any image of as many, channel by channel, row by row.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/sets
python=/usr/bin/python3
$python -c 'import numpy' 2>/dev/null || skip_all "no numpy"
$python - "$S/regression.npz" "$T" <<'END'
import sys, numpy
x = numpy.load(sys.argv[1])['x']
y = numpy.arange(len(x)) % 2
byte = (numpy.abs(x) * 1000 % 256).astype('uint8')
def save(name, x): numpy.savez('%s/%s.npz' % (sys.argv[2], name), x=x, y=y)
for name, a in (('real', x), ('byte', byte)):
    save(name + '-row', a.reshape(len(a), 20))
    save(name + '-grey', a.reshape(len(a), 4, 5))
    save(name + '-colour', a.reshape(len(a), 2, 2, 5))
save('unit-row', (byte / numpy.float32(255)).reshape(len(x), 20, 1, 1))
save('other', byte.reshape(len(x), 2, 5, 2)[:, :, :4])
END
values() { evalgrid -q "$@" | gridconv -t csv | tail -1 | cut -d, -f5,6; }
netload -q "$S/regression.onnx" >"$T/net.ll"
for shape in grey colour; do
	is "$(values --raw -d "$T/real-$shape.npz" "$T/net.ll")" "$(values --raw -d "$T/real-row.npz" "$T/net.ll")" \
		"reals, $shape"
done
for options in "--pixels mnist" "--mean 0.3 --std 0.4" "--pixels none"; do
	# shellcheck disable=SC2086  # several words
	netload -q $options "$S/regression.onnx" >"$T/pixels.ll"
	# shellcheck disable=SC2086  # several words
	is "$(values -d "$T/byte-grey.npz" "$T/pixels.ll")" "$(values $options -d "$T/byte-grey.npz" "$T/net.ll")" \
		"$options travels with the model"
	is "$(values -d "$T/byte-colour.npz" "$T/pixels.ll")" "$(values -d "$T/byte-grey.npz" "$T/pixels.ll")" \
		"$options: constants of one channel are for all"
done
netload -q --pixels none "$S/regression.onnx" >"$T/none.ll"
fails 1 "has input constants for 3 channels, the images have 2" "constants of other channels" \
	sh -c "netload -q --pixels cifar10 '$S/regression.onnx' | evalgrid -q -d '$T/byte-colour.npz'"
fails 1 "the images are 2x4x2, the model takes 20" "other images" evalgrid -q -d "$T/other.npz" "$T/none.ll"

# Trained, and with a curvature.
nettrain -q --augment none --epochs 3 --batch 4 --order file -d "$T/byte-grey.npz" "$T/none.ll" >"$T/a.ll"
ok $? "images train it"
nettrain -q --epochs 3 --batch 4 --order file --raw -d "$T/real-row.npz" "$T/none.ll" >"$T/b.ll"
ok $? "rows train it, and are not augmented unless it is said"
fails 1 "--augment flip is for images, the data set has rows of numbers" "what is said of rows" \
	nettrain --augment flip --raw -d "$T/real-row.npz" "$T/none.ll"
hessgrid -q -d "$T/byte-grey.npz" "$T/none.ll" >"$T/h.ll"
ok $? "it has a curvature"
fails 2 "--input is '3,4', expected channels,height,width such as 3,32,32, or the length of a row" "half a shape" \
	netload --input 3,4 "$S/regression.onnx"
fails 1 "--input is 3, the model takes 20" "another row" netload --input 3 "$S/regression.onnx"
done_testing
