#!/bin/bash
# Hostile files: one line on stderr, exit 1, little memory, nothing executed.
. "$(dirname "$0")/../tap.sh"
H=$ROOT/tests/hostile
netnew small >"$T/model"
cd "$T" || exit

# Sanitizers want more memory than the programs are allowed.
limit=65536
case ${LOSSPIPE_BIN:-} in
*/san/*) limit=unlimited ;;
esac

# bounded COMMAND...: at most 64 MB of data
bounded()
{
	(ulimit -d "$limit" && exec "$@")
}

passes "the limit lets a good file pass" \
	bounded netload "$ROOT/tests/data/torch/small_7.pt"
for file in "$H"/*.pt; do
	name=${file##*/}
	fails 1 "^netload: .*/$name: [^/]" "$name" bounded netload "$file"
	[ ! -s fails.out ]
	ok $? "$name: no output"
done
for file in "$H"/onnx/*.onnx; do
	name=${file##*/}
	fails 1 "^netload: .*/$name: [^/]" "onnx/$name" bounded netload "$file"
	[ ! -s fails.out ]
	ok $? "onnx/$name: no output"
done
fails 1 "name the model's file" "onnx: external data on standard input" \
	netload <"$H/onnx/external-missing.onnx"
for file in "$H"/*.npz; do
	name=${file##*/}
	fails 1 "^dirgen: .*(xdirection/0|header|numpy)" "$name" \
		bounded dirgen --from "$file" <"$T/model"
done
for file in "$H"/*.npz "$H"/weights/*; do
	name=${file##*/}
	fails 1 "^netload: .*/$name: [^/]" "netload: $name" \
		bounded netload "$file"
	[ ! -s fails.out ]
	ok $? "netload: $name: no output"
done
is "$(find . -name 'owned*')" "" "nothing was executed"
done_testing
