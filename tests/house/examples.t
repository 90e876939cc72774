#!/bin/bash
# The examples of the pages and of the README run.  Each page's are run in one
# folder from which tests/ and pipelines/ can be seen, with a few files that
# examples take for granted.
. "$(dirname "$0")/../tap.sh"
[ -d /usr/share/datasets/fashion-mnist ] || skip_all "no dataset-fashion-mnist"
export PATH

# The shell lines among the literal text of a page's sections.
shell_of_page()
{
	awk '
	/^\.Sh/ { wanted = FILENAME ~ /7$/ || /EXAMPLES/ }
	!wanted { next }
	/^\.Dl/ { sub(/^\.Dl /, ""); print; next }
	/^\.Bd/ { inside = 1; next }
	/^\.Ed/ { inside = 0; next }
	/^torch\./ { inside = 0 } # what a training program in Python would do
	inside' "$1" | sed 's/\\e/\\/g; s/\\(dq/"/g; s/\\(aq/'\''/g'
}

# The ```sh blocks, but those that build or test.
shell_of_readme()
{
	awk '/^```sh/ { inside = 1; block = ""; next }
	/^```/ { if (inside && block !~ /tests\/run|quickstart/) print block; inside = 0 }
	inside { block = block $0 "\n" }' "$1"
}

run()
{
	local scratch=$T/$1

	if grep -q '\<parallel\>' "$T/$1.sh" && ! command -v parallel >/dev/null; then
		return
	fi
	mkdir "$scratch"
	ln -s "$ROOT/tests" "$ROOT/pipelines" "$scratch"
	for file in surface plane model; do # unless they make them
		grep -q -- "-o $file.ll" "$T/$1.sh" ||
			cp "$ROOT/tests/data/streams/$file.ll" "$scratch"
	done
	cp "$ROOT/tests/data/torch/small_epoch2.pt" "$scratch/step1.pt"
	(cd "$scratch" && timeout 300 bash -euo pipefail "$T/$1.sh") >"$T/$1.out" 2>"$T/$1.err"
	ok $? "the examples of $1 run"
	sed 's/^/# /' "$T/$1.err" | head -n 5
}

for page in "$ROOT"/man/*.[17]; do
	name=${page##*/}
	# h5conv is built only where libhdf5 is
	[ "$name" != h5conv.1 ] || command -v h5conv >/dev/null || continue
	shell_of_page "$page" >"$T/$name.sh"
	run "$name"
done
shell_of_readme "$ROOT/README.md" >"$T/README.sh"
run README
done_testing
