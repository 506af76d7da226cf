#!/usr/bin/env python3
"""Writes the corpus of fuzz_room: what two well-behaved peers send, as its operations."""
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus" / "room"


def give(data, rtcp=False, second=False):
    return bytes([(0x80 if second else 0) | (2 if rtcp else 0), len(data)]) + data


def rtp(type, sequence, timestamp, ssrc, payload, elements=b"", marker=False, padding=0):
    flags = 0x80 | (0x10 if elements else 0) | (0x20 if padding else 0)
    header = struct.pack("!BBHII", flags, type | (0x80 if marker else 0), sequence & 0xffff, timestamp, ssrc)
    if elements:
        elements += bytes(-len(elements) % 4)
        header += struct.pack("!HH", 0xbede, len(elements) // 4) + elements
    return header + payload + (bytes(padding - 1) + bytes([padding]) if padding else b"")


def rtcp(count, type, body):
    return struct.pack("!BBH", 0x80 | count, type, len(body) // 4) + body


def vp8(picture, key=False, first=True):
    body = bytes.fromhex("100000 9d012a 8002 6801") if key else b"\x11" if first else b"\x00"
    return struct.pack("!BBHBB", 0x90 if first else 0x80, 0xe0, 0x8000 | picture, picture & 255, 0x20) + body + b"body"


def later(ms):
    return bytes([7, ms // 8])


MID_C, TRANSPORT = b"\x10c", lambda n: b"\x51" + struct.pack("!H", n)
RID, REPAIRED = lambda r: b"\x20" + r, lambda r: b"\x30" + r
LEVEL = lambda n: b"\x40" + bytes([n])


def frame(n, ssrc=0x102, key=False, elements=b""):
    return give(rtp(96, n, n * 3000, ssrc, vp8(n, key), elements, True))


def sound(n, level, second=False):
    ssrc = 0x201 if second else 0x101
    return give(rtp(111, n, n * 960, ssrc, b"\x78sound", LEVEL(level) + TRANSPORT(n)), second=second)


def report(ssrc, seconds, timestamp):
    return rtcp(0, 200, struct.pack("!IIIIII", ssrc, seconds, 0, timestamp, 1, 100))


PICTURE = frame(1, key=True) + b"".join(frame(n) for n in range(2, 6))
ASKED = rtcp(1, 206, struct.pack("!II", 1, 0x210))


def resend(ssrc, first):
    """Everything: what the slot's first number was is random."""
    return b"".join(give(rtcp(1, 205, struct.pack("!II", 1, ssrc)
                              + b"".join(struct.pack("!HH", first + block + 17 * i, 0xffff) for i in range(50))),
                         True, True) for block in range(0, 0x8000, 850))


# Slots of peer 2: 0x210 stage, 0x211 voice, 0x212 camera of 1, 0x213 its own microphone.
INPUTS = {
    "picture": PICTURE,
    "gap": PICTURE + frame(7) + frame(8) + frame(9) + frame(10) + later(200)
    + give(rtp(97, 1, 18000, 0x104, struct.pack("!H", 6) + vp8(6))) + give(rtp(97, 2, 9, 0x104, b"", padding=8))
    + give(rtp(97, 3, 9, 0x104, b"\x01")) + frame(8) + later(2000),
    "late-keyframe": frame(2) + frame(3) + frame(1, key=True) + frame(1),
    "jump": PICTURE + frame(3000) + frame(3001, key=True) + later(1600),
    "padding": PICTURE + give(rtp(96, 6, 1, 0x102, b"", padding=20)) + frame(8)
    + give(rtp(96, 7, 1, 0x102, b"", padding=20)),
    "layers": PICTURE + frame(1, 0x103, True) + frame(1, 0x777, True, MID_C + RID(b"f"))
    + give(rtp(97, 1, 3000, 0x778, struct.pack("!H", 2) + vp8(2), MID_C + REPAIRED(b"f")))
    + b"".join(frame(n, 0x103) + later(80) for n in range(2, 14)) + frame(6)
    + b"\x83\x02\x05\x01\x10" + frame(7, key=True) + b"\x83\x02\x05\x01\x00" + later(600) + frame(1, 0x779, True, MID_C),
    "codecs": give(rtp(98, 1, 0, 0x102, bytes.fromhex("6742001f"))) + give(rtp(98, 2, 0, 0x102, bytes.fromhex("6588ff")))
    + give(rtp(100, 3, 9, 0x102, bytes.fromhex("8a81121002800168ff"))) + give(rtp(102, 4, 18, 0x102, bytes.fromhex("180a01")))
    + give(rtp(96, 5, 18, 0x102, b"\x90\xf0")) + give(rtp(55, 6, 0, 0x102, b"x")) + give(b"\x00" * 12),
    "sound": b"".join(sound(n, 20) + sound(n, 90, True) + later(16) for n in range(60)) + give(rtp(63, 61, 1, 0x101, b"\x6fa")),
    "turns": b"".join(sound(n, 20) + later(16) for n in range(30)) + b"\x06\x00"
    + b"".join(sound(n, 90) + sound(n, 20, True) + later(16) for n in range(30, 200)),
    "reports": give(report(0x102, 1000, 3000), True) + PICTURE + sound(1, 30) + give(report(0x102, 1001, 93000)
    + report(0x101, 1001, 48000) + rtcp(1, 203, struct.pack("!I", 0x103)) + report(0x999, 1, 1), True) + later(1000)
    + give(rtcp(2, 201, struct.pack("!I", 1) + struct.pack("!IIIIII", 0x210, 0x10000001, 50, 1, 0x10000, 65536)
                + struct.pack("!IIIIII", 0x999, 0, 0, 0, 0, 0)) * 2, True, True) + frame(6) + later(1000),
    "feedback": PICTURE + give(ASKED + rtcp(4, 206, struct.pack("!IIII", 1, 0, 0x212, 0x11000000)), True, True) + later(600)
    + give(ASKED + rtcp(1, 206, struct.pack("!II", 1, 0x999)) + rtcp(1, 205, struct.pack("!IIHH", 1, 0x999, 1, 0)), True, True)
    + give(b"\x81\xce\x00", True),
    "resend": PICTURE + resend(0x210, 0) + resend(0x212, 0)[:4000],
    "mute": PICTURE + b"\x0c\x01" + frame(6) + b"\x04\x01" + frame(7) + frame(8, key=True) + sound(1, 20) + sound(2, 20)
    + b"\x0c\x00" + sound(3, 20),
    "away": PICTURE + b"\x85" + frame(6) + later(800) + b"\x8d" + frame(7) + frame(8, key=True) + b"\x05" + later(400)
    + b"\x0d" + frame(200) + frame(201, key=True),
    "moves": PICTURE + b"\x83\x02\x00\x00\x00" + frame(6) + b"\x83\x02\x05\x01\x00" + frame(7, key=True) + b"\x83\x01\x06\x01\x00"
    + sound(1, 30) + b"\x83\x01\x05\x01\x00" + b"\x83\x04\x00\x00\x00" + b"\x06\x02" + later(400),
}

CORPUS.mkdir(parents=True, exist_ok=True)
for name, data in INPUTS.items():
    (CORPUS / name).write_bytes(data)
