#!/usr/bin/env bash
# evalgrid --exec is killed: none of its programs survives, hung or deaf as it may be.
. "$(dirname "$0")/../tap.sh"
[ -x /usr/bin/python3 ] || skip_all "no python3"
export PYTHONDONTWRITEBYTECODE=1
"$ROOT/pipelines/toy-plane" 2 >"$T/toy.ll"
export PIDS=$T/pids

# Each writes its process ids, its own last.
cat >"$T/plain" <<'END'
echo $$ >>"$PIDS"
while read -r line; do sleep 1000; echo 1; done
END
cat >"$T/hung" <<'END'
echo $$ >>"$PIDS"
exec sleep 1000
END
cat >"$T/deaf" <<'END'
trap "" INT TERM HUP PIPE
echo $$ >>"$PIDS"
while :; do sleep 1000; done
END
cat >"$T/parent" <<'END'
sh -c 'trap "" INT TERM HUP; echo $$ >>"$PIDS"; sleep 1000; sleep 1000' &
sleep 1000 <&- >&- &
echo $! >>"$PIDS"
while [ "$(wc -l <"$PIDS")" -lt 2 ]; do sleep 0.01; done
echo $$ >>"$PIDS"
wait
END

# left: what there is of the run's session that has not ended; waits for it to go.
left()
{
	local i n=

	for ((i = 0; i < 300; i++)); do
		n=$(ps -s "$run" -o stat=,args= | grep -v '^Z')
		[ -n "$n" ] || break
		sleep 0.01
	done
	echo "$n"
}

# started N: waits until N processes of programs are there.
started()
{
	until [ "$(wc -l <"$PIDS")" -ge "$1" ]; do
		kill -0 "$run" 2>/dev/null || return 1
		sleep 0.01
	done
}

# is_over NAME: the run has ended, and everything with it.
is_over()
{
	local n
	n=$(left)
	is "$n" "" "$1"
	[ -z "$n" ] || pkill -KILL -s "$run"
}

# session OPTION...: evalgrid in a session of its own, its signals the usual ones
# (a shell's background ignores INT).
session()
{
	setsid env --default-signal=INT,TERM,HUP evalgrid --exec-form text "$@" \
		"$T/toy.ll" >"$T/out" 2>"$T/err" </dev/null &
	run=$!
}

# start PROGRAM PROCESSES [OPTION...]: until so many processes of each are there.
start()
{
	local program=$1 processes=$2
	shift 2
	: >"$PIDS"
	session -q --x=-1:1:3 --y=0:1:2 -j2 --exec "sh $T/$program" "$@"
	started $((2 * processes))
	ok $? "$program runs"
}

for program in plain hung deaf parent; do
	n=1
	[ $program != parent ] || n=3
	for signal in INT TERM HUP KILL; do
		start $program $n
		kill -$signal $run
		wait $run 2>/dev/null
		is "$?" $((128 + $(kill -l $signal))) "$signal ends evalgrid"
		is_over "$signal: no $program program survives"
	done
	start $program $n --exec-timeout 1
	wait $run
	is "$?" 1 "evalgrid gives up"
	is_over "no $program program survives a silence"
done

# What it leaves behind at its end goes, too, and so does whoever watched.
session -q -j2 --x=0:1:2 --y=0:0:1 \
	--exec 'sleep 1000 <&- >&- & while read -r line; do echo 1; done'
wait $run
is "$? $(cat "$T/err")" "0 " "a program that leaves another one behind"
is_over "takes it along"
done_testing
