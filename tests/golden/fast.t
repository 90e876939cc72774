#!/bin/bash
# The mean loss of the fast plan against sums in double, on 512 real images at
# the centre, (0.5,0.5) and (1,1): the relative error stays below 2e-6.
# shellcheck disable=SC1091
. "$(dirname "$0")/../tap.sh"
[ -d "$SHARED/models" ] || skip_all "the models are not here"

# losses STREAM: one loss a line.  Shard 0 of 4 is the diagonal of 3 x 3 points.
losses()
{
	evalgrid -q --x=0:1:3 --y=0:1:3 --shard 0/4 -n 512 --pixels "$2" \
		-d "$SHARED/data/cifar10/test-846.bin" "$1" |
		gridconv --partial -q -t csv |
		awk -F, 'NR > 1 { printf "%.17g\n", $5 }'
}

# close_to_double NET PIXELS FILE
close_to_double()
{
	netload -q --arch "$1" "$SHARED/models/$3" | dirgen -s 7 |
		fnorm -q >"$T/plane"
	losses "$T/plane" "$2" >"$T/fast"
	LOSSPIPE_CPU=ref losses "$T/plane" "$2" >"$T/double"
	paste "$T/fast" "$T/double" | awk '
		{ e = ($1 - $2) / $2; printf "# %.9g, off by %.1e\n", $2, e }
		e > 2e-6 || e < -2e-6 { bad = 1 }
		END { exit bad || NR != 3 }'
	ok $? "$3"
}
close_to_double resnet20_a imagenet resnet20-12fca82f.th
close_to_double resnet56 cifar10-paper paper-resnet56.t7
done_testing
