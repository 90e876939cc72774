# shellcheck shell=bash
# What the scripts of this folder share; source it first:
#
#	. "$(dirname "$0")/common.sh"
#
# Puts the programs on PATH ($LOSSPIPE_BIN, else the build beside this folder,
# else those that were installed with it).  Every step of a script writes a file that
# appears when it is complete: the same command typed again does what is left.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
me=$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
programs=$root/build/bin
[ -e "$root/Makefile" ] || programs=$root/../../bin
export LC_ALL=C PATH=${LOSSPIPE_BIN:-$programs}:$PATH

die()
{
	echo "$me: $*" >&2
	exit 2
}

say()
{
	echo "$me: $*" >&2
}

# need_packages PACKAGE...: installs those of Debian's packages that are missing.
# Who may not is told the line for an administrator; on another system, the names.
need_packages()
{
	local p sudo='' missing=''
	[ $# -gt 0 ] || return 0
	if ! command -v dpkg-query >/dev/null; then
		say "no Debian packages here; needed are what these hold: $*"
		return
	fi
	for p; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
			missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	[ "$(id -u)" -eq 0 ] || sudo=sudo
	if [ -n "$sudo" ] && ! sudo -v 2>/dev/null; then
		say "packages are missing; an administrator installs them with
    apt-get update && apt-get install --no-install-recommends$missing"
		exit 1
	fi
	say "installing$missing"
	$sudo apt-get update -q
	# shellcheck disable=SC2086  # a list of packages
	$sudo env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends $missing
}

# shards_asked FOLDER PLANE WORD...: notes in FOLDER/asked of what its shards are: the
# plane and the command.  Where these were others, shards older than the note are to be
# asked again: evalgrid sharpens them for a smaller --error, and refuses another run's.
shards_asked()
{
	local folder=$1 note
	note=$(cksum <"$2" && shift 2 && printf '%q\n' "$@")
	[ ! -e "$folder/asked" ] || [ "$note" != "$(cat "$folder/asked")" ] || return 0
	echo "$note" >"$folder/asked.new"
	[ -e "$folder/asked" ] || touch -d @0 "$folder/asked.new" # of before there were notes
	mv -f "$folder/asked.new" "$folder/asked"
}

# shard_there FOLDER SHARD: it is complete, for what is asked now.
shard_there() { [ "$1/$2.ll" -nt "$1/asked" ]; }

# tell LAST TEXT: how far a long job is: in the terminal's line, or once a minute where
# stderr is none.  LAST ends the terminal's line.
told=$SECONDS
tell()
{
	if [ -t 2 ]; then
		printf '\r\033[K%s: %s%s' "$me" "$2" "${1:+$'\n'}" >&2
	elif [ $((SECONDS - told)) -ge 60 ]; then
		told=$SECONDS
		say "$2"
	fi
}

# left DONE ALL SINCE: the time that the rest takes, if it goes on as since then.
left() { duration $(((SECONDS - $3) * ($2 - $1) / ($1 > 0 ? $1 : 1))); }

# build: the programs, from the sources.
build()
{
	local line all done=0 from=$SECONDS
	local make=(make -C "$root" -j"$(nproc)" all)
	all=$("${make[@]}" -n | grep -c -- ' -c ' || true)
	[ "$all" -gt 0 ] || { make -s -C "$root" all && return; }
	# what make prints are its commands; what is wrong goes to stderr
	"${make[@]}" | while IFS= read -r line; do
		case $line in *' -c '*) done=$((done + 1)) ;; *) continue ;; esac
		tell '' "building, $done of $all files, $(left $done "$all" "$from") left"
	done
	[ ! -t 2 ] || tell last "built, $all files"
}

# grow FILE COMMAND...: its standard output becomes FILE when it is complete.  As
# with -o of the programs one process at a time writes FILE.part, and a link
# there is not followed.
grow()
{
	local file=$1 lock
	shift
	[ ! -L "$file.part" ] || die "$file.part is a symbolic link: remove it"
	exec {lock}>>"$file.part"
	# the name must still be that of the locked file
	flock -n "$lock" && [ "$file.part" -ef "/dev/fd/$lock" ] ||
		die "$file.part is being written by another process: wait for it"
	# (no `|| return`: a failure inside of the command must end the script)
	"$@" >"$file.part" {lock}>&-
	mv -f "$file.part" "$file"
	exec {lock}>&-
}

# into FILE COMMAND...: the same, unless FILE is there.
into()
{
	if [ ! -e "$1" ]; then
		grow "$@"
	fi
}

# last_model RUN: the last checkpoint of a run of nettrain, as a stream of its own.
last_model()
{
	local at
	at=$(grep -abo $'\x95\xa4LLv1\xa5begin' "$1" | tail -n 1 | cut -d: -f1)
	[ -n "$at" ] || die "$1 has no model"
	tail -c "+$((at + 1))" "$1"
}

# images DATA...: how many images the first set of `evalgrid DATA...` holds.
# MODEL is any network that takes them.
images()
{
	local model=$1
	shift
	evalgrid -q -n 1 "$@" "$model" | recdump |
		sed -n 's/^grid .*total=\([0-9]*\).*/\1/p'
}

# points_csv FILE: its points as rows in which every comma parts two fields: without the
# losses of groups, a field with commas in it.
points_csv() { gridconv -t csv "$1" | sed 's/"[^"]*"//g'; }

# seconds COMMAND...: how long it takes.
seconds()
{
	local from=$EPOCHREALTIME
	"$@" >/dev/null
	echo "$from $EPOCHREALTIME" | awk '{ printf "%.3f", $2 - $1 }'
}

# duration SECONDS: in words.
duration()
{
	awk -v s="$1" 'BEGIN {
		if (s < 90) printf "%.0f s", s
		else if (s < 5400) printf "%.0f min", s / 60
		else if (s < 172800) printf "%.1f h", s / 3600
		else printf "%.1f days", s / 86400 }'
}

# milestones EPOCHS: after 1/2, 3/4 and 11/12 of them, the paper's 150, 225, 275
# of 300.
milestones()
{
	awk -v n="$1" 'BEGIN {
		a[1] = int(n / 2); a[2] = int(3 * n / 4); a[3] = int(11 * n / 12)
		for (i = 1; i < 4; i++)
			if (a[i] > 0 && a[i] > a[i - 1])
				s = s (s == "" ? "" : ",") a[i]
		print s == "" ? n : s }'
}

# claim TEXT WORD LESS MORE [OPTION...]: what a caption says, and whether this run
# shows it: is WORD (of gridstat --compare) less for the network of the file LESS than
# for that of MORE?  {less} and {more} in TEXT stand for the numbers.
claim()
{
	local text=$1 line outcome less more why=
	shift
	line=$(gridstat -q --compare "$@") || die "no claim can be made: $text"
	outcome=${line%%: *} line=${line#*: }
	case $line in *' < '*': '*) why=" (${line#* < *: })" line=${line%%: *} ;; esac
	less=${line% < *} more=${line#* < }
	text=${text//'{less}'/$less}
	echo "$outcome: ${text//'{more}'/$more}$why"
}

# claims_held FILE: how many of its claims hold, in words.
claims_held()
{
	echo "$(grep -c '^holds: ' "$1" || true) of $(wc -l <"$1") claims of the paper hold on this run$(
		awk -F: '/^void/ { v++ } /^not distinguishable/ { n++ } END {
			if (n > 0) printf ", %d cannot be told within the errors", n
			if (v > 0) printf ", %d are void: the networks have learned too little", v }' "$1")"
}
