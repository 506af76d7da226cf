#!/usr/bin/python3
"""What a recording holds when it matters. Prints one table of verdicts. In a network namespace (recording.sh)."""
import argparse
import json
import os
import sys

import kills

LOSS = 0.03  # so that something waits for what is sent again, as on real links
VERDICT = ("what", "target", "measured", "")


def print_table(lines):
    widths = [max(len(str(line[i])) for line in lines) for i in range(len(lines[0]))]
    for number, line in enumerate(lines):
        print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(line, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def verdict(what, target, value, met):
    return (what, target, value, "met" if met else "NOT MET")


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
    yield verdict("files that aren't whole, by a strict reader and by GStreamer", "0",
                  f"{len(result['problems']) + len(result['undemuxed'])} of {result['files']}",
                  not result["problems"] and not result["undemuxed"])
    yield verdict("lost where nobody was killed", "0 s", json.dumps(result["elsewhere"]) if result["elsewhere"] else "0 s",
                  not result["elsewhere"])
    yield verdict("tracks with somebody else's sound or picture", "0", f"{len(result['strangers'])}", not result["strangers"])
    yield verdict("sound and picture of one person, apart, from each part's begin on", "<= 40 ms",
                  f"{result['sync']['apart']:.0f} ms", result["sync"]["apart"] <= 40)
    yield verdict("a block's time and when it was taken, apart", "<= 40 ms", f"{result['sync']['worst']:.0f} ms",
                  result["sync"]["worst"] <= 40)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=int(os.environ.get("KILLS") or 100), help="of each kind")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    table = [VERDICT]
    result = kills.run(options.kills, seed=options.seed)
    lossy = kills.run(max(options.kills // 5, 1), ("both",), options.seed, LOSS)
    if options.json:
        print(json.dumps([result, lossy], indent=1))
    table += kill_verdicts(result)
    both = lossy["both"]
    table.append(verdict(f"kill -9 of both, {both['kills']} times, links that lose {LOSS:.0%}: lost of what had arrived, any track",
                         "<= 1 s", f"{both['worst']:.2f} s ({both['track']}); median {both['median']:.2f} s", both["worst"] <= 1))
    print_table(table)
    sys.exit(any(line[3] == "NOT MET" for line in table[1:]))


if __name__ == "__main__":
    main()
