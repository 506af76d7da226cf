#!/usr/bin/env bash
# The benchmark in a network namespace of its own, where nothing else talks. Needs root or sudo. Arguments are bench.py's.
set -euo pipefail
cd "$(dirname "$0")"

sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)
namespace="tongsheng-bench-$$"
scratch=$(mktemp -d)

cleanup() {
	"${sudo[@]}" ip netns pids "$namespace" 2>/dev/null | xargs -r "${sudo[@]}" kill -9 2>/dev/null || true
	"${sudo[@]}" ip netns delete "$namespace" 2>/dev/null || true
	"${sudo[@]}" rm -rf "$scratch"
}
trap cleanup EXIT

"${sudo[@]}" ip netns add "$namespace"
"${sudo[@]}" ip -n "$namespace" link set lo up
"${sudo[@]}" ip -n "$namespace" link add bench0 type veth peer name bench1
for end in bench0 bench1; do
	"${sudo[@]}" ip -n "$namespace" link set "$end" up
done
"${sudo[@]}" ip -n "$namespace" address add 10.79.0.1/24 dev bench0

"${sudo[@]}" ip netns exec "$namespace" env TMPDIR="$scratch" TEST_ADDRESS=10.79.0.1 BUILD="${BUILD:-../../build}" \
	PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 bench.py "$@"
