#!/usr/bin/env bash
# Runs the browser tests (or the script given) in a network namespace of their own: browsers gather no usable candidate
# from loopback alone, so the server listens on a veth end. Sound goes to a null sink, without which Firefox keeps its
# AudioContext suspended. Needs root or sudo.
set -euo pipefail
cd "$(dirname "$0")"

. ../namespace.sh
namespace_make browser 10.77.0.1

cleanup() {
	if [ -n "${pulse:-}" ]; then
		kill "$pulse" 2>/dev/null || echo "run.sh: PulseAudio had ended: $(cat "$scratch/pulse.log")" >&2
	fi
	namespace_delete
}
trap cleanup EXIT

export HOME="$scratch" XDG_RUNTIME_DIR="$scratch"
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
namespace_run HOME="$HOME" XDG_RUNTIME_DIR="$scratch" PULSE_SERVER="unix:$scratch/sound" "${command[@]}"
