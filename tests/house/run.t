#!/bin/bash
# What installs packages: nothing is asked for that is there, and who may not
# install is told the line.
# shellcheck disable=SC2016  # for the stubs
. "$(dirname "$0")/../tap.sh"
mkdir "$T/bin"
stub() { printf '#!/bin/sh\n%s\n' "$2" >"$T/bin/$1" && chmod +x "$T/bin/$1"; }
stub dpkg-query 'for p; do :; done; [ "$p" = jq ] && exit 1; echo "install ok installed"'
stub id 'echo 1000'
stub sudo 'exit 1'
stub apt-get 'echo "apt-get $*" >>"$T/apt"'
stub make 'echo "make $*"'
export T

fails_with_line()
{
	PATH=$T/bin:$PATH "$@" >"$T/out" 2>"$T/err"
	local status=$?
	[ $status -eq 1 ] &&
		grep -qx '    apt-get update && apt-get install --no-install-recommends jq' "$T/err"
	ok $? "${*##*/} without sudo prints the line for an administrator"
}
fails_with_line "$ROOT/tests/run"

stub sudo 'case $1 in -v) exit 0 ;; esac; exec "$@"'
is "$(PATH=$T/bin:$PATH "$ROOT/tests/run" 2>"$T/err" | sed 's/ -C .* -j[0-9]*//')" "make -s check" \
	"with sudo, tests/run installs and goes on"
is "$(cat "$T/apt")" "apt-get update -q
apt-get install -q -y --no-install-recommends jq" "one package"

stub dpkg-query 'echo "install ok installed"'
stub sudo 'exit 1'
rm "$T/apt"
is "$(PATH=$T/bin:$PATH "$ROOT/tests/run" lint 2>&1 | sed 's/ -C .* -j[0-9]*//')" "make -s lint" \
	"when everything is there nobody is asked"
[ ! -e "$T/apt" ]
ok $? "and nothing installed"
# How far a build is: in the terminal's line, and once a minute in a log.
stub make 'for file in a b c; do echo "cc -c $file.c"; done'
printf '. "%s/pipelines/common.sh"\n[ -z "${OLD:-}" ] || told=$((SECONDS - 60))\nbuild\n' "$ROOT" >"$T/it"
is "$(PATH=$T/bin:$PATH LOSSPIPE_BIN=$T/bin bash "$T/it" 2>&1)" "" "a log hears nothing of a short build"
is "$(OLD=1 PATH=$T/bin:$PATH LOSSPIPE_BIN=$T/bin bash "$T/it" 2>&1 | sed 's/[0-9]* s left/a time/')" \
	"it: building, 1 of 3 files, a time" \
	"and a line a minute of a long one"
if command -v script >/dev/null; then
	PATH=$T/bin:$PATH LOSSPIPE_BIN=$T/bin script -qec "bash $T/it" /dev/null </dev/null | tr '\r' '\n' >"$T/out"
	grep -q 'it: building, 2 of 3 files, .* left' "$T/out" && grep -q 'it: built, 3 files' "$T/out"
	ok $? "a terminal sees each file"
fi
stub make 'case $* in *-n*) echo "cc -c a.c" ;; *) echo "cc -c a.c"; exit 1 ;; esac'
PATH=$T/bin:$PATH LOSSPIPE_BIN=$T/bin bash "$T/it" >"$T/out" 2>&1
is "$?" 1 "a build that fails is a failure"
done_testing
