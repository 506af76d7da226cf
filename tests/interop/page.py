"""A page without a browser: a WebSocket (RFC 6455) that speaks the protocol, and the offer that Chromium makes."""
import asyncio
import base64
import json
import os
import pathlib
import re
import struct

OFFER = (pathlib.Path(__file__).parent / "../fuzz/corpus/sdp/chromium-full.sdp").read_text()


def lines(offer):
    """What the offer's m-lines are for: the first ones that send are publications, the others slots."""
    sources = {"audio": ["microphone", "screen-sound"], "video": ["camera", "screen"]}
    feeds = {"audio": ["voice/0", "voice/1", "voice/2", "screen-sound"], "video": ["stage", "screen"]}
    result = []
    for media in re.split(r"^(?=m=)", offer, flags=re.M)[1:]:
        kind, mid = re.match(r"m=(\w+)", media)[1], re.search(r"^a=mid:(\S+)", media, re.M)[1]
        sends = re.search(r"^a=send(only|recv)", media, re.M)
        key, names = ("source", sources) if sends and sources[kind] else ("feed", feeds)
        result.append({"mid": mid, key: names[kind].pop(0) if names[kind] else "none"})
    return result


class Page:
    @classmethod
    async def open(cls, server):
        self = cls()
        self.reader, self.writer = await asyncio.open_connection(server.address, server.port)
        key = base64.b64encode(os.urandom(16)).decode()
        self.writer.write((f"GET /ws HTTP/1.1\r\nHost: {server.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tongsheng\r\n\r\n").encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        assert head.startswith("HTTP/1.1 101 "), head
        self.last_id = 0
        return self

    def send(self, opcode, payload):
        """Masked by zeros: the mask is for proxies in between, of which there are none."""
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size) if size < 65536 else b"\xff" + struct.pack("!Q", size)
        self.writer.write(bytes([0x80 | opcode]) + length + bytes(4) + payload)

    def say(self, **message):
        self.last_id += 1
        self.send(1, json.dumps({"id": self.last_id, **message}).encode())
        return self.last_id

    async def frame(self):
        """The next text; None when the server has closed. Pings are answered."""
        while True:
            head, size = await self.reader.readexactly(2)
            if size >= 126:
                size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
            payload = await self.reader.readexactly(size)
            if head & 15 == 9:
                self.send(10, payload)
            elif head & 15 == 8:
                return None
            elif head & 15 == 1:
                return payload

    async def reply(self, request, type="ok"):
        """To that request; what comes before it is passed over."""
        while True:
            text = await asyncio.wait_for(self.frame(), 30)
            assert text is not None, "closed"
            message = json.loads(text)
            if message.get("re") == request:
                assert message["type"] == type, message
                return message

    def say_join(self, token, name=None, **more):
        return self.say(type="join", version=1, token=token, name=name, organisation="", country="", speaks="",
                        device=os.urandom(16).hex(), **more)

    def say_offer(self):
        return self.say(type="offer", sdp=OFFER, lines=lines(OFFER), fresh=True)

    async def read_on(self):
        """Until the server closes."""
        while await self.frame() is not None:
            pass

    def close(self):
        self.writer.close()
