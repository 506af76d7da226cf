"""What recording one meeting with six languages costs: our server and studio, and Janus, which records the same streams. Both get
them all the time, side by side on one core, and record now and then; the difference is the recording's."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.request

from meeting import BUILD, MEETING, Host, Recorded

sys.path.insert(0, str(pathlib.Path(__file__).parent / "../load"))
import servers  # noqa: E402

SERVER_CPU, GENERATOR_CPU = 0, 1
VOICES = 3
LANGUAGES = ("fr", "en", "es", "ar", "pt", "ru")
KILOBITS, FRAMES = 1000, 30
PAYLOAD = 1100  # of the test peers' packets
WARM_S = 1.5


def packets_a_second():
    a_picture = -(-(KILOBITS * 125 // FRAMES) // PAYLOAD)
    return 50 * (VOICES + len(LANGUAGES)) + FRAMES * a_picture


class Ours(Recorded):
    meeting = ("--floor", "zh", *(word for tag in LANGUAGES for word in ("--channel", tag)))
    name = "tongsheng"

    def __init__(self):
        super().__init__()
        self.start()
        os.sched_setaffinity(self.process.pid, {SERVER_CPU})
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {SERVER_CPU})
        self.peers = [self.device("member", "--video", "640x360", "--kilobits", KILOBITS),
                      *[self.device("member") for _ in range(VOICES - 1)], *[self.device(tag) for tag in LANGUAGES]]
        time.sleep(1)  # until they are all there
        self.host = Host(self)
        self.host.give_floor()

    def device(self, who, *words):
        token = self.token() if who == "member" else self.command("token", "--meeting", MEETING, "--role", "interpreter",
                                                                  "--language", who)
        return subprocess.Popen(
            ["taskset", "-c", str(GENERATOR_CPU), BUILD / "tests/peer/peers", "--url", self.url, "--meeting", MEETING, "--token", token,
             "--publish", "1", "--tone", "440", "--seconds", "3600", *[str(word) for word in words]], stdout=subprocess.DEVNULL)

    def record(self, on):
        self.host.record("recording" if on else "paused")

    def pids(self):
        return [self.process.pid, *self.studios()]

    def close(self):
        for peer in self.peers:
            peer.kill()
        self.host.close()
        self.stop()

    def bytes(self):
        return sum(file.stat().st_size for file in self.data.glob("recordings/1/*/*"))


class JanusRecords(servers.JanusTuned):
    name = "janus"

    def __init__(self):
        super().__init__(str(SERVER_CPU), 1)
        self.files = pathlib.Path(self.folder.name) / "files"
        self.files.mkdir()
        self.session = self.enter(self.url, {"janus": "create", "transaction": "c"})
        self.handle = self.enter(self.session, {"janus": "attach", "plugin": "janus.plugin.videoroom", "transaction": "a"})
        self.ask(request="destroy", room=1)
        self.ask(request="create", room=1, publishers=100, bitrate=100000000, fir_freq=0, record=False, rec_dir=str(self.files))
        self.peers = [subprocess.Popen(
            ["taskset", "-c", str(GENERATOR_CPU), BUILD / "tests/load/load", *self.load_options(), "--publish",
             str(VOICES + len(LANGUAGES)), "--pictures", "1", "--kilobits", str(KILOBITS), "--rate", str(FRAMES), "--view", "0",
             "--profiles", "SRTP_AEAD_AES_128_GCM", "--seconds", "3600"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)]

    @staticmethod
    def post(url, body):
        request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)

    def enter(self, url, body):
        return f"{url}/{self.post(url, body)['data']['id']}"

    def ask(self, **body):
        answer = self.post(self.handle, {"janus": "message", "transaction": "m", "body": body})
        data = answer["plugindata"]["data"]
        assert "error" not in data, data
        return data

    def record(self, on):
        self.ask(request="enable_recording", room=1, record=on)

    def close(self):
        for peer in self.peers:
            peer.kill()
        self.stop()

    def bytes(self):
        return sum(file.stat().st_size for file in self.files.iterdir())


def cpu_ns(pids):
    total = 0
    for pid in pids:
        for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(path.read_text().split()[0])
            except OSError:
                pass
    return total


def measure(both, seconds):
    """Nanoseconds a second of each."""
    before = [(time.monotonic_ns(), cpu_ns(one.pids())) for one in both]
    time.sleep(seconds)
    after = [(time.monotonic_ns(), cpu_ns(one.pids())) for one in both]
    return [(used1 - used0) / ((at1 - at0) / 1e9) for (at0, used0), (at1, used1) in zip(before, after)]


def run(rounds, seconds=4):
    both = [Ours(), JanusRecords()]
    off, on = [[], []], [[], []]
    try:
        both[0].record(True)  # a studio is there from then on
        time.sleep(3)
        for _ in range(rounds):
            for record, into in ((False, off), (True, on)):
                for one in both:
                    one.record(record)
                time.sleep(WARM_S)
                for values, value in zip(into, measure(both, seconds)):
                    values.append(value)
        rates = packets_a_second()
        result = {"packets a second": rates, "rounds": rounds}
        for number, one in enumerate(both):
            cost = statistics.median(b - a for a, b in zip(off[number], on[number]))
            result[one.name] = {"idle %": statistics.median(off[number]) / 1e7, "recording %": statistics.median(on[number]) / 1e7,
                                "cost %": cost / 1e7, "ns a packet": cost / rates, "bytes": one.bytes()}
        return result
    finally:
        for one in both:
            one.close()


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1])), indent=1))
