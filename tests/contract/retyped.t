#!/bin/bash
# Streams in which a key has a value of a type that no reader expects, or none: no
# program dies of it.  Here some of the changes, as SEED (1) picks them; RETYPED=0
# makes all: half an hour.
# shellcheck disable=SC2154  # each_command sets the variables
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/commands.sh"
/usr/bin/python3 -c 'import msgpack' 2>/dev/null || skip_all "no python3-msgpack"
cd "$T" || exit

declare -A done_with # a program's file, once is enough unless all is made

one()
{
	local file

	for file in "$input" "${command[@]}"; do
		case $file in *=* | -*) continue ;; *.ll) ;; *) continue ;; esac
		[ -z "${done_with[${command[0]} $file]:-}" ] || [ -n "${RETYPED:-}" ] || continue
		done_with[${command[0]} $file]=1
		"$ROOT/tests/contract/retyped.py" "${RETYPED:-6}" "${SEED:-1}" \
			"$(failure "${command[0]}")" "$input" "$file" "${command[@]}" >told
		ok $? "${file##*/}: $line"
		grep -v ' 0 bad$' told
	done
}

prepare
each_command one
done_testing
