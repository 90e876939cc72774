# shellcheck shell=bash
# shellcheck disable=SC2034  # the variables are for the function
# Reads tests/contract/programs; source it after tap.sh.
S=$ROOT/tests/data/streams

# each FUNCTION: calls it once for every program that is there, with name,
# role, status, stream, operands, args, run (name and args) and input set.
each()
{
	local name role status stream operands words
	while read -r name role status stream operands words; do
		case $name in '' | '#'*) continue ;; esac
		command -v "$name" >/dev/null || continue
		read -ra args <<<"${words//@/$ROOT/tests/data}"
		run=("$name" "${args[@]}")
		if [ "$stream" = - ]; then
			input=/dev/null
		else
			input=$S/$stream.ll
		fi
		"$1"
	done <"$ROOT/tests/contract/programs"
}
