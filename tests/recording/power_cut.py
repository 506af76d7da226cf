"""What a power cut leaves: from the log of every write and sync (disk_shim.c) the files as a disk might have them then. What was
brought to the disk is there, and of the rest any part may be."""
import json
import os
import pathlib
import random
import struct
import subprocess
import tempfile

from meeting import BUILD

HEAD = struct.Struct("=QQQIIII")
LOST_S = 2.0
PAGE = 4096
# Of what wasn't brought to the disk.
KEPT = ("nothing", "all", "some", "torn", "hole")


class Record:
    def __init__(self, head, path, data):
        self.sequence, time_us, self.offset, kind = head[:4]
        self.when, self.kind, self.path, self.data = time_us / 1e6, chr(kind), path, data


def read_log(path):
    data, at, records = pathlib.Path(path).read_bytes(), 0, []
    while at + HEAD.size <= len(data):
        head = HEAD.unpack_from(data, at)
        path_end = at + HEAD.size + head[4]
        records.append(Record(head, data[at + HEAD.size:path_end].decode(), data[path_end:path_end + head[5]]))
        at = path_end + head[5]
    return sorted(records, key=lambda record: record.sequence)


class File:
    def __init__(self, made):
        self.made, self.changes, self.synced = made, [], 0

    def apply(self, content, record):
        if record.kind == "T":
            del content[record.offset:]
            content.extend(bytes(record.offset - len(content)))
        else:
            content.extend(bytes(max(0, record.offset - len(content))))
            content[record.offset:record.offset + len(record.data)] = record.data

    def durable(self):
        content = bytearray()
        for record in self.changes:
            if record.sequence <= self.synced:
                self.apply(content, record)
        return content

    def pending(self):
        return [record for record in self.changes if record.sequence > self.synced]

    def after_cut(self, kept, rolls):
        """A disk writes pages in any order; a file gets longer only as far as something of it was written."""
        content = self.durable()
        sure, pending = len(content), self.pending()
        appended = [record for record in pending if record.kind == "W" and record.offset >= sure]
        if kept == "nothing":
            return content
        upto = len(appended) if kept in ("all", "hole") else rolls.randint(0, len(appended))
        keep = set(appended[:upto])
        for record in pending:
            patch = record not in appended
            if record in keep or (patch and (kept == "all" or (rolls.random() < 0.5 and record.offset < len(content)))):
                self.apply(content, record)
        if kept == "torn" and len(content) > sure:
            del content[rolls.randint(sure, len(content)):]
        if kept == "hole" and len(content) > sure + 1:
            page = max(sure, rolls.randrange(sure, len(content)) // PAGE * PAGE)
            end = min(page + PAGE, len(content))
            content[page:end] = bytes(end - page)
        return content


def state_at(records, end):
    """(files by path, folders that are there, when) after so many records."""
    files, names, made = {}, {}, {}
    for record in records[:end]:
        if record.kind in "CD":
            made[record.path] = record.sequence
        if record.kind == "C":
            files[record.path] = File(record)
        elif record.kind in "WT":
            files.setdefault(record.path, File(record)).changes.append(record)
        elif record.kind == "U":
            files.pop(record.path, None)
        elif record.kind == "S":
            if record.path in files:
                files[record.path].synced = max(files[record.path].synced, record.offset)
            names[record.path] = max(names.get(record.path, 0), record.offset)
    return files, names, made, records[end - 1].when


def is_named(path, names, made):
    """Its name, and those of the folders on the way that were made meanwhile, are on the disk."""
    while path in made:
        parent = os.path.dirname(path)
        if names.get(parent, 0) < made[path]:
            return False
        path = parent
    return True


def oldest_unsynced(file, path, names, made):
    """When the first of what may be lost was written."""
    if not is_named(path, names, made):
        return file.made.when
    return min((record.when for record in file.pending()), default=None)


def check_files(paths, sure):
    done = subprocess.run([BUILD / "tests/recording/read_recording", "--quick", "0", *paths], stdout=subprocess.PIPE, check=True,
                          text=True)
    for line in done.stdout.splitlines():
        row = json.loads(line)
        kept, length, blocks = sure[row["file"]]
        # Behind a hole nothing can be said; before it all must be there.
        beyond = kept == "hole" and row["problem"] and row["at"] >= length
        cut_sizes = row["problem"] and "says that it ends" in row["problem"]  # a cluster's size was written, its end wasn't
        assert row["problem"] is None or beyond or cut_sizes, (kept, row)
        assert row["blocks"] >= blocks, (kept, row, blocks)
        assert row["demuxed"] >= blocks, (kept, row, blocks)


def count_blocks(contents, folder):
    """Blocks of each durable content, by the same reader."""
    paths = []
    for number, content in enumerate(contents):
        path = os.path.join(folder, f"sure-{number}")
        pathlib.Path(path).write_bytes(content)
        paths.append(path)
    done = subprocess.run([BUILD / "tests/recording/read_recording", "--quick", "0", *paths], stdout=subprocess.PIPE, check=True,
                          text=True)
    return [json.loads(line)["blocks"] for line in done.stdout.splitlines()]


def check_index(content):
    """All lines but the last are whole."""
    lines = content.split(b"\n")
    for line in lines[:-1]:
        if line.strip(b"\0"):
            json.loads(line)


def check(log, data, points, seed=None):
    rolls, records = random.Random(seed), read_log(log)
    first = next(number for number, record in enumerate(records) if record.path.endswith(".mka") and record.kind == "W")
    lost, count = 0.0, 0
    for point in range(points):
        end = rolls.randint(first + 1, len(records))
        files, names, made, when = state_at(records, end)
        with tempfile.TemporaryDirectory() as folder:
            left, sure = [], {}
            for number, (path, file) in enumerate(sorted(files.items())):
                oldest = oldest_unsynced(file, path, names, made)
                if oldest is not None:
                    lost = max(lost, when - oldest)
                    assert when - oldest <= LOST_S, f"{path}: {when - oldest:.2f} s would be lost"
                kept = KEPT[(point + number) % len(KEPT)]
                if path.endswith((".jsonl", ".who")):
                    check_index(file.after_cut("torn", rolls))
                    continue
                content = file.durable()
                if not content or not is_named(path, names, made):
                    continue
                out = os.path.join(folder, f"{number}.mk")
                pathlib.Path(out).write_bytes(file.after_cut(kept, rolls))
                left.append((out, kept, content))
            blocks = count_blocks([content for _, _, content in left], folder) if left else []
            for (out, kept, content), n in zip(left, blocks):
                sure[out] = (kept, len(content), n)
            if left:
                check_files([out for out, _, _ in left], sure)
            count += len(left)
    assert count > 0, "nothing was ever on the disk"
    return {"points": points, "files": count, "lost": lost}
