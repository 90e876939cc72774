#!/bin/bash
# The examples of the pages run in an installation without the sources, each page's
# in one folder that holds the samples and a few files that examples take for granted.
# Those of the README run in a clone.
. "$(dirname "$0")/../tap.sh"
[ -d /usr/share/datasets/fashion-mnist ] || skip_all "no dataset-fashion-mnist"
build=$(cd "${LOSSPIPE_BIN:-$ROOT/build/bin}/.." && pwd)
home=$T/home
passes "make install" env -u MAKEFLAGS -u MAKELEVEL -u LOSSPIPE_BIN make -s -C "$ROOT" \
	BUILD="${build#"$ROOT/"}" PYTHON=/usr/bin/python3 install PREFIX="$home/.local"
clone_path=$PATH
installed_path=$home/.local/bin:${PATH#*:}

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

# The ```sh blocks, but those that build or test.  Those that are called ```sh torch, and
# the ```python blocks that name a file, are for whoever has PyTorch.
torch=0
! "$python" -c 'import torch' 2>/dev/null || torch=1
shell_of_readme()
{
	awk -v torch=$torch '
	/^```sh/ { inside = $0 == "```sh" || torch; block = ""; next }
	/^```python/ { script = torch; next }
	/^```/ {
		if (script == 2) print "PYTHON"
		if (inside && block !~ /tests\/run|quickstart/) print block
		inside = script = 0
	}
	script == 1 { print "cat >" $2 " <<\"PYTHON\""; script = 2 }
	script { print }
	inside { block = block $0 "\n" }
	END { if (torch) print "python3 notebook.py" }' "$1"
}

run()
{
	local scratch=$T/$1

	# stages that need PyTorch; a cluster, which tests/cluster/slurm.t makes
	case $1 in torch-*) [ $torch = 1 ] || return ;; losspipe-slurm-*) return ;; esac
	if grep -q '\<parallel\>' "$T/$1.sh" && ! command -v parallel >/dev/null; then
		return
	fi
	mkdir "$scratch"
	if [ "$1" = README ]; then
		ln -s "$ROOT/tests" "$ROOT/pipelines" "$scratch"
	else
		(cd "$scratch" && PATH=$installed_path losspipe samples >/dev/null)
	fi
	for file in surface plane model; do # unless they make them
		grep -q -- "-o $file.ll" "$T/$1.sh" ||
			cp "$ROOT/tests/data/streams/$file.ll" "$scratch"
	done
	cp "$ROOT/tests/data/torch/small_epoch2.pt" "$scratch/step1.pt"
	(cd "$scratch" && HOME=$home PATH=$2 timeout 300 bash -euo pipefail "$T/$1.sh") \
		>"$T/$1.out" 2>"$T/$1.err"
	ok $? "the examples of $1 run"
	sed 's/^/# /' "$T/$1.err" | head -n 5
}

# PDF and PNG are drawn only where librsvg is
contour -t pdf "$ROOT/tests/data/points/small.ll" >/dev/null 2>&1 && drawn='' ||
	drawn='/^contour/,/[^\\]$/ { s/\.\(pdf\|png\)\>/.svg/g; s/-t png --dpi [0-9]*//; }'
for page in "$ROOT"/man/*.[17]; do
	name=${page##*/}
	# h5conv is built only where libhdf5 is
	[ "$name" != h5conv.1 ] || command -v h5conv >/dev/null || continue
	shell_of_page "$page" | sed "$drawn" >"$T/$name.sh"
	run "$name" "$installed_path"
done
shell_of_readme "$ROOT/README.md" >"$T/README.sh"
PYTHONPATH=$ROOT/pipelines run README "$clone_path:$ROOT/pipelines"

# The pictures of the README are those that today's programs draw by its lines (make
# gallery): their size, the kinds of their elements, their words. Numbers are another
# kernel's.
form()
{
	sed -n 's/.*\(<svg [^>]*\) font-family.*/\1/p' "$1"
	grep -o '<[a-z][^>]*>[^<]*' "$1" | awk -F'>' '/^<(svg|desc)/ { next } {
		size = match($1, /font-size="[0-9.]+"/) ? substr($1, RSTART, RLENGTH) : ""
		gsub(/="[^"]*"/, "", $1)
		gsub(/(−)?[-+0-9.]*[0-9][-+0-9.]*/, "#", $2)
		print $1, size, $2 }' | sort -u
}
for picture in "$ROOT"/man/pictures/*.svg; do
	name=${picture##*/}
	is "$(form "$picture")" "$(form "$T/README/$name")" "the picture $name is today's (else: make gallery)"
done
done_testing
