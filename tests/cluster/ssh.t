#!/usr/bin/env bash
# parallel-surface on two hosts, of which one is cut off and one is killed.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/hosts.sh"
surface=$ROOT/pipelines/parallel-surface
W=$T/work
mkdir "$W" && cp "$ROOT/tests/data/sets/fashion-48.npz" "$W/images.npz" && cd "$W" || exit 1
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" |
	dirgen -s 1 | fnorm >plane.ll
grid=(-d images.npz --x=-1:1:21 --y=-1:1:10)
evalgrid -q "${grid[@]}" plane.ll | gridmerge >whole.ll

# Hosts that see nothing of the work: everything is carried.
start_host a 1 "$W" && start_host b 2 "$W"
ok $? "two hosts start"
passes "two hosts without a shared file system" "$surface" --sshlogin a,b plane.ll away.ll 6 "${grid[@]}"
sed 's/^/# /' "$T/passes.err"
grep -q 'a: carrying images.npz' "$T/passes.err" && grep -q 'b: carrying plane.ll' "$T/passes.err"
ok $? "the plane and the images are carried"
grep -Eq 'shards: (a|b) [1-5], (a|b) [1-5]$' "$T/passes.err"
ok $? "both have computed"
passes "the bytes are those of one run" cmp whole.ll away.ll
passes "once more: what is carried stays" "$surface" --sshlogin a,b plane.ll again.ll 3 "${grid[@]}"
is "$(grep -c carrying "$T/passes.err")" 0 "nothing is carried twice"
passes "the same bytes" cmp whole.ll again.ll
ssh -F "$ssh_config" a 'for f in .cache/losspipe/*/images.npz; do echo x >>"$f"; done'
passes "a file that was spoilt on a host" "$surface" --sshlogin a plane.ll spoilt.ll 2 "${grid[@]}"
grep -q 'a: carrying images.npz' "$T/passes.err"
ok $? "is carried again"
passes "the same bytes" cmp whole.ll spoilt.ll
passes "this machine beside a host" "$surface" --sshlogin :,b plane.ll here.ll 5 "${grid[@]}"
passes "the same bytes" cmp whole.ll here.ll

# What cannot be done is said before anything runs.
"$surface" --sshlogin a plane.ll none.ll 2 -d nowhere.npz 2>"$T/err"
is "$? $(grep -c 'shard 0: evalgrid: nowhere.npz: No such file' "$T/err")" "1 1" "no data: what evalgrid says of them"
"$surface" --sshlogin a,nowhere plane.ll one.ll 2 "${grid[@]}" 2>"$T/err"
is "$? $(grep -c 'host nowhere is left out: it cannot be reached' "$T/err")" "0 1" "a host that is not there is left out"
passes "the same bytes" cmp whole.ll one.ll

# Cut off in the middle: what runs there goes on, its shard is done elsewhere.
# (on a host with a file "hung" it takes for ever)
slow=(--x=-1:1:11 --y=-1:1:6 --exec-form text --exec 'while read -r rep x y rest; do [ ! -e /root/hung ] || sleep 100; sleep 0.1; echo "$x"; done')
evalgrid -q -j8 "${slow[@]}" plane.ll | gridmerge >slow.ll
"$surface" --sshlogin a,b plane.ll cut.ll 6 "${slow[@]}" 2>"$T/err" &
job=$!
for _ in $(seq 200); do [ "$(find cut.ll.shards -name '*.try' -size +1500c 2>/dev/null | wc -l)" -lt 2 ] || break; sleep 0.1; done
ssh -F "$ssh_config" a touch hung
sleep 0.5
cut_off a
is "$(runs a evalgrid)" 1 "evalgrid runs on the host that is cut off"
wait $job
ok $? "a host is cut off in the middle"
sed 's/^/# /' "$T/err" cut.ll.shards/joblog
cat cut.ll.shards/*.err 2>/dev/null | sed 's/^/# /'
passes "the bytes are those of one run" cmp slow.ll cut.ll
is "$(runs a evalgrid)" 1 "evalgrid still runs on the host that was cut off, and did no harm"

# The host that is left is killed: what is there stays, the same line goes on elsewhere.
nsenter -m -t "${host_net[a]}" rm /root/hung
on a ip link set eth0 up
"$surface" --sshlogin b plane.ll killed.ll 3 "${slow[@]}" 2>"$T/err" &
job=$!
for _ in $(seq 300); do [ -z "$(find killed.ll.shards -name '1.*.try' -size +2000c 2>/dev/null)" ] || break; sleep 0.1; done
kill_host b
wait $job
is $? 1 "all hosts are killed"
sed 's/^/# /' "$T/err" killed.ll.shards/joblog
grep -q 'of 3 shards are missing; the same line does the rest' "$T/err"
ok $? "it says what is missing"
had=$(grep -ao $'\x95\xa4LLv1\xa5point' killed.ll.shards/have.ll | wc -l)
ok $((had < 3)) "the points that had come are kept ($had of a torn shard)"
passes "the same line on another host" "$surface" --sshlogin a plane.ll killed.ll 3 "${slow[@]}"
passes "the bytes are those of one run" cmp slow.ll killed.ll
kill_host a

# Hosts that share the file system use what is there.
start_host c 3 && start_host d 4
passes "two hosts with a shared file system" "$surface" --sshlogin c,2/d plane.ll shared.ll 6 "${grid[@]}"
is "$(grep -c carrying "$T/passes.err")" 0 "nothing is carried"
passes "the bytes are those of one run" cmp whole.ll shared.ll
done_testing
