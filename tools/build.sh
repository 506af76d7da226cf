#!/usr/bin/env bash
# Configures (once) and builds a build folder: build.sh FOLDER [meson options...]. CC chooses the compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
shift
if [ ! -f "$folder/build.ninja" ]; then
	meson setup "$folder" "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
	rm -f "$folder.log"
fi
ninja -C "$folder" --quiet | sed '/^ninja: no work to do/d'
