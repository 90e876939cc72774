#!/usr/bin/env bash
# Checkpoints as people have them: prefixes, dicts in dicts, several files; what is not read is named.
. "$(dirname "$0")/../tap.sh"
python=/usr/bin/python3
[ -x $python ] || skip_all "no python3"
W=$ROOT/tests/data/weights
O=$ROOT/tests/data/onnx
export PYTHONDONTWRITEBYTECODE=1
make() { $python "$ROOT/tests/tool/weights.py" "$@"; }
tensors() { recdump "$1" | sed -n 's/^tensor/&/p' | md5sum; }
netload "$W/small.safetensors" >"$T/small.ll"
netload -q --graph "$O/mixed.onnx" "$W/mixed.safetensors" >"$T/mixed.ll"

# What wraps a network puts its name before all names.
for prefix in model. net. backbone. encoder.q. module.model. a.b.c.; do
	make prefix $prefix <"$W/small.safetensors" >"$T/x"
	netload "$T/x" >"$T/y.ll"
	is "$(tensors "$T/y.ll")" "$(tensors "$T/small.ll")" "small: $prefix before all names"
	make prefix $prefix <"$W/mixed.safetensors" >"$T/x"
	netload -q --graph "$O/mixed.onnx" "$T/x" >"$T/y.ll"
	is "$(tensors "$T/y.ll")" "$(tensors "$T/mixed.ll")" "a graph of a file: $prefix"
done
is "$(netload -v --arch small "$T/x" 2>&1 >/dev/null | grep -c .)" 1 "another network stays one"
make prefix model. <"$W/small.safetensors" >"$T/x"
is "$(netload -v "$T/x" 2>&1 >/dev/null | grep without)" \
	"netload: $T/x: names without 'model.', which all had" "-v says what was taken off"
is "$(netload "$T/x" 2>&1 >/dev/null)" "" "without -v nothing is said"
make prefix model <"$W/small.safetensors" >"$T/x"
fails 1 "not small: 18 tensors are missing .* 21 are left over \\(modelbn1" "a prefix ends in a dot" netload --arch small "$T/x"
make prefix model. <"$W/small.safetensors" | make rename model.fc.bias fc.bias >"$T/x"
fails 1 "20 are left over \\(model.bn1" "all names have it" netload --arch small "$T/x"
make prefix model. <"$W/small.safetensors" | make rename model.fc.bias model.head.bias >"$T/x"
fails 1 "names without 'model.': not small: 1 tensor.* missing \\(fc.bias\\); 1 .* left over \\(head.bias\\)$" \
	"the message is that of the nearest" netload --arch small "$T/x"

# Dicts of other names, and one level deeper.
make outer model <"$W/small.safetensors" >"$T/x"
netload "$T/x" >"$T/plain.ll"
for words in network "network epoch=3" "checkpoint.state_dict" "model.params" "network +rng" "ema.model net=4" \
	"weights optimizer.lr=3"; do
	# shellcheck disable=SC2086  # several words
	make outer $words <"$W/small.safetensors" >"$T/x"
	netload "$T/x" >"$T/y.ll"
	is "$(tensors "$T/y.ll")" "$(tensors "$T/plain.ll")" "the state under ${words% *}, all: $words"
done
for words in "G D" "a.x b.x"; do
	# shellcheck disable=SC2086  # several words
	make outer $words <"$W/small.safetensors" >"$T/x"
	fails 1 "holds dicts of tensors under '${words% *}' and under '${words#* }', expected one" "two networks: $words" \
		netload "$T/x"
done
make outer epoch=3 loss=x <"$W/small.safetensors" >"$T/x"
fails 1 "a dict without tensors \\(epoch, loss\\), expected the state" "none" netload "$T/x"

# Tensors that are no rows of numbers.
for row in "_rebuild_qtensor quantised" "_rebuild_sparse_tensor sparse" "_rebuild_sparse_csr_tensor sparse" \
	"_rebuild_nested_tensor nested" "_rebuild_meta_tensor_no_storage .*'meta'" "_rebuild_wrapper_subclass of.a.class"; do
	make strange "${row% *}" >"$T/x"
	fails 1 "tensor 'w' is ${row#* }" "${row% *}" netload "$T/x"
done

# Several files and their index.
mkdir "$T/parts"
make split 3 "$T/parts" <"$W/small.safetensors"
index=$T/parts/model.safetensors.index.json
netload "$index" >"$T/y.ll"
is "$(tensors "$T/y.ll")" "$(tensors "$T/plain.ll")" "an index of three files"
(cd "$T/parts" && netload model.safetensors.index.json) | cmp -s - "$T/y.ll"
ok $? "from its own folder"
fails 1 "one of several: netload takes their index" "one of the files" \
	netload --arch small "$T/parts/model-00001-of-00003.safetensors"
fails 1 "give its name, not its content" "an index on standard input" netload <"$index"
fails 1 "model-00002-of-00003.safetensors is .*read" "-o on one of the files" \
	netload --force -o "$T/parts/model-00002-of-00003.safetensors" "$index"
for evil in ../x /etc/passwd "" . .. 7; do
	sed "0,/model-00001-of-00003.safetensors/s,,$evil," "$index" >"$T/parts/evil.json"
	[ "$evil" != 7 ] || sed '0,/"model-00001-of-00003.safetensors"/s//7/' "$index" >"$T/parts/evil.json"
	fails 1 "expected the name of a file beside the index|has no file" "an index that names '$evil'" \
		netload "$T/parts/evil.json"
done
sed 's,"fc.bias": "model-0000,"fc.bias": "model-0009,' "$index" >"$T/parts/x.json"
fails 1 "has 7 of the tensors, the index says 6" "an index of another split" netload "$T/parts/x.json"
cp "$index" "$T/parts/model-00003-of-00003.safetensors"
fails 1 "model-00003-of-00003.safetensors: an index, expected tensors" "an index in an index" netload "$index"
rm "$T/parts/model-00002-of-00003.safetensors"
fails 1 "model-00002-of-00003.safetensors: No such file" "a file is not there" netload "$index"
echo '{"a": [1, 2]}' >"$T/x.json"
fails 1 'JSON, expected the index of a checkpoint .*"weight_map"' "other JSON" netload "$T/x.json"
echo '{"a": ' >"$T/x.json"
fails 1 "JSON: .* at line" "broken JSON" netload "$T/x.json"
done_testing
