#!/usr/bin/python3
"""Interoperability: what isn't a browser page of ours, what isn't invited, and what goes on after a crash.
Called by run.sh, inside its network namespace. Prints TAP and closes with "N passed, M failed"."""
import json
import os
import sys
import time
import traceback

import gstreamer
from server import ADDRESS, Peers, Server, strangers

LONG = "--long" in sys.argv
SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def expect_tone(client, hz, others=(300, 440, 523, 700, 880)):
    """The tone is heard, and no other one (40 dB down at least)."""
    sound = client.last_sound()
    level = gstreamer.level_db(sound, hz)
    rest = {other: gstreamer.level_db(sound, other) for other in others if other != hz}
    assert level > -30, f"{hz} Hz isn't heard: {level:.0f} dB; {rest}"
    assert max(rest.values()) < level - 40, f"{hz} Hz {level:.0f} dB, others {rest}"


def expect_whole(report, streams, frames):
    """Everybody joined, and each received stream is an unbroken row of at least so many frames."""
    assert report["failed"] == 0 and report["broken"] == 0 and report["missing"] == 0, report
    received = [stream for peer in report["peers"] for stream in peer["received"]]
    assert len(received) == streams, report
    for stream in received:
        assert stream["frames"] >= frames, report


@test
def http_of_whip_and_whep(server):
    token, listener = server.token(), server.token("listener")
    for path in ("/whip/demo", "/whep/demo"):
        options = server.request("OPTIONS", path)
        assert options.status in (200, 204) and options.headers["Accept-Post"] == SDP, options.headers
        assert options.headers["Access-Control-Allow-Origin"] == "*", options.headers
        assert "PATCH" in options.headers["Access-Control-Allow-Methods"], options.headers
        for status, answer in {
            401: server.request("POST", path, None, "v=0\r\n", SDP),
            415: server.request("POST", path, token, "{}", "application/json"),
            400: server.request("POST", path, token, "v=0\r\nm=nonsense\r\n", SDP),
            404: server.request("DELETE", f"{path}/0123456789abcdef", token),
            405: server.request("GET", path, token),
        }.items():
            assert answer.status == status, f"{path}: {answer.status} instead of {status}"
            assert answer.headers["Content-Type"] == "application/problem+json", answer.headers
            assert json.loads(answer.body), answer.body
            assert answer.headers["Access-Control-Allow-Origin"] == "*", answer.headers
    assert server.request("POST", "/whip/demo", listener, "v=0\r\n", SDP).status == 403
    assert server.request("POST", "/whip/demo", token + "x", "v=0\r\n", SDP).status == 401


@test
def gstreamer_to_gstreamer_and_peers(server):
    token = server.token()
    sender = gstreamer.publisher(server, token, 523)
    peers = Peers(server, "--view", 1, "--seconds", 3, "--decode")
    receiver = gstreamer.viewer(server, server.token("listener"))
    receiver.wait_media(frames=30, seconds=2)
    assert receiver.sizes == {(320, 180)}, receiver.sizes
    expect_tone(receiver, 523)
    report = peers.report()
    expect_whole(report, 2, 30)
    sound, picture = report["peers"][0]["received"]
    assert abs(sound["tone"] - 523) <= 2, report
    assert (picture["width"], picture["height"]) == (320, 180), report
    # GStreamer offers SHA1_80 alone, so the relay has translated between the profiles.
    assert report["peers"][0]["profile"] == "SRTP_AEAD_AES_128_GCM", report
    assert sender.srtp() == receiver.srtp() == "aes-128-icm hmac-sha1-80", (sender.srtp(), receiver.srtp())
    receiver.close()
    sender.close()
    assert not sender.problems and not receiver.problems, sender.problems + receiver.problems


@test
def peers_to_gstreamer(server):
    path = os.path.join(server.folder.name, "clip.ivf")
    gstreamer.write_ivf(path, 640, 360, 60)
    peers = Peers(server, "--publish", 1, "--tone", 440, "--ivf", path, "--seconds", 5)
    time.sleep(0.5)
    receiver = gstreamer.viewer(server, server.token("listener"))
    receiver.wait_media(frames=15, seconds=2)
    assert receiver.sizes == {(640, 360)}, receiver.sizes
    expect_tone(receiver, 440)
    receiver.close()
    report = peers.report()
    # A keyframe was asked for, or the viewer would have waited for the clip's end.
    assert report["peers"][0]["sent"][1]["keyframesAsked"] >= 1, report
    assert report["peers"][0]["feedback"] > 0, report


@test
def lossy_peers_miss_nothing(server):
    """5 % of all packets lost on both ways, and everybody's ICE restarted half way."""
    report = Peers(server, "--publish", 2, "--view", 3, "--voices", 0, "--video", "320x180", "--seconds", 4,
                   "--loss", 0.05, "--restart-ice").report()
    expect_whole(report, 3, 90)
    assert report["open"] == 5, report
    assert sum(stream["retransmitted"] for peer in report["peers"] for stream in peer["received"]) > 0, report
    assert report["peers"][0]["sent"][1]["resent"] > 0, report


@test
def voices_keep_apart(server):
    """Two voices with two tones in two slots, the louder one's first; GCM and SHA1_80 in one meeting."""
    louder = Peers(server, "--publish", 1, "--tone", 700, "--level", 20, "--seconds", 4, "--profiles", "SRTP_AES128_CM_SHA1_80")
    time.sleep(0.5)
    report = Peers(server, "--publish", 1, "--tone", 300, "--level", 40, "--view", 1, "--voices", 3, "--cameras", 0,
                   "--decode", "--seconds", 3, "--query", "audio=voice/0,voice/1,voice/2").report()
    assert report["failed"] == 0 and report["broken"] == 0 and report["missing"] == 0, report
    tones = [stream["tone"] for stream in report["peers"][1]["received"]]
    assert abs(tones[0] - 700) <= 2 and abs(tones[1] - 300) <= 2 and tones[2] == 0, report
    assert louder.report()["peers"][0]["profile"] == "SRTP_AES128_CM_SHA1_80"


@test
def strangers_disturb_nobody(server):
    """10,000 random ClientHellos and RTP packets a second while people join: no join fails, a running call notices nothing."""
    joins, every_ms = (100, 100) if LONG else (20, 50)
    seconds = joins * every_ms // 1000 + 2
    call = Peers(server, "--publish", 1, "--tone", 440, "--video", "320x180", "--view", 1, "--decode", "--seconds", seconds + 2)
    time.sleep(0.5)
    before = server.metric("tongsheng_relay_drop_stranger_total")
    flood = strangers(ADDRESS, server.media_port, 10000, seconds)
    time.sleep(0.5)
    joined = Peers(server, "--view", joins, "--every", every_ms, "--seconds", 1).report()
    sent = int(flood.communicate()[0])
    report = call.report()
    dropped = server.metric("tongsheng_relay_drop_stranger_total") - before
    print(f"# {joins} joins among {sent} strange packets ({dropped:.0f} counted): "
          f"median {joined['joinMsMedian']} ms, longest {joined['joinMsMax']} ms")
    assert joined["failed"] == 0 and joined["open"] == joins, joined["errors"]
    assert joined["broken"] == 0 and joined["missing"] == 0, joined
    assert joined["joinMsMedian"] < 500, f"half of the joins took more than {joined['joinMsMedian']} ms"
    expect_whole(report, 2, 25 * seconds)
    sound, picture = report["peers"][1]["received"]
    # Not a packet more than was sent, and nothing but the tone.
    assert sound["packets"] <= report["peers"][0]["sent"][0]["packets"], report
    assert picture["packets"] <= report["peers"][0]["sent"][1]["packets"], report
    assert abs(sound["tone"] - 440) <= 2, report
    assert sent >= 9000 * seconds, f"only {sent} packets were sent in {seconds} s"
    # What the socket's buffer had no room for isn't counted; more than that would be a bug.
    assert sent * 0.9 <= dropped <= sent, f"{sent} sent, {dropped:.0f} dropped as strangers'"


@test
def killed_server_comes_back(server):
    token = server.token()
    before = Peers(server, "--publish", 1, "--view", 1, "--seconds", 3, token=token)
    time.sleep(1.5)
    server.kill()
    start = time.monotonic()
    server.start()
    # The same invitation, the same meeting, the same port.
    report = Peers(server, "--publish", 1, "--view", 1, "--cameras", 0, "--decode", "--seconds", 2, token=token).report()
    back = time.monotonic() - start - 2
    assert report["failed"] == 0 and report["broken"] == 0 and report["open"] == 2, report
    assert abs(report["peers"][1]["received"][0]["tone"] - 440) <= 2, report
    assert back < 5, f"{back:.1f} s"
    # Those of before are strangers now: their packets are dropped, they get nothing, their sessions are gone.
    lost = before.report()
    assert lost["failed"] == 0, lost
    assert server.metric("tongsheng_relay_drop_stranger_total") > 0
    print(f"# back after {back:.1f} s")


def main():
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    passed = failed = 0
    server = Server()
    server.start()
    for number, function in enumerate(TESTS, 1):
        if names and function.__name__ not in names:
            continue
        start = time.monotonic()
        try:
            function(server)
            result = "ok"
            passed += 1
        except Exception:  # whatever it was, the other tests go on
            result = "not ok"
            failed += 1
            print("# " + traceback.format_exc().replace("\n", "\n# "))
        print(f"{result} {number} - {function.__name__} # {time.monotonic() - start:.1f} s", flush=True)
    try:
        server.stop()
    except AssertionError as error:
        print(f"# {error}")
        failed += 1
    if failed:
        print("# " + server.read_log().replace("\n", "\n# "))
    print(f"{passed} passed, {failed} failed", flush=True)
    os._exit(0 if passed and not failed else 1)  # GStreamer's threads need not be waited for


main()
