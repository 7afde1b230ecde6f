#!/usr/bin/env bash
# Checks that an old processor never runs code for a newer one. core/rows/*.cpp is compiled once for each instruction set.
# If two of these objects define the same inline function, the linker keeps the first one, for all processors; and
# every processor runs the initialisers of all objects. So the objects for avx2 and avx512 may define only the tables,
# and templates with the instruction set in their types (such as xsimd's), and may have no initialisers.
# The choice itself, rows() in core/rows/isa.hpp, is an inline function too: the linker keeps one copy of it. So every object
# must choose among the same instruction sets, or a new processor may run the code for an old one.
#
# Usage: scripts/check_isa_symbols.sh [PRESET]     PRESET: release (see CMakePresets.json), already built

set -euo pipefail
if [[ ${1:-} == -h || ${1:-} == --help ]]; then sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit; fi
CDPATH='' cd -P -- "$(dirname -- "$0")/.."
build=build/${1:-release}
[[ -f $build/build.ninja ]] || { echo "check_isa_symbols: $build is not built; see scripts/test.sh" >&2; exit 1; }
shopt -s nullglob

# `choices 2` prints the tables of Isa 2 that the objects choose from, each with its object.
choices() {
  find "$build/CMakeFiles" -name '*.o' ! -path '*/xgrad_rows_*' -print0 | xargs -0 nm -A -C --undefined-only |
    sed -nE "s/^([^:]*): .* xgrad::kernels::rows_for<(.*), \(xgrad::kernels::Isa\)$1>\(\)$/\1: \2/p" | sort
}

checked=0 bad=0
every=$(choices 0)
for isa in avx2 avx512 avx512_bf16 amx_bf16; do
  case $isa in
    avx2) number=1 arch='xsimd::(fma3<xsimd::)?avx2>?' ;; # kernels::Isa, rows/isa.hpp
    avx512) number=2 arch='xsimd::avx512[a-z]+' ;;
    avx512_bf16) number=3 arch='xsimd::avx512[a-z]+' ;;
    amx_bf16) number=4 arch='xsimd::avx512[a-z]+' ;;
  esac
  if [[ -d $build/CMakeFiles/xgrad_rows_$isa.dir && $isa != *_bf16 ]]; then # which have two tables only
    without=$(comm -23 <(echo "$every") <(choices "$number"))
    [[ -z $without ]] || { bad=1; printf 'These objects do not choose from the rows for %s:\n%s\n' "$isa" "$without" >&2; }
  fi
  table="(^|[ &])xgrad::kernels::rows_for<.*, \(xgrad::kernels::Isa\)$number>\(\)$"
  for object in "$build/CMakeFiles/xgrad_rows_$isa.dir"/core/rows/*.o; do
    checked=$((checked + 1))
    symbols=$(nm -C --defined-only "$object")
    # `address type name`. The linker sees upper-case types, u, v and w. DW.ref is the address of a function of the runtime.
    found=$({
      awk '$2 ~ /^[A-Zuvw]$/' <<<"$symbols" | cut -d ' ' -f 3- |
        grep -vE -e "$table" -e "[<, ]${arch}[<>, ]" -e '^DW\.ref\.' || true
      grep -o '_GLOBAL__.*' <<<"$symbols" || true
    })
    [[ -z $found ]] || { bad=1; printf '%s defines\n%s\n' "$object" "$found" >&2; }
  done
done
((bad == 0)) || { echo "check_isa_symbols: a processor may run the code for another one; see core/rows/isa.hpp" >&2; exit 1; }
echo "Instruction sets: $checked objects define nothing that another one could use"
