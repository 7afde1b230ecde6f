#!/usr/bin/env bash
# Runs a program with MPI as on several machines: each rank has a network of its own (a Linux namespace), and sends at a
# limited rate. Needs root, iproute2 and Open MPI. The processors are those of this machine.
#
# Usage: bench/machines.sh RANKS RATE PROGRAM [ARGUMENT...]
#   bench/machines.sh 4 1gbit build/bench/bench/ranks_bench sum 1048576 1
#
# The environment variable MPIRUN_OPTIONS has further options of mpirun.

set -euo pipefail
if [[ ${1:-} == -h || ${1:-} == --help || $# -lt 3 ]]; then sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit; fi
ranks=$1 rate=$2
shift 2
name=xg$$ # of the bridge, the namespaces and their links

agent=$(mktemp)
cleanup() {
  for ((i = 1; i <= ranks; ++i)); do ip netns del "$name-$i" 2>/dev/null || true; done
  ip link del "$name" 2>/dev/null || true
  rm -f "$agent"
}
trap cleanup EXIT

# mpirun starts a daemon on each "host" through this program, as it would through ssh.
cat >"$agent" <<'CODE'
#!/bin/sh
host=$1
shift
exec ip netns exec "$host" unshare --uts sh -c "hostname $host; $*"
CODE
chmod +x "$agent"

net=10.77.$((RANDOM % 250))
ip link add "$name" type bridge
ip addr add "$net.250/24" dev "$name"
ip link set "$name" up
hosts=""
for ((i = 1; i <= ranks; ++i)); do
  host=$name-$i
  ip netns add "$host"
  ip link add "$name.$i" type veth peer name eth0 netns "$host"
  ip link set "$name.$i" master "$name" up
  inside=(ip netns exec "$host")
  "${inside[@]}" ip addr add "$net.$i/24" dev eth0
  "${inside[@]}" ip link set eth0 up
  "${inside[@]}" ip link set lo up
  "${inside[@]}" tc qdisc add dev eth0 root tbf rate "$rate" burst 128kb latency 100ms
  hosts+=,$host
done

program=$(realpath "$1")
shift
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# shellcheck disable=SC2086
mpirun --host "${hosts#,}" -n "$ranks" --bind-to none --mca plm_rsh_agent "$agent" --mca plm_rsh_no_tree_spawn 1 \
  --mca btl tcp,self --mca btl_tcp_if_include "$net.0/24" --mca oob_tcp_if_include "$net.0/24" \
  -x OMPI_MCA_mpi_yield_when_idle=1 ${MPIRUN_OPTIONS:-} "$program" "$@" 2> >(grep -v setpgid >&2)
