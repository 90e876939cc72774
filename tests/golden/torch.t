#!/usr/bin/env bash
# A PyTorch program behind evalgrid --exec and evalgrid itself agree about resnet20_a.
. "$(dirname "$0")/../tap.sh"
[ -d "$SHARED/models" ] || skip_all "the models are not here"
/usr/bin/python3 -c 'import torch, msgpack, numpy' 2>/dev/null || skip_all "no torch"
export PYTHONDONTWRITEBYTECODE=1
PATH=$PATH:$ROOT/pipelines
netload -q --arch resnet20_a --pixels imagenet "$SHARED/models/resnet20-12fca82f.th" |
	dirgen -s 1 --over states | fnorm >"$T/plane.ll"
grid="--x=-0.5:0.5:3 --y=-0.2:0.3:3"
# shellcheck disable=SC2086  # $grid is a list of options
evalgrid -q $grid -d "test=$SHARED/data/cifar10/test-846.bin" -n 128 "$T/plane.ll" >"$T/own.ll"
# shellcheck disable=SC2086
evalgrid -q $grid --exec "torch-loss $ROOT/tests/golden/resnet20_a.py" "$T/plane.ll" >"$T/torch.ll"
ok $? "torch-loss evaluates resnet20_a"
# float32 convolutions in another order: logits differ by 1e-5 of their size, an
# image on the edge of two classes may change sides.
paste -d, <(gridconv "$T/own.ll" | cut -d, -f1-6) <(gridconv "$T/torch.ll" | cut -d, -f1-6) |
	awk -F, 'NR > 1 { d = $5 - $11; r = sqrt(d * d) / (1e-3 + $5); a = $6 - $12
		worst = r > worst ? r : worst; n++; bad += r > 1e-4 || a * a > 1 }
	END { printf "# %d losses, worst relative difference %.2g\n", n, worst; exit n != 9 || bad }'
ok $? "and evalgrid agrees with it"
done_testing
