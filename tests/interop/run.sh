#!/usr/bin/env bash
# Other people's WebRTC (GStreamer), participants in C, strangers and a killed server, against the built server, in a
# network namespace of their own: GStreamer gathers no candidate from loopback. Needs root or sudo.
#   run.sh [--long] [TEST]...
set -euo pipefail
cd "$(dirname "$0")"

sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)
namespace="tongsheng-interop-$$"
scratch=$(mktemp -d)

cleanup() {
	"${sudo[@]}" ip netns pids "$namespace" 2>/dev/null | xargs -r "${sudo[@]}" kill -9 2>/dev/null || true
	"${sudo[@]}" ip netns delete "$namespace" 2>/dev/null || true
	rm -rf "$scratch"
}
trap cleanup EXIT

"${sudo[@]}" ip netns add "$namespace"
"${sudo[@]}" ip -n "$namespace" link set lo up
"${sudo[@]}" ip -n "$namespace" link add meet0 type veth peer name meet1
for end in meet0 meet1; do
	"${sudo[@]}" ip -n "$namespace" link set "$end" up
done
"${sudo[@]}" ip -n "$namespace" address add 10.78.0.1/24 dev meet0

# Debian's python3, whose gi bindings are there.
"${sudo[@]}" ip netns exec "$namespace" env TMPDIR="$scratch" TEST_ADDRESS=10.78.0.1 BUILD="${BUILD:-../../build}" \
	/usr/bin/python3 run.py "$@"
