/**
 * `make test-long`: two browsers and eight C peers for ten minutes. The server's memory must not grow after the first minute, and no
 * packet may be dropped for a reason that such a meeting doesn't explain.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Person, Server, chromium, firefox, root, until } from "./harness.mjs";

const minutes = Number(process.env.MINUTES ?? 10);
/** Growth that the allocator's own bookkeeping may show. */
const GROWTH_KIB = 4096;
const UNEXPLAINED = ["stun_malformed", "stun_auth", "stun_unknown_user", "dtls", "half_open", "no_keys", "srtp_auth", "not_media", "truncated",
  "pool_empty", "rtp_malformed", "rtcp_malformed", "unknown_stream", "unknown_payload", "payload_malformed", "codec_not_negotiated", "send",
  "mailbox_full", "rtx_malformed"];

const framesOf = async (person) => (await person.stats()).filter((s) => s.type === "inbound-rtp" && s.kind === "video")
  .reduce((n, s) => n + (s.framesDecoded ?? 0), 0);

/** A short clip of real VP8 for the C peers, whose pictures the browsers decode. */
function clip() {
  const file = join(mkdtempSync(join(tmpdir(), "tongsheng-clip-")), "clip.ivf");
  execFileSync("/usr/bin/python3", ["-c", "import sys; import gstreamer; gstreamer.write_ivf(sys.argv[1], 320, 180, 60)", file],
    { cwd: join(root, "tests/interop"), stdio: "inherit" });
  return file;
}

describe("a long meeting", { timeout: (minutes + 5) * 60_000 }, () => {
  let server, browsers = [];
  /* also after a failure: what still runs would keep this process */
  after(() => Promise.allSettled([...browsers.map((browser) => browser.close()), server?.stop()]));

  it(`runs ${minutes} minutes without growing or losing`, async () => {
    /* the C peers speak plain HTTP only; the browsers are told to trust this address all the same */
    server = await Server.start({ options: ["--insecure-http"], port: 8080 });
    server.meeting("long");
    browsers = await Promise.all([
      chromium(),
      firefox({ "media.devices.insecure.enabled": true, "media.getusermedia.insecure.enabled": true }),
    ]);
    const [chrome, fox] = browsers;
    const ana = await Person.open(chrome, server.link("long", "host"), { name: "Ana", tone: 500 });
    const ben = await Person.open(fox, server.link("long", "member"), { name: "Ben", tone: 1100 });
    await ana.join();
    await ben.join();
    const peers = spawn(join(root, "build/tests/peer/peers"), ["--url", server.base, "--meeting", "long", "--token", server.token("long", "member"),
      "--publish", "4", "--view", "4", "--ivf", clip(), "--tone", "1500", "--tone-step", "200", "--cameras", "4", "--seconds", String(minutes * 60)],
      { stdio: ["ignore", "pipe", "inherit"] });
    let report = "";
    peers.stdout.on("data", (bytes) => { report += bytes; });
    const ended = once(peers, "exit");
    const samples = [];
    for (let minute = 1; minute <= minutes; minute++) {
      await new Promise((done) => setTimeout(done, 60_000));
      samples.push(server.memoryKiB());
      console.log(`minute ${minute}: server ${samples.at(-1)} KiB`);
      for (const person of [ana, ben]) {
        const before = await framesOf(person);
        await until(`${person.name} still decodes`, async () => (await framesOf(person)) > before);
      }
    }
    const [status] = await ended;
    assert.equal(status, 0, report);
    console.log(server.get("/metrics").split("\n").filter((line) => /^tongsheng_relay_drop.* [1-9]/.test(line)).join("\n"));
    assert.ok(samples.at(-1) - samples[0] <= GROWTH_KIB, `memory grew: ${samples.join(", ")} KiB`);
    for (const name of UNEXPLAINED) assert.equal(server.metric(`tongsheng_relay_drop_${name}_total`), 0, name);

    /* and after a crash both browsers are back by themselves */
    await server.kill("SIGKILL");
    await server.launch();
    for (const person of [ana, ben])
      await until(`${person.name} decodes again`, async () => {
        const before = await framesOf(person); /* of a new connection: it counts from 0 */
        await new Promise((done) => setTimeout(done, 1000));
        return (await framesOf(person)) > before;
      }, { timeout: 30_000 });
  });
});
