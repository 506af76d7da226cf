#!/usr/bin/env bash
# Builds the web client when a source is newer than what was built.
set -euo pipefail
cd "$(dirname "$0")/../web-client"
built=dist/archive.html # written last
if [ -f "$built" ] && [ -z "$(find src public index.html status.html admin.html archive.html package-lock.json vite.config.ts tsconfig.json -newer "$built" -print -quit)" ]; then
	exit 0
fi
npm run --silent build
