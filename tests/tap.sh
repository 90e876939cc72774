# shellcheck shell=bash
# Shell tests in TAP.  A test file starts with
#
#	. "$(dirname "$0")/../tap.sh"
#
# and then says ok/is/fails for each fact; done_testing closes it.  The programs
# are on PATH, $T is an empty scratch folder, $ROOT the project, $SHARED the
# folder with the large data (it may be missing).
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034
SHARED=$ROOT/../shared
# The python3 of stages: Debian's, whichever else is there, or $PYTHON.
python=${PYTHON:-/usr/bin/python3}
PATH=${LOSSPIPE_BIN:-$ROOT/build/bin}:${python%/*}:$PATH
export LC_ALL=C
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
count=0
failed=0

# ok STATUS NAME: passes when STATUS is 0.
ok()
{
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
	fi
}

# passes NAME COMMAND...: the command exits 0.
passes()
{
	local name=$1
	shift
	"$@" >"$T/passes.out" 2>"$T/passes.err"
	local status=$?
	ok $status "$name"
	[ $status -eq 0 ] || sed 's/^/# /' "$T/passes.err"
}

# await COMMAND...: until it succeeds, on however slow a machine (ten minutes and more).
await()
{
	local i
	for ((i = 0; i < 6000; i++)); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	return 1
}

# is GOT WANTED NAME: both texts are equal.
is()
{
	[ "$1" = "$2" ]
	ok $? "$3"
	[ "$1" = "$2" ] || printf '# got: %s\n# wanted: %s\n' "$1" "$2"
}

# fails STATUS PATTERN NAME COMMAND...: exits with STATUS and one line on stderr
# that matches the extended regular expression.
fails()
{
	local status=$1 pattern=$2 name=$3 got lines
	shift 3
	"$@" >"$T/fails.out" 2>"$T/fails.err"
	got=$?
	lines=$(wc -l <"$T/fails.err")
	[ "$got" -eq "$status" ] && [ "$lines" -eq 1 ] &&
		grep -Eq -- "$pattern" "$T/fails.err"
	ok $? "$name"
	if [ "$got" -ne "$status" ] || [ "$lines" -ne 1 ] ||
		! grep -Eq -- "$pattern" "$T/fails.err"; then
		echo "# status $got, wanted $status; pattern $pattern; stderr:"
		sed 's/^/# /' "$T/fails.err"
	fi
}

# skip_all REASON: the file has nothing to say here.
skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing()
{
	echo "1..$count"
	# A test that counted nothing ran its checks in a subshell, or none.
	[ "$failed" -eq 0 ] && [ "$count" -gt 0 ]
	exit
}
