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
python3 tests/bench/error.py --build "$BUILD" --models nowhere --points 3 --threads 1 \
	--images tests/data/sets/fashion-48.npz --csv "$T/error.csv" >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err") $(grep -c 'is left out: no nowhere/' "$T/x") $(cut -d, -f1-4,9- "$T/error.csv" | tr '\n' ' ')" \
	"0  3 net,points,error,images,cells,lost fashion,3,all,48.0,0.0,0 fashion,3,5%,48.0,0.0,0 \
fashion,3,2%,48.0,0.0,0 fashion,3,1%,48.0,0.0,0 " "what an error saves, of the networks that are there"
python3 tests/bench/exec.py --build "$BUILD" --weights 1000 --points 3 --rounds 1 --csv "$T/exec.csv" >"$T/x" 2>"$T/err"
is "$? $(cat "$T/err") $(cut -d, -f1,2 "$T/exec.csv" | tr '\n' ' ')" "0  weights,form 1000,stream 1000,place " "what a point of a program costs"
done_testing
