# shellcheck shell=bash disable=SC2154  # $study is set by those that source it
# Studies by the names and options that they had as scripts of their own, in those of study.
# $study is its name, $also what goes before the options, $out the folder without a name.
. "$(dirname "${BASH_SOURCE[0]}")/../help.sh"
me=$(basename "$0")
net='' without='' with='' small='' rest=()

# of_three A,B,C: the networks of --nets.
of_three()
{
	local -a three
	IFS=, read -ra three <<<"$1"
	if [ ${#three[@]} -ne 3 ]; then
		echo "$me: --nets is '$1', expected three files with commas" >&2
		exit 2
	fi
	rest+=(--net "seed1=${three[0]}" --net "seed2=${three[1]}" --net "seed3=${three[2]}")
}

while [ $# -gt 0 ]; do
	case $1 in
	--small)
		rest+=("$1") small=1
		shift && continue
		;;
	--reduced | --cost) rest+=("$1") && shift && continue ;;
	-*) ;;
	*) break ;;
	esac
	# the driver says what is wrong with it
	[ $# -gt 1 ] || exec "$(dirname "$0")/study" "$study" "${rest[@]}" "$1"
	case $1 in
	--net) net=$2 ;;
	--nets) of_three "$2" ;;
	--run) rest+=(--net "run=$2") ;;
	--with) with=$2 ;;
	--without) without=$2 ;;
	--maps) rest+=(--points "$2") ;;
	--samples) rest+=(--images "$2") ;;
	*) rest+=("$1" "$2") ;;
	esac
	shift 2
done
if [ "${with:+given}" != "${without:+given}" ]; then
	echo "$me: --with and --without go together" >&2
	exit 2
fi
case $study in
depth | convexity)
	[ -n "$net" ] || [ -z "$small" ] || net=resnet20
	net=${net:-resnet56}
	[ -z "$with" ] || rest+=(--net "$net=$with" --net "${net}_noshort=$without")
	;;
esac
exec "$(dirname "$0")/study" "$study" "${also[@]}" ${net:+--of "$net"} "${rest[@]}" "${@:-$out}"
