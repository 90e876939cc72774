#!/bin/bash
# Standard input and output that would not wait (O_NONBLOCK, as some terminals,
# supervisors and ssh leave them): every program waits all the same.
# shellcheck disable=SC2154  # each() sets the variables
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/table.sh"
slow=$ROOT/${BUILD:-build}/tool/slow

ask()
{
	"${run[@]}" <"$input" >"$T/want" 2>/dev/null
	"$slow" "${run[@]}" <"$input" >"$T/got" 2>"$T/err"
	is "$? $(cat "$T/err")" "0 " "$name waits for its input and output"
	cmp -s "$T/want" "$T/got"
	ok $? "$name writes the same"
	"$slow" "$name" --help </dev/null 2>&1 | cmp -s - <("$name" --help)
	ok $? "$name --help"
}

each ask
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/want"
"$slow" netload -q --arch small --pixels fashion - <"$ROOT/tests/data/nets/fashion-small.pt" >"$T/got"
cmp -s "$T/want" "$T/got"
ok $? "netload reads a file that way"

# What is printed is an output like any other.
estimate=(-d "$ROOT/tests/data/sets/tiny.npz" --x=-1:1:2 --y=0:1:2 --estimate "$S/plane.ll")
for name in evalgrid hessgrid; do
	is "$("$name" "${estimate[@]}" | grep -c ' points x .* images: ')" 1 "$name --estimate prints"
	fails 1 "^$name: standard output: No space" "$name --estimate into a full disk" \
		sh -c '"$@" >/dev/full' - "$name" "${estimate[@]}"
done
fails 1 "^netnew: standard output: No space" "netnew --list into a full disk" sh -c 'netnew --list >/dev/full'
done_testing
