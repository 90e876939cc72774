#!/usr/bin/env bash
# Texts from streams, files and command lines that are not meant to be read: nothing
# of them reaches a terminal, a spreadsheet, gnuplot or a browser as a command.
. "$(dirname "$0")/../tap.sh"
python=/usr/bin/python3
[ -x $python ] || skip_all "no python3"
D=$ROOT/tests/data/sets/tiny.npz
nasty() { $python "$ROOT/tests/contract/nasty.py" "$@"; }
mkdir "$T/in" "$T/out"
nasty make "$T/in" || exit 1

# run FORM NAME INPUT COMMAND...: keeps what it writes; a failure is one line.
run()
{
	local form=$1 name=$2 input=$3 status
	shift 3
	"$@" <"$input" >"$T/out/$name.$form" 2>"$T/out/$name.err"
	status=$?
	case $form in bin) rm "$T/out/$name.$form" ;; esac
	[ $status -eq 0 ] || mv "$T/out/$name.err" "$T/out/$name.line"
	return $status
}

# through NAME FORM STREAM COMMAND...: gives it the streams of each group, all at once
# or, when it refuses one of them, one by one.  FORM bin: what it writes is no text.
# $of: of these groups only.
through()
{
	local name=$1 form=$2 stream=$3 group file wrong
	shift 3
	for group in "$T/in"/${of:-*}; do
		cat "$group"/*."$stream.ll" >"$T/all.ll"
		run "$form" "$name-${group##*/}" "$T/all.ll" "$@" && continue
		for file in "$group"/*."$stream.ll"; do
			run "$form" "$name-${group##*/}-$(basename "$file")" "$file" "$@"
		done
	done
	wrong=$(nasty check "$T/out"/*)
	is "$wrong" "" "$name: nothing leaves"
	rm -f "$T/out"/*
}

through recdump txt surface recdump
through recdump-json json surface recdump --json
through recdump-model txt plane recdump
through csv csv surface gridconv -t csv
through json json surface gridconv -t json
through gnuplot gnuplot surface gridconv -t gnuplot
through vtk xml surface gridconv -t vtk
through plotly json surface gridconv -t plotly
through glb bin surface gridconv -t glb
through path txt surface gridconv -t path
through npz bin surface gridconv -t npz
through gridstat txt surface gridstat -v
through gridstat-json json surface gridstat --json
through rank txt surface gridstat --rank sharpness
through contour xml surface contour
through landpage html surface landpage
through relief xml surface contour --style surface --field acc
through merge bin surface gridmerge -v
differ() { reccmp --history - "$ROOT/tests/data/streams/surface.ll" || [ $? -eq 1 ]; }
through reccmp txt surface differ
through dirgen bin model dirgen -v -s 1
through fnorm bin plane fnorm -v
through evalgrid bin plane evalgrid -v -d "$D" --x=-1:1:2 --y=-1:1:2
through check bin model evalgrid -v -d "$D"
through hessgrid bin plane hessgrid -v -d "$D" --x=0:0:1 --y=0:0:1
through nethist bin model nethist -v
through nettrain bin model nettrain -v -d "$D" --epochs 1 --batch 4
of='[ln]a*' # labels, names
through safetensors bin model netsave -t safetensors
through tensors bin model netsave -t npz
of=
histograms() { nethist | contour --style histogram; }
through histograms xml model histograms
densities() { hessdens -q -d "$D" --probes 2 --steps 2 | contour --style density; }
through densities xml model densities
if command -v h5conv >/dev/null; then
	of='[ls]*' # labels, losses, sets, status
	through h5conv bin surface h5conv
	of=name
	through h5conv-plane bin plane h5conv
fi

# The names in an archive, and in a header of JSON.
names=$(for file in "$T/in"/name/*.model.ll; do
	netsave -t npz "$file" 2>/dev/null | $python -c '
import io, sys, zipfile
data = sys.stdin.buffer.read()
for n in zipfile.ZipFile(io.BytesIO(data)).namelist() if data else ():
    if ".." in n.split("/") or n[0] == "/" or "\\" in n:
        print(n)'
done)
is "$names" "" "no name leads out of an archive's folder"
wrong=$(for file in "$T/in"/[ln]a*/*.model.ll; do
	netsave "$file" | $python -c '
import json, sys
data = sys.stdin.buffer.read()
json.loads(data[8:8 + int.from_bytes(data[:8], "little")])' 2>&1
done)
is "$wrong" "" "the header of safetensors is JSON"

# Command lines: options that are not there, values, names of files.
nasty args >"$T/args"
while read -r name _; do
	case $name in '' | '#'*) continue ;; esac
	command -v "$name" >/dev/null || continue
	n=0
	while IFS= read -r -d '' text; do
		for words in "--$text" "$T/no/$text"; do
			n=$((n + 1))
			# what a program writes, it may write
			"$name" "$words" </dev/null >/dev/null 2>"$T/out/$name-$n.line"
			[ -s "$T/out/$name-$n.line" ] || rm "$T/out/$name-$n.line"
		done
	done <"$T/args"
	is "$(nasty check "$T/out"/*)" "" "$name: messages about its command line"
	rm -f "$T/out"/*
done <"$ROOT/tests/contract/programs"
n=0
while IFS= read -r -d '' text; do
	for option in -d -d=a= --x= --sample= --loss= --pixels= --mean= --shard= --bn= -o"$T/no/" \
		--resume="$T/no/" --exec-loss= --split=; do
		n=$((n + 1))
		evalgrid -d "$D" "$option$text" "$ROOT/tests/data/streams/plane.ll" \
			>/dev/null 2>"$T/out/evalgrid-$n.line"
		[ -s "$T/out/evalgrid-$n.line" ] || rm "$T/out/evalgrid-$n.line"
	done
done <"$T/args"
is "$(nasty check "$T/out"/*)" "" "evalgrid: messages about values of options"
rm -f "$T/out"/*
n=0
while IFS= read -r -d '' text; do
	n=$((n + 1))
	contour --title "$text" "$ROOT/tests/data/streams/surface.ll" >"$T/out/title-$n.xml"
	netnew lenet --label "$text" 2>"$T/out/label-$n.err" | recdump --json >"$T/out/label-$n.json"
done <"$T/args"
is "$(nasty check "$T/out"/*)" "" "titles and labels of one's own"

# What is meant to be read passes.
plain=größe
for command in gridstat 'gridstat --json' contour landpage recdump 'gridconv -t json'; do
	$command <"$T/in/label/plain.surface.ll" | grep -q "$plain"
	ok $? "$command shows a label of other letters"
done
gridconv <"$T/in/key/plain.surface.ll" | grep -q "$plain"
ok $? "gridconv writes them"
is "$(gridconv <"$T/in/key/formula.surface.ll" | head -n 2 | grep -o "'=cmd[^,]*A0" | sort -u)" \
	"'=cmd|'/C calc'!A0" "gridconv marks a formula as a text"
is "$(gridconv <"$T/in/key/formula.surface.ll" | tail -n 1 | cut -d , -f 3-6)" "1,1,1.5,50" \
	"and no number"
done_testing
