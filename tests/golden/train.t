#!/usr/bin/env bash
# Twenty steps of SGD and of Adam, step by step as PyTorch takes them.
. "$(dirname "$0")/../tap.sh"
G=$SHARED/golden/train
D=/usr/share/datasets/fashion-mnist
[ -d "$G" ] || skip_all "the golden values are not here"
[ -d "$D" ] || skip_all "Fashion-MNIST is not here"

# golden WORD NAME: the reference's numbers of a key in train.json.
golden()
{
	/usr/bin/python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))["losses"][sys.argv[2]]
print(*(v if isinstance(v, list) else [v]), sep="\n")' "$G/train.json" "$1"
}

# meta KEY: that number of every checkpoint on stdin.
meta()
{
	recdump --json | sed -n "s/.*\"meta\":{[^}]*\"$1\":\([-0-9.e+]*\).*/\1/p"
}

# within LIMIT FILE FILE: the numbers differ by less, relatively, line by line.
within()
{
	paste "$2" "$3" | awk -v limit="$1" '
	NF != 2 || $2 == 0 || ($1 / $2 - 1)^2 > limit^2 {
		print "# line " NR ": " $0; bad = 1
	}
	END { exit bad || NR == 0 }'
}

for name in sgd adam; do
	options="--optimiser sgd --lr 0.05 --momentum 0.9 --nesterov"
	[ $name = adam ] && options="--optimiser adam --lr 0.001"
	# shellcheck disable=SC2086  # a list of options
	netload -q --arch small --pixels fashion "$G/${name}_step0.pt" |
		nettrain -q $options --wd 5e-4 -d "$D/train-images-idx3-ubyte.gz" \
			-n 1280 --batch 64 --order file --augment none \
			--every-steps 1 >"$T/$name.ll"
	ok $? "$name: twenty steps"
	meta running_loss <"$T/$name.ll" >"$T/got"
	golden $name >"$T/wanted"
	within 1e-3 "$T/got" "$T/wanted"
	ok $? "$name: the losses of the steps"
	evalgrid -q -d "$D" -n 1280 "$T/$name.ll" | gridconv -t csv |
		tail -n 1 | cut -d , -f 5 >"$T/got"
	golden ${name}_final_eval_loss >"$T/wanted"
	within 1e-2 "$T/got" "$T/wanted"
	ok $? "$name: the loss of the last checkpoint"
done
done_testing
