#!/bin/bash
# Two processes with one -o: never both, never a file that is not whole.
#
# WRITERS=100 runs so many pairs of each program (6 by default); WRITERS_SEED
# chooses how far apart they start.
. "$(dirname "$0")/../tap.sh"
D=$ROOT/tests/data
pairs=${WRITERS:-6}
RANDOM=${WRITERS_SEED:-7}
cd "$T" || exit 1
# Where a test must be sure that one is at work: its input, which does not end.
mkfifo input
exec 9<>input

# Programs that take long, one that continues a .part, one that is quick.
eval_grid() { evalgrid -q -j1 -d "$D/sets/tiny.npz" --x=-1:1:21 --y=0:1:21 "$D/streams/plane.ll" "$@"; }
continued() { eval_grid "$@"; }
train() { nettrain -q -j1 -d "$D/sets/tiny.npz" --batch 1 --epochs 60 "$D/streams/model.ll" "$@"; }
quick() { netnew vgg9 -s 1 "$@"; }

for command in eval_grid continued train quick; do
	"$command" >whole
	both=0 none=0 wrong=0 unsaid=0 refused=0 left=0
	for _ in $(seq "$pairs"); do
		rm -f out*
		[ "$command" != continued ] || head -c 3000 whole >out.part
		"$command" -o out 2>first.err &
		first=$!
		sleep "0.0$((RANDOM % 3))$((RANDOM % 10))"
		"$command" -o out 2>second.err
		two=$?
		wait $first
		one=$?
		[ $one -ne 0 ] || [ $two -ne 0 ] || both=$((both + 1))
		[ $one -eq 0 ] || [ $two -eq 0 ] || none=$((none + 1))
		for err in first.err:$one second.err:$two; do
			[ "${err#*:}" -eq 0 ] && continue
			refused=$((refused + 1))
			grep -q 'out.part is being written by process [0-9]* of host ' "${err%:*}" ||
				{ unsaid=$((unsaid + 1)) && sed 's/^/# /' "${err%:*}"; }
		done
		cmp -s out whole || wrong=$((wrong + 1))
		[ ! -e out.part ] && [ ! -e out.part.new ] || left=$((left + 1))
	done
	is "$wrong of $pairs" "0 of $pairs" "$command: the file is whole"
	is "$none $unsaid $left" "0 0 0" "$command: one succeeds, the other says why not, nothing is left"
	echo "# $command: $both of $pairs pairs came one after the other, $refused processes were refused"
done

# at_work: starts fnorm, which waits for its input while it holds out.part.
at_work()
{
	fnorm -o out <&9 2>fnorm.err &
	pid=$!
	until [ -e out.part ]; do
		kill -0 $pid 2>/dev/null || break
		sleep 0.01
	done
}

rm -f out*
at_work
fails 1 "^netnew: out.part is being written by process $pid of host $(uname -n): wait for it" \
	"another program is told who writes" netnew lenet -o out
ln -s out other
fails 1 'is being written' "by another name, too" netnew lenet -o other
kill -9 $pid
wait $pid 2>/dev/null
[ -e out.part ]
ok $? "a killed process leaves its .part"
passes "but no lock" netnew lenet -o out
netnew lenet | cmp -s - out && [ ! -e out.part ]
ok $? "and what it wrote is not in the way"

# Somebody removes the .part, and another writes meanwhile.
mkfifo slow
rm -f out*
fnorm -o out <slow 2>fnorm.err &
pid=$!
exec 8>slow
until [ -e out.part ]; do sleep 0.01; done
rm out.part
netnew lenet -o out
cp "$D/streams/plane.ll" plane.ll
cat plane.ll >&8
exec 8>&-
wait $pid
is "$? $(cat fnorm.err)" "1 fnorm: out.part was removed or replaced while it was written" \
	"a .part that was removed is no result"
netnew lenet | cmp -s - out
ok $? "and takes nobody's place"

# A program of --exec that outlives evalgrid holds no lock.
cat >sleeper <<'X'
#!/bin/sh
exec setsid sh -c 'echo $$ >sleeper.pid; exec sleep 60'
X
chmod +x sleeper
points="--x=0:1:2 --y=0:0:1 $D/streams/plane.ll"
# shellcheck disable=SC2086  # a list of options
evalgrid -q --exec ./sleeper $points -o s.ll 2>/dev/null &
pid=$!
until [ -s sleeper.pid ]; do sleep 0.01; done
# shellcheck disable=SC2086
fails 1 "written by process $pid of host" "evalgrid waits for its program" \
	evalgrid -q -d "$D/sets/tiny.npz" $points -o s.ll
kill -9 $pid
wait $pid 2>/dev/null
kill -0 "$(cat sleeper.pid)"
ok $? "the program is still there"
# shellcheck disable=SC2086
passes "and holds no lock" evalgrid -q --force -d "$D/sets/tiny.npz" $points -o s.ll
kill -9 "$(cat sleeper.pid)"

# Planted files.
netnew lenet >wanted
echo precious >victim
ln -s victim x.part
fails 1 'x.part is a symbolic link' "a link at .part is not followed" netnew lenet -o x
rm x.part
ln victim x.part
fails 1 'x.part is not a losspipe|x.part is a file with several names' \
	"nor a file with another name written" netnew lenet --force -o x
is "$(cat victim)" precious "the victim stays"
rm x.part
mkfifo x.part
fails 1 'x.part is no regular file' "nor a FIFO" netnew lenet -o x
rm x.part
mkdir x.part
fails 1 'x.part: Is a directory|x.part is no regular file' "nor a folder" netnew lenet -o x
rmdir x.part
if [ "$(id -u)" -eq 0 ]; then
	mkdir all && chmod 1777 all
	: >all/x.part
	chown 65534 all/x.part
	fails 1 'belongs to user 65534, in a folder where anybody can write' \
		"nor somebody's in a folder of all" netnew lenet -o all/x
fi
head -c 20000 <(eval_grid) >y.ll.part
echo precious >victim
ln -s victim y.ll.part.new
eval_grid -o y.ll
ok $? "a link at .part.new"
is "$(cat victim)" precious "is not followed"

# A file system without locks.
cat >nolocks.c <<'X'
#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>
int fcntl(int fd, int what, ...)
{
	va_list ap;
	va_start(ap, what);
	long more = va_arg(ap, long);
	va_end(ap);
	if (what == 36 || what == 37) { errno = ENOLCK; return -1; }
	return (int)syscall(SYS_fcntl, fd, what, more);
}
int fcntl64(int fd, int what, ...) __attribute__((alias("fcntl")));
int flock(int fd, int what) { (void)fd; (void)what; errno = ENOLCK; return -1; }
X
if ! nm "$(command -v netnew)" 2>/dev/null | grep -q __asan_ &&
	cc -shared -fPIC -o nolocks.so nolocks.c 2>/dev/null; then
	LD_PRELOAD=$PWD/nolocks.so netnew lenet -o unlocked 2>err
	is "$? $(cat err)" "0 netnew: warning: unlocked: the file system has no locks, nothing keeps another process from writing it, too" \
		"no locks: one warning"
	cmp -s unlocked wanted && [ ! -e unlocked.part ]
	ok $? "and the result all the same"
fi

# The way to the disk: file, name, folder.
if strace -o /dev/null true 2>/dev/null; then
	strace -qq -e trace=fsync,rename,renameat,renameat2 -o trace netnew lenet -o synced
	is "$(sed 's/(.*//' trace | tr '\n' ' ')" "fsync rename fsync " "synced, renamed, synced"
fi
done_testing
