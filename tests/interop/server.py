"""The server under test, and the programs of tests/peer."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ADDRESS = os.environ.get("TEST_ADDRESS", "127.0.0.1")
BUILD = pathlib.Path(os.environ.get("BUILD", "../../build")).resolve()
MEETING = "demo"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Server:
    """Runs from start to stop; `kill` is kill -9, after which `start` takes the same data up again."""
    environment, meeting = {}, ()  # what the process gets; further words of `meeting create`

    def __init__(self, port=8080, media_port=40000):
        self.address, self.port, self.media_port = ADDRESS, port, media_port
        self.url = f"http://{ADDRESS}:{port}"
        self.folder = tempfile.TemporaryDirectory(prefix="tongsheng-")
        self.log = open(os.path.join(self.folder.name, "log"), "ab")
        self.process = None
        self.command("meeting", "create", MEETING, *self.meeting)

    def command(self, *words):
        verbs = [word for word in words[:2] if not word.startswith("-")]
        done = subprocess.run([BUILD / "tongsheng", *verbs, "--data", self.folder.name, *words[len(verbs):]],
                              stdout=subprocess.PIPE, check=True, text=True)
        return done.stdout.strip()

    def start(self):
        self.process = subprocess.Popen(
            [BUILD / "tongsheng", "serve", "--data", self.folder.name, "--listen", ADDRESS, "--insecure-http",
             "--http-port", str(self.port), "--media-port", str(self.media_port)],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, env={**os.environ, **self.environment})
        end = time.monotonic() + 10
        while True:
            assert self.process.poll() is None, f"the server ended: {self.read_log()}"
            try:
                if self.request("GET", "/healthz").status == 200:
                    return
            except OSError:
                pass
            assert time.monotonic() < end, "the server doesn't answer /healthz"
            time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            status = "hangs"
        self.process = None
        assert status == 0, f"the server's exit status: {status}; {self.read_log()}"

    def read_log(self):
        return pathlib.Path(self.log.name).read_text(errors="replace")[-4000:]

    def token(self, role="member"):
        return self.command("token", "--meeting", MEETING, "--role", role)

    def request(self, method, path, token=None, body=None, content_type=None, headers={}):
        request = urllib.request.Request(self.url + path if path.startswith("/") else path, method=method,
                                         data=body.encode() if body is not None else None)
        for name, value in {"Authorization": token and f"Bearer {token}", "Content-Type": content_type, **headers}.items():
            if value:
                request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=5) as reply:
                return Answer(reply.status, reply.headers, reply.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read().decode())

    def metric(self, name):
        """A counter's sum over its labels."""
        text = self.request("GET", "/metrics").body
        values = re.findall(rf"^{re.escape(name)}(?:\{{.*\}})? ([-0-9.e+]+)$", text, re.M)
        assert values, f"no metric {name}"
        return sum(float(value) for value in values)


class Peers:
    """tests/peer/peers in the background; `report` waits for its end and gives what it printed."""

    def __init__(self, server, *options, token=None):
        self.process = subprocess.Popen(
            [BUILD / "tests/peer/peers", "--url", server.url, "--meeting", MEETING, "--token", token or server.token(),
             "--json", *[str(option) for option in options]],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def report(self, timeout=60):
        out, errors = self.process.communicate(timeout=timeout)
        assert out.strip(), f"peers: {self.process.returncode} {errors}"
        report = json.loads(out)
        report["errors"] = errors
        return report


def strangers(host, port, rate, seconds):
    return subprocess.Popen([BUILD / "tests/peer/strangers", "--host", host, "--port", str(port), "--rate", str(rate),
                             "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True)
