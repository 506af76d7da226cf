/**
 * One meeting from beginning to end in Chromium and Firefox, asserted on what arrives: decoded frames, their size, the tones in
 * the decoded sound. The steps build on each other.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Person, Server, chromium, firefox, until } from "./harness.mjs";

const tones = { ana: 500, ben: 1100, chen: 1700, screen: 3300 };
const APART = 40; /* dB that a forbidden tone must be below a heard one */

let server, chrome, fox, ana, ben, chen;

const inbound = async (person, kind) => (await person.stats()).filter((s) => s.type === "inbound-rtp" && s.kind === kind);
const decoded = async (person) => (await inbound(person, "video")).reduce((n, s) => n + (s.framesDecoded ?? 0), 0);
/** A picture of this person that is really drawn, not a placeholder. */
const shows = (person, id, kind) =>
  person.page.evaluate((p, k) => [...document.querySelectorAll(`video[data-participant="${p}"]${k ? `[data-kind="${k}"]` : ""}`)]
    .some((v) => v.videoWidth > 2 && v.readyState >= 2 && v.offsetWidth > 0 && getComputedStyle(v).visibility !== "hidden" && Number(getComputedStyle(v).opacity) > 0), id, kind ?? "");
const idOf = (person) => until(`${person.name} has an id`, () => person.page.evaluate(() => window.probe.participant()));
/** Opens what a host can do with a person in the panel of people, and presses one of it. */
async function host(person, name, action) {
  await person.openPanel("people");
  const row = await until(`a row for ${name}`, async () => {
    for (const button of await person.page.$$("[aria-expanded][aria-controls]"))
      if ((await button.evaluate((node) => node.closest("li")?.innerText ?? "")).includes(name)) return button;
  });
  if ((await row.evaluate((node) => node.getAttribute("aria-expanded"))) === "false") await row.click();
  await person.press(action);
}

/** Hears exactly these of the four tones: each heard one at least APART dB above each of the others. */
async function hears(person, ...names) {
  const all = Object.keys(tones);
  await until(`${person.name} hears ${names.join(", ") || "nobody"}`, async () => {
    const levels = await person.tones(Object.values(tones), 0.6);
    const level = (name) => levels[all.indexOf(name)];
    const quietest = names.length ? Math.min(...names.map(level)) : -60 + APART;
    const loudest = Math.max(-200, ...all.filter((name) => !names.includes(name)).map(level));
    const fine = (names.length === 0 || quietest > -60) && loudest <= quietest - APART;
    if (!fine) throw new Error(JSON.stringify(Object.fromEntries(all.map((name) => [name, Math.round(level(name))]))));
    return true;
  }, { timeout: 20_000 });
}

describe("a meeting", { timeout: 240_000 }, () => {
  before(async () => {
    server = await Server.start();
    server.meeting("alliance");
    [chrome, fox] = await Promise.all([chromium(), firefox()]);
  });
  after(async () => {
    if (process.env.SHOW_MESSAGES) for (const p of [ana, ben, chen]) console.log(p?.name, p?.messages);
    await Promise.allSettled([chrome?.close(), fox?.close()]);
    await server?.stop();
  });

  it("Chromium and Firefox see each other", async () => {
    ana = await Person.open(chrome, server.link("alliance", "host"), { name: "Ana", tone: tones.ana, picture: { width: 1280, height: 720, rate: 15 } });
    ben = await Person.open(fox, server.link("alliance", "member"), { name: "Ben", tone: tones.ben });
    await ana.join();
    await ben.join();
    for (const [one, other] of [[ana, ben], [ben, ana]]) {
      const id = await idOf(other);
      await until(`${one.name} sees ${other.name}`, () => shows(one, id));
      const before = await decoded(one);
      await until(`${one.name} goes on decoding`, async () => (await decoded(one)) > before + 5);
    }
  });

  it("they hear each other, and nobody hears themselves", async () => {
    await hears(ana, "ben");
    await hears(ben, "ana");
  });

  it("uses AES-GCM, one connection a person, one UDP port for all", async () => {
    const transports = (await ana.stats()).filter((s) => s.type === "transport");
    assert.equal(transports.length, 1);
    assert.match(transports[0].srtpCipher, /^(SRTP_)?AEAD_AES_128_GCM$/);
    for (const person of [ana, ben]) {
      assert.equal(await person.page.evaluate(() => window.probe.live()), 1);
      const remotes = (await person.stats()).filter((s) => s.type === "remote-candidate");
      assert.deepEqual([...new Set(remotes.map((r) => r.port))], [server.mediaPort]);
    }
  });

  it("the top layer is reached within 20 s", async () => {
    await until("Ben gets Ana at 1280 wide", async () =>
      (await inbound(ben, "video")).some((s) => s.frameWidth === 1280 && s.framesDecoded > 0), { timeout: 20_000 });
  });

  it("a late joiner sees a picture and hears both", async () => {
    chen = await Person.open(chrome, server.link("alliance", "member"), { name: "Chen", tone: tones.chen });
    await chen.join();
    const id = await idOf(ana);
    await until("Chen sees Ana", () => shows(chen, id), { timeout: 5_000, every: 30 });
    await hears(chen, "ana", "ben");
    await hears(ana, "ben", "chen");
  });

  it("mute is heard at once, and by oneself undone", async () => {
    await ben.press("mic");
    await hears(ana, "chen");
    await ben.press("mic");
    await hears(ana, "ben", "chen");
  });

  it("a host mutes a person; only that person unmutes", async () => {
    await host(ana, "Chen", "person-mute");
    await hears(ana, "ben");
    await until("Chen is told", async () => /muted/i.test(await chen.text()));
    await chen.press("mic");
    await hears(ana, "ben", "chen");
  });

  it("chat reaches everybody", async () => {
    await ben.openPanel("chat");
    await ben.type("chat-input", "Good morning <b>all</b> 早上好");
    await ben.page.keyboard.press("Enter");
    await chen.openPanel("chat");
    await until("Chen reads it", async () => (await chen.text()).includes("Good morning <b>all</b> 早上好"));
  });

  it("a raised hand gets the floor, for all", async () => {
    await chen.press("hand");
    const id = await idOf(chen);
    await ana.openPanel("people");
    await ana.press("give-floor");
    await until("Ben's stage is Chen", () => shows(ben, id, "stage"));
  });

  it("a shared screen comes with its sound", async () => {
    await ben.press("screen");
    const id = await idOf(ben);
    for (const person of [ana, chen]) {
      await until(`${person.name} sees the screen`, async () =>
        (await shows(person, id, "screen")) && (await person.pictures()).some((p) => p.participant === id && p.width === 1280 && p.height === 720), { timeout: 20_000 });
      await hears(person, ...["ana", "ben", "chen", "screen"].filter((n) => n !== person.name.toLowerCase()));
    }
    await ben.press("screen");
    await hears(ana, "ben", "chen");
  });

  it("a dropped WebSocket is not noticed by others", async () => {
    const id = await idOf(chen);
    const before = await decoded(ana);
    await chen.page.evaluate(() => window.probe.dropSockets());
    await until("Chen is back", () => chen.page.evaluate(() => window.probe.sockets() > 1));
    assert.ok(await shows(ana, id), "Chen is still shown");
    await until("and the media went on", async () => (await decoded(ana)) > before + 5);
    assert.equal(await chen.page.evaluate(() => window.probe.live()), 1);
    assert.equal(await idOf(chen), id);
  });

  it("a reload comes back as the same person", async () => {
    const id = await idOf(ben);
    await ben.page.reload({ waitUntil: "load" });
    await until("Ben is in again", async () => (await idOf(ben)) === id);
    await until("Ana sees Ben", () => shows(ana, id));
    await hears(ana, "ben", "chen");
  });

  it("after kill -9 and restart of the server all are back by themselves", async () => {
    const ids = await Promise.all([ana, ben, chen].map(idOf));
    await server.kill("SIGKILL");
    await server.launch();
    for (const [i, person] of [ana, ben, chen].entries()) {
      await until(`${person.name} is the same person`, async () => (await idOf(person)) === ids[i]);
      for (const [k, id] of ids.entries())
        if (k !== i) await until(`${person.name} sees ${k}`, () => shows(person, id), { timeout: 20_000 });
    }
    await hears(ana, "ben", "chen");
    await chen.openPanel("chat");
    await until("the chat is still there", async () => (await chen.text()).includes("早上好"));
  });

  it("who leaves is gone for all", async () => {
    const id = await idOf(chen);
    await chen.press("leave");
    await until("Ana no longer sees Chen", async () => !(await ana.page.$(`[data-participant="${id}"]`)) && !(await ana.text()).includes("Chen\n"));
    await hears(ana, "ben");
    await chen.close();
    chen = undefined;
  });

  it("nothing was dropped without a reason, and no page had an error", async () => {
    for (const name of ["drop_srtp_auth", "drop_rtp_malformed", "drop_rtcp_malformed", "drop_pool_empty", "drop_stun_malformed", "drop_payload_malformed"])
      assert.equal(server.metric(`tongsheng_relay_${name}_total`), 0, name);
    for (const person of [ana, ben]) assert.deepEqual(person.messages.filter((m) => /^(error|pageerror)/.test(m) && !/WebSocket|ERR_|Firefox can/.test(m)), []);
  });
});
