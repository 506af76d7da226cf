"""A meeting that is recorded: the server, devices whose sound and pictures carry the time (cast), and what is in the files."""
import asyncio
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "../interop"))
from page import Page  # noqa: E402
from server import BUILD, MEETING, Server  # noqa: E402

CHANNELS = ("fr", "en", "es", "ar")
SIGN = "ase"
STEP = 0.02  # seconds of a slot
LATE_MS = 60  # that pictures are encoded, on their way out
# track: the sources whose time it may carry, in the order in which the cast is told of them
SOURCES = {"stage": {1}, "screen": {2}, "voice-0": {0}, "voice-1": {3, 4}, "voice-2": {3, 4},
           **{f"channel-{tag}": {5 + n} for n, tag in enumerate(CHANNELS)}, f"channel-picture-{SIGN}": {5 + len(CHANNELS)}}
PICTURES = {"stage", "screen", f"channel-picture-{SIGN}"}


def now():
    return time.monotonic()


class Cast:
    """Three members, one of whom has camera and screen, and an interpreter for each channel."""

    def __init__(self, server, first_report_ms=1500, loss=0):
        devices = ["avs,20," + server.token(), "a,25," + server.token(), "a,30," + server.token()]
        devices += [f"{'v' if tag == SIGN else 'a'},25," +
                    server.command("token", "--meeting", MEETING, "--role", "interpreter", "--language", tag)
                    for tag in (*CHANNELS, SIGN)]
        self.n, self.stalls = len(devices), []
        self.process = subprocess.Popen(
            [BUILD / "tests/recording/cast", "--url", server.url, "--meeting", MEETING, "--late", str(LATE_MS),
             "--first-report", str(first_report_ms), "--loss", str(loss), *[word for each in devices for word in ("--device", each)]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def join(self):
        self.process.stdin.write("join\n")
        self.process.stdin.flush()
        line = self.read()
        assert line == ["joined", str(self.n)], line

    def read(self):
        """The next line that isn't about a stall; those are kept."""
        while (line := self.process.stdout.readline().split())[:1] == ["stalled"]:
            self.stalls.append((float(line[1]), float(line[2])))
        return line

    def sent_until(self, when):
        """What was to be sent before that had been, by then."""
        return min([when, *[since for since, until in self.stalls if since < when < until]])

    def stop(self):
        self.process.stdin.close()
        self.read()  # to the end
        self.process.wait(20)


class Host:
    """A host's page, on a thread of its own: what it is told of the recording, and when."""

    def __init__(self, server):
        self.told = []  # (when, message)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        token = server.command("token", "--meeting", MEETING, "--role", "host")
        self.run(self.open(server, token))
        self.reading = asyncio.run_coroutine_threadsafe(self.read(), self.loop)

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    async def open(self, server, token):
        self.page = await Page.open(server)
        self.joined = await self.page.reply(self.page.say_join(token, "Host"), "joined")

    async def read(self):
        try:
            while (text := await self.page.frame()) is not None:
                message = json.loads(text)
                if message["type"] in ("recording", "error"):
                    self.told.append((now(), message))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass

    async def say(self, **message):
        self.page.say(**message)
        await self.page.writer.drain()

    def record(self, state):
        self.run(self.say(type="record", state=state))

    def give_floor(self):
        """To who has a camera on the floor: the stage is theirs, and the first seat."""
        sharer = next(person for person in self.joined["people"] if person["camera"] == "on" and person["role"] == "member")
        self.run(self.say(type="floor", participant=sharer["id"]))

    def close(self):
        self.loop.call_soon_threadsafe(self.page.close)


class Recorded(Server):
    meeting = ("--floor", "zh", *(word for tag in (*CHANNELS, SIGN) for word in ("--channel", tag)))

    def __init__(self, environment=None):
        super().__init__()
        self.environment = environment or {}
        self.data = pathlib.Path(self.folder.name)

    def studios(self):
        """Of this data folder, also those that an earlier server started."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if words[1:2] == [b"studio"] and os.readlink(entry / "cwd") == str(self.data.resolve()):
                    found.append(int(entry.name))
            except OSError:
                pass
        return found

    def recording(self):
        return self.data / "recordings/1"

    def parts(self):
        folder = self.recording()
        return sorted(int(each.name) for each in folder.iterdir() if each.name.isdigit()) if folder.exists() else []

    def files(self, part):
        return {each.stem: each for each in (self.recording() / str(part)).iterdir() if each.suffix != ".who" and each.stat().st_size > 0}

    def wait_written(self, after=0, tracks=SOURCES, seconds=30):
        """Until there is a part behind that one in which everything is written; its number."""
        end = now() + seconds
        while True:
            last = self.parts()[-1:]
            if last and last[0] > after and set(tracks) <= set(self.files(last[0])):
                return last[0]
            missing = set(tracks) - set(self.files(last[0])) if last and last[0] > after else "all"
            assert now() < end, f"not written: {missing} of part {last}; {self.read_log()}"
            time.sleep(0.02)

    def index(self):
        return [json.loads(line) for line in (self.recording() / "index.jsonl").read_text().splitlines()]

    def begin(self):
        """Time 0 on the monotonic clock, in seconds."""
        first = self.index()[0]
        assert first["type"] == "begin", first
        return first["at"] / 1000 - time.time() + now()

    def read(self):
        """Every file: part, track, and what read_recording says."""
        files = [str(file) for part in self.parts() for file in self.files(part).values()]
        done = subprocess.run([BUILD / "tests/recording/read_recording", str(int(self.begin() * 1e6)), *files],
                              stdout=subprocess.PIPE, check=True, text=True)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        for row in rows:
            path = pathlib.Path(row["file"])
            row["part"], row["track"] = int(path.parent.name), path.stem
        return rows


class Coverage:
    """Which slots of a track were recorded, in all parts together."""

    def __init__(self, rows, track):
        step = 2 if track in PICTURES else 1
        spans = sorted((first, last + step) for row in rows if row["track"] == track for first, last in row["runs"])
        self.spans = []
        for first, end in spans:
            if self.spans and first <= self.spans[-1][1]:
                self.spans[-1][1] = max(self.spans[-1][1], end)
            else:
                self.spans.append([first, end])

    def missing(self, begin, end):
        """Seconds that aren't there between two times."""
        covered = sum(max(0, min(end, last * STEP) - max(begin, first * STEP)) for first, last in self.spans)
        return max(0, end - begin - covered)

    def last_before(self, when):
        return max((min(last * STEP, when) for first, last in self.spans if first * STEP <= when), default=None)

    def first_after(self, when):
        return min((max(first * STEP, when) for first, last in self.spans if last * STEP > when), default=None)


def kill_group(server, grace=5):
    """As systemd does: SIGTERM to all at once, SIGKILL to who is left."""
    pids = [server.process.pid, *server.studios()]
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    end = now() + grace
    while now() < end and (server.process.poll() is None or server.studios()):
        time.sleep(0.01)
    for pid in [server.process.pid] * (server.process.poll() is None) + server.studios():
        os.kill(pid, signal.SIGKILL)
    server.process.wait()
