#!/usr/bin/env bash
# Whole networks and random graphs through netload and beside another engine, a few of
# each; ONNX_NETWORKS=all: every light graph and network of tests/onnx-score, and a
# thousand random graphs.
. "$(dirname "$0")/../tap.sh"
python=
for p in "$ROOT/build/venv/bin/python" python3 /usr/bin/python3; do
	if "$p" -c 'import onnx, onnxruntime' 2>"$T/err"; then
		python=$p
		break
	fi
done
[ -n "$python" ] || skip_all "no Python with onnx and onnxruntime (tests/onnx-score installs them into build/venv)"
[ -x "$ROOT/${BUILD:-build}/tool/logits" ] || skip_all "build/tool/logits is not built"
light=light_squeezenet zoo=squeezenet1_1 graphs=20
[ -z "${ONNX_NETWORKS:-}" ] || light='' zoo='' graphs=1000

# shellcheck disable=SC2086
"$python" "$ROOT/tests/onnx-score" light $light >"$T/out" 2>&1
ok $? "light graphs of ONNX: $(tail -n 1 "$T/out")"
if /usr/bin/python3 -c 'import torch, torchvision' 2>"$T/err"; then
	# shellcheck disable=SC2086
	"$python" "$ROOT/tests/onnx-score" zoo $zoo >"$T/out" 2>&1
	ok $? "networks of torchvision: $(tail -n 1 "$T/out")"
else
	ok 0 "networks of torchvision # SKIP torchvision is not installed"
fi
(cd "$T" && "$python" "$ROOT/tests/tool/onnx_attack.py" $graphs 5 >"$T/out" 2>"$T/err")
ok $? "random graphs: $(grep '^seed' "$T/out")"
done_testing
