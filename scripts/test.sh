#!/usr/bin/env bash
# Installs missing packages (see setup.sh), builds everything, and runs all tests. Prints the output of failed tests.
#
# Usage: scripts/test.sh [-h|--help] [PRESET] [CTEST-ARGUMENT...]
#   scripts/test.sh                        all tests, preset release
#   scripts/test.sh asan-ubsan             under the sanitizers (or: debug)
#   scripts/test.sh web-tests              in WebAssembly, run by node
#   scripts/test.sh release -R softmax     only tests whose name matches

set -euo pipefail
if [[ ${1:-} == -h || ${1:-} == --help ]]; then sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit; fi
preset=release
if [[ ${1:-} && $1 != -* ]]; then preset=$1; shift; fi

CDPATH='' cd -P -- "$(dirname -- "$0")/.."
components=()
if [[ $preset == release ]]; then components=(libopenmpi-dev); fi # its tests run in this preset
scripts/setup.sh "$preset" ${components[@]+"${components[@]}"}

echo "== Building everything"
cmake --build --preset "$preset"

echo "== Testing, after $((SECONDS / 60)) min $((SECONDS % 60)) s"
ctest --preset "$preset" --parallel "$(nproc)" --no-tests=error "$@" # otherwise a run without any test would pass
