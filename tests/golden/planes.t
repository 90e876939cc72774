#!/usr/bin/env bash
# Surfaces and a line of the reference tool, from its own directions.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/surface.sh"
[ -d "$SHARED/golden" ] || skip_all "the golden values are not here"
G=$SHARED/golden
M=$SHARED/models
D=$SHARED/data/cifar10

# golden FOLDER DATA IMAGES GRID... : evaluates the plane on stdin.
golden()
{
	local folder=$1 data=$2 images=$3
	shift 3
	evalgrid -q "$@" -d "$data" -n "$images" | gridconv -t csv >"$T/got.csv" &&
		surface_agrees "$T/got.csv" "$G/$folder/surface.csv" "$images"
	ok $? "$folder${LOSSPIPE_CPU:+ (LOSSPIPE_CPU=$LOSSPIPE_CPU)}"
}

# Every instruction set gives the reference's numbers; the plain C executor is
# slow, it does the smallest.
for cpu in avx2 ""; do
	if [ -n "$cpu" ]; then export LOSSPIPE_CPU=$cpu; else unset LOSSPIPE_CPU; fi
	netload -q --arch resnet20_a --pixels imagenet "$M/resnet20-12fca82f.th" |
		dirgen --from "$G/plane_resnet20/directions.npz" |
		golden plane_resnet20 "$D/train-4660.bin" 512 --x=-1:1:7 --y=-1:1:7
	netload -q --arch resnet56 --pixels cifar10-paper "$M/paper-resnet56.t7" |
		dirgen --from "$G/plane_paper_resnet56/directions.npz" |
		golden plane_paper_resnet56 "$D/train-4660.bin" 128 --x=-1:1:5 --y=-1:1:5
done
for cpu in ref ""; do
	if [ -n "$cpu" ]; then export LOSSPIPE_CPU=$cpu; else unset LOSSPIPE_CPU; fi
	netload -q --arch resnet56_noshort --pixels cifar10-paper "$M/paper-resnet56_noshort.t7" |
		dirgen --from "$G/line_paper_noshort_states/directions.npz" --over states |
		golden line_paper_noshort_states "$D/test-846.bin" 128 --x=-1:1:9
done
done_testing
