#!/usr/bin/env python3
"""Writes the corpora of fuzz_stun, fuzz_srtp and fuzz_dtls: small valid inputs, one file each."""
import hashlib
import hmac
import pathlib
import struct
import zlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
PASSWORD = b"a password of twenty-two"
COOKIE = b"\x21\x12\xa4\x42"


def attribute(type, value=b""):
    return struct.pack("!HH", type, len(value)) + value + bytes(-len(value) % 4)


def message(type, attributes):
    return struct.pack("!HH", type, len(attributes)) + COOKIE + b"transaction!" + attributes


def finished(type, attributes, password=PASSWORD):
    """With MESSAGE-INTEGRITY and FINGERPRINT (RFC 8489, sections 14.5 and 14.7)."""
    covered = message(type, attributes + bytes(24))[:20] + attributes
    attributes += attribute(8, hmac.new(password, covered, hashlib.sha1).digest())
    covered = message(type, attributes + bytes(8))[:20] + attributes
    return message(type, attributes + attribute(0x8028, struct.pack("!I", zlib.crc32(covered) ^ 0x5354554e)))


PRIORITY = attribute(0x24, b"\x6e\x7f\x1e\xff")
CONTROLLING = attribute(0x802a, b"tiebreak")
CONTROLLED = attribute(0x8029, b"tiebreak")
NOMINATE = attribute(0x25)
USERNAME = attribute(6, b"relay:brow")


def rtp(sequence, ssrc=9, flags=0x80, extension=b"", payload=b"some payload, some payload"):
    return struct.pack("!BBHII", flags, 96, sequence, 90000, ssrc) + extension + payload


def packet(how, data):
    return struct.pack("!BH", how, len(data)) + data


def rtcp(ssrc, extra=b""):
    return struct.pack("!BBHI", 0x80, 201, 1 + len(extra) // 4, ssrc) + extra


EXTENSION = b"\xbe\xde\x00\x01\x10\xaa\x00\x00"
AUTHENTIC = 2
STREAM = b"".join(packet(AUTHENTIC, rtp(s)) for s in (65533, 65535, 65534, 65400)) + packet(AUTHENTIC | 8, rtp(2))
MIXED = packet(AUTHENTIC, rtp(1, 1, 0x92, bytes(8) + EXTENSION)) + packet(AUTHENTIC | 1, rtcp(1)) \
    + packet(AUTHENTIC | 1, rtcp(2, bytes(40))) + packet(AUTHENTIC | 4, rtp(2, 1)) + packet(AUTHENTIC | 5, rtcp(1)) \
    + packet(0, rtp(3, 1, payload=bytes(60))) + packet(1, rtcp(1, bytes(60))) + packet(0, rtp(3)[:9]) \
    + packet(1, rtcp(1)[:6]) + packet(0, rtp(5, flags=0x9f)) + packet(1, rtcp(1, bytes(24) + b"\x80\x00\x00\x09"))
MANY = b"".join(packet(AUTHENTIC, rtp(7, ssrc, payload=b"")) for ssrc in range(70))
RECORD = bytes.fromhex("16fefd 0000 0000000000000000 0010 01000004000000000000000400000000")
ALERT = bytes.fromhex("15fefd 0000 000000000009 0002 0228")

INPUTS = {
    "stun": {
        "nominating": b"\x00" + PRIORITY + CONTROLLING + NOMINATE,
        "plain-v6": b"\x08" + PRIORITY + CONTROLLING,
        "any-remote": b"\x02" + PRIORITY + attribute(6, b"relay:somebody"),
        "controlled": b"\x00" + PRIORITY + CONTROLLED,
        "unknown-attribute": b"\x00" + PRIORITY + attribute(0x7f01, b"abc"),
        "network-info": b"\x00" + attribute(0xc057, b"\x00\x01\x00\x0a") + PRIORITY,
        "wrong-password": b"\x04" + PRIORITY + CONTROLLING,
        "short-integrity": b"\x00" + attribute(8, b"1234"),
        "raw-check": b"\x01" + finished(1, USERNAME + PRIORITY + CONTROLLING + NOMINATE),
        "raw-guess": b"\x01" + finished(1, USERNAME, b"guess"),
        "raw-other-user": b"\x01" + finished(1, attribute(6, b"other:brow")),
        "raw-no-colon": b"\x01" + finished(1, attribute(6, b"relay")),
        "raw-long-user": b"\x03" + finished(1, attribute(6, b"relay:" + b"x" * 200)),
        "raw-no-user": b"\x01" + message(1, attribute(0x8028, b"1234")),
        "raw-bare": b"\x01" + finished(1, USERNAME)[:20][:2] + b"\x00\x00" + COOKIE + b"transaction!",
        "raw-indication": b"\x01" + finished(0x11, USERNAME),
        "raw-response": b"\x01" + finished(0x101, attribute(0x20, b"\x00\x01\x12\x34abcd")),
        "raw-allocate": b"\x01" + finished(3, USERNAME),
        "raw-classic": b"\x01" + struct.pack("!HH", 1, 0) + b"sixteen bytes id",
    },
    "srtp": {
        "gcm-stream": b"\x00" + STREAM,
        "gcm-mixed": b"\x00" + MIXED,
        "gcm-many": b"\x00" + MANY,
        "cm-stream": b"\x01" + STREAM,
        "cm-mixed": b"\x01" + MIXED,
        "cm-many": b"\x01" + MANY,
    },
    "dtls": {
        "gcm": bytes(20),
        "sha1": b"\x01" + bytes(20),
        "goodbye": bytes(12) + b"\x06" + bytes(4),
        "lost-first": b"\x00\x02\x05\x0a" + bytes(20),
        "lost-second": b"\x00\x00\x02\x02\x05\x0a" + bytes(20),
        "twice": b"\x00" + b"\x01" * 10,
        "changed-hello": b"\x00\x03\x20\x40\x05\x0a" + bytes(20),
        "changed-later": b"\x00\x00\x03\x30\x01\x05\x0a" + bytes(20),
        "record": b"\x00\x04" + bytes([len(RECORD)]) + RECORD + bytes(10),
        "alert": b"\x00\x00\x04" + bytes([len(ALERT)]) + ALERT + bytes(10),
        "freed": bytes(12) + b"\x05\x78\x06" + bytes(4),
        "silent": bytes(12) + b"\x05\xa0\x05\xff" + bytes(4),
        "never-ends": b"\x00\x00" + b"\x07\x05\x14" * 10,
    },
}

for name, inputs in INPUTS.items():
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    for file, data in inputs.items():
        (CORPUS / name / file).write_bytes(data)
