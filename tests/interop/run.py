#!/usr/bin/python3
"""Interoperability: what isn't a browser page of ours, what isn't invited, and what goes on after a crash.
Called by run.sh, inside its network namespace. Prints TAP and closes with "N passed, M failed"."""
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import traceback

import garble
import gstreamer
from page import Page
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


def expect_whole(report, streams, frames, filled=0):
    """Everybody joined, and each received stream is an unbroken row of at least so many frames, of whose packets the relay filled
    in at most so many."""
    assert report["failed"] == 0 and report["broken"] == 0 and report["missing"] == 0, report
    received = [stream for peer in report["peers"] for stream in peer["received"]]
    assert len(received) == streams, report
    for stream in received:
        assert stream["frames"] >= frames and stream["filled"] <= filled, report


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
    """5 % of all packets lost on both ways, and everybody's ICE restarted half way. What is missing at the very moment when the
    stage moves (to whom speaks first, then by the speakers) is filled in."""
    report = Peers(server, "--publish", 2, "--view", 3, "--voices", 0, "--video", "320x180", "--seconds", 4,
                   "--loss", 0.05, "--restart-ice").report()
    expect_whole(report, 3, 90, filled=6)
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
def garbled_http_disturbs_nobody(server):
    seconds = 60 if LONG else 5
    sent = garble.send_for(seconds, server.address, server.port)
    print(f"# {sent} garbled connections")
    assert sent > 10 * seconds, sent
    start = time.monotonic()
    assert server.request("GET", "/healthz").status == 200
    assert time.monotonic() - start < 1
    assert server.metric("tongsheng_http_connections") < 50


async def come_to_work(server, token, number, start):
    """One of 200 who open their links within ten seconds; returns the page and how long it took to be in."""
    await asyncio.sleep(max(0, start + number / 20 - time.monotonic()))
    for path in ("/m/demo", "/api/meetings/demo", "/healthz", "/healthz", "/healthz", "/healthz"):  # a browser's six connections
        reader, writer = await asyncio.open_connection(server.address, server.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        assert (await reader.read())[:13] == b"HTTP/1.1 200 ", path
        writer.close()
    began = time.monotonic()
    page = await Page.open(server)
    join, offer = page.say_join(token, f"Person {number}"), page.say_offer()
    await page.reply(join, "joined")
    await page.reply(offer, "answer")
    page.say(type="media", microphone="on", camera="on", screen=False)
    return page, time.monotonic() - began, asyncio.create_task(page.read_on())


@test
def an_office_of_200_joins(server):
    """Everybody behind one address, within ten seconds, by the default limits: pages and media."""
    async def pages():
        start, token = time.monotonic(), server.token()
        people = await asyncio.gather(*[come_to_work(server, token, number, start) for number in range(200)])
        took = sorted(person[1] for person in people)
        print(f"# 200 pages in {time.monotonic() - start:.1f} s: median {took[100] * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms")
        assert server.metric("tongsheng_participants") >= 200
        for page, _, _ in people:
            page.say(type="leave")
        await asyncio.gather(*[reading for _, _, reading in people])
        for page, _, _ in people:
            page.close()
    asyncio.run(pages())
    media = Peers(server, "--publish", 4, "--view", 196, "--voices", 1, "--cameras", 0, "--every", 45, "--seconds", 1).report()
    print(f"# 200 connections: median {media['joinMsMedian']} ms, longest {media['joinMsMax']} ms")
    assert media["failed"] == 0 and media["open"] == 200 and media["broken"] == 0, media["errors"]
    for refusal in ("full", "address", "rate"):
        assert server.metric(f"tongsheng_http_refused_{refusal}_total") == 0, refusal
    assert server.metric("tongsheng_relay_drop_half_open_total") == 0


@test
def killed_server_keeps_its_word(server):
    """kill -9 amid joins and a storm of chat: whoever was told "joined" comes back, what was told "ok" is there."""
    async def chatter(token, number, secrets, said):
        try:
            page = await Page.open(server)
            joined = await page.reply(page.say_join(token, f"Chatter {number}"), "joined")
            secrets[joined["participant"]] = joined["secret"]
            for n in range(1000):
                text = f"{number}: {n}"
                await page.reply(page.say(type="chat", text=text))
                said.append(text)
                await asyncio.sleep(0.5)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # killed

    async def come_back(token, participant, secret):
        page = await Page.open(server)
        resume = {"participant": participant, "secret": secret}
        joined = await page.reply(page.say_join(token, resume=resume), "joined")
        assert joined["participant"] == participant and joined["media"] == "new", joined
        return page, {chat["text"] for chat in joined["chat"]}

    async def storm():
        token, secrets, said = server.token(), {}, []
        tasks = []
        for number in range(60):
            tasks.append(asyncio.create_task(chatter(token, number, secrets, said)))
            await asyncio.sleep(0.01)
        server.kill()
        await asyncio.gather(*tasks)
        server.start()
        assert secrets and said
        back = await asyncio.gather(*[come_back(token, *person) for person in secrets.items()])
        missing = set(said[-150:]) - back[0][1]  # a page is told the last 200
        assert not missing, missing
        print(f"# {len(back)} came back to {len(said)} messages")
        for page, _ in back:
            await page.reply(page.say(type="leave"))
            page.close()
    asyncio.run(storm())


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


def studio_process(server):
    """Its process id: the one that the server has started."""
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(server.process.pid)], stdout=subprocess.PIPE, text=True).stdout
    pids = [int(line.split()[0]) for line in found.splitlines() if " studio --socket" in line]
    assert len(pids) == 1, found
    return pids[0]


@test
def killed_studio_comes_back(server):
    """A hall hears the floor's and a channel's program; kill -9 of the studio is told within 2 s, harms nobody, and is made good."""
    meeting = ("--meeting", "hall")
    server.command("meeting", "create", "hall", "--channel", "fr")
    token = {role: server.command("token", *meeting, "--role", role) for role in ("member", "listener")}
    interpreter = server.command("token", *meeting, "--role", "interpreter", "--language", "fr")

    def people(*options, token):
        return Peers(server, *meeting, "--cameras", 0, "--decode", *options, token=token)

    async def programs(page, wanted, seconds):
        """Reads until both programs are there, or neither; returns how long it took."""
        start = time.monotonic()
        while True:
            text = await asyncio.wait_for(page.frame(), seconds)
            message = json.loads(text)
            message = message.get("languages", message if message.get("type") == "languages" else None)
            if message and {message["floor"]["program"], message["channels"][0]["program"]} == {wanted}:
                return time.monotonic() - start

    async def watch():
        page = await Page.open(server)
        page.say_join(token["listener"], "Hall")
        await programs(page, True, 20)
        os.kill(studio_process(server), signal.SIGKILL)
        gone = await programs(page, False, 5)
        back = await programs(page, True, 10)
        print(f"# the studio's end was told after {gone * 1000:.0f} ms, its programs were back after {back * 1000:.0f} ms more")
        assert gone < 2, gone
        page.close()

    speaker = people("--publish", 1, "--tone", 440, "--seconds", 20, token=token["member"])
    booth = people("--publish", 1, "--tone", 1000, "--view", 1, "--query", "audio=voice/0", "--seconds", 18, token=interpreter)
    hall = {program: gstreamer.viewer(server, token["listener"], f"video=stage&audio=program/{program}", "hall") for program in ("floor", "fr")}
    asyncio.run(watch())
    time.sleep(4)  # and the original is beneath the interpretation again, as loud as it is
    levels = {program: {hz: gstreamer.level_db(client.last_sound(1), hz) for hz in (440, 1000)} for program, client in hall.items()}
    print(f"# heard in each program: {levels}")
    assert levels["floor"][440] > -30 and levels["floor"][1000] < levels["floor"][440] - 40, levels
    assert levels["fr"][1000] > -30 and levels["fr"][440] < levels["fr"][1000] - 15, levels
    for client in hall.values():
        client.close()
    # The meeting went on as if nothing were: the floor's own voice missed nothing.
    report = booth.report()
    assert report["failed"] == 0 and report["broken"] == 0 and report["missing"] == 0, report
    assert abs(report["peers"][1]["received"][0]["tone"] - 440) <= 2, report
    assert speaker.report()["failed"] == 0


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
