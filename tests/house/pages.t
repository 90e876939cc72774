#!/bin/bash
# Every program has a page that lints clean and names the options of --help.
. "$(dirname "$0")/../tap.sh"
cd "$ROOT" || exit 1

# rule NAME: what its page says of -o.
rule()
{
	grep -A 5 '^\.It Fl o , Fl -output' "man/$1.1"
	grep -x 'whatever it holds, but never what is read\.' "man/$1.1"
}

for program in cmd/*.c; do
	name=${program#cmd/}
	name=${name%.c}
	[ -e "cmd/$name.h" ] && continue # shared by programs
	[ "$name" != h5conv ] || command -v h5conv >/dev/null || continue
	[ -f "man/$name.1" ]
	ok $? "$name has a page" || continue
	"$name" --completion | cut -f 1 | sed 's/^--//; s/=$//' | sort >"$T/table"
	sed -n '/^\.Sh DESCRIPTION/,/^\.Sh EXIT STATUS/p' "man/$name.1" |
		grep '^\.It' | grep -o 'Fl -[a-z0-9-]*' | sed 's/Fl -//' | sort -u >"$T/page"
	is "$(comm -3 "$T/table" "$T/page" | tr -d '\t')" "" "$name(1) has the options of $name --help"
	"$name" --help | sed -n 's/^  -\([a-zA-Z]\), --\([a-z-]*\).*/\1 \2/p' |
		while read -r letter long; do
			grep -Eq "^\.It Fl $letter , Fl -$long( |$)" "man/$name.1" || echo "-$letter"
		done >"$T/letters"
	is "$(cat "$T/letters")" "" "$name(1) has their letters"
	if "$name" --completion | grep -q '^--output='; then
		is "$(rule "$name")" "$(rule contour)" "$name(1) says the rule of -o in the same words"
	fi
	if "$name" --completion | grep -q '^--partial'; then
		grep -A 7 '^\.It Fl p , Fl -partial' "man/$name.1" | grep -A 1 'training run that has no end' |
			grep -qx '\.Pq see Xr losspipe 7 \.'
		ok $? "$name(1) says what --partial does about runs that have no end"
	fi
	for section in NAME SYNOPSIS DESCRIPTION "EXIT STATUS" EXAMPLES "SEE ALSO"; do
		grep -qx ".Sh $section" "man/$name.1" || echo "$section"
	done >"$T/sections"
	is "$(cat "$T/sections")" "" "$name(1) has the usual sections"
	grep -q "Xr $name 1" man/losspipe.7
	ok $? "losspipe(7) names $name"
	grep -q "\`$name\`" README.md
	ok $? "README names $name"
done

# What install puts on PATH beside them, and pipelines with pages.
for page in man/torch-*.1 man/parallel-surface.1 man/losspipe-*.1; do
	name=${page#man/}
	name=${name%.1}
	"pipelines/${name#losspipe-}" --help >"$T/help"
	grep -oE -- '--[a-z][a-z0-9-]*' "$T/help" | grep -vxE -- '--(x|y|axis|error|exec|exec-form|pixels|mean|std|raw|loss|list|signal|resume|each|help)' |
		sort -u | while read -r option; do
		grep -qE "Fl -${option#--}( |\$)" "$page" || echo "$option"
	done >"$T/missing"
	is "$(cat "$T/missing")" "" "$name(1) has the options of its --help"
	is "$(grep -cx '\.Sh NAME\|\.Sh SYNOPSIS\|\.Sh DESCRIPTION\|\.Sh EXIT STATUS\|\.Sh EXAMPLES\|\.Sh SEE ALSO' "$page")" 6 \
		"$name(1) has the usual sections"
done
for file in $(sed -n '/^	# stages of a pipe/,/done$/ s/.*for file in \(.*\); do/\1/p' cmd/packaging/install); do
	[ -f "man/${file##*/}.1" ]
	ok $? "${file##*/}, on PATH, has a page"
done

if command -v mandoc >/dev/null; then
	is "$(mandoc -Tlint -W warning man/*.[157] 2>&1)" "" "mandoc has no complaint"
fi
is "$(grep -ho '^\.Xr [a-z-]* [157]' man/*.[157] | sort -u | while read -r _ page section; do
	case $page in parallel | cat | file | write | man | bash | zsh | fish) continue ;; esac
	[ -f "man/$page.$section" ] || echo "$page($section)"
done)" "" "references lead to pages"
done_testing
