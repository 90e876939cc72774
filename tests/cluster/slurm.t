#!/usr/bin/env bash
# slurm-surface under a Slurm of its own, with munge, in namespaces of this machine:
# one task is killed, one runs out of time, the array is submitted again.
. "$(dirname "$0")/../tap.sh"
[ "$(id -u)" -eq 0 ] || skip_all "not root"
PATH=$PATH:/usr/sbin:/sbin
for tool in unshare slurmctld slurmd munged sbatch ip; do
	command -v $tool >/dev/null || skip_all "no $tool"
done
# All of it ends with this process: it is the first of a process namespace.
[ -n "${IN_NAMESPACE:-}" ] || {
	unshare --net --mount --pid --uts --fork true 2>/dev/null || skip_all "no namespaces here"
	rm -rf "$T"
	IN_NAMESPACE=1 exec unshare --net --mount --pid --uts --fork --kill-child --mount-proc "$0" "$@"
}
hostname node
# (an address of the loopback alone does not count: AI_ADDRCONFIG)
ip link set lo up
ip link add lp0 type veth peer name lp1 && ip addr add 10.214.0.1/24 dev lp0
ip link set lp0 up && ip link set lp1 up
mount -t tmpfs none /run
{ echo '10.214.0.1 node' && cat /etc/hosts; } >"$T/hosts" && mount --bind "$T/hosts" /etc/hosts
chmod 755 "$T"
mkdir -m 755 "$T/run" "$T/state" "$T/spool"
dd if=/dev/urandom of="$T/run/key" bs=128 count=1 2>/dev/null
chmod 400 "$T/run/key"
munged --foreground --force --socket="$T/run/socket" --key-file="$T/run/key" --pid-file="$T/run/pid" \
	--log-file="$T/run/munge.log" --seed-file="$T/run/seed" 2>"$T/munged" &
cat >"$T/slurm.conf" <<END_CONF
ClusterName=test
SlurmctldHost=node(10.214.0.1)
AuthType=auth/munge
AuthInfo=socket=$T/run/socket
CredType=cred/munge
SlurmUser=root
StateSaveLocation=$T/state
SlurmdSpoolDir=$T/spool
SlurmctldPidFile=$T/ctld.pid
SlurmdPidFile=$T/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=bf_interval=1,sched_interval=2,sched_min_interval=0,batch_sched_delay=0
JobRequeue=1
KillWait=5
MailProg=/bin/true
MpiDefault=none
ReturnToService=2
NodeName=node NodeAddr=10.214.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END_CONF
export SLURM_CONF=$T/slurm.conf
slurmctld -D -c >"$T/ctld.log" 2>&1 &
slurmd -D >"$T/slurmd.log" 2>&1 &
runs() { [ "$(timeout 60 sinfo -h -o %t)" = idle ]; }
await runs
is "$(timeout 60 sinfo -h -o %t 2>&1)" idle "Slurm runs" || { sed 's/^/# /' "$T"/*.log "$T/munged" && done_testing; }

surface=$ROOT/pipelines/slurm-surface
mkdir "$T/work" && cd "$T/work" || exit 1
netload -q --arch small --pixels fashion "$ROOT/tests/data/nets/fashion-small.pt" |
	dirgen -s 1 | fnorm >plane.ll
grid=(-d "$ROOT/tests/data/sets/fashion-48.npz" --x=-1:1:9 --y=-1:1:7)
evalgrid -q "${grid[@]}" plane.ll | gridmerge >whole.ll
passes "an array and its merge" timeout 900 "$surface" --wait plane.ll surface.ll 4 "${grid[@]}"
passes "the bytes are those of one run" cmp whole.ll surface.ll
is "$(grep -c 'shard 2 of 4: ' surface.ll.shards/log-2)" 2 "a log says which shard, when it starts and ends"
passes "submitted again" timeout 900 "$surface" --wait plane.ll surface.ll 4 "${grid[@]}"
grep -q 'array none (shards all there)' "$T/passes.err"
ok $? "there is nothing left to do"

# srun's own numbers, outside of an array.
# shellcheck disable=SC2016  # it is for the tasks
passes "srun" timeout 900 srun -n 2 sh -c 'evalgrid -q -j1 --shard $SLURM_PROCID/2 -o srun-$SLURM_PROCID.ll "$@" plane.ll' sh "${grid[@]}"
gridmerge srun-0.ll srun-1.ll | cmp -s - whole.ll
ok $? "the bytes are those of one run"

# A study whose grids are arrays.
passes "a study" "$ROOT/pipelines/study" convexity --small "$T/alone"
passes "the same by Slurm" timeout 900 "$ROOT/pipelines/study" convexity --small --sbatch '-n 1' --shards 2 "$T/spread"
is "$(cd "$T/spread" && cksum ./*.svg claims.txt)" "$(cd "$T/alone" && cksum ./*.svg claims.txt)" "the same figures and claims"
is "$(cat "$T"/spread/*.shards/log-1 | grep -c 'shard 1 of 2: ends with status 0')" "$(find "$T/spread" -name '*.shards' | wc -l)" "by its tasks"

# Tasks that take long: each point, while there is a file "slow".
slow=(--x=-1:1:8 --y=-1:1:6 --exec-form text --exec "while read -r rep x y rest; do
	[ ! -e $T/work/slow ] || sleep 1; echo \"\$x\"; done")
evalgrid -q "${slow[@]}" plane.ll | gridmerge >slow.ll
touch slow

# at_work SHARD: it has some points.
at_work() { [ "$(grep -ao $'\x95\xa4LLv1\xa5point' "killed.ll.shards/$1.ll.part" | wc -l)" -ge 2 ]; }
passes "a long array is submitted" "$surface" plane.ll killed.ll 4 "${slow[@]}"
fails 1 "tasks of killed.ll are in the queue" "twice is refused" "$surface" plane.ll killed.ll 4 "${slow[@]}"
await at_work 0 && await at_work 1
ok $? "two tasks compute"
pkill -KILL -f -- '--shard 1/4' # the program alone: its script queues it again
await grep -q 'queued again' killed.ll.shards/log-1
scancel -n losspipe:killed.ll -s KILL -t R --batch 2>/dev/null # the scripts, and all
scancel -n losspipe:killed.ll
empty() { [ -z "$(squeue -h)" ]; }
await empty
sed 's/^/# /' killed.ll.shards/log-[01]
grep -q 'shard 1 of 4: killed by signal 9: queued again' killed.ll.shards/log-1
ok $? "a task whose program was killed is queued again"
ok "$([ ! -e killed.ll.shards/0.ll ] && [ -s killed.ll.shards/0.ll.part ]; echo $?)" "a killed task leaves its points"
cp killed.ll.shards/0.ll.part had
rm slow
passes "the same command again" timeout 900 "$surface" --wait plane.ll killed.ll 4 "${slow[@]}"
sed 's/^/# /' "$T/passes.err"
passes "the bytes are those of one run" cmp slow.ll killed.ll
is "$(head -c "$(stat -c %s had)" killed.ll.shards/0.ll | cmp - had && echo same)" same "its points were not computed again"

# Only what is missing is submitted.
rm killed.ll killed.ll.shards/2.ll
passes "a shard is missing" timeout 900 "$surface" --wait plane.ll killed.ll 4 "${slow[@]}"
grep -q '(shards 2)' "$T/passes.err"
ok $? "it alone is submitted"
passes "the bytes are those of one run" cmp slow.ll killed.ll

# The time is over: the signal comes before, and the task continues.
touch slow
passes "a task that is told before its time is over" "$surface" --sbatch '--signal=B:USR1@55 -t 1' plane.ll over.ll 1 "${slow[@]}"
await grep -q 'queued again' over.ll.shards/log-0
rm slow
grep -q 'shard 0 of 1: ended before its time was over: queued again' over.ll.shards/log-0
ok $? "it ends with the points that it has"
# (Slurm waits two minutes by itself)
begun()
{
	scontrol update "JobId=$(squeue -h -r -o %A -n losspipe:over.ll | sort -n | head -n 1)" StartTime=now
	[ -e over.ll ]
}
await begun
passes "the bytes are those of one run" cmp slow.ll over.ll
sed 's/^/# /' over.ll.shards/log-0
# shellcheck disable=SC2046  # several
kill -KILL $(jobs -p) && wait 2>/dev/null # so that nothing writes into what is removed
done_testing
