#!/usr/bin/env python3
"""Writes the corpus of fuzz_studio: messages of a program's socket (relay/base/studio_wire.h), one file each."""
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus" / "studio"


def rtp(slot, flags=0x80, type=111, rest=b"\xf8us!"):
    return bytes([1, slot]) + struct.pack("!BBHII", flags, type, 0x1234, 0x01020304, 0x0a0b0c0d) + rest


INPUTS = {
    "hello": b'{"version":1,"program":"fr"}',
    "hello-version": b'{"version":2,"program":"fr"}',
    "hello-name": b'{"version":1,"program":"../fr"}',
    "voice": rtp(0),
    "channel-sources": rtp(4, 0x82, rest=b"\0\0\0\1\0\0\0\2\xf8us!"),
    "extension-padding": rtp(3, 0xb0, 0xef, b"\xbe\xde\0\1\x10\x7f\0\0\xf8us!\0\2"),
    "not-opus": rtp(0, rest=b"\xfb\x00us"),
    "padding-alone": rtp(1, 0xa0, rest=b"\0\0\3"),
    "other-type": rtp(2, type=72),
    "no-slot": rtp(5),
    "speech": bytes([2, 1]),
    "original": bytes([2, 0]),
}

CORPUS.mkdir(parents=True, exist_ok=True)
for name, data in INPUTS.items():
    (CORPUS / name).write_bytes(data)
