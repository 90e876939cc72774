#!/bin/bash
# Every program is given the same targets of -o (tests/contract/targets).
# shellcheck disable=SC2154,SC2034  # each() sets the variables; targets read theirs
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/table.sh"
umask 022

# Permissions do not bind root, so it asks without the capabilities to pass over
# them. (As another user it might not reach a checkout below /root.)
bound=()
if [ "$(id -u)" -eq 0 ]; then
	bound=(setpriv "--bounding-set=-dac_override,-dac_read_search")
	if ! "${bound[@]}" true 2>/dev/null; then
		echo "# permissions bind nobody here: targets that need them are not asked"
		bound=(false)
	fi
fi

# A reader that has nothing to read: what waits for standard input is killed.
chmod 755 "$T" # mktemp made it ours alone
mkfifo "$T/silent"
exec 9<>"$T/silent"

# ---- what lies there: $d is an empty folder, $o the target, $there the file ----
at_new() { :; }
at_link() { there=$d/other && cp "$wanted" "$there" && ln -s other "$o"; }
at_dangling() { there=$d/other && ln -s other "$o"; }
at_chain() { there=$d/c && ln -s "$d/a" "$o" && ln -s b "$d/a" && ln -s "$d/../in/c" "$d/b"; }
at_elsewhere() { there=$e/x && ln -s "$e/x" "$o"; }
at_loop() { ln -s other "$o" && ln -s x "$d/other"; }
at_folder() { mkdir "$o"; }
at_link_to_folder() { mkdir "$d/other" && ln -s other "$o"; }
at_name_of_folder() { o=$o/; }
at_nowhere() { o=$d/none/x; }
at_through_file() { echo hello >"$d/file" && o=$d/file/x; }
at_nameless() { o=; }
at_not_open() { o=/dev/fd/77; }
at_for_reading() { o=/dev/fd/0; }
at_read_only_folder() { chmod 555 "$d" && as=("${bound[@]}"); }
at_read_only_file() { cp "$wanted" "$o" && chmod 444 "$o" && chmod 777 "$d" && as=("${bound[@]}"); }

at_empty() { : >"$o"; }
at_own_kind() { cp "$wanted" "$o"; }
at_foreign() { head -c 5000 "$ROOT/LICENSE" | gzip >"$o"; }
at_foreign_part() { at_foreign && mv "$o" "$o.part"; }
at_text() { echo 'hello, (run' >"$o"; }
at_checkpoint() { cp "$ROOT/tests/data/torch/small_epoch2.pt" "$o"; }
at_other_stream()
{
	case $wanted_kind in
	grid) cp "$S/model.ll" "$o" ;;
	*) cp "$S/surface.ll" "$o" ;;
	esac
}
at_unreadable() { cp "$wanted" "$o" && chmod 222 "$o" && chmod 777 "$d" && as=("${bound[@]}"); }

# ---- what is written as it stands: prints what arrived ----
to_fifo()
{
	mkfifo "$o" && (cat "$o" >"$d/got" &) && "${run[@]}" -o "$o" <"$input" &&
		while [ "$(stat -c %s "$d/got")" -lt "$(stat -c %s "$wanted")" ]; do sleep 0.05; done
	cat "$d/got" && [ -p "$o" ]
}
to_device()
{
	mknod "$o" c 1 3 2>/dev/null || { cat "$wanted" && return; }
	"${run[@]}" -o "$o" <"$input" && [ -c "$o" ] && cat "$wanted"
}
to_dev_stdout() { "${run[@]}" -o /dev/stdout <"$input"; }
to_dev_stdout_appends()
{
	printf 'before' >"$d/log"
	"${run[@]}" -o /dev/stdout <"$input" >>"$d/log"
	[ "$(head -c 6 "$d/log")" = before ] && tail -c +7 "$d/log"
}
to_dev_stdout_pipe() { "${run[@]}" -o /dev/stdout <"$input" | cat; }
to_link_to_stdout() { ln -s /dev/stdout "$o" && "${run[@]}" -o "$o" <"$input" && [ -L "$o" ]; }
to_dev_fd() { "${run[@]}" -o /dev/fd/3 <"$input" 3>"$d/got" >/dev/null && cat "$d/got"; }
to_proc_self_fd() { "${run[@]}" -o /proc/self/fd/4 <"$input" 4>"$d/got" >/dev/null && cat "$d/got"; }
to_substitution() { { "${run[@]}" -o >(gzip -c >&3) <"$input" >&2; } 3>&1 | gzip -dc; }

# ---- outcomes ----
is_result()
{
	"${run[@]}" -o "$o" <"$input" >"$T/out" 2>"$T/err" && cmp -s "$wanted" "$there" &&
		[ ! -s "$T/out" ] && [ ! -L "$there" ] &&
		[ "$(stat -c %a "$there")" = "${mode:-644}" ] &&
		! find "$d" "$e" | grep -q '\.part'
}

is_refused()
{
	if [ "${as[0]:-}" = false ]; then return 0; fi
	"${as[@]}" timeout 20 "${run[@]}" -o "$o" <"$silent" >"$T/out" 2>"$T/err"
	[ $? -eq "$status" ] && [ "$(wc -l <"$T/err")" -eq 1 ] && grep -Eq "^$name: .*($1)" "$T/err"
}

is_standing() { "to_$target" >"$T/got" 2>"$T/err" && cmp -s "$wanted" "$T/got"; }

ask()
{
	"$name" --completion | grep -q '^--output=' || return 0
	local target outcome pattern before d e o there as mode silent
	wanted=$T/wanted
	"${run[@]}" <"$input" >"$wanted" 2>/dev/null
	wanted_kind=$(recdump "$wanted" 2>/dev/null | sed -n '2s/ .*//p')
	while read -r target outcome pattern; do
		case $target in '' | '#'*) continue ;; esac
		rm -rf "$T/in" "$T/else"
		mkdir "$T/in" "$T/else"
		d=$T/in e=$T/else o=$d/x there=$d/x as=() mode="" silent=/dev/fd/9
		[ "$outcome" = standing ] || "at_$target"
		if [ "$outcome" = result ] && [ -e "$there" ]; then chmod 600 "$there" && mode=600; fi
		# h5conv must have seen its input to know what it writes
		case $name:$target in
		*:for_reading | h5conv:*foreign* | h5conv:text | h5conv:other* | h5conv:check* | h5conv:unread*)
			silent=$input
			;;
		esac
		before=$(ls -lR "$d" "$e")
		"is_$outcome" "$pattern"
		ok $? "$name -o: $target"
		if [ "$outcome" = refused ]; then
			is "$(ls -lR "$d" "$e")" "$before" "and nothing has changed"
		fi
		[ "$outcome" != standing ] || [ "$(find "$d" -name '*.part*')" = "" ] ||
			ok 1 "$name -o: $target leaves a .part"
	done <"$ROOT/tests/contract/targets"
}

each ask
done_testing
