#!/bin/bash
# An attack: a training run is cut off behind each stage on its way to a picture, at
# the borders of its segments and between them; no cut may give a picture.  CUT=N
# takes every N-th byte (a sample of them otherwise).
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams
D=$ROOT/tests/data/sets/tiny.npz
cd "$T" || exit
exec 2>err
nettrain -q -d "$D" --epochs 4 --batch 3 --lr 0.5 "$S/model.ll" >run.ll
dirgen -s 1 <run.ll >planes.ll
fnorm planes.ll >normed.ll
evaluate() { evalgrid -q -d "$D" --x=-1:1:2 --y=0:1:2; }
evaluate <normed.ll >surfaces.ll

# rest FILE: the stages behind the one that wrote it, from standard input.
rest()
{
	case $1 in
	run.ll) dirgen -s 1 | fnorm | evaluate ;;
	planes.ll) fnorm | evaluate ;;
	normed.ll) evaluate ;;
	*) cat ;;
	esac | contour >picture.svg
}

for file in run planes normed surfaces; do
	size=$(stat -c %s $file.ll)
	step=${CUT:-$((size / 23 + 1))}
	rest $file.ll <$file.ll
	is "$? $(tail -n 1 picture.svg)" "0 </svg>" "$file: whole, it makes a picture"
	clean=
	for at in $(grep -abo $'\x95\xa4LLv1\xa5begin' $file.ll | sed '1d; s/:.*//') $(seq 0 "$step" $((size - 1))); do
		head -c "$at" $file.ll | rest $file.ll
		[ $? -ne 0 ] && [ ! -s picture.svg ] || clean="$clean $at"
	done
	is "$clean" "" "$file: cut, it makes none"
done
done_testing
