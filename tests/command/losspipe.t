#!/usr/bin/env bash
# The way in: what it lists, runs, shows and finds.
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit 1

losspipe >list
for program in "$ROOT"/cmd/*.c; do
	name=${program##*/} name=${name%.c}
	[ ! -e "$ROOT/cmd/$name.h" ] && command -v "$name" >/dev/null || continue
	is "$(grep "^  $name " list | sed 's/^  [^ ]* *//')" \
		"$(sed -n 's/^\.Nd //p' "$ROOT/man/$name.1")" "$name has its page's line"
done
for file in "$ROOT"/pipelines/*; do
	name=${file##*/}
	[ -f "$file" ] && [ "$name" = "${name%.*}" ] || continue
	grep -Eq "^  $name  *[^ ].*[^ .]$" list
	ok $? "$name has a line"
	losspipe help "$name" | head -n 1 | grep -q .
	ok $? "losspipe help $name"
done
is "$(losspipe list)" "$(cat list)" "losspipe list is the default"
is "$(awk 'length > 120' list)" "" "lines are short"

passes "losspipe run" losspipe run toy-plane 2
recdump passes.out | grep -q '^model'
ok $? "what it writes is the pipeline's"
fails 2 'no pipeline .nothing. .losspipe list names them' "an unknown pipeline" losspipe run nothing
fails 2 'no pipeline .quikstart., did you mean quickstart. .losspipe list' "a near miss" losspipe run quikstart
fails 2 'nothing is called .contuor., did you mean contour. .losspipe list' "of a program" losspipe help contuor
fails 2 'no pipeline .\.\./cmd/losspipe' "a path" losspipe run ../cmd/losspipe
fails 2 'netnew is a program: type it without' "a program" losspipe run netnew
fails 2 'run which pipeline' "no name" losspipe run
fails 2 "unknown command 'dance'" "an unknown command" losspipe dance
fails 2 "nothing is called 'dance'" "help for nothing" losspipe help dance
fails 2 'list takes no argument' "a superfluous word" losspipe list all
fails 2 'one name at most' "two names" losspipe help a b
is "$(losspipe --help | head -n 1)" "usage: losspipe [command]" "--help"
is "$(losspipe --version)" "losspipe (losspipe) $(netnew --version | cut -d ' ' -f 3)" "--version"
fails 1 'No space' "a full disk" bash -c 'losspipe --help >/dev/full'
# a page, as man shows it, or --help
losspipe help evalgrid 2>&1 | grep -q 'grid of points'
ok $? "losspipe help evalgrid"

passes "samples" losspipe samples
echo mine >samples/tiny.npz
passes "samples again" losspipe samples
is "$(cat samples/tiny.npz)" mine "leave what is there"
is "$(find samples -type l)" "" "are files, not links"

passes "doctor" losspipe doctor
is "$(LOSSPIPE_CPU=base losspipe doctor kernel)" "$(LOSSPIPE_CPU=base losspipe doctor | sed -n 's/^kernels *\([^;]*\);.*/\1/p')" "doctor kernel"
fails 2 'doctor takes no argument but kernel' "and nothing else" losspipe doctor kernels
grep -q '^kernels .* has its accuracy, 93.75 %$' passes.out && grep -q '^OpenBLAS *works' passes.out
ok $? "it evaluates the sample network with both"
# An installation that lacks a program, and one of another version.
bin=$(dirname "$(command -v losspipe)")
mkdir -p away/bin away/share/losspipe
cp "$bin"/* away/bin
cp -RL "$ROOT/pipelines" away/share/losspipe
rm away/bin/nethist
printf '#!/bin/sh\necho "fnorm (losspipe) 0.0.1"\n' >away/bin/fnorm
away/bin/losspipe doctor >out 2>err
is "$? $(cat err)" "1 losspipe: 2 faults, see above" "faults are counted"
grep -q 'FAULT: missing or not running: nethist' out && grep -q 'FAULT: not of version .*: fnorm' out
ok $? "and named"
# a link to it, from anywhere
ln -s "$T/away/bin/losspipe" way-in
passes "a link leads there" ./way-in run toy-plane 2
rm -r away/share
fails 1 'no folder of pipelines beside' "torn out of its place" away/bin/losspipe
done_testing
