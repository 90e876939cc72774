#!/usr/bin/env bash
# The same network in other words: ONNX files that differ in the order of their nodes,
# in what else they hold and in how they say it have the same loss.
. "$(dirname "$0")/../tap.sh"
python3 "$ROOT/tests/tool/onnx_forms.py" "$T" || exit 1

# loss FILE SET: all digits.
loss()
{
	netload -q --pixels none "$1" | evalgrid -q --raw -d "$2" 2>"$T/err" |
		gridconv 2>>"$T/err" | sed -n 2p | cut -d, -f5
}

for set in "$T"/*.npz; do
	group=$(basename "$set" .npz)
	want=$(loss "$T/$group-plain.onnx" "$set")
	ok $? "$group: $want"
	for file in "$T/$group"-*.onnx; do
		got=$(loss "$file" "$set" 2>"$T/said")
		awk -v a="$got" -v b="$want" 'BEGIN { exit !(a != "" && b != "" && (a - b) ^ 2 <= 1e-12 * b ^ 2) }'
		ok $? "$(basename "$file" .onnx)"
		[ -n "$got" ] && [ -n "$want" ] || sed 's/^/# /' "$T/said" "$T/err"
	done
done
done_testing
