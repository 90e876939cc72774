#!/usr/bin/env bash
# make install and uninstall: all of it works from an empty home, without the
# sources, and nothing stays behind.
. "$(dirname "$0")/../tap.sh"
build=$(cd "${LOSSPIPE_BIN:-$ROOT/build/bin}/.." && pwd)
run_make()
{
	env -u MAKEFLAGS -u MAKELEVEL -u LOSSPIPE_BIN HOME="$home" make -s -C "$ROOT" \
		BUILD="${build#"$ROOT/"}" PYTHON=/usr/bin/python3 "$@"
}
# (a dot and a space in the paths, as in many homes)
home=$T/a.home/of\ mine
mkdir -p "$home/.local/bin" "$home/work"
echo mine >"$home/.local/bin/mine"
tree() { (cd "$home/.local" && find . | sort); }
tree >"$T/before"
(umask 077 && run_make install PREFIX="$home/.local" >"$T/said")
ok $? "make install into a home"

# From here on nothing is found but by that home.
at_home()
{
	(cd "$home/work" && env -i HOME="$home" PATH="$home/.local/bin:/usr/bin:/bin" \
		TMPDIR="$T" "$@")
}
for program in "$build"/bin/*; do
	name=${program##*/}
	[ -x "$home/.local/bin/$name" ] && [ -r "$home/.local/share/man/man1/$name.1" ]
	ok $? "$name and its page are installed"
done
is "$(find "$home/.local" -type f ! -perm -444)" "" "everybody may read it, whatever the umask"
is "$(grep -rIlF "$ROOT" "$home/.local/bin" "$home/.local/share")" "" \
	"no text names the sources"
is "$(grep -c '^programs: export PATH=' "$T/said")" 1 "install says the line for PATH"
passes "losspipe(5) and losspipe(7)" test -r "$home/.local/share/man/man5/losspipe.5" -a \
	-r "$home/.local/share/man/man7/losspipe.7"
passes "losspipe doctor finds no fault" at_home losspipe doctor
grep -q "^programs *$(($(wc -w <<<"$(ls "$build/bin")") - 1)) in" "$T/passes.out"
ok $? "it counts the programs"
passes "quickstart --small" at_home losspipe run quickstart --small
passes "it makes a page" grep -q '</html>' "$home/work/quickstart.out/landscape.html"
is "$(at_home losspipe run study)" "$("$ROOT/pipelines/study")" "the studies are named"
is "$(grep -c . <<<"$("$ROOT/pipelines/study")")" "$(find "$ROOT/pipelines/studies" -type f ! -name '*.*' | wc -l)" "all of them"
passes "a study, --small" at_home losspipe run path-pca --small
passes "rosenbrock --small" at_home losspipe run rosenbrock --small
passes "samples" at_home losspipe samples
is "$(ls "$home/work/samples")" "$(ls "$ROOT/pipelines/samples")" "all of them"
passes "import losspipe" at_home /usr/bin/python3 -c 'import losspipe'
for stage in torch-model torch-loss torch-gradient torch-data; do
	fails 2 "^$stage: the following arguments are required: FILE.py" "$stage is on PATH" at_home "$stage"
done
if at_home /usr/bin/python3 -c 'import torch' 2>/dev/null; then
	cat >"$home/work/net.py" <<'X'
import torch
module = torch.nn.Linear(3, 1)
def loss(module):
    return module(torch.ones(1, 3)).square().sum()
X
	at_home sh -c 'torch-model net.py | dirgen -s 7 | fnorm |
		evalgrid --exec "torch-loss net.py" --x=-1:1:3 --y=0:1:2 | gridconv' >"$T/points" 2>"$T/err"
	is "$(wc -l <"$T/points")" 7 "torch-model and torch-loss compute a surface"
	is "$(at_home /usr/bin/python3 -c 'import losspipe, net
print(losspipe.landscape(net.module, net.loss, y=None))' 2>"$T/err" | cut -d, -f1)" "<Landscape of 25 points" \
		"losspipe.landscape does"
fi

# A later version that lacks a file takes the file of the earlier one away.
echo old >"$home/.local/bin/oldprogram"
echo 'f bin/oldprogram' >>"$home/.local/share/losspipe/manifest"
passes "make install again" run_make install PREFIX="$home/.local"
[ ! -e "$home/.local/bin/oldprogram" ]
ok $? "what only the earlier version had is gone"
passes "make uninstall" run_make uninstall PREFIX="$home/.local"
is "$(tree | diff "$T/before" -)" "" "what was there before is there, and nothing else"

# As packages are made: below DESTDIR.
passes "make install DESTDIR" run_make install DESTDIR="$T/root" PREFIX=/usr
is "$(cd "$T/root/usr" && sed -n 's/^f //p' share/losspipe/manifest | sort)" \
	"$(cd "$T/root/usr" && find . ! -type d ! -name manifest | sed 's,^\./,,' | sort)" \
	"the manifest lists all files"
passes "make uninstall DESTDIR" run_make uninstall DESTDIR="$T/root" PREFIX=/usr
is "$(find "$T/root/usr" 2>/dev/null)" "" "nothing is left"
fails 2 "PREFIX is 'there', expected a path from /" "a relative PREFIX" \
	env DESTDIR= "$ROOT/cmd/packaging/install" install there
done_testing
