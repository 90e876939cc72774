#!/bin/bash
# Every program is given training runs that have no end, in every place where it
# reads a stream: an error of one line, or with --partial a warning, and what is made
# of them has no end either.
# shellcheck disable=SC2154  # each() sets the variables
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/table.sh"
no_end="training run 5555555555555555 has no end"

# streams FILE...: the program with these on standard input.
streams()
{
	cat "$@" | "${run[@]}"
}

# refused WHAT FILE...
refused()
{
	local what=$1
	shift
	fails "$status" "^$name: .*${no_end}[:,] .*--partial" "$name: $what" streams "$@"
}

# marks FILE: how many of each it has.
marks()
{
	recdump -q --partial "$1" | awk '{ n[$1]++ } END { print n["open"] + 0, n["close"] + 0 }'
}

ask()
{
	local in=${input%.ll} mark said

	[ "$stream" = - ] && return
	# equal streams are read to their end
	[ "$name" != reccmp ] || run=(reccmp - "${in}_open.ll")
	refused "a run without its end" "${in}_open.ll"
	[ "$name" != reccmp ] || return
	refused "behind one that has it" "${in}_run.ll" "${in}_open.ll"
	refused "before one" "${in}_open.ll" "${in}_run.ll"
	head -c -260 "${in}_run.ll" >"$T/torn.ll"
	refused "torn in its last segment" "$T/torn.ll"
	mark=$(($(stat -c %s "${in}_run.ll") - $(stat -c %s "${in}_last.ll")))
	head -c $mark "${in}_run.ll" >"$T/begun.ll"
	refused "the mark alone" "$T/begun.ll"
	head -c $((mark + 1)) "${in}_run.ll" >"$T/torn.ll"
	refused "and one byte" "$T/torn.ll"
	if [ "$operands" = same ]; then
		fails "$status" "^$name: .*_open.ll: $no_end|^$name: .*$no_end" "$name: as an operand" \
			"${run[@]}" "${in}_open.ll"
	fi

	streams "$input" >"$T/plain" 2>/dev/null
	streams "${in}_last.ll" >"$T/last" 2>/dev/null
	cmp -s "$T/plain" "$T/last" || [ "$role" = use ]
	ok $? "$name: a checkpoint that was cut out is one like any other"
	passes "$name: a run with its end" streams "${in}_run.ll"
	cp "$T/passes.out" "$T/whole"
	[ "$name" = h5conv ] || [ "$name" = netsave ] ||
		passes "$name: the same run twice" streams "${in}_run.ll" "${in}_run.ll"

	cat "${in}_open.ll" | "${run[@]}" --partial >"$T/out" 2>"$T/err"
	case " ${args[*]} " in *" -q "*) said="0 0" ;; *) said="1 1" ;; esac
	is "$? $(grep -c "^$name: warning: .*$no_end: what is there is taken" "$T/err") $(wc -l <"$T/err")" "0 $said" \
		"$name --partial takes it and says so"
	[ "$role" = copy ] || return
	is "$(marks "$T/whole")" "1 1" "$name copies both marks"
	is "$(marks "$T/out")" "1 0" "$name --partial: the mark travels"
	fails 1 "^recdump: .*$no_end" "$name --partial: what it writes has no end" recdump "$T/out"
	cat "${in}_run.ll" "${in}_open.ll" | "${run[@]}" --partial >"$T/out" 2>/dev/null
	[ "$name" = gridmerge ] || is "$(marks "$T/out")" "2 1" "$name --partial: behind a run that has its end"
	cat "${in}_run.ll" "$T/begun.ll" | "${run[@]}" --partial >"$T/out" 2>/dev/null
	[ "$name" = gridmerge ] || is "$(marks "$T/out")" "2 1" "$name --partial: a mark that nothing is behind"
}
each ask
done_testing
