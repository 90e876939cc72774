#!/bin/bash
# landpage's pages in Chromium, headless, without a graphics card: what they say, what
# they draw, what they save.
. "$(dirname "$0")/../tap.sh"
P=$ROOT/tests/data/points
S=$ROOT/tests/data/streams
python=/usr/bin/python3
command -v chromedriver >/dev/null && command -v chromium >/dev/null ||
	skip_all "no chromium and chromedriver (packages chromium, chromium-driver)"
[ -x $python ] || skip_all "no Python"

gridconv "$P/plane.ll" >"$T/plane.csv"
gridconv "$P/small.ll" >"$T/small.csv"
landpage -o "$T/two.html" "$P/plane.ll" "$P/small.ll"
landpage -o "$T/surface.html" "$S/surface.ll"
landpage -o "$T/line.html" "$S/line.ll"
landpage -q --partial -o "$T/partial.html" "$P/partial.ll"
gridconv --partial "$P/partial.ll" | $python -c '
import csv, json, sys
there = {(int(r["ix"]), int(r["iy"])): r for r in csv.DictReader(sys.stdin)}
ix, iy = next((i, j) for i in range(7) for j in range(7) if (i, j) not in there)
find = lambda k, a, v: next(r[a] for r in there.values() if r[k] == str(v))
json.dump({"x": find("ix", "x", ix), "y": find("iy", "y", iy)}, sys.stdout)' >"$T/missing.json"

# table FUNCTION NUM: a surface of z as evalgrid's points
table()
{
	$python - "$1" "$2" <<'END' | $python "$P/make.py" "${@:3}"
import math, sys
n = int(sys.argv[2])
print('ix,iy,x,y,loss,acc')
for j in range(n):
    for i in range(n):
        x, y = -1 + 2 * i / (n - 1), -1 + 2 * j / (n - 1)
        print('%d,%d,%r,%r,%r,%r' % (i, j, x, y, eval(sys.argv[1]), 50 + 40 * math.cos(x)))
END
}
table 'x * y - 0.1' 9 | landpage >"$T/negative.html"
table '0.1 + x * x + 2 * y * y + 0.3 * math.sin(9 * x)**2' 301 | landpage >"$T/large.html"

evil='</script><script>window.owned = 1</script><img src=x onerror="window.owned = 1"> <!--'
netnew small --pixels fashion --label "$evil" |
	nettrain -q -d "$ROOT/tests/data/sets/fashion-48.npz" --epochs 3 --batch 16 >"$T/run.ll"
dirgen -k pca "$T/run.ll" | trajproj "<b>&=$T/run.ll" >"$T/way.ll"
evalgrid -q -d "train=$ROOT/tests/data/sets/fashion-48.npz" --sample 20 --x=auto:5 --y=auto:5 \
	-o "$T/path.ll" "$T/way.ll"
landpage --title "$evil" -o "$T/path.html" "$T/path.ll"

echo '1 0.25 0.5' | "$ROOT/pipelines/ask" >"$T/asked.ll"
dirgen -s 3 <"$S/model.ll" | evalgrid -q -d "$ROOT/tests/data/sets/tiny.npz" --x=0:1:3 --y=0:1:3 \
	-o "$T/both.ll" - "$T/asked.ll"
landpage -o "$T/asked.html" "$T/both.ll"
echo '<!DOCTYPE html><iframe sandbox="allow-scripts" src="two.html" width="1200" height="800"></iframe>' \
	>"$T/host.html"

PYTHONPATH=$ROOT/tests/tool $python "$ROOT/tests/tool/browse.py" "$T"
exit
