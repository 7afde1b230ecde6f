#!/usr/bin/env bash
# Prepares this checkout for a build: checks for a C++20 compiler, CMake, Ninja, pkg-config and the libraries, and then
# configures build/PRESET, if a preset is given. On Debian and Ubuntu, missing packages are installed through apt-get,
# with sudo unless run as root. If that is not possible, the script names them and stops. demo.sh and test.sh run this
# script first. A second run takes a fraction of a second and changes nothing.
#
# Usage: scripts/setup.sh [PRESET [PROGRAM...]]
#   PRESET    release, debug, asan-ubsan, web (see CMakePresets.json); web, and web-tests and web-bench, which share its
#             folder, also need Emscripten and node
#   PROGRAM   further programs to install, by the name of their package; libopenmpi-dev, for xgrad::mpi

set -euo pipefail
if [[ ${1:-} == -h || ${1:-} == --help ]]; then sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit; fi

preset=${1:-}
programs=("${@:2}")

say() { printf '== %s\n' "$*"; }
die() { printf 'setup: %s\n' "$@" >&2; exit 1; }
have() { command -v "$1" >/dev/null; }

# Debian's packages, each with headers that show it is installed; any of them will do (xtensor 0.26 moved its own).
libraries="libxtensor-dev xtensor/xarray.hpp xtensor/containers/xarray.hpp
xtl-dev xtl/xtl_config.hpp
libxsimd-dev xsimd/xsimd.hpp
doctest-dev doctest/doctest.h
nlohmann-json3-dev nlohmann/json.hpp
libcli11-dev CLI/CLI.hpp"
# Without these xgrad still builds, but is slower or lacks xgrad::mpi.
optional="libxsimd-dev libopenblas-openmp-dev libopenmpi-dev"

# Sets `missing` (packages) and `old` (tools whose version is too old). It looks for the tools and headers themselves, not
# for packages, so that a CMake from elsewhere or an xtensor built by hand counts, on any system.
look() {
  missing="" old=""
  local compiler="" candidate package headers header version

  # The compiler that CMake will choose.
  for candidate in "${CXX:-}" c++ g++ clang++; do
    if have "${candidate%% *}"; then compiler=$candidate; break; fi
  done
  [[ $compiler ]] || missing+=" g++"

  if have cmake; then
    version=$(cmake --version | sed -n '1s/^cmake version //p')
    [[ $(printf '%s\n' 3.25 "$version" | sort -V | head -n 1) == 3.25 ]] || old+="CMake $version (3.25 is needed). "
  else
    missing+=" cmake"
  fi
  have ninja || missing+=" ninja-build"
  if [[ $preset == web* ]]; then
    have em++ || missing+=" emscripten"
    have node || missing+=" nodejs"
    have npm || missing+=" npm"
  fi
  for candidate in "${programs[@]}"; do
    case $candidate in
      libopenmpi-dev) have mpicxx || missing+=" $candidate" ;; # any MPI will do
      *) have "$candidate" || missing+=" $candidate" ;;
    esac
  done
  have pkg-config || missing+=" pkg-config"

  # Without a compiler that could look for headers, ask dpkg.
  if [[ -z $compiler ]]; then
    while read -r package _; do
      dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=" $package"
    done <<<"$libraries"
  else
    # One run of the preprocessor (20 ms) looks for all headers and prints the missing packages. The -I are places that
    # CMake searches and a compiler does not. $compiler may be two words, as in `ccache g++`.
    # shellcheck disable=SC2086
    missing+=$({
      echo '#if defined(__clang__) ? __clang_major__ < 14 : __GNUC__ < 12'
      echo '#error too old'
      echo '#endif'
      while read -r package headers; do
        printf '#if 1'
        for header in $headers; do printf ' && !__has_include(<%s>)' "$header"; done
        printf '\n%s\n#endif\n' "$package"
      done <<<"$libraries"
    } | $compiler -I"${CMAKE_PREFIX_PATH:-}/include" -I"${CONDA_PREFIX:-}/include" -I/opt/homebrew/include \
        -std=c++20 -E -P -x c++ - 2>/dev/null | sed '/^$/d; s/^/ /' | tr -d '\n') ||
      old+="$compiler $($compiler -dumpversion) (GCC 12 or Clang 14 is needed; CXX can name another). "
  fi

  # Any OpenBLAS counts. If there is none, the build with OpenMP is installed: it can be told for each call to stay in
  # the calling thread. The pthread build has one setting for the whole program, and is slow with several callers.
  { have pkg-config && pkg-config --exists openblas; } || missing+=" libopenblas-openmp-dev"

  # apt-get would install the same versions again.
  [[ -z $old ]] || die "too old: ${old% }"
}

# Installs $missing through apt-get. If that fails, the status is 1 and `why` is the reason.
install() {
  local as_root=() log
  have apt-get || { why="There is no apt-get to install them. The names are Debian's."; return 1; }
  if ((EUID != 0)); then
    why="Installing needs root, and sudo is missing or would ask for a password. As root: apt-get install$missing"
    have sudo || return 1
    # sudo may ask for a password only at a terminal; elsewhere it would wait for ever.
    sudo -n true 2>/dev/null || [[ -t 0 && -t 2 && -z ${CI:-} ]] || return 1
    as_root=(sudo)
  fi

  say "Installing$missing (takes about a minute)"
  log=$(mktemp)
  apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get -qy -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2 "$@" >>"$log" 2>&1
  }
  # A failed update is no error: the old lists may do.
  # shellcheck disable=SC2086
  if (apt update || true) && apt install --no-install-recommends $missing; then rm -f "$log"; return; fi
  tail -n 15 "$log" >&2
  rm -f "$log"
  why="apt-get failed, as shown above."
  return 1
}

CDPATH='' cd -P -- "$(dirname -- "$0")/.."
look
if [[ $missing ]]; then
  if install; then hash -r; look; why="apt-get has installed them, but they are not found."; fi
  required=""
  for package in $missing; do [[ " $optional " == *" $package "* ]] || required+=" $package"; done
  [[ -z $required ]] || die "missing:$missing" "$why"
  [[ -z $missing ]] || say "Continuing without$missing: xgrad will be slower, or without xgrad::mpi. $why"
fi

[[ $preset ]] || exit 0
build=build/$preset
if [[ $preset == web* ]]; then build=build/web; fi
say "Configuring $build"
for dir in "$build" build .; do # each of these that exists must be writable; CMake's own messages are hard to read
  if [[ -e $dir && ! -w $dir ]]; then die "cannot write to $(cd -- "$dir" && pwd)"; fi
done
fresh=() # a build directory that was moved or copied with its checkout cannot be used
if [[ -f $build/CMakeCache.txt ]]; then
  home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
  [[ $home -ef . ]] || fresh=(--fresh)
fi
with=()
if [[ $preset == web* ]]; then
  with=("-DCMAKE_TOOLCHAIN_FILE=$(dirname "$(readlink -f "$(command -v em++)")")/cmake/Modules/Platform/Emscripten.cmake")
  # npm writes the folder anew each time, so only if it is older than what it is made of.
  if [[ ! web/node_modules/.package-lock.json -nt web/package-lock.json ]]; then
    npm --prefix web ci --no-audit --no-fund --loglevel=error >/dev/null
  fi
fi
cmake --preset "$preset" ${with[@]+"${with[@]}"} ${fresh[@]+"${fresh[@]}"} | sed -n 's/^-- xgrad: /   /p'
