#!/usr/bin/env python3
"""Writes the corpus of fuzz_archive_index: a recording's index, and small files of its tracks (RFC 9559)."""
import json
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus" / "archive_index"
LINES = [
    {"type": "begin", "version": 1, "meeting": "demo", "title": "T", "at": 1700000000000, "people": [{"id": "p1", "name": "Ana", "organisation": "U", "country": "PE"}], "t": 0},
    {"type": "part", "folder": "1", "t": 0},
    {"type": "person", "id": "p2", "name": "\u738b <b>&\u202e", "country": "CN", "t": 5},
    {"type": "floor", "language": "en", "t": 6},
    {"type": "stage", "holder": {"id": "p1"}, "t": 7},
    {"type": "screen", "participant": "p1", "t": 8},
    {"type": "speaking", "people": ["p1", "p2"], "t": 9},
    {"type": "air", "language": "fr", "participant": "p2", "t": 10},
    {"type": "silent", "channel": "fr", "on": True, "t": 11},
    {"type": "chat", "id": 1, "from": "p2", "name": "X", "text": "a\n\n--> <i>&\u2028", "question": False, "t": 12},
    {"type": "question", "chat": 1, "on": True, "t": 13},
    {"type": "paused", "t": 2000},
    {"type": "recording", "t": 5000},
    {"type": "chapter", "number": 1, "sharer": "Ana", "subject": "S", "t": 5001},
    {"type": "speaking", "people": [], "t": 6000},
    {"type": "air", "language": "fr", "person": None, "t": 6001},
    {"type": "restart", "t": 20000},
    {"type": "ended", "t": 30000},
]


def element(id, data, size=None):
    return bytes.fromhex(id) + struct.pack("!Q", (len(data) if size is None else size) | 1 << 56) + data


def block(offset, data, flags=0x80):
    return element("a3", b"\x81" + struct.pack("!hB", offset, flags) + data)


UNKNOWN = b"\x01" + b"\xff" * 7
HEAD = element("1a45dfa3", element("4282", b"matroska")) + bytes.fromhex("18538067") + UNKNOWN + element("1549a966", element("2ad7b1", b"\x0f\x42\x40")) + element("1654ae6b", b"\xae\x81\0")
CLUSTER = bytes.fromhex("1f43b675") + UNKNOWN


def cluster(ms, *blocks):
    return CLUSTER + element("e7", struct.pack("!Q", ms)) + b"".join(blocks)


TRACK = HEAD + cluster(0, block(0, b"\xf8us!"), block(20, b"\xf8us!")) + cluster(1000, block(0, b"\xf8us!"), block(-5, b"", 0))
INDEX = "\n".join(json.dumps(line, ensure_ascii=False) for line in LINES).encode()
INPUTS = {
    "who": b'\0{"t":0,"id":"p17","at":0}\n{"t":40,"id":"p4","at":900}\n{"t":40,"id":null,"at":900}\n{"t":20,"id":"p4","at":300}\n{"t":60,"id":"p5","a',
    "removed": b'\0{"type":"speaking","people":["p1","p2"],"t":1}\n{"type":"removed","id":"p1","t":9}\n{"type":"ended","t":9}\n',
    "index": b"\0" + INDEX,
    "index-cut": b"\0" + INDEX[:-7],
    "index-garbage": b"\0" + INDEX[:300] + b"\xff\0{}\n" + INDEX[300:],
    "track": b"\1" + TRACK,
    "track-peek": b"\2" + TRACK,
    "track-cut": b"\1" + TRACK[:-6],
    "track-garbage": b"\2" + HEAD + cluster(0, block(0, b"\xf8us!"), b"\0garbage\xa3\xff") + element("ec", b"void") + element("1c53bb6b", b"cues") + cluster(5000, block(1, b"!")),
    "track-small-sizes": b"\1" + CLUSTER + b"\xe7\x81\x07" + b"\xa3\x86\x81\0\x05\x80\xf8!" + b"\xbf\x84crc!" + b"\xab\x81\0\xa7\x81\0" + b"\xa3\x85\x82\0\0\x80!",
}

CORPUS.mkdir(parents=True, exist_ok=True)
for name, data in INPUTS.items():
    (CORPUS / name).write_bytes(data)
