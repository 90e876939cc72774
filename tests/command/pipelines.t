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
	evalgrid -q $options "$T/plane.ll" | gridmerge >"$T/whole.ll"
	export PARALLEL_HOME=$T/parallel
	mkdir -p "$PARALLEL_HOME" && touch "$PARALLEL_HOME/will-cite"
	# shellcheck disable=SC2086
	passes "parallel-surface runs" \
		"$ROOT/pipelines/parallel-surface" "$T/plane.ll" "$T/surface.ll" 5 $options
	passes "its surface has the bytes of one run" cmp "$T/whole.ll" "$T/surface.ll"

	if command -v script >/dev/null; then
		script -qec "$ROOT/pipelines/parallel-surface $T/plane.ll $T/shown.ll 2 $options" /dev/null \
			</dev/null | tr '\r' '\n' | grep -q 'parallel-surface: 12 points'
		ok $? "a terminal is told how far it is"
	fi

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

	# As on another host, on this one: another home, its data carried by digest.
	(cd "$T" && mkdir -p home && HOME=$T/home "$ROOT/pipelines/parallel-surface" --sshlogin : \
		plane.ll hosted.ll 3 -d"$images" --x=-1:1:4 --y -1:1:3) 2>"$T/err"
	is "$? $(cat "$T/err")" "0 parallel-surface: shards: : 3" "parallel-surface --sshlogin"
	passes "with the same bytes" cmp "$T/whole.ll" "$T/hosted.ll"
	is "$(readlink -f "$T"/home/.cache/losspipe/*/fashion-48.npz)" "$(readlink -f "$images")" "files that a host has are not carried"
	fails 2 "PARALLEL_OPTIONS names hosts, expected in: parallel-surface --sshlogin" "hosts in another place" \
		env PARALLEL_OPTIONS='-S a' "$ROOT/pipelines/parallel-surface" "$T/plane.ll" "$T/s.ll" 2 -d "$images"

	# Records are where parallel may cut: whole records, same bytes.
	parallel --pipe --block 3k --recend '' --recstart $'\x95\xa4LLv1' -k cat <"$T/whole.ll" >"$T/cut.ll"
	passes "parallel --pipe cuts at the magic" cmp "$T/whole.ll" "$T/cut.ll"
fi

if [ -d /usr/share/datasets/fashion-mnist ]; then
	passes "quickstart --small" "$ROOT/pipelines/quickstart" --small "$T/quick"
	for picture in surface surface-3d path; do
		passes "it draws $picture.svg" grep -q '</svg>' "$T/quick/$picture.svg"
	done
	passes "it makes a page" grep -q '</html>' "$T/quick/landscape.html"
fi
# Studies by the names that they had as scripts of their own: on 48 images, whatever they show.
outcome='^(holds|does not hold|not distinguishable|void): '
while read -r name claims pictures; do
	passes "$name --small" "$ROOT/pipelines/$name" --small "$T/$name"
	grep -q '^study: cost: .* h; .* MB in ' "$T/passes.err"
	ok $? "it says what it costs before it starts"
	is "$(grep -Ec "$outcome" "$T/$name/claims.txt")" "$claims" "it makes its claims"
	is "$(cd "$T/$name" && echo *.svg)" "$pictures" "it draws its pictures"
	fails 2 'is no option' "an unknown option" "$ROOT/pipelines/$name" --fast
	fails 2 'nothing is not there' "no data" "$ROOT/pipelines/$name" -d "$T/nothing" "$T/x"
	fails 2 'needs a value' "an option without its value" "$ROOT/pipelines/$name" --points
done <<X
lines-batch-size 8 between-0.svg between-5e-4.svg curves-0.svg curves-5e-4.svg weights-0.svg weights-5e-4.svg
path-pca 2 path-filled.svg path.svg
three-networks 3 line-12.svg line-13.svg line-23.svg planes.svg
surface-shortcuts 3 surfaces-3d.svg surfaces.svg
X
passes "surface-shortcuts of networks that are there" "$ROOT/pipelines/surface-shortcuts" --small \
	--with "$T/surface-shortcuts/run-resnet20-1.ll" --without "$T/surface-shortcuts/run-resnet20_noshort-1.ll" "$T/shortcuts-given"
cmp -s "$T/surface-shortcuts/surfaces.svg" "$T/shortcuts-given/surfaces.svg"
ok $? "draws the same"
fails 2 '--with and --without go together' "one of two networks" "$ROOT/pipelines/surface-shortcuts" --with "$T/x"
passes "path-pca takes a run that is there" \
	"$ROOT/pipelines/path-pca" --small --run "$T/path-pca/run-run-1.ll" "$T/given"
cmp -s "$T/given/path.svg" "$T/path-pca/path.svg"
ok $? "and draws the same"
passes "and one of Adam" "$ROOT/pipelines/path-pca" --small --optimiser adam "$T/adam"
is "$(recdump "$T/adam/run-run-1.ll" | grep -o -m 1 'optimiser=[a-z]* lr=[0-9.]*' | sort -u)" \
	"optimiser=adam lr=0.001" "with its learning rate"
fails 2 "'lbfgs', expected sgd or adam" "an unknown optimiser" "$ROOT/pipelines/path-pca" --small --optimiser lbfgs "$T/x"
grep -c '^[123] to [123] *1 *\(fixed\|states\|recompute\) .*[0-9]$' "$T/three-networks/barriers.txt" >"$T/rows"
is "$(cat "$T/rows")" 9 "three-networks has a barrier for each line and each kind of batch norms"
cmp -s "$T/three-networks/run-seed1-1.ll" "$T/three-networks/run-seed2-1.ll"
is "$?" 1 "its networks differ"
models=$(printf ',%s' "$T"/three-networks/model-seed[123]-1.ll)
"$ROOT/pipelines/three-networks" --small --nets "${models#,}" "$T/spanned" >"$T/out" 2>&1
cmp -s "$T/spanned/barriers.txt" "$T/three-networks/barriers.txt"
ok $? "three-networks takes networks that are there"
fails 2 "expected three files" "or not two of them" "$ROOT/pipelines/three-networks" --nets a,b
# Two at once: the second one says so.
cat >"$T/step" <<X
#!/bin/bash
. "$ROOT/pipelines/common.sh"
wait_for() { echo one && cat "$T/gate" && echo two; }
into "$T/grown" wait_for
X
mkfifo "$T/gate"
bash "$T/step" &
until [ -s "$T/grown.part" ]; do sleep 0.01; done
fails 2 'grown.part is being written by another process' "a step that another script does" \
	bash "$T/step"
: >"$T/gate"
wait
is "$(cat "$T/grown")" "one
two" "is done by that one"
rm "$T/grown"
ln -s victim "$T/grown.part"
fails 2 'grown.part is a symbolic link' "a link is not followed" bash "$T/step"
grep -q '>batch 8, wd 0, bn recompute<' "$T/lines-batch-size/between-0.svg" &&
	grep -q '>batch 8, wd 0, bn states<' "$T/lines-batch-size/between-0.svg"
ok $? "the line says which batch norms it shows"
passes "lines-batch-size with ghost batches" \
	"$ROOT/pipelines/lines-batch-size" --small --batches 8,24 --bn-batch 12 "$T/ghosts"
for picture in curves-0 weights-5e-4; do
	passes "ghost batches are marked in $picture.svg" \
		grep -q '>batch 24, wd [0-9e-]*, ghost batches of 12' "$T/ghosts/$picture.svg"
done
done_testing
