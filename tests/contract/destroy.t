#!/bin/bash
# An attack on -o: programs are started, killed and raced at random, with targets
# and inputs at random, over a folder of files of all kinds.  Whatever happens,
# what a program was not allowed to replace stays, byte for byte, and every result
# with exit status 0 is whole.
#
# DESTROY=2000 makes so many attempts (60 by default), DESTROY_SEED chooses them.
. "$(dirname "$0")/../tap.sh"
D=$ROOT/tests/data
RANDOM=${DESTROY_SEED:-11}
tries=${DESTROY:-60}
mkdir "$T/keep" "$T/work"
cd "$T/keep" || exit 1

# A file of each kind, each called after it.
cp "$D/streams/plane.ll" models
cp "$D/streams/surface.ll" points
nethist models >histograms
hessdens -q -d "$D/sets/tiny.npz" --probes 2 --steps 3 "$D/streams/model.ll" >densities
contour points >svg
gridconv points >csv
gridconv -t npz points >npz
netsave --model 0 models >safetensors
gridstat points >text
cp "$D/torch/small_epoch2.pt" checkpoint
nettrain -q -d "$D/sets/tiny.npz" --batch 3 "$D/streams/model.ll" >run
evalgrid -q -d "$D/sets/tiny.npz" --x=-1:1:2 --y=0:1:2 models >surface
gzip -c points >gz
: >empty
kinds=(*)

# command N: one line in sh that reads from the folder where it stands, and the
# kind that it writes.
lines=(
	'fnorm models|models' 'dirgen -s 1 <run|models' 'netnew lenet|models'
	'gridmerge points|points' 'nethist models|histograms'
	'contour points|svg' 'gridconv points|csv' 'gridconv -t npz points|npz'
	'netsave --model 0 models|safetensors' 'gridstat points|text'
	"netload --arch small checkpoint|models"
	"evalgrid -q -d $D/sets/tiny.npz --x=-1:1:2 --y=0:1:2 models|surface"
	"nettrain -q -d $D/sets/tiny.npz --batch 3 $D/streams/model.ll|run"
)
for i in "${!lines[@]}"; do
	bash -c "${lines[i]%|*}" >"$T/whole-$i" 2>/dev/null
done

# may LINE KIND: may the result of the line replace a file of this kind?
may()
{
	local command=${1%|*} writes=${1#*|} kind=$2
	case " $command " in *[\ \<]"$kind "*) return 1 ;; esac # it is read
	[ "$kind" = empty ] && return 0
	case $writes in
	run | surface) [ "$kind" = "$writes" ] ;;
	models) [ "$kind" = models ] || [ "$kind" = run ] ;;
	points) [ "$kind" = points ] || [ "$kind" = surface ] ;;
	*) [ "$kind" = "$writes" ] ;;
	esac
}

pick() { pick=$(($1 > 0 ? RANDOM % $1 : 0)); }
lost=() torn=() allowed=0 refused=0 killed=0
cd "$T/work" || exit 1
for i in $(seq "$tries"); do
	rm -rf "$T"/work/* && cp "$T"/keep/* .
	pick ${#lines[@]} && line=${lines[pick]} whole=$T/whole-$pick
	pick ${#kinds[@]} && kind=${kinds[pick]}
	pick 3 && [ $pick -ne 0 ] || kind=${line#*|} # one that may be replaced, mostly
	o=$kind
	pick 4
	case $pick in
	1) ln -s "$kind" name && o=name ;;
	2) mkdir folder && ln -s "../$kind" folder/name && o=folder/name ;;
	3) o=$PWD/./$kind ;;
	esac
	# alone, twice at once, killed, or with a planted .part
	pick 5 && manner=$pick
	case $manner in
	3) ln -s checkpoint "$kind.part" ;;
	4) head -c 100 checkpoint >"$kind.part" ;;
	esac
	command=${line%|*}
	case $command in *'<'*) command="${command%<*} -o $o <${command#*<}" ;; *) command="$command -o $o" ;; esac
	bash -c "exec $command" >/dev/null 2>&1 &
	first=$!
	two=1
	if [ "$manner" = 1 ]; then
		bash -c "exec $command" >/dev/null 2>&1
		two=$?
	elif [ "$manner" = 2 ]; then
		sleep "0.0$((RANDOM % 10))"
		kill -9 $first 2>/dev/null
	fi
	wait $first 2>/dev/null
	one=$?
	[ $one -ne 137 ] || killed=$((killed + 1))
	for k in "${kinds[@]}"; do
		cmp -s "$T/keep/$k" "$k" && continue
		if [ "$k" = "$kind" ] && may "$line" "$kind" && cmp -s "$k" "$whole"; then
			allowed=$((allowed + 1))
			continue
		fi
		lost+=("$i: $command: $k")
	done
	if [ $one -eq 0 ] || [ $two -eq 0 ]; then
		cmp -s "$kind" "$whole" || torn+=("$i: $command")
		[ "$manner" != 3 ] || torn+=("$i: $command followed a link")
	else
		refused=$((refused + 1))
	fi
done
is "${lost[*]}" "" "no file was lost in $tries attempts"
is "${torn[*]}" "" "what exits 0 has written all of it"
[ $allowed -gt 0 ] && [ $refused -gt 0 ]
ok $? "some were allowed and some refused"
echo "# seed ${DESTROY_SEED:-11}: $allowed replaced, $refused refused, $killed killed"
done_testing
