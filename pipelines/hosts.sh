# shellcheck shell=bash
# shellcheck disable=SC2154  # the variables are those of parallel-surface
# What parallel-surface does before its jobs can run on other hosts: reaches them,
# compares versions and kernels, and carries files that they lack.  Source common.sh
# first.
#
# Files lie on each host under ~/.cache/losspipe, in folders that are called by the
# digest of what they hold; where a host has the same bytes under the same path (a file
# system that both share) the folder is a link to that.  Whatever is there is checked
# before it is used.

cache=.cache/losspipe
ssh="${PARALLEL_SSH:-ssh} -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3"

die1()
{
	say "$*"
	exit 1
}

# quoted WORD: for any Bourne shell.
quoted() { printf "'%s'" "${1//\'/\'\\\'\'}"; }

# at LOGIN COMMAND: a command of a Bourne shell, there.
at()
{
	local login=${1##[0-9]*/}
	case $login in
	:) (cd && exec sh -c "$2") ;;
	*' '*) $login -o BatchMode=yes -o ConnectTimeout=10 "exec sh -c $(quoted "$2")" ;;
	*) $ssh "$login" "exec sh -c $(quoted "$2")" ;;
	esac
}

# bundle PATH: what has to be carried so that PATH can be read: writes DIGEST.sums
# into $folder/hosts, prints DIGEST, a tab, the folder that its names are below, a tab,
# and how PATH is called there.
bundle()
{
	local path=$1 below name=. names labels digest
	path=$(realpath -s -- "$path")
	if [ -d "$path" ]; then
		below=$path
		names=$(cd "$path" && find -L . -type f | LC_ALL=C sort)
	else
		below=${path%/*} name=${path##*/} names=${path##*/}
		below=${below:-/}
		# the classes of IDX images are another file
		case $name in *images*idx3*)
			labels=${name/images/labels} labels=${labels/idx3/idx1}
			[ ! -f "$below/$labels" ] || names+=$'\n'$labels
			;;
		esac
	fi
	(cd "$below" && printf '%s\n' "$names" | xargs -d '\n' sha256sum --) >"$folder/hosts/new.sums" ||
		die1 "$path cannot be read"
	digest=$(sha256sum <"$folder/hosts/new.sums" | cut -c1-32)
	mv "$folder/hosts/new.sums" "$folder/hosts/$digest.sums"
	printf '%s\t%s\t%s\n' "$digest" "$below" "$name"
}

# remember PATH: adds it to the bundles; where_there is its path on a host, for a shell.
remember()
{
	local digest below name
	IFS=$'\t' read -r digest below name < <(bundle "$1")
	[ -n "${name:-}" ] || exit 1
	bundles[$digest]=$below
	where_there="\"\$HOME\"/$cache/$digest/$(quoted "$name")"
}

# word_there WORD: an option, with the file that it names where a host has it.
word_there()
{
	local before='' path=$1
	# FILE, -dFILE, -dtest=FILE, --data=FILE, --data=test=FILE
	while [ ! -e "$path" ]; do
		case $path in
		-[a-zA-Z][!=-]*) before+=${path:0:2} path=${path:2} ;;
		*=*) before+=${path%%=*}= path=${path#*=} ;;
		*)
			quoted "$1"
			return
			;;
		esac
	done
	remember "$path"
	printf '%s%s' "$(quoted "$before")" "$where_there"
}

# write_job EVALGRID-OPTIONS...: the script that a host runs with the number of a shard.
write_job()
{
	local word words='' file
	declare -gA bundles=()
	mkdir -p "$folder/hosts"
	for word; do
		# not in a subshell: it remembers
		word_there "$word" >"$folder/hosts/word"
		words+=" $(cat "$folder/hosts/word")"
	done
	for file in "${carried[@]}"; do
		remember "$file"
		[ "$file" != "$folder/have.ll" ] || words+=" --resume $where_there"
	done
	remember "$plane"
	{
		echo "# shard \$1 of $shards"
		# the first line of what it says: where it runs
		echo 'echo "on ${PARALLEL_SSHLOGIN:-}" >&2'
		[ -z "${LOSSPIPE_CPU:-}" ] || echo "export LOSSPIPE_CPU=$(quoted "$LOSSPIPE_CPU")"
		echo "PATH=$path_there"
		echo "cd $(quoted "$PWD") 2>/dev/null || cd \"\$HOME\"/$cache || exit"
		echo "exec $program -q --shard \"\$1/$shards\"$words $where_there </dev/null"
	} >"$folder/hosts/job"
	rm -f "$folder/hosts/word"
	job=$cache/job-$(sha256sum <"$folder/hosts/job" | cut -c1-32)
}

# What a host is asked first: which of the bundles on its standard input it has.
# shellcheck disable=SC2016  # it is for the host
asks='cd && mkdir -p "$cache" && cd "$cache" || exit
command -v "$program" >/dev/null || { echo "fault has no $program (--remote-path DIR says where it is)"; exit; }
echo version "$("$program" --version 2>&1 | head -n 1)"
echo kernel "$(losspipe doctor kernel 2>/dev/null)"
command -v sha256sum >/dev/null || { echo "fault has no sha256sum (coreutils)"; exit; }
while read -r digest below; do
	sums=
	while IFS= read -r line && [ -n "$line" ]; do
		sums="$sums$line
"
	done
	same() { (cd "$1" 2>/dev/null && printf %s "$sums" | sha256sum -c --status 2>/dev/null); }
	same "$digest" && continue
	rm -rf "$digest"
	if same "$below"; then
		ln -s "$below" "$digest" 2>/dev/null
	fi
	same "$digest" || echo need "$digest"
done'

# send LOGIN DIGEST: the files of a bundle, verified there before they get their name.
send()
{
	local sums=$folder/hosts/$2.sums
	{
		cat "$sums"
		echo
		sed 's/^[^ ]* [ *]//' "$sums" | tar -C "${bundles[$2]}" -chf - -T -
	} | at "$1" "cd && cd $cache || exit
		new=$2.\$\$
		rm -rf \"\$new\" && mkdir \"\$new\" || exit
		while IFS= read -r line && [ -n \"\$line\" ]; do echo \"\$line\"; done >\"\$new.sums\"
		(cd \"\$new\" && tar -xf - && sha256sum -c --status \"../\$new.sums\") &&
			{ mv -T \"\$new\" $2 2>/dev/null || (cd $2 && sha256sum -c --status \"../\$new.sums\"); }
		status=\$?
		rm -rf \"\$new\" \"\$new.sums\"
		exit \$status"
}

# prepare LOGIN: what one host lacks, and what is wrong with it in a line of
# $folder/hosts/NAME.
prepare()
{
	local login=$1 file=$folder/hosts/$2 digest
	rm -f "$file.fault"
	if ! for digest in "${!bundles[@]}"; do
		echo "$digest ${bundles[$digest]}"
		cat "$folder/hosts/$digest.sums"
		echo
	done | at "$login" "cache=$cache program=$program
PATH=$path_there
$asks" >"$file.said" 2>"$file.err"; then
		echo "cannot be reached ($(head -n 1 "$file.err"))" >"$file.fault"
		return
	fi
	if grep -q '^fault ' "$file.said"; then
		sed -n 's/^fault //p' "$file.said" >"$file.fault"
	elif ! grep -qxF "version $version" "$file.said"; then
		echo "has $(sed -n 's/^version //p' "$file.said"), expected $version (--remote-path DIR says where it is)" >"$file.fault"
	else
		for digest in $(sed -n 's/^need //p' "$file.said"); do
			[ "$login" = : ] || say "${login##[0-9]*/}: carrying $(bundle_name "$digest")"
			send "$login" "$digest" 2>>"$file.err" || {
				echo "did not take $(bundle_name "$digest") ($(tail -n 1 "$file.err"))" >"$file.fault"
				return
			}
		done
		at "$login" "cd && cat >$job.\$\$ && mv -f $job.\$\$ $job" <"$folder/hosts/job" 2>>"$file.err" ||
			echo "cannot be written to ($(tail -n 1 "$file.err"))" >"$file.fault"
	fi
}

bundle_name()
{
	local names
	names=$(sed 's/^[^ ]* [ *]//' "$folder/hosts/$1.sums")
	[ "$(wc -l <<<"$names")" -le 2 ] && echo "${names//$'\n'/ and }" || echo "${bundles[$1]}"
}

# prepare_hosts EVALGRID-OPTIONS...: ready are those of $logins that can be used; job is
# the script that they have then.
prepare_hosts()
{
	local list login i n=0 kernels
	version=$("$program" --version)
	# (the same build, where the hosts have the same files)
	path_there="${remote_path:+$(quoted "$remote_path"):}\"\$PATH\":$(quoted "${LOSSPIPE_BIN:-$programs}")"
	write_job "$@"
	IFS=, read -ra list <<<"$logins"
	# the first one alone: hosts may share their homes
	for i in "${!list[@]}"; do
		if [ "$i" -eq 0 ] || [ $((i % 16)) -eq 0 ]; then
			wait_for "${begun[@]}"
			begun=()
		fi
		prepare "${list[i]}" "$i" {lock}>&- &
		begun+=($!)
		[ "$i" -ne 0 ] || { wait_for "${begun[@]}" && begun=(); }
	done
	wait_for "${begun[@]}"
	ready=''
	for i in "${!list[@]}"; do
		login=${list[i]}
		if [ -s "$folder/hosts/$i.fault" ]; then
			say "host ${login##[0-9]*/} is left out: it $(cat "$folder/hosts/$i.fault")"
		else
			case $login in *' '* | [0-9]*/*) ;; *) login=1/$login ;; esac
			ready=${ready:+$ready,}$login n=$((n + 1))
			sed -n "s|^kernel \(..*\)|$i \1|p" "$folder/hosts/$i.said"
		fi
	done >"$folder/hosts/kernels"
	[ $n -gt 0 ] || die1 "none of the hosts can be used"
	kernels=$(cut -d' ' -f2- "$folder/hosts/kernels" | sort -u)
	[ "$(wc -l <<<"$kernels")" -le 1 ] || [ -n "${LOSSPIPE_CPU:-}" ] ||
		die1 "hosts have kernels of different bits: $(while read -r i kernel; do
			printf '%s %s, ' "${list[i]##[0-9]*/}" "$kernel"
		done <"$folder/hosts/kernels")run with LOSSPIPE_CPU=avx2 (or base) in the environment"
}

begun=()
wait_for() { [ $# -eq 0 ] || wait "$@" || true; }

# say_hosts: which host has done how many shards, and where jobs have failed.
say_hosts()
{
	[ ! -s "$folder/joblog" ] || awk -F'\t' 'NR > 1 {
		n[$2] += $7 == 0; bad[$2] += $7 != 0 || $8 != 0 }
		END { for (h in n) printf "%s%s %d", s++ ? ", " : "", h, n[h] }' "$folder/joblog" |
		{ read -r line || true; [ -z "${line:-}" ] || say "shards: $line"; }
}

# say_lost: on which hosts attempts have ended too early, and what was said last there.
say_lost()
{
	local err host shard
	for err in "$folder"/*.try.err; do
		[ -s "$err" ] && ! recdump "${err%.err}" >/dev/null 2>&1 || continue
		host=$(sed -n '1s/^on //p' "$err") shard=${err##*/}
		printf '%s\t%s\t%s\n' "$host" "${shard%%.*}" \
			"$(tr -d '\r' <"$err" | sed '1{/^on /d}' | grep -v '^[[:space:]]*$' | tail -n 1)"
	done | awk -F'\t' '
		!(($1, $2) in seen) { seen[$1, $2]; n[$1]++; s[$1] = s[$1] " " $2 }
		$3 != "" { why[$1] = " (" $3 ")" }
		END { for (h in n) print (h == "" ? "no host was reached" : "host " h) ": shard" (n[h] > 1 ? "s" : "") s[h] \
			" failed" (h == "" ? "" : " there") (h in why ? why[h] : " (its connection ended)") }' |
		LC_ALL=C sort | while IFS= read -r host; do say "$host"; done
}

# say_missing: that it is not all there.
say_missing()
{
	local n
	n=$(todo | wc -l)
	say "$n of $shards shards $([ "$n" -eq 1 ] && echo is || echo are) missing; the same line does the rest"
}
