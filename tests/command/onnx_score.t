#!/usr/bin/env bash
# Some of ONNX's tests of nodes (tests/onnx-score has them all): none is wrong, and
# what is refused is refused clearly.  ONNX_SCORE=all: every one.
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
names=$(awk 'NR % 7 == 1' "$ROOT/tests/data/onnx/counted.txt")
[ -z "${ONNX_SCORE:-}" ] || names=
# shellcheck disable=SC2086
"$python" "$ROOT/tests/onnx-score" nodes $names >"$T/out" 2>"$T/err"
ok $? "nothing wrong, nothing unclear"
sed 's/^/# /' "$T/out" "$T/err"
done_testing
