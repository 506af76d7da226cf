#!/usr/bin/env python3
"""Writes the corpora of fuzz_protocol (what pages say: digit, then JSON) and fuzz_token (claims, and a token)."""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent / "corpus"
DEVICE = "c" * 32
JOIN = {"type": "join", "id": 1, "version": 1, "token": "TOKEN", "name": "Maisara", "organisation": "Green Hills",
        "country": "MY", "speaks": "ms", "device": DEVICE, "listenOnly": False}
OFFER = {"type": "offer", "id": 2, "sdp": "v=0", "lines": [
    {"mid": "0", "source": "microphone"}, {"mid": "1", "source": "camera"}, {"mid": "2", "source": "screen"},
    {"mid": "3", "source": "screen-sound"}, {"mid": "4", "feed": "voice/0"}, {"mid": "5", "feed": "screen-sound"},
    {"mid": "6", "feed": "stage", "width": 1280, "height": 720}, {"mid": "7", "feed": "screen"},
    {"mid": "8", "feed": "none", "kind": "video"}, {"mid": "9", "feed": "camera/p1"}, {"mid": "10", "feed": "mic/p2"}]}

PROTOCOL = {
    "join": [(2, JOIN), (2, {"type": "leave", "id": 2})],
    "join_resume": [(2, dict(JOIN, resume={"participant": "p2", "secret": "SECRET"}))],
    "join_stale": [(2, dict(JOIN, resume={"participant": "p2", "secret": "0" * 64}))],
    "join_takeover": [(2, dict(JOIN, device="b" * 32)), (2, dict(JOIN, device="b" * 32, takeover=True))],
    "join_another": [(2, dict(JOIN, device="b" * 32, another=True))],
    "offer": [(1, OFFER), (1, dict(OFFER, fresh=True))],
    "slots": [(1, OFFER), (1, {"type": "slots", "id": 3, "slots": [
        {"mid": "10", "feed": "camera/p3", "width": 320, "height": 180}, {"mid": "11", "feed": "none"}]})],
    "media": [(1, {"type": "media", "id": 4, "microphone": "off", "camera": "on", "screen": True}),
              (0, {"type": "media", "screen": True}), (0, {"type": "media", "microphone": "none", "screen": False})],
    "chat": [(1, {"type": "chat", "id": 5, "text": "Hello 声 \u202e\n"}), (1, {"type": "chat", "text": ""})],
    "hand": [(1, {"type": "hand", "id": 6, "raised": True}),
             (0, {"type": "hand", "participant": "p2", "raised": False})],
    "floor": [(0, {"type": "floor", "id": 7, "participant": "p2"}), (0, {"type": "floor", "participant": None})],
    "mute": [(0, {"type": "mute", "id": 8, "participant": "p2", "source": s})
             for s in ("microphone", "camera", "screen")] + [(1, {"type": "media", "microphone": "on"})],
    "remove": [(0, {"type": "remove", "id": 9, "participant": "p2"}), (0, {"type": "barred", "id": 10}),
               (2, dict(JOIN, name="LI")), (2, dict(JOIN, device="b" * 32)),
               (0, {"type": "readmit", "id": 11, "barred": 1})],
    "reissue": [(0, {"type": "reissue", "id": 12, "role": "member"})],
    "invite": [(0, {"type": "invite", "id": 17, "role": "interpreter", "languages": ["FR", "zh"], "understands": ["es"], "pivot": "en",
                    "booth": "B"}), (0, {"type": "invite", "role": "member"}), (1, {"type": "invite", "role": "member"}),
               (0, {"type": "invite", "role": "interpreter", "languages": [1]}), (0, {"type": "invite", "role": "interpreter"})],
    "languages": [(0, {"type": "set-languages", "id": 1, "floors": ["ZH"], "channels": ["en", "fr"]}),
                  (0, {"type": "set-languages", "channels": []}), (0, {"type": "set-languages", "floors": ["x y"]}),
                  (0, {"type": "set-languages", "channels": 7}), (4, {"type": "floor-language", "id": 2, "language": "en"}),
                  (0, {"type": "floor-language", "language": None}), (1, {"type": "floor-language", "language": "en"}),
                  (0, {"type": "channel-override", "id": 3, "language": "en", "allowed": True})],
    "air": [(4, {"type": "air", "id": 4, "language": "en"}), (5, {"type": "air", "language": "EN"}),
            (5, {"type": "air", "language": "en", "take": True}), (5, {"type": "air", "language": "zh"}), (5, {"type": "air"}),
            (4, {"type": "air", "language": "fr"}), (4, {"type": "air", "language": "ase"}), (1, {"type": "air", "language": "en"})],
    "handover": [(4, {"type": "air", "language": "en"}), (5, {"type": "handover", "id": 5, "language": "en"}),
                 (4, {"type": "handover", "language": "en", "to": "p5"}), (4, {"type": "handover-answer", "language": "en", "accept": True}),
                 (5, {"type": "handover", "language": "en", "to": "p4"}), (4, {"type": "handover-answer", "language": "en", "accept": False}),
                 (5, {"type": "handover", "language": "en", "to": "p9"}), (5, {"type": "handover", "language": "en", "to": "p4"}),
                 (5, {"type": "handover-answer", "language": "en"}), (5, {"type": "handover", "language": "en", "to": "p4"}),
                 (0, {"type": "set-languages", "channels": ["zh"]})],
    "booth": [(4, {"type": "hold", "id": 7, "seconds": 0}), (4, {"type": "hold", "seconds": 1}), (4, {"type": "slow-down", "id": 8}),
              (5, {"type": "slow-down"}), (4, {"type": "insufficient", "id": 9, "on": True}),
              (4, {"type": "speaker-card", "id": 10, "participant": "p2", "word": "muffled", "bandwidth": 4000, "level": -31,
                   "noise": -60.5, "clipping": 0, "loss": 0.01, "offset": -12}), (4, {"type": "speaker-card", "participant": "p2", "word": "x"}),
              (4, {"type": "booth-chat", "id": 11, "to": "booth", "text": "five more"}), (4, {"type": "booth-chat", "to": "host", "text": "x"}),
              (0, {"type": "booth-chat", "to": "booth", "booth": "en-zh", "text": "x"}), (0, {"type": "booth-chat", "to": "booth", "text": "x"}),
              (1, {"type": "booth-chat", "to": "booths", "text": "x"})],
    "call": [(4, {"type": "call", "id": 12, "to": "host", "on": True}), (5, {"type": "call-answer", "call": 1}),
             (0, {"type": "call-answer", "id": 13, "call": 1}), (0, {"type": "call", "to": "booth", "booth": "en-zh", "on": True}),
             (0, {"type": "call", "to": "booth", "booth": "en-zh", "on": False}), (5, {"type": "call-answer", "call": 2}),
             (0, {"type": "call", "to": "booth", "on": True}), (1, {"type": "call", "to": "host", "on": True}),
             (5, {"type": "call", "to": "host", "on": True}), (0, {"type": "leave"})],
    "relay": [(4, OFFER), (5, OFFER), (4, {"type": "air", "language": "en"}),
              (5, {"type": "slots", "slots": [{"mid": "4", "feed": "channel/en"}]}), (5, {"type": "air", "language": "zh"}),
              (4, {"type": "slots", "slots": [{"mid": "4", "feed": "channel/zh"}, {"mid": "5", "feed": "booth/p5"}]}),
              (3, {"type": "prefer-program", "id": 12, "on": True}), (3, OFFER), (3, {"type": "slots", "slots": [{"mid": "4", "feed": "program/floor"}, {"mid": "5", "feed": "booth/p5"}]}),
              (3, {"type": "slots", "slots": [{"mid": "8", "feed": "channel-picture/ase"}, {"mid": "4", "feed": "channel/xx"}]})],
    "record": [(0, {"type": "record", "id": 18, "state": "recording"}), (1, {"type": "chat", "text": "why?"}),
               (0, {"type": "record", "id": 19, "state": "paused"}), (1, {"type": "record", "state": "ended"}),
               (0, {"type": "record", "state": "loud"}), (0, {"type": "record"}), (0, {"type": "record", "state": "ended"})],
    "agenda": [(0, {"type": "start-part", "id": 20, "number": 1}), (0, {"type": "start-part", "number": 7}), (1, {"type": "start-part", "number": 1}),
               (0, {"type": "start-part", "number": 0}), (0, {"type": "start-part", "number": "x"})],
    "question": [(1, {"type": "chat", "text": "why?"}), (1, {"type": "question", "id": 21, "chat": 1, "on": True}),
                 (3, {"type": "question", "chat": 1}), (0, {"type": "question", "chat": 1, "on": False}), (0, {"type": "question", "chat": "x"})],
    "consent": [(2, dict(JOIN, consent=False)), (2, dict(JOIN, consent=1))],
    "end": [(0, {"type": "end", "id": 13}), (2, JOIN)],
    "profile": [(1, {"type": "profile", "id": 14, "name": "Li Wei", "organisation": "x", "country": "",
                     "speaks": "zh-Hans"})],
    "ping": [(1, {"type": "ping", "id": 15}), (1, {"type": "leave", "id": 16})],
    "chat_history": [(1, {"type": "chat", "text": "one"}), (2, JOIN)],
    "wrong_join": [(2, dict(JOIN, **change)) for change in (
        {"version": 2}, {"device": "x"}, {"token": "x"}, {"resume": "x"}, {"resume": {}}, {"listenOnly": 1},
        {"country": "MYS"}, {"country": "my"}, {"speaks": "m"}, {"name": 1}, {"name": "x" * 81}, {"token": None},
        {"resume": {"participant": "p0", "secret": "x"}})] + [(2, {"type": "ping"})],
    "wrong_media": [(1, {"type": "slots", "slots": [{"mid": "1", "feed": "stage"}]}), (1, dict(OFFER, sdp=""))] + [
        (1, dict(OFFER, lines=lines)) for lines in (
            [], [1], [{}], [{"mid": "x" * 17}], [{"mid": "0", "source": "shoes"}], [{"mid": "0", "feed": "sky"}],
            [{"mid": "0", "source": "camera", "feed": "stage"}], [{"mid": "0", "feed": "stage", "width": -1}])] + [
        (1, {"type": "media", "microphone": "loud"}), (1, {"type": "media", "screen": 1}),
        (3, {"type": "media", "microphone": "on"}), (1, OFFER),
        (1, {"type": "slots", "slots": [{"mid": "1", "source": "camera"}]}),
        (1, {"type": "slots", "slots": [{"mid": "99", "feed": "stage"}]})],
    "wrong_host": [(0, {"type": "floor", "participant": "p3"}), (0, {"type": "floor", "participant": "x"}),
                   (0, {"type": "mute", "participant": "p2", "source": "shoes"}), (0, {"type": "mute"}),
                   (0, {"type": "remove", "participant": "p1"}), (0, {"type": "remove", "participant": "p9"}),
                   (0, {"type": "readmit", "barred": 9}), (0, {"type": "reissue", "role": "king"}),
                   (3, {"type": "end"})],
    "wrong_people": [(1, {"type": "chat", "text": 1}), (1, {"type": "hand"}), (1, {"type": "hand", "raised": 1}),
                     (1, {"type": "hand", "raised": True, "participant": "p1"}), (1, JOIN),
                     (1, {"type": "profile", "name": "\u200b"}), (1, {"type": "profile", "speaks": "zh_CN"})],
    "wrong": [(1, {"type": "dance", "id": 17}), (1, {"id": "x"}), (1, []), (0, {"type": "end", "id": -1})],
}

CLAIMS = {"iss": "tongsheng", "sub": "demo", "role": "member", "gen": 0, "iat": 1600000000, "exp": 1800000000,
          "jti": "0123456789abcdef"}
TOKEN = {
    "member": CLAIMS,
    "interpreter": dict(CLAIMS, role="interpreter", name="王芳", lang=["fr", "pt-BR"], booth="B", understands=["zh"],
                        pivot="en"),
    "expired": dict(CLAIMS, exp=1),
    "wrong_list": dict(CLAIMS, lang="fr"),
    "wrong_tag": dict(CLAIMS, lang=["fr"], understands=[1]),
    "wrong_role": dict(CLAIMS, role="king"),
}
MINUTES = {
    "theme": "你打算如何走下去？",
    "time": {"starts": 1590717600, "minutes": 120, "zone": "Asia/Shanghai",
             "places": [{"country": "CN", "zone": "Asia/Shanghai"}, {"country": "US", "zone": "America/New_York"}]},
    "venue": "Online",
    "parts": [{"sharer": "Yang Ling", "subject": "Hello, neighbor", "contents": "First.\nSecond.\n\n- one\n- two"}],
    "questions": [{"question": "Why?", "by": "Ana", "answer": "- Because.", "answeredBy": "Li"}],
    "participants": [{"name": "Maisara", "organisation": "Union", "country": "TR"}],
    "recorders": ["Ana", "Li"],
    "attachments": [2, 1],
}
# The first letter chooses the language.
MINUTES_TEXTS = {
    "whole": ("a", MINUTES),
    "chinese": ("b", MINUTES),
    "arabic": ("c", dict(MINUTES, theme="مرحبا <script>", parts=[{"sharer": "x", "subject": "", "contents": "# a|b\n1. c"}])),
    "empty": ("d", dict(MINUTES, theme="", venue="", parts=[], questions=[], participants=[], recorders=[], attachments=[],
                        time={"starts": 0, "minutes": 0, "zone": "", "places": []})),
    "missing": ("a", {"theme": "x"}),
    "zone": ("a", dict(MINUTES, time=dict(MINUTES["time"], zone="../../etc/passwd"))),
    "country": ("a", dict(MINUTES, participants=[{"name": "x", "organisation": "", "country": "China"}])),
    "twice": ("a", dict(MINUTES, attachments=[1, 1])),
    "unknown": ("a", dict(MINUTES, html="<b>")),
    "types": ("a", dict(MINUTES, parts={}, recorders=[1])),
    "archive": ("a", {"chapters": [{"at": 100, "number": 1}, {"at": 1000, "number": 2}],
                      "speakers": [{"at": 90.5, "until": 1300, "id": "p1", "name": "Yang Ling"}]}),
}
PLAN = {
    "name": "2020-05-29-sharing", "title": "Sharing; 分享会议, \u202e\\", "starts": 1590717600, "zone": "Asia/Shanghai", "minutes": 120, "venue": "Chengdu\nRoom 5",
    "floors": ["zh-Hans"], "channels": ["en", "fr", "ase"], "agenda": [{"sharer": "杨玲", "subject": "Hello, neighbor", "minutes": 20}, {"subject": "Q&A"}],
    "autoRecord": True, "ownTracks": False, "access": "secretariat", "retentionDays": 30,
}
LINK = {"role": "interpreter", "languages": ["fr", "en"], "booth": "B1", "understands": ["zh"], "pivot": "en", "name": "Ana", "days": 30}
PLANS = {
    "whole": PLAN,
    "nameless": {"title": "Fri 29 May: how to go on?", "starts": 1590717600},
    "long": dict(PLAN, title="会" * 190, venue="é" * 290, zone="America/Argentina/Buenos_Aires"),
    "any_time": dict(PLAN, starts=0, zone=""),
    "wrong_name": dict(PLAN, name="../x"),
    "wrong_zone": dict(PLAN, zone="../../etc/passwd"),
    "wrong_access": dict(PLAN, access="friends"),
    "wrong_tag": dict(PLAN, channels=["x y"]),
    "wrong_part": dict(PLAN, agenda=[{"sharer": "", "subject": ""}]),
    "wrong_agenda": dict(PLAN, agenda={}),
    "wrong_type": dict(PLAN, autoRecord=1),
    "untitled": {"starts": 1},
    "link_interpreter": dict(PLAN, **LINK),
    "link_member": {"title": "x", "role": "member", "languages": ["fr"], "booth": ""},
    "link_without_languages": {"title": "x", "role": "interpreter"},
    "link_empty": {"title": "x", "role": "interpreter", "languages": ["fr"], "booth": "", "pivot": "", "name": ""},
    "link_pivot": {"role": "interpreter", "languages": ["fr"], "pivot": "?"},
    "link_service": {"role": "service"},
    "link_days": {"role": "viewer", "days": 0},
}
# Signed by another key.
STRANGER = ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0Ijox"
            "NTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c")


def write(folder, name, text):
    (HERE / folder).mkdir(parents=True, exist_ok=True)
    (HERE / folder / name).write_text(text)


for name, messages in PROTOCOL.items():
    write("protocol", name, "\n".join(f"{who}{json.dumps(m, ensure_ascii=False)}" for who, m in messages))
for name, claims in TOKEN.items():
    write("token", name, json.dumps(claims, ensure_ascii=False))
write("token", "stranger", STRANGER)
for name, (language, body) in MINUTES_TEXTS.items():
    write("minutes", name, language + json.dumps(body, ensure_ascii=False))
for name, body in PLANS.items():
    write("plan", name, json.dumps(body, ensure_ascii=False))
