"""Hours of a meeting whose senders' clocks run wrong, faster than real time: how far the tracks are apart in the decoded files."""
import json
import pathlib
import subprocess
import tempfile
import time

from meeting import BUILD

TRACKS = {"stage": 0, "voice-0": 0, "channel-fr": 1, "channel-en": 2}  # whose clock
PICTURE_MS = 200


def play(hours, folder):
    """Records; what drift says of its clocks."""
    (folder / "part").mkdir()
    socket = folder / "studio.sock"
    studio = subprocess.Popen([BUILD / "tongsheng", "studio", "--socket", socket], cwd=folder, stderr=subprocess.DEVNULL)
    try:
        while not socket.exists():
            assert studio.poll() is None, "the studio ended"
            time.sleep(0.02)
        done = subprocess.run([BUILD / "tests/recording/drift", "--socket", socket, "--folder", "part", "--hours", str(hours)],
                              stdout=subprocess.PIPE, check=True, text=True)
    finally:
        studio.terminate()
        studio.wait(60)
    return json.loads(done.stdout)


def errors(row, ppm, begin_us):
    """(when in seconds, block's time - when it was taken in truth, ms), wherever it changes."""
    for slot, apart_ms in row["apart"]:
        theirs_s = slot * 0.02 - begin_us / 1e6
        truth_s = theirs_s / (1 + ppm / 1e6)
        yield truth_s, apart_ms + (theirs_s - truth_s) * 1000


def apart(one, other):
    """The most that two tracks are apart at one time, and how that has changed from the first minute to the last."""
    times = sorted({when for when, _ in one} | {when for when, _ in other})

    def at(track, when, state={}):  # pylint: disable=dangerous-default-value
        number = state.get(id(track), 0)
        while number + 1 < len(track) and track[number + 1][0] <= when:
            number += 1
        state[id(track)] = number
        return track[number][1]

    state = {}
    found = [(when, at(one, when, state) - at(other, when, state)) for when in times]
    first = [ms for when, ms in found if when < 60] or [found[0][1]]
    last = [ms for when, ms in found if when > times[-1] - 60] or [found[-1][1]]
    mean = lambda values: sum(values) / len(values)
    return max(abs(ms) for _, ms in found), mean(last) - mean(first)


def run(hours):
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="drift-") as name:
        folder = pathlib.Path(name)
        said = play(hours, folder)
        played = time.monotonic() - begin
        files = [folder / "part" / f"{track}.{'mkv' if track == 'stage' else 'mka'}" for track in TRACKS]
        done = subprocess.run([BUILD / "tests/recording/read_recording", "--picture-ms", str(PICTURE_MS), str(said["begin"]), *files],
                              stdout=subprocess.PIPE, check=True, text=True)
    rows = {pathlib.Path(row["file"]).stem: row for row in map(json.loads, done.stdout.splitlines())}
    of = {track: list(errors(rows[track], said["ppm"][clock], said["begin"])) for track, clock in TRACKS.items()}
    lipsync = apart(of["stage"], of["voice-0"])
    pairs = [apart(of["voice-0"], of[other]) for other in ("channel-fr", "channel-en")] + [apart(of["channel-fr"], of["channel-en"])]
    return {"hours": hours, "played": played, "read": time.monotonic() - begin - played,
            "problems": [row["problem"] for row in rows.values() if row["problem"] or row["demuxed"] != row["blocks"]],
            "blocks": {track: row["blocks"] for track, row in rows.items()},
            "undecoded": {track: row["undecoded"] for track, row in rows.items()},
            "lipsync": lipsync[0], "lipsync drift": lipsync[1],
            "tracks": max(most for most, _ in pairs), "tracks drift": max((change for _, change in pairs), key=abs)}


if __name__ == "__main__":
    import sys
    print(json.dumps(run(float(sys.argv[1])), indent=1))
