#!/bin/bash
# The viewer's numbers, heights, camera and pixels, by node.
. "$(dirname "$0")/../tap.sh"
command -v node >/dev/null || skip_all "no node"
exec node "$ROOT/tests/tool/viewer.js"
