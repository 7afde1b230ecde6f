#!/usr/bin/env bash
# Builds the page, in which the library trains in a browser: installs what is missing (see setup.sh), compiles xgrad to
# WebAssembly, and serves the built folder on this machine only. The folder, build/web/page, needs no other server than
# one for static files, and nothing from elsewhere.
#
# Usage: scripts/web.sh [-h|--help] [COMMAND]
#   scripts/web.sh                builds, and serves on http://localhost:8000 until Ctrl-C
#   scripts/web.sh serve PORT     the same on another port
#   scripts/web.sh build          builds only, and prints the size
#   scripts/web.sh test           tests the page in headless Chromium, against the native library, which it builds

set -euo pipefail
if [[ ${1:-} == -h || ${1:-} == --help ]]; then sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit; fi
command=${1:-serve}
port=${2:-8000}
die() { printf 'web: %s\n' "$@" >&2; exit 1; }
case $command in
  serve | build | test) ;;
  *) die "there is no command $command; scripts/web.sh --help lists them" ;;
esac
[[ $port =~ ^[1-9][0-9]{0,4}$ ]] && ((port <= 65535)) || die "a port is a number from 1 to 65535, not $port"

if [[ $command == serve ]]; then # known before the build, and without a traceback
  command -v python3 >/dev/null || die "python3 is missing; it serves the page"
  python3 -c 'import http.server, sys; http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), None).server_close()' \
    "$port" 2>/dev/null || die "port $port is in use or not allowed; name another: scripts/web.sh serve PORT"
fi

CDPATH='' cd -P -- "$(dirname -- "$0")/.."
export NODE_PATH=/usr/share/nodejs # where Emscripten's optimiser finds its parser, whatever node is in use
extra=()
if [[ $command == test ]]; then extra=(chromium-headless-shell); fi
scripts/setup.sh web ${extra[@]+"${extra[@]}"}

echo "== Building the page (takes two minutes the first time)"
cmake --build --preset web -- --quiet | { grep -v "^ninja: no work to do" || true; }
files=$(find build/web/page -type f | wc -l)
size=$(find build/web/page -type f -print0 | sort -z | xargs -0 cat | gzip -9 | wc -c)
echo "build/web/page: $files files, $((size / 1000)) kB compressed"

case $command in
  serve)
    echo "== Serving on http://localhost:$port (Ctrl-C ends)"
    exec python3 -m http.server "$port" --bind 127.0.0.1 --directory build/web/page 2>&1
    ;;
  test)
    echo "== Building the native programs that the page is compared with"
    scripts/setup.sh release
    cmake -DXGRAD_BUILD_WEB=ON build/release >/dev/null
    cmake --build --preset release --target web_native train_transformer
    echo "== Testing the page"
    cd web
    node --test --test-reporter=spec tests/
    ;;
esac
