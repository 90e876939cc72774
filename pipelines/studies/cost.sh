# shellcheck shell=bash disable=SC2034,SC2154  # what parts.sh sets
# What a study costs: hours and bytes, from a short trial of each architecture.

# $priced: seconds of the grids so far; $one_image: of an image's evaluation.
priced=0 one_image=0 n_grids=0 bytes=0 trial_model=''

# sum EXPRESSION: of numbers.
sum() { awk "BEGIN { printf \"%.6g\", $1 }"; }

# hours SECONDS
hours() { awk -v s="$1" 'BEGIN { printf "%.2g", s / 3600 }'; }

# trial KEY: sets $epoch_s (an epoch's seconds), $one_image, $checkpoint (bytes).
trial()
{
	local n=32 from took options
	options=$(options_of "$1" | sed 's/--batch [0-9]*/--batch 32/; s/--epochs [0-9]*//; s/--milestones [0-9,]*//')
	trial_model=$out/trial.ll
	start "$1" 1 >"$trial_model"
	once()
	{
		# shellcheck disable=SC2086  # a list of options
		nettrain -q ${threads:+-j "$threads"} "${train_set[@]}" -n "$n" --epochs "$1" $options --milestones 99 \
			"$trial_model" >"$out/trial.out"
	}
	from=$(seconds once 0)
	checkpoint=$(wc -c <"$out/trial.out")
	took=$(seconds once 1)
	epoch_s=$(sum "($took > $from ? $took - $from : $took) / $n * $train_n")
	from=$(seconds evalgrid -q "${train_set[@]}" -n 1 "$trial_model")
	took=$(seconds evalgrid -q ${threads:+-j "$threads"} "${train_set[@]}" -n "$n" "$trial_model")
	one_image=$(sum "($took > $from ? $took - $from : $took) / $n")
	rm -f "$out/trial.out"
}

# price PROGRAM OPTION...: adds what its grid costs.
price()
{
	local program=$1 option n=1 count=0 said
	shift
	for option; do
		case $option in
		--x=*:*:* | --y=*:*:*) n=$((n * ${option##*:})) ;;
		*=auto:*) n=$((n * ${option##*:})) ;;
		train=*) count=$((count + train_n)) ;;
		test=*) count=$((count + test_n)) ;;
		esac
	done
	[ -z "$sample" ] || count=$((sample * (count > train_n ? 2 : 1)))
	if [ "$program" = hessgrid ]; then
		# N points x about P products ... (S s a product)
		said=$(random_plane <"$trial_model" | hessgrid -q --estimate "$@" |
			sed -n 's/.*about \([0-9]*\) products.*(\([0-9.]*\) s a product.*/\1 * \2/p')
		priced=$(sum "$priced + $n * $said")
	else
		priced=$(sum "$priced + $n * $count * $one_image * ${sets_of_directions:-1}")
	fi
	n_grids=$((n_grids + 1)) bytes=$((bytes + n * 200))
}

# say_cost: what is left to do.
say_cost()
{
	local key seed nets=0 training=0 tried epoch_s checkpoint first=1
	for key in "${keys[@]}"; do
		tried=''
		for seed in $seeds; do
			pricing=list
			if missing "$key" "$seed" || [ -n "$(price() { echo 1; }; grids "$key" "$seed")" ]; then
				[ -z "$first" ] || count_images "$key"
				first=''
				[ -n "$tried" ] || trial "$key"
				tried=1
				if missing "$key" "$seed"; then
					nets=$((nets + 1))
					training=$(sum "$training + $epochs * $epoch_s")
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
			print b < 1e9 ? sprintf("%.0f MB", b / 1e6) : sprintf("%.1f GB", b / 1e9) }') in $out"
}

# count_images KEY: how many there are of each set.
count_images()
{
	start "$1" 1 >"$out/trial.ll"
	train_n=$(images "$out/trial.ll" "${train_set[@]}")
	test_n=0
	[ -z "$has_test" ] || test_n=$(images "$out/trial.ll" "${sets[@]: -2}")
}
