#!/usr/bin/env bash
# tests/e2e/with_display.sh COMMAND…: runs it with a virtual display, a session bus and a home of its own.
# The X server itself picks a free display and says so when it is ready, so nothing races.
set -euo pipefail
home=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$home"
}
trap finish EXIT
mkdir -m 700 "$home/run"
mkfifo "$home/display"
export HOME=$home XDG_RUNTIME_DIR=$home/run XDG_CONFIG_HOME=$home/config
export QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1 QT_QPA_PLATFORM=xcb
Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp -noreset 3>"$home/display" 2>/dev/null &
server=$!
read -r -t 60 number <"$home/display" || { echo "with_display: the X server did not start" >&2; exit 1; }
export DISPLAY=:$number
dbus-run-session -- "$@"
