#!/usr/bin/env bash
# The recorder's tests and benchmark in a network namespace of their own. Needs root or sudo.
#   recording.sh SCRIPT [ARGUMENT]...
# KEEP=DIR: files that aren't as they should be, after kills, are copied there.
set -euo pipefail
cd "$(dirname "$0")"

. ../namespace.sh
namespace_make recording 10.80.0.1

# Debian's python3.
namespace_run BUILD="${BUILD:-../../build}" KILLS="${KILLS:-}" HOURS="${HOURS:-}" KEEP="${KEEP:-}" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$@"
