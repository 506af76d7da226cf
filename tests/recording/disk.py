#!/usr/bin/python3
"""A recording on a disk that blocks, is slow, is full, or loses its power: the host is told at once, the meeting goes on, the files
stay whole, and it goes on when the disk is well again. Prints a line for each step and closes with "N passed, M failed"."""
import mmap
import os
import struct
import subprocess
import sys
import threading
import time
import traceback

import power_cut
from meeting import BUILD, MEETING, SOURCES, STEP, Cast, Coverage, Host, Recorded, now

LONG = "--long" in sys.argv
POINTS = 100 if LONG else 30
BAD_S = 20 if LONG else 3      # that a disk is bad
SOUNDS = {track for track in SOURCES if track.startswith("channel-") and "picture" not in track}
TOLD_S, ENDED_S = 2.5, 4       # until the host knows, and knows that it is over
STALL_S = 0.6                  # a listener's decoded sound comes each 0.1 s
TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Disk:
    """tests/recording/disk_shim.c, which server and studio have preloaded."""
    FIELDS = {"write_ms": 0, "sync_ms": 4, "blocked": 8, "full": 12}

    def __init__(self, folder, log=False):
        self.path = os.path.join(folder, "disk-control")
        with open(self.path, "wb") as file:
            file.write(bytes(24))
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 24)
        self.log = os.path.join(folder, "disk-log") if log else None
        self.environment = {"LD_PRELOAD": str(BUILD / "tests/recording/disk_shim.so"), "DISK_CONTROL": self.path,
                            **({"DISK_LOG": self.log} if log else {})}

    def set(self, **fields):
        for name, value in fields.items():
            struct.pack_into("=I", self.map, self.FIELDS[name], value)


class Listener:
    """Hears the floor's program, which the same studio mixes; notes when each tenth of a second of it came."""

    def __init__(self, server):
        self.process = subprocess.Popen(
            [BUILD / "tests/peer/peers", "--url", server.url, "--meeting", MEETING, "--token", server.token("listener"),
             "--view", "1", "--cameras", "0", "--query", "audio=program/floor", "--tones", "440", "--seconds", "3600"],
            stdout=subprocess.PIPE, text=True)
        self.heard = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            if line.startswith('{"slot"'):
                self.heard.append(now())

    def wait(self):
        end = now() + 20
        while len(self.heard) < 5:
            assert now() < end, "no program is heard"
            time.sleep(0.05)

    def worst_gap(self, begin):
        times = [begin, *[when for when in self.heard if when > begin], now()]
        return max(b - a for a, b in zip(times, times[1:]))

    def stop(self):
        self.process.kill()
        self.process.wait()


class Scene:
    """A recorded meeting with a listener."""

    def __init__(self, log=False):
        self.server = Recorded()
        self.disk = Disk(self.server.folder.name, log)
        self.server.environment = self.disk.environment
        self.server.start()
        self.cast = Cast(self.server)
        self.cast.join()
        self.host = Host(self.server)
        self.host.give_floor()
        self.listener = Listener(self.server)
        self.listener.wait()
        self.host.record("recording")
        self.server.wait_written()
        time.sleep(1)
        self.begin = now()

    def wait_trouble(self, trouble, since, seconds):
        """Until the host was told; how long that took."""
        end = now() + seconds
        while True:
            for when, message in self.host.told:
                if when >= since and message.get("trouble") == trouble and message["state"] == "recording":
                    return when - since
            assert now() < end, f"trouble {trouble} isn't told: {self.host.told[-3:]}"
            time.sleep(0.02)

    def check_goes_on(self, seconds):
        """The meeting and its programs, for so long."""
        begin = now()
        while now() < begin + seconds:
            asked = now()
            assert self.server.request("GET", "/healthz").status == 200
            assert now() - asked < 0.5, f"the server answered after {now() - asked:.2f} s"
            time.sleep(0.1)
        gap = self.listener.worst_gap(begin)
        assert gap < STALL_S, f"nothing was heard for {gap:.2f} s"

    def finish(self):
        """Ends; every file must be whole, and hold all that was sent."""
        end = now() - 0.5
        self.host.record("ended")
        time.sleep(1)
        rows = self.server.read()
        for row in rows:
            assert row["problem"] is None and row["cut"] == 0, row
            assert row["demuxed"] == row["blocks"] and row["undecoded"] == 0, row
        for track in SOURCES:
            missing = Coverage(rows, track).missing(self.begin, end - 0.2)
            assert missing < STEP / 2, f"{track}: {missing:.2f} s missing"
        self.close()

    def close(self):
        self.disk.set(blocked=0, full=0, write_ms=0, sync_ms=0)
        self.host.close()
        self.listener.stop()
        self.cast.stop()
        self.server.stop()


def while_bad(scene, trouble, **bad):
    """The disk is bad for a time: what the host is told, and when."""
    begin = now()
    scene.disk.set(**bad)
    told = scene.wait_trouble(trouble, begin, TOLD_S)
    scene.check_goes_on(BAD_S)
    well = now()
    scene.disk.set(**{name: 0 for name in bad})
    over = scene.wait_trouble(None, well, ENDED_S + BAD_S)
    print(f"  {bad}: told after {told:.1f} s, over {over:.1f} s after it was well")


def with_scene(play, **options):
    scene = Scene(**options)
    try:
        play(scene)
        scene.finish()
    except BaseException:
        scene.close()
        raise


@test
def blocked_and_slow_disk():
    def play(scene):
        while_bad(scene, "disk-slow", blocked=1)
        while_bad(scene, "disk-slow", write_ms=150)
        while_bad(scene, "disk-slow", sync_ms=4000)
    with_scene(play)


@test
def full_disk():
    def play(scene):
        begin = now()
        scene.disk.set(full=1)
        scene.wait_trouble("disk-full", begin, TOLD_S)
        scene.check_goes_on(1)
        for row in scene.server.read():  # as they are now
            assert row["problem"] is None and row["cut"] == 0 and row["demuxed"] == row["blocks"], row
        scene.disk.set(full=0)
        scene.wait_trouble(None, begin, ENDED_S + BAD_S)
        for _ in range(3 if LONG else 1):
            while_bad(scene, "disk-full", full=1)
    with_scene(play)


@test
def power_cut_at_any_moment():
    def play(scene):
        time.sleep(3)
        scene.host.record("paused")
        time.sleep(0.3)
        scene.host.record("recording")
        scene.server.wait_written(1)
        time.sleep(3 if not LONG else 15)
        scene.server.kill()
        scene.server.start()
        scene.cast.join()
        scene.server.wait_written(2)
        time.sleep(2)
        found = power_cut.check(scene.disk.log, scene.server.data, POINTS)
        print(f"  {found['points']} cuts, {found['files']} files: at most {found['lost']:.2f} s of what was written were lost")
        scene.close()
    scene = Scene(log=True)
    try:
        play(scene)
    except BaseException:
        scene.close()
        raise


def main():
    names = [word for word in sys.argv[1:] if not word.startswith("--")]
    passed = failed = 0
    for one in TESTS:
        if names and one.__name__ not in names:
            continue
        begin = now()
        try:
            one()
            passed += 1
            print(f"ok - {one.__name__} ({now() - begin:.0f} s)", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            traceback.print_exc()
            print(f"not ok - {one.__name__} ({now() - begin:.0f} s)", flush=True)
    print(f"disk: {passed} passed, {failed} failed")
    sys.exit(failed > 0 or passed == 0)


if __name__ == "__main__":
    main()
