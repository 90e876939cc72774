#!/bin/bash
# The k-th request for memory fails, alone or with all that follow: every program
# ends with one line, or with the bytes that it writes otherwise.  Here some of the
# requests, as SEED (1) picks them; with STARVE='-k 300' all up to the 300th, and a
# table of what was seen: a quarter of an hour.  Libraries that die of it (OpenBLAS's
# start, libhdf5), or wait for ever (OpenBLAS, between the question whether there is
# room and its own mapping), are counted apart.
# shellcheck disable=SC2154  # each_command sets the variables
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/commands.sh"
case ${BUILD:-} in *san*) skip_all "the sanitizers have a malloc of their own" ;; esac
tool=$ROOT/${BUILD:-build}/tool
cd "$T" || exit

one()
{
	# shellcheck disable=SC2086  # a list of options
	"$tool/starve" ${STARVE:--n 8 -s ${SEED:-1}} -e "$(failure "${command[0]}")" \
		-i "$input" "$tool/starve.so" "${command[@]}" >told
	ok $? "$line"
	grep '^#' told
	[ -z "${STARVE:-}" ] || sed -n '/^#/!s/^/# /p' told
}

prepare
each_command one
done_testing
