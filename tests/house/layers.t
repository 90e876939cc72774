#!/bin/bash
# The house: layers, silence of the library, sizes of files and functions.
. "$(dirname "$0")/../tap.sh"
cd "$ROOT" || exit 1

# An include may only point to the same folder or a lower layer: lib/README has the
# layers, a paragraph each, from the lowest on.
layers=$(awk 'BEGIN { RS = ""; FS = "\n" }
	NR > 2 { for (i = 1; i <= NF; i++) { split($i, word, " "); print word[1], NR } }' lib/README)

is "$(printf '%s\n' lib/*/*.[ch] | cut -d/ -f2 | sort -u)" "$(cut -d' ' -f1 <<<"$layers" | sort)" \
	"every folder has a layer"

is "$(grep -ro '^#include "[a-z0-9]*/[^"]*"' lib | tr ':/"' '   ' | awk -v layers="$layers" '
	BEGIN { n = split(layers, at); for (i = 1; i < n; i += 2) layer[at[i]] = at[i + 1] }
	{ to = $(NF - 1) }
	$2 != to && layer[$2] <= layer[to] { print }')" "" "includes point down"

# One word for one thing: no two headers define a struct of one name.
is "$(sed -nE 's/^struct ([a-z_0-9]+) \{$/\1/p' lib/*/*.h cmd/*.h | sort | uniq -d)" \
	"" "no struct is defined in two headers"

# Nor do files stand in a circle, where none can be read before the others: "user
# definer" for each symbol, which tsort puts into a line.
# shellcheck disable=SC2046
nm -A -P $(printf '%s\n' lib/*/*.c lib/kernel/*/*.c | sed "s,^,${BUILD:-build}/,; s,c$,o," | xargs ls 2>/dev/null) |
	awk -v build="${BUILD:-build}/" -v out="$T" '
	{ file = substr($1, length(build) + 1, length($1) - length(build) - 3) ".c" }
	$3 == "U" { used[file, $2]; next }
	$3 ~ /[A-Z]/ { defined[$2] = file }
	END {
		for (name in defined)
			print name >(out "/defined")
		for (pair in used) {
			split(pair, at, SUBSEP)
			to = defined[at[2]]
			if (to != at[1])
				print at[2] >(out "/wanted")
			if (to != "" && to != at[1])
				print at[1], to
		}
	}' >"$T/uses"
ok "$(($(wc -l <"$T/uses") < 1000))" "the objects of the library were read"
is "$(tsort "$T/uses" 2>&1 >"$T/order" | sed "s,^tsort: \(.*uses: \)*,,")" "" "no circle of files"

# What nobody else uses is static, or not there: what the library defines, and no
# other object and no test asks for.
nm -A -P "${BUILD:-build}"/cmd/*.o | awk '$3 == "U" { print $2 }' >>"$T/wanted"
unused=$(sort -u "$T/wanted" | comm -23 <(sort "$T/defined") -)
is "$(for name in $unused; do
	grep -qw "$name" tests/*/*.c || grep -lE "^$name\(|[* ]$name( =|\[)" lib/*/*.c | sed "s/$/ $name/"
done)" "" "nothing is exported that nobody else uses"

is "$(grep -l 'msgpack' lib/*/*.[ch] | grep -v '^lib/stream/' |
	xargs -r grep -l '#include <msgpack')" "" "msgpack stays in lib/stream"

# Messages, exits and global state are the programs' business.
is "$(grep -rnE '\b(printf|puts|putchar|perror|exit|_exit|abort|setlocale|strtok|signal)\(' lib |
	grep -vE 'a program.s|s[n]?printf|^[^:]*:[0-9]+:[[:space:]]*(\*|/\*)')" "" \
	"the library neither prints nor exits"
# One place waits for descriptors that would not (base/descriptor.h); what is said on
# standard output is checked like any output (frame_print).
is "$(grep -l '<unistd.h>' lib/*/*.c cmd/*.c | grep -v '^lib/base/descriptor.c' |
	xargs grep -nE '(^|[^_[:alnum:]>.])(read|write)\(' | grep -vE ':[0-9]+:[[:space:]]*(\*|/\*)')" \
	"" "read and write are descriptor_read and descriptor_write"
is "$(grep -ln 'reader_new(' cmd/*.c | grep -v '^cmd/frame.c')" "" "programs read streams by frame_reader, which knows --partial"
is "$(grep -nE '\b(printf|puts|putchar)\(|\bstdout\b' cmd/*.c | grep -vE ':[0-9]+:[[:space:]]*(\*|/\*)')" \
	"" "no program prints to stdio's standard output"
# What leaves for people passes one place, where nothing of it is a command.
is "$(grep -nE '\b(v?f?printf|fputs|fputc|puts|putchar|perror|fwrite|dprintf)\(' cmd/*.[ch] |
	grep -vE '^cmd/frame\.c:')" "" "messages pass cmd/frame.c"
is "$(grep -n 'output_write(' cmd/*.[ch])" "" "texts pass output_text"
is "$(grep -nE 'assert\(' lib/*/*.[ch] | grep -v 'static_assert')" "" "no asserts"
if ! nm "${BUILD:-build}/liblosspipe.a" 2>/dev/null | grep -q __asan_; then
	# (constants that hold addresses lie in .data.rel.ro)
	is "$(size -A "${BUILD:-build}/liblosspipe.a" | awk '
		/ex / { object = $1 }
		/^\.(t?data|t?bss) / && $2 > 0 && object != "blas.o" { print object, $1, $2 }')" \
		"" "no global state, but for a library that is open"
fi

# Files are made, renamed and removed by the rule of -o, which is in one place.
is "$(grep -nE '\b(O_CREAT|O_TRUNC|(rename|renameat|unlink|creat|mkstemp|tmpfile|freopen|link|symlink|truncate|mkdir)\()|fopen\([^)]*"[wa+]' \
	lib/*/*.[ch] cmd/*.[ch] | grep -vE '^lib/base/(part|output|lock)\.c|:[0-9]+:[[:space:]]*(\*|/\*)')" "" \
	"files are made in lib/base/part.c and output.c alone"
is "$(grep -nE "OPTION_[A-Z]*\\('o'|output_open\\(|OPTION_[A-Z]*\\(0, \"force\"" cmd/*.[ch] | grep -v '^cmd/frame\.c')" "" \
	"-o and --force are the frame's"

# A function is read at a glance: one screen.
is "$(awk '
	FNR == 1 { begin = 0; name = "" }
	/^[a-z_][A-Za-z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name); line = FNR }
	/^\{$/ && name != "" { begin = line }
	/^}/ { if (begin && FNR - begin >= 50) print FILENAME, name, FNR - begin + 1; begin = 0; name = "" }
	' lib/*/*.[ch] lib/kernel/*.inc lib/kernel/*/*.[ch] cmd/*.[ch])" "" "no function above 50 lines"

# What a stranger sees first stays few names.
[ ! -e .git ] || is "$(git ls-files | cut -d/ -f1 | sort -u | tr '\n' ' ')" \
	".ci .clang-format .clang-tidy .containerignore .gitignore CITATION.cff Containerfile LICENSE Makefile NEWS.md README.md cmd lib man pipelines tests " \
	"the top level is that of the README"

is "$(wc -l lib/*/*.[ch] lib/kernel/*/*.[ch] cmd/*.[ch] | awk '$1 > 500 && $2 != "total"')" "" \
	"no file above 500 lines"
done_testing
