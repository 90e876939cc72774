#!/bin/bash
# What losspipe(5) shows is true: its bytes and its Python.  (tests/house/random.t has
# its random numbers.)
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams

# shown NAME: the literal block between '.\" begin NAME' and '.\" end'.
shown()
{
	sed -n "/^\.\\\\\" begin $1\$/,/^\.\\\\\" end\$/p" "$ROOT/man/losspipe.5" |
		grep -v '^\.' | sed 's/\\e/\\/g'
}

is "$(shown vector)" "$(od -An -v -tx1 "$S/vector.ll" | sed 's/^ //')" \
	"the page shows the bytes of vector.ll"
is "$(recdump "$S/vector.ll" | sed -n 2p)" "x-note {k=1} +3 bytes" "which are a stream"

python=/usr/bin/python3
if $python -c 'import msgpack' 2>/dev/null; then
	shown writer >"$T/writer.py"
	$python "$T/writer.py" | cmp -s - "$S/vector.ll"
	ok $? "the writer writes these bytes"
	shown reader >"$T/reader.py"
	is "$(head -n 2 "$T/reader.py" | tail -n 1)" \
		"for magic, kind, h, payload, crc in msgpack.Unpacker(sys.stdin.buffer, max_buffer_size=0):" \
		"the reader has three lines"
	is "$(netnew lenet | $python "$T/reader.py" | awk '{ print $1, $NF }')" \
		"$(netnew lenet | recdump --json |
			sed 's/.*"kind":"\([a-z]*\)".*"payload_bytes":\([0-9]*\)}/\1 \2/')" \
		"the reader reads what netnew writes"
	(cd "$T" && $python "$S/make.py" && for f in *.ll; do cmp "$f" "$S/$f" || exit 1; done)
	ok $? "the samples of tests/data/streams are those of make.py"
fi
done_testing
