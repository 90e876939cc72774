#!/bin/bash
# The random numbers from losspipe(5) alone, in Python, are those of dirgen.
# shellcheck disable=SC1091
. "$(dirname "$0")/../tap.sh"
python=/usr/bin/python3
$python -c '' 2>/dev/null || skip_all "no $python"
draws="$ROOT/tests/house/random.py"

is "$($python "$draws" <"$ROOT/tests/data/random/normal.txt")" 16 \
	"Python reproduces the published vectors"
page=$ROOT/man/losspipe.5
if [ -e "$page" ]; then
	# what the page shows is what is tested here
	missing=$(sed 's/ \([0-9a-f]*\)$/\t\1/' "$ROOT/tests/data/random/normal.txt" |
		while IFS=$'\t' read -r which bits; do
			grep -q "$which $bits" "$page" || echo "$which"
		done)
	is "$missing" "" "losspipe(5) prints the vectors"
	sed -n '/^def normal/,/^$/p' "$draws" | sed '/^$/d; s/\\/\\e/g' >"$T/shown"
	grep -Fxvf "$page" "$T/shown" >"$T/missing"
	is "$(cat "$T/missing")" "" "losspipe(5) prints the function"
fi

is "$($python "$ROOT/tests/house/order.py" <"$ROOT/tests/data/random/order.txt")" 9 \
	"Python reproduces the published orders of images"
if [ -e "$page" ]; then
	is "$(grep -Fxvf "$page" "$ROOT/tests/data/random/order.txt")" "" \
		"losspipe(5) prints the orders"
	sed -n '/^def order/,/^$/p' "$ROOT/tests/house/order.py" | sed '/^$/d; s/\\/\\e/g' >"$T/shown"
	grep -Fxvf "$page" "$T/shown" >"$T/missing"
	is "$(cat "$T/missing")" "" "losspipe(5) prints their function"
fi

$python -c 'import msgpack' 2>/dev/null || done_testing
netnew -s 1 mlp --input 1,4,4 | dirgen -s 4294967303 >"$T/mlp"
$python - "$T/mlp" >"$T/draws" <<'END'
import struct, sys, msgpack
seed = {}
for magic, kind, h, payload, crc in msgpack.Unpacker(open(sys.argv[1], 'rb'), max_buffer_size=0):
    if kind == 'direction':
        seed[h['axis']] = h['seed']
    if kind == 'delta':
        for i, bits in enumerate(struct.unpack('<%dI' % (len(payload) // 4), payload)):
            print(seed[h['axis']], 'xy'.index(h['axis']), h['name'], h['offset'] + i, '%08x' % bits)
END
is "$($python "$draws" <"$T/draws")" "$(wc -l <"$T/draws")" \
	"Python reproduces every element of dirgen's directions"
done_testing
