#!/usr/bin/env bash
# netload takes names as they are: what is nearly right is not right.
. "$(dirname "$0")/../tap.sh"
python=/usr/bin/python3
[ -x $python ] || skip_all "no python3"
W=$ROOT/tests/data/weights
O=$ROOT/tests/data/onnx
export PYTHONDONTWRITEBYTECODE=1
model() { recdump "$1" | sed -n 's/^tensor/&/p' | md5sum; }
make() { $python "$ROOT/tests/tool/weights.py" "$@"; }

# rename FROM TO FILE: the safetensors file with one of its names changed
counter=num_batches_tracked
for change in "bn1.$counter bn1.${counter}X" "bn1.$counter Xbn1.$counter" "bn1.$counter bn1.$counter." \
	"bn1.$counter bn1.Num_batches_tracked" "bn1.$counter bn1/$counter" "bn1.$counter bn9.$counter" \
	"bn1.weight bn1.weightX" "bn1.weight bn1.weight2" "fc.bias fc.bias.0" "conv1.weight Conv1.weight" \
	"bn1.running_var bn1.running_vars"; do
	# shellcheck disable=SC2086  # two words
	make rename $change <"$W/small.safetensors" >"$T/x"
	fails 1 "not small: 1 tensor is missing \(${change% *}\); 1 is left over \(${change#* }\)$" \
		"small: ${change% *} called ${change#* }" netload --arch small "$T/x"
done
make rename "bn1.$counter" "bn1.${counter}X" <"$W/mixed.safetensors" >"$T/x"
fails 1 "1 tensor is missing \(bn1.$counter\)$|; 1 is left over" "a graph of a file: the same" \
	netload --graph "$O/mixed.onnx" "$T/x"
make without $counter <"$W/small.safetensors" >"$T/x"
passes "no counter at all is an old file" netload --arch small "$T/x"
make without "bn2.$counter" <"$W/small.safetensors" >"$T/x"
fails 1 "not small: 1 tensor is missing \(bn2.$counter\)$" "one counter less is not" \
	netload --arch small "$T/x"
make integer table <"$W/small.safetensors" >"$T/x"
fails 1 "not small: 1 is left over \(table\)$" "integers that an architecture has not" \
	netload --arch small "$T/x"
fails 1 "no architecture of ours has these tensors \\(22: " "nor another one" netload "$T/x"
make integer table <"$W/mixed.safetensors" >"$T/x"
is "$(netload --graph "$O/mixed.onnx" "$T/x" 2>&1 >"$T/y")" \
	"netload: warning: $T/x: 1 tensor of integers (table) is not in the graph, which has its own constants: passed over" \
	"a graph of a file may have them as constants, which is said"
netload -q --graph "$O/mixed.onnx" "$W/mixed.safetensors" | cmp -s - "$T/y"
ok $? "and is the same model"

# Pickles and archives.
make torch torch.FloatStorage x/data.pkl >"$T/x"
fails 1 "no architecture of ours has these tensors \(1: w 4, ...\)" "torch.FloatStorage" netload "$T/x"
make torch torch.cuda.FloatStorage x/data.pkl >"$T/x"
fails 1 "no architecture of ours has these tensors \\(1: " "torch.cuda.FloatStorage" netload "$T/x"
for kind in evil.FloatStorage torchx.FloatStorage torch.FloatStorageX; do
	make torch $kind x/data.pkl >"$T/x"
	fails 1 "elements are $kind, expected floating-point" "$kind" netload "$T/x"
done
make torch torch.FloatStorage x/data.pkl x/y/data.pkl >"$T/x"
fails 1 "an archive with 'x/data.pkl' and 'x/y/data.pkl', expected one" "two checkpoints in an archive" netload "$T/x"
make torch torch.FloatStorage x/my.data.pkl >"$T/x"
fails 1 "a zip archive without data.pkl" "my.data.pkl" netload "$T/x"
# The dict of tensors: the one that is there, whatever stands under other names.
make outer model <"$W/small.safetensors" >"$T/x"
netload "$T/x" >"$T/plain.ll"
ok $? "under 'model'"
for words in "state_dict net=resnet" "model_state_dict model=7" "net state_dict=x"; do
	# shellcheck disable=SC2086  # two words
	make outer $words <"$W/small.safetensors" >"$T/x"
	netload "$T/x" 2>/dev/null | cat >"$T/y.ll"
	is "$(model "$T/y.ll")" "$(model "$T/plain.ll")" "under '${words% *}', beside ${words#* }"
done
make outer net model <"$W/small.safetensors" >"$T/x"
fails 1 "holds dicts of tensors under 'net' and under 'model', expected one" "two networks" netload "$T/x"
done_testing
