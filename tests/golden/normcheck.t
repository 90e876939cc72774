#!/bin/bash
# normcheck on directions that the reference tool itself made: its five normalisations,
# with and without biases and batch norms, over weights and states; and its own files.
# shellcheck disable=SC1091
. "$(dirname "$0")/../tap.sh"
G=$SHARED/golden
[ -d "$G/norms" ] || skip_all "no ../shared/golden"
/usr/bin/python3 -c 'import h5py' 2>/dev/null || skip_all "no h5py"
cd "$T" || exit
net=$ROOT/tests/data/norms/net.ll # the network of norms.h5

# direction OVER KIND IGNORE: as the arrays of the file stand there.
direction()
{
	/usr/bin/python3 - "$G/norms/norms.h5" "$1/$2${3:+/$3}" <<'END'
import sys, h5py, numpy as np
g = h5py.File(sys.argv[1])[sys.argv[2]]
np.savez('d.npz', **{'xdirection/%d' % i: g[str(i)][()] for i in range(len(g))})
END
	dirgen --from d.npz --over "$1" --axes 1 <"$net"
}
for over in weights states; do
	for kind in filter layer weight dfilter dlayer; do
		for ignore in none biasbn; do
			direction $over $kind $ignore | normcheck --norm $kind --ignore $ignore >said
			ok $? "$over, $kind, $ignore"
			tail -n 1 said | sed 's/^/# /'
		done
	done
	direction $over raw | normcheck --norm none --ignore any >said
	ok $? "$over, raw"
done

# The directions of its surfaces, as it keeps them.
if command -v h5conv >/dev/null; then
	h5conv "$G/plane_resnet20/directions.h5" >planes.npz
	netload --arch resnet20_a --pixels cifar10 "$SHARED/models/resnet20-12fca82f.th" |
		dirgen --from planes.npz >plane
	passes "the plane of its ResNet-20 surface" normcheck plane
	tail -n 1 passes.out | sed 's/^/# /'
fi
done_testing
