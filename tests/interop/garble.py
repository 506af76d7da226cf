"""What no client should send: requests and WebSocket frames, cut, mixed and changed at random, each on a connection of its own and
from an address of its own, so that no limit of one address hides it."""
import random
import socket
import struct
import time

HOST = b" HTTP/1.1\r\nHost: x\r\n"
UPGRADE = (b"GET /ws" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tongsheng\r\n\r\n")
PARTS = [
    b"GET /" + HOST + b"\r\n",
    b"GET /metrics" + HOST + b"\r\n",
    b"OPTIONS /whip/demo" + HOST + b"\r\n",
    b"POST /whip/demo" + HOST + b"Content-Type: application/sdp\r\nContent-Length: 10\r\n\r\n0123456789",
    b"POST /whep/demo?video=stage&size=9x9" + HOST + b"Authorization: Bearer a.b.c\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"PATCH /whip/demo/0123" + HOST + b"If-Match: *\r\nContent-Length: 3\r\n\r\na=b",
    b"DELETE /whip/demo/0123" + HOST + b"Content-Length: 5\r\n\r\nhello",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    UPGRADE.replace(b"websocket", b"h2c", 1),
    UPGRADE,
    UPGRADE + b"\x81\x85\0\0\0\0hello\x88\x80\0\0\0\0",
    UPGRADE + b"\x01\x82\0\0\0\0{}\x89\xfe\0\x90\0\0\0\0" + b"p" * 144,
    UPGRADE + b"\x81\xff" + struct.pack("!Q", 1 << 63) + b"\0\0\0\0",
]


def garbled(chance):
    data = bytearray(b"".join(chance.choices(PARTS, k=chance.choice([1, 1, 2, 3]))))
    for _ in range(chance.choice([0, 0, 1, 2, 10])):
        at, what = chance.randrange(max(1, len(data))), chance.randrange(3)
        if what == 0 and data:
            data[at] = chance.randrange(256)
        elif what == 1:
            data[at:at] = chance.randbytes(chance.randrange(40))
        else:
            del data[at:at + chance.randrange(30)]
    return bytes(data)


def send_for(seconds, address, port, seed=1):
    """How many connections got something garbled."""
    chance, end, sent = random.Random(seed), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data = garbled(chance)
        source = f"127.{chance.randrange(1, 255)}.{chance.randrange(255)}.{chance.randrange(1, 255)}"
        with socket.create_connection((address, port), 5, (source, 0)) as stranger:
            stranger.settimeout(0.01)
            try:
                cut = chance.randrange(len(data) + 1)
                stranger.sendall(data[:cut])
                stranger.sendall(data[cut:])
                stranger.recv(4096)
            except OSError:
                pass  # hung up on, or waiting for more
        sent += 1
    return sent
