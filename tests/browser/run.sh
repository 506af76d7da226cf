#!/usr/bin/env bash
# Runs the browser tests (or the script given) in a network namespace of their own: browsers gather no usable candidate
# from loopback alone, so the server listens on a veth end. Sound goes to a null sink, without which Firefox keeps its
# AudioContext suspended. Needs root or sudo.
set -euo pipefail
cd "$(dirname "$0")"

sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)
namespace="tongsheng-$$"
scratch=$(mktemp -d)

cleanup() {
	if [ -n "${pulse:-}" ]; then
		kill "$pulse" 2>/dev/null || echo "run.sh: PulseAudio had ended: $(cat "$scratch/pulse.log")" >&2
	fi
	"${sudo[@]}" ip netns pids "$namespace" 2>/dev/null | xargs -r "${sudo[@]}" kill -9 2>/dev/null || true
	"${sudo[@]}" ip netns delete "$namespace" 2>/dev/null || true
	rm -rf "$scratch"
}
trap cleanup EXIT

"${sudo[@]}" ip netns add "$namespace"
# Addresses must be there at once: one that appears while Chromium loads a page breaks that load (ERR_NETWORK_CHANGED).
"${sudo[@]}" ip netns exec "$namespace" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
	net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0
"${sudo[@]}" ip -n "$namespace" link set lo up
"${sudo[@]}" ip -n "$namespace" link add meet0 type veth peer name meet1
for end in meet0 meet1; do
	"${sudo[@]}" ip -n "$namespace" link set "$end" up
done
"${sudo[@]}" ip -n "$namespace" address add 10.77.0.1/24 dev meet0
"${sudo[@]}" ip -n "$namespace" address add fd77::1/64 dev meet0

export HOME="$scratch" TMPDIR="$scratch" XDG_RUNTIME_DIR="$scratch"
# Not in real time: that comes with a limit of CPU time at which a busy machine kills it.
pulseaudio -n --daemonize=no --exit-idle-time=-1 --disallow-exit --log-level=error --use-pid-file=no --realtime=no --high-priority=no \
	-L "module-null-sink sink_name=tests" \
	-L "module-native-protocol-unix socket=$scratch/sound auth-anonymous=1" >"$scratch/pulse.log" 2>&1 &
pulse=$!
# A browser that finds no sound server when it starts has no sound for good.
for _ in $(seq 300); do
	[ ! -S "$scratch/sound" ] || break
	sleep 0.1
done
[ -S "$scratch/sound" ] || {
	echo "run.sh: no PulseAudio: $(cat "$scratch/pulse.log")" >&2
	exit 1
}

command=(node --test --test-concurrency=1 --test-reporter=spec "${@:-all.test.mjs}")
[ "${1:-}" != "node" ] || command=("$@")
"${sudo[@]}" ip netns exec "$namespace" env HOME="$HOME" TMPDIR="$scratch" XDG_RUNTIME_DIR="$scratch" \
	PULSE_SERVER="unix:$scratch/sound" TEST_ADDRESS=10.77.0.1 "${command[@]}"
