/**
 * The archive's page in both browsers, against a stand-in for the server (archive_stand_in.mjs): what comes out of the loudspeaker when the
 * language is changed, whether the pictures are at its place, and everything that is pressed, written and read. Pictures are left in out/.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import puppeteer from "puppeteer-core";
import { MEETING, SECONDS, StandIn, TOKEN, TONES, makeRecording } from "./archive_stand_in.mjs";
import { Person, address, firefox, step, suite, until } from "./harness.mjs";
import { check, faults } from "./judge.mjs";
import { Listening, begins, envelope, longestGap, onBeat, rises } from "./listening.mjs";

const FINGER = 44; /* CSS pixels */
const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740, isMobile: true, hasTouch: true } };
const LOOKS = [["en", "light"], ["zh-Hans", "dark"]];
/** What the page promises (seconds). */
const APART = 0.05;
const SOON = 0.3;
const LIPS = 0.08;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** With sound, which puppeteer's defaults take away. */
const audibleChromium = () => puppeteer.launch({ executablePath: "/usr/bin/chromium", headless: true, ignoreDefaultArgs: ["--mute-audio"], protocolTimeout: 60_000,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });

/** Keeps the page's <audio> elements, which are in no document, and notes the place at each choice of a language. */
function watchSounds() {
  const all = (window.sounds = []);
  const Native = window.Audio;
  window.Audio = function Audio() {
    const made = new Native();
    all.push(made);
    return made;
  };
  window.heard = () => all.filter((one) => one.src).sort((a, b) => b.volume - a.volume)[0];
  addEventListener("change", (event) => {
    if (event.target.name !== "language") return;
    const [old, at] = [window.heard(), performance.now()];
    const chosen = (window.chosen = { place: old.currentTime, after: 0 });
    const timer = setInterval(() => {
      if (window.heard() === old) return;
      chosen.after = performance.now() - at;
      clearInterval(timer);
    }, 5);
  }, true);
}

const fragment = (values) => (Object.keys(values).length ? `#${new URLSearchParams(values)}` : "");

function ways(name, launch) {
  let browser, server, folder, viewer;

  const open = (path, options = {}) => Person.open(browser, server.base + path, {
    name: `${name} viewer`, viewport: SIZES.desk, prepare: (page) => page.evaluateOnNewDocument(watchSounds), ...options,
  });
  const player = (values = {}, options) => open(`/archive/${MEETING}${fragment(values)}`, options);
  const place = (person = viewer) => person.page.evaluate(() => window.heard().currentTime);
  const playing = (person = viewer) => until("it plays on", () => person.page.evaluate(async () => {
    const before = window.heard()?.currentTime;
    await new Promise((done) => setTimeout(done, 200));
    return before !== undefined && window.heard().currentTime > before + 0.05;
  }));
  const press = (key) => viewer.page.keyboard.press(key);
  const blur = () => viewer.page.evaluate(() => document.activeElement?.blur());
  const hearing = (words) => until(`hearing ${words}`, async () => (await viewer.page.$eval('[data-testid="language"]', (one) => one.innerText)).includes(words));

  /** Chooses a language as a hand does; `pause` ms after the menu has opened. */
  async function choose(id, pause) {
    await viewer.page.evaluate(() => { window.chosen = null; });
    await viewer.press("language");
    const row = await viewer.page.waitForSelector(`#languages input[value="${id}"]`);
    await wait(pause);
    await row.click();
    return until("a choice", () => viewer.page.evaluate(() => window.chosen));
  }

  /** Changes from one language to another, listens, and says how it sounded: seconds until the new one, and how far its place is off. */
  async function changeOver(from, to, pause) {
    const listening = await Listening.start();
    await wait(2500);
    const chosen = await choose(to, pause);
    await wait(3200);
    const after = await viewer.page.evaluate(() => window.chosen.after);
    const sound = await listening.stop();
    const [old, fresh] = [envelope(sound, TONES[from]), envelope(sound, TONES[to])];
    const oldTicks = rises(old, 0.3);
    const freshTicks = rises(fresh, 0.3);
    assert.ok(oldTicks.length >= 2, `${from} is heard before: ${oldTicks}`);
    assert.ok(freshTicks.length >= 2, `${to} is heard after: ${freshTicks}`);
    const first = begins(fresh, 0.03, 0.04);
    /* The old language's ticks say when the place of the choice was heard. */
    const at = oldTicks[0] + (((chosen.place - Math.round(chosen.place)) % 1) + 1) % 1;
    const delay = onBeat(first, at + 0.5) + 0.5;
    const beats = freshTicks.slice(1).map((tick, i) => tick - freshTicks[i]);
    for (const beat of beats) assert.ok(Math.abs(beat - 1) < 0.02, `${to} plays at its own speed: ${beats}`);
    return {
      delay, after, apart: freshTicks.slice(-2).map((tick) => onBeat(tick, oldTicks[0])).reduce((a, b) => (Math.abs(a) > Math.abs(b) ? a : b)),
      gap: longestGap([old, fresh], 0.04, oldTicks[0], freshTicks.at(-1)),
    };
  }

  /** How far each picture is from the sound, in seconds. */
  const pictures = () => viewer.page.evaluate(() => [...document.querySelectorAll("video")].filter((one) => one.dataset.place !== "away" && one.readyState > 1)
    .map((one) => ({ id: one.dataset.picture, off: one.currentTime - window.heard().currentTime, paused: one.paused })));

  async function inSync(seconds) {
    await until("the pictures are at the sound's place", async () => {
      const now = await pictures();
      if (now.length === 0 || now.some(({ off, paused }) => Math.abs(off) > LIPS || paused)) throw new Error(JSON.stringify(now));
      return true;
    }, { timeout: 10_000 });
    const worst = {};
    for (let i = 0; i < seconds * 5; i++) {
      for (const { id, off } of await pictures()) if (Math.abs(off) > Math.abs(worst[id] ?? 0)) worst[id] = off;
      await wait(200);
    }
    console.log(`# ${name}: pictures apart from the sound, at most (ms):`, Object.entries(worst).map(([id, off]) => `${id} ${Math.round(off * 1000)}`).join(", "));
    for (const [id, off] of Object.entries(worst)) assert.ok(Math.abs(off) <= LIPS, `${id}: ${off}`);
  }

  suite(`archive page in ${name}`, { timeout: 300_000 }, () => {
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "tongsheng-archive-"));
      await makeRecording(folder);
      server = await StandIn.start({ folder, address });
      browser = await launch();
      viewer = await player();
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    step("shows the meeting, and plays when it's told to", async () => {
      await viewer.says("How are you going to go on\\?");
      await viewer.find("play");
      assert.equal(await viewer.page.evaluate(() => window.heard().paused), true);
      await viewer.press("play");
      await playing();
      await inSync(4);
    });

    step("changes the language at once and at its place, as heard", async () => {
      const ways_ = [["floor", "fr", 0], ["fr", "zh-Hans", 700], ["zh-Hans", "floor", 200], ["floor", "fr", 400]];
      for (const [from, to, pause] of ways_) {
        const { delay, after, apart, gap } = await changeOver(from, to, pause);
        console.log(`# ${name}: ${from} to ${to}, ${pause} ms after opening: sounds after ${Math.round(delay * 1000)} ms (in the page: louder after ${Math.round(after)} ms), ${Math.round(apart * 1000)} ms off, silence ${Math.round(gap * 1000)} ms`);
        assert.ok(delay <= SOON, `${to} sounds after ${delay} s`);
        assert.ok(Math.abs(apart) <= APART, `${to} is ${apart} s off`);
        assert.ok(gap <= 0.03, `nothing is heard for ${gap} s`);
      }
      await hearing("Français");
    });
  });
}

ways("Chromium", audibleChromium);
ways("Firefox", () => firefox());
