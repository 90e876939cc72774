#!/usr/bin/env bash
# evalgrid --exec-form place: the plane once, then a line a point; answers in words, in
# any order; programs of another form.
. "$(dirname "$0")/../tap.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
export PYTHONDONTWRITEBYTECODE=1
PATH=$PATH:$ROOT/pipelines
toy-plane 2 >"$T/toy.ll"
grid=(--x=-1:1:5 --y=0:1:3)
evalgrid -q "${grid[@]}" --exec-form text \
	--exec 'while read -r r x y a b; do awk -v a="$a" -v b="$b" "BEGIN { print a * a + 2 * b * b, 90 }"; done' \
	"$T/toy.ll" | gridmerge >"$T/text.ll"
# place.py FOLDER [N]: the same function; answers N at a time, the last one first.
cat >"$T/place.py" <<'X'
import array, os, sys
sys.path.insert(0, sys.argv[1])
import losspipe
of, w, moves = int(sys.argv[2]) if len(sys.argv) > 2 else 1, {}, {}
def take(kind, h, payload):
    if kind == 'tensor':
        w.setdefault(h['tensor'], array.array('f')).frombytes(payload)
    if kind == 'delta':
        moves.setdefault((h['rep'], h['axis'], h['tensor']), array.array('f')).frombytes(payload)
os.write(2, b'process %s\n' % os.environb[b'LOSSPIPE_PROCESS'])
asked = []
for id, rep, x, y in losspipe.plane(open(0, 'rb', 0), take):
    if len(sys.argv) > 4 and id == 6:
        os._exit(7)
    a, b = (v + (x * dx + y * dy) for v, dx, dy in zip(w[0], moves[rep, 'x', 0], moves[rep, 'y', 0]))
    asked.append('acc=90 id=%d loss=%.17g%s' % (id, a * a + 2 * b * b, ' sd=0.5 n=100 total=400' * (len(sys.argv) > 3)))
    if len(asked) == of or id == 14:
        print('\n'.join(reversed(asked)), flush=True)
        asked = []
X
place() { evalgrid -q "${grid[@]}" --exec-form place --exec "/usr/bin/python3 $T/place.py $ROOT/pipelines $1" "${@:2}" "$T/toy.ll"; }
table() { gridmerge "$1" | gridconv | cut -d, -f1-6; }
place '' >"$T/place.ll" 2>"$T/err"
ok $? "a program that is given the plane once"
is "$(table "$T/place.ll")" "$(table "$T/text.ll")" "its losses are those of the function"
is "$(cat "$T/err")" "process 0" "it knows the number of its process"
place '' -j3 2>"$T/err" | cmp -s - "$T/place.ll"
ok $? "same bytes with three processes"
is "$(sort "$T/err" | paste -sd,)" "process 0,process 1,process 2" "each has its number"
place 5 --exec-ahead 5 2>"$T/err" >"$T/ahead.ll"
ok $? "five points under way, the last answered first"
is "$(table "$T/ahead.ll")" "$(table "$T/place.ll")" "the same losses"
timeout 20 evalgrid -q "${grid[@]}" --exec-form place --exec-ahead 100 --exec "/usr/bin/python3 $T/place.py $ROOT/pipelines 15" \
	"$T/toy.ll" 2>"$T/err" >"$T/all.ll"
is "$? $(table "$T/all.ll" | cksum)" "0 $(table "$T/place.ll" | cksum)" "all of them"
place '1 images' 2>"$T/err" >"$T/said.ll"
is "$(recdump "$T/said.ll" | sed -n '/^point/{s/.* loss=[^ ]* //;p;q}')" "acc=90 se=0.04330127018922193 sd=0.5 n=100 status=ok}" \
	"what it says of its images has a standard error"
passes "the others read it" sh -c "gridmerge '$T/said.ll' | contour | grep -q '</svg>'"

# Two sets of directions; running statistics that stay where they are.
cat >"$T/sum.py" <<'X'
import array, sys
sys.path.insert(0, sys.argv[1])
import losspipe
if sys.argv[2] == 'stream':
    for kind, h, payload, _ in losspipe.records(open(0, 'rb', 0)):
        if kind == 'place':
            total = 0
        if kind == 'tensor' and h['dtype'] == '<f4':
            total += sum(array.array('f', payload))
        if kind == 'end':
            print(total, flush=True)
else:
    sums, counters = {}, set()
    def take(kind, h, payload):
        key = (h.get('rep'), h['axis']) if kind == 'delta' else 0
        if kind == 'tensor' and h['dtype'] != '<f4':
            counters.add(h['tensor'])
        if kind in ('tensor', 'delta') and h['tensor'] not in counters:
            sums[key] = sums.get(key, 0) + sum(array.array('f', payload))
    for id, rep, x, y in losspipe.plane(open(0, 'rb', 0), take):
        print('loss=%r id=%d' % (sums[0] + x * sums[rep, "x"] + y * sums[rep, "y"], id), flush=True)
X
netnew lenet --input 1,28,28 --pixels mnist -s 1 >"$T/net.ll"
[ -n "$(netnew --list | grep -x resnet20_a)" ] && netnew resnet20_a --pixels cifar10 -s 1 >"$T/net.ll"
dirgen -q -s 1:2 --over states "$T/net.ll" 2>/dev/null >"$T/plane.ll" || dirgen -q -s 1:2 "$T/net.ll" >"$T/plane.ll"
for bn in fixed states; do
	for form in stream place; do
		evalgrid -q --x=0:0.01:2 --y=0:0.01:2 --bn $bn --exec-form $form --exec "/usr/bin/python3 $T/sum.py $ROOT/pipelines $form" \
			"$T/plane.ll" 2>"$T/err" | gridconv | awk -F, 'NR > 1 { printf "%s,%s,%s,%.3f\n", $1, $3, $4, $5 }' >"$T/sums.$form"
	done
	is "$(cat "$T/sums.place")" "$(cat "$T/sums.stream")" "the sum of all elements, --bn $bn"
	is "$(wc -l <"$T/sums.place")" 8 "of two directions"
done

# A program of another form fails with the first point, and the line says which.
other()
{
	fails 1 "$2" "$1" timeout 60 evalgrid -q "${grid[@]}" --exec-timeout 3 --exec-form "$3" --exec "$4" "$T/toy.ll"
}
other "a program of text, asked for places" "the answer is '1', expected 'id=[0-9]+ loss=LOSS'.*--exec-form place" place \
	'while read -r line; do echo 1; done'
other "one that waits for the place in the segment" "no answer in 3 s .*does it know --exec-form place" place \
	"/usr/bin/python3 -c 'import sys; sys.stdin.read()'"
timeout 60 evalgrid -q "${grid[@]}" --exec "/usr/bin/python3 $T/place.py $ROOT/pipelines" "$T/toy.ll" 2>"$T/err" >/dev/null
is "$? $(grep -c 'expected as places: evalgrid --exec-form place' "$T/err")" "1 1" "a program of places, asked by segments"
timeout 60 evalgrid -q "${grid[@]}" --exec-form text --exec "/usr/bin/python3 $T/place.py $ROOT/pipelines" "$T/toy.ll" 2>"$T/err" >/dev/null
is "$? $(grep -c 'this program is one for evalgrid --exec-form place' "$T/err")" "1 1" "and by lines"
say() { other "'$1'" "the answer is '$1', expected .*--exec-form $2" "$2" "while read -r line; do echo '$1'; done"; }
say 'loss=1 loss=2' text
say 'acc=5' text
say 'loss=1 los=2' text
say 'loss=1 n=0' text
say 'loss=1 n=5 total=4' text
say 'loss=1 sd=-1' text
say 'loss=' text
say '1 acc=5' text
say 'loss=1 id=77' place
other "twice the same point" "(expected 'id=|more than one line)" place 'while read -r line; do echo loss=1 id=0; done'
is "$(evalgrid -q --x=0:1:2 --y=0:0:1 --exec-form text --exec 'while read -r l; do echo "sd=nan loss=nan"; done' "$T/toy.ll" |
	recdump | sed -n '/^point/{s/.* loss=//;p;q}')" "nan status=nan}" "words of nan"
fails 2 'exec-ahead 2 is for --exec-form place' "several points at once need answers that say for which" \
	evalgrid "${grid[@]}" --exec-form text --exec-ahead 2 --exec true "$T/toy.ll"
# A process that dies with points under way: what was answered is there.
evalgrid -q "${grid[@]}" --exec-form place --exec-ahead 4 -o "$T/died.ll" \
	--exec "/usr/bin/python3 $T/place.py $ROOT/pipelines 2 images die" "$T/toy.ll" 2>"$T/err"
is "$? $(grep -c 'the program ended .*(exit status 7)' "$T/err")" "1 1" "a process that dies with points under way"
had=$(grep -ao $'\x95\xa4LLv1\xa5point' "$T/died.ll.part" | wc -l)
ok "$((had != 6))" "those that were answered are kept ($had)"
done_testing
