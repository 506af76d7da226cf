#!/usr/bin/env bash
# Other people's WebRTC (GStreamer), participants in C, strangers and a killed server, against the built server, in a
# network namespace of their own: GStreamer gathers no candidate from loopback. Needs root or sudo.
#   run.sh [--long] [TEST]...
set -euo pipefail
cd "$(dirname "$0")"

. ../namespace.sh
namespace_make interop 10.78.0.1

# Debian's python3, whose gi bindings are there.
namespace_run BUILD="${BUILD:-../../build}" /usr/bin/python3 run.py "$@"
