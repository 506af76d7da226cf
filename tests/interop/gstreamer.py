"""GStreamer's webrtcbin as a WHIP publisher and as a WHEP viewer that decodes what it gets."""
import array
import math
import struct
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

Gst.init(None)
RATE = 48000

SENDER = """
webrtcbin name=webrtc bundle-policy=max-bundle
videotestsrc is-live=true pattern=ball ! video/x-raw,width={width},height={height},framerate=15/1 !
  vp8enc deadline=1 keyframe-max-dist=30 target-bitrate=300000 ! rtpvp8pay picture-id-mode=15-bit !
  application/x-rtp,media=video,encoding-name=VP8,payload=96 ! webrtc.
audiotestsrc is-live=true freq={tone} volume=0.3 ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay !
  application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! webrtc.
"""

VIDEO_DECODER = "rtpvp8depay ! vp8dec ! appsink name=sink sync=false max-buffers=1000 emit-signals=true"
AUDIO_DECODER = ("rtpopusdepay ! opusdec ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! "
                 "appsink name=sink sync=false max-buffers=1000 emit-signals=true")


def level_db(samples, hz):
    """A tone's level in dB of full scale: Goertzel's algorithm, over a Hann window so that neighbours stay apart."""
    n = len(samples)
    coefficient = 2 * math.cos(2 * math.pi * hz / RATE)
    one = two = 0.0
    for i, sample in enumerate(samples):
        hann = 0.5 - 0.5 * math.cos(2 * math.pi * i / n)
        one, two = sample * hann + coefficient * one - two, one
    power = one * one + two * two - coefficient * one * two
    return 10 * math.log10(max(power, 1e-9)) - 20 * math.log10(n / 4 * 32768)


class Client:
    def __init__(self, server, path, token):
        self.server, self.path, self.token = server, path, token
        self.lock = threading.Lock()
        self.frames, self.sizes, self.samples = 0, set(), array.array("h")
        self.problems = []
        self.session = self.profile = None

    def open(self, pipeline):
        self.pipeline = pipeline
        self.webrtc = pipeline.get_by_name("webrtc")
        self.webrtc.connect("pad-added", self._on_pad)
        bus = pipeline.get_bus()
        bus.set_sync_handler(self._on_message)
        pipeline.set_state(Gst.State.PLAYING)

    def negotiate(self):
        """The offer with all its candidates; the answer of the server."""
        offer = self._ask("create-offer", "offer")
        self._ask("set-local-description", None, offer)
        self._wait("candidates", lambda: self.webrtc.get_property("ice-gathering-state") ==
                   GstWebRTC.WebRTCICEGatheringState.COMPLETE)
        sdp = self.webrtc.get_property("local-description").sdp.as_text()
        answer = self.server.request("POST", self.path, self.token, sdp, "application/sdp")
        assert answer.status == 201, f"{self.path}: {answer.status} {answer.body}\n{sdp}"
        self.session = answer.headers["Location"]
        result, message = GstSdp.SDPMessage.new_from_text(answer.body)
        assert result == GstSdp.SDPResult.OK, answer.body
        self._ask("set-remote-description", None,
                  GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message))

    def _ask(self, signal, field, description=None):
        promise = Gst.Promise.new()
        # create-offer takes options there.
        self.webrtc.emit(signal, description, promise)
        assert promise.wait() == Gst.PromiseResult.REPLIED, signal
        if field:
            self.reply = promise.get_reply()  # what it holds lives as long
            return self.reply.get_value(field)

    def _wait(self, what, check, timeout=5):
        end = time.monotonic() + timeout
        while not check():
            assert time.monotonic() < end, f"GStreamer: no {what} after {timeout} s; {self.problems}"
            time.sleep(0.02)

    def wait_connected(self):
        self._wait("connection", lambda: self.webrtc.get_property("connection-state") ==
                   GstWebRTC.WebRTCPeerConnectionState.CONNECTED, 8)

    def wait_media(self, frames, seconds):
        self._wait(f"{frames} frames and {seconds} s of sound",
                   lambda: self.frames >= frames and len(self.samples) >= seconds * RATE, 12)

    def _on_message(self, _bus, message):
        if message.type in (Gst.MessageType.ERROR, Gst.MessageType.WARNING):
            parse = message.parse_error if message.type == Gst.MessageType.ERROR else message.parse_warning
            self.problems.append(f"{message.src.get_name()}: {parse()[0].message}")
        return Gst.BusSyncReply.DROP

    def _on_pad(self, _webrtc, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        video = pad.get_current_caps().get_structure(0).get_string("media") == "video"
        decoder = Gst.parse_bin_from_description(VIDEO_DECODER if video else AUDIO_DECODER, True)
        decoder.get_by_name("sink").connect("new-sample", self._on_video if video else self._on_audio)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def _on_video(self, sink):
        caps = sink.emit("pull-sample").get_caps().get_structure(0)
        with self.lock:
            self.frames += 1
            self.sizes.add((caps.get_value("width"), caps.get_value("height")))
        return Gst.FlowReturn.OK

    def _on_audio(self, sink):
        buffer = sink.emit("pull-sample").get_buffer()
        with self.lock:
            self.samples.frombytes(buffer.extract_dup(0, buffer.get_size()))
        return Gst.FlowReturn.OK

    def srtp(self):
        """Cipher and authentication that DTLS agreed on."""
        elements = self.pipeline.iterate_recurse()
        while (step := elements.next())[0] == Gst.IteratorResult.OK:
            factory = step[1].get_factory()
            if factory and factory.get_name() == "srtpenc":
                return " ".join(step[1].get_property(name).value_nick for name in ("rtp-cipher", "rtp-auth"))

    def last_sound(self, seconds=0.5):
        with self.lock:
            return self.samples[-int(seconds * RATE):]

    def close(self):
        if self.session:
            answer = self.server.request("DELETE", self.session)
            assert answer.status == 200, f"DELETE: {answer.status}"
        self.pipeline.set_state(Gst.State.NULL)


def publisher(server, token, tone, width=320, height=180):
    client = Client(server, "/whip/demo", token)
    client.open(Gst.parse_launch(SENDER.format(tone=tone, width=width, height=height)))
    for i in range(2):
        client.webrtc.emit("get-transceiver", i).set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
    # Caps must be known before the offer: wait until both payloaders have them.
    client._wait("caps", lambda: all(pad.get_current_caps() for pad in client.webrtc.sinkpads))
    client.negotiate()
    client.wait_connected()
    return client


def viewer(server, token, query="video=stage&audio=voice/0", meeting="demo"):
    client = Client(server, f"/whep/{meeting}?{query}", token)
    pipeline = Gst.Pipeline.new()
    webrtc = Gst.ElementFactory.make("webrtcbin", "webrtc")
    webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
    pipeline.add(webrtc)
    client.open(pipeline)
    for caps in ("application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96,"
                 "rtcp-fb-nack=true,rtcp-fb-nack-pli=true",
                 "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,encoding-params=(string)2,payload=97"):
        transceiver = webrtc.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY,
                                  Gst.Caps.from_string(caps))
        if "video" in caps:
            transceiver.set_property("do-nack", True)
    client.negotiate()
    client.wait_connected()
    return client


def write_ivf(path, width, height, frames):
    """A clip of VP8 for tests/peer: 10 frames a second, a keyframe at its start."""
    pipeline = Gst.parse_launch(
        f"videotestsrc num-buffers={frames} pattern=smpte ! video/x-raw,width={width},height={height},framerate=10/1 ! "
        "vp8enc deadline=1 keyframe-max-dist=1000 target-bitrate=200000 ! appsink name=sink sync=false")
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    data = []
    while (sample := sink.emit("pull-sample")) is not None:
        buffer = sample.get_buffer()
        data.append(buffer.extract_dup(0, buffer.get_size()))
    pipeline.set_state(Gst.State.NULL)
    with open(path, "wb") as out:
        out.write(struct.pack("<4sHH4sHHIIII", b"DKIF", 0, 32, b"VP80", width, height, 10, 1, len(data), 0))
        for i, frame in enumerate(data):
            out.write(struct.pack("<IQ", len(frame), i) + frame)
