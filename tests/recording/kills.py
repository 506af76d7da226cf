"""kill -9 at random moments: what each track has lost, by the time in its decoded sound and pictures."""
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import time

from meeting import PICTURES, SOURCES, STEP, Cast, Coverage, Host, Recorded, LATE_MS, kill_group, now

KINDS = ("studio", "server", "both", "systemd")
SETTLED = (2.0, 4.0)  # seconds between everything's being written and the next kill
SLOT_OPEN = 0.1       # longer than a slot's end may be behind its begin
REMARKABLE = 0.3      # seconds: told one by one
AROUND = (2.0, 4.0)   # what is looked at before and behind the kill of a studio


def kill(server, kind):
    """Returns when, and when a server was there again (the same for the studio alone)."""
    when = now()
    if kind in ("studio", "both"):
        for pid in server.studios():
            os.kill(pid, signal.SIGKILL)
    if kind in ("server", "both"):
        server.kill()
    if kind == "systemd":
        kill_group(server)
    if kind == "studio":
        return when, when
    server.start()
    return when, now()


def track_loss(track, coverage, kind, when, up, until):
    """Seconds lost of what had arrived at the kill, and until media were recorded again after the start. until: the next kill."""
    late = LATE_MS / 1000 if track in PICTURES else 0
    if kind == "studio":
        return coverage.missing(when - AROUND[0], min(when + AROUND[1], until - late)), 0.0
    last, first = coverage.last_before(when - late), coverage.first_after(when + SLOT_OPEN)
    if last is None or first is None:
        return float("inf"), float("inf")
    return max(0.0, when - late - last), max(0.0, first - up)


def other_gaps(coverage, kills, begin, end):
    """Seconds missing where nobody was killed."""
    total, at = 0.0, begin
    for _, when, up in sorted(kills, key=lambda one: one[1]):
        total += coverage.missing(at, max(at, when - AROUND[0]))
        at = max(at, up + 6.0)
    return total + coverage.missing(at, max(at, end))


def is_wrong(row):
    return row["problem"] or row["undecoded"] or row["demuxed"] != row["blocks"] or row["source"] not in SOURCES[row["track"]]


def keep(server, rows):
    """For who wants to know: what isn't as it should be, to the folder that KEEP names."""
    folder = os.environ.get("KEEP")
    for row in rows if folder else ():
        if is_wrong(row):
            to = pathlib.Path(folder, str(row["part"]))
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy2(row["file"], to)
            (to / f"{row['track']}.json").write_text(json.dumps({**row, "begin": server.begin()}))


def run(count, kinds=KINDS, seed=None, loss=0):
    """One meeting, all kills; returns the figures."""
    rolls = random.Random(seed)
    server = Recorded()
    server.start()
    cast = Cast(server, loss=loss)
    cast.join()
    host = Host(server)
    host.give_floor()
    host.record("recording")
    part = server.wait_written()
    time.sleep(3)
    begin, kills = now(), []
    order = [kind for kind in kinds for _ in range(count)]
    rolls.shuffle(order)
    try:
        for kind in order:
            time.sleep(rolls.uniform(*SETTLED))
            when, up = kill(server, kind)
            kills.append((kind, when, up))
            if kind != "studio":
                cast.join()
                host.close()
                host = Host(server)
                host.give_floor()
            part = server.wait_written(part)
        time.sleep(6)
        end = now() - 0.5
        host.record("ended")
        time.sleep(1)
        host.close()
        rows, index = server.read(), server.index()
        keep(server, rows)
    finally:
        cast.stop()
        server.stop()
    return figures(kills, rows, index, begin, end, cast)


def figures(kills, rows, index, begin, end, cast):
    coverages = {track: Coverage(rows, track) for track in SOURCES}
    result = {"files": len(rows), "kills": len(kills), "losses": [], "index": [line["type"] for line in index if line["type"] in ("restart", "part")],
              "problems": [f"{row['part']}/{row['track']}: {row['problem']}" for row in rows if row["problem"]],
              "undemuxed": [f"{row['part']}/{row['track']}: {row['demuxed']} of {row['blocks']}" for row in rows
                            if row["demuxed"] != row["blocks"]],
              "undecoded in": [f"{row['part']}/{row['track']}: {row['undecoded']} of {row['blocks']}" for row in rows if row["undecoded"]],
              "undecoded": sum(row["undecoded"] for row in rows), "blocks": sum(row["blocks"] for row in rows), "stalls": len(cast.stalls),
              "strangers": [f"{row['part']}/{row['track']}: {row['source']}" for row in rows
                            if row["source"] not in SOURCES[row["track"]]],
              "elsewhere": {track: round(gap, 2) for track, one in coverages.items()
                            if (gap := other_gaps(one, kills, begin, end)) > STEP / 2}}
    for kind in KINDS:
        lost, back, worst = [], [], ""
        for (each, when, up), (_, until, _) in zip(kills, [*kills[1:], ("end", end, end)]):
            if each != kind:
                continue
            for track, one in coverages.items():
                loss, first = track_loss(track, one, kind, cast.sent_until(when), up, until - SLOT_OPEN)
                if not lost or loss > max(lost):
                    worst = track
                if loss > REMARKABLE:
                    result["losses"].append(f"{kind} at {when:.2f} (part of {up - when:.2f} s): {track} {loss:.2f} s")
                lost.append(loss)
                back.append(first)
        if lost:
            result[kind] = {"kills": len(lost) // len(coverages), "worst": max(lost), "median": statistics.median(lost),
                            "track": worst, "back": max(back), "back median": statistics.median(back)}
    result["sync"] = sync(rows)
    return result


def sync(rows):
    """How far the time of a block is from when its content was taken, in milliseconds: per source's tracks, worst; and the most that
    a sharer's picture is apart from the voice in the same part."""
    worst, apart = 0.0, 0.0
    for row in rows:
        worst = max([worst, *(abs(ms) for _, ms in row["apart"])])
    for part in {row["part"] for row in rows}:
        of = {row["track"]: row["apart"] for row in rows if row["part"] == part}
        for track in ("stage", "screen"):
            apart = max([apart, *(abs(a - b) for _, a in of.get(track, []) for _, b in of.get("voice-0", []))])
    return {"worst": worst, "apart": apart}
