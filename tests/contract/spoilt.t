#!/bin/bash
# Cuts and flipped bits into every reader: an error of one line, no file touched,
# under 64 MB.  Here a sample of them, a smaller one with SHORT=1; with
# SPOIL=dense every third cut and every eleventh bit (tests/golden/spoilt.t), with
# SPOIL=all every cut and every bit: half an hour.
# shellcheck disable=SC2154  # each() sets the variables
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/table.sh"

case ${SPOIL:-} in
all) cut=1 flip=1 ;;
dense) cut=3 flip=11 ;;
*) cut=17 flip=307 ;;
esac
[ -n "${SHORT:-}" ] && [ -z "${SPOIL:-}" ] && cut=41 flip=811
# The sanitizers need memory of their own.
mib=64
case ${BUILD:-} in *san*) mib=4096 ;; esac

ask()
{
	local out=(-o '{out}')

	[ "$stream" = - ] && return
	"$name" --completion | grep -q '^--output=' || out=()
	"$ROOT/${BUILD:-build}/tool/spoil" -c $cut -f $flip -s "$status" -m $mib \
		"$input" "${run[@]}" "${out[@]}"
	ok $? "$name refuses its stream cut or with a bit flipped"
}

each ask
done_testing
