#!/usr/bin/env bash
# Compares the speed of xgrad and libtorch's C++ frontend. Installs libtorch and Google Benchmark through apt-get, builds
# both sides, and runs them in turn. The options are those of bench/compare.py.
#
# Usage: scripts/bench.sh [-h|--help] [--rows REGEX] [--rounds N] [--min-time SECONDS] [--threads 1,2] [--peer-root DIR]
#                         [--coretype NAME] [--markdown FILE] [--json FILE]
#        scripts/bench.sh --web [--rounds N] [--seconds SECONDS]
#
# With --web, it compares small training steps natively, in WebAssembly and in TensorFlow.js. The options are those of
# bench/web.py.

set -euo pipefail
if [[ ${1:-} == -h || ${1:-} == --help ]]; then sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit; fi

cd -- "$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd)"

if [[ ${1:-} == --web ]]; then
  export NODE_PATH=/usr/share/nodejs # where Emscripten's optimiser finds its parser
  scripts/setup.sh web-bench
  if [[ ! bench/peer_tfjs/node_modules/.package-lock.json -nt bench/peer_tfjs/package-lock.json ]]; then
    npm --prefix bench/peer_tfjs ci --no-audit --no-fund --loglevel=error > /dev/null
  fi
  echo "== Building natively and for node"
  cmake --build --preset web-bench -- --quiet
  cmake --preset bench > /dev/null
  cmake --build --preset bench --target step_bench -- --quiet
  exec python3 bench/web.py "${@:2}"
fi

scripts/setup.sh release

missing=()
for package in libbenchmark-dev libtorch-dev python3; do
  dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
if [[ ${#missing[@]} -gt 0 ]]; then
  as_root=(); if [[ $(id -u) != 0 ]]; then as_root=(sudo); fi
  echo "== Installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

echo "== Building both sides"
cmake --preset bench > /dev/null
cmake --build --preset bench -- --quiet

exec python3 bench/compare.py --bin build/bench/bench "$@"
