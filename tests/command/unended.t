#!/bin/bash
# Training runs that did not end are known to everybody who reads them; what did end
# stays what it was.  (tests/contract/open_runs.t asks every program.)
. "$(dirname "$0")/../tap.sh"
D=$ROOT/tests/data/sets/fashion-48.npz
cd "$T" || exit
netnew -s 1 small --pixels fashion >model.ll
train() { nettrain -q -d "$D" --batch 16 --lr 0.05 "$@"; }
grid=(-q -d "$D" --x=-1:1:3 --y=-1:1:3)
no_end='training run [0-9a-f]{16} has no end'

# marks [FILE]: how many of each.
marks() { recdump -q --partial "$@" | awk '{ n[$1]++ } END { print n["open"] + 0, n["close"] + 0 }'; }

train --epochs 4 model.ll >run.ll
is "$? $(marks run.ll)" "0 1 1" "a run has both marks"
is "$(recdump run.ll | cut -d ' ' -f 1 | grep -v 'tensor\|moment' | uniq | tr '\n' ' ' | sed 's/begin model/m/g')" \
	"begin open end m optimiser end m optimiser end m optimiser end m optimiser end m optimiser close end " \
	"in a segment of its own, and among the last checkpoint's records"

# ---- a run fails, is killed, or never begins ----
nettrain -q -d "$D" --batch 16 --lr 1e9 --epochs 5 model.ll 2>err0 | dirgen -s 7 2>err1 | fnorm 2>err2 |
	evalgrid "${grid[@]}" 2>err3 | contour >picture.svg 2>err4
is "${PIPESTATUS[*]} $(wc -c <picture.svg)" "1 1 1 1 1 0" "a loss that is no number: every stage fails, no picture is drawn"
is "$(grep -Elc "^[a-z]*: standard input: $no_end" err? | paste -s -d +)" "err1+err2+err3+err4" "and says why"
nettrain -q -d "$D" --batch 16 --lr 1e9 --epochs 5 model.ll 2>err0 | tee failed.ll | contour --style histogram >picture.svg 2>err4
is "${PIPESTATUS[*]} $(wc -c <picture.svg)" "1 0 1 0" "also when nobody stands between"

# killed NAME SIGNAL: nettrain is killed behind its second checkpoint.
killed()
{
	local pid
	mkfifo "$1"
	: >said
	nettrain -v -d "$D" --batch 16 --lr 1e-6 --epochs 1000000 model.ll >"$1" 2>said &
	pid=$!
	(
		dirgen -s 7 2>err1 <"$1" | fnorm 2>err2 | evalgrid "${grid[@]}" -n 2 2>err3 | contour >picture.svg 2>err4
		echo "${PIPESTATUS[*]} $(wc -c <picture.svg)" >status
	) &
	until [ "$(grep -c 'step [1-9]' said)" -ge 2 ] || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
	kill "-$2" $pid
	wait $pid 2>/dev/null
	is $? $((128 + $(kill -l "$2"))) "$2 ends nettrain"
	wait
	is "$(cat status)" "1 1 1 1 0" "$2: every stage fails, no picture is drawn"
	grep -Eq "^contour: standard input: $no_end" err4
	ok $? "$2: contour says why"
}
killed pipe1 KILL
killed pipe2 TERM
# a stage is killed, at the end of a checkpoint
end=$(grep -abo $'\x95\xa4LLv1\xa5begin' run.ll | sed -n 3p | cut -d : -f 1)
dirgen -s 1 <run.ll >planes.ll
cut=$(grep -abo $'\x95\xa4LLv1\xa5begin' planes.ll | sed -n 3p | cut -d : -f 1)
head -c "$cut" planes.ll | fnorm 2>err2 | evalgrid "${grid[@]}" 2>err3 | contour >picture.svg 2>err4
is "${PIPESTATUS[*]} $(wc -c <picture.svg)" "0 1 1 1 0" "dirgen was killed between two checkpoints"
nettrain -q -d nowhere model.ll 2>err0 | dirgen -s 7 2>err1 | fnorm 2>err2 | evalgrid "${grid[@]}" 2>err3 |
	contour >picture.svg 2>err4
is "${PIPESTATUS[*]} $(wc -c <picture.svg)" "1 1 1 1 1 0" "a run that never began"

# ---- what is no open run ----
(
	export LOSSPIPE_BIN=${LOSSPIPE_BIN:-$ROOT/build/bin}
	# shellcheck disable=SC1091
	. "$ROOT/pipelines/common.sh"
	last_model run.ll
) >last.ll
passes "one checkpoint that was cut out" evalgrid "${grid[@]:0:3}" last.ll
is "$(dirgen -s 1 <last.ll | marks)" "0 0" "its end mark does not travel alone"
head -c "$end" run.ll | tail -c +$(($(grep -abo $'\x95\xa4LLv1\xa5begin' run.ll | sed -n 2p | cut -d : -f 1) + 1)) >first.ll
passes "the first one" evalgrid "${grid[@]:0:3}" first.ll
train --epochs 1 model.ll | train --epochs 2 -s 1 >second.ll
is "${PIPESTATUS[*]} $(marks second.ll)" "0 0 1 1" "a run that starts from a run"
cat run.ll second.ll >both.ll
is "$(dirgen -s 1 <both.ll | fnorm | evalgrid "${grid[@]}" -n 2 | marks) ${PIPESTATUS[*]}" "2 2 0" "several runs"
nettrain -q -d "$D" --batch 16 --lr 1e9 --epochs 5 model.ll 2>err0 | train --epochs 1 >second.ll 2>err1
is "${PIPESTATUS[*]} $(wc -c <second.ll)" "1 1 0" "a run that starts from one that has no end"

# ---- a run that continues ----
train --epochs 2 model.ll >short.ll
train --epochs 4 --resume short.ll model.ll | cmp -s - run.ll
ok $? "more epochs: the same bytes, one end"
train --epochs 4 --resume short.ll -o long.ll model.ll
cmp -s long.ll run.ll
ok $? "--resume X -o Y"
cp short.ll again.ll
train --epochs 4 -o again.ll model.ll && cmp -s again.ll run.ll && train --epochs 4 -o again.ll model.ll && cmp -s again.ll run.ll
ok $? "-o typed again"
for cut in "$end" $((end + 1000)) $((end / 3)) 300 100; do
	head -c "$cut" run.ll >torn.ll
	train --epochs 4 --resume torn.ll model.ll | cmp -s - run.ll
	ok $? "a run cut at $cut continues, the same bytes"
	cp torn.ll cut.ll.part
	train --epochs 4 -o cut.ll model.ll
	cmp -s cut.ll run.ll
	ok $? "as FILE.part"
	rm -f cut.ll
done
nettrain -q -d "$D" --batch 16 --lr 1e9 --epochs 5 -o failed.ll model.ll 2>err
is "$? $(marks failed.ll.part) $(ls failed.ll 2>/dev/null)" "1 1 0 failed.ll" "a run that fails keeps its open file"

# ---- what is there of a torn run ----
head -c -300 run.ll >torn.ll
fails 1 "^dirgen: torn.ll: $no_end, truncated after [0-9]* records: .*--partial" "a torn run" dirgen -k pca torn.ll
dirgen -k pca --partial torn.ll >plane.ll 2>err
is "$? $(grep -c "^dirgen: warning: torn.ll: truncated .*: left out\|^dirgen: warning: torn.ll: training run .*: what is there is taken" err) $(wc -l <err)" \
	"0 2 2" "its whole checkpoints make a plane, and two warnings"
is "$(marks plane.ll) $(recdump -q -p plane.ll | sed -n 's/.*kind=pca.* rows=\([0-9]*\).*/\1/p' | uniq)" "1 0 3" \
	"which is marked"
# shellcheck disable=SC2002  # a pipe is the point
cat torn.ll | dirgen -q -k pca --partial | cmp -s - plane.ll
ok $? "the same through a pipe"
fails 1 "^trajproj: torn.ll: $no_end" "trajproj refuses it" sh -c 'dirgen -k pca run.ll | trajproj torn.ll >out'
trajproj -q --partial torn.ll <plane.ll >path.ll
is "$? $(recdump -q -p path.ll | grep -c ^path)" "0 4" "and projects what is there"
dirgen -k pca run.ll | trajproj -q --partial --path-only torn.ll >alone.ll
is "$(marks alone.ll)" "1 0" "a path alone is marked, too"
evalgrid -q -d "$D" --x=auto:4 --y=auto:4 -o surface.ll path.ll 2>err
is "$? $(ls surface.ll 2>/dev/null)" "1 " "evalgrid makes no surface of it"
evalgrid -q -d "$D" --x=auto:4 --y=auto:4 --partial -o surface.ll path.ll 2>err
is "$? $(marks surface.ll)" "0 2 0" "and with --partial a surface that is marked"
fails 1 "^contour: surface.ll: $no_end" "contour refuses that" contour surface.ll
for style in lines filled heat surface; do
	contour --partial --style $style surface.ll >picture.svg 2>err
	status=$?
	sed -i '/a relief shows no path/d' err
	is "$status $(grep -c '>partial: the training run has no end<' picture.svg) $(wc -l <err)" "0 1 1" \
		"$style: --partial draws it, with a caption and a warning"
done
landpage --partial surface.ll >page.html 2>err
is "$? $(grep -o 'partial: the training run has no end' page.html | head -n 1) $(wc -l <err)" \
	"0 partial: the training run has no end 1" "landpage, too"
dirgen -q -s 1 --axes 1 --partial <torn.ll | evalgrid -q -p -d "$D" -n 4 --x=-1:1:3 2>err | contour -p >picture.svg 2>err
is "${PIPESTATUS[*]} $(grep -c 'partial: the training run has no end' picture.svg)" "0 0 0 1" "curves"
nethist -q --partial torn.ll | contour -p --style histogram >picture.svg 2>err
is "${PIPESTATUS[*]} $(grep -c 'partial: the training run has no end' picture.svg)" "0 0 1" "histograms"
hessdens -q --partial -d "$ROOT/tests/data/sets/tiny.npz" --probes 2 --steps 3 "$ROOT/tests/data/streams/model_open.ll" |
	contour -p --style density >picture.svg 2>err
is "${PIPESTATUS[*]} $(grep -c 'partial: the training run has no end' picture.svg)" "0 0 1" "densities"
fails 1 "^dirgen: $ROOT/tests/data/streams/model_open.ll: $no_end" "a model to go toward" \
	sh -c "dirgen -k toward $ROOT/tests/data/streams/model_open.ll <$ROOT/tests/data/streams/model.ll >out"
is "$(dirgen -q -p -k toward "$ROOT/tests/data/streams/model_open.ll" <"$ROOT/tests/data/streams/model.ll" | marks)" "1 0" \
	"with --partial the way to it is marked"
fails 1 "truncated after" "--partial takes no torn file without a mark" dirgen -k pca --partial <(head -c 5000 last.ll)

# A surface goes on when the run has.
evalgrid "${grid[@]}" -n 2 -o planes.out <(dirgen -s 1 <run.ll) && evalgrid "${grid[@]}" -n 2 -o late.out \
	<(head -c "$(grep -abo $'\x95\xa4LLv1\xa5begin' run.ll | sed -n 4p | cut -d : -f 1)" run.ll | dirgen -s 1 2>err) 2>err
is "$? $(marks late.out.part)" "1 1 0" "evalgrid of a run that has no end yet"
evalgrid "${grid[@]}" -n 2 -o late.out <(dirgen -s 1 <run.ll)
is "$? $(marks late.out)" "0 1 1" "the same line continues it"
cmp -s late.out planes.out
ok $? "with the same bytes"
for i in 0 1 2; do dirgen -s 1 <run.ll | evalgrid "${grid[@]}" -n 2 --shard $i/3 >shard$i; done
gridmerge shard2 shard0 shard1 | cmp -s - <(gridmerge planes.out)
ok $? "shards of a run make the same bytes"
dirgen -s 1 --orthonormal <run.ll | fnorm >turned.ll
is "${PIPESTATUS[*]} $(marks turned.ll)" "0 0 1 1" "marks pass through a temporary file"
is "$(dirgen -s 1 <run.ll | trajproj run.ll | marks) $(dirgen -s 1 <run.ll | trajproj --path-only run.ll | marks)" \
	"1 1 1 1" "and trajproj"
is "$(dirgen -k pca run.ll | trajproj run.ll | evalgrid -q -d "$D" --x=auto:3 --y=auto:3 | marks)" "0 0" \
	"a plane of a run that has its end needs none"

# ---- runs of version 0.1.0 have no marks ----
old=$ROOT/tests/data/streams/run_0.1.0.ll
is "$(marks "$old") $(dirgen -s 1 <"$old" | marks)" "0 0 0 0" "an old run"
passes "its principal components" dirgen -k pca "$old"
passes "its path" sh -c "dirgen -k pca $old | trajproj $old >old.path"
is "$(recdump old.path | grep -c ^path)" 5 "has its checkpoints"
fails 1 "truncated after" "torn it is what it was" dirgen -k pca <(head -c 3000 "$old")
# this kernel's run without its marks
cat >unmark.py <<'END'
import sys, losspipe
out, held = losspipe.Writer(sys.stdout.buffer), None
for kind, header, payload, record in losspipe.records(sys.stdin.buffer):
    if kind == 'begin':
        held = record
    elif kind in ('open', 'close'):
        held = None if kind == 'open' else held
    elif kind == 'end':
        out.end() if held == b'' else None
    else:
        if held:
            out.count, out.digest = -1, losspipe.hashlib.sha256()
            out.copy(held)
            held = b''
        out.copy(record)
END
if PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ROOT/pipelines /usr/bin/python3 unmark.py <short.ll >old.ll 2>err; then
	is "$(marks old.ll) $(recdump old.ll | grep -c ^model)" "0 0 3" "a run without marks"
	train --epochs 4 --resume old.ll model.ll | cmp -s - run.ll
	ok $? "continues with them"
	cp old.ll again.ll
	train --epochs 2 -o again.ll model.ll
	cmp -s again.ll short.ll
	ok $? "and gets them when it is complete"
fi
done_testing
