#!/bin/bash
# --help of every script says what it does, and nothing else happens; what is no option
# of one is told in one line, before anything is installed, built or written.
. "$(dirname "$0")/../tap.sh"

# Whoever changes the system is told of.
mkdir "$T/bin" "$T/at"
for name in apt-get sudo make debootstrap chroot unshare; do
	printf '#!/bin/sh\necho "%s $*" >>"%s/called"\nexit 1\n' "$name" "$T" >"$T/bin/$name"
done
chmod +x "$T"/bin/*
ln -s "$python" "$T/bin/python3"
PATH=$T/bin:$PATH
cd "$T/at" || exit 1

scripts=$(cd "$ROOT" && grep -lE '^#!.*(bash|sh|python3)$' .ci/run cmd/packaging/* pipelines/* tests/* \
	tests/gallery/* tests/bench/*.sh 2>/dev/null)
ok $(($(wc -l <<<"$scripts") < 20)) "scripts were found"
for script in $scripts; do
	case $script in *.py | *.t) continue ;; esac
	name=${script##*/}
	"$ROOT/$script" --help >"$T/out" 2>"$T/err" </dev/null
	status=$?
	[ $status -eq 0 ] && [ "$(wc -l <"$T/out")" -ge 2 ] && [ ! -s "$T/err" ] && grep -qw -- "$name" "$T/out"
	ok $? "$script --help names it"
	case $script in
	pipelines/*)
		grep -E "^  +.*\<$name( |\$)" "$T/out" | grep -qv '\[' &&
			 tail -n 1 "$T/out" | grep -qE '^more: [a-z-]+\(1\), by '
		ok $? "and ends with its page, behind an example"
		;;
	esac
	"$ROOT/$script" --no-such-option >"$T/out" 2>"$T/err" </dev/null
	status=$?
	# argparse puts its usage before
	[ $status -ne 0 ] && tail -n 1 "$T/err" | grep -qE -- "no-such-option|choose from|required: what" &&
		{ [ "$(wc -l <"$T/err")" -eq 1 ] || grep -q '^usage:' "$T/err"; }
	ok $? "$script --no-such-option is refused"
	[ $status -ne 0 ] || sed 's/^/# /' "$T/out" "$T/err"
done
is "$(cat "$T/called" 2>/dev/null)" "" "nothing was installed or built"
is "$(ls -A)" "" "nothing was written"
done_testing
