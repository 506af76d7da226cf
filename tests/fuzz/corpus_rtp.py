#!/usr/bin/env python3
"""Writes the corpora of fuzz_rtp, fuzz_rtcp and fuzz_codec: small valid inputs, one file each."""
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def rtp(flags=0x80, type=96, extension=b"", payload=b"payload"):
    return struct.pack("!BBHII", flags, type, 0x1234, 0x01020304, 0x0a0b0c0d) + extension + payload


def block(profile, elements):
    elements += bytes(-len(elements) % 4)
    return struct.pack("!HH", profile, len(elements) // 4) + elements


def rtcp(count, type, body):
    return struct.pack("!BBH", 0x80 | count, type, len(body) // 4) + body


ONE_BYTE = block(0xbede, b"\x11ab" b"\x21cd" b"\x31ef" b"\x40\x85" b"\x51\x12\x34" b"\x62\x01\x02\x03" b"\x70\x01")
TWO_BYTE = block(0x1000, b"\x01\x00" b"\x04\x01\x7f" b"\x05\x02\x12\x34" b"\x00" b"\x08\x14" + bytes(20))
REPORT = struct.pack("!IIIIII", 7, 0x40ffffff, 65541, 12, 0x12345678, 65536)

INPUTS = {
    "rtp": {
        "plain": rtp(type=0xe0),
        "one-byte": rtp(0x90, extension=ONE_BYTE),
        "two-byte": rtp(0x90, extension=TWO_BYTE),
        "stop": rtp(0x90, extension=block(0xbede, b"\x40\x05\xf0\x00\x11ab")),
        "other-profile": rtp(0x90, extension=block(0x4321, b"\x40\x05\xf0\x00")),
        "sources-padding": rtp(0xa2, extension=b"\x00\x00\x00\x01\x00\x00\x00\x02", payload=b"abc\x00\x00\x03"),
        "probe": rtp(0xa0, payload=b"\x00\x00\x00\x04"),
        "rtx": rtp(0xb0, extension=ONE_BYTE, payload=b"\xff\xfeoriginal\x00\x02"),
        "stun": b"\x00\x01\x00\x00",
        "dtls": b"\x16\xfe\xfd",
        "rtcp": b"\x80\xc9\x00\x01",
    },
    "rtcp": {
        "sender-report": rtcp(1, 200, struct.pack("!IQIII", 1, 0xe000000180000000, 90000, 10, 10000) + REPORT)
        + rtcp(1, 202, struct.pack("!IBB", 1, 1, 4) + b"name\x00\x00"),
        "receiver-report": rtcp(2, 201, struct.pack("!I", 1) + REPORT * 2),
        "empty-receiver-report": rtcp(0, 201, struct.pack("!I", 1)),
        "bye": rtcp(2, 203, struct.pack("!II", 1, 2)) + rtcp(0, 203, b""),
        "nack": rtcp(1, 205, struct.pack("!IIHHHH", 1, 2, 65530, 0x8001, 40, 0)),
        "pli": rtcp(1, 206, struct.pack("!II", 1, 2)),
        "fir": rtcp(4, 206, struct.pack("!IIIIII", 1, 0, 5, 0x11000000, 6, 0x12000000)),
        "remb": rtcp(15, 206, struct.pack("!II", 1, 0) + b"REMB\x01\x0b\xff\xff" + struct.pack("!I", 2)),
        "transport-cc": rtcp(15, 205, struct.pack("!IIHHIHBB", 1, 2, 65535, 2, 0x00010005, 0x2002, 4, 8)),
        "other-feedback": rtcp(3, 205, struct.pack("!III", 1, 2, 3)) + rtcp(15, 206, struct.pack("!III", 1, 2, 3)),
        "padding": b"\xa1" + rtcp(1, 205, struct.pack("!IIHHI", 1, 2, 9, 0, 4))[1:],
    },
    # Codec numbers are those of enum codec in relay/rtp/media.h.
    "codec": {
        "opus": b"\x01\x78\x01",
        "red": b"\x02\x6f\x01",
        "vp8-key": bytes.fromhex("03 90f09234568010 0200 9d012a 8002 6841 ff"),
        "vp8-short-id": bytes.fromhex("03 8090 7f 1f ff"),
        "vp8-plain": bytes.fromhex("03 30 01"),
        "h264-idr": bytes.fromhex("04 65 88"),
        "h264-stap": bytes.fromhex("04 78 0002 6742 0001 68"),
        "h264-fu": bytes.fromhex("04 7c 85 88"),
        "h264-fu-middle": bytes.fromhex("04 7c 05 88"),
        "vp9-key": bytes.fromhex("05 aa 8102 00 07 38 014000b4 02800168 02 04 01 08 01 02 ff"),
        "vp9-flexible": bytes.fromhex("05 f8 05 00 03 05 06 ff"),
        "av1-key": bytes.fromhex("06 18 0a"),
        "av1-next": bytes.fromhex("06 90 32"),
    },
}

for name, inputs in INPUTS.items():
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    for file, data in inputs.items():
        (CORPUS / name / file).write_bytes(data)
