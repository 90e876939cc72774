#!/bin/bash
# A stage that fails in the middle of a stream leaves none that looks whole: whoever
# reads it fails, too, and no picture is drawn.
# shellcheck disable=SC2154  # each() sets the variables
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/table.sh"
echo "not a record" >"$T/junk"

# fed FILE...: the program with these files on standard input, read on by recdump.
fed()
{
	cat "$@" 2>/dev/null | "${run[@]}" 2>"$T/err" | recdump >"$T/dump" 2>"$T/next.err"
	echo "${PIPESTATUS[*]:1}"
}

ask()
{
	[ "$stream" = - ] || [ "$role" = use ] && return
	head -c 300 "$input" >"$T/torn"
	is "$(fed "$input" "$T/junk")" "$status 1" "$name: junk behind a good segment, and recdump fails"
	is "$(fed "$input" "$T/torn")" "$status 1" "$name: a torn segment behind a good one"
	is "$(fed "$input" "$input" "$T/torn")" "$status 1" "$name: behind two"
	is "$(fed "$input")" "0 0" "$name: without that, all is well"
}
each ask

# The whole way to a picture.
sample=(-q -d "$ROOT/tests/data/sets/tiny.npz" --x=-1:1:3 --y=-1:1:3)
cat "$S/model.ll" "$T/torn" | dirgen -s 1 2>/dev/null | fnorm 2>/dev/null |
	evalgrid "${sample[@]}" 2>/dev/null | contour >"$T/picture.svg" 2>/dev/null
is "${PIPESTATUS[*]} $(wc -c <"$T/picture.svg")" "0 1 1 1 1 0" "no stage behind a failure succeeds, no picture is drawn"

# What is written as it stands, too; and a file's name is not taken.
mkfifo "$T/pipe"
recdump <"$T/pipe" >"$T/dump" 2>"$T/next.err" &
cat "$S/model.ll" "$T/torn" | dirgen -s 1 -o "$T/pipe" 2>/dev/null
wait $!
is $? 1 "a FIFO"
cat "$S/model.ll" "$T/torn" | dirgen -s 1 -o "$T/out.ll" 2>/dev/null
[ ! -e "$T/out.ll" ] && [ ! -e "$T/out.ll.part" ]
ok $? "a file"
done_testing
