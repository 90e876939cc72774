#!/usr/bin/env bash
# The scripts of pipelines/, in their small mode.
. "$(dirname "$0")/../tap.sh"
images=$ROOT/tests/data/sets/fashion-48.npz
export LOSSPIPE_BIN=${LOSSPIPE_BIN:-$ROOT/build/bin}

if command -v parallel >/dev/null; then
	netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" |
		dirgen -s 1 | fnorm >"$T/plane.ll"
	options="-d $images --x=-1:1:4 --y=-1:1:3"
	# shellcheck disable=SC2086  # a list of options
	evalgrid -q $options "$T/plane.ll" >"$T/whole.ll"
	export PARALLEL_HOME=$T/parallel
	mkdir -p "$PARALLEL_HOME" && touch "$PARALLEL_HOME/will-cite"
	# shellcheck disable=SC2086
	passes "parallel-surface runs" \
		"$ROOT/pipelines/parallel-surface" "$T/plane.ll" "$T/surface.ll" 5 $options
	passes "its surface has the bytes of one run" cmp "$T/whole.ll" "$T/surface.ll"

	# A job killed from outside: the same line does the rest.
	rm "$T/surface.ll" "$T/surface.ll.shards/2.ll"
	awk -F'\t' -v OFS='\t' '/--shard 2\/5/ { $8 = 9 } 1' "$T/surface.ll.shards/joblog" >"$T/joblog"
	cp "$T/joblog" "$T/surface.ll.shards/joblog"
	# shellcheck disable=SC2086
	passes "parallel-surface continues after a killed job" \
		"$ROOT/pipelines/parallel-surface" "$T/plane.ll" "$T/surface.ll" 5 $options
	passes "with the same bytes" cmp "$T/whole.ll" "$T/surface.ll"
	fails 2 "SHARDS is 'x'" "a wrong number of shards" \
		"$ROOT/pipelines/parallel-surface" "$T/plane.ll" "$T/s.ll" x -d "$images"

	# Records are where parallel may cut: whole records, same bytes.
	parallel --pipe --block 3k --recend '' --recstart $'\x95\xa4LLv1' -k cat <"$T/whole.ll" >"$T/cut.ll"
	passes "parallel --pipe cuts at the magic" cmp "$T/whole.ll" "$T/cut.ll"
fi

if [ -d /usr/share/datasets/fashion-mnist ]; then
	passes "quickstart --small" "$ROOT/pipelines/quickstart" --small "$T/quick"
	for picture in surface surface-3d line; do
		passes "it draws $picture.svg" grep -q '</svg>' "$T/quick/$picture.svg"
	done
fi
done_testing
