#!/usr/bin/env bash
# torch-loss of as many images as a stated error takes: those that evalgrid itself takes.
. "$(dirname "$0")/../tap.sh"
$python -c 'import torch' 2>/dev/null || skip_all "no torch"
export PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1
PATH=$PATH:$ROOT/pipelines
cd "$T" || exit 1
user=$ROOT/tests/data/nets/small.py
# 1200 images: the 48 of the test data, and the same a little darker and shifted.
sed '/^def loss/,$d' "$user" | sed "s,__file__,'$user'," >second.py
cat >>second.py <<'X'
many = np.concatenate([np.roll(images['x'] // (1 + k // 5), k % 5, axis=2) for k in range(25)])
x, y = (torch.from_numpy(many).float() / 255 - 0.2860) / 0.3530, y.repeat(25)
data, criterion, batch = (x, y), nn.CrossEntropyLoss(reduction='none'), 100
X
$python -c 'import second, numpy; numpy.savez("images.npz", x=second.many, y=second.y.numpy().astype("uint8"))'
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" | dirgen -s 1 | fnorm >plane.ll
at() { timeout 100 evalgrid -q --x=-1:1:4 --y=-1:1:3 "$@" plane.ll; }
# agrees A B: points on as many images, with losses of another rounding.
agrees()
{
	paste -d' ' <(gridmerge "$1" | recdump | grep '^point') <(gridmerge "$2" | recdump | grep '^point') | awk '{
		for (i = 2; i <= NF; i++) { split($i, a, "="); if (a[1] in v) d[a[1]] = a[2]; else v[a[1]] = a[2] }
		for (k in d) if (k == "n" || k == "acc") bad += v[k] != d[k]; else if (k == "loss" || k == "sd" || k == "se")
			bad += (v[k] - d[k])^2 > 1e-10 * d[k]^2
		ns[v["n"]]; rows++; split("", v); split("", d) }
		END { for (k in ns) several++; exit rows != 12 || bad || several < 3 }'
}
at -d images.npz --error 4%,floor=0 >own.ll
at --error 4% --exec-form place --exec 'torch-loss --place second.py' >place.ll
ok $? "weights that stay"
agrees own.ll place.ll
ok $? "as many images as evalgrid takes, the same ones"
at --error 4% --exec 'torch-loss second.py' >stream.ll && agrees own.ll stream.ll
ok $? "with whole networks, too"
at --error 4% -j2 --exec-ahead 3 --exec-form place --exec 'torch-loss --place second.py' | cmp -s - place.ll
ok $? "the same bytes with two processes and several points under way"
at -d images.npz --error 4%,floor=0 --sample-seed 5 >own.ll
at --error 4% --sample-seed 5 --exec-form place --exec 'torch-loss --place second.py' >place.ll && agrees own.ll place.ll
ok $? "in another order"
sed 's/^data.*/data = [(x[:300], y[:300]), (x[300:], y[300:])]/; $a criterion = nn.CrossEntropyLoss(reduction="none")' second.py >batches.py
at --error 4% --sample-seed 5 --exec-form place --exec 'torch-loss --place batches.py' >place.ll && agrees own.ll place.ll
ok $? "from batches"
sed "s/(reduction='none')/()/" second.py >mean.py
at --error 4% --exec-form place --exec 'torch-loss --place mean.py' >none 2>err
is "$? $(grep -c "expected one for each image (reduction='none')" err)" "1 1" "a criterion that is a mean is refused"
at --error 4% --exec "torch-loss $user" >none 2>err
is "$? $(grep -c "defines 'loss', which is of all its images: for --error it must define data and criterion" err)" "1 1" \
	"and so is a loss of the user's"
sed 's/^data.*/data = [(x[:300], y[:300]), (x[300:, :, :14, :14], y[300:])]/; $a criterion = nn.CrossEntropyLoss(reduction="none")' second.py >sizes.py
at --error 4% --exec "torch-loss sizes.py" >none 2>err
is "$? $(grep -c "sizes.py: --error takes images in another order, for which the batches of data must fit together" err)" "1 1" \
	"and images of several sizes"
is "$(PYTHONPATH=$ROOT/pipelines $python -c 'import losspipe; print(*losspipe.order(10, 1))')" "5 7 6 9 2 3 0 4 8 1" "losspipe.order"
done_testing
