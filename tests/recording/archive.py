"""From the end of a meeting to its archive: an hour is recorded faster than real time (drift.py), and the job makes its archive."""
import json
import pathlib
import subprocess
import tempfile
import time

import drift
from meeting import BUILD


def knows_archive():
    return "archive" in subprocess.run([BUILD / "tongsheng", "help"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                       text=True).stdout


def run(hours):
    """Seconds that the job took; None: this program has no such command."""
    if not knows_archive():
        return None
    with tempfile.TemporaryDirectory(prefix="archive-") as name:
        folder, milliseconds = pathlib.Path(name), int(hours * 3600 * 1000)
        drift.play(hours, folder)
        (folder / "part").rename(folder / "1")
        lines = [{"type": "begin", "version": 1, "meeting": "bench", "at": 1764187200000, "people": [], "t": 0},
                 {"type": "part", "folder": "1", "t": 0}, {"type": "ended", "t": milliseconds}]
        (folder / "index.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        begin = time.monotonic()
        subprocess.run([BUILD / "tongsheng", "archive", folder], stdout=subprocess.DEVNULL, check=True)
        assert (folder / "archive/archive.json").exists()
        return time.monotonic() - begin
