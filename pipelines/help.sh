# shellcheck shell=bash
# What every script does first: --help prints its head, and nothing else happens.
#
#	. "$(dirname "$0")/help.sh"
#
# common.sh does so.  And what is no option of a script is no operand, either.
case ${1-} in
-h | --help)
	sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
	exit 0
	;;
esac

# refuse_options WORD...: ends with one line where one of them begins with -.
refuse_options()
{
	local word
	for word; do
		case $word in -?*)
			echo "${0##*/}: ${word//[![:print:]]/?} is no option (--help says what is)" >&2
			exit 2
			;;
		esac
	done
}
