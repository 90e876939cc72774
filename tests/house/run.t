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
done_testing
