#!/usr/bin/env bash
# make install and uninstall: every program and page, and nothing left behind.
. "$(dirname "$0")/../tap.sh"
build=$(cd "${LOSSPIPE_BIN:-$ROOT/build/bin}/.." && pwd)
run_make() { env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" BUILD="${build#"$ROOT/"}" DESTDIR="$T/root" PREFIX=/usr "$1"; }
passes "make install" run_make install
for program in "$build"/bin/*; do
	name=${program##*/}
	[ -x "$T/root/usr/bin/$name" ] && [ -r "$T/root/usr/share/man/man1/$name.1" ]
	ok $? "$name and its page are installed"
done
passes "an installed program runs" "$T/root/usr/bin/netnew" --version
passes "losspipe(5) and losspipe(7)" test -r "$T/root/usr/share/man/man5/losspipe.5" -a \
	-r "$T/root/usr/share/man/man7/losspipe.7"
passes "make uninstall" run_make uninstall
is "$(find "$T/root" -type f | wc -l)" 0 "no file is left"
done_testing
