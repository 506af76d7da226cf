#!/usr/bin/env bash
# Runs the named stages of the tests, says how long each took, and closes with "N passed, M failed". A stage's own output
# goes to the terminal; its count is read from its closing line.
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0

# count PASSED FAILED
count() {
	passed=$((passed + $1))
	failed=$((failed + $2))
}

# A command that is one test by itself.
one() {
	if "$@"; then count 1 0; else count 0 1 && return 1; fi
}

# meson's tests of a build folder: counted from the summary of `meson test`.
meson_tests() {
	local folder=$1 log
	shift
	log=$(mktemp)
	meson test -C "$folder" --no-rebuild --print-errorlogs "$@" >"$log" 2>&1
	local status=$?
	local ok bad
	ok=$(awk '/^Ok:/ { n += $2 } /^Expected Fail:/ { n += $3 } END { print n + 0 }' "$log")
	bad=$(awk '/^(Fail|Timeout):/ { n += $2 } /^Unexpected Pass:/ { n += $3 } END { print n + 0 }' "$log")
	[ "$status" = 0 ] || { cat "$log"; [ "$bad" -gt 0 ] || bad=1; }
	[ "$ok" -gt 0 ] || bad=$((bad + 1)) # a run of nothing is no success
	echo "$folder: $ok passed, $bad failed"
	count "$ok" "$bad"
	rm -f "$log"
}

# A script that closes with a line "N passed, M failed".
counted() {
	local log
	log=$(mktemp)
	"$@" 2>&1 | tee "$log"
	local status=${PIPESTATUS[0]} line
	line=$(grep -E '^([A-Za-z-]+: )?[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
	local ok bad
	ok=$(sed -nE 's/.*\b([0-9]+) passed.*/\1/p' <<<"$line")
	bad=$(sed -nE 's/.*\b([0-9]+) failed.*/\1/p' <<<"$line")
	ok=${ok:-0} bad=${bad:-0}
	[ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ "$ok" -gt 0 ] || [ "$bad" -gt 0 ] || bad=1
	count "$ok" "$bad"
	rm -f "$log"
}

# node's test runner and Vitest close in their own ways.
node_tests() {
	local log
	log=$(mktemp)
	"$@" 2>&1 | tee "$log"
	local status=${PIPESTATUS[0]} ok bad
	ok=$(sed -E 's/\x1b\[[0-9;]*m//g' "$log" | sed -nE 's/^(ℹ|#) pass ([0-9]+)$/\2/p; s/^ +Tests .*\b([0-9]+) passed.*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
	bad=$(sed -E 's/\x1b\[[0-9;]*m//g' "$log" | sed -nE 's/^(ℹ|#) fail ([0-9]+)$/\2/p; s/^ +Tests .*\b([0-9]+) failed.*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
	[ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ "$ok" -gt 0 ] || [ "$bad" -gt 0 ] || bad=1
	count "$ok" "$bad"
	rm -f "$log"
}

stage_layers() {
	one tests/check_layers.py
	one tests/check_engines.py
}
stage_build() { one tools/build.sh build && one tools/build-client.sh; }
stage_unit() { meson_tests build; }
stage_sanitize() {
	one tools/build.sh build-asan -Db_sanitize=address,undefined -Doptimization=1 || return
	ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 meson_tests build-asan
	one tools/build.sh build-tsan:thread-tests -Db_sanitize=thread -Doptimization=1 || return
	TSAN_OPTIONS=halt_on_error=1 meson_tests build-tsan --suite threads
}
stage_fuzz() {
	CC=clang one tools/build.sh build-fuzz:fuzz-targets -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false || return
	counted python3 tests/fuzz/run.py build-fuzz "${FUZZ_SECONDS:-5}"
}
stage_client() { node_tests npm --prefix web-client --silent test; }
stage_interop() {
	counted tests/interop/run.sh
	counted tests/recording/recording.sh disk.py
}
stage_browser() { node_tests tests/browser/run.sh; }
stage_long() {
	counted tests/interop/run.sh --long
	counted tests/recording/recording.sh disk.py --long
	node_tests tests/browser/run.sh long.mjs
	node_tests tests/browser/run.sh languages_long.mjs
	ARCHIVE_PAGE=Firefox node_tests tests/browser/run.sh archive_page.test.mjs
	ARCHIVE_SECONDS=180 node_tests tests/browser/run.sh archive.test.mjs
	LISTENER=firefox node_tests tests/browser/run.sh listener.test.mjs
	FUZZ_SECONDS=60 stage_fuzz
}

for stage in "$@"; do
	echo "== $stage"
	start=$SECONDS
	"stage_$stage"
	echo "== $stage: $((SECONDS - start)) s"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
