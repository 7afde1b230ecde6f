#!/usr/bin/env bash
# Installs a Debian system in DIR, with a later libtorch than this machine's, and builds libtorch's side of the benchmark
# there, for `bench/compare.py --peer-root DIR`. Needs root, debootstrap and 4 GB. A second run builds only what has
# changed.
#
# Usage: scripts/peer_root.sh DIR [SUITE]     SUITE: trixie (Debian 13, libtorch 2.6) or sid (libtorch 2.14)

set -euo pipefail
if [[ $# -eq 0 || $1 == -h || $1 == --help ]]; then sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit; fi
root=$(realpath -m -- "$1") suite=${2:-trixie}
((EUID == 0)) || { echo "peer_root: chroot needs root" >&2; exit 1; }
cd -- "$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd)"

if [[ ! -e $root/usr/share/doc/libtorch-dev ]]; then
  echo "== Installing $suite in $root"
  [[ -e $root/etc/debian_version ]] || debootstrap --variant=minbase "$suite" "$root" http://deb.debian.org/debian > /dev/null
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  chroot "$root" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -qqy --no-install-recommends \
    g++ cmake ninja-build libtorch-dev libbenchmark-dev libopenblas-openmp-dev > /dev/null
fi

echo "== Building libtorch's side there"
mkdir -p "$root/peer"
cp -r bench "$root/peer/"
cp bench/peer_libtorch/root.cmake "$root/peer/CMakeLists.txt"
chroot "$root" cmake -S /peer -B /peer/build -G Ninja -DCMAKE_BUILD_TYPE=Release > /dev/null
chroot "$root" cmake --build /peer/build --target bench -- --quiet
