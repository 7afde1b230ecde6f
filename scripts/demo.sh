#!/usr/bin/env bash
# Leads from a fresh checkout to a trained model: installs missing packages (see setup.sh), builds the library and the
# examples, and runs `train_transformer` in the current directory with the given arguments. scripts/demo.sh -- --help
# lists them. The run leaves a page with its curves and attention maps, runs/addition/report.html.
#
# Usage: scripts/demo.sh [-h|--help] [--] [ARGUMENT...]

set -euo pipefail
if [[ ${1:-} == -h || ${1:-} == --help ]]; then sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit; fi
if [[ ${1:-} == -- ]]; then shift; fi

root=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd)
"$root/scripts/setup.sh" release

# The build directory and options of test.sh, so that neither causes the other to build again. The targets leave out the tests.
echo "== Building the library and the examples (takes some minutes the first time)"
if [[ -t 1 ]]; then progress=(); else progress=(-- --quiet); fi
(cd -- "$root" && cmake --build --preset release --target tape attention reverse train_transformer ${progress[@]+"${progress[@]}"})

echo "== Running train_transformer" "$@"
exec "$root/build/release/examples/train_transformer" "$@" # exec: Ctrl-C reaches the training itself
