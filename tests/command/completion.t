#!/usr/bin/env bash
# Completion in bash, zsh and fish, as installed: each shell is asked what it offers.
. "$(dirname "$0")/../tap.sh"
build=$(cd "${LOSSPIPE_BIN:-$ROOT/build/bin}/.." && pwd)
env -u MAKEFLAGS -u MAKELEVEL -u LOSSPIPE_BIN HOME="$T" make -s -C "$ROOT" \
	BUILD="${build#"$ROOT/"}" install PREFIX="$T/.local" >/dev/null || exit 1
export HOME=$T PATH=$T/.local/bin:/usr/local/bin:/usr/bin:/bin
unset XDG_CONFIG_HOME XDG_DATA_HOME
cd "$T" || exit 1
losspipe samples >/dev/null
cp samples/tiny.npz samples/with\ space.npz

# Line, and what is offered: sorted, without folders before it.
cat >lines <<'X'
evalgrid --sp	--split
evalgrid --bn 	fixed recompute states
evalgrid --bn=	fixed recompute states
evalgrid --bn=re	recompute
evalgrid -d samples/	fashion-48.npz tiny.npz with space.npz
evalgrid -d train=samples/	fashion-48.npz tiny.npz with space.npz
evalgrid --data=samples/fa	fashion-48.npz
evalgrid -q --x=-1:1:5 samples/	smaller.ll surface.ll
contour samples/sur	surface.ll
netload samples/mi	mixed.onnx mixed.safetensors
netload --graph=samples/	mixed.onnx nameless.onnx
netload --arch small --pixels im	imagenet
netload --arch vgg	vgg16 vgg19 vgg9
netnew resnet15	resnet152 resnet152_noshort
fnorm --norm d	dfilter dlayer
dirgen -k h	hessian
losspipe ru	run
losspipe run qu	quickstart
losspipe run path-pca --net resnet15	resnet152 resnet152_noshort
losspipe run path-pca --sm	--small
losspipe help evalg	evalgrid
X

# Each of these prints for every line on standard input a line of what is offered.
cat >ask.bash <<'X'
. "$HOME/.local/share/bash-completion/completions/evalgrid"
while IFS= read -r line; do
	read -ra COMP_WORDS <<<"${line//=/ = }"
	[[ $line != *[' =:'] ]] || [[ $line == *= ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	rule=$(complete -p "${COMP_WORDS[0]}")
	[[ $rule == *'-F _losspipe '* ]] || echo "no rule for $line" >&2
	_losspipe "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]##*/}" | sed 's/=$//' | sort | paste -s -d ' '
done
X
cat >ask.zsh <<'X'
zmodload zsh/zpty
zpty z zsh -f -i
# the prompt says that the next line is awaited
zpty -w z 'PS1="@""@"; unset zle_bracketed_paste; compadd() {
	typeset -a __hits; builtin compadd -A __hits "$@"; print -rl -- "" HIT:$^__hits
	builtin compadd "$@"
}; fpath=($HOME/.local/share/zsh/site-functions $fpath); autoload -U compinit; compinit -u -D
answer() { zle complete-word; print -r -- "" ANSWER""ED }; zle -N answer
bindkey "^I" answer; print READ""Y'
zpty -r z out '*READY*@@*'
while IFS= read -r line; do
	zpty -w -n z "$line"$'\t'
	zpty -r z out '*ANSWERED*' # before the next key, which would break off what is sought
	zpty -w -n z $'\x15print DO""NE\n'
	zpty -r z rest '*DONE*@@*'
	hits=(${(ou)${(M)${(f)${out//$'\r'/}}:#HIT:*}#HIT:})
	print -r -- ${(Q)hits:#samples}
done
zpty -d z
X
cat >ask.fish <<'X'
while read -l line
    complete -C $line | string replace -r '\t.*' '' | string replace -r '^--[a-z-]+=(?=.)|^\w+=(?=.)' '' |
        string replace -r '.*/' '' | string replace -r '=$' '' | string unescape | sort | string join ' '
end
X

for shell in bash zsh fish; do
	if ! command -v $shell >/dev/null; then
		ok 0 "$shell # SKIP no $shell here"
		continue
	fi
	options=()
	[ $shell != zsh ] || options=(-f)
	cut -f 1 lines | timeout 100 $shell "${options[@]}" ask.$shell >offered 2>err
	is "$(cat err)" "" "$shell says nothing"
	while IFS=$'\t' read -r line wanted && IFS= read -r got <&3; do
		is "$got" "$wanted" "$shell: $line"
	done <lines 3<offered
	is "$(wc -l <offered)" "$(wc -l <lines)" "$shell answers every line"

	# All options of all programs.
	for program in "$build"/bin/*; do
		echo "${program##*/} --"
	done >all
	timeout 100 $shell "${options[@]}" ask.$shell <all >offered 2>err
	while read -r name _ && IFS= read -r got <&3; do
		wanted=$("$name" --completion | cut -f 1 | grep '^--' | sed 's/=$//' | sort | paste -s -d ' ')
		[ "$name" != losspipe ] || wanted='--completion --help --version'
		is "$(tr ' ' '\n' <<<"$got" | sort | paste -s -d ' ')" "$wanted" "$shell: all of $name's options"
	done <all 3<offered
done

# bash finds the rule by the command's name, through bash-completion.
if [ -r /usr/share/bash-completion/bash_completion ]; then
	is "$(bash -c '. /usr/share/bash-completion/bash_completion
		_completion_loader dirgen 2>/dev/null || _comp_load dirgen 2>/dev/null; complete -p dirgen')" \
		"complete -F _losspipe dirgen" "bash-completion loads it"
fi
done_testing
