#!/usr/bin/env bash
# Configures (once) and builds a build folder: build.sh FOLDER[:TARGET] [meson options...]. CC chooses the compiler; without
# a target all is built.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1%%:*}
targets=${1#"$folder"}
shift
if [ ! -f "$folder/build.ninja" ]; then
	meson setup "$folder" "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
	rm -f "$folder.log"
fi
ninja -C "$folder" --quiet ${targets:+"${targets#:}"} | sed '/^ninja: no work to do/d'
