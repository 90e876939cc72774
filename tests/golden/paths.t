#!/usr/bin/env bash
# Principal components of twenty steps of SGD, and the steps seen in their plane, as
# the reference tool has them.
. "$(dirname "$0")/../tap.sh"
G=$SHARED/golden/train
[ -d "$G" ] || skip_all "the golden values are not here"
/usr/bin/python3 -c 'import h5py, msgpack, numpy' 2>/dev/null || skip_all "no python3-h5py"
C=$ROOT/tests/golden/paths.py

netload -q --arch small --pixels fashion "$G"/sgd_step*.pt >"$T/run.ll"
for over in weights states; do
	for ignore in biasbn none; do
		plane=$T/$over.$ignore
		dirgen -k pca --over $over --ignore $ignore "$T/run.ll" >"$plane"
		for what in components explained singular; do
			passes "$over, $ignore: $what" \
				"$C" "$G/pca.h5" $over/$ignore $what "$plane"
		done
	done
done
done_testing
