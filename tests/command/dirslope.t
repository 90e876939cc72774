#!/usr/bin/env bash
# dirgen -k hessian and -k gradient: directions against evalgrid's differences.
. "$(dirname "$0")/../tap.sh"
images=$ROOT/tests/data/sets/fashion-48.npz
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" >"$T/net.ll"
slope() { dirgen -q -d "$images" -k "$@" <"$T/net.ll"; }

slope gradient >"$T/gradient.ll"
ok $? "the gradient"
slope hessian -j1 >"$T/top.ll"
ok $? "eigenvectors"
slope hessian -j2 | cmp -s - "$T/top.ll"
ok $? "same bytes with 2 threads"
slope gradient -j2 | cmp -s - "$T/gradient.ll"
ok $? "the gradient's, too"
is "$(recdump "$T/gradient.ll" | grep -c '^direction')" 1 "a gradient is one axis"
slope hessian --which smallest >"$T/bottom.ll"
hessgrid -q -k 2 -d "$images" "$T/net.ll" | gridconv -t csv >"$T/eigen.csv"

# grid FILE H: losses at -h, 0, h along x.
grid() { evalgrid -q -d "$images" --x="-$2:$2:3" "$1" | gridconv -t csv; }

# field FILE KEY: of its directions.
field() { recdump "$1" | sed -n "s/^direction.* $2=\([^ }]*\).*/\1/p" | tr '\n' ' '; }

# Richardson: the error of two central differences is of the fourth order.
grid "$T/gradient.ll" 0.0004 >"$T/a.csv"
grid "$T/gradient.ll" 0.0008 >"$T/b.csv"
passes "its slope along itself is the square of its norm" /usr/bin/python3 -c 'import csv, sys
def slope(f):
    r = list(csv.DictReader(open(f)))
    return (float(r[2]["loss"]) - float(r[0]["loss"])) / (float(r[2]["x"]) - float(r[0]["x"]))
s = (4 * slope(sys.argv[1]) - slope(sys.argv[2])) / 3
want = float(sys.argv[3]) ** 2
assert abs(s / want - 1) < 1e-2, (s, want)' "$T/a.csv" "$T/b.csv" "$(field "$T/gradient.ll" slope)"

# The loss is smooth in the last layer; the Hessian knows nothing of the
# kinks of ReLUs beside the model.
slope hessian --axes 1 >"$T/one.ll"
slope hessian --axes 1 --tensors 'fc*' >"$T/smooth.ll"
grid "$T/smooth.ll" 0.01 >"$T/a.csv"
grid "$T/smooth.ll" 0.02 >"$T/b.csv"
passes "the loss bends along an eigenvector as its eigenvalue says" /usr/bin/python3 -c 'import csv, sys
def bend(f):
    r = [float(q["loss"]) for q in csv.DictReader(open(f))]
    x = [float(q["x"]) for q in csv.DictReader(open(f))]
    return (r[0] - 2 * r[1] + r[2]) / x[2] ** 2
b = (4 * bend(sys.argv[1]) - bend(sys.argv[2])) / 3
want = float(sys.argv[3])
assert abs(b / want - 1) < 1e-2, (b, want)' "$T/a.csv" "$T/b.csv" "$(field "$T/smooth.ll" eigenvalue)"

passes "eigenvalues are those of hessgrid" /usr/bin/python3 -c 'import csv, sys
r = next(csv.DictReader(open(sys.argv[1])))
for key, got in ("top", sys.argv[2]), ("bottom", sys.argv[3]):
    for a, b in zip(eval(r[key]), map(float, got.split())):
        assert abs(a / b - 1) < 1e-3, (key, a, b)' \
	"$T/eigen.csv" "$(field "$T/top.ll" eigenvalue)" "$(field "$T/bottom.ll" eigenvalue)"
for end in top bottom; do
	fnorm -v "$T/$end.ll" 2>&1 >/dev/null | sed -n 's/.*cosine between x and y is //p' >"$T/cosine"
	passes "$end: the two are at a right angle" awk '{ exit !($1 < 1e-5 && $1 > -1e-5) } END { if (!NR) exit 1 }' "$T/cosine"
done
fnorm -q <"$T/top.ll" | recdump - | grep '^d[ei]' >"$T/after"
recdump "$T/top.ll" | grep '^d[ei]' | cmp -s - "$T/after"
ok $? "fnorm leaves them as they are"

dirgen -q -k hessian --axis y --which smallest -d "$images" <"$T/one.ll" >"$T/both.ll"
# shellcheck disable=SC2046,SC2183  # lists of numbers
is "$(printf '%.4g %.4g' $(field "$T/both.ll" eigenvalue))" \
	"$(printf '%.4g %.4g' $(field "$T/one.ll" eigenvalue) $(field "$T/bottom.ll" eigenvalue | cut -d ' ' -f 1))" \
	"the largest along x, the smallest along y"
slope gradient --tensors 'fc*' -n 8 --loss mse | recdump - | grep -q '^direction.*slope='
ok $? "a part of the tensors, of the images, another loss"
slope gradient --ignore none >"$T/all.ll"
passes "with bias and batch norm it is longer" awk -v a="$(field "$T/gradient.ll" slope)" \
	-v b="$(field "$T/all.ll" slope)" 'BEGIN { exit !(b > a) }'
ldd "$(command -v dirgen)" 2>/dev/null | grep -q openblas
is $? 1 "dirgen of other kinds does not load OpenBLAS"

fails 2 "0 data sets, expected one" "no data" dirgen -k hessian <"$T/net.ll"
fails 2 "--data is for --kind hessian and gradient" "data for random directions" dirgen -d "$images" <"$T/net.ll"
fails 2 "--images is for --kind hessian and gradient" "images for random directions" dirgen -n 3 <"$T/net.ll"
fails 2 "--which is for --kind hessian" "an end of a gradient" \
	dirgen -k gradient --which smallest -d "$images" <"$T/net.ll"
fails 2 "a gradient is one axis" "two gradients" dirgen -k gradient --axes 2 -d "$images" <"$T/net.ll"
fails 2 "--over is states" "running statistics" dirgen -k gradient --over states -d "$images" <"$T/net.ll"
fails 1 "residual .* after [0-9]+ products, expected 0.001 of it" "too few products" \
	dirgen -k hessian --products 4 -d "$images" <"$T/net.ll"
fails 1 "no tensor of two dimensions is called 'bn" "a pattern without tensors" \
	dirgen -k hessian --tensors 'bn*' -d "$images" <"$T/net.ll"
head -c 9000 "$T/net.ll" >"$T/torn"
fails 1 "^dirgen: (standard input|-): truncated" "a torn model" dirgen -k gradient -d "$images" <"$T/torn"
done_testing
