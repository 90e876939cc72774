#!/usr/bin/env bash
# Surfaces and a line of the reference tool, from its own directions.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/surface.sh"
[ -d "$SHARED/golden" ] || skip_all "the golden values are not here"
G=$SHARED/golden
M=$SHARED/models
D=$SHARED/data/cifar10

# golden FOLDER DATA IMAGES GRID... : evaluates the plane.
golden()
{
	local folder=$1 data=$2 images=$3
	shift 3
	evalgrid -q "$@" -d "$data" -n "$images" "$T/plane.ll" |
		gridconv ${wanted:+-q --partial} -t csv >"$T/got.csv" &&
		surface_agrees "$T/got.csv" "${wanted:-$G/$folder/surface.csv}" "$images"
	ok $? "$folder${LOSSPIPE_CPU:+ (LOSSPIPE_CPU=$LOSSPIPE_CPU)}"
}

# plane_of FOLDER MODEL netload-options...: makes the plane; $over for dirgen.
plane_of()
{
	local folder=$1 model=$2
	shift 2
	netload -q "$@" "$M/$model" >"$T/model.ll"
	# shellcheck disable=SC2086  # $over is a list of options
	dirgen --from "$G/$folder/directions.npz" $over <"$T/model.ll" >"$T/plane.ll"
}

# Every instruction set gives the reference's numbers; the plain C executor is
# slow, it does the smallest: every third point, all with FULL=1.
for cpu in avx2 ""; do
	if [ -n "$cpu" ]; then export LOSSPIPE_CPU=$cpu; else unset LOSSPIPE_CPU; fi
	over=
	plane_of plane_resnet20 resnet20-12fca82f.th --arch resnet20_a --pixels imagenet
	golden plane_resnet20 "$D/train-4660.bin" 512 --x=-1:1:7 --y=-1:1:7
	plane_of plane_paper_resnet56 paper-resnet56.t7 --arch resnet56 --pixels cifar10-paper
	golden plane_paper_resnet56 "$D/train-4660.bin" 128 --x=-1:1:5 --y=-1:1:5
done
for cpu in ref ""; do
	if [ -n "$cpu" ]; then export LOSSPIPE_CPU=$cpu; else unset LOSSPIPE_CPU; fi
	over="--over states"
	plane_of line_paper_noshort_states paper-resnet56_noshort.t7 \
		--arch resnet56_noshort --pixels cifar10-paper
	shard=0/1 wanted=
	if [ "$cpu" = ref ] && [ -z "${FULL:-}" ]; then
		shard=1/3 wanted=$T/third.csv
		awk -F, 'NR == 1 || $1 % 3 == 1' "$G/line_paper_noshort_states/surface.csv" >"$wanted"
	fi
	golden line_paper_noshort_states "$D/test-846.bin" 128 --x=-1:1:9 --shard $shard
done
done_testing
