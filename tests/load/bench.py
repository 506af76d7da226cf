#!/usr/bin/python3
"""Measures servers beside each other and beside the floor, in a network namespace, the server on one core and the generator on
another. Needs root (or sudo, by bench.sh). Prints one table; each figure is the median over the rounds, which alternate the servers."""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time

import servers

SERVERS = {kind.name: kind for kind in (servers.Tongsheng, servers.JanusTuned, servers.Janus)}
SERVER_CPU, GENERATOR_CPU = "0", "1"
COLUMNS = ("case", "server", "pkt/s", "loss %", "ns/packet", "x floor", "p50 ms", "p99 ms", "p99.9 ms", "KiB/receiver", "threads",
           "SRTP", "generator %")


def tool(name):
    return str(servers.BUILD / "tests/load" / name)


def run_floor(receivers, seconds):
    done = subprocess.run([tool("floor"), "--receivers", str(receivers), "--seconds", str(seconds), "--cpu", SERVER_CPU,
                           "--sink-cpu", GENERATOR_CPU], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def expect_line(process, word):
    line = process.stdout.readline()
    if not line.startswith(word):
        raise RuntimeError(f"the generator said {line!r} instead of {word}")
    return line[len(word):]


def run_server(kind, receivers, options):
    """One round: a fresh server, its receivers, a window of measurement."""
    server = kind(SERVER_CPU)
    process = None
    try:
        time.sleep(0.3)  # what a start leaves to be done isn't a receiver's
        empty = server.memory()
        process = subprocess.Popen(
            ["taskset", "-c", GENERATOR_CPU, tool("load"), *server.load_options(), "--publish", "1", "--view", str(receivers),
             "--kilobits", "1000", "--seconds", str(options.seconds), "--warm", str(options.warm),
             "--profiles", "SRTP_AEAD_AES_128_GCM", "--decrypt-each", str(options.decrypt_each)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        expect_line(process, "begin")
        begin_ns = server.cpu_ns()
        result = json.loads(expect_line(process, "end"))
        spent_ns, memory, threads = server.cpu_ns() - begin_ns, server.memory(), server.threads()
        process.stdin.close()
        if process.wait(60) != 0 or result["failed"]:
            raise RuntimeError(f"{server.name}: not everybody joined: {result}; {server.log()}")
    finally:
        if process and process.poll() is None:
            process.kill()
            process.wait()
        server.stop()
    arrived = result["packets"] - result["late"]
    return {
        "rate": result["packets"] / result["seconds"],
        "loss": 100 * (1 - arrived / max(result["expected"], 1)),
        "ns": spent_ns / max(result["packets"] - result["refused"], 1),
        "p50": result["delayP50"], "p99": result["delayP99"], "p999": result["delayP999"],
        "memory": (memory - empty) / 1024 / receivers,
        "threads": threads,
        "profile": result["profile"],
        "generator": 100 * result["generatorCpu"] / result["seconds"],
        "result": result,
    }


def median(rounds, key):
    values = [one[key] for one in rounds if one[key] is not None]
    return statistics.median(values) if values else float("nan")


def row(case, name, rounds, floor):
    ns = median(rounds, "ns")
    profile = rounds[0]["profile"].replace("SRTP_", "").replace("AEAD_AES_128_", "")
    return (case, name, f"{median(rounds, 'rate'):,.0f}", f"{median(rounds, 'loss'):.3f}", f"{ns:,.0f}", f"{ns / floor:.2f}",
            f"{median(rounds, 'p50') / 1000:.2f}", f"{median(rounds, 'p99') / 1000:.2f}", f"{median(rounds, 'p999') / 1000:.2f}",
            f"{median(rounds, 'memory'):.0f}", f"{median(rounds, 'threads'):.0f}", profile, f"{median(rounds, 'generator'):.0f}")


def measure(receivers, options):
    floors, rounds = [], {name: [] for name in options.servers}
    for number in range(options.rounds):
        floors.append(run_floor(receivers, options.floor_seconds))
        for name in options.servers:
            rounds[name].append(run_server(SERVERS[name], receivers, options))
            if options.verbose:
                print(f"# 1→{receivers} {name}, round {number + 1}: {json.dumps(rounds[name][-1])}", file=sys.stderr)
    case, floor = f"1→{receivers}", median(floors, "nsPerPacket")
    yield (case, "floor", "", "", f"{floor:,.0f}", "1.00", "", f"{median(floors, 'pictureUs') / 1000:.2f}*") + ("",) * 5
    for name in options.servers:
        yield row(case, name, rounds[name], floor)


def print_table(rows):
    widths = [max(len(str(line[i])) for line in rows) for i in range(len(rows[0]))]
    for number, line in enumerate(rows):
        print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(line, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def machine():
    with open("/proc/cpuinfo", encoding="ascii") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}; load average before: {load:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receivers", default="50,300", type=lambda text: [int(n) for n in text.split(",")])
    parser.add_argument("--servers", default=list(SERVERS), type=lambda text: text.split(","))
    parser.add_argument("--rounds", default=3, type=int)
    parser.add_argument("--seconds", default=10, type=int, help="measured; a finished handshake is kept for 10 s")
    parser.add_argument("--floor-seconds", default=3, type=int)
    parser.add_argument("--warm", default=1500, type=int, help="milliseconds from the last join to the measurement")
    parser.add_argument("--decrypt-each", default=1, type=int, help="every N-th receiver decrypts what comes")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    os.sched_setaffinity(0, {int(GENERATOR_CPU)})
    print(machine())
    rows = [COLUMNS]
    for receivers in options.receivers:
        rows += measure(receivers, options)
    print_table(rows)
    print("* until the last packet of a picture had been sent to all")


if __name__ == "__main__":
    main()
