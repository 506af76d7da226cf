#!/usr/bin/python3
"""What a recording holds when it matters: killed processes, clocks that run wrong, bad disks, what it costs. Prints one table of
verdicts. In a network namespace (recording.sh)."""
import argparse
import json
import os
import subprocess
import sys
import time

import archive
import cpu
import drift
import kills

HEAD = ("what", "target", "measured", "")
LOSS = 0.03  # so that something waits for what is sent again, as on real links
ALL = ("kills", "drift", "disk", "cpu", "archive")


def print_table(lines):
    widths = [max(len(str(line[i])) for line in lines) for i in range(len(lines[0]))]
    for number, line in enumerate(lines):
        print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(line, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def verdict(what, target, value, met=None):
    """met None: it is only said."""
    return (what, target, value, "" if met is None else "met" if met else "NOT MET")


def kill_verdicts(result):
    names = {"studio": "kill -9 of the studio", "server": "kill -9 of the server", "both": "kill -9 of both",
             "systemd": "SIGTERM to all, then SIGKILL"}
    for kind, name in names.items():
        one = result.get(kind)
        if not one:
            continue
        yield verdict(f"{name}, {one['kills']} times: lost on any of {len(kills.SOURCES)} tracks", "<= 1 s",
                      f"{one['worst']:.2f} s ({one['track']}); median {one['median']:.2f} s", one["worst"] <= 1)
        if kind != "studio":
            yield verdict(f"{name}: every track is recorded again after the start", "<= 5 s",
                          f"{one['back']:.2f} s; median {one['back median']:.2f} s", one["back"] <= 5)
    restarts = sum(result[kind]["kills"] for kind in ("server", "both", "systemd") if kind in result)
    noted = result["index"].count("restart")
    yield verdict("gaps noted in the index", f"{restarts}", f"{noted}", noted == restarts)
    broken = len(result["problems"]) + len(result["undemuxed"])
    yield verdict("files that aren't whole, by a strict reader and by GStreamer", "0", f"{broken} of {result['files']}", broken == 0)
    yield verdict("packets and pictures that can't be decoded", "0", "; ".join([f"{result['undecoded']} of {result['blocks']}", *result["undecoded in"]]),
                  result["undecoded"] == 0)
    yield verdict("lost where nobody was killed", "0 s", json.dumps(result["elsewhere"]) if result["elsewhere"] else "0 s",
                  not result["elsewhere"])
    yield verdict("tracks with somebody else's sound or picture", "0", "; ".join([f"{len(result['strangers'])}", *result["strangers"]]),
                  not result["strangers"])
    yield verdict("sound and picture of one person, apart, from each part's begin on", "<= 40 ms",
                  f"{result['sync']['apart']:.0f} ms", result["sync"]["apart"] <= 40)
    yield verdict("a block's time and when it was taken, apart", "<= 40 ms", f"{result['sync']['worst']:.0f} ms",
                  result["sync"]["worst"] <= 40)


def of_kills(options):
    result = kills.run(options.kills, seed=options.seed)
    yield result, list(kill_verdicts(result))
    lossy = kills.run(max(options.kills // 5, 1), ("both",), options.seed, LOSS)
    both = lossy["both"]
    yield lossy, [verdict(f"kill -9 of both, {both['kills']} times, links that lose {LOSS:.0%}: lost of what had arrived", "<= 1 s",
                          f"{both['worst']:.2f} s ({both['track']}); median {both['median']:.2f} s", both["worst"] <= 1)]


def of_drift(options):
    one = drift.run(options.hours)
    whole = not one["problems"] and not any(one["undecoded"].values())
    yield one, [
        verdict(f"{one['hours']:g} h, clocks 50 ppm off: sound and picture apart, worst", "<= 40 ms",
                f"{one['lipsync']:.0f} ms; drifted {one['lipsync drift']:.1f} ms", one["lipsync"] <= 40 and whole),
        verdict(f"{one['hours']:g} h, clocks 50 ppm off either way: tracks apart, worst", "<= 40 ms",
                f"{one['tracks']:.0f} ms; drifted {one['tracks drift']:.1f} ms", one["tracks"] <= 40 and whole)]


def of_disk(options):
    done = subprocess.run([sys.executable, "disk.py", *(["--long"] if options.kills >= 100 else [])], stdout=subprocess.PIPE,
                          check=False, text=True)
    print(done.stdout)
    yield done.stdout, [verdict("a disk that blocks, is slow, is full, or loses its power", "all pass",
                                done.stdout.strip().splitlines()[-1], done.returncode == 0)]


def of_cpu(options):
    one = cpu.run(max(options.kills // 10, 3))
    for name in ("tongsheng", "janus"):
        yield one, [verdict(f"recording {one['packets a second']} packets/s (a picture, 3 voices, 6 languages): {name}", "",
                            f"{one[name]['cost %']:.2f} % of a core, {one[name]['ns a packet']:,.0f} ns a packet; "
                            f"{one[name]['recording %']:.2f} % in all")]


def of_archive(options):
    seconds = archive.run(1)
    said = "there is no `tongsheng archive`" if seconds is None else f"{seconds:.0f} s"
    yield seconds, [verdict("from the end of an hour's meeting to its archive (320×180)", "", said)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=int(os.environ.get("KILLS") or 100), help="of each kind (100)")
    parser.add_argument("--hours", type=float, default=float(os.environ.get("HOURS") or 3.5), help="of the drifting clocks (3.5)")
    parser.add_argument("--only", default=ALL, type=lambda text: text.split(","), help=", ".join(ALL))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--json", action="store_true", help="all figures, too")
    options = parser.parse_args()
    table = [HEAD]
    print(f"{time.strftime('%Y-%m-%d %H:%M %Z')}; {os.cpu_count()} cores, load average before: {os.getloadavg()[0]:.1f}")
    for name in options.only:
        for figures, verdicts in globals()[f"of_{name}"](options):
            table += verdicts
            if options.json:
                print(json.dumps(figures, indent=1))
    print_table(table)
    sys.exit(any(line[3] == "NOT MET" for line in table[1:]))


if __name__ == "__main__":
    main()
