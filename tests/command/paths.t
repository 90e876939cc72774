#!/bin/bash
# Principal components of training runs, and checkpoints seen in a plane.
# shellcheck disable=SC2094  # a model may be input and operand at once
. "$(dirname "$0")/../tap.sh"
cd "$T" || exit
netnew -s 1 --pixels fashion small >a
nettrain -q -d "$ROOT/tests/data/sets/fashion-48.npz" --epochs 6 --batch 16 --lr 0.1 \
	--milestones 3,5 --gamma 0.1 -s 1 <a >run.ll
nettrain -q -d "$ROOT/tests/data/sets/fashion-48.npz" --epochs 2 --batch 16 --lr 0.05 \
	-s 2 <a >other.ll

# said FILE: the lengths and the cosine that dirgen -v reports.
said()
{
	sed -n 's/.*rep 0: |.| = //p; s/.*cosine between x and y is -*//p' "$1" | tr '\n' ' '
}

# key KEY: that number of every direction.
key()
{
	recdump | sed -n "s/^direction.* $1=\([^ ]*\) .*/\1/p"
}

netnew lenet >lenet

# ---- principal components ----
dirgen -v -k pca run.ll >plane 2>report
ok $? "principal components of a run"
is "$(said report)" "1 1 0.000000 " "they have unit length and are orthogonal"
is "$(recdump plane | grep -c '^model')" 1 "one model is written"
recdump plane | grep '^model' >model
recdump run.ll | grep '^model' | tail -n 1 | cmp -s - model
ok $? "it is the last of the run"
is "$(recdump plane | grep '^delta' | sed 's/.*axis=\(.\).*name=\([^ ]*\) .*/\1 \2/' | tr '\n' ',')" \
	"x conv1.weight,y conv1.weight,x conv2.weight,y conv2.weight,x conv3.weight,y conv3.weight,x fc.weight,y fc.weight," \
	"small tensors do not move"
for threads in 1 2 5; do
	dirgen -k pca -j $threads run.ll | cmp -s - plane
	ok $? "dirgen -k pca -j $threads: the same bytes"
done
dirgen -k pca <run.ll | cmp -s - plane
ok $? "a run on standard input"
# shellcheck disable=SC2002  # a pipe is the point
cat run.ll | dirgen -k pca | cmp -s - plane
ok $? "a run through a pipe"
dirgen -k pca --axes 1 run.ll | key singular >first
is "$(cat first)" "$(key singular <plane | head -n 1)" "one axis is the first component"
dirgen -k pca --axis y run.ll | key singular >second
is "$(cat second)" "$(key singular <plane | tail -n 1)" "y is the second"
is "$(key explained <plane | awk '{ s += $1 } END { print(NR == 2 && s > 0.5 && s <= 1) }')" 1 \
	"they explain a share of the variance"
fnorm <plane 2>warning | recdump | grep '^delta\|^direction' >a1
recdump plane | grep '^delta\|^direction' | cmp -s - a1
ok $? "fnorm leaves them"
evalgrid -q -n 2 -d "$ROOT/tests/data/sets/fashion-48.npz" --x=0:1:2 --y=0:1:2 plane |
	key explained >b1
is "$(cat b1)" "$(key explained <plane)" "evalgrid keeps what they explain"

dirgen -k pca --ignore none --over states run.ll >states
is "$(recdump states | grep -c '^delta.*num_batches')" 0 "counters are no direction"
is "$(recdump states | grep -c '^delta.*running_var')" 6 "running statistics are"
for option in --include-final "--center none" "--ignore none"; do
	# shellcheck disable=SC2086  # a list of words
	dirgen -k pca $option run.ll | key singular >singular
	[ -s singular ] && [ "$(cat singular)" != "$(key singular <plane)" ]
	ok $? "$option is another plane"
done
dirgen -k pca run.ll other.ll >pooled
recdump pooled | grep '^model' | cmp -s - model
ok $? "two runs are pooled about the last model of the first"
is "$(recdump pooled | sed -n 's/.*kind=pca.* rows=\([0-9]*\).*/\1/p')" "$(recdump run.ll other.ll |
	grep -c '^model' | awk '{ print $1 - 1 }')" "every other checkpoint is a row"

# ---- toward checkpoints ----
if /usr/bin/python3 -c 'import msgpack' 2>/dev/null; then
	/usr/bin/python3 -c '
import msgpack
data, at, n = open("run.ll", "rb").read(), 0, 0
u = msgpack.Unpacker(max_buffer_size=0)
u.feed(data)
for magic, kind, h, payload, crc in u:
    model = kind == "model" or kind != "begin" and model
    if kind == "end" and model:
        open("step%d.ll" % n, "wb").write(data[at:u.tell()])
        n += 1
    at = u.tell() if kind == "end" else at'
	for n in 0 3; do
		evalgrid -q -n 4 -d "$ROOT/tests/data/sets/fashion-48.npz" step$n.ll |
			gridconv | tail -n 1 | cut -d , -f 5 >loss$n
	done
	dirgen -k toward --over states step0.ll step3.ll <step6.ll |
		evalgrid -q -n 4 -d "$ROOT/tests/data/sets/fashion-48.npz" --x=0:1:2 --y=0:1:2 |
		gridconv | tail -n +2 | cut -d , -f 3-5 >corners
	# w + (w2 - w) is w2 to a rounding of float32
	is "$(sed -n 's/^1,0,/& /p' corners | paste - loss0 | awk '{ print ($2 / $3 - 1)^2 < 1e-8 }')" \
		1 "toward three checkpoints: x = 1 is the second"
	is "$(sed -n 's/^0,1,/& /p' corners | paste - loss3 | awk '{ print ($2 / $3 - 1)^2 < 1e-8 }')" \
		1 "y = 1 is the third"
fi
netnew -s 2 --pixels fashion small >b
{ cat a; cat b; } | dirgen -k pca 2>err
is "$(cat err)" "dirgen: 1 checkpoint spans 0 principal components, expected 2" \
	"two checkpoints have no variance"

# ---- projection ----
# path KEY...: those numbers of every path record, one line each.
path()
{
	local script=
	for k in "$@"; do script="$script s/.*[ {]$k=\([^ }]*\).*/\1/p; g;"; done
	# shellcheck disable=SC2046  # one dash per key
	recdump | sed -n "/^path/{ h; $script }" | paste -d ' ' $(printf -- '- %.0s' "$@")
}

trajproj run.ll <plane >on_path
ok $? "checkpoints in their plane"
recdump on_path | grep -v '^path' | sed '/^begin/d; s/count.*//' >a1
recdump plane | sed '/^begin/d; s/count.*//' | cmp -s - a1
ok $? "the plane is copied"
is "$(path name <on_path | sort | uniq -c | tr -s ' ')" " 7 run" "the run is called after its file"
is "$(path i x y norm off share <on_path | tail -n 1)" "6 0 0 0 0 0" "the plane's model is its origin"
is "$(path step <on_path | tr '\n' ' ')" "0 3 6 9 12 15 18 " "steps travel along"
is "$(path drop <on_path | tr '\n' ' ')" "false false false true false true false " \
	"a drop of the learning rate is where it begins"
path norm off off_biasbn off_rest share <on_path >parts
is "$(awk '{ a = $3 * $3 + $4 * $4 - $2 * $2; b = $2 - $5 * $1
	if (a * a > 1e-20 || b * b > 1e-20 || $2 > $1) print }' parts)" "" \
	"the distance has two parts, and is a share of the whole"
trajproj --method cos run.ll <plane | path x y | paste - <(path x y <on_path) >methods
is "$(awk '($1 - $3)^2 + ($2 - $4)^2 > 1e-10' methods)" "" "lengths are coordinates in an orthonormal plane"
trajproj --path-only run.ll <plane | recdump | cut -d ' ' -f 1 | sort | uniq -c | tr -s ' \n' ' ' >kinds
is "$(cat kinds)" " 1 begin 1 end 7 path " "--path-only"
trajproj run.ll <plane | dirgen -k pca 2>err >/dev/null
is "$(cat err)" "dirgen: standard input has one checkpoint, expected at least 3" "a plane is one checkpoint"

# Three models span a plane: each is a corner of it, also when it is skewed.
dirgen -k toward --over states a b <step6.ll >corners.ll
trajproj o=step6.ll x=a y=b <corners.ll | path name x y off norm >corners
is "$(awk '($2 - ($1 == "x"))^2 + ($3 - ($1 == "y"))^2 > 1e-12 || $4 > 1e-6 * $5' corners)" "" \
	"a model moved by (x, y) projects to (x, y)"
is "$(awk '{ print $1 }' corners | tr '\n' ' ')" "o x y " "NAME= names a run"
fnorm --norm model --ignore none --force <corners.ll 2>/dev/null | trajproj x=a | path x length_x >scaled
trajproj x=a <corners.ll | path x length_x | paste - scaled >both
is "$(awk '{ e = $1 * $2 / ($3 * $4) - 1; if (e * e > 1e-10) print }' both)" "" \
	"a factor behind the deltas applies"
dirgen -s 4:6 <step6.ll | trajproj run.ll | path rep | sort | uniq -c | tr -s ' \n' ' ' >reps
is "$(cat reps)" " 7 0 7 1 7 2 " "every direction set has its path"
is "$(dirgen -s 4 --axes 1 <step6.ll | trajproj run.ll | path y | sort -u)" 0 "a line has a path, too"

evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" run.ll >losses.ll
trajproj --losses losses.ll run.ll <plane | path loss >joined
gridconv losses.ll | grep -v '^ix' | cut -d , -f 5 | grep . | cmp -s - joined
ok $? "--losses joins by model"
evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" step3.ll step6.ll >some.ll
trajproj --losses some.ll run.ll <plane 2>err >some_path
is "$(cat err)" "trajproj: warning: 5 of 7 checkpoints have no loss in some.ll" "some losses are missing"
evalgrid -q -n 2 -d "$ROOT/tests/data/sets/fashion-48.npz" step6.ll | cat losses.ll - >twice.ll
fails 1 "twice.ll has two losses of model [0-9a-f]*, runs" "two losses of a checkpoint" \
	sh -c 'trajproj --losses twice.ll run.ll <plane >/dev/null'
evalgrid -q -n 2 -d "$ROOT/tests/data/sets/fashion-48.npz" b | cat some.ll - >mixed.ll
fails 1 "mixed.ll has losses of different images or kinds, runs" "losses of other images" \
	sh -c 'trajproj --losses mixed.ll run.ll <plane >/dev/null'
fails 1 "losses.ll: none of the 1 checkpoint is among its models" "losses of other models" \
	sh -c 'trajproj --losses losses.ll b <plane >/dev/null'

# ---- the grid that fits, and the picture ----
D=$ROOT/tests/data/sets/fashion-48.npz
trajproj run.ll <plane | evalgrid -q -d "$D" --sample 24 --x=auto:7 --y=auto:5 >surface.ll
ok $? "--x=auto"
recdump surface.ll | sed -n 's/^grid.* x=\[\([^]]*\)\] y=\[\([^]]*\)\].*/\1 \2/p' >range
is "$(paste -d ' ' - range <<<"$(path x y <surface.ll | sort -g -k 1 | sed -n '1p;$p' | tr '\n' ' ')" |
	awk '{ lo = $1 < 0 ? $1 : 0; hi = $3 > 0 ? $3 : 0; m = 0.15 * (hi - lo)
	print ($5 <= lo - m && $5 > lo - 1.1 * m && $6 >= hi + m && $6 < hi + 1.1 * m, $7, $10) }')" \
	"1 7 5" "fits the path, with a margin"
for i in 0 1; do
	trajproj run.ll <plane | evalgrid -q -d "$D" --sample 24 --x=auto:7 --y=auto:5 --shard $i/2 >shard$i
done
gridmerge shard1 shard0 | cmp -s - <(gridmerge surface.ll)
ok $? "shards agree on it"
fails 1 "^evalgrid: --x=auto: the stream has no path" "no path" \
	sh -c "evalgrid -q -d '$D' --x=auto plane >/dev/null"
fails 2 "is 'auto7'|--x" "auto with a tail" evalgrid -d "$D" --x=auto7 plane

contour -o path.svg surface.ll
ok $? "a path over contour lines"
for text in "1st PC: [0-9.]* %" "2nd PC: [0-9.]* %" ">run<" ">start<" ">learning rate falls<" \
	">24 of 48 images" "off the plane"; do
	grep -q "$text" path.svg
	ok $? "it says $text"
done
is "$(grep -c '#e6007e' path.svg)" 3 "two drops, and one in the legend"
evalgrid -q -d "$D" --sample 24 --x="$(sed 's/ \([^ ]*\) \([^ ]*\) .*/:\1:\2/' range)" \
	--y="$(cut -d ' ' -f 4- range | tr ' ' :)" plane >bare.ll
trajproj --path-only run.ll <plane >path.ll
contour bare.ll path.ll | sed '/<desc>/d' >beside.svg
sed '/<desc>/d' path.svg | cmp -s - beside.svg
ok $? "a path beside the surface is the same picture"
cat path.ll bare.ll | contour | sed '/<desc>/d' | cmp -s - beside.svg
ok $? "in any order"
contour surface.ll path.ll | sed '/<desc>/d' | cmp -s - beside.svg
ok $? "the same path twice counts once"
trajproj --path-only other.ll <plane | contour bare.ll path.ll - >two.svg
is "$(grep -c '>run<\|>other<' two.svg)" 2 "two runs have a legend"
contour --levels 0.1,0.2 surface.ll | grep -q '>1<'
ok $? "given levels get powers of ten"
for style in filled heat surface; do
	contour --style $style surface.ll | grep -q '</svg>'
	ok $? "style $style"
done
contour --style surface surface.ll >relief.svg 2>warned
is "$(wc -c <warned)" 0 "a relief shows the path"
for text in ">run<" ">start<" ">end<" ">learning rate falls<" "off the plane"; do
	grep -q "$text" relief.svg
	ok $? "a relief says $text"
done
is "$(grep -c '#d62728\|stroke="#000" stroke-width="1.3"' relief.svg)" 4 \
	"a surface has its centre and its lowest point, and their keys"
lines='stroke-width="1.4".*stroke-linecap="round"\(/>\| stroke-dasharray="6 3.5"/>\)'
trajproj --path-only run.ll other.ll <plane | contour --style surface bare.ll - >reliefs.svg
is "$(grep -c "$lines" reliefs.svg)" "$(grep -c "$lines" two.svg)" "two runs are lines of two kinds there, too"
contour --style surface --view -60,90 bare.ll path.ll >above.svg
is "$(grep -c '<circle' above.svg) $(grep -c 'hidden by' above.svg)" "$(grep -c '<circle' beside.svg) 0" \
	"from straight above nothing is hidden"
fails 1 "path 'run' lies in plane [0-9a-f]* \(random, seed 1\), surface" "a path of another plane" \
	sh -c 'dirgen -s 1 <step6.ll | trajproj --path-only run.ll | contour bare.ll -'
dirgen -s 1 <step6.ll | trajproj run.ll | fnorm >late
fails 1 "path 'run' lies in plane .*trajproj stands behind dirgen and fnorm" "a path before fnorm" \
	evalgrid -q -n 1 -d "$D" --x=0:1:2 --y=0:1:2 late

# ---- does the plane tell the truth? ----
trajproj --losses losses.ll run.ll <plane >told.ll
evalgrid -q -d "$D" --x=auto:7 --y=auto:5 -o truth.ll told.ll
gridconv -t path truth.ll | awk -F, 'NR > 1 { print NR - 1, $5, $6 }' | "$ROOT/pipelines/ask" >asked.ll
evalgrid -q -d "$D" --x=auto:7 --y=auto:5 -o exact.ll told.ll asked.ll
ok $? "points of the plane where checkpoints are seen"
gridconv -t path exact.ll >exact.csv
is "$(head -n 1 exact.csv | cut -d , -f 17-)" "plane_loss,plane_set,measured,gap,share" "gridconv has columns for the plane"
is "$(tail -n 1 exact.csv | cut -d , -f 18-)" "train,1,0," "the plane's own model lies on its surface, at no distance"
is "$(awk -F, 'NR > 1 { print $19 }' exact.csv | sort -u)" 1 "what was requested is measured"
is "$(gridconv -t path truth.ll | awk -F, 'NR > 1 { print $19 }' | sort -u)" 0 "between points it is not"
paste -d , exact.csv <(gridconv exact.ll | awk -F, 'NR == 1 || $1 == ""') | awk -F, -v OFS=, '
	NR > 1 && ($17 != $26 || ($14 - $17 - $20)^2 > 1e-24 || ($8 / ($7 > 0 ? $7 : 1) - $21)^2 > 1e-12)' >differ
is "$(cat differ)" "" "loss in the plane, gap and share are what their names say"
is "$(contour exact.ll | grep -o '>largest gap: .* (')" "$(awk -F, 'NR > 1 && ($20^2 > most) { most = $20^2; p = $17; o = $14 }
	END { printf ">largest gap: %.4g in the plane, own loss %.4g (\n", p, o }' exact.csv)" \
	"the picture says the largest gap"
contour --style surface exact.ll | grep -q '>largest gap: .*(epoch [0-6])<'
ok $? "so does a relief, and for which epoch"
is "$(contour --field acc exact.ll | grep -c 'largest gap')" 0 "but not of another field"
evalgrid -q -d "$D" --sample 40 --x=auto:7 --y=auto:5 told.ll >sampled.ll
is "$(contour sampled.ll | grep -c "largest gap\|>the checkpoints' own losses are of other images<")" 1 \
	"losses of other images have no gap, and this is said"
is "$(gridconv -t path sampled.ll | awk -F, 'NR > 1 { print $18, $20 }' | sort -u)" "train " \
	"nor have they in the table"
evalgrid -q --per-class -d "$D" --x=auto:7 --y=auto:5 told.ll >classes.ll
is "$(contour classes.ll | grep -c '>largest gap') $(contour --class 3 classes.ll | grep -c '>largest gap')" "1 0" \
	"nor has one class of them"
dirgen -k pca --axes 1 run.ll | trajproj run.ll | evalgrid -q -d "$D" -n 4 --x=auto:5 >line.ll
contour line.ll 2>&1 >/dev/null | grep -q '^contour: warning: a line shows no path: a plane does, and gridconv -t path'
ok $? "a line says that it shows no path"
evalgrid -q -d "$D" --sample 40 run.ll >sampled_losses.ll
trajproj --losses sampled_losses.ll run.ll <plane | evalgrid -q -d "$D" --sample 40 --x=auto:7 --y=auto:5 |
	contour | grep -q '>largest gap'
ok $? "the same subset has"
evalgrid -q -d test="$D" --x=auto:7 --y=auto:5 told.ll >tested.ll
is "$(contour tested.ll | grep -c 'largest gap')" 0 "nor of another data set"
is "$(gridconv -t path tested.ll | awk -F, 'NR > 1 { print $18, $20 }' | sort -u)" "test " \
	"whose losses stand beside it with its name"
cat tested.ll truth.ll | gridconv -t path | cmp -s - <(gridconv -t path truth.ll)
ok $? "that of the checkpoint's data set goes first, and each checkpoint counts once"
evalgrid -q -d "$D" --x=-0.1:0.1:3 --y=-0.1:0.1:3 told.ll >near.ll
is "$(contour near.ll | grep -c 'off the plane; [1-6] of 7 outside the grid<')" 1 "what is outside is said"
gridconv -t path near.ll | awk -F, 'NR == 2 { print $17 $18 $19 $20 }' >outside
is "$(cat outside)" "" "nothing is known there"

netnew resnet20_a >shortcuts
netnew resnet20_noshort >plain
dirgen -s 1 <plain | trajproj --path-only shortcuts 2>&1 >/dev/null |
	grep -q '^trajproj: warning: the runs. network has the tensors of the plane.s model, but other nodes'
ok $? "a run of another network with the same tensors"
dirgen -s 1 <plain | trajproj --path-only plain 2>warned >/dev/null
is "$(wc -c <warned)" 0 "but not of the same"

# ---- what is refused ----
fails 1 "the model has no direction x, expected the plane" "a model without a plane" \
	sh -c 'trajproj run.ll <a >/dev/null'
fails 1 "^trajproj: the run has [0-9]* tensors, the model has 21|^trajproj: .*tensor" "a run of another network" \
	sh -c 'trajproj lenet <plane >/dev/null'
dirgen -q -k toward b b <a 2>/dev/null >parallel
fails 1 "^trajproj: x and y are parallel" "no plane" sh -c 'trajproj run.ll <parallel >/dev/null'
fails 2 "^trajproj: no run: operands are" "no run" trajproj
fails 1 "^dirgen: a has one checkpoint, expected at least 3" "one model" dirgen -k pca a
head -c 60000 run.ll >torn
fails 1 "^dirgen: torn: .*truncated" "a torn run" dirgen -k pca torn
fails 1 "^dirgen: none: No such file" "no run" dirgen -k pca none
fails 1 "^dirgen: lenet: checkpoint 1 has [0-9]* tensors, the model has 21" "a run of another network" \
	dirgen -k pca run.ll lenet
fails 1 "^dirgen: /nonexistent/losspipe[^ ]*: No such file" "no place for a run in a pipe" \
	sh -c 'cat run.ll | TMPDIR=/nonexistent dirgen -k pca'
fails 2 "--include-final is for --kind pca" "an option of another kind" dirgen --include-final
fails 2 "--seed is for --kind random" "a seed" dirgen -k pca -s 1 run.ll
# ---- several runs have names ----
mkdir sub
netnew -s 1 --pixels fashion --label A small | nettrain -q -d "$D" --epochs 3 --batch 24 >a1.ll
netnew -s 2 --pixels fashion --label A small | nettrain -q -d "$D" --epochs 3 --batch 24 >a2.ll
cp other.ll sub
trajproj --path-only a1.ll other.ll a2.ll sub/other.ll N=run.ll N=run.ll <plane | recdump |
	sed -n 's/^path.*name=\(.*\) rep=.*/\1/p' | uniq | tr -d '"' | tr '\n' ';' >names
is "$(cat names)" "A, a1;other;A, a2;other (2);N;N (2);" "runs of one label or one file are told apart"
panel()
{
	dirgen -k pca "$@" | trajproj "$@" | evalgrid -q -d "$D" -n 4 --x=auto:3 --y=auto:3
}
panel a1.ll >p1.ll
panel a2.ll >p2.ll
for style in lines surface; do
	contour --style $style p1.ll p2.ll >panels.svg
	is "$(grep -o 'middle">A[^<]*<' panels.svg | tr '\n' ' ')" 'middle">A, netnew seed 1< middle">A, netnew seed 2< ' \
		"panels of runs have names: $style"
done
contour --panel-title '{label} {netnew.seed} {nettrain.seed}' p1.ll p2.ll >panels.svg
is "$(grep -o 'middle">A[^<]*<' panels.svg | tr '\n' ' ')" 'middle">A 1 0< middle">A 2 0< ' \
	"an option of one program of several that have it"
netnew -s 1 --pixels fashion --label A small | nettrain -q -d "$D" --epochs 4 --batch 24 >a3.ll
panel a3.ll >p3.ll
is "$(contour p1.ll p2.ll p3.ll | grep -o 'middle">A[^<]*<' | grep -c 'seed [12].*epoch\|epoch.*seed [12]')" 3 \
	"what speaks to people goes before a range that tells all of them apart"
panel a1.ll a2.ll >p12.ll
is "$(contour p1.ll p12.ll | grep -o 'middle">A[^<]*<' | tr '\n' ' ')" \
	'middle">A, 3 checkpoints< middle">A, 7 checkpoints< ' "planes of different runs about one network, too"

# ---- networks alone ----
for k in 1 2 3; do netnew -s $k --pixels fashion --label "net $k" small >one$k.ll; done
dirgen -q -k toward --orthonormal one2.ll one3.ll <one1.ll | trajproj one1.ll one2.ll one3.ll |
	evalgrid -q -d "$ROOT/tests/data/sets/fashion-48.npz" -n 2 --x=auto:4 --y=auto:4 >three.ll
is "$(contour three.ll | grep -c '>net [123]</text>') $(contour three.ll | grep -c '>start<')" "6 0" \
	"networks alone stand in the plane with their names, as in the key, and start nothing"
is "$(contour three.ll | grep -c 'off the plane')" 0 "networks that span the plane are not off it"
dirgen -q -k toward --over states --orthonormal one2.ll one3.ll <one1.ll >turned.ll
netnew -s 9 --pixels fashion small >far.ll
# at: where networks are said to lie, and where they are projected to.
trajproj one2.ll one3.ll <turned.ll | path x y | awk '{ printf "%.4f %.4f ", $1, $2 }' >projected
is "$(recdump turned.ll | sed -n 's/^direction.* at_x=\([^ ]*\) at_y=\([^ }]*\).*/\1 \2/p' |
	awk '{ printf "%.4f %.4f ", $1, $2 }')" "$(cat projected)" "dirgen --orthonormal says where the networks lie"
evalgrid -q -d "$D" -n 2 --x=-1:14:4 --y=-1:14:4 turned.ll >marked.ll
for style in lines "surface --view -60,80"; do
	# shellcheck disable=SC2086  # several words
	contour --style $style marked.ll >marked.svg
	is "$(grep -c '>net [23]</text>' marked.svg) $(grep -c 'outside\|not known' marked.svg)" "4 0" \
		"they are marked in such a plane, and in its legend: $style"
done
evalgrid -q -d "$D" -n 2 --x=-1:2:4 --y=-1:2:4 turned.ll | contour >far.svg
is "$(grep -c '>outside the grid: net 2, net 3<' far.svg) $(grep -c '>net [23]</text>' far.svg)" "1 2" \
	"what lies outside is named"
evalgrid -q -d "$D" -n 2 --x=-1:2:4 --y=-1:2:4 <(fnorm -q --norm filter --force <turned.ll) | contour >lost.svg
is "$(grep -c '; the place of net 2 and net 3 is not known<' lost.svg) $(grep -c '>net [23]</text>' lost.svg)" "1 0" \
	"so is what nobody can place"
dirgen -q -k toward --axes 1 one2.ll <one1.ll | dirgen -q --orthonormal -s 1 --axis y |
	evalgrid -q -d "$D" -n 2 --x=0:1:3 --y=0:1:3 | contour | grep -c '>net 2</text>' >kept
is "$(cat kept)" 2 "a direction that was there stays where it was"
trajproj --path-only one4=far.ll <turned.ll | contour marked.ll - | grep -o '>one4 is [0-9]* % of its distance off the plane<' >off
is "$(wc -l <off)" 1 "of a network off the plane it is said how far"
dirgen -q -k toward --orthonormal one2.ll <one1.ll >turned1.ll
evalgrid -q -d "$D" -n 2 --x=0:14:5 turned1.ll | contour >on.svg
evalgrid -q -d "$D" -n 2 --x=0:1:5 turned1.ll | contour >beyond.svg
is "$(grep -c '>net 2</text>' on.svg) $(grep -c 'net 2 lies outside, at 1' on.svg beyond.svg | tr '\n' ' ')" \
	"1 on.svg:0 beyond.svg:1 " "on a line, too"
done_testing
