#!/bin/bash
# gridconv: points as CSV and JSON.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams

is "$(gridconv "$S/surface.ll" | head -n 1)" \
	"ix,iy,x,y,loss,acc,n,rep,run,sd,se,set,status" "six columns come first"
is "$(gridconv "$S/surface.ll" | sed -n 3p)" \
	"1,0,0,0,0.1,100,8,0,aaaaaaaaaaaaaaaa,0.1,0.01,train,ok" "a point is a line"
is "$(gridconv "$S/surface.ll" | tail -n 1 | cut -d , -f 1-6,13)" \
	"2,1,1,1,nan,50,nan" "NaN is a value"
is "$(gridconv "$S/line.ll" | cut -d , -f 2,4 | sort -u | tr '\n' ' ')" \
	"0,0 iy,y " "on a line iy and y are 0"
# 1.1 + 0.3 and its neighbour 1.4 are different numbers
is "$(gridconv "$S/line.ll" | cut -d , -f 5 | grep -c 1.4000000000000001)" \
	1 "numbers read back exactly"
is "$(cat "$S/line.ll" "$S/surface.ll" | gridconv | wc -l)" 17 "runs follow each other"
is "$(gridconv "$S/surface.ll" "$S/surface.ll" | cksum)" \
	"$(gridconv "$S/surface.ll" | cksum)" "exact duplicates are dropped"
is "$(gridconv -t json "$S/surface.ll" | tail -n 1)" \
	'{"run":"aaaaaaaaaaaaaaaa","rep":0,"set":"train","ix":2,"iy":1,"x":1,"y":1,"loss":"nan","acc":50,"se":0.01,"sd":0.1,"n":8,"status":"nan"}]}]' \
	"JSON"
if [ -x /usr/bin/python3 ]; then
	is "$(gridconv -t json "$S/line.ll" "$S/surface.ll" | /usr/bin/python3 -c '
import json, sys
print([(s["grid"]["sets"], len(s["points"])) for s in json.load(sys.stdin)])')" \
		"[(['train', 'test'], 10), (['train'], 6)]" "which Python reads"
fi

head -c 1000 "$S/surface.ll" >"$T/torn"
fails 1 "truncated" "a torn stream is refused" gridconv -o "$T/out" "$T/torn"
[ ! -e "$T/out" ] && [ ! -e "$T/out.part" ]
ok $? "and leaves no file"
is "$(gridconv --partial "$T/torn" | wc -l)" 5 "--partial takes what is there"
fails 1 "no grid" "a stream without points is refused" gridconv "$S/floats.ll"
passes "-o writes a file" gridconv -o "$T/out" "$S/line.ll"
is "$(cksum <"$T/out")" "$(gridconv "$S/line.ll" | cksum)" "the same"
done_testing
