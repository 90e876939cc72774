#!/usr/bin/env bash
# Who interrupts a long run that is not kept is told what would keep it.
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit 1
data=$ROOT/pipelines/samples/tiny.npz
mkfifo model

# interrupted COMMAND...: while it waits for its model; $how is its end.
interrupted()
{
	env --default-signal=INT "$@" model >out 2>err &
	exec 3>model # opened by both: the command line has been read
	kill -INT $!
	wait $!
	how=$?
	exec 3>&-
}
env --default-signal=INT true 2>/dev/null || skip_all "env without --default-signal"

for program in evalgrid hessgrid nettrain; do
	interrupted $program -d "$data"
	is "$how $(cat err)" \
		"130 $program: interrupted; with -o FILE the same line, typed again, would go on from here" \
		"$program says what -o would have done"
	interrupted $program -q -d "$data"
	is "$how $(cat err)" "130 " "$program -q is silent"
	interrupted $program -d "$data" -o kept.ll
	is "$how $(cat err)" "130 " "$program -o: nothing to say"
	rm -f kept.ll*
done
interrupted dirgen -k hessian -d "$data"
is "$how $(cat err)" "130 " "dirgen has nothing that would go on"
# A shell's background job: what is ignored stays ignored.
evalgrid -d "$data" model >out 2>err &
exec 3>model
kill -INT $!
cat "$ROOT/tests/data/streams/model.ll" >&3
exec 3>&-
wait $!
is "$? $(grep -c interrupted err)" "0 0" "an ignored interrupt stays ignored"
done_testing
