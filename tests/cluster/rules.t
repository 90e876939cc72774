#!/usr/bin/env bash
# surface.smk under snakemake; the commands of surface-job.yaml, each as its pod runs it.
. "$(dirname "$0")/../tap.sh"
mkdir "$T/work" && cd "$T/work" || exit 1
cp "$ROOT/tests/data/sets/fashion-48.npz" images.npz
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" |
	dirgen -s 1 | fnorm >plane.ll
grid="--x=-1:1:9 --y=-1:1:8"
# shellcheck disable=SC2086  # a list of options
evalgrid -q -d images.npz $grid plane.ll | gridmerge >whole.ll
export HOME=$T
if command -v snakemake >/dev/null; then
	rules() { snakemake -q -s "$ROOT/pipelines/surface.smk" --cores 2 --config plane=plane.ll out=surface.ll shards=4 "options=$*"; }
	passes "snakemake" rules -d images.npz "$grid"
	passes "the bytes are those of one run" cmp whole.ll surface.ll
	# a shard that was killed has a .part
	rm surface.ll
	head -c 3000 surface.ll.shards/2.ll >surface.ll.shards/2.ll.part && rm surface.ll.shards/2.ll
	passes "snakemake again" rules -d images.npz "$grid"
	passes "the same bytes" cmp whole.ll surface.ll
	rm -r surface.ll*
	# shellcheck disable=SC2016  # it is for the program
	passes "options with braces and quotes" rules $grid --exec-form text --exec \
		"'while read -r r x y z; do echo \"\$x\" | awk \"{ print 1 + \\\$1 ^ 2 }\"; done'"
	is "$(gridconv surface.ll | sed -n 2p | cut -d, -f5)" 2 "arrive as they are"
else
	ok 0 "no snakemake # SKIP"
fi

if /usr/bin/python3 -c 'import yaml' 2>/dev/null && [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null; then
	/usr/bin/python3 - "$ROOT/pipelines/surface-job.yaml" "$T" <<-'END'
		import sys, yaml
		for job in yaml.safe_load_all(open(sys.argv[1])):
		    spec = job['spec']
		    pod, = spec['template']['spec']['containers']
		    assert pod['workingDir'] == pod['volumeMounts'][0]['mountPath'] == '/mnt'
		    assert pod['command'][:2] == ['sh', '-c']
		    name = job['metadata']['name']
		    assert f'/{spec.get("completions", 64)}' in pod['command'][2] or name == 'surface-merge'
		    open(f'{sys.argv[2]}/{name}', 'w').write(pod['command'][2])
	END
	ok $? "surface-job.yaml is two jobs"
	pod() { unshare --mount sh -c 'mount --bind . /mnt && cd /mnt && exec sh "$0"' "$T/$1"; }
	# fewer points and pods
	sed -i 's/:51/:9/g; s,/64",/3",' "$T/surface-shards"
	sed -i 's/-eq 64/-eq 3/' "$T/surface-merge"
	for i in 2 0 1; do JOB_COMPLETION_INDEX=$i pod surface-shards || break; done
	passes "its pods compute and join" pod surface-merge
	evalgrid -q -d images.npz --x=-1:1:9 --y=-1:1:9 plane.ll | gridmerge | cmp -s - surface.ll
	ok $? "the bytes are those of one run"
else
	ok 0 "no namespaces or no YAML # SKIP"
fi
done_testing
