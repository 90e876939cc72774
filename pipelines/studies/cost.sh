# shellcheck shell=bash disable=SC2034,SC2154  # what parts.sh sets
# What a study costs: hours and bytes, from a short trial of each architecture.

# $priced: seconds of the grids so far; bytes of all files.
priced=0 n_grids=0 bytes=0 trial_model='' tried_of='' product_of=''

# sum EXPRESSION: of numbers.
sum() { awk "BEGIN { printf \"%.6g\", $1 }"; }

# hours SECONDS
hours() { awk -v s="$1" 'BEGIN { printf "%.2g", s / 3600 }'; }

# rest_of SECONDS LESS: what SECONDS are above LESS, never nothing.
rest_of() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.6f", (a > b ? a - b : 1e-4) }'; }

# busy COMMAND...: its seconds of processor, by thread: what it takes on a machine that does
# nothing else.  The clock would tell what others do in that moment.
busy()
{
	local TIMEFORMAT='%U %S'
	{ time "$@" >/dev/null 2>&3; } 3>&2 2>&1 |
		awk -v n="${threads:-$(nproc)}" '{ printf "%.3f", ($1 + $2) / n }'
}

# per_image COMMAND...: sets $image_s, the seconds that one image more takes, and $few_s,
# those of $few images.  Programs start, and epochs write checkpoints, for any number of images.
per_image()
{
	local more=$few took=0
	few_s=$(busy "$@" "$few")
	image_s=$(sum "$few_s / $few")
	while [ "$more" -lt "$train_n" ] && awk -v a="$few_s" -v b="$took" 'BEGIN { exit !(b - a < 0.3) }'; do
		more=$((more * 4 < train_n ? more * 4 : train_n))
		took=$(busy "$@" "$more")
		image_s=$(sum "$(rest_of "$took" "$few_s") / ($more - $few)")
	done
}

# trial KEY: sets of its architecture $epoch_s and $net_s (seconds of an epoch, and of the
# network itself on all images), $start_s and $one_image (of an evaluation), $model_bytes, $checkpoint.
trial()
{
	local few=16 few_s image_s options
	[ "$tried_of" != "${arch[$1]}" ] || return 0
	tried_of=${arch[$1]}
	options=$(options_of "$1" | sed 's/--batch [0-9]*/--batch 32/; s/--epochs [0-9]*//; s/--milestones [0-9,]*//')
	trial_model=$out/trial.ll
	start "$1" 1 >"$trial_model"
	once()
	{
		# shellcheck disable=SC2086  # a list of options
		nettrain -q ${threads:+-j "$threads"} "${train_set[@]}" -n "$2" --epochs "$1" $options --milestones 99 \
			"$trial_model" >"$out/trial.out"
	}
	values() { evalgrid -q ${threads:+-j "$threads"} "${train_set[@]}" -n "$1" "$trial_model"; }
	per_image once 1
	epoch_s=$(sum "$(rest_of "$(busy once 2 "$few")" "$few_s") + $image_s * ($train_n - $few)")
	model_bytes=$(wc -c <"$trial_model")
	checkpoint=$(($(wc -c <"$out/trial.out") / 3))
	rm -f "$out/trial.out"
	per_image values
	one_image=$image_s start_s=$(rest_of "$few_s" "$(sum "$few * $image_s")")
	epoch_s=$(sum "$epoch_s + $test_n * $one_image")
	net_s=$(sum "$start_s + ($train_n + $test_n) * $one_image")
}

# price_product: sets $product_s, the seconds of a Hessian-vector product for an image.
price_product()
{
	local few=16 some
	[ "$product_of" != "$tried_of" ] || return 0
	product_of=$tried_of
	products()
	{
		hessgrid -q ${threads:+-j "$threads"} "${train_set[@]}" -n $few --tolerance 1e-6 --products "$1" "$trial_model"
	}
	some=$(busy products 4)
	product_s=$(sum "$(rest_of "$(busy products 16)" "$some") / 12 / $few")
}

# price PROGRAM OPTION...: adds what its grid costs.
price()
{
	local program=$1 option n=1 count=0 again=0 said
	shift
	for option; do
		case $option in
		--x=*:*:* | --y=*:*:*) n=$((n * ${option##*:})) ;;
		*=auto:*) n=$((n * ${option##*:})) ;;
		train=*) count=$((count + train_n)) ;;
		test=*) count=$((count + test_n)) ;;
		recompute) again=$((bn_images < train_n ? bn_images : train_n)) ;;
		esac
	done
	[ -z "$sample" ] || count=$((sample * (count > train_n ? 2 : 1)))
	if [ "$program" = hessgrid ]; then
		# N points x about P products x I images
		said=$(random_plane <"$trial_model" | hessgrid -q ${threads:+-j "$threads"} --estimate "$@" |
			sed -n 's/.*about \([0-9]*\) products x \([0-9]*\) images.*/\1 * \2/p')
		price_product
		priced=$(sum "$priced + $start_s + $n * $said * $product_s")
	else
		priced=$(sum "$priced + $start_s + $n * ($count + $again) * $one_image * ${sets_of_directions:-1}")
	fi
	n_grids=$((n_grids + 1)) bytes=$((bytes + n * 300 + model_bytes * (1 + ${sets_of_directions:-1})))
}

# say_cost: what is left to do.
say_cost()
{
	local key seed nets=0 training=0 epoch_s net_s start_s one_image product_s model_bytes checkpoint first=1
	for key in "${keys[@]}"; do
		for seed in $seeds; do
			pricing=list
			if missing "$key" "$seed" || [ -n "$(price() { echo 1; }; grids "$key" "$seed")" ]; then
				[ -z "$first" ] || count_images "$key"
				first=''
				trial "$key"
				if missing "$key" "$seed"; then
					nets=$((nets + 1))
					training=$(sum "$training + $epochs * $epoch_s + $net_s")
					bytes=$((bytes + checkpoint * (epochs / every + 2)))
				fi
				grids "$key" "$seed"
			fi
			pricing=''
		done
	done
	rm -f "$out/trial.ll"
	say "cost: $nets networks to train, about $(hours "$training") h; $n_grids grids, about $(
		hours "$priced") h; $(awk -v b="$bytes" 'BEGIN {
			print b < 1e9 ? sprintf("%.0f MB", b / 1e6) : sprintf("%.1f GB", b / 1e9) }') in $out, where nothing else runs"
}

# count_images KEY: how many there are of each set.
count_images()
{
	start "$1" 1 >"$out/trial.ll"
	train_n=$(images "$out/trial.ll" "${train_set[@]}")
	test_n=0
	[ -z "$has_test" ] || test_n=$(images "$out/trial.ll" "${sets[@]: -2}")
}

# say_spent: what this folder's steps took, in all runs of the study, to be held against it.
say_spent()
{
	[ -e "$out/seconds" ] || return 0
	say "took: $(awk '{ t[$1 == "grid"] += $3; busy += $4 } END {
		printf "%.2g h of training, %.2g h of grids (%.2g h of processor)", t[0] / 3600, t[1] / 3600, busy / 3600 }' \
		"$out/seconds"), $(
		du -bs "$out" | awk '{ print $1 < 1e9 ? sprintf("%.0f MB", $1 / 1e6) : sprintf("%.1f GB", $1 / 1e9) }')"
}
