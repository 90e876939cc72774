# shellcheck shell=bash
# Completion for bash: options, their words and files of the right kind, as the
# program's own table has them (losspipe complete NAME).

# __losspipe_files PATTERNS BEFORE: folders, and files that match; all files if none does.
__losspipe_files()
{
	local file pattern patterns=()
	read -ra patterns <<<"$1"
	compopt -o filenames 2>/dev/null
	while IFS= read -r file; do
		if [[ -d $file ]]; then
			COMPREPLY+=("$file")
			continue
		fi
		for pattern in "${patterns[@]}"; do
			# shellcheck disable=SC2053  # a pattern
			[[ $file == $pattern ]] || continue
			COMPREPLY+=("$file")
			break
		done
	done < <(compgen -f -- "$2")
	[[ ${#COMPREPLY[@]} -gt 0 ]] || mapfile -t COMPREPLY < <(compgen -f -- "$2")
}

# __losspipe_value KIND BEFORE
__losspipe_value()
{
	case $1 in
	w:*) mapfile -t COMPREPLY < <(compgen -W "${1#w:}" -- "$2") ;;
	f:*) __losspipe_files "${1#f:}" "$2" ;;
	d:*) __losspipe_files "${1#d:}" "$2" ;;
	esac
}

_losspipe()
{
	local way=losspipe name=${1##*/} word=$2 before=$3 option letter kind wanted operand=v
	local names=()
	COMPREPLY=()
	[[ $1 != */* ]] || way=${1%/*}/losspipe
	[[ $name != losspipe || $COMP_CWORD -lt 2 ]] || case ${COMP_WORDS[1]} in
	run) name="run${COMP_WORDS[2]:+ ${COMP_WORDS[2]}}" && [[ $COMP_CWORD -gt 2 ]] || name=run ;;
	help) name=help ;;
	samples) name=samples ;;
	*) return ;;
	esac
	# "--name=value" arrives as three words
	if [[ $word == = ]]; then
		word=
		[[ $before == -* || $COMP_CWORD -lt 3 ]] || before=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
		[[ $before == -* || $COMP_CWORD -lt 4 ]] || before=${COMP_WORDS[COMP_CWORD - 3]} # -d NAME=
	elif [[ $word == --*=* ]]; then # where = breaks no words
		before=${word%%=*} word=${word#*=}
	fi
	wanted=
	# shellcheck disable=SC2086  # one name or two
	while IFS=$'\x1f' read -r option letter kind _; do
		if [[ $option == operand ]]; then
			operand=$kind
		else
			names+=("$option")
			[[ $kind == - || ($before != "${option%=}" && ($before != "$letter" || -z $letter)) ]] || wanted=$kind
		fi
	done < <("$way" complete $name 2>/dev/null | tr '\t' '\037')
	if [[ -n $wanted ]]; then
		__losspipe_value "$wanted" "$word"
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "${names[*]}" -- "$word")
		[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
	else
		__losspipe_value "$operand" "$word"
	fi
}

# shellcheck disable=SC2046  # a list of names
complete -F _losspipe $(losspipe complete 2>/dev/null || echo losspipe)
