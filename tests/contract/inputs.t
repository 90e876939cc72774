#!/bin/bash
# No program replaces what it reads, by whatever name, not even when it is forced to.
. "$(dirname "$0")/../tap.sh"
umask 022
D=$ROOT/tests/data
F=$T/files
mkdir "$F" "$F/made" "$F/made/idx" "$F/hostile"
cp -R "$D"/{torch,onnx,norms,sets,streams} "$F"
cp "$ROOT/tests/hostile/onnx/external-missing.onnx" "$F/hostile"
head -c 128 /dev/zero >"$F/hostile/nowhere"
(
	cd "$F" || exit
	evalgrid -q -d sets/tiny.npz streams/model.ll >made/points.ll
	nethist streams/model.ll >made/histogram.ll
	hessdens -q -d sets/tiny.npz --probes 2 --steps 3 streams/model.ll >made/density.ll
	h5conv streams/surface.ll >made/surface.h5 2>/dev/null
	netnew lenet --input 1,28,28 --pixels mnist >made/lenet.ll
	for f in images-idx3 labels-idx1; do
		gzip -dc /usr/share/datasets/fashion-mnist/t10k-$f-ubyte.gz >made/idx/train-$f-ubyte
	done
	cp sets/raw-*.npy sets/tiny.npz made
	nettrain -q -d sets/tiny.npz --epochs 4 --batch 3 streams/model.ll >made/run.ll
) 2>/dev/null

# split WORD...: the command line as run, standard input as in, files as files.
split()
{
	local word file
	run=() in=/dev/null files=()
	for word; do
		case $word in
		+*) files+=("${word#+}") && continue ;;
		'<@'*) files+=("${word#<@}") && in=$F/${word#<@} && continue ;;
		*@*)
			file=${word##*@}
			[ -d "$F/$file" ] || files+=("$file")
			word=${word%%@*}$F/$file
			;;
		esac
		run+=("$word")
	done
}

# read_by: what the program opens for reading below $F, if that can be seen.
read_by()
{
	strace -f -qq -e trace=open,openat -o "$T/trace" "${run[@]}" <"$in" >/dev/null 2>&1
	grep -v -e O_DIRECTORY -e ENOENT "$T/trace" | grep -o '"[^"]*"' | tr -d '"' |
		sed "s|^nowhere\$|$F/hostile/nowhere|" | grep "^$F/" | sed "s|^$F/||" | sort -u
}
seen=
strace -o /dev/null true 2>/dev/null && seen=yes

while read -r name words; do
	case $name in '' | '#'*) continue ;; esac
	command -v "$name" >/dev/null || continue
	read -ra list <<<"$words"
	split "$name" "${list[@]}"
	"${run[@]}" <"$in" >"$T/out" 2>"$T/err"
	ok $? "$name $words"
	sed 's/^/# /' "$T/err"
	if [ -n "$seen" ]; then
		is "$(read_by | grep -vxF "${in#"$F"/}")" \
			"$(printf '%s\n' "${files[@]}" | grep -vxF "${in#"$F"/}" | sort -u)" "and that is all it reads"
	fi
	for file in "${files[@]}"; do
		cp -p "$F/$file" "$T/before"
		for o in "$F/$file" "$T/hard" "$T/soft"; do
			rm -f "$T/hard" "$T/soft"
			ln "$F/$file" "$T/hard"
			ln -s "$F/$file" "$T/soft"
			"${run[@]}" --force -o "$o" <"$in" >"$T/out" 2>"$T/err"
			[ $? -eq 1 ] && [ "$(grep -vc warning: "$T/err")" -eq 1 ] &&
				grep -q "^$name: .* is also read" "$T/err" && [ ! -s "$T/out" ] &&
				[ "$(stat -c '%i %s %Y' "$o")" != "" ] && cmp -s "$T/before" "$F/$file" &&
				[ "$F/$file" -ef "$T/hard" ]
			ok $? "-o ${o#"$T"/} ($file) is refused"
			rm -f "$F/$file.part" "$T/hard.part"
		done
	done
done <"$ROOT/tests/contract/inputs"

# What would be read again while it is written.
cp "$D/streams/plane.ll" "$T/plane.ll"
fails 1 'standard output goes to a file that is read' "fnorm FILE >>FILE" \
	sh -c 'fnorm "$1" >>"$1"' - "$T/plane.ll"
fails 1 '/dev/fd/3 goes to a file that is read' "fnorm -o /dev/fd/3 FILE 3>>FILE" \
	sh -c 'fnorm -o /dev/fd/3 "$1" 3>>"$1"' - "$T/plane.ll"
# What is salvaged lies where the result would grow.
head -c 2000 "$D/points/small.ll" >"$T/torn.ll.part"
fails 1 'torn.ll.part is also read' "gridmerge --partial -o FILE FILE.part" \
	gridmerge -q --partial -o "$T/torn.ll" "$T/torn.ll.part"
done_testing
