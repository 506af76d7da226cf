#!/usr/bin/env python3
"""Runs every fuzz target of a fuzz build for some seconds, from its corpus of valid input, and prints the line
coverage of the parsers that targets.json names. Fails on a crash, and when a parser is covered by less than 80 %.

  run.py BUILD_DIR SECONDS [TARGET]...
  run.py --list     the table for meson: a target and its library on each line
"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGETS = json.loads((HERE / "targets.json").read_text())
LEAST_PERCENT = 80
JOBS = 2  # what the machines that run our tests have


def fuzz(build, name, seconds, work):
    """Returns the fuzzer's exit code and log; the profile is work/NAME.profraw."""
    # In a copy: what the fuzzer finds stays out of the tree.
    corpus = work / name
    shutil.copytree(HERE / "corpus" / name.removeprefix("fuzz_"), corpus)
    env = dict(
        os.environ,
        LLVM_PROFILE_FILE=str(work / f"{name}.profraw"),
        UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1",
        # GLib's slices would hide overflows from the sanitizer.
        G_SLICE="always-malloc",
    )
    command = [build / "tests" / "fuzz" / name, corpus, f"-max_total_time={seconds}", "-timeout=5",
               f"-artifact_prefix={build}/{name}-"]
    result = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                            timeout=seconds + 120)
    return result.returncode, result.stdout


def coverage(build, name, work):
    """Covered and all lines of each of the target's parsers."""
    profile = work / f"{name}.profdata"
    subprocess.run(["llvm-profdata", "merge", "-sparse", work / f"{name}.profraw", "-o", profile], check=True)
    report = subprocess.run(["llvm-cov", "export", "-summary-only", f"-instr-profile={profile}",
                             build / "tests" / "fuzz" / name], check=True, stdout=subprocess.PIPE)
    found = {}
    for file in json.loads(report.stdout)["data"][0]["files"]:
        # As the compiler was told it: absolute, or relative to the build directory.
        path = (build / file["filename"]).resolve()
        if path.is_relative_to(ROOT):
            lines = file["summary"]["lines"]
            found[str(path.relative_to(ROOT))] = (lines["covered"], lines["count"])
    return {file: found.get(file, (0, 0)) for file in TARGETS[name]["files"]}


def check(build, name, seconds, work):
    """Returns whether the target passed, and what to print about it."""
    try:
        code, log = fuzz(build, name, seconds, work)
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, f"{name}: {error}"
    if code != 0:
        return False, f"{name}: exit code {code}\n" + "\n".join(log.splitlines()[-60:])
    passed, lines = True, []
    for file, (covered, count) in coverage(build, name, work).items():
        percent = 100 * covered / count if count else 0
        verdict = "" if percent >= LEAST_PERCENT else f"  < {LEAST_PERCENT} %"
        passed = passed and not verdict
        lines.append(f"{name:<24} {file:<36} {covered:>5}/{count:<5} lines {percent:6.1f} %{verdict}")
    return passed, "\n".join(lines)


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(f"{name} {row['lib']}" for name, row in TARGETS.items()))
        return 0
    build, seconds, names = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]), sys.argv[3:] or list(TARGETS)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="tongsheng-fuzz-") as temporary, \
            concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        work = pathlib.Path(temporary)
        for passed, text in pool.map(lambda name: check(build, name, seconds, work), names):
            print(text, flush=True)
            failed += not passed
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
