#!/usr/bin/env bash
# The stages of pipelines/ that are PyTorch's.
. "$(dirname "$0")/../tap.sh"
$python -c 'import torch' 2>/dev/null || skip_all "no torch"
export PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1
PATH=$PATH:$ROOT/pipelines
net=$ROOT/tests/data/nets/fashion-small.pt
user=$ROOT/tests/data/nets/small.py
images=$ROOT/tests/data/sets/fashion-48.npz
grid="--x=-0.5:0.5:3 --y=-0.5:0.5:3"
netload -q --arch small --pixels fashion "$net" >"$T/model.ll"
values() { gridconv "$1" | cut -d, -f1-6; }

# agrees A B: losses within 1e-5 of their size, the accuracies too (another rounding).
agrees()
{
	paste -d, <(values "$1") <(values "$2") | awk -F, '
	NR > 1 { d = $5 - $11; n++; bad += d * d > 1e-10 * (1 + $5 * $5) || ($6 - $12)^2 > 1e-20 }
	END { exit n == 0 || bad }'
}

# An evaluator: any module, any loss.
dirgen -s 1 --over states <"$T/model.ll" | fnorm >"$T/plane.ll"
# shellcheck disable=SC2086  # $grid is a list of options
evalgrid -q $grid -d "$images" "$T/plane.ll" >"$T/own.ll"
# shellcheck disable=SC2086
evalgrid -q $grid --exec "torch-loss $user" --exec-loss crossentropy "$T/plane.ll" >"$T/torch.ll"
ok $? "torch-loss evaluates a grid"
agrees "$T/own.ll" "$T/torch.ll"
ok $? "its losses and accuracies are evalgrid's own"
# shellcheck disable=SC2086
evalgrid -q $grid -j2 --exec "torch-loss $user" --exec-loss crossentropy "$T/plane.ll" | cmp -s - "$T/torch.ll"
ok $? "same bytes with two processes"

# The second form: data and criterion; weights and directions that stay on the device.
sed '/^def loss/,$d' "$user" | sed "s,__file__,'$user'," >"$T/second.py"
cat >>"$T/second.py" <<'X'
data, criterion, batch = (x, y), nn.CrossEntropyLoss(reduction='none'), 20
X
sed "s/^data.*/data = [(x[:30], y[:30]), (x[30:], y[30:])]; criterion = nn.CrossEntropyLoss()/" "$T/second.py" >"$T/batches.py"
for file in second batches; do
	# shellcheck disable=SC2086
	evalgrid -q $grid --exec "torch-loss $T/$file.py" "$T/plane.ll" >"$T/stream.ll"
	ok $? "torch-loss with data and criterion ($file)"
	agrees "$T/own.ll" "$T/stream.ll"
	ok $? "its losses and accuracies are evalgrid's own"
	# shellcheck disable=SC2086
	evalgrid -q $grid --exec-form place --exec-ahead 3 --exec "torch-loss --place $T/$file.py" "$T/plane.ll" >"$T/place.ll"
	is "$? $(values "$T/place.ll" | cksum)" "0 $(values "$T/stream.ll" | cksum)" "the same with weights that stay"
done
# shellcheck disable=SC2086
evalgrid -q $grid --exec-form place --exec "torch-loss --place $T/second.py" "$T/plane.ll" | recdump >"$T/said"
is "$(grep -c '^point .* se=0 sd=[0-9.]* n=48 status=ok' "$T/said")" 9 "a criterion of single images has their spread"
# shellcheck disable=SC2086
evalgrid -q $grid --exec-form place --exec "torch-loss --place $user" "$T/plane.ll" >"$T/place.ll" &&
	agrees "$T/torch.ll" "$T/place.ll"
ok $? "loss(module) is asked for places, too"
dirgen -q -s 1:2 --over states "$T/model.ll" 2>/dev/null >"$T/reps.ll"
for bn in fixed states; do
	for form in stream place; do
		place=''
		[ "$form" = stream ] || place=--place
		evalgrid -q --bn $bn --x=0:0.1:3 --y=0:0.1:2 --exec-form $form --exec "torch-loss $place $T/second.py" \
			"$T/reps.ll" 2>"$T/err" | gridconv | cut -d, -f1-6 >"$T/bn.$form"
	done
	is "$(wc -l <"$T/bn.place") $(cksum <"$T/bn.place")" "13 $(cksum <"$T/bn.stream")" "two directions over states, --bn $bn"
done
# shellcheck disable=SC2086
timeout 60 evalgrid -q $grid --exec-form place --exec "torch-loss $user" "$T/plane.ll" 2>"$T/err" >"$T/none"
is "$? $(grep -c "expected 'id=.*(--exec-form place)" "$T/err")" "1 1" "torch-loss without --place, asked for places"
# shellcheck disable=SC2086
timeout 60 evalgrid -q $grid --exec "torch-loss --place $user" "$T/plane.ll" 2>"$T/err" >"$T/none"
is "$? $(grep -c 'expected as places: evalgrid --exec-form place' "$T/err")" "1 1" "torch-loss --place, asked by networks"

# A module as a model.
torch-model "$user" >"$T/module.ll"
ok $? "torch-model writes a model"
names() { recdump --json "$1" | $python -c '
import json, sys
for r in map(json.loads, sys.stdin):
    if r["kind"] == "model":
        print(*((t["name"], t["role"], t["shape"], t["out_axis"]) for t in r["header"]["tensors"]), sep="\n")'; }
is "$(names "$T/module.ll" | sort)" "$(names "$T/model.ll" | sort)" "with the names and roles that netload finds"
# shellcheck disable=SC2086
dirgen -s 1 --over states <"$T/module.ll" | fnorm |
	evalgrid -q $grid --exec "torch-loss $user" >"$T/module-points.ll"
agrees "$T/own.ll" "$T/module-points.ll"
ok $? "without a graph it has the same surface"

# A gradient in dirgen's place.
torch-gradient "$user" <"$T/model.ll" >"$T/gradient.ll"
ok $? "torch-gradient writes a direction"
dirgen -s 1 --axis y <"$T/gradient.ll" | fnorm 2>"$T/err" >"$T/both.ll"
ok $? "dirgen and fnorm go on"
evalgrid -q --x=-1e-5:1e-5:3 --y=0:0.5:2 -d "$images" "$T/both.ll" >"$T/down.ll"
is "$(recdump "$T/down.ll" | grep -c '^direction.*kind=gradient.*norm=none')" 1 "fnorm leaves the gradient as it is"
gridconv "$T/down.ll" | awk -F, '$2 == 0 && NR > 1 { l[$1] = $5 } END { exit !(l[0] < l[1] && l[1] < l[2]) }'
ok $? "the loss falls against it and rises along it"
# The slope along the gradient g s, with s g as long as the weights, is |g| |w|.
slope=$(gridconv "$T/down.ll" | awk -F, '$2 == 0 && NR > 1 { l[$1] = $5 } END { print (l[2] - l[0]) / 2e-5 }')
$python - "$user" "$slope" <<'END'
import runpy, sys
user = runpy.run_path(sys.argv[1])
module = user['module'].eval()
user['loss'](module)[0].backward()
norm = lambda tensors: sum(float(t.double().square().sum()) for t in tensors) ** 0.5
want = norm(p.grad for p in module.parameters()) * norm(module.parameters())
# central differences of a loss of rounding 1e-7 over 2e-5, which is 1e-2 of some 30
sys.exit(abs(float(sys.argv[2]) - want) > 2e-2 * want)
END
ok $? "as steeply as the gradient says"
done_testing
