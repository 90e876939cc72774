# shellcheck shell=bash disable=SC2154  # $study is set by those that source it
# surface-shortcuts and curvature-shortcuts in the words of study.
net='' with='' without='' rest=()
while [ $# -gt 0 ]; do
	case $1 in
	--small) rest+=("$1") && net=${net:-resnet20} && shift && continue ;;
	-*) ;;
	*) break ;;
	esac
	[ $# -gt 1 ] || exec "$(dirname "$0")/study" "$study" "${rest[@]}" "$1"
	case $1 in
	--net) net=$2 ;;
	--with) with=$2 ;;
	--without) without=$2 ;;
	--maps) rest+=(--points "$2") ;;
	--samples) rest+=(--images "$2") ;;
	*) rest+=("$1" "$2") ;;
	esac
	shift 2
done
if [ "${with:+given}" != "${without:+given}" ]; then
	echo "$(basename "$0"): --with and --without go together" >&2
	exit 2
fi
net=${net:-resnet56}
exec "$(dirname "$0")/study" "$study" --of "$net" ${with:+--net "$net=$with"} \
	${without:+--net "${net}_noshort=$without"} "${rest[@]}" "${@:-surface-shortcuts.out}"
