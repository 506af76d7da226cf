/**
 * `make test-long`: two browsers and eight C peers for ten minutes. The server's memory must not grow after the first minute, and no
 * packet may be dropped for a reason that such a meeting doesn't explain.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Person, Server, chromium, firefox, root, until } from "./harness.mjs";

const minutes = Number(process.env.MINUTES ?? 10);
/** Growth that the allocator's own bookkeeping may show. */
const GROWTH_KIB = 4096;
const UNEXPLAINED = ["stun_malformed", "stun_auth", "stun_unknown_user", "dtls", "half_open", "no_keys", "srtp_auth", "not_media", "truncated",
  "pool_empty", "rtp_malformed", "rtcp_malformed", "unknown_stream", "unknown_payload", "payload_malformed", "codec_not_negotiated", "send",
  "mailbox_full", "rtx_malformed"];

describe("a long meeting", { timeout: (minutes + 5) * 60_000 }, () => {
  it(`runs ${minutes} minutes without growing or losing`, async () => {
    const server = await Server.start({ options: ["--insecure-http", "--http-port", "8080"], port: 8080 });
    server.meeting("long");
    const [chrome, fox] = await Promise.all([chromium(`--unsafely-treat-insecure-origin-as-secure=${server.base}`), firefox()]);
    const ana = await Person.open(chrome, server.link("long", "host"), { name: "Ana", tone: 500 });
    const ben = await Person.open(fox, server.link("long", "member"), { name: "Ben", tone: 1100 });
    await ana.join();
    await ben.join();
    const peers = spawn(join(root, "build/tests/peer/peers"), ["--url", server.base, "--meeting", "long", "--token", server.token("long", "member"),
      "--publish", "4", "--view", "4", "--seconds", String(minutes * 60 + 30), "--json"], { stdio: ["ignore", "pipe", "inherit"] });
    const samples = [];
    for (let minute = 0; minute <= minutes; minute++) {
      await new Promise((done) => setTimeout(done, 60_000));
      samples.push(server.memoryKiB());
      console.log(`minute ${minute + 1}: server ${samples.at(-1)} KiB`);
      for (const person of [ana, ben]) {
        const frames = async () => (await person.stats()).filter((s) => s.type === "inbound-rtp" && s.kind === "video")
          .reduce((n, s) => n + (s.framesDecoded ?? 0), 0);
        const before = await frames();
        await until(`${person.name} still decodes`, async () => (await frames()) > before);
      }
    }
    assert.ok(samples.at(-1) - samples[0] <= GROWTH_KIB, `memory grew: ${samples.join(", ")} KiB`);
    for (const name of UNEXPLAINED) assert.equal(server.metric(`tongsheng_relay_drop_${name}_total`), 0, name);
    peers.kill();
    await Promise.allSettled([chrome.close(), fox.close()]);
    await server.stop();
  });
});
