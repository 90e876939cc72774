#!/usr/bin/env bash
# The benchmarks run in any clone: on images that are made there, and what is missing is
# one line.  Nothing here looks at a time.
. "$(dirname "$0")/../tap.sh"
[ -x "$ROOT/$BUILD/bench/throughput" ] || skip_all "make $BUILD/bench/throughput"
cd "$ROOT" || exit 1
run=$BUILD/bench/throughput

loss() { echo | "$run" -n 8 "$@" | cut -d' ' -f4; }
is "$(loss -a resnet20)" "$(loss -a resnet20 -j 2)" "random images are the same ones, whoever takes them"
is "$(echo | "$run" -n 8 -b 8 -p train | wc -w)" 4 "a round of training on them"
netload -q "$ROOT/pipelines/samples/mixed.onnx" >"$T/mixed.ll"
/usr/bin/python3 - "$T" "$ROOT" <<'END'
import sys
sys.path.insert(0, sys.argv[2] + '/tests/bench')
import machine, os
os.makedirs(sys.argv[1] + '/bench')
print(os.path.getsize(machine.images(None, sys.argv[1])), file=open(sys.argv[1] + '/size', 'w'))
END
is "$(cat "$T/size")" 3146752 "1,024 images in CIFAR-10's form"
is "$(loss -a resnet20 -d "$T/bench/random-1024.bin" | wc -w)" 1 "and a network runs on them"
is "$(loss -m "$T/mixed.ll" -d "$ROOT/tests/data/onnx/input.npy" -n 2 | wc -w)" 1 "a model, on an array"
mkdir "$T/bin"
ln -s "$(command -v python3)" "$(command -v env)" "$T/bin"
PATH=$T/bin python3 tests/bench/grid.py --build "$BUILD" >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err")" "1 grid.py: parallel is missing: apt-get install parallel" "what is missing is a line"
python3 tests/bench/race.py plans --build "$BUILD" --data nowhere.bin >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err")" "1 nowhere.bin is no file, expected images as CIFAR-10 has them" "images that are not there"
PATH=$T/bin python3 tests/bench/page.py --build "$BUILD" >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err")" "1 page.py: chromedriver is missing: apt-get install chromium-driver" "a browser that is missing"
python3 tests/bench/race.py plans --build nowhere >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err")" "1 race.py: nowhere/bench/throughput is not built: make nowhere/bench/throughput" \
	"what is not built"
python3 tests/bench/race.py plans --build "$BUILD" --arch resnet20_a --level base --images 2 --rounds 1 \
	--threads 1 --csv "$T/plans.csv" >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err") $(grep -v '^#' "$T/plans.csv" | cut -d, -f1-3,8,9 | tr '\n' ' ')" \
	"0  network,threads,contender,rounds,images resnet20_a,1,fast,1,2 resnet20_a,1,base,1,2 resnet20_a,1,gemm,1,2 " \
	"plans find the same loss"
passes "a file says when, on what, with what" \
	grep -q '^# 20..-..-.., .* cores, .*; losspipe [0-9.]*, kernels ' "$T/plans.csv"
python3 tests/bench/grid.py --build "$BUILD" --points 2 --images 4 --rounds 1 --csv "$T/grid.csv" >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err") $(grep -c , "$T/grid.csv")" "0  8" "threads, shards and points"
if [ -x "$BUILD/bench/products" ] && "$python" -c 'import torch, onnx' 2>"$T/err"; then
	for what in training products; do
		"$python" tests/bench/race.py $what --build "$BUILD" --arch vit --threads 1 --rounds 1 --images 4 \
			--engine eager --csv "$T/$what.csv" >"$T/x" 2>"$T/err"
		is "$? $(cat "$T/err") $(grep -c '^vit,1,' "$T/$what.csv")" "0  2" "$what: PyTorch finds the same"
	done
	"$python" tests/bench/table.py "$T/training.csv" "$T/products.csv" "$T/grid.csv" >"$T/rows" 2>"$T/err"
	is "$? $(cat "$T/err") $(grep -c '^\.It vision transformer Ta 1 Ta .* (' "$T/rows") $(grep -c '^\.Bl' "$T/rows")" "0  2 3" \
		"tables of what they found"
fi
"$python" - "$ROOT" >"$T/x" 2>"$T/err" <<'END'
import sys
sys.path.insert(0, sys.argv[1] + '/tests/bench')
import contender, engines
for command in (['sleep', '60'], ['sh', '-c', 'echo well; echo why >&2; exit 1'], ['sh', '-c', 'kill -9 $$']):
    c = contender.Contender('one', command, 0.3 if command[0] == 'sleep' else 60)
    try:
        print(c.answer())
        print(c.round())
    except contender.Failed as why:
        print(why)
print(engines.missing(sys.executable, ['nothing-of-that-name==1']))
END
is "$? $(cat "$T/err") $(tr '\n' '|' <"$T/x")" \
	"0  no answer in 0.3 s|['well']|why|ended with status -9|['nothing-of-that-name==1']|" \
	"a contender that is stuck, or ends, is said; pip is asked only for what is missing"
python3 tests/bench/error.py --build "$BUILD" --models nowhere --points 3 --threads 1 \
	--images tests/data/sets/fashion-48.npz --csv "$T/error.csv" >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err") $(grep -c 'is left out: no nowhere/' "$T/x") $(grep -v '^#' "$T/error.csv" | cut -d, -f1-4,9- | tr '\n' ' ')" \
	"0  3 net,points,error,images,cells,lost fashion,3,all,48.0,0.0,0 fashion,3,5%,48.0,0.0,0 \
fashion,3,2%,48.0,0.0,0 fashion,3,1%,48.0,0.0,0 " "what an error saves, of the networks that are there"
python3 tests/bench/exec.py --build "$BUILD" --weights 1000 --points 3 --rounds 1 --csv "$T/exec.csv" >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err") $(cut -d, -f1,2 "$T/exec.csv" | tr '\n' ' ')" "0  weights,form 1000,stream 1000,place " "what a point of a program costs"
done_testing
