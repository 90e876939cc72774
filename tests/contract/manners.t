#!/bin/bash
# Every program is asked the same questions about its manners.
# shellcheck disable=SC2154,SC2016  # each() sets the variables; an inner sh expands
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/table.sh"

listed=$(grep -v '^#' "$ROOT/tests/contract/programs" | cut -d ' ' -f 1 | sort)
built=$(cd "$ROOT/cmd" && grep -l '^main(' -- *.c | sed 's|\.c$||' | sort)
is "$(comm -13 <(echo "$listed") <(echo "$built"))" "" "every program is in the table"

# The program with its sample on standard input.
sampled()
{
	"${run[@]}" <"$input"
}

ask()
{
	local word

	for word in -h --help; do
		is "$("$name" $word | head -n 1 | cut -d ' ' -f 1-2)" "usage: $name" \
			"$name $word"
	done
	"$name" --help >"$T/help"
	is "$(tail -n 1 "$T/help")" "more: $name(1), by man $name or losspipe help $name" \
		"$name --help names its page"
	grep -A 1 '^example:$' "$T/help" | tail -n 1 | grep -q '^  [a-z]'
	ok $? "$name --help shows an example"
	is "$("$name" --version | cut -d ' ' -f 1-2)" "$name (losspipe)" "$name --version"
	[ "$("$name" --completion | grep -c '^--')" -ge 5 ]
	ok $? "$name --completion"
	fails 2 "^$name: unknown option '--nonsense'" "$name: an unknown option" \
		"$name" --nonsense
	fails 2 "^$name: unknown option -Z" "$name: an unknown letter" "$name" -Z
	fails "$status" "^$name: standard output: No space" "$name: help into a full disk" \
		sh -c '"$0" --help >/dev/full' "$name"

	sampled >"$T/first" 2>"$T/first.err"
	ok $? "$name does its work"
	is "$(cat "$T/first.err")" "" "$name is quiet about it"
	sampled >"$T/second"
	cmp -s "$T/first" "$T/second"
	ok $? "$name writes the same bytes again"

	fails "$status" "^$name: standard output: Bad file" "$name: closed output" \
		sh -c 'in=$1; shift; "$@" <"$in" >&-' - "${input/surface.ll/$other}" "${run[@]}"
	fails "$status" "^$name: standard output: No space" "$name: a full disk" \
		sh -c 'in=$1; shift; "$@" <"$in" >/dev/full' - "${input/surface.ll/$other}" "${run[@]}"
	sampled 2>"$T/pipe.err" | true
	is "$(cat "$T/pipe.err")" "" "$name: nobody reads on, no complaint"
}

# reccmp writes nothing when streams are equal: give it another one.
one()
{
	other=surface.ll
	[ "$name" = reccmp ] && other=line.ll
	ask
}

each one

# Binary records are not for a terminal.
terminal()
{
	[ "$role" = use ] && return
	script -qec "${run[*]} <$input" /dev/null >"$T/tty" 2>&1 </dev/null
	is "$? $(grep -c 'standard output is a terminal' "$T/tty")" "2 1" \
		"$name refuses a terminal"
}
command -v script >/dev/null && each terminal
done_testing
