#!/bin/bash
# Streams in which keys contradict each other: every program that reads the kind
# refuses them, or takes them as the page says.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/commands.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
export PYTHONPATH=$ROOT/pipelines
cd "$T" || exit
prepare
evalgrid -q -d "$data/sets/tiny.npz" --x=-1:1:3 --y=0:1:2 tiny2.ll asked.ll >answered.ll
while IFS=$'\t' read -r name said; do
	is "$said" "" "$name"
done < <(/usr/bin/python3 "$ROOT/tests/contract/contradicted.py" "$data/sets/tiny.npz" \
	"$data/sets/fashion-48.npz" || echo "the script	failed")
done_testing
