# Two commands: `make run` and `make test`. Each installs what it needs, and is quick when there is nothing left to do.
DATA ?= ./var
FUZZ_SECONDS ?= 5

.PHONY: run test build setup setup-test test-unit test-sanitize test-fuzz test-interop test-client test-browser test-layers \
	test-long bench bench-join bench-languages bench-recording format clean

run: build
	@DATA=$(DATA) tools/run.sh

build: setup
	@tools/build.sh build
	@tools/build-client.sh

setup:
	@tools/setup.sh run

setup-test:
	@tools/setup.sh test

# All of it, one stage after another, with a line for each and a closing count.
test: setup-test
	@tools/test.sh layers build unit sanitize fuzz client interop browser

test-layers test-unit test-sanitize test-fuzz test-client test-interop test-browser: setup-test
	@tools/test.sh build $(patsubst test-%,%,$@)

# The long forms: ten minutes of a meeting, one in four languages with a page for everybody, 100 joins among strangers, longer fuzzing.
test-long: setup-test
	@tools/test.sh build long

# The relay beside Janus and the floor that this machine allows. BENCH="--cases 1,3 --rounds 1", BENCH=--quick.
bench:
	@tools/setup.sh bench
	@tools/build.sh build
	@tests/load/bench.sh $(BENCH)

bench-join: setup-test build
	@tests/browser/run.sh node bench_join.mjs

# Languages through real browsers: switching, hand-overs, fallback, relay, and what channels cost. ROUNDS=50 for a look.
bench-languages: setup-test build
	@tests/browser/run.sh node bench_languages.mjs

# What a recording loses when processes are killed, drifts in hours, bears of a bad disk, and costs. KILLS=5 HOURS=0.5 for a look;
# RECORDING="--only drift,cpu".
bench-recording: setup-test
	@tools/setup.sh bench
	@tools/build.sh build
	@tests/recording/recording.sh recording.py $(RECORDING)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build build-asan build-tsan build-fuzz web-client/dist
