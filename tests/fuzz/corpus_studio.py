#!/usr/bin/env python3
"""Writes the corpora of fuzz_studio and fuzz_track: messages of a program's and of a track's socket (relay/base/studio_wire.h)."""
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

TRACKS = CORPUS.parent / "track"


def media(number, body, marker=0x80, type=96, kind=3):
    rtp = struct.pack("!BBHII", 0x80, marker | type, number, 3000 * number, 7) + body
    message = bytes([kind]) + struct.pack("!Q", 5000000 + 33000 * number) + rtp
    return bytes([len(message)]) + message


KEY = b"\x10\x00\x00\x00\x9d\x01\x2a\x80\x02\x68\x01picture"
TRACK_INPUTS = {
    "hello": b'{"version":1,"track":"channel-fr","folder":"recordings/7/1","kind":"sound","language":"fr","begin":1,"wall":2}',
    "hello-restarted": b'{"version":1,"track":"stage","folder":"recordings/7/2","kind":"picture","begin":-86400000000,"wall":1764187200000000}',
    "hello-never": b'{"version":1,"track":"stage","folder":"recordings/7/2","kind":"picture","begin":-9223372036854775808,"wall":9223372036854775807}',
    "hello-up": b'{"version":1,"track":"x","folder":"recordings/../1","kind":"picture","begin":1,"wall":2}',
    "sound": b"\0" + b"".join(media(n, b"\xf8us!", 0, 111) for n in (65534, 65535, 1, 0, 2, 2, 40, 3000)),
    "sound-full": b"\0" + b"".join(media(n, b"\xf8us" + tail, 0, 111) for n, tail in ((1, b"F"), (2, b"!"), (3, b"F"), (60, b"!"))),
    "sound-guessed": b"\0" + b"".join(media(n, b"\xf8us!", 0, 111, kind) for n, kind in ((1, 7), (2, 7), (40, 7), (41, 3), (42, 7), (3000, 7))),
    "sound-sources": b"\0" + b"\5\x08\0\0\0\1" + media(1, b"\xf8us!", 0, 111) + b"\5\x08\0\0\0\2" + media(2, b"\xf8us!", 0, 111) + b"\4\x08\0\0\0" + media(3, b"\xf8us!", 0, 111),
    "picture": b"\1" + media(1, KEY, 0) + media(2, b"\0more") + media(3, b"\x90\xe0\x80\x07\x09\x20\x01next") + media(5, b"\x10\1lost") + media(6, KEY),
    "picture-padding": b"\1" + media(1, KEY) + b"\x16\3" + struct.pack("!Q", 5) + b"\xa0\x60\0\2" + bytes(8) + b"\1" + media(3, b"\x10\1rest"),
}

TRACKS.mkdir(parents=True, exist_ok=True)
for name, data in TRACK_INPUTS.items():
    (TRACKS / name).write_bytes(data)
