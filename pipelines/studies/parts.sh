# shellcheck shell=bash disable=SC2034,SC2154  # what studies read, and common.sh sets
# What study does, in functions that the files of this folder use.
#
# A study sets `title`, may change the recipe in recipe(), lists its networks by
# network(), and has grids KEY SEED, figures and claims.

# ---- options and recipes ----

# The recipe, before options: of the paper; reduced to an evening on two processors; a test.
recipe_paper()
{
	folder=cifar-10-batches-bin pixels=cifar10-paper input=3,32,32 few='' few_test=''
	augment=crop-flip epochs=300 batch=128 small_batch=128 large_batch=8192
	sample='' points=51 line=51 maps=11 map_images=512 lanczos=(--tolerance 0.01) bn_images=1000
}

recipe_reduced()
{
	folder=/usr/share/datasets/fashion-mnist pixels=fashion input=1,28,28 few=4000
	few_test=1000 augment=none epochs=10 batch=32 small_batch=16 large_batch=128
	sample=256 points=13 line=21 maps=3 map_images=512 lanczos=(--tolerance 0.05 --products 60)
	bn_images=1000
}

recipe_small()
{
	folder=$root/pipelines/samples/fashion-48.npz pixels=fashion input=1,28,28 few=''
	few_test='' augment=none epochs=2 batch=24 small_batch=12 large_batch=48
	sample='' points=5 line=5 maps=2 map_images=8 bn_images=48
	lanczos=(--tolerance 0.3 --basis 12 --products 6)
}

# names_of_studies: those of this folder.
names_of_studies()
{
	local file
	for file in "$root"/pipelines/studies/*; do
		case ${file##*/} in
		*.*) ;;
		*) echo "${file##*/} $(sed -n '2s/^# //p' "$file")" ;;
		esac
	done
}

# set_options ARGUMENT...: the study, its recipe, what options change of it.
set_options()
{
	local -a set=()
	[ $# -gt 0 ] || {
		names_of_studies
		exit 0
	}
	study=$1
	shift
	[ -f "$root/pipelines/studies/$study" ] && [ "$study" = "${study//[^a-z]/}" ] ||
		die "'$study' is no study, expected $(names_of_studies | sed 's/ .*//' | paste -s -d ' ')"
	recipe=paper lr='' wd=5e-4 every=1 optimiser=sgd ghost='' out='' seeds=1 tables=()
	data=() given=() only='' shards='' hosts='' queue='' threads='' cost_only='' asked=()
	# options that a study has no use for, unless it names others
	refused="--batches --bn-batch --bn-images"
	while [ $# -gt 0 ]; do
		case $1 in
		--small | --reduced) recipe=${1#--} && shift && continue ;;
		--cost) cost_only=1 && shift && continue ;;
		-d | --recipe | --net | --only | --of | --seeds | --shards | --sshlogin | --sbatch | -j | --epochs | --batch | --batches | --bn-batch | --bn-images | --lr | --wd | --every | --optimiser | --images | --points | --input | --pixels | --train-images | --test-images)
			[ $# -gt 1 ] || die "$1 needs a value"
			;;
		-*) die "$1 is no option (--help lists them)" ;;
		*) break ;;
		esac
		asked+=("$1")
		case $1 in
		-d) data+=("$2") ;;
		--recipe) recipe=$2 ;;
		--net) given+=("$2") ;;
		--only) only=$2 ;;
		--of) set+=("nets=${2//,/ }" "net=${2%%,*}" "other=${2%%,*}_noshort") ;;
		--seeds) seeds=$2 ;;
		--shards) shards=$2 ;;
		--sshlogin) hosts=$2 ;;
		--sbatch) queue=${2:- } ;;
		-j) threads=$2 ;;
		--points) set+=("points=$2" "line=$2" "plane_points=$2" "maps=$2") ;;
		--batches) set+=("small_batch=${2%,*}" "large_batch=${2#*,}") ;;
		--bn-batch) set+=("ghost=$2") ;;
		--bn-images) set+=("bn_images=$2") ;;
		--epochs | --batch | --lr | --wd | --every | --optimiser | --input | --pixels) set+=("${1#--}=$2") ;;
		--images) set+=("sample=$2" "map_images=$2") ;;
		--train-images) set+=("few=$2") ;;
		--test-images) set+=("few_test=$2") ;;
		esac
		shift 2
	done
	[ $# -le 1 ] || die "one folder is expected"
	case $recipe in
	paper | reduced | small) recipe_$recipe ;;
	*) die "--recipe is '$recipe', expected paper, reduced or small" ;;
	esac
	[ -z "$hosts" ] || [ -z "$queue" ] || die "--sshlogin and --sbatch exclude each other"
	[ -z "$hosts$queue" ] || shards=${shards:-$(nproc)}
	case $seeds in '' | *[!0-9]* | 0*) die "--seeds is '$seeds', expected a number from 1" ;; esac
	seeds=$(seq "$seeds")
	out=${1:-$study.out}
	# shellcheck source=/dev/null
	. "$root/pipelines/studies/$study"
	local one
	for one in "${asked[@]}"; do
		case " $refused " in *" $one "*) die "$one is of no use to study $study" ;; esac
	done
	for one in "${set[@]}"; do
		printf -v "${one%%=*}" '%s' "${one#*=}"
	done
	case $optimiser in
	sgd) lr=${lr:-0.1} ;;
	adam) lr=${lr:-0.001} ;;
	*) die "--optimiser is '$optimiser', expected sgd or adam" ;;
	esac
}

# ---- images ----

# first_idx IN OUT N HEADER BYTES: the first N items of an IDX file of BYTES each.
first_idx()
{
	local all=$1
	[ -e "$all" ] || all=$1.gz
	[ -e "$all" ] || die "$1 is not there, expected IDX images (or no --train-images)"
	cut_idx()
	{
		# zcat is cut off: that is no failure
		{ zcat -f "$1" || true; } 2>/dev/null | head -c $(($3 + $2 * $4)) | {
			head -c 4
			# shellcheck disable=SC2059  # a number in four bytes
			printf "$(printf '\\x%02x' $(($2 >> 24)) $(($2 >> 16 & 255)) $(($2 >> 8 & 255)) $(($2 & 255)))"
			head -c 4 >"$out/data/skipped"
			cat
		}
	}
	into "$2" cut_idx "$all" "$3" "$4" "$5"
}

# first_images: the first images of the folder, as a folder of its own.
first_images()
{
	local from=$folder part n
	mkdir -p "$out/data"
	for part in train t10k; do
		n=$few
		[ $part = train ] || n=$few_test
		first_idx "$from/$part-images-idx3-ubyte" "$out/data/$part-images-idx3-ubyte" "$n" 16 784
		first_idx "$from/$part-labels-idx1-ubyte" "$out/data/$part-labels-idx1-ubyte" "$n" 8 1
	done
	rm -f "$out/data/skipped"
	folder=$out/data
}

# first_cifar: the same of a folder of CIFAR-10's binary files.
first_cifar()
{
	local size=3073
	mkdir -p "$out/data"
	bytes() { cat "${@:2}" | { head -c "$1" && cat >/dev/null; }; }
	into "$out/data/train.bin" bytes $((size * few)) "$folder"/data_batch_*.bin
	into "$out/data/test.bin" bytes $((size * few_test)) "$folder"/test_batch.bin
	data=("train=$out/data/train.bin" "test=$out/data/test.bin")
}

# set_data: $train_set and $sets, the images as options of evalgrid and nettrain.
set_data()
{
	local one
	[ ${#data[@]} -ne 1 ] || [ "${data[0]}" != "${data[0]#*=}" ] || {
		folder=${data[0]} data=()
	}
	if [ ${#data[@]} -eq 0 ]; then
		[ -e "$folder" ] || die "$folder is not there, expected images (or -d DATA)"
		if [ -n "$few$few_test" ] && [ -d "$folder" ]; then
			few=${few:-50000} few_test=${few_test:-10000}
			if [ -e "$folder/test_batch.bin" ]; then first_cifar; else first_images; fi
		fi
	fi
	if [ ${#data[@]} -eq 0 ]; then
		data=("train=$folder")
		[ ! -d "$folder" ] || data+=("test=$folder")
	fi
	sets=() train_set=() has_test=''
	for one in "${data[@]}"; do
		[ -e "${one#*=}" ] || die "${one#*=} is not there, expected images"
		case $one in
		train=*) train_set=(-d "$one") ;;
		test=*) has_test=1 ;;
		*) die "-d is '$one', expected one folder, or train=FILE and test=FILE" ;;
		esac
		sets+=(-d "$one")
	done
	[ ${#train_set[@]} -gt 0 ] || die "no training images: -d train=FILE is missing"
	chosen=(${sample:+--sample "$sample"})
	# Where images are left out, two networks are compared image by image, in groups.
	[ "${sample:-0}" -lt 32 ] || chosen+=(--groups)
}

# ---- networks ----
keys=()
declare -A arch=() label=() own=() file_of=()

# network KEY ARCHITECTURE LABEL [NAME=VALUE...]: one of the study's; what its recipe changes
# ($batch, $wd, $lr, $optimiser, $ghost; nth=K:N, the K-th of N that differ by their seeds).
network()
{
	case ",$only," in ,, | *",$1,"*) ;; *) return 0 ;; esac
	keys+=("$1")
	arch[$1]=$2 label[$1]=$3 own[$1]="${*:4}"
}

# take_given: the networks of --net in the place of those.
take_given()
{
	local one key
	[ ${#given[@]} -gt 0 ] || return 0
	local -a there=()
	for one in "${given[@]}"; do
		key=${one%%=*}
		[ "$one" != "$key" ] || die "--net is '$one', expected NAME=FILE"
		[ -n "${arch[$key]-}" ] ||
			die "--net names '$key', expected one of the study's: ${keys[*]}"
		[ -e "${one#*=}" ] || die "${one#*=} is not there, expected a network"
		file_of[$key]=${one#*=}
		there+=("$key")
	done
	[ "$seeds" = 1 ] || die "--seeds goes with networks that are trained here"
	keys=("${there[@]}")
}

# start KEY SEED: the network that training starts from, or the one that is there.
start()
{
	if [ -n "${file_of[$1]-}" ]; then
		last_model "${file_of[$1]}"
		return
	fi
	netnew "${arch[$1]}" --input "$input" --pixels "$pixels" -s "$(seed_of "$@")" --label "${label[$1]}"
}

# seed_of KEY SEED: of the network itself.
seed_of()
{
	local nth=${own[$1]#nth=}
	[ "$nth" = "${own[$1]}" ] && echo "$2" || echo $((($2 - 1) * ${nth#*:} + ${nth%:*}))
}

# options_of KEY: of nettrain, a line.
options_of()
{
	local pair batch=$batch wd=$wd lr=$lr optimiser=$optimiser ghost='' nth=''
	for pair in ${own[$1]}; do
		local "${pair?}"
	done
	echo "--augment $augment --batch $batch --wd $wd --lr $lr --epochs $epochs" \
		"--milestones $(milestones "$epochs") --every $every" \
		"$([ "$optimiser" = sgd ] && echo --nesterov || echo --optimiser "$optimiser")" \
		"${ghost:+--bn-batch $ghost}"
}

# run_of KEY SEED: its checkpoints.
run_of() { echo "${file_of[$1]:-$out/run-$1-$2.ll}"; }
model_of() { echo "$out/model-$1-$2.ll"; }
missing() { [ ! -e "$(model_of "$1" "$2")" ] && [ -z "${file_of[$1]-}" ] && [ ! -e "$(run_of "$1" "$2")" ]; }

# since: now, for spent.  (`times` must not be asked in a subshell.)
since()
{
	began=$EPOCHREALTIME
	times >"$out/times"
	began_busy=$(processor)
}
processor() { awk 'NR == 2 { gsub(/[ms]/, " "); print 60 * $1 + $2 + 60 * $3 + $4 }' "$out/times"; }

# spent WHAT: notes the seconds that this step took, of the clock and of processors; a step
# that goes on adds a line.
spent()
{
	times >"$out/times"
	awk -v what="$1" -v a="$began" -v b="$EPOCHREALTIME" -v p="$began_busy" -v q="$(processor)" \
		'BEGIN { printf "%s %.2f %.2f\n", what, b - a, q - p }' >>"$out/seconds"
	rm -f "$out/times"
}

# recipe_of KEY: what it is trained by, a line.
recipe_of()
{
	local line
	line="${arch[$1]}, $input, pixels $pixels${few:+, the first $few images}: $(options_of "$1")"
	echo "${line% }"
}

# same_recipes: is what FOLDER has of these networks what was asked for?
same_recipes()
{
	local key had
	for key in "${keys[@]}"; do
		[ -z "${file_of[$key]-}" ] && [ -e "$out/recipe-$key.txt" ] || continue
		had=$(cat "$out/recipe-$key.txt")
		[ "$had" = "$(recipe_of "$key")" ] ||
			die "$out has a network of another recipe ($had), expected $(recipe_of "$key"): choose another folder"
	done
}

# train KEY SEED: the network of this key, trained or given.
train()
{
	local run
	run=$(run_of "$1" "$2")
	[ -n "${file_of[$1]-}" ] || into "$out/recipe-$1.txt" recipe_of "$1"
	if [ ! -e "$run" ]; then
		say "training ${label[$1]}, seed $2"
		since
		# shellcheck disable=SC2046  # a list of options
		start "$1" "$2" | nettrain -v ${threads:+-j "$threads"} -s "$(seed_of "$@")" "${sets[@]}" \
			$(options_of "$1") -o "$run"
		spent "$1 $2"
	fi
	into "$(model_of "$1" "$2")" last_model "$run"
}

# ---- grids ----
# grid FILE PROGRAM PLANE OPTION...: points of PLANE, which are FILE; where a price is
# asked for, that.
pricing=''
grid()
{
	local file=$out/$1 program=$2 plane=$3 done=1
	shift 3
	if [ -n "$pricing" ]; then
		[ -e "$file" ] || price "$program" "$@"
		return
	fi
	[ -e "$file" ] || { done='' && since; }
	if [ -n "$shards" ]; then
		local spread=parallel-surface kind=(${hosts:+--sshlogin "$hosts"})
		[ -z "$queue" ] || spread=slurm-surface kind=(--wait --sbatch "$queue")
		[ "$program" = evalgrid ] || kind+=(--hessgrid)
		# as -o of the programs: a file of other points is not taken for these
		[ -e "$file" ] || grow "$file.asked" echo "$program $*"
		[ ! -e "$file.asked" ] || [ "$(cat "$file.asked")" = "$program $*" ] ||
			die "$file was asked for by '$(cat "$file.asked")', expected '$program $*': choose another folder"
		[ -e "$file" ] || "$root/pipelines/$spread" "${kind[@]}" "$plane" "$file" "$shards" "$@" >&2
	else
		"$program" -q ${threads:+-j "$threads"} "$@" -o "$file" "$plane"
	fi
	[ -n "$done" ] || spent "grid ${file##*/}"
}

# plane FILE KEY SEED COMMAND...: what a grid is drawn in; COMMAND makes it of the model.
plane()
{
	local model
	[ -z "$pricing" ] || return 0
	model=$(model_of "$2" "$3")
	of_model() { "$@" <"$model"; }
	into "$out/$1" of_model "${@:4}"
}

random_line() { dirgen -s 7 --axes 1 | fnorm; }
random_plane() { dirgen -s 7 | fnorm; }

# curve KEY SEED: loss and accuracy of all sets on a filter-normalised line.
curve()
{
	plane "line-$1-$2.ll" "$1" "$2" random_line
	grid "curve-$1-$2.ll" evalgrid "$out/line-$1-$2.ll" "${sets[@]}" "${chosen[@]}" --x=-1:1:"$line"
}

# surface KEY SEED: the training loss in a filter-normalised plane.
surface()
{
	plane "plane-$1-$2.ll" "$1" "$2" random_plane
	grid "surface-$1-$2.ll" evalgrid "$out/plane-$1-$2.ll" "${train_set[@]}" "${chosen[@]}" \
		--x=-1:1:"$points" --y=-1:1:"$points"
}

# map KEY SEED: extreme eigenvalues in that plane, and the network on the same images.
map()
{
	plane "plane-$1-$2.ll" "$1" "$2" random_plane
	grid "map-$1-$2.ll" hessgrid "$out/plane-$1-$2.ll" "${train_set[@]}" --sample "$map_images" \
		--x=-1:1:"$maps" --y=-1:1:"$maps" "${lanczos[@]}"
	[ -z "$pricing" ] || return 0
	evalgrid -q "${train_set[@]}" --sample "$map_images" -o "$out/centre-$1-$2.ll" "$(model_of "$1" "$2")"
	both() { cat "$out/map-$1.ll" "$out/centre-$1.ll"; }
	into "$out/map-centre-$1-$2.ll" both "$1-$2"
}

# alone KEY SEED: the network itself, on all images of all sets.
alone()
{
	evalgrid -q ${threads:+-j "$threads"} "${sets[@]}" -o "$out/alone-$1-$2.ll" "$(model_of "$1" "$2")"
}

# files KIND [SEED]: of that kind, one for each network, of seed 1.
files()
{
	local key
	for key in "${keys[@]}"; do
		echo "$out/$1-$key-${2:-1}.ll"
	done
}

# range MODEL...: one range for all histograms of weights, the widest.
range()
{
	nethist "$@" | recdump | sed -n 's/^histogram .* range=\[\([^ ]*\) \([^]]*\)\].*/\1,\2/p' |
		sort -t, -k2,2g | tail -n 1
}

# rows: how many columns put networks with shortcuts above those without.
rows() { echo $((${#keys[@]} > 2 ? (${#keys[@]} + 1) / 2 : ${#keys[@]})); }

# draw NAME FILE... -- OPTION...: a figure.
draw()
{
	local name=$1
	local -a of=()
	shift
	while [ "$1" != -- ]; do
		of+=("$1")
		shift
	done
	shift
	contour "$@" -o "$out/$name.svg" "${of[@]}"
}
. "$root/pipelines/studies/cost.sh"
. "$root/pipelines/studies/claims.sh"
