#!/usr/bin/env bash
# Judges exercises: builds the student's file work/NAME.hpp, runs the checks of exercises/NAME, and says what is right.
# `scripts/judge.sh --help` lists the commands.
set -euo pipefail
root=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd)
command -v python3 >/dev/null || { echo "judge: python3 is missing (Debian's package python3)" >&2; exit 2; }
exec python3 -X utf8 "$root/exercises/judge.py" "$@"
