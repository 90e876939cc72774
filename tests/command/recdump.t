#!/bin/bash
# recdump shows any stream, and what came before a damage.
. "$(dirname "$0")/../tap.sh"
S=$ROOT/tests/data/streams

is "$(recdump "$S/surface.ll" | cut -d ' ' -f 1 | tr '\n' ' ')" \
	"begin grid point point point point point point end " "one line per record"
is "$(recdump "$S/floats.ll" | sed -n 2p)" \
	"tensor {tensor=0 name=w dtype=<f4 shape=[3] offset=0} +12 bytes" "header and payload"
is "$(recdump "$S/unknown.ll" | sed -n 2p)" \
	'x-note {text="café \"q\" \\ \u000a" nil=nil yes=true list=[1 -1 9223372036854775808 0.1 nan inf] map={deep=[{er=0x00ff}]} 7=seven} +19 bytes' \
	"values of every type"
is "$(recdump --json "$S/unknown.ll" | sed -n 2p)" \
	'{"kind":"x-note","header":{"text":"café \"q\" \\ \u000a","nil":null,"yes":true,"list":[1,-1,9223372036854775808,0.1,"nan","inf"],"map":{"deep":[{"er":"00ff"}]},"7":"seven"},"payload_bytes":19}' \
	"the same as JSON"
is "$(cat "$S/floats.ll" "$S/line.ll" | recdump | cksum)" \
	"$(recdump "$S/floats.ll" "$S/line.ll" | cksum)" "cat joins streams as operands do"
is "$(recdump - <"$S/floats.ll" | cksum)" "$(recdump "$S/floats.ll" | cksum)" "- is standard input"

head -c 1000 "$S/surface.ll" >"$T/torn"
fails 1 "torn: truncated after 5 records" "a torn stream is refused" recdump "$T/torn"
is "$(recdump "$T/torn" 2>/dev/null | wc -l)" 6 "its whole records are shown first"
fails 1 "nowhere: No such file" "a missing file is named" recdump nowhere
done_testing
