"""One setup of the benchmark: its servers in turn over some rounds, with the floor before, between and after them."""
import dataclasses
import json
import pathlib
import statistics
import subprocess
import sys
import time

import servers

SERVERS = {kind.name: kind for kind in (servers.Tongsheng, servers.TongshengDefaults, servers.Spread, servers.JanusTuned, servers.Janus)}
OURS = [name for name, kind in SERVERS.items() if issubclass(kind, servers.Tongsheng)]
SERVER_CPU, GENERATOR_CPU = "0", "1"
RECEIVE_CPUS = pathlib.Path("/sys/class/net/lo/queues/rx-0/rps_cpus")  # of this network namespace
GUESSES = 4
QUICK = {"seconds": 2, "floor_seconds": 1, "rounds": 1, "receivers": 60, "meetings": 5}


@dataclasses.dataclass(frozen=True)
class Setup:
    """What the generator is told. Numbers of people are of each meeting."""
    name: str
    servers: tuple
    view: int
    meetings: int = 1
    publish: int = 1
    seconds: int = 10  # measured
    warm: int = 1500   # milliseconds before that
    decrypt_each: int = 1
    floor: bool = True
    shared: bool = False  # server and generator have both cores
    apart: bool = True    # the receivers' half of loopback on the generator's core; False: where that core hasn't the time
    load: tuple = ()      # further options of the generator
    label: str = ""       # in the table, if not the name

    def quick(self):
        view, meetings = min(self.view, QUICK["receivers"]), min(self.meetings, QUICK["meetings"])
        smaller = (view, meetings) != (self.view, self.meetings)
        return dataclasses.replace(self, seconds=QUICK["seconds"], view=view, meetings=meetings,
                                   label=f"{self.name}, here {view * meetings}" if smaller else "")

    def load_options(self):
        return [str(word) for word in (
            "--publish", self.publish, "--view", self.view, "--seconds", self.seconds, "--warm", self.warm, "--even",
            "--profiles", "SRTP_AEAD_AES_128_GCM", "--decrypt-each", self.decrypt_each, *self.load)]


class Failed(RuntimeError):
    """A server couldn't do it."""


def tool(name):
    return str(servers.BUILD / "tests/load" / name)


def expect_line(process, word):
    line = process.stdout.readline()
    if not line.startswith(word):
        raise Failed(f"the generator said {line!r} instead of {word}")
    return line[len(word):]


def read_mix(setup):
    """What each receiver gets, by the code that sends it."""
    with subprocess.Popen([tool("load"), *setup.load_options(), "--mix"], stdout=subprocess.PIPE, text=True) as process:
        return json.loads(expect_line(process, "mix"))


def run_floor(setup, mix, seconds):
    done = subprocess.run([tool("floor"), "--receivers", str(setup.meetings * setup.view), "--seconds", str(seconds),
                           "--cpu", SERVER_CPU, "--sink-cpu", GENERATOR_CPU, "--voices", str(mix["voices"]),
                           "--voice", str(mix["voiceBytes"]), "--pictures", str(mix["pictures"]),
                           "--run", str(max(mix["run"], 1)), "--video", str(max(mix["videoBytes"], 1))],
                          stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def place_receiving(apart):
    """Loopback does the receivers' half of the kernel's work on the core that sends, which no network does. Receive packet steering
    hands it to the generator's core: for the floor and every server alike."""
    mask = 1 << int(GENERATOR_CPU) if apart else 0
    RECEIVE_CPUS.write_text(f"{mask:x}", encoding="ascii")


def full_sockets():
    """Datagrams that found no room in a socket, anybody's in this network namespace."""
    with open("/proc/net/snmp", encoding="ascii") as snmp:
        names, values = [line.split() for line in snmp if line.startswith("Udp:")]
    return int(values[names.index("RcvbufErrors")])


class Window:
    """What a server spends between two moments. Its own counters are read outside of these."""

    def __init__(self, server):
        self.server = server
        self.before, self.full = server.metrics(), full_sockets()
        self.begin_ns = server.cpu_ns()

    def close(self):
        self.spent_ns = self.server.cpu_ns() - self.begin_ns
        self.memory, self.threads = self.server.memory(), self.server.threads()
        after, self.full = self.server.metrics(), full_sockets() - self.full
        self.counted = {name: [b - a for a, b in zip(self.before[name], of)] for name, of in after.items()}


def loss(counts):
    return 100 * (1 - (counts["packets"] - counts["late"]) / max(counts["expected"], 1))


def summary(setup, result, window, empty):
    sound, video = result["sound"], result["video"]
    both = {key: sound[key] + video[key] for key in sound}
    return {
        "rate": both["packets"] / result["seconds"],
        "loss": loss(both) if both["expected"] else 100.0, "soundLoss": loss(sound) if sound["expected"] else 100.0,
        # Every n-th viewer looks: what it had to refuse, the others had, too.
        "ns": window.spent_ns / max(both["packets"] - setup.decrypt_each * both["refused"], 1),
        "wrong": both["refused"] + both["broken"], "skipped": both["skipped"],
        "p50": result["delay"]["p50"], "p99": result["delay"]["p99"], "p999": result["delay"]["p999"],
        "memory": (window.memory - empty) / 1024 / (setup.meetings * setup.view), "sinceJoin": result["sinceJoin"],
        "threads": window.threads,
        "profile": result["profile"],
        "server": 100 * window.spent_ns / 1e9 / result["seconds"],
        "busy": [100 * seconds / result["seconds"] for seconds in window.counted.get("busy_seconds", [])],
        "generator": 100 * result["generatorCpu"] / result["seconds"],
        "firstSound": result["firstSound"], "firstKeyframe": result["firstKeyframe"],
        "counted": window.counted, "full": window.full, "result": result,
    }


def run_server(kind, setup):
    """One round: a fresh server, its receivers, a window of measurement."""
    server_cpus, cpus = (f"{SERVER_CPU},{GENERATOR_CPU}",) * 2 if setup.shared else (SERVER_CPU, GENERATOR_CPU)
    server = kind(server_cpus, setup.meetings)
    process = None
    try:
        time.sleep(0.3)  # what a start leaves to be done isn't a receiver's
        empty = server.memory()
        process = subprocess.Popen(["taskset", "-c", cpus, tool("load"), *server.load_options(), *setup.load_options()],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        expect_line(process, "begin")
        window = Window(server)
        result = json.loads(expect_line(process, "end"))
        window.close()
        process.stdin.close()
        if process.wait(60) != 0 or result["failed"]:
            raise Failed(f"not everybody joined: {result['open']} are there, {result['failed']} were refused")
        return summary(setup, result, window, empty)
    finally:
        if process and process.poll() is None:
            process.kill()
            process.wait()
        server.stop()


class Measured:
    """The rounds of one setup."""

    def __init__(self, setup):
        self.setup = setup
        self.floors, self.floor_seconds = [], 0
        self.rounds = {}   # server: list of summaries
        self.failure = {}  # server: why it has none

    def median(self, server, key):
        return median([one[key] for one in self.rounds[server]])

    def worst(self, server, key):
        return max(one[key] for one in self.rounds[server])

    def floor(self, key="nsPerPacket"):
        return median([floor[key] for floor in self.floors])


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else float("nan")


def note(text):
    print(f"# {text}", file=sys.stderr, flush=True)


def try_server(measured, name, options):
    try:
        measured.rounds.setdefault(name, []).append(run_server(SERVERS[name], measured.setup))
    except servers.Refused as error:
        measured.failure[name] = f"skipped: {error}"
    except (OSError, RuntimeError) as error:
        measured.failure[name] = f"failed: {' '.join(str(error).split())}"
    if name in measured.failure:
        note(measured.failure[name])
    elif options.verbose:
        note(json.dumps(measured.rounds[name][-1]))


def half_busy_at(setup_at, load):
    """The load that comes nearest to keeping the server's core half busy. Each guess goes by what the one before took."""
    tried = {}
    place_receiving(setup_at(load).apart)
    while load not in tried and len(tried) < GUESSES:
        tried[load] = run_server(SERVERS["tongsheng"], dataclasses.replace(setup_at(load), seconds=5))["server"]
        note(f"{setup_at(load).name}, load {load}: core {tried[load]:.0f} % busy")
        load = max(1, round(load * 50 / tried[load]))
    return min(tried, key=lambda one: abs(tried[one] - 50))


def measure(setup, options):
    measured, mix = Measured(setup), read_mix(setup)
    measured.floor_seconds = options.floor_seconds
    place_receiving(setup.apart and not setup.shared)
    wanted = [name for name in setup.servers if name in options.servers]
    for number in range(options.rounds):
        if setup.floor:
            measured.floors.append(run_floor(setup, mix, options.floor_seconds))
        for name in wanted:
            if name not in measured.failure:
                note(f"{setup.name}, round {number + 1}: {name}")
                try_server(measured, name, options)
    if setup.floor:
        measured.floors.append(run_floor(setup, mix, options.floor_seconds))
    return measured
