# shellcheck shell=bash
# The command lines of tests/contract/commands and what they read; source it
# after tap.sh.
data=$ROOT/tests/data

# prepare: in this folder, the files that the commands name.
prepare()
{
	local sets=$data/sets points="--x=-1:1:3 --y=0:1:2"

	cp "$data/streams/model.ll" tiny.ll
	cp "$data/streams/plane.ll" tiny2.ll
	netnew -s 1 --pixels fashion --label net small >net.ll
	netnew -s 2 --pixels fashion small >other.ll
	nettrain -q -d "$sets/fashion-48.npz" --epochs 3 --batch 24 <net.ll >run.ll
	head -c -300 run.ll >opened.ll
	nettrain -q -d "$sets/tiny.npz" --epochs 2 --batch 3 <tiny.ll >tinyrun.ll
	dirgen -s 1 <net.ll | fnorm >plane.ll
	netsave --direction x plane.ll >direction.safetensors
	dirgen -k pca run.ll >pca.ll
	trajproj run.ll <pca.ll >path.ll
	evalgrid -q -d "$sets/fashion-48.npz" -n 2 run.ll >losses.ll
	# shellcheck disable=SC2086  # a list of options
	{
		evalgrid -q -d "$sets/tiny.npz" $points tiny2.ll >surface.ll
		evalgrid -q -d "$sets/tiny.npz" $points --shard 0/2 tiny2.ll >shard0.ll
		evalgrid -q -d "$sets/tiny.npz" $points --shard 1/2 tiny2.ll >shard1.ll
		evalgrid -q -d "$sets/tiny.npz" -n 1 $points tiny2.ll >other-surface.ll
		evalgrid -q -d "train=$sets/tiny.npz" -d "test=$sets/tiny.npz" $points tiny2.ll |
			head -c 1500 >torn.ll
	}
	evalgrid -q -d "$sets/fashion-48.npz" -n 2 --x=auto:4 --y=auto:4 path.ll >drawnpath.ll
	dirgen -s 1:2 --axes 1 <net.ll | fnorm |
		evalgrid -q -d "$sets/fashion-48.npz" -n 2 --x=-1:1:3 >lines.ll
	nethist run.ll >hist.ll
	hessdens -q -d "$sets/tiny.npz" --probes 2 --steps 3 tiny.ll >density.ll
	hessgrid -q -d "$sets/tiny.npz" --x=-1:1:3 --y=0:1:3 tiny2.ll >curved.ll
	printf '%s\n' '5 0.25 0.5' | "$ROOT/pipelines/ask" >asked.ll
	netload "$sets/regression.onnx" >regression.ll
	netnew resnet20_a --pixels cifar10 >colour.ll
	if command -v h5conv >/dev/null; then
		h5conv -o surface.h5 surface.ll
		h5conv -o directions.h5 plane.ll
	fi
	printf '%s\n' '#!/bin/sh' 'while read -r rep x y a b; do echo 1.5 20; done' >answer
	chmod +x answer
	PATH=$T:$PATH
}

# each_command FUNCTION: calls it once for every command whose program is there,
# with line (as it stands there), input (a path) and command (an array).
each_command()
{
	local line input words command

	while read -r line; do
		case $line in '' | '#'*) continue ;; esac
		read -r input words <<<"${line//@/$data}"
		[ "$input" != - ] || input=/dev/null
		read -ra command <<<"$words"
		! command -v "${command[0]}" >/dev/null || "$1"
	done <"$ROOT/tests/contract/commands"
}

# What the program of a command exits with when it fails.
failure()
{
	case $1 in reccmp | normcheck) echo 2 ;; *) echo 1 ;; esac
}
