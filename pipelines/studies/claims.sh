# shellcheck shell=bash disable=SC2154  # what parts.sh sets
# What a study claims of its networks, and the table of them.

# compare TEXT WORD LESS [MORE] [OPTION...]: is WORD (of gridstat --compare) less for the
# network of the file LESS than for that of MORE?  @ stands for the seed in their names.
# Over several seeds the mean difference is judged, by Student's t.
compare()
{
	local text=$1 word=$2 seed file line lines=''
	local -a files=()
	shift 2
	while [ $# -gt 0 ] && [ "$1" = "${1#--}" ]; do
		files+=("$1")
		shift
	done
	for seed in $seeds; do
		for file in "${files[@]//@/$seed}"; do
			[ -e "$file" ] && continue
			say "not asked, as a network is left out: ${text%: *}"
			return 0
		done
		line=$(claim "$text|{less}|{more}" "$word" "${files[@]//@/$seed}" "$@")
		lines+=$line$'\n'
	done
	if [ "$seeds" = 1 ]; then
		claim "$text" "$word" "${files[@]//@/1}" "$@"
	else
		printf %s "$lines" | over_seeds "$text"
	fi
}

# over_seeds TEXT <OUTCOMES: one outcome of several.
over_seeds()
{
	awk -F'|' -v text="$1" '
		# Student, two-sided 95 %, for n - 1 degrees of freedom
		BEGIN { split("12.71 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262", t, " ") }
		/^void/ { void++ }
		{ n++; a = $2 + 0; b = $3 + 0; less += a; more += b; d = b - a; s += d; q += d * d }
		END {
			mean = s / n
			sd = n > 1 ? sqrt((q - n * mean * mean > 0 ? q - n * mean * mean : 0) / (n - 1)) : 0
			half = (n - 1 in t ? t[n - 1] : 2) * sd / sqrt(n)
			outcome = mean > half ? "holds" : mean < -half ? "does not hold" : "not distinguishable"
			if (void)
				outcome = "void"
			gsub(/\{less\}/, sprintf("%.4g", less / n), text)
			gsub(/\{more\}/, sprintf("%.4g", more / n), text)
			printf "%s: %s (means of %d seeds, difference %.4g +- %.2g)\n", outcome, text, n, mean, half
		}'
}

# numbers LESS MORE: what was compared, beside the names, since "X is sharper" and "X is
# flatter" do not tell the reader which number is whose.
numbers() { printf '%s {less}, %s {more}' "$1" "$2"; }

# outcome WORD LESS MORE: in a word.
outcome() { gridstat -q --compare "$@" 2>/dev/null | sed 's/:.*//'; }

# together WHAT KIND WORD [OPTION...]: of all pairs of networks of one seed that differ beyond their
# errors both in WORD of the files of KIND and in the test error, in how many has the one
# with less the smaller error?  Beyond chance, by the binomial of one half.
together()
{
	local what=$1 kind=$2 word=$3 seed i j a b agree=0 both=0 pairs=0 void=0 set=(--set train)
	shift 3
	if [ ${#keys[@]} -lt 2 ]; then
		say "not asked of one network: $what"
		return 0
	fi
	[ -z "$has_test" ] || set=(--set test)
	for seed in $seeds; do
		for ((i = 0; i < ${#keys[@]}; i++)); do
			for ((j = i + 1; j < ${#keys[@]}; j++)); do
				a=$(outcome "$word" "$out/$kind-${keys[i]}-$seed.ll" "$out/$kind-${keys[j]}-$seed.ll" --set train "$@")
				b=$(outcome error "$out/alone-${keys[i]}-$seed.ll" "$out/alone-${keys[j]}-$seed.ll" "${set[@]}")
				pairs=$((pairs + 1))
				case "$a, $b" in
				*void*) void=$((void + 1)) ;;
				'holds, holds' | 'does not hold, does not hold') agree=$((agree + 1)) both=$((both + 1)) ;;
				'holds, does not hold' | 'does not hold, holds') both=$((both + 1)) ;;
				esac
			done
		done
	done
	awk -v what="$what" -v a=$agree -v n=$both -v p=$((pairs - void)) 'BEGIN {
		d = 2 * a - n; e = 2 * sqrt(n)
		if (p == 0)
			printf "void: %s: fewer than two networks have learned something (0 pairs)\n", what
		else printf "%s: %s: in %d of %d pairs that differ beyond their errors in both (of %d)\n",
			(d > e ? "holds" : d < -e ? "does not hold" : "not distinguishable"), what, a, n, p }'
}

# norm KEY SEED: of all weights of convolutions and linear layers.
norm()
{
	nethist "$(model_of "$1" "$2")" | recdump |
		sed -n 's/^histogram .* norm=\([^ ]*\).*/\1/p' | awk '{ printf "%.5g", $1 }'
}

# table: a row for each network.
table()
{
	local key seed took
	printf '%-24s %4s %8s %11s %11s %10s %10s %8s\n' network seed norm 'train loss' 'train err %' 'test loss' 'test err %' hours
	for key in "${keys[@]}"; do
		for seed in $seeds; do
			took=$(awk -v k="$key" -v s="$seed" '$1 == k && $2 == s { t += $3 }
				END { printf((t > 0 ? "%.3f" : "-"), t / 3600) }' "$out/seconds" 2>/dev/null || echo -)
			points_csv "$out/alone-$key-$seed.ll" | awk -F, -v key="$key" -v seed="$seed" \
				-v norm="$(norm "$key" "$seed")" -v took="$took" '
				NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
				{ l[$at["set"]] = sprintf("%.4g", $at["loss"]); e[$at["set"]] = sprintf("%.4g", 100 - $at["acc"]) }
				END { printf "%-24s %4s %8s %11s %11s %10s %10s %8s\n", key, seed, norm, l["train"],
					e["train"], l["test"] "", e["test"] "", took }'
		done
	done
}

# make_claims: the study's claims, a line each.
make_claims()
{
	grow "$out/claims.txt" claims
}

# errors TEXT LESS MORE: has the network LESS the smaller test error?
errors()
{
	local set=(--set train)
	[ -z "$has_test" ] || set=(--set test)
	compare "$1 (error in %): $(numbers "$2" "$3")" error "$out/alone-$2-@.ll" "$out/alone-$3-@.ll" "${set[@]}"
}

# sharper TEXT KIND LESS MORE: does the training loss rise less within 0.5 around LESS?
sharper()
{
	compare "$1 (rise within 0.5): $(numbers "$3" "$4")" sharpness "$out/$2-$3-@.ll" "$out/$2-$4-@.ll" --set train
}

# norms TEXT LESS MORE: has the network LESS the smaller weights?  (Exact numbers.)
norms()
{
	local seed
	for seed in $seeds; do
		[ -e "$(model_of "$2" "$seed")" ] && [ -e "$(model_of "$3" "$seed")" ] || return 0
		claim "$1 (norm): $(numbers "$2" "$3")" values "$out/alone-$2-$seed.ll" "$out/alone-$3-$seed.ll" \
			--values "$(norm "$2" "$seed"),$(norm "$3" "$seed")"
	done
}
