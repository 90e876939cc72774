#!/usr/bin/env bash
# A causal language model of two layers with a tied embedding: the loss and the accuracy of all
# tokens, six steps of SGD, and the largest and smallest eigenvalues of its Hessian, as PyTorch
# has them.
. "$(dirname "$0")/../tap.sh"
G=$SHARED/golden/lm
[ -r "$G/lm.onnx" ] || skip_all "the golden values are not here"

# golden KEY: numbers of lm.json, one a line.
golden()
{
	/usr/bin/python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))[sys.argv[2]]
print(*(v if isinstance(v, list) else [v]), sep="\n")' "$G/lm.json" "$1"
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

netload -q "$G/lm.onnx" >"$T/lm.ll"
netload -q --graph "$G/lm.onnx" "$G/lm.pt" | cmp -s - "$T/lm.ll"
ok $? "the checkpoint is the same model"
evalgrid -q -d "$G/data.npz" "$T/lm.ll" | gridconv | tail -1 | cut -d, -f5,6 | tr , '\n' >"$T/got"
{ golden loss && golden accuracy; } >"$T/wanted"
within 1e-5 "$T/got" "$T/wanted"
ok $? "loss and accuracy"
nettrain -q --lr 0.1 --momentum 0.9 --batch 16 --order file --epochs 1 --every-steps 1 \
	-d "$G/data.npz" "$T/lm.ll" >"$T/run.ll"
ok $? "six steps"
recdump --json "$T/run.ll" | sed -n 's/.*"meta":{[^}]*"running_loss":\([-0-9.e+]*\).*/\1/p' >"$T/got"
golden sgd >"$T/wanted"
within 1e-5 "$T/got" "$T/wanted"
ok $? "their losses"
hessgrid -q -k 3 -d "$G/data.npz" -n 32 "$T/lm.ll" >"$T/points.ll"
ok $? "eigenvalues"
for end in top bottom; do
	recdump --json "$T/points.ll" |
		sed -n "s/.*\"$end\":\[\([^]]*\)\].*/\1/p" | tr -d ' ' | tr , '\n' >"$T/got"
	golden $end >"$T/wanted"
	within 1e-4 "$T/got" "$T/wanted"
	ok $? "the three at the $end"
done
done_testing
