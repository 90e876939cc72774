#!/bin/bash
# Models larger than that go through dirgen and fnorm in less than 100 MB for each,
# whether they have many tensors or one; a run of checkpoints in less than one of them.
# shellcheck disable=SC1091
. "$(dirname "$0")/../tap.sh"
/usr/bin/python3 -c 'import msgpack' 2>/dev/null || skip_all "no python3-msgpack"

flows()
{
	"$ROOT/tests/tool/bigmodel.py" "$1" "$2" "$3" |
		(ulimit -d 102400 && exec dirgen --axes 1) |
		(ulimit -d 102400 && exec fnorm) |
		tail -c 200 | grep -aq 'digest'
	[ "${PIPESTATUS[*]}" = "0 0 0 0 0" ]
	ok $? "$4"
}
layers=8
[ -n "${FULL:-}" ] && layers=32
flows $layers 4096 4096 "$layers layers of 64 MB"
flows 1 524288 1024 "one layer of 2 GB"

# Four checkpoints of 54 MB: a block of each, not the checkpoints.
for seed in 1 2 3 4; do
	netnew -s $seed wrn56_4
done >"$T/run.ll"
(ulimit -d 51200 && exec dirgen -k pca "$T/run.ll") | tail -c 200 | grep -aq 'digest'
[ "${PIPESTATUS[*]}" = "0 0 0" ]
ok $? "components of checkpoints"
dirgen -k pca --axes 1 "$T/run.ll" |
	(ulimit -d 51200 && exec trajproj --path-only "$T/run.ll") | tail -c 200 | grep -aq 'digest'
[ "${PIPESTATUS[*]}" = "0 0 0 0" ]
ok $? "their path"
done_testing
