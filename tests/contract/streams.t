#!/bin/bash
# Every reader of streams is given the same bad ones, and the same good ones.
# shellcheck disable=SC2154,SC2016  # each() sets the variables; an inner sh expands
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/table.sh"

# bad INPUT PATTERN WHAT: the program refuses this standard input.
bad()
{
	fails "$status" "^$name: .*$2" "$name: $3" \
		sh -c 'in=$1; shift; "$@" <"$in" >/dev/null' - "$1" "${run[@]}"
}

hex()
{
	od -An -v -tx1 "$@" | tr -d ' \n'
}

printf '\xdd\x10\x00\x00\x00' >"$T/claim"
head -c 500 /dev/zero >"$T/zeros"
echo "just a text" >"$T/text"

ask()
{
	[ "$stream" = - ] && return

	head -c 300 "$input" >"$T/torn"
	cat "$T/torn" "$input" >"$T/torn_first"
	bad /dev/null "is empty|empty, expected" "an empty input"
	bad "$T/text" "a text file, expected losspipe records" "a text"
	bad "$T/zeros" "of no kind that is known here, expected losspipe records" "zeros"
	bad "$T/claim" "of no kind that is known here, expected losspipe records" "a huge claim"
	bad "$T/torn" "truncated" "a torn stream"
	bad "$T/torn_first" "." "a torn stream before a good one"
	fails "$status" "^$name: standard input: Bad file" "$name: closed input" \
		sh -c '"$@" <&- >/dev/null' - "${run[@]}"

	"${run[@]}" <"$input" >"$T/plain"
	if [ "$operands" = same ]; then
		"${run[@]}" "$input" </dev/null >"$T/operand"
		cmp -s "$T/plain" "$T/operand"
		ok $? "$name reads an operand as standard input"
	fi
	if [ "$name" != reccmp ]; then
		cat "$input" "$input" | "${run[@]}" >"$T/joined"
		ok $? "$name reads concatenated streams"
	fi

	if [ "$role" = copy ]; then
		"${run[@]}" <"${input%.ll}_noted.ll" >"$T/noted"
		ok $? "$name takes a record that it does not know"
		case $(hex "$T/noted") in
		*"$(hex "$S/note.ll")"*) ok 0 "$name copies it byte for byte" ;;
		*) ok 1 "$name copies it byte for byte" ;;
		esac
		recdump "$T/noted" | grep -v '^x-note' | sed 's/ digest=.*//; s/count=[0-9]*//' >"$T/a"
		recdump "$T/plain" | sed 's/ digest=.*//; s/count=[0-9]*//' >"$T/b"
		cmp -s "$T/a" "$T/b"
		ok $? "$name does the same otherwise"
		recdump "$T/plain" >"$T/dump" 2>&1
		ok $? "$name writes what recdump reads"
	elif [ "$operands" = same ]; then
		passes "$name takes a record that it does not know" \
			"${run[@]}" "${input%.ll}_noted.ll"
	fi
}

each ask
done_testing
