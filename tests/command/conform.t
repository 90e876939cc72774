#!/bin/bash
# The conformance kit: it knows the reference implementation, losspipe itself, and every
# formula of its own, whatever is given and taken.
# shellcheck disable=SC1091
. "$(dirname "$0")/../tap.sh"
/usr/bin/python3 -c 'import numpy' 2>/dev/null || skip_all "no numpy"
kit=$ROOT/tests/conformance
cd "$T" || exit
has() { /usr/bin/python3 -c "import $1" 2>/dev/null; }
right="verdict: weights filter; biases and batch norms left out: filter normalisation as in the paper"

# asked STATUS VERDICT NAME ARGUMENT...: what conform says in the end.
asked()
{
	local status=$1 verdict=$2 name=$3
	shift 3
	"$kit/conform" "$@" >said 2>err
	is "$? $(tail -n 1 said)" "$status $verdict" "$name"
	[ ! -s err ] || sed 's/^/# /' err
}
for models in npz safetensors; do
	asked 0 "$right" "the reference in forty lines, $models" --models $models "$kit/reference.py"
done
[ "$(wc -l <"$kit/reference.py")" -le 40 ]
ok $? "forty lines at most"
! has torch || asked 0 "$right" "the reference, PyTorch" "$kit/reference.py"
! has onnx || asked 0 "$right" "the reference, ONNX" --models onnx "$kit/reference.py"
for models in npz safetensors pt onnx; do
	asked 0 "$right" "losspipe, $models" --models $models "$kit/adapter-losspipe"
done
asked 0 "$right" "losspipe, raw directions by number" --models onnx --raw list "$kit/adapter-losspipe"
is "$(head -n 1 said)" "losspipe conformance kit $(cat "$kit/VERSION"), models as onnx, raw directions as list" \
	"the version is said"
grep -q "kit $(cat "$kit/VERSION")" "$kit/README.md"
ok $? "and is that of its page"
if has torch; then
	asked 1 "verdict: weights layer; biases and batch norms layer: not the paper's" "the adapter's example" \
		"$kit/adapter.py"
fi

# Every formula, by a tool that computes it and writes as it is told.
cat >tool <<'END'
#!/usr/bin/python3
import os, sys, numpy as np
sys.path.insert(0, os.environ['KIT'])
import formulas
weights, small, form, factor, model, raw, out = sys.argv[1:]
w, d = dict(np.load(model)), dict(np.load(raw))
names = list(d)
if 'xdirection/0' in d:
    names = [k for k in w if not k.endswith(('mean', 'var', 'tracked'))]
    d = {k: d['xdirection/%d' % i] for i, k in enumerate(names)}
r = formulas.normalise({k: w[k] for k in names}, d, {}, weights, small)
r = {k: np.float32(float(factor) * v) for k, v in r.items()}
if form == 'h5':
    import h5py
    with h5py.File(out, 'w') as f:
        for i, k in enumerate(names):
            f['xdirection/%d' % i] = r[k]
elif form == 'list':
    np.savez(out, *r.values())
elif form == 'less':
    np.savez(out, **{k: v for k, v in r.items() if v.any()})
else:
    np.savez(out, **r)
END
chmod +x tool
export KIT=$kit
for weights in layer weight dfilter dlayer model none input kernel axis0 axis1 last twice element; do
	asked 1 "verdict: weights $weights; biases and batch norms left out: not the paper's" "$weights" \
		--models npz ./tool $weights "left out" npz 1
done
for small in copied layer element unit none; do
	asked 1 "verdict: weights filter; biases and batch norms $small: not the paper's" "$small" \
		--models npz ./tool filter $small npz 1
done
asked 1 "verdict: weights filter-scaled; biases and batch norms left out: not the paper's" "rescaled" \
	--models npz ./tool filter "left out" npz 0.3
for form in list less; do
	asked 0 "$right" "answers as a $form" --models npz --raw list ./tool filter "left out" $form 1
done
! has h5py || asked 0 "$right" "answers as HDF5" --models npz ./tool filter "left out" h5 1

# What is no answer.
fails 2 "^conform: ./tool ended with status 1" "a tool that fails" \
	sh -c "'$kit/conform' --models npz ./tool filter 2>&1 | tail -n 1 >&2; exit 2"
fails 2 "^conform: true left no OUT|^conform: no OUT" "a tool that writes nothing" "$kit/conform" true
printf '#!/bin/sh\nfor o; do :; done\necho hello >"$o"\n' >garbage
chmod +x garbage
fails 2 "^conform: OUT is no npz, h5 or safetensors" "a tool that writes something else" "$kit/conform" ./garbage
fails 2 "^conform: no COMMAND" "no tool" "$kit/conform"
fails 2 "^conform: --models expects one of" "another kind" "$kit/conform" --models tf x

# The answers are those of make.py, and normcheck agrees with them.
if has torch && has onnx; then
	cp -r "$kit" kit && rm kit/answers/*
	(cd kit && /usr/bin/python3 make.py)
	diff -r "$kit/answers" kit/answers >differ && cmp -s "$kit/models/conv.onnx" kit/models/conv.onnx
	ok $? "make.py makes the answers"
fi
# follows NET FORMULA: what normcheck says of the answers of a formula.
follows()
{
	netload "$kit/models/$1.onnx" >net
	/usr/bin/python3 - "$kit/answers/$1.weights.csv" "$2" <<'END'
import csv, sys, numpy as np
out = {}
for row in csv.DictReader(open(sys.argv[1])):
    shape = tuple(map(int, row['shape'].split('x')))
    out.setdefault((row['tensor'], shape), []).append(float(row[sys.argv[2]]))
np.savez('d.npz', **{k: np.float32(v).reshape(s) for (k, s), v in out.items()})
END
	dirgen --from d.npz <net | normcheck --json | jq -r '.directions[0].follows'
}
for weights in filter layer kernel input axis0 axis1 last dfilter dlayer model; do
	is "$(follows conv $weights)" $weights "normcheck agrees with the answers, $weights"
done
is "$(follows matmul filter) $(follows matmul input)" "filter input" "also where filters are columns"
done_testing
