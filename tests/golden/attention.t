#!/usr/bin/env bash
# A vision transformer: eight steps of SGD and of Adam, and the largest and the
# smallest eigenvalues of its Hessian, as PyTorch has them.  (The product of the
# Hessian with a vector: tests/golden/hvp.c.)
. "$(dirname "$0")/../tap.sh"
G=$SHARED/golden/attention
D=$SHARED/data/cifar10/train-4660.bin
[ -d "$G" ] && [ -r "$D" ] || skip_all "the golden values are not here"

# golden KEY [KEY]: numbers of vit.json, one a line.
golden()
{
	/usr/bin/python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))
for key in sys.argv[2:]:
    v = v[key]
print(*v, sep="\n")' "$G/vit.json" "$@"
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

netload -q --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 "$G/vit.onnx" >"$T/vit.ll"
for name in sgd adam; do
	options="--lr 0.05 --momentum 0.9"
	[ $name = adam ] && options="--optimiser adam --lr 0.001"
	# shellcheck disable=SC2086  # a list of options
	nettrain -q $options --wd 5e-4 --schedule constant -d "$D" -n 256 --batch 32 \
		--order file --augment none --every-steps 1 "$T/vit.ll" >"$T/$name.ll"
	ok $? "$name: eight steps"
	recdump --json "$T/$name.ll" |
		sed -n 's/.*"meta":{[^}]*"running_loss":\([-0-9.e+]*\).*/\1/p' >"$T/got"
	golden $name >"$T/wanted"
	within 1e-5 "$T/got" "$T/wanted"
	ok $? "$name: the losses of the steps"
done

dirgen -q -s 1 <"$T/vit.ll" |
	hessgrid -q -d "$D" -n 64 --x=0:0:1 --y=0:0:1 -k 3 >"$T/points.ll"
ok $? "eigenvalues"
for end in top bottom; do
	recdump --json "$T/points.ll" |
		sed -n "s/.*\"$end\":\[\([^]]*\)\].*/\1/p" | tr -d ' ' | tr , '\n' >"$T/got"
	golden $end >"$T/wanted"
	within 1e-4 "$T/got" "$T/wanted"
	ok $? "the three at the $end"
done
done_testing
