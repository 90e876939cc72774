# shellcheck shell=bash
# Hosts on one machine, for tests that are run as root: each is a network, a process
# and a mount namespace with its sshd and a home of its own.  Source tap.sh first.
#
#	start_hosts a b     they can be reached by $ssh_config, with keys that are in $K
#	cut_off a           its network is gone, what runs there goes on
#	kill_host b         it is gone
#
# Everything ends with the test.
[ "$(id -u)" -eq 0 ] || skip_all "not root"
for tool in ip unshare nsenter sshd ssh parallel; do
	PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null || skip_all "no $tool"
done
PATH=$PATH:/usr/sbin:/sbin
unshare --net --mount --pid --fork true 2>/dev/null || skip_all "no namespaces here"
K=$(mktemp -d /var/tmp/losspipe-hosts.XXXXXX)
ssh_config=$K/config
declare -A host_pid=() host_net=()
export PARALLEL_HOME=$K/parallel PARALLEL_SSH="ssh -F $K/config"
mkdir -p "$PARALLEL_HOME" && touch "$PARALLEL_HOME/will-cite"

end_hosts()
{
	local host
	for host in "${!host_pid[@]}"; do
		kill_host "$host"
	done
	rm -rf "$K" "$T"
}
trap end_hosts EXIT

# in_namespace PID: has the child of this unshare a network of its own?
in_namespace()
{
	local child
	child=$(cat "/proc/$1/task/$1/children")
	child=$(readlink "/proc/${child// /}/ns/net") && [ "$child" != "$(readlink /proc/self/ns/net)" ]
}

# start_host NAME NUMBER HIDDEN...: the folders HIDDEN are empty there.  $host_env is
# what its environment has more.
start_host()
{
	local name=$1 n=$2 net=10.213.$2 pid='' i sshd
	sshd=$(command -v sshd) # (of the shell in the background it would be a child)
	shift 2
	[ -f "$K/key" ] || {
		ssh-keygen -q -t ed25519 -N '' -f "$K/key"
		ssh-keygen -q -t ed25519 -N '' -f "$K/hostkey"
		cp "$K/key.pub" "$K/authorized"
	}
	cat >"$K/$name.sshd" <<-END
		ListenAddress $net.2
		HostKey $K/hostkey
		AuthorizedKeysFile $K/authorized
		StrictModes no
		PermitRootLogin yes
		UsePAM no
		PidFile none
		SetEnv PATH=${LOSSPIPE_BIN:-$ROOT/build/bin}:/usr/local/bin:/usr/bin:/bin ${host_env:-}
	END
	cat >>"$ssh_config" <<-END
		Host $name
		HostName $net.2
		User root
		IdentityFile $K/key
		UserKnownHostsFile $K/known
		StrictHostKeyChecking accept-new
		LogLevel ERROR
	END
	# shellcheck disable=SC2016
	unshare --net --mount --pid --fork --kill-child --mount-proc sh -c '
		mount -t tmpfs none /run && mkdir /run/sshd
		mount -t tmpfs none /root
		config=$1 hostname=$2
		shift 2
		for hidden; do mount -t tmpfs none "$hidden"; done
		while ! ip addr show eth0 2>/dev/null | grep -q "inet "; do sleep 0.05; done
		exec '"$sshd"' -D -e -f "$config"' sh "$K/$name.sshd" "$name" "$@" 2>"$K/$name.log" &
	host_pid[$name]=$!
	await in_namespace "${host_pid[$name]}"
	pid=$(cat "/proc/${host_pid[$name]}/task/${host_pid[$name]}/children")
	host_net[$name]=${pid// /}
	ip link add "lp$n" type veth peer name eth0 netns "${host_net[$name]}"
	ip addr add "$net.1/24" dev "lp$n"
	ip link set "lp$n" up
	nsenter -n -t "${host_net[$name]}" sh -c "ip link set lo up; ip addr add $net.2/24 dev eth0; ip link set eth0 up"
	for ((i = 0; i < 3000; i++)); do
		ssh -F "$ssh_config" -o ConnectTimeout=2 "$name" true 2>/dev/null && return
		kill -0 "${host_pid[$name]}" 2>/dev/null || break
		sleep 0.1
	done
	echo "# $name did not start:" && sed 's/^/# /' "$K/$name.log"
	return 1
}

# in_files HOST COMMAND...: as it sees files
in_files() { nsenter -m -t "${host_net[$1]}" "${@:2}"; }
on() { nsenter -n -t "${host_net[$1]}" "${@:2}"; }
cut_off() { on "$1" ip link set eth0 down; }
# how many processes of this name it runs
runs() { nsenter -p -m -t "${host_net[$1]}" pgrep -xc "$2"; }
kill_host()
{
	[ -n "${host_pid[$1]:-}" ] || return 0
	kill -KILL "${host_net[$1]}" "${host_pid[$1]}" 2>/dev/null
	wait "${host_pid[$1]}" 2>/dev/null
	unset "host_pid[$1]"
}
