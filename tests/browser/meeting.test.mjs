/**
 * One meeting from beginning to end in Chromium and Firefox, asserted on what arrives: decoded frames, their size and whose they
 * are, the tones in the decoded sound. The steps build on each other.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Person, Server, sharedChromium, sharedFirefox, step, suite, until } from "./harness.mjs";

const tones = { ana: 500, ben: 1100, chen: 1700, screen: 3300 };
const APART = 40; /* dB that a forbidden tone must be below a heard one */

let server, chrome, fox, ana, ben, chen;

const decoded = async (person) => (await person.streams("inbound-rtp", "video")).reduce((n, s) => n + (s.framesDecoded ?? 0), 0);
const goesOn = async (person, frames = 5) => {
  const before = await decoded(person);
  await until(`${person.name} goes on decoding`, async () => (await decoded(person)) > before + frames);
};
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

suite("a meeting", { timeout: 240_000 }, () => {
  before(async () => {
    server = await Server.start();
    server.meeting("alliance");
    [chrome, fox] = await Promise.all([sharedChromium(), sharedFirefox()]);
  });
  after(() => server?.stop());

  step("Chromium and Firefox see each other", async () => {
    [ana, ben] = await Promise.all([
      Person.open(chrome, server.link("alliance", "host"), { name: "Ana", tone: tones.ana, picture: { width: 1280, height: 720, rate: 15 } }),
      Person.open(fox, server.link("alliance", "member"), { name: "Ben", tone: tones.ben }),
    ]);
    await ana.join();
    await ben.join();
    for (const [one, other] of [[ana, ben], [ben, ana]]) {
      await one.sees(other);
      await goesOn(one);
    }
  });

  step("they hear each other, and nobody hears themselves", async () => {
    await hears(ana, "ben");
    await hears(ben, "ana");
  });

  step("AES-GCM, one connection a person, one UDP port for all", async () => {
    const transports = (await ana.stats()).filter((s) => s.type === "transport");
    assert.equal(transports.length, 1);
    assert.match(transports[0].srtpCipher, /^(SRTP_)?AEAD_AES_128_GCM$/);
    for (const person of [ana, ben]) {
      assert.equal(await person.page.evaluate(() => window.probe.live()), 1);
      const remotes = (await person.stats()).filter((s) => s.type === "remote-candidate");
      assert.deepEqual([...new Set(remotes.map((r) => r.port))], [server.mediaPort]);
    }
  });

  step("the top layer is reached within 20 s", async () => {
    await until("Ben gets Ana at 1280 wide", async () =>
      (await ben.streams("inbound-rtp", "video")).some((s) => s.frameWidth === 1280 && s.frameHeight === 720 && s.framesDecoded > 0), { timeout: 20_000 });
  });

  step("a late joiner sees a picture and hears both", async (context) => {
    chen = await Person.open(chrome, server.link("alliance", "member"), { name: "Chen", tone: tones.chen });
    await chen.type("name", "Chen");
    const pressed = Date.now();
    await chen.press("join");
    await chen.sees(ana, { timeout: 5_000, every: 30 });
    context.diagnostic(`the late joiner's first picture: ${Date.now() - pressed} ms after pressing join`);
    await chen.sees(ben);
    await hears(chen, "ana", "ben");
    await hears(ana, "ben", "chen");
  });

  step("mute is heard at once, and by oneself undone", async () => {
    await ben.press("mic");
    await hears(ana, "chen");
    await ben.press("mic");
    await hears(ana, "ben", "chen");
  });

  step("a host mutes a person; only that person unmutes", async () => {
    await host(ana, "Chen", "person-mute");
    await hears(ana, "ben");
    await chen.says(/muted/i);
    await chen.press("mic");
    await hears(ana, "ben", "chen");
  });

  step("chat reaches everybody", async () => {
    await ben.openPanel("chat");
    await ben.type("chat-input", "Good morning <b>all</b> 早上好");
    await ben.page.keyboard.press("Enter");
    await chen.openPanel("chat");
    await chen.says("Good morning <b>all</b> 早上好");
  });

  step("a raised hand gets the floor, for all", async () => {
    await chen.press("hand");
    await ana.openPanel("people");
    await ana.press("give-floor");
    await ben.sees(chen, { kind: "stage" });
  });

  step("a shared screen comes whole, with its sound", async () => {
    await ben.press("screen");
    try {
      for (const person of [ana, chen]) {
        await until(`${person.name} sees the screen`, async () => {
          const shown = await person.pictures(await ben.id(), "screen");
          if (!shown.some((p) => p.width === 1280 && p.height === 720 && p.colour === "grey")) throw new Error(JSON.stringify(shown));
          return true;
        }, { timeout: 20_000 });
        await hears(person, ...["ana", "ben", "chen", "screen"].filter((name) => name !== person.name.toLowerCase()));
      }
      await until("the screen isn't kept back for the sake of lip-sync", () => ana.page.evaluate(() => window.probe.delay("screen") < 1000));
    } finally {
      await ben.press("screen");
    }
    await hears(ana, "ben", "chen");
    await until("the screen is gone", async () => (await ana.pictures(null, "screen")).length === 0);
  });

  step("a change of the network is an ICE restart on the same connection", async () => {
    for (const person of [ana, ben]) {
      const names = () => person.page.evaluate(() => window.probe.iceNames());
      const before = await names();
      await person.page.evaluate(() => dispatchEvent(new Event("online")));
      await until(`both ends of ${person.name}'s path have new names`, async () => {
        const now = await names();
        return now.stable && now.local !== before.local && now.remote !== before.remote;
      });
      assert.equal(await person.page.evaluate(() => window.probe.connections().length), 1);
      await until("connected again", () => person.page.evaluate(() => window.probe.connections()[0] === "connected"));
      await goesOn(person);
    }
    await hears(ana, "ben", "chen");
  });

  step("a dropped WebSocket is not noticed by others", async () => {
    const id = await chen.id();
    await chen.page.evaluate(() => window.probe.dropSockets());
    await until("Chen is back", () => chen.page.evaluate(() => window.probe.sockets() > 1));
    assert.equal((await ana.pictures(id)).length > 0, true, "Chen is still shown");
    await goesOn(ana);
    assert.equal(await chen.page.evaluate(() => window.probe.live()), 1);
    assert.equal(await chen.id(), id);
  });

  step("a second tab takes over, or is another person", async () => {
    const link = server.link("alliance", "member");
    const first = await Person.open(chrome, link, { name: "Dora", tone: 2300 });
    const second = await Person.open(chrome, "about:blank", { name: "Dora again", tone: 2600, storage: first.context });
    try {
      await first.join();
      const id = await first.id();
      await second.page.goto(link, { waitUntil: "load" });
      await second.press("join");
      await second.press("take-over");
      await second.find("leave");
      await first.says(/continue in another tab/i);
      assert.equal(await second.id(), id);
      await ana.sees(second);
      await first.press("rejoin");
      await first.find("leave");
      await second.says(/continue in another tab/i);
      assert.equal(await first.id(), id);
      await second.page.reload({ waitUntil: "load" });
      await second.press("join");
      await second.press("join-another");
      await second.find("leave");
      assert.notEqual(await second.id(), id);
      await ana.sees(second);
      await ana.sees(first);
    } finally {
      await Promise.allSettled([second.close(), first.close()]);
    }
  });

  step("a reload comes back as the same person", async () => {
    const id = await ben.id();
    await ben.page.reload({ waitUntil: "load" });
    await ben.find("leave");
    assert.equal(await ben.id(), id);
    await ana.sees(ben);
    await hears(ana, "ben", "chen");
  });

  step("after kill -9 and restart of the server all are back by themselves", async () => {
    const everybody = [ana, ben, chen];
    const ids = await Promise.all(everybody.map((person) => person.id()));
    await server.kill("SIGKILL");
    await server.launch();
    for (const person of everybody) for (const other of everybody) if (other !== person) await person.sees(other, { timeout: 30_000 });
    assert.deepEqual(await Promise.all(everybody.map((person) => person.id())), ids);
    await hears(ana, "ben", "chen");
    await chen.openPanel("chat");
    await chen.says("早上好");
  });

  step("who leaves is gone for all", async () => {
    const id = await chen.id();
    await chen.press("leave");
    await until("Ana no longer sees Chen", async () => !(await ana.page.$(`[data-participant="${id}"], [data-person="${id}"]`)));
    await hears(ana, "ben");
    await chen.close();
  });

  step("nothing was dropped without a reason, and no page had an error", async () => {
    for (const name of ["drop_srtp_auth", "drop_rtp_malformed", "drop_rtcp_malformed", "drop_pool_empty", "drop_stun_malformed", "drop_payload_malformed"])
      assert.equal(server.metric(`tongsheng_relay_${name}_total`), 0, name);
    for (const person of [ana, ben]) assert.deepEqual(person.errors(), []);
    await Promise.all([ana.close(), ben.close()]);
  });
});
