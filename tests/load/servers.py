"""The servers that the benchmark compares: how each is started, and what the generator must be told of it."""
import glob
import os
import pathlib
import re
import subprocess
import tempfile
import textwrap
import time
import urllib.error
import urllib.request

ADDRESS = os.environ.get("TEST_ADDRESS", "127.0.0.1")
BUILD = pathlib.Path(os.environ.get("BUILD", pathlib.Path(__file__).parent / "../../build")).resolve()
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def wait_http(url, process, log, seconds=10):
    end = time.monotonic() + seconds
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended: {log()}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise
        time.sleep(0.05)


class Server:
    """A running server, pinned to some cores, with all its threads and children."""
    name = ""

    def __init__(self, cpus):
        self.folder = tempfile.TemporaryDirectory(prefix="bench-")
        self.cpus = cpus
        self.process = None

    def start(self, command):
        self.log_path = os.path.join(self.folder.name, "log")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(["taskset", "-c", self.cpus, *[str(word) for word in command]],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def log(self):
        return pathlib.Path(self.log_path).read_text(errors="replace")[-3000:]

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.folder.cleanup()

    def pids(self):
        """The process and its descendants."""
        children = {}
        for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
        found = [self.process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def cpu_ns(self):
        """Time on a core of all threads that are there: to the nanosecond, where /proc/PID/stat has ticks of 10 ms."""
        total = 0
        for pid in self.pids():
            for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
                total += int(path.read_text().split()[0])
        return total

    def memory(self):
        """Bytes of its own. The pages of libraries aren't: how much of them is whose depends on who else has them mapped."""
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
                    total += 1024 * int(line.split()[1])
        return total

    def threads(self):
        return sum(len(list(pathlib.Path(f"/proc/{pid}/task").iterdir())) for pid in self.pids())


class Refused(RuntimeError):
    """The server doesn't know an option."""


class Tongsheng(Server):
    name = "tongsheng"
    workers, extra = 1, ()

    def __init__(self, cpus, meetings):
        super().__init__(cpus)
        self.url = f"http://{ADDRESS}:8080"
        data = self.folder.name
        self.tokens = {}
        for name in [f"bench-{number + 1}" for number in range(meetings)]:
            self.run("meeting", "create", "--data", data, name)
            self.tokens[name] = self.run("token", "--data", data, "--meeting", name, "--role", "member")
        workers = ("--workers", self.workers) if self.workers else ()
        self.start([BUILD / "tongsheng", "serve", "--data", data, "--listen", ADDRESS, "--insecure-http", "--http-port", 8080,
                    "--media-port", 40000, "--connections", 0, "--connections-address", 0, "--connect-rate", 0,
                    # What is measured is forwarding: an overloaded worker would shed some of it.
                    "--participants", 100000, "--overload-percent", 100, *workers, *self.extra])
        try:
            wait_http(self.url + "/healthz", self.process, self.log)
        except RuntimeError as error:
            self.stop()
            unknown = [option for option in self.extra if f"Unknown option {option}" in str(error)]
            raise Refused(f"the server doesn't know {unknown[0]}") if unknown else error

    @staticmethod
    def run(*words):
        return subprocess.run([BUILD / "tongsheng", *words], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()

    def load_options(self):
        words = [word for name, token in self.tokens.items() for word in ("--meeting", name, "--token", token)]
        return ["--url", self.url, *words]

    def metrics(self):
        """{name: [of each worker]}: what /metrics says of the workers' counters."""
        with urllib.request.urlopen(self.url + "/metrics", timeout=5) as reply:
            text = reply.read().decode()
        found = {}
        for name, worker, value in re.findall(r'^tongsheng_relay_(\w+?)(?:_total)?\{worker="(\d+)"\} (\S+)$', text, re.M):
            found.setdefault(name, {})[int(worker)] = float(value)
        return {name: [of[worker] for worker in sorted(of)] for name, of in found.items()}


class TongshengDefaults(Tongsheng):
    """As many workers as it starts by itself, and its people where it puts them."""
    name = "tongsheng defaults"
    workers = None


class Spread(Tongsheng):
    """A room's members are spread evenly over the workers."""
    name = "tongsheng 2 workers"
    workers, extra = 2, ("--placement", "spread")


class Janus(Server):
    """An instance of its own, of Debian's package."""
    name = "janus"
    general = ""
    plugins, transports = "/usr/lib/*/janus/plugins", "/usr/lib/*/janus/transports"

    def __init__(self, cpus, meetings):
        super().__init__(cpus)
        self.meetings = meetings
        self.url = f"http://{ADDRESS}:8088/janus"
        self.write("janus", f"""
            general: {{ configs_folder = "{self.folder.name}", debug_level = 3, session_timeout = 0 {self.general} }}
            plugins: {{ disable = "{self.others(self.plugins, "videoroom")}" }}
            transports: {{ disable = "{self.others(self.transports, "http")}" }}
            """)
        self.write("janus.plugin.videoroom", "".join(
            f"room-{number + 1}: {{ description = \"bench\", publishers = 1000, bitrate = 100000000, fir_freq = 0, record = false }}\n"
            for number in range(meetings)))
        self.write("janus.transport.http", """
            general: { json = "compact", base_path = "/janus", http = true, port = 8088, mhd_connection_limit = 4000 }
            """)
        self.start(["janus", "--configs-folder", self.folder.name])
        wait_http(self.url + "/info", self.process, self.log)

    def write(self, name, text):
        pathlib.Path(self.folder.name, f"{name}.jcfg").write_text(textwrap.dedent(text))

    @staticmethod
    def others(folder, wanted):
        """The modules of a folder but one: what isn't measured isn't loaded."""
        names = sorted(os.path.basename(path) for path in glob.glob(f"{folder}/*.so"))
        return ",".join(name for name in names if name != f"libjanus_{wanted}.so")

    def load_options(self):
        return ["--janus", "--url", self.url, "--rooms", str(self.meetings)]

    @staticmethod
    def metrics():
        return {}


class JanusTuned(Janus):
    """One event loop for all handles, instead of a thread for each: its best on one core."""
    name = "janus tuned"
    general = ", event_loops = 1"
