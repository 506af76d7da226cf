#!/usr/bin/env bash
# The benchmark in a network namespace of its own, where nothing else talks. Needs root or sudo. Arguments are bench.py's.
set -euo pipefail
cd "$(dirname "$0")"

. ../namespace.sh
namespace_make bench 10.79.0.1

namespace_run BUILD="${BUILD:-../../build}" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 bench.py "$@"
