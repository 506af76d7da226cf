#!/usr/bin/env python3
"""Keeps the house as ARCHITECTURE.md says: includes point one way, files stay under 600 lines and functions under 60, and in the web
client core never touches the page and views never touch a peer connection."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_FILE = 600
MAX_FUNCTION = 60

# A layer may include itself and what is named here. relay.h is the face of relay/ for everything outside.
LAYERS = {
    "relay/base/": [],
    "relay/rtp/": ["relay/base/"],
    "relay/net/": ["relay/base/", "relay/rtp/"],
    "relay/room/": ["relay/base/", "relay/rtp/"],
    "relay/": ["relay/base/", "relay/rtp/", "relay/net/", "relay/room/"],
    "signaling/": ["relay/relay.h"],
    "recordings/": ["relay/relay.h", "relay/base/", "relay/rtp/"],
}
# The worker joins room/ to net/, and the commands that it gets name a transport's credentials.
JOINS_NET = {"relay/room/worker.c", "relay/room/worker_link.c", "relay/room/worker_bridge.c", "relay/room/worker_studio.c", "relay/room/worker_track.c", "relay/room/worker_internal.h", "relay/room/worker.h", "relay/room/command.h", "relay/room/command.c"}
# main joins the parts that have commands.
JOINS_COMMANDS = {"signaling/main.c"}
# What a layer must not know of the world outside.
FORBIDDEN = {
    "relay/base/": r"openssl/|srtp2?/|gst/|libwebsockets|jansson|sqlite|sys/socket|netinet/",
    "relay/rtp/": r"openssl/|srtp2?/|gst/|libwebsockets|jansson|sqlite|sys/socket|netinet/|nice/|stun/",
    "relay/room/": r"openssl/|srtp2?/|gst/|libwebsockets|jansson|sqlite|sys/socket|netinet/|nice/|stun/",
    "relay/": r"gst/|libwebsockets|jansson|sqlite",
    "signaling/": r"srtp2?/|nice/|stun/",
}
GSTREAMER_ONLY_IN = ("recordings/", "signaling/sdp")
# How many lines a file may have that has its reason beside it (in its first comment): none now.
LONGER = {}

problems = []


def complain(path, line, text):
    problems.append(f"{path}:{line}: {text}")


def layer_of(path):
    return max((layer for layer in LAYERS if path.startswith(layer)), key=len, default=None)


def check_includes(path, text):
    layer = layer_of(path)
    if layer is None:
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        quoted, name = match.group(1) == '"', match.group(2)
        if not quoted:
            if layer in FORBIDDEN and re.match(FORBIDDEN[layer], name):
                complain(path, number, f"{layer} must not know <{name}>")
            if name.startswith("gst/") and not path.startswith(GSTREAMER_ONLY_IN):
                complain(path, number, f"GStreamer belongs to {GSTREAMER_ONLY_IN}")
            continue
        if not (ROOT / name).exists():
            complain(path, number, f"include paths begin at the root: {name}")
        target = layer_of(name)
        allowed = target == layer or any(name.startswith(a) for a in LAYERS[layer])
        if not allowed and target == "relay/net/" and path in JOINS_NET:
            allowed = True
        if not allowed and target == "recordings/" and path in JOINS_COMMANDS:
            allowed = True
        if not allowed:
            complain(path, number, f"{layer} must not include {name}")


def check_clock(path, text):
    """Only the worker reads the clock; below it, time is an argument."""
    if path.startswith(("relay/rtp/", "relay/net/", "relay/room/")) and path not in JOINS_NET:
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\b(clock_now_us|clock_gettime|gettimeofday|g_get_(monotonic|real)_time|time)\s*\(", line):
                complain(path, number, "reads a clock")


def check_sizes(path, text):
    lines = text.splitlines()
    if len(lines) > LONGER.get(path, MAX_FILE):
        complain(path, len(lines), f"{len(lines)} lines, more than {MAX_FILE}")
    if not path.endswith(".c"):
        return
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}"):
            if start is not None and number - start - 1 > MAX_FUNCTION:
                complain(path, start, f"a function of {number - start - 1} lines, more than {MAX_FUNCTION}")
            start = None


def check_client(path, text):
    if path.endswith((".test.ts", ".test.tsx")):
        return
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r"//.*|^\s*\*.*", "", line)
        if path.startswith("web-client/src/core/"):
            if re.search(r"from \"[^\"]*/views/", code):
                complain(path, number, "core must not know views")
            if re.search(r"\bdocument\.(querySelector|getElement|createElement|body)", code):
                complain(path, number, "core must not touch the page")
        if path.startswith("web-client/src/views/") and re.search(r"\b(RTCPeerConnection|new WebSocket|getUserMedia)\b", code):
            complain(path, number, "views must not touch connections or devices")


files = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
checked = 0
for path in files:
    if not path.endswith((".c", ".h", ".ts", ".tsx", ".mjs", ".py")) or not (ROOT / path).is_file():
        continue
    text = (ROOT / path).read_text()
    checked += 1
    check_sizes(path, text)
    if path.endswith((".c", ".h")):
        check_includes(path, text)
        check_clock(path, text)
    if path.startswith("web-client/src/"):
        check_client(path, text)
for problem in problems:
    print(problem)
print(f"layers and sizes: {checked} files, {len(problems)} problems")
sys.exit(1 if problems or not checked else 0)
