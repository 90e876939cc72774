#!/bin/bash
# Hostile streams, whose CRCs and end marks are right, into every reader: one
# line, failure, under 64 MB.
# shellcheck disable=SC2154  # each() sets the variables
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/table.sh"

mib=64
case ${BUILD:-} in *san*) mib=4096 ;; esac

# refuses GROUP: the program refuses every stream of the folder.
refuses()
{
	local file wrong=

	for file in "$ROOT/tests/hostile/stream/$1"/*.ll; do
		[ "$name" != reccmp ] || run=(reccmp - "$file")
		"$ROOT/${BUILD:-build}/tool/spoil" -w -s "$status" -m $mib "$file" "${run[@]}" >"$T/told" ||
			wrong="$wrong $(basename "$file" .ll): $(sed -n 's/.*: //p;q' "$T/told")"
	done
	is "$wrong" "" "$name refuses what is hostile ($1)"
}

ask()
{
	[ "$stream" = - ] && return
	refuses any
	case $name in
	recdump | reccmp) ;; # they know no kinds
	*)
		case $stream in
		model | plane) refuses model ;;
		surface) refuses points ;;
		esac
		;;
	esac
}

each ask
done_testing
