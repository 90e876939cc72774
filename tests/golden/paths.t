#!/usr/bin/env bash
# Principal components of twenty steps of SGD, and the steps seen in their plane, as
# the reference tool has them.
. "$(dirname "$0")/../tap.sh"
G=$SHARED/golden/train
[ -d "$G" ] || skip_all "the golden values are not here"
/usr/bin/python3 -c 'import h5py, msgpack, numpy' 2>/dev/null || skip_all "no python3-h5py"
C=$ROOT/tests/golden/paths.py

netload -q --arch small --pixels fashion "$G"/sgd_step*.pt >"$T/run.ll"
netload -q --arch small --pixels fashion "$G"/sgd_step20.pt >"$T/last.ll"

for over in weights states; do
	for ignore in biasbn none; do
		plane=$T/$over.$ignore
		dirgen -k pca --over $over --ignore $ignore "$T/run.ll" >"$plane"
		for what in components explained singular; do
			passes "$over, $ignore: $what" \
				"$C" "$G/pca.h5" $over/$ignore $what "$plane"
		done
		"$C" "$G/pca.h5" $over/$ignore npz "$plane"
		dirgen --over $over --from "$plane.npz" <"$T/last.ll" >"$plane.skew"
		for method in lstsq cos; do
			trajproj --method $method "$T/run.ll" <"$plane" >"$T/proj"
			passes "$over, $ignore: the path by $method" \
				"$C" "$G/pca.h5" $over/$ignore proj_$method "$T/proj"
			trajproj --method $method "$T/run.ll" <"$plane.skew" >"$T/skew"
			passes "$over, $ignore: in a skewed plane by $method" \
				"$C" "$G/pca.h5" $over/$ignore skew_$method "$T/skew"
		done
	done
done
done_testing
