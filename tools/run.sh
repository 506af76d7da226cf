#!/usr/bin/env bash
# Serves a demo meeting on this machine and prints a link for each role. `make run` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
data="${DATA:-./var}"
port="${PORT:-8080}"
program=build/tongsheng

[ -e "$data/tongsheng.db" ] && "$program" meeting show --data "$data" demo >/dev/null 2>&1 ||
	"$program" meeting create --data "$data" demo --title "Demo meeting" --floor en --floor zh --channel zh --channel en --channel fr

# At a terminal the server becomes the foreground job: Ctrl-C then reaches it alone, and not make, which would call it an error.
[ ! -t 0 ] || set -m
"$program" serve --data "$data" --http-port "$port" &
server=$!
trap 'kill -TERM "$server" 2>/dev/null || true' INT TERM
for _ in $(seq 100); do
	if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
		break
	fi
	kill -0 "$server" 2>/dev/null || { wait "$server"; exit $?; }
	sleep 0.05
done

echo
echo "The meeting is open. One link for each role:"
echo
for role in host member interpreter listener; do
	language=()
	[ "$role" != interpreter ] || language=(--language zh --language en --understands en --understands zh)
	printf '  %-12s %s\n' "$role" \
		"$("$program" token --data "$data" --meeting demo --role "$role" "${language[@]}" --url "http://127.0.0.1:$port")"
done
echo
echo "And for all meetings:"
echo
for role in secretariat viewer; do
	printf '  %-12s %s\n' "$role" "$("$program" token --data "$data" --role "$role" --url "http://127.0.0.1:$port")"
done
echo
echo "Open them in Chromium or Firefox on this machine. Press Ctrl-C to stop."

status=0
if [ -t 0 ]; then
	fg %1 >/dev/null || status=$?
else
	while kill -0 "$server" 2>/dev/null; do
		wait "$server" && status=0 || status=$?
	done
	[ "$status" -lt 128 ] || status=0 # ended by the signal that was asked for
fi
exit "$status"
