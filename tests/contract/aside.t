#!/bin/bash
# A stream may hold any amount of records that a program does not know: its memory
# stays what it was.  64 MiB of them between a model's tensors and its end.
# shellcheck disable=SC2154  # each() sets the variables
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/table.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
export PYTHONPATH=$ROOT/pipelines

# Every record is another, so that nothing is saved by keeping each once.
for stream in model plane; do
	/usr/bin/python3 -c '
import sys, losspipe
w = losspipe.Writer(sys.stdout.buffer)
for kind, h, p, record in losspipe.records(sys.stdin.buffer):
    if kind == "begin":
        w.begin("many", {}, h)
    elif kind == "end":
        for i in range(4096):
            w.record("x-many", {"i": i}, bytes(16384))
        w.end()
    else:
        w.copy(record)' <"$S/$stream.ll" >"$T/$stream.ll"
done

# What it needs for the small stream, for the large one, and its status there.
measure='
import resource, subprocess, sys
peak = []
for path in sys.argv[1:3]:
    with open(path) as stream:
        status = subprocess.run(sys.argv[3:], stdin=stream, stdout=subprocess.DEVNULL).returncode
    peak.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(status, "flat" if peak[1] < peak[0] + 8192 else "%d to %d KiB" % tuple(peak))'

ask()
{
	case $stream in model | plane) ;; *) return ;; esac
	is "$(/usr/bin/python3 -c "$measure" "$input" "$T/$stream.ll" "${run[@]}")" "0 flat" \
		"$name puts unknown records aside"
}

each ask
done_testing
