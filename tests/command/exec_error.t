#!/usr/bin/env bash
# evalgrid --exec with --error: the program is asked for ranges of its images.
. "$(dirname "$0")/../tap.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
export PYTHONDONTWRITEBYTECODE=1
PATH=$PATH:$ROOT/pipelines
cd "$T" || exit 1
toy-plane 2 >toy.ll
# Losses of 3000 "images", in their order: squares of y - a x - b, far from 0.
awk 'BEGIN { srand(1); for (i = 0; i < 3000; i++) { x = 2 * rand() - 1; print x, x / 2 + 0.1 + 0.2 * (rand() - rand()) } }' >data.txt

# ranges.py FORM [WHAT]: in each form; WHAT goes wrong.
cat >ranges.py <<'X'
import array, statistics, struct, sys
sys.path.insert(0, sys.argv[1])
import losspipe
form, wrong = sys.argv[2], (sys.argv + [''])[3]
data = [tuple(map(float, line.split())) for line in open('data.txt')]
def answer(a, b, first, end, id=''):
    some = [(y - a * x - b) ** 2 for x, y in data[first:end]]
    total, n = len(data), len(some)
    if wrong == 'ignores':
        some = [(y - a * x - b) ** 2 for x, y in data]
        n = len(some)
    if wrong == 'first' and first:
        n = 256
    if wrong == 'total' and first:
        total = 2999
    if wrong == 'nan':
        some[-1] = float('nan') if first == 320 else some[-1]
    sd = statistics.stdev(some) if len(some) > 1 and some[-1] == some[-1] else float('nan')
    print('%sn=%d total=%d loss=%r sd=%r most=%r acc=%r' % (id, n, total, sum(some) / len(some), sd, max(some),
        100 * sum(l < 1 for l in some) / len(some)), flush=True)
if form == 'text':
    for line in iter(sys.stdin.readline, ''):
        rep, x, y, first, end, a, b = line.split()
        answer(float(a), float(b), int(first), int(end))
if form == 'stream':
    for kind, h, payload, _ in losspipe.records(open(0, 'rb', 0)):
        if kind == 'place':
            first, end = h['from'], h['to']
        if kind == 'tensor':
            a, b = struct.unpack('<2f', payload)
        if kind == 'end':
            answer(a, b, first, end)
if form == 'place':
    for id, rep, x, y, images in losspipe.plane(open(0, 'rb', 0), lambda *a: None, ranges=True):
        a, b = struct.unpack('<2f', struct.pack('<2f', x, y))
        answer(a, b, images.start, images.stop, 'id=%d ' % id)
X
eg() { timeout 60 evalgrid -q --x=-1:1:5 --y=-1:1:5 --exec-timeout 20 "$@" toy.ll; }
ask() { eg --exec-form "$1" --exec "/usr/bin/python3 ranges.py $ROOT/pipelines $1" "${@:2}"; }
table() { gridmerge "$1" | recdump | sed -n 's/^point {run=[^ ]* //p'; }
for E in 20 5 1; do
	ask place --error $E% -o p$E.ll
	ok $? "$E %"
done
# Each point is of its first images, ends where it may and says how sure it is.
cat >obeys.py <<'X'
import json, math, statistics, sys
E, points = float(sys.argv[1]) / 100, [json.loads(l)['header'] for l in sys.stdin if '"kind":"point"' in l]
data = [tuple(map(float, line.split())) for line in open('data.txt')]
looks = sorted({64 * math.ceil(4 * 2 ** (k / 4)) for k in range(30)} - {3072} | {3000})
for p in points:
    losses = [(y - p['x'] * x - p['y']) ** 2 for x, y in data]
    def at(n):
        sd = statistics.stdev(losses[:n])
        return statistics.fmean(losses[:n]), sd, sd / n ** .5 * (1 - n / 3000) ** .5
    loss, sd, se = at(p['n'])
    for name, is_ in ('loss', loss), ('sd', sd), ('se', se), ('acc', 100 * statistics.fmean(l < 1 for l in losses[:p['n']])):
        assert abs(p[name] - is_) <= 1e-12 * abs(is_), (p, name, is_)
    assert p['n'] in looks and (p['n'] == 3000 or se <= E * loss), p
    assert all(at(n)[2] > E * at(n)[0] for n in looks if n < p['n']), p
    if p['n'] < 3000:
        half = 3 * (se ** 2 + (max(losses[:p['n']]) / p['n']) ** 2 * (1 - p['n'] / 3000)) ** .5
        assert abs(p['half'] - half) < 1e-9 * half and p['acc_lo'] <= p['acc'] <= p['acc_hi'], (p, half)
print(len(points), len({p['n'] for p in points}) > 1)
X
for E in 5 1; do
	is "$(recdump --json p$E.ll | /usr/bin/python3 obeys.py $E 2>&1 | tail -n 1)" "25 True" \
		"$E %: means and spreads of the first images, to the last digits"
done

# The same bytes, however it is asked.
for form in text stream; do
	ask $form --error 5% >$form.ll
	is "$(table $form.ll | cksum)" "$(table p5.ll | cksum)" "the form $form"
done
gridmerge p5.ll >whole.ll
for how in "--exec-ahead 7" "-j 3" "-j 2 --exec-ahead 3"; do
	# shellcheck disable=SC2086  # options
	ask place --error 5% $how | gridmerge | cmp -s - whole.ll
	ok $? "the same bytes with $how"
done
for i in 2 0 1; do ask place --error 5% --shard $i/3; done | gridmerge | cmp -s - whole.ll
ok $? "from shards"
cp p20.ll s.ll && ask place --error 5% -o s.ll && gridmerge s.ll | cmp -s - whole.ll
ok $? "20 %, then 5 %"
ask place --error 1% -o s.ll && gridmerge s.ll | cmp -s - <(gridmerge p1.ll)
ok $? "then 1 %"
ask place --error 5% -o s.ll && gridmerge s.ll | cmp -s - <(gridmerge p1.ll)
ok $? "and 5 % again: what is better stays"
head -c 4000 p5.ll >c.ll.part && ask place --error 5% -o c.ll && gridmerge c.ll | cmp -s - whole.ll
ok $? "continued after 4000 bytes"
cat p20.ll p1.ll | gridmerge | cmp -s - <(gridmerge p1.ll)
ok $? "gridmerge takes each point on most images"
ask place --error 5% --sample-seed 7 >seed.ll
is "$(recdump seed.ll p5.ll | grep -c '^grid .* order=7') $(recdump seed.ll p5.ll | grep -o '^grid {run=[0-9a-f]*' | sort -u | wc -l)" "1 2" \
	"another order is another run"
# shellcheck disable=SC2016  # it is for the program
is "$(eg --error 5% --sample-seed 7 --exec-form text --exec 'read -r line; echo "error $LOSSPIPE_ORDER"' 2>&1 >/dev/null | sed 's/.*refuses: //')" 7 \
	"the program is told of it"
fails 1 'p5.ll holds run [0-9a-f]*, this is run .*or one has --error' "without --error it is another run" \
	ask place -o p5.ll
# The looks of a loss that is none, and of few images.
is "$(eg --error 0.1% --exec-form text --exec "/usr/bin/python3 ranges.py $ROOT/pipelines text nan" |
	recdump | grep -c '^point .* loss=nan .*n=384 .*status=nan')" 25 "a loss that is none ends its point"
head -n 257 data.txt >few && mv data.txt all && mv few data.txt
ask place --error 0.001% | recdump | grep '^point' | grep -cv 'se=0 .*n=257 status' >left
is "$(cat left)" 0 "257 images: the last one alone"
head -n 100 all >data.txt
is "$(ask place --error 0.001% | recdump | grep -c '^point .* se=0 .*n=100 status=ok')" 25 "100 images are fewer than the first look"
mv all data.txt

# Programs that do not do what is asked say so with the first point, or their answer does.
wrong() { fails 1 "point \(-1, -1\): $2" "$1" eg --error 1% --exec-form "$3" --exec "$4"; }
py() { wrong "$1" "$2" "${4:-text}" "/usr/bin/python3 ranges.py $ROOT/pipelines ${4:-text} $3"; }
py "a program that ignores the range" "the answer is of 3000 images, expected 256, images 0 to 255 of 3000, which --error asks for" ignores
py "the same, of the form place" "the answer is of 3000 images, expected 256, images 0 to 255 of 3000" ignores place
py "one that knows only the first range" "the answer is of 256 images, expected 64, images 256 to 319 of 3000" first
py "one whose images become fewer" "the answer has total=2999, one before had 3000" total
wrong "one that answers a loss alone" "the answer is '0.5', expected loss= sd= n= total= of images 0 to 255, which --error asks for; a program that knows no ranges" text \
	'while read -r line; do echo 0.5; done'
wrong "one that does not know the spread" "the answer is 'loss=1 n=256 total=1000', expected loss= sd= " text \
	'while read -r line; do echo loss=1 n=256 total=1000; done'
wrong "one that refuses" "the program refuses: I know no ranges" text 'while read -r line; do echo error I know no ranges; done'
cat >whole.py <<X
import sys
sys.path.insert(0, '$ROOT/pipelines')
import losspipe
for id, rep, x, y in losspipe.plane(open(0, 'rb', 0), lambda *a: None):
    print('loss=1 id=%d' % id, flush=True)
X
eg --error 5% --exec-form place --exec '/usr/bin/python3 whole.py' >/dev/null 2>err
is "$? $(grep -c 'this program evaluates all of its images at once: leave out --error' err)" "1 1" "losspipe.plane says it for its program"

# What does not go together.
for options in "--per-image" "--groups" "--anchors p5.ll --error 1%"; do
	# shellcheck disable=SC2086
	fails 2 "${options%% *} wants the losses of single images, which a program of --exec does not tell" "$options" \
		eg --exec-form text --exec true $options
done
for options in "-d images" "-n 5" "--sample 5"; do
	# shellcheck disable=SC2086
	fails 2 "a program of --exec brings its own images: leave out ${options%% *}" "$options" \
		eg --exec-form text --exec true $options
done
fails 2 "--bn recompute computes with images, which a program" "--bn recompute" eg --exec true --bn recompute

ask place --estimate --error 3% >said 2>err
is "$(sed 's/[0-9]:[0-9]*/TIME/; s/(.* s to start)/(START)/' said | head -n 1)" "25 points x 3000 images: TIME, processes: 1 (START)" "--estimate"
is "$(grep -c '^--error [1235]%: about [0-9]* images a point' said) $(grep -c '^c[a-z]* loss .*needs [0-9]* images' said)" "4 2" "says what errors take"
passes "it is drawn" sh -c "contour p5.ll >p5.svg && gridstat p5.ll | grep -q 'centre .* images'"
done_testing
