#!/bin/bash
# The house: a way through the code that a README describes is there.  Lines that
# start with a tab name a file of the folder and a function in it.
. "$(dirname "$0")/../tap.sh"
cd "$ROOT" || exit 1

lost=$(for readme in lib/*/README; do
	sed -nE 's/^\t([a-z_0-9]+\.[ch]) +([a-z_0-9]+)( .*)?$/\1 \2/p' "$readme" |
		while read -r file function; do
			grep -qE "^$function\(" "${readme%/*}/$file" ||
				echo "$readme: $function is not in $file"
		done
done)
is "$lost" "" "what a README names exists"
ok "$([ "$(wc -l <lib/execute/README)" -le 40 ]; echo $?)" "one page"
done_testing
