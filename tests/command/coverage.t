#!/bin/bash
# The half-widths of evalgrid --error hold on the losses of real networks: at the
# centre, on the slope and at the corner of a plane, near the minimum of a network
# without shortcuts.  At least 93 of 100 orders; here 200 orders of stored losses of
# 5,506 images of CIFAR-10, with LOSSPIPE_COVERAGE=1 1,000, and of more networks, on
# CIFAR-10 and on all 60,000 images of Fashion-MNIST.
. "$(dirname "$0")/../tap.sh"
coverage=$(realpath "${BUILD:-$ROOT/build}")/tool/coverage
[ -x "$coverage" ] || skip_all "no $coverage"
losses=$ROOT/tests/data/losses/real.ll
cd "$T" || exit 1

# holds NAME FILE ORDERS
holds()
{
	passes "$1" "$coverage" -s "$3" "$2"
	sed 's/^/# /' "$T/passes.out"
}

holds "stored losses of two networks" "$losses" 200
passes "a floor that is far above the loss" "$coverage" -s 200 -e 20% -e 5%,floor=0.05 "$losses"
passes "stored losses with the help of anchors" "$coverage" -s 200 -e 5% -e 2% -e 1% \
	-a "$ROOT/tests/data/losses/anchors.ll" "$ROOT/tests/data/losses/middle.ll"
sed 's/^/# /' passes.out
# The tool can tell: a loss of 0.04 of which half of a percent of the images has all.
cat >rare.py <<'END'
import random, struct, sys, losspipe
out, run, r = losspipe.Writer(sys.stdout.buffer), 'cd' * 32, random.Random(1)
values = [20 * r.random() if i % 100 == 0 else 1e-4 for i in range(6000)]
values = struct.unpack('<6000f', struct.pack('<6000f', *values))
mean = sum(values) / 6000
sd = (sum((v - mean) ** 2 for v in values) / 5999) ** 0.5
place = {'rep': 0, 'set': 'a', 'ix': 0, 'iy': 0, 'x': 0.0, 'y': 0.0}
out.begin('evalgrid')
out.record('grid', {'run': run, 'x': [0.0, 0.0, 1], 'y': None, 'reps': 1, 'sets': ['a'],
                    'loss': 'l', 'shard': [0, 1], 'kernel': 'k', 'data': [
                        {'set': 'a', 'name': 'npz', 'n': 6000, 'total': 6000, 'digest': run}]})
out.record('point', {'run': run[:16], 'loss': mean, 'acc': 50.0, 'se': 0.0, 'sd': sd, 'n': 6000,
                     'status': 'ok', **place})
out.record('losses', {'offset': 0, **place}, struct.pack('<6000f', *values))
out.end()
END
PYTHONPATH=$ROOT/pipelines "$python" rare.py >rare.ll
"$coverage" -s 200 -k 1 -e 10%,floor=0.5 rare.ll >out
is "$?" 1 "losses that only a few images have, and a floor above all, are told"

if [ -n "${LOSSPIPE_COVERAGE:-}" ]; then
	models=$SHARED/models
	cat "$SHARED"/data/cifar10/*.bin >cifar.bin
	printf '%s %s %s\n' 1 0 0 2 0.1 0.1 3 0.25 0.25 4 0.5 0.5 5 1 1 | losspipe run ask >points.ll
	# measure NAME DATA NETLOAD...
	measure()
	{
		local name=$1 data=$2
		shift 2
		netload -q "$@" | dirgen -s 1 | fnorm |
			cat - points.ll | evalgrid -q --per-image -d train="$data" >real.ll
		holds "$name, 1,000 orders" real.ll 1000
	}
	# helped NAME PLANE PLACE STEP: the middle of a cell, by the losses at its corners.
	helped()
	{
		local lo hi
		lo=$(awk -v p="$3" -v h="$4" 'BEGIN { print p - h }')
		hi=$(awk -v p="$3" -v h="$4" 'BEGIN { print p + h }')
		evalgrid -q --per-image -d train=cifar.bin --x="$lo:$hi:2" --y="$lo:$hi:2" "$2" >corners.ll
		evalgrid -q --per-image -d train=cifar.bin --x="$3:$3:1" --y="$3:$3:1" "$2" >middle.ll
		passes "$1 at $3, anchors at $4 from it, 1,000 orders" \
			"$coverage" -s 1000 -e 5% -e 2% -e 1% -e 0.5% -a corners.ll middle.ll
		sed 's/^/# /' passes.out
	}
	holds "stored losses, 1,000 orders" "$losses" 1000
	measure "ResNet-20" cifar.bin --arch resnet20_a --pixels cifar10 "$models"/resnet20-12fca82f.th
	measure "ResNet-56" cifar.bin --pixels cifar10-paper "$models"/paper-resnet56.t7
	measure "ResNet-56 without shortcuts" cifar.bin --arch resnet56_noshort \
		--pixels cifar10-paper "$models"/paper-resnet56_noshort.t7
	measure "Fashion-MNIST" /usr/share/datasets/fashion-mnist --arch small --pixels fashion \
		"$ROOT/tests/data/nets/fashion-small.pt"
	netload -q --arch resnet20_a --pixels cifar10 "$models"/resnet20-12fca82f.th |
		dirgen -s 1 | fnorm >smooth.ll
	netload -q --arch resnet56_noshort --pixels cifar10-paper \
		"$models"/paper-resnet56_noshort.t7 | dirgen -s 1 | fnorm >rough.ll
	for place in 0 0.5; do
		for step in 0.04 0.12; do
			helped "ResNet-20" smooth.ll $place $step
			helped "ResNet-56 without shortcuts" rough.ll $place $step
		done
	done
fi
done_testing
