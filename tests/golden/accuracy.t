#!/usr/bin/env bash
# Accuracies that the trained networks are known to have (data/README.md).
. "$(dirname "$0")/../tap.sh"
[ -d "$SHARED/models" ] || skip_all "the models are not here"

# accuracy NET PIXELS FILE TEST TRAIN: percent, to the third decimal.
accuracy()
{
	netload -q --arch "$1" --pixels "$2" "$SHARED/models/$3" |
		evalgrid -q -d "test=$SHARED/data/cifar10/test-846.bin" \
			-d "train=$SHARED/data/cifar10/train-4660.bin" |
		gridconv -t csv |
		awk -F, 'NR > 1 { printf "%s%.3f", s, $6; s = " " }' >"$T/acc"
	is "$(cat "$T/acc")" "$4 $5" "$3 as $1"
}
accuracy resnet20_a imagenet resnet20-12fca82f.th 91.726 99.742
accuracy resnet56_a imagenet resnet56-4bfd9763.th 93.262 99.979
accuracy resnet56 cifar10-paper paper-resnet56.t7 93.735 100.000
accuracy resnet56_noshort cifar10-paper paper-resnet56_noshort.t7 86.761 95.365
done_testing
