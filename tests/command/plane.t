#!/bin/bash
# Which plane a surface, a path and a request are of: the digest of model and
# directions, the same whichever program computes it, held against each other
# wherever two streams meet.  Filter normalisation makes the directions of any seed
# equally long, so that lengths tell nothing.
# shellcheck disable=SC2317  # functions are called by name
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit
S=$ROOT/tests/data/streams
O=$ROOT/tests/data/old
D=$ROOT/tests/data/sets/tiny.npz
cp "$O/run.ll" run.ll

# ids FILE...: the planes that their records name.
ids()
{
	recdump "$@" | sed -n 's/.* plane=\([0-9a-f]*\).*/\1/p' | sort -u | tr '\n' ' '
}

# ---- one plane, one name ----

# agrees PLANE NAME: trajproj, evalgrid and hessgrid call it the same.
agrees()
{
	trajproj run.ll <"$1" >"$1.path" && trajproj --path-only run.ll <"$1" >"$1.only" &&
		evalgrid -q -d "$D" --x=0:1:2 <"$1" >"$1.surface" &&
		evalgrid -q -d "$D" --x=0:1:2 <"$1.path" >"$1.both" &&
		hessgrid -q -d "$D" --x=0:1:1 $3 <"$1" >"$1.curvature"
	ok $? "$2: is projected onto and evaluated"
	is "$(ids "$1.surface" "$1.path" "$1.only" "$1.both" "$1.curvature" | wc -w)" 1 "$2: one plane"
}

dirgen -s 1 <"$S/model.ll" | fnorm >plane1
agrees plane1 "random directions" --y=0:1:1
dirgen -s 7 <"$S/model.ll" | fnorm >plane7
agrees plane7 "another seed" --y=0:1:1
[ "$(ids plane1.only)" != "$(ids plane7.only)" ]
ok $? "and another plane"
dirgen --axes 1 -s 1 <"$S/model.ll" >line
agrees line "a line" ""
dirgen -s 1:3 <"$S/model.ll" | fnorm >sets
agrees sets "three direction sets" --y=0:1:1
dirgen -s 1 <"$S/model.ll" | fnorm --norm model >scaled
is "$(recdump scaled | grep -c '^scale')" 2 "model normalisation writes scale records"
agrees scaled "scale records" --y=0:1:1
[ "$(ids scaled.only)" != "$(ids plane1.only)" ]
ok $? "the normalisation is part of the plane"
dirgen -k pca run.ll >pca
agrees pca "principal components" --y=0:1:1
if [ -x /usr/bin/python3 ]; then
	export PYTHONPATH=$ROOT/pipelines
	# The scale records before all deltas but the last; and their factors applied.
	cat >stage.py <<'END'
import struct, sys, losspipe
how, out, scale, last = sys.argv[1], losspipe.Writer(sys.stdout.buffer), {}, None
records = list(losspipe.records(open('scaled', 'rb')))
for kind, h, p, record in records:
    if kind == 'scale':
        scale[h['axis'], h['rep']] = h['factor']
for kind, h, p, record in records:
    if kind == 'begin':
        out.begin('stage', {}, h)
    elif kind == 'end':
        out.end()
    elif kind == 'scale' and how == 'apply':
        pass
    elif kind == 'delta' and how == 'apply':
        v = struct.unpack('<%df' % (len(p) // 4), p)
        v = [x * scale[h['axis'], h['rep']] for x in v]
        out.record(kind, h, struct.pack('<%df' % len(v), *v))
    elif kind == 'scale' and how == 'note':
        out.record('x-note', {'before': True})
        out.copy(record)
        out.record('x-note', {'before': False})
    else:
        out.copy(record)
END
	/usr/bin/python3 -c '
import losspipe
records = list(losspipe.records(open("run.ll", "rb")))
last = max(i for i, r in enumerate(records) if r[0] == "begin")
open("last", "wb").write(b"".join(r[3] for r in records[last:]))'
	dirgen -q -k toward last <"$S/model.ll" | dirgen -s 1 --axis y | fnorm -q >toward
	agrees toward "toward a model, and random" --y=0:1:1
	for how in apply note; do
		/usr/bin/python3 stage.py $how >stage
		agrees stage "factors, $how" --y=0:1:1
		is "$(ids stage.surface)" "$(ids scaled.surface)" "are the same plane ($how)"
	done
	"$ROOT/pipelines/toy-plane" 2 >toy
	is "$( (trajproj --path-only toy <toy; evalgrid -q --x=0:1:2 --y=0:1:2 --exec-form text \
		--exec 'while read -r line; do echo 1; done' <toy) | ids | wc -w)" 1 "a model without a graph"
fi

# ---- where two streams meet ----
for seed in 1 7; do
	evalgrid -q -d "$D" --x=-1:1:3 --y=-1:1:3 plane$seed >surface$seed
	hessgrid -q -d "$D" --x=-1:1:2 --y=-1:1:2 plane$seed >curvature$seed
done
is "$(recdump plane1.only plane7.only | sed -n 's/.* length_x=\([0-9.]*\) length_y=\([0-9.]*\) .*/\1 \2/p' |
	awk '($1 - 4.75)^2 + ($2 - 4.75)^2 > 1e-12')" "" "both planes have directions of the same lengths"

for program in contour gridconv gridstat gridmerge; do
	for order in "surface1 plane7.only" "plane7.only surface1" "curvature1 surface1 plane7.only" \
		"surface1 plane1.only plane7.only"; do
		# shellcheck disable=SC2086  # a list of files
		fails 1 "^$program: path '[^']*' lies in plane [0-9a-f]{16} \(random, seed 7\), surface [0-9a-f]{16} in plane [0-9a-f]{16} \(random, seed 1\): make the path" \
			"$program: $order" $program $order
	done
	passes "$program: each path has its surface" $program surface7 surface1 plane1.only plane7.only
	passes "$program: two programs' surfaces of one plane" $program curvature1 surface1 plane1.only
done
if command -v h5conv >/dev/null; then
	cat surface1 plane7.only >mixed
	fails 1 "lies in plane [0-9a-f]{16} \(random, seed 7\)" "h5conv" h5conv mixed
fi
is "$(contour curvature1 surface1 plane1.only | grep -o 'stroke-width="3.2"' | wc -l)" 2 \
	"the path is drawn over both"

dirgen -s 1 <"$S/model.ll" | trajproj run.ll >early
fnorm <early >late
for program in "evalgrid -q -d $D --x=auto:3 --y=auto:3" "evalgrid -q -d $D --x=0:1:2" \
	"hessgrid -q -d $D --x=0:1:1 --y=0:1:1" "netsave --at 0,1 -o moved.safetensors"; do
	fails 1 "path '[^']*' lies in plane [0-9a-f]{16}, the directions are plane [0-9a-f]{16} \(random, seed 1\): trajproj stands behind dirgen and fnorm" \
		"${program%% *} ${program##* }: a path before fnorm" sh -c "$program late"
	passes "${program%% *} ${program##* }: a path behind it" sh -c "$program early"
done
dirgen --axes 1 -s 1 <"$S/model.ll" | trajproj run.ll | dirgen -s 1 --axis y >added
fails 1 "lies in plane" "a path before another axis" evalgrid -q -d "$D" --x=0:1:2 added

if [ -x /usr/bin/python3 ]; then
	"$ROOT/pipelines/refine" 2 <surface1 >asked
	is "$(ids asked)" "$(ids surface1)" "refine asks for points of its surface's plane"
	passes "which are answered" evalgrid -q -d "$D" --x=-1:1:3 --y=-1:1:3 plane1 asked -o answered
	passes "and read" gridconv answered
	fails 1 "request 0 is for plane [0-9a-f]{16}, this is plane [0-9a-f]{16}" "not in another plane" \
		evalgrid -q -d "$D" --x=-1:1:3 --y=-1:1:3 plane7 asked
	fails 1 "request 0 is for plane [0-9a-f]{16}, this is plane" "nor beside" \
		evalgrid -q -d "$D" asked plane7
fi

# ---- what version 0.1.0 wrote does not know its plane ----
# name FILE: run and plane of its grid.
name()
{
	recdump "$1" | sed -n 's/^grid.* run=\([0-9a-f]*\).* \(plane=[0-9a-f]*\).*/\1 \2/p'
}
for seed in 1 7; do
	is "$(name surface$seed)" "$(name "$O/surface-$seed.ll")" "runs and planes keep their names (seed $seed)"
done
recdump plane1.only | sed 's/ plane=[0-9a-f]*//; /^end/d' >now
recdump "$O/path-1.ll" | sed '/^end/d' | cmp -s - now
ok $? "a path has one key more"
contour "$O/surface-1.ll" plane1.only >new.svg
contour "$O/surface-1.ll" "$O/path-1.ll" 2>warning | cmp -s - new.svg
ok $? "an old path is drawn"
is "$(grep -c '^contour: warning: the path does not say in which plane' warning) $(wc -l <warning)" "1 1" \
	"with a warning"
contour -q "$O/within.ll" >/dev/null 2>quiet
is "$? $(wc -c <quiet)" "0 0" "no warning with -q"
fails 0 "warning: the path does not say" "a path in an old surface" contour -o old.svg "$O/within.ll"
fails 0 "warning: the path does not say" "a grid around an old path" \
	evalgrid -d "$D" -j1 --x=auto:2 --y=auto:2 -o fitted "$O/plane.ll"
if [ -x /usr/bin/python3 ]; then
	dirgen -s 1 <"$S/model.ll" | trajproj --path-only run.ll | /usr/bin/python3 -c '
import sys, losspipe
out = losspipe.Writer(sys.stdout.buffer)
for kind, h, p, record in losspipe.records(sys.stdin.buffer):
    if kind == "begin":
        out.begin("old", {}, h)
    elif kind == "end":
        out.end()
    else:
        del h["plane"]
        out.record(kind, h, p)' >long
	fails 1 "onto directions of length 3.1[0-9]* and [0-9.]*, those of surface [0-9a-f]{16} have 4.75 and 4.75" \
		"an old path of other lengths" contour "$O/surface-1.ll" long
fi
for program in gridconv gridstat gridmerge; do
	passes "$program reads what 0.1.0 wrote" $program "$O/within.ll" "$O/path-1.ll"
done
done_testing
