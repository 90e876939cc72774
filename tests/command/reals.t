#!/usr/bin/env bash
# Reals that are no pixels: whatever reads images refuses those outside of 0 to 1
# unless they are said to be normalised already.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/sets
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/net.ll"
dirgen -s 1 <"$T/net.ll" | fnorm >"$T/plane.ll"
for set in pixels255.npz:"they look like 0 to 255: divide them by 255" \
	raw.npz:"pixels reach -0.810198, expected 0 to 1: --raw takes" \
	raw-images.npy:"pixels reach -0.810198, expected 0 to 1: --raw takes"; do
	data=$S/${set%%:*} says="/${set%%:*}: .*${set#*:}"
	fails 1 "$says" "evalgrid, ${set%%:*}" evalgrid -d "$data" "$T/net.ll"
	fails 1 "$says" "constants make no pixels of them" \
		evalgrid --pixels none -d "$data" "$T/net.ll"
	fails 1 "$says" "evalgrid --estimate" evalgrid --estimate -d "$data" "$T/plane.ll"
	fails 1 "$says" "images for batch norms" evalgrid --bn recompute --bn-images 2 \
		--bn-data "$data" -d "$S/fashion-48.npz" "$T/net.ll"
	fails 1 "$says" "hessgrid" hessgrid -d "$data" "$T/net.ll"
	fails 1 "$says" "hessdens" hessdens -d "$data" "$T/net.ll"
	fails 1 "$says" "dirgen -k hessian" sh -c "dirgen -k hessian -d $data <$T/net.ll"
	fails 1 "$says" "dirgen -k gradient" sh -c "dirgen -k gradient -d $data <$T/net.ll"
	fails 1 "$says" "nettrain" nettrain -d "$data" "$T/net.ll"
	fails 1 "$says" "nettrain, test images" \
		nettrain -d "$S/fashion-48.npz" -d "test=$data" "$T/net.ll"
done

# Normalised images train as the bytes do that they were.
train()
{
	nettrain -q --epochs 2 --batch 2 --augment none --lr 0.01 "$@" "$T/net.ll"
}
train -d "$S/fashion-48.npz" -n 4 >"$T/bytes.ll"
train --raw -d "$S/raw.npz" >"$T/raw.ll"
for run in bytes raw; do
	netsave --model 2 -o "$T/$run.safetensors" "$T/$run.ll"
done
passes "nettrain --raw trains as the bytes do" cmp "$T/bytes.safetensors" "$T/raw.safetensors"
fails 2 "--raw excludes" "nettrain: constants for --raw" \
	nettrain --raw --pixels none -d "$S/raw.npz" "$T/net.ll"
fails 1 "are bytes, --raw wants reals" "nettrain: bytes for --raw" \
	nettrain --raw -d "$S/fashion-48.npz" "$T/net.ll"
done_testing
