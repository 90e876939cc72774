#!/usr/bin/env bash
# The stages of pipelines/ that read a stream see what every reader must see: torn
# and damaged input ends each with one line and exit status 1, and no output.
. "$(dirname "$0")/../tap.sh"
[ -x $python ] || skip_all "no python3"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ROOT/pipelines OMP_NUM_THREADS=1
PATH=$PATH:$ROOT/pipelines
user=$ROOT/tests/data/nets/small.py
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/model.ll"
dirgen -s 7 <"$T/model.ll" | fnorm |
	evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" -n 8 --x=-1:1:3 --y=0:1:2 >"$T/surface.ll"

# A stage of the reader and the writer alone.
cat >"$T/copy" <<'END'
#!/usr/bin/python3
import sys, losspipe
out = losspipe.Writer(sys.stdout.buffer)
done = []
for kind, header, payload, record in losspipe.records(sys.stdin.buffer):
    done.append((kind, header, payload))
for kind, header, payload in done:
    if kind == 'begin':
        out.begin('copy', {}, header)
    elif kind == 'end':
        out.end()
    else:
        out.record(kind, header, payload)
END
chmod +x "$T/copy"

# spoil IN FOLDER: what can go wrong on the way
spoil() { mkdir -p "$2" && $python - "$1" "$2" <<'END'
import struct, sys, zlib
import losspipe
source, folder = sys.argv[1:]
good = open(source, 'rb').read()
parts = [r for *_, r in losspipe.records(open(source, 'rb'))]
flip = lambda at: good[:at] + bytes([good[at] ^ 1]) + good[at + 1:]
starts = [sum(map(len, parts[:i])) for i in range(len(parts))]
last = starts[-1]


def made(kind, header, payload=None, version=b'\x95\xa4LLv1'):
    r = version + losspipe.pack(kind) + losspipe.pack(header) + losspipe.pack(payload)
    return r + b'\xce' + struct.pack('>I', zlib.crc32(r))


def save(name, data):
    with open('%s/%s' % (folder, name), 'wb') as f:
        f.write(data)


save('empty', b'')
save('text', b'x,y,loss\n0,0,1\n')
for name, at in (('magic', 3), ('kind', 9), ('middle', starts[2] + len(parts[2]) // 2),
                 ('record', starts[2]), ('mark', last), ('last', len(good) - 1)):
    save('torn-' + name, good[:at])
for name, at in (('magic', 3), ('kind', 8), ('header', starts[1] + 40), ('payload', starts[3] - 12),
                 ('crc', starts[2] - 1), ('count', last + 21), ('digest', len(good) - 20)):
    save('flipped-' + name, flip(at))
save('no-begin', b''.join(parts[1:]))
save('two-begins', parts[0] + good)
save('record-lost', b''.join(parts[:2] + parts[3:]))
save('record-twice', b''.join(parts[:3] + parts[2:]))
save('records-swapped', b''.join(parts[:1] + [parts[2], parts[1]] + parts[3:]))
save('behind', good + parts[1])
save('second-torn', good + good[:-9])
save('version', made('begin', {'version': 2, 'history': []}) + good[len(parts[0]):])
save('no-history', made('begin', {'version': 1, 'history': 0}) + good[len(parts[0]):])
save('claims', good[:starts[1]] + losspipe.MAGIC + b'\xa1x\x80\xc6\xff\xff\xff\xff')
save('nested', good[:starts[1]] + losspipe.MAGIC + b'\xa1x' + b'\x91' * 5000)
save('no-msgpack', good[:starts[1]] + losspipe.MAGIC + b'\xa1x\xc1')
save('no-map', good[:starts[1]] + made('x', 3))
save('kind-number', good[:starts[1]] + made(7, {}))
END
}

# refuses STAGE INPUT COMMAND...
refuses()
{
	local stage=$1 input=$2
	shift 2
	fails 1 "^$stage: [^ ]" "$stage: ${input##*/}" "$@" <"$input"
	[ ! -s "$T/fails.out" ]
	ok $? "$stage: ${input##*/}: no output"
}

spoil "$T/model.ll" "$T/models"
spoil "$T/surface.ll" "$T/surfaces"
for f in "$T"/surfaces/*; do
	refuses refine "$f" refine 3
	refuses copy "$f" "$T/copy"
done
for f in "$ROOT"/tests/hostile/stream/any/*.ll; do
	refuses copy "$f" "$T/copy"
done
# It reads before it asks for PyTorch.
for f in "$T"/models/*; do
	[ "${f##*/}" = no-history ] || refuses torch-gradient "$f" torch-gradient "$user"
done

# A stage in shell tells once what every job would tell.
for f in torn-middle flipped-payload empty; do
	refuses parallel-surface "$T/models/$f" parallel-surface "$T/models/$f" "$T/out.ll" 2 -d nowhere
done

# The evaluator waits in evalgrid's pipe: nothing asked is no error, the rest is.
if $python -c 'import torch' 2>/dev/null; then
	torch-loss "$user" </dev/null >"$T/out" 2>&1
	is "$? $(cat "$T/out")" "0 " "torch-loss: no points"
	for f in torn-mark flipped-payload record-lost; do
		refuses torch-loss "$T/models/$f" torch-loss "$user"
	done
	torch-loss "$user" <"$T/models/second-torn" >"$T/out" 2>"$T/err"
	is "$? $(wc -l <"$T/out") $(wc -l <"$T/err")" "1 1 1" "torch-loss: answers what was whole"
fi

# What a stage has sent before it fails, nobody takes for all there is.
cat >"$T/pass" <<'END'
#!/usr/bin/python3
import sys, losspipe
out = losspipe.Writer(sys.stdout.buffer)
for kind, header, payload, record in losspipe.records(sys.stdin.buffer):
    if kind == 'begin':
        out.begin('pass', {}, header)
        if header['history']:
            int(sys.argv[1])
    elif kind == 'end':
        out.end()
    else:
        out.copy(record)
END
chmod +x "$T/pass"
for input in "$T/models/second-torn" "$T/models/behind"; do
	"$T/pass" 1 <"$input" 2>"$T/err" | recdump >"$T/out" 2>"$T/next.err"
	is "${PIPESTATUS[*]}" "1 1" "a stage fails after a whole segment (${input##*/}), and recdump behind it"
done
cat "$ROOT/tests/data/streams/model.ll" "$T/model.ll" | "$T/pass" none 2>"$T/err" | recdump >"$T/out" 2>"$T/next.err"
is "${PIPESTATUS[*]:1}" "1 1" "also when it is the stage that is wrong"

# Training runs that have no end.
S=$ROOT/tests/data/streams
for stage in "$T/copy" "refine 3" "torch-gradient $user"; do
	name=${stage%% *}
	name=${name##*/}
	input=$S/surface
	[ "$name" != torch-gradient ] || input=$S/model
	# shellcheck disable=SC2086  # a stage and its operand
	fails 1 "^$name: standard input: training run 5555555555555555 has no end: .*--partial" "$name: a run without its end" \
		$stage <"${input}_open.ll"
done
"$T/copy" <"$S/surface_run.ll" | cmp -s - <("$T/copy" <"$S/surface_run.ll") && "$T/copy" <"$S/surface_run.ll" | recdump | grep -q '^close'
ok $? "a run with its end"
passes "a checkpoint that was cut out" "$T/copy" <"$S/surface_last.ll"
refine 3 --partial <"$S/surface_open.ll" >"$T/asked.ll" 2>"$T/err"
is "$? $(grep -c '^refine: warning: standard input: training run .* has no end: what is there is taken' "$T/err")" "0 1" \
	"refine --partial takes what is there"
fails 1 "has no end" "and what it asks for is marked" recdump "$T/asked.ll"

# A file that does not wait, a command line.
(
	cat "$T/surface.ll"
	sleep 0.2
) | $python -c '
import os, sys
os.set_blocking(0, False)
os.execv(sys.argv[1], sys.argv[1:])' "$T/copy" | cmp -s - <("$T/copy" <"$T/surface.ll")
ok $? "standard input that does not block"
fails 2 "^refine: 0 operands, usage: refine .--partial. N .LEVELS .ERROR.. <surface.ll" "no operand" refine
fails 2 "^refine: N is 'x', expected 0 to" "no number" refine x
fails 2 "^ask: 'x' is no option" "ask: no option" ask x
fails 2 "^toy-plane: N is '0', expected 1 to" "toy-plane: no number" toy-plane 0
fails 2 "^torch-model: the following arguments are required: FILE.py, usage: torch-model .-v. FILE.py >model.ll" "torch-model: no file" torch-model
fails 1 "^copy: .*No space left" "a full disk" bash -c "'$T/copy' <'$T/surface.ll' >/dev/full"
cat "$T/surface.ll" <(dirgen -s 8 <"$T/model.ll" | fnorm |
	evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" -n 8 --x=-1:1:3 --y=0:1:2) >"$T/two.ll"
fails 1 "^refine: surfaces of two runs, expected one" "two surfaces" refine 3 <"$T/two.ll"
fails 1 "^refine: no surface, expected" "no surface" refine 3 <"$T/model.ll"
done_testing
