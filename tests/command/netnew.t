#!/bin/bash
# netnew: names, bytes that depend on the seed alone, refusals.
. "$(dirname "$0")/../tap.sh"

netnew -s 1 --pixels fashion small >"$T/a"
is "$?" 0 "a small network"
is "$(head -c 6 "$T/a" | od -An -c | tr -d ' ')" '225244LLv1' "is a stream"
netnew -s 1 --pixels fashion small | cmp -s - "$T/a"
ok $? "the same seed gives the same bytes"
netnew -s 2 --pixels fashion small | cmp -s - "$T/a"
is $? 1 "another seed gives others"
netnew -s 1 --pixels fashion -o "$T/b" small && cmp -s "$T/a" "$T/b" &&
	[ ! -e "$T/b.part" ]
ok $? "-o writes the same file"
is "$(netnew -v resnet56 2>&1 >/dev/null)" "netnew: resnet56: 855770 weights" \
	"-v counts the weights"
is "$(netnew -v --input 1,28,28 --classes 7 mlp 2>&1 >/dev/null)" \
	"netnew: mlp: $((784 * 64 + 64 + 64 * 64 + 64 + 64 * 7 + 7)) weights" \
	"input and classes shape the network"
is "$(netnew --list | sort | uniq -d)" "" "--list has no name twice"
is "$(netnew --list | grep -c .)" 62 "--list has them all"

fails 2 "'resnet21', did you mean resnet20" "unknown name" netnew resnet21
fails 2 "0 operands, expected one" "no name" netnew
fails 2 "2 operands, expected one" "two names" netnew mlp lenet
fails 2 "^netnew: --input is '3,32', expected" "short input" \
	netnew --input 3,32 mlp
fails 2 "^netnew: --input is '3,0,32', expected" "empty input" \
	netnew --input 3,0,32 mlp
fails 2 "does not fit into 4 pixels" "an input too small" \
	netnew --input 3,4,4 lenet
fails 2 "has 1 channel, the input has 3" "constants of other channels" \
	netnew --pixels mnist resnet20
fails 2 "'cifar', expected one of cifar10-paper, cifar10, " "unknown constants" \
	netnew --pixels cifar resnet20
fails 2 "--pixels cifar10 excludes --mean" "two normalisations" \
	netnew --pixels cifar10 --mean 0,0,0 --std 1,1,1 resnet20
fails 2 "--mean is given without --std" "half a normalisation" \
	netnew --mean 0,0,0 resnet20
fails 2 "std of channel 1 is 0" "a deviation of 0" \
	netnew --mean 0,0,0 --std 1,0,1 resnet20
fails 1 "No space left" "a full disk" bash -c 'netnew resnet20 >/dev/full'

# Debian's Python has python3-msgpack; another in PATH may not.
python=/usr/bin/python3
$python -c 'import msgpack' 2>/dev/null || done_testing
$python - "$T/a" >"$T/numbers" <<'END'
import struct, sys, msgpack
weights = {}
for magic, kind, h, payload, crc in msgpack.Unpacker(open(sys.argv[1], 'rb'), max_buffer_size=0):
    if kind == 'model':
        print(h['arch'], h['mean'], h['std'])
    if kind == 'tensor' and h['dtype'] == '<f4':
        weights[h['name']] = struct.unpack('<%df' % (len(payload) // 4), payload)
rms = lambda x: (sum(v * v for v in x) / len(x)) ** 0.5
w = weights['conv3.weight']
print(len(w), abs(rms(w) / (2 / 144) ** 0.5 - 1) < 4 / (2 * len(w)) ** 0.5)
w = weights['fc.weight']
print(len(w), abs(rms(w) / 0.001 - 1) < 4 / (2 * len(w)) ** 0.5)
print(set(weights['bn1.weight']), set(weights['bn1.bias']), set(weights['bn3.running_var']))
END
is "$(cat "$T/numbers")" "small [0.286] [0.353]
2304 True
160 True
{1.0} {0.0} {1.0}" "Python reads constants and weights of the recipe"

done_testing
