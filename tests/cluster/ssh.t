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
is "$? $(grep -Ec '^parallel-surface: host a: shards? 0.* failed there \(evalgrid: nowhere.npz: No such file' "$T/err")" "1 1" \
	"no data: what evalgrid says of them, and where"
"$surface" --sshlogin a,nowhere plane.ll one.ll 2 "${grid[@]}" 2>"$T/err"
is "$? $(grep -c 'host nowhere is left out: it cannot be reached' "$T/err")" "0 1" "a host that is not there is left out"
passes "the same bytes" cmp whole.ll one.ll

# On a host with a file "hung" a program hangs from its fifth point on.
# shellcheck disable=SC2016  # it is for the program
slow=(--x=-1:1:11 --y=-1:1:6 --exec-form text --exec 'n=0; while read -r rep x y rest; do
	n=$((n + 1)); [ ! -e /root/hung ] || [ $n -lt 5 ] || sleep 3600; echo "$x"; done')
evalgrid -q -j8 "${slow[@]}" plane.ll | gridmerge >slow.ll
hangs() { nsenter -p -m -t "${host_net[$1]}" pgrep -fx 'sleep 3600'; }

# Cut off in the middle: what runs there goes on, its shard is done elsewhere.
in_files a touch /root/hung
"$surface" --sshlogin a,b plane.ll cut.ll 6 "${slow[@]}" 2>"$T/err" &
job=$!
await hangs a
await grep -q '^on a' cut.ll.shards/*.try.err
cut_off a
is "$(runs a evalgrid)" 1 "evalgrid runs on the host that is cut off"
wait $job
ok $? "a host is cut off in the middle"
sed 's/^/# /' "$T/err" cut.ll.shards/joblog
passes "the bytes are those of one run" cmp slow.ll cut.ll
grep -Eq '^parallel-surface: host a: shard [0-5] failed there \(.*\)$' "$T/err"
ok $? "the host that was cut off is named"
is "$(runs a evalgrid)" 1 "evalgrid still runs on the host that was cut off, and did no harm"

# The host that is left is killed: what is there stays, the same line goes on elsewhere.
in_files a rm /root/hung
on a ip link set eth0 up
"$surface" --sshlogin b plane.ll killed.ll 3 "${slow[@]}" 2>"$T/err" &
job=$!
whole() { recdump "$(echo killed.ll.shards/"$1".*.try)"; }
await whole 0
in_files b touch /root/hung
await hangs b
# (what a host has sent may still be under way)
came() { [ "$(grep -ao $'\x95\xa4LLv1\xa5point' "$(echo killed.ll.shards/1.*.try)" | wc -l)" -ge 3 ] && grep -q '^on b' killed.ll.shards/1.*.try.err; }
await came
kill_host b
wait $job
is $? 1 "all hosts are killed"
sed 's/^/# /' "$T/err"
grep -Eq 'of 3 shards (is|are) missing; the same line does the rest' "$T/err"
ok $? "it says what is missing"
grep -Eq '^parallel-surface: host b: shards? [12] .*failed there' "$T/err"
ok $? "and names the host that was killed"
ok "$([ -s killed.ll.shards/0.ll ]; echo $?)" "the shard that was there stays"
had=$(grep -ao $'\x95\xa4LLv1\xa5point' killed.ll.shards/have.ll | wc -l)
ok $((had < 3)) "the points that had come of the others are kept ($had)"
passes "the same line on another host" "$surface" --sshlogin a plane.ll killed.ll 3 "${slow[@]}"
passes "the bytes are those of one run" cmp slow.ll killed.ll
kill_host a

# Hosts that share the file system use what is there.
start_host c 3 && start_host d 4
passes "two hosts with a shared file system" "$surface" --sshlogin c,2/d plane.ll shared.ll 6 "${grid[@]}"
is "$(grep -c carrying "$T/passes.err")" 0 "nothing is carried"
passes "the bytes are those of one run" cmp whole.ll shared.ll

# More of them, with more jobs each, in a folder whose name has spaces and quotes.
start_host e 5 && start_host f 6
ok $? "four hosts"
odd="odd 'name' here"
mkdir "$odd" && cp images.npz "$odd/im ages.npz" && cp plane.ll "$odd/pl ane.ll"
cd "$odd" || exit 1
passes "twenty shards at a time" "$surface" --sshlogin 5/c,5/d,5/e,5/f "pl ane.ll" "sur face.ll" 20 \
	-d "im ages.npz" --x=-1:1:21 --y=-1:1:10
cd .. || exit 1
evalgrid -q -d "$odd/im ages.npz" --x=-1:1:21 --y=-1:1:10 plane.ll | gridmerge | cmp -s - "$odd/sur face.ll"
ok $? "the bytes are those of one run"
is "$(cut -f 2 "$odd/sur face.ll.shards/joblog" | sort -u | sed 1d | wc -l)" 4 "every host has computed"
kill_host e
kill_host f

# Hosts that cannot be used: one without the programs, one with others, one of another kind.
bin=${LOSSPIPE_BIN:-$ROOT/build/bin}
start_host g 7 "$bin" && start_host h 8 "$bin"
in_files h sh -c "printf '#!/bin/sh\\necho evalgrid 0.0.1\\n' >'$bin/evalgrid' && chmod 755 '$bin/evalgrid'"
passes "hosts that cannot be used" "$surface" --sshlogin g,h,c plane.ll some.ll 2 "${grid[@]}"
is "$(grep -c 'host g is left out: it has no evalgrid (--remote-path DIR says where it is)' "$T/passes.err")" 1 "one has no evalgrid"
is "$(grep -Ec 'host h is left out: it has evalgrid 0.0.1, expected evalgrid [^ ]* ' "$T/passes.err")" 1 "one has another version"
passes "the bytes are those of one run" cmp whole.ll some.ll
fails_of() { "$surface" "$@" 2>"$T/err"; echo "$?"; }
is "$(fails_of --sshlogin g plane.ll no.ll 2 "${grid[@]}") $(grep -c 'none of the hosts can be used' "$T/err")" "1 1" "none is left"
kernel() { losspipe doctor kernel; }
[ "$(LOSSPIPE_CPU=avx2 kernel)" != "$(kernel)" ] && other=avx2 || other=base
host_env=LOSSPIPE_CPU=$other start_host i 9
is "$(fails_of --sshlogin c,i plane.ll kinds.ll 4 "${grid[@]}") $(grep -Ec 'hosts have kernels of different bits: c [^,]*, i [^,]*, run with LOSSPIPE_CPU=' "$T/err")" \
	"1 1" "a host of another kernel"
passes "the same with one kernel for all" env "LOSSPIPE_CPU=$other" "$surface" --sshlogin c,i plane.ll kinds.ll 4 "${grid[@]}"
LOSSPIPE_CPU=$other evalgrid -q "${grid[@]}" plane.ll | gridmerge | cmp -s - kinds.ll
ok $? "the bytes are those of one run"

# A study on hosts.
passes "a study" "$ROOT/pipelines/study" convexity --small "$T/alone"
passes "the same on two hosts" "$ROOT/pipelines/study" convexity --small --sshlogin c,d --shards 2 "$T/spread"
is "$(cd "$T/spread" && cksum ./*.svg claims.txt)" "$(cd "$T/alone" && cksum ./*.svg claims.txt)" "the same figures and claims"
is "$(cut -sf 2 "$T"/spread/*.shards/joblog | grep -cx '[cd]\|1/[cd]' | awk '{ print ($1 > 0) }')" 1 "by their shards"
done_testing
