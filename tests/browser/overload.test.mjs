/**
 * A server that is busy: pictures give way, sound doesn't, who comes may listen, and all comes back by itself. What keeps it busy is
 * another meeting, of the load generator's, and the share of its time from which on it sheds is set low.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before } from "node:test";
import { join } from "node:path";
import { Person, Server, root, sharedChromium, step, suite, until } from "./harness.mjs";
import { check } from "./judge.mjs";

const TONES = { ana: 700, ben: 1900 };
/** Percent of a worker's time: more than two pages take, less than the voice alone takes of the crowd. */
const BUSY = 4;
const CROWD = 400;

let server, chrome, ana, ben, crowd;

const shed = () => server.metric("tongsheng_relay_shed_level");

function start() {
  const child = spawn(join(root, "build/tests/load/load"), ["--url", server.base, "--meeting", "crowd", "--token", server.token("crowd", "member"),
    "--publish", "1", "--view", String(CROWD), "--seconds", "600"], { stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(child, "exit");
  return () => { child.kill(); return ended; };
}

suite("a busy server", { timeout: 240_000 }, () => {
  before(async () => {
    server = await Server.start({ port: 8080, options: ["--insecure-http", "--workers", "1", "--overload-percent", String(BUSY), "--connections-address", "0",
      "--connect-rate", "0"] });
    server.meeting("busy");
    server.meeting("crowd");
    chrome = await sharedChromium();
    [ana, ben] = await Promise.all(["ana", "ben"].map((name) => Person.open(chrome, server.link("busy", "member"), { name, tone: TONES[name] })));
    await ana.join();
    await ben.join();
    await Promise.all([ana.sees(ben), ben.sees(ana)]);
  });
  after(async () => {
    await crowd?.();
    await server?.stop();
  });

  step("pictures are held back, and the page says why; sound goes on", async () => {
    assert.equal(shed(), 0);
    crowd = start();
    await Promise.all([ana, ben].map((person) => person.says("Picture paused: the server is busy", { timeout: 30_000 })));
    await until("Ana hears Ben", async () => (await ana.tones([TONES.ben], 0.4))[0] > -50);
    await until("Ben hears Ana", async () => (await ben.tones([TONES.ana], 0.4))[0] > -50);
    await ana.screenshot("busy-paused");
    await check(ana, "pictures held back");
  });

  step("who comes may listen", async () => {
    const eva = await Person.open(chrome, server.link("busy", "member"), { name: "eva", viewport: { width: 360, height: 740, isMobile: true, hasTouch: true } });
    await eva.type("name", eva.name);
    await eva.press("join");
    await eva.says("The server is busy. You can listen now");
    await eva.screenshot("busy-lobby");
    await check(eva, "the server is busy");
    await (await eva.page.waitForSelector(".note-problem button:last-of-type")).click();
    await eva.find("leave");
    await until("Eva hears Ben", async () => (await eva.tones([TONES.ben], 0.4))[0] > -50);
    await eva.close();
  });

  step("it recovers by itself", async () => {
    await crowd();
    crowd = null;
    await until("nothing is shed", () => shed() === 0, { timeout: 90_000, every: 500 });
    await Promise.all([ana.sees(ben), ben.sees(ana)]);
    assert.doesNotMatch(await ana.text(), /Picture paused/);
  });
});
