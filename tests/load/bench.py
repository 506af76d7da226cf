#!/usr/bin/python3
"""Measures servers beside each other and beside the floor, in a network namespace, the server on one core and the generator on
another. Needs root (or sudo, by bench.sh). Prints one table, and what of it must show what; each figure is the median over the
rounds, which alternate the servers."""
import argparse
import os
import platform
import time

import cases
from measure import GENERATOR_CPU, QUICK, SERVERS, measure, median

COLUMNS = ("case", "what", "server", "pkt/s", "loss %", "ns/packet", "x floor", "p50 ms", "p99 ms", "p99.9 ms", "KiB/receiver",
           "threads", "server %", "generator %", "SRTP", "why")


def ms(value):
    return "" if value != value else f"{value / 1000:.2f}"


def counted(rounds, name):
    return median([sum(one["counted"].get(name, [0])) for one in rounds])


def why(rounds):
    """The server's own counters that explain the figure."""
    words = []
    if rounds[0]["counted"]:
        calls, messages = counted(rounds, "send_calls"), counted(rounds, "gso_messages")
        words += [f"{counted(rounds, 'datagrams_out') / max(calls, 1):.0f} datagrams a call",
                  f"runs of {counted(rounds, 'gso_segments') / max(messages, 1):.1f}",
                  "busy " + " + ".join(f"{median(busy):.0f}" for busy in zip(*(one["busy"] for one in rounds))) + " %"]
    if rounds[0]["result"]["firstSound"]["n"] and rounds[0]["result"]["sinceJoin"] < rounds[0]["result"]["seconds"]:
        words += [f"{label} p95 {median([one[key]['p95'] for one in rounds]) / 1000:.0f} ms"
                  for label, key in (("sound", "firstSound"), ("keyframe", "firstKeyframe")) if rounds[0][key]["n"]]
    for key, label in (("wrong", "wrong"), ("skipped", "held back"), ("full", "lost at full sockets")):
        most = max(one[key] for one in rounds)
        if most:
            words.append(f"{most} {label}")
    return ", ".join(words)


def server_row(case, measured, name):
    rounds, setup = measured.rounds[name], measured.setup
    ns = measured.median(name, "ns")
    over = f"{ns / measured.floor():.2f}" if measured.floors else ""
    profile = (rounds[0]["profile"] or "").replace("SRTP_", "").replace("AEAD_AES_128_", "")
    return (case, setup.label or setup.name, name, f"{measured.median(name, 'rate'):,.0f}",
            f"{measured.median(name, 'loss'):.3f}", f"{ns:,.0f}", over, ms(measured.median(name, "p50")), ms(measured.median(name, "p99")), ms(measured.median(name, "p999")),
            f"{measured.median(name, 'memory'):.0f}", f"{measured.median(name, 'threads'):.0f}",
            f"{measured.median(name, 'server'):.0f}", f"{measured.median(name, 'generator'):.0f}", profile, why(rounds))


def rows(case, measured):
    setup = measured.setup
    if measured.floors:
        picture, rate = measured.floor("pictureUs"), measured.floor("packets") / measured.floor_seconds
        yield (case, setup.label or setup.name, "floor", f"{rate:,.0f}", "",
               f"{measured.floor():,.0f}", "1.00", "", f"{ms(picture)}*" if picture else "", "", "", "",
               f"{100 * measured.floor('busy'):.0f}", "", "GCM", "")
    for name in setup.servers:
        if measured.rounds.get(name):
            yield server_row(case, measured, name)
        if name in measured.failure:
            yield (case, setup.label or setup.name, name) + ("",) * 12 + (measured.failure[name],)


def print_table(lines):
    widths = [max(len(str(line[i])) for line in lines) for i in range(len(lines[0]))]
    for number, line in enumerate(lines):
        print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(line, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def verdict_row(point, verdict):
    word = "" if verdict.met is None else "met" if verdict.met and not verdict.problem else "not met"
    value = f"{verdict.value} ({verdict.problem})" if verdict.problem else verdict.value
    return (point, verdict.what, verdict.target, value, word or "not measured")


def machine():
    with open("/proc/cpuinfo", encoding="ascii") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())
    return (f"{time.strftime('%Y-%m-%d %H:%M %Z')}; {model}, {os.cpu_count()} cores, Linux {platform.release()}; "
            f"load average before: {os.getloadavg()[0]:.1f}")


def numbers(text):
    return [int(number) for number in text.split(",")]


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default=list(cases.POINTS), type=numbers, help="of the eight, 1,3")
    parser.add_argument("--servers", default=list(SERVERS), type=lambda text: text.split(","), help=", ".join(SERVERS))
    parser.add_argument("--rounds", default=3, type=int)
    parser.add_argument("--floor-seconds", default=3, type=int)
    parser.add_argument("--delay-load", type=int,
                        help="of case 4: pictures a second, and tenths of the time in which somebody speaks; "
                             "otherwise what keeps the core half busy, tried before")
    parser.add_argument("--quick", action="store_true", help="short and small: shows that it works, and nothing else")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.floor_seconds = QUICK["rounds"], QUICK["floor_seconds"]
    return options


def main():
    options = read_options()
    os.sched_setaffinity(0, {int(GENERATOR_CPU)})
    heading, begin = machine(), time.monotonic()
    done, table = {}, [COLUMNS]
    every = cases.setups(options.delay_load or cases.DELAY_LOAD)
    for case in options.cases:
        if case == 4 and not options.delay_load and not options.quick:
            every = cases.setups(cases.delay_load())
        for setup in every[case]:
            if setup.name not in done:
                done[setup.name] = measure(setup.quick() if options.quick else setup, options)
                table += rows(case, done[setup.name])
    print(f"{heading}; took {(time.monotonic() - begin) / 60:.0f} min")
    print_table(table)
    print("* until the last packet of a picture had been sent to all\n")
    if options.quick:
        print("--quick: too short, and with too few people, for what follows to mean anything")
    results = cases.Results(done.values())
    print_table([("point", "what", "target", "measured", "")] +
                [verdict_row(case, verdict) for case in options.cases for verdict in cases.verdicts(case, results)])


if __name__ == "__main__":
    main()
