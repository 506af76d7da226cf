/**
 * The archive's page in a browser (archive.test.mjs goes through both with a real meeting), against a stand-in for the server (archive_stand_in.mjs): what comes out of the loudspeaker when the
 * language is changed, whether the pictures are at its place, and everything that is pressed, written and read. Pictures are left in out/.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import puppeteer from "puppeteer-core";
import { MEETING, SECONDS, StandIn, TOKEN, TONES, VIEWER, makeRecording } from "./archive_stand_in.mjs";
import { Person, address, firefox, pictures as out, step, suite, until } from "./harness.mjs";
import { check, faults } from "./judge.mjs";
import { Listening, begins, envelope, longestGap, onBeat, rises } from "./listening.mjs";

const FINGER = 44; /* CSS pixels */
const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740, isMobile: true, hasTouch: true } };
const LOOKS = [["en", "light"], ["zh-Hans", "dark"]];
/** What the page promises (seconds). */
const APART = 0.05;
const SOON = 0.3;
const LIPS = 0.08;
/** On a machine that is too busy a loudspeaker runs dry now and then, whatever the page does: a promise that holds once can be kept. */
const ATTEMPTS = 4;

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
  /** Whoever came from another page is at this one's heading; a ring around it would be a jump. */
  const atHeading = (words, person = viewer) => until(`at the heading ${words}`, () => person.page.evaluate((wanted) => {
    const { localName, innerText } = document.activeElement;
    return localName === "h1" && innerText.includes(wanted) && getComputedStyle(document.activeElement).outlineStyle === "none";
  }, words));
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
    /* Ticks say it to a second; the page knows the second. */
    const beat = onBeat(first, at);
    const delay = beat + Math.max(0, Math.round(after / 1000 - beat));
    const beats = freshTicks.slice(1).map((tick, i) => tick - freshTicks[i]);
    return {
      delay, after, beats, apart: freshTicks.slice(-2).map((tick) => onBeat(tick, oldTicks[0])).reduce((a, b) => (Math.abs(a) > Math.abs(b) ? a : b)),
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
    const found = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const offs = {};
      for (let i = 0; i < seconds * 10; i++) {
        for (const { id, off } of await pictures()) (offs[id] ??= []).push(Math.abs(off));
        await wait(100);
      }
      const usual = Object.entries(offs).map(([id, all]) => [id, all.sort((a, b) => a - b)[Math.floor(all.length * 0.9)]]);
      console.log(`# ${name}: pictures apart from the sound, 90 % within (ms): ${usual.map(([id, off]) => `${id} ${Math.round(off * 1000)}`).join(", ")}`);
      if (usual.every(([, off]) => off <= LIPS)) return;
      found.push(usual);
    }
    assert.fail(`pictures apart: ${JSON.stringify(found)}`);
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
      await viewer.says(/How are you going to go on\?/);
      await viewer.find("play");
      assert.equal(await viewer.page.evaluate(() => window.heard().paused), true);
      assert.equal(await viewer.page.evaluate(() => document.activeElement.localName), "body", "a page that was loaded is left as it is");
      await viewer.press("play");
      await playing();
      await inSync(4);
    });

    step("changes the language at once and at its place, as heard", async () => {
      /* Nobody chooses in the moment that the list opens but a program: that one is printed, the others are promised. */
      const changes = [["floor", "fr", 0], ["fr", "zh-Hans", 500], ["zh-Hans", "floor", 250], ["floor", "fr", 400]];
      for (const [from, to, pause] of changes) {
        const faults_ = [];
        for (let attempt = 0, back = false; attempt < ATTEMPTS; attempt++) {
          if (back) await choose(from, 300).then(() => wait(1500));
          back = true;
          const { delay, after, apart, gap, beats } = await changeOver(from, to, pause);
          const words = `${from} to ${to}, ${pause} ms after opening: sounds after ${Math.round(delay * 1000)} ms (louder in the page after ${Math.round(after)}), ` +
            `${Math.round(apart * 1000)} ms off, silence ${Math.round(gap * 1000)} ms, ticks ${beats.map((beat) => beat.toFixed(3)).join(" ")}`;
          console.log(`# ${name}: ${words}`);
          /* The first of the ticks has what was still in the loudspeaker's buffer. */
          const fine = delay <= (pause === 0 ? 2 * SOON : SOON) && Math.abs(apart) <= APART && gap <= 0.03 && beats.slice(1).every((beat) => Math.abs(beat - 1) < 0.02);
          if (fine) break;
          faults_.push(words);
          assert.ok(attempt + 1 < ATTEMPTS, faults_.join("; "));
        }
      }
      await hearing("Français");
    });

    step("goes where it's told to: keys, the slider, parts, the chat", async () => {
      const { page } = viewer;
      const near = (wanted, slack = 2.5) => until(`about ${wanted} s`, async () => {
        const at = await place();
        if (Math.abs(at - wanted) > slack) throw new Error(`at ${at}`);
        return true;
      });
      await blur();
      await press("5");
      await near(SECONDS / 2);
      await press("j");
      await near(SECONDS / 2 - 10);
      await press("l");
      await press("ArrowRight");
      await near(SECONDS / 2 + 5);
      await press("[");
      await near(18);
      await inSync(2);
      await press("k");
      await until("it rests", () => page.evaluate(() => window.heard().paused));
      const before = await place();
      await press("ArrowLeft");
      await near(before - 5, 0.3);
      await page.focus('[data-testid="seek"]');
      await press("PageUp");
      await near(before + 55, 0.5);
      assert.match(await page.$eval('[data-testid="seek"]', (one) => one.ariaValueText), /^1 minute 1\d seconds of 2 minutes 0 seconds, Hello, neighbour/);
      await press("End");
      await near(SECONDS, 0.5);
      await press("Home");
      await near(0, 0.3);
      await (await page.$$('[data-testid="chapter"]'))[2].click();
      await near(80, 0.5);
      assert.equal(await page.$eval('[data-testid="chapter"][aria-current]', (one) => one.innerText.includes("Questions and answers")), true);
      await viewer.press("questions");
      await page.click(".talk-line:first-child .talk-time");
      await near(41, 0.5);
      await viewer.says("Yang Ling · Chengdu Community Fund · China");
      await viewer.says("Interpreter: Claire Dubois");
      await blur();
      for (const key of [">", ">", "<"]) await press(key);
      assert.equal(await page.evaluate(() => window.heard().playbackRate), 1.25);
      await press(" ");
      await playing();
      await inSync(2);
      await press("<");
      await press("m");
      assert.equal(await page.evaluate(() => window.heard().muted), true);
      await press("m");
      await press("c");
      await until("the chat is hidden", async () => !(await page.$(".talk")));
      await press("c");
      await page.focus('[data-testid="volume"]');
      await press("Home");
      assert.ok((await page.evaluate(() => window.heard().volume)) < 0.001);
      await press("End");
      await blur();
    });

    step("shows what is wanted, and remembers it", async () => {
      const { page } = viewer;
      const shown = () => page.$$eval("video:not([data-place=away])", (all) => all.map((one) => `${one.dataset.picture} ${one.dataset.place}`).sort().join());
      const shows = (words) => until(words, async () => {
        if ((await shown()) !== words) throw new Error(await shown());
        return true;
      });
      await shows("screen main,sign-csl sign,stage side");
      await page.select('[data-testid="view"]', "stage");
      await viewer.press("sign");
      await shows("stage main");
      await page.select('[data-testid="view"]', "sound");
      await viewer.says("Sound only");
      assert.equal(await page.$("video"), null);
      await playing();
      await page.select('[data-testid="view"]', "screen");
      await shows("screen main");
      await page.select('[data-testid="text"]', "speakers");
      await until("who speaks is over the picture", () => page.$eval(".text-over", (one) => one.innerText.includes("Yang Ling")));
      const at = await place();
      await page.reload({ waitUntil: "load" });
      await viewer.says(/Went on at 0:\d\d|Went on at 1:\d\d/);
      assert.ok(Math.abs((await place()) - at) < 6, `${at} ${await place()}`);
      await shows("screen main");
      await hearing("Français");
      await viewer.press("start-over");
      await until("the beginning", async () => (await place()) < 0.5);
      /* Without a screen yet the speaker is there. */
      await shows("stage main");
      await page.select('[data-testid="view"]', "both");
      await viewer.press("sign");
      await page.select('[data-testid="text"]', "off");
    });

    step("links to a moment without giving anybody's access away", async () => {
      Object.assign(server, { closed: true, access: "alliance" });
      const { page } = viewer;
      await page.reload({ waitUntil: "load" });
      await viewer.says("This meeting needs a link");
      const member = await player({ token: VIEWER, t: "1m5s" });
      await member.find("play");
      await until("the moment", async () => Math.abs((await place(member)) - 65) < 0.5);
      assert.equal(await member.page.evaluate(() => location.href), `${server.base}/archive/${MEETING}`, "no token in the address");
      await member.press("play");
      await playing(member);
      await member.press("link");
      const address_ = () => member.page.$eval('[data-testid="link-address"]', (one) => one.value);
      assert.match(await address_(), new RegExp(`/archive/${MEETING}#t=1m\\d+s$`));
      await member.press("link-timed");
      assert.equal(await address_(), `${server.base}/archive/${MEETING}`);
      await member.press("link-token");
      assert.equal(await address_(), `${server.base}/archive/${MEETING}#token=${VIEWER}`);
      await member.page.keyboard.press("Escape");
      await member.page.reload({ waitUntil: "load" });
      await member.find("play"); /* the tab knows the token */
      /* Whoever may change and delete gives that to nobody who only watches. */
      const editor = await player({ token: TOKEN });
      await editor.press("link");
      await editor.find("link-editor");
      assert.equal(await editor.page.$('[data-testid="link-token"]'), null);
      if (name === "Chromium") await check(editor, "an editor's link");
      await editor.page.screenshot({ path: join(out, "archive-link-editor.png") });
      const stranger = await player({ token: "another" });
      await stranger.says("This link doesn’t open it");
      await Promise.all([member.close(), editor.close(), stranger.close()]);
      Object.assign(server, { closed: false, access: null });
      await page.reload({ waitUntil: "load" });
      await viewer.find("play");
    });

    step("goes on after the server was away", async () => {
      const { page } = viewer;
      await viewer.press("play");
      await playing();
      server.away = true;
      await page.evaluate(() => { window.heard().currentTime = 100; });
      await blur();
      await press("9");
      await wait(2500);
      server.away = false;
      await playing();
      await press("k");
    });

    step("goes on with what plays when a chosen language can't be had, and says so", async () => {
      const person = await player({}, { name: `${name} listener` });
      const listens = (words) => until(words, () => person.page.$eval('[data-testid="language"]', (one, text) => one.innerText.includes(text), words));
      await person.find("play");
      server.broken = /audio\/zh-Hans\./;
      await person.press("play");
      await playing(person);
      const src = () => person.page.evaluate(() => window.heard().src);
      const before = await src();
      await person.press("language");
      await (await person.page.waitForSelector('#languages input[value="zh-Hans"]')).click();
      await person.says(/中文.* can’t be loaded right now\. You still hear: Original/);
      assert.equal(await src(), before);
      await playing(person);
      assert.doesNotMatch(await person.text(), /Connection lost/);
      await check(person, "a language that can't be had");
      await person.page.screenshot({ path: join(out, `archive-missed-${name}.png`) });
      server.broken = null;
      await person.press("missed-again");
      await listens("中文");
      await until("the note is gone", async () => !(await person.page.$('[data-testid="missed"]')));
      await person.close();
    });

    step("shows how it stands with a recording that is made again while somebody has it open", async () => {
      const person = await player({}, { name: `${name} patient` });
      await person.find("play");
      const [done] = server.recordings;
      server.recordings = [{ ...done, state: "waiting" }];
      await person.press("language");
      await (await person.page.waitForSelector('#languages input[value="zh-Hans"]')).click(); /* its file is gone */
      await person.says("Its turn hasn’t come yet", { timeout: 20_000 });
      assert.equal(await person.page.$('[data-testid="play"]'), null);
      server.recordings = [done];
      await person.find("play");
      await person.press("play");
      await playing(person);
      await person.press("play");
      server.recordings = [];
      await person.press("language");
      await (await person.page.waitForSelector('#languages input[value="fr"]')).click();
      await person.says("There is no recording of this meeting", { timeout: 20_000 });
      await person.close();
      server.reset();
    });

    step("keeps a link's moment to the link's recording, and follows a link written into the open page", async () => {
      const [done] = server.recordings;
      server.recordings = [done, { ...done, id: "13", base: `/api/archive/${MEETING}/13/` }];
      const person = await player({ recording: "12", t: "1m5s" }, { name: `${name} chooser` });
      const at = (wanted) => until(`${wanted} s`, async () => Math.abs((await place(person)) - wanted) < 0.5);
      const source = (id) => until(`recording ${id}`, () => person.page.evaluate((wanted) => window.heard()?.src.includes(`/${wanted}/`), id));
      await source("12");
      await at(65);
      await person.page.select('[data-testid="recordings"]', "13");
      await source("13");
      await at(0);
      assert.equal(await person.page.evaluate(() => location.hash), "#recording=13");
      await person.page.evaluate(() => { location.hash = "#recording=12&t=30s"; });
      await source("12");
      await at(30);
      assert.equal(await person.page.$eval('[data-testid="recordings"]', (one) => one.value), "12");
      await person.page.evaluate(() => { location.hash = "#recording=12&t=50s"; }); /* within the same one */
      await at(50);
      await person.close();
      server.reset();
    });

    step("says what of the page couldn't be loaded, and loads it when it's told to", async () => {
      server.broken = /assets\/view-|minutes\/en$/;
      const person = await player({}, { name: `${name} reader` });
      const again = async (what, seen) => {
        for (let tries = 0; tries < 3 && !(await person.page.$(seen)); tries++) {
          await person.press("load-again");
          await until(`${what}, or its next try`, () => person.page.$(`${seen}, [data-testid="load-again"]`));
          await wait(500);
        }
        await person.page.waitForSelector(seen);
      };
      await person.says("The minutes can’t be loaded right now");
      await check(person, "what couldn't be loaded");
      await person.page.screenshot({ path: join(out, `archive-load-failed-${name}.png`), fullPage: true });
      server.broken = /minutes\/en$/;
      await person.press("load-again");
      await person.says("The minutes can’t be loaded right now");
      server.broken = null;
      await again("the minutes", '[data-testid="minutes-view"]');
      await person.close();
    });

    step("waits for a recording that is being made, and says what went wrong with another", async () => {
      const [done] = server.recordings;
      server.recordings = [{ ...done, state: "running", step: "programs", done: 0.42 }];
      const { page } = viewer;
      await page.reload({ waitUntil: "load" });
      await viewer.says(/being prepared[^]*42% of the work: mixing the languages/);
      await everywhere(viewer, "archive-job", ["desk"]);
      server.recordings = [{ ...done, state: "failed", error: "disk full" }];
      await viewer.says(/could not be prepared[^]*disk full/, { timeout: 20_000 });
      server.recordings = [done, { ...done, id: "13", state: "waiting" }];
      await page.reload({ waitUntil: "load" });
      await viewer.find("play");
      await page.select('[data-testid="recordings"]', "13");
      await viewer.says("Its turn hasn’t come yet");
      server.gone = true;
      await page.reload({ waitUntil: "load" });
      await viewer.says("isn’t in the archive");
      server.reset();
    });

    step("a link that is good no more doesn't shut what is public", async () => {
      const late = await open("/archive#token=withdrawn");
      await late.says("This link doesn’t open it");
      await everywhere(late, "archive-bad-token", ["phone"]);
      await late.press("try-again");
      await until("four meetings", async () => (await late.page.$$(".entry")).length === 4);
      await atHeading("Archive", late);
      await late.page.reload({ waitUntil: "load" });
      await until("still four meetings", async () => (await late.page.$$(".entry")).length === 4);
      await late.close();
    });

    step("finds meetings by words and by month", async () => {
      const { page } = viewer;
      await viewer.press("to-list");
      await atHeading("Archive");
      await until("four meetings", async () => (await page.$$(".entry")).length === 4);
      await viewer.press("more");
      await until("five meetings", async () => (await page.$$(".entry")).length === 5);
      await everywhere(viewer, "archive-list");
      await page.type('[data-testid="search"]', "first ten");
      await until("one meeting", async () => (await page.$$(".entry")).length === 1);
      await until("both words", () => page.$eval(".hits mark", (one) => one.innerText === "first ten"));
      await everywhere(viewer, "archive-search", ["phone"]);
      await viewer.press("hit");
      await viewer.find("play");
      await atHeading("How are you going to go on?");
      await until("the hit's moment", async () => Math.abs((await place()) - 41) < 0.5);
      await page.goBack();
      await atHeading("Archive");
      await until("the search again", async () => (await page.$eval('[data-testid="search"]', (one) => one.value)) === "first ten");
      await page.click(".search-field .icon-button");
      await page.click('[data-month="2026-10"]');
      await until("October's", async () => (await page.$$eval(".entry", (all) => all.map((one) => one.dataset.meeting).join())) === "seeds");
      await page.type('[data-testid="search"]', "qwerty");
      await viewer.says("Nothing found");
      server.empty = true;
      await page.goto(`${server.base}/archive`);
      await viewer.says("No meetings here yet");
      server.reset();
    });

    step("looks well, on a phone as well", async () => {
      await viewer.page.goto(`${server.base}/archive/${MEETING}`);
      await viewer.find("play");
      await viewer.press("play");
      await playing();
      await viewer.press("play");
      await everywhere(viewer, "archive-player");
      await viewer.press("language");
      await check(viewer, "the list of languages");
      await viewer.page.keyboard.press("Escape");
      await viewer.press("keys");
      await check(viewer, "the keys");
      await viewer.page.keyboard.press("Escape");
      const { messages } = viewer;
      assert.deepEqual(messages.filter((message) => /Content.Security.Policy|pageerror/i.test(message) && !/getUserMedia/.test(message)) /* the harness's, on a page without HTTPS */, []);
    });
  });

  /** On both devices, in both languages and looks: a picture of the page, nothing out of it, nothing that axe-core finds. */
  async function everywhere(person, what, sizes = Object.keys(SIZES)) {
    const { page } = person;
    /* Firefox knows neither phones nor looks by this protocol. */
    if (name === "Firefox") return;
    for (const size of sizes) {
      await page.setViewport(SIZES[size]);
      for (const [language, theme] of LOOKS) {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }, { name: "prefers-reduced-motion", value: "reduce" }]);
        await page.waitForSelector('[data-testid="ui-language"]');
        await page.select('[data-testid="ui-language"]', language);
        await until("the look is there", () => page.evaluate((t, l) => document.documentElement.dataset.theme === t && document.documentElement.lang === l, theme, language));
        await page.screenshot({ path: join(out, `${what}-${size}-${language === "en" ? "en" : "zh"}-${theme}.png`), fullPage: true });
        assert.deepEqual(await page.evaluate(faults, SIZES[size].hasTouch ? FINGER : 0), [], `${what} ${size} ${language}`);
        await check(person, `${what}, ${size}, ${theme}`);
      }
    }
    await page.select('[data-testid="ui-language"]', "en");
    await page.setViewport(SIZES.desk);
    await page.reload({ waitUntil: "load" }); /* as a browser does by itself some time after it has become a desk's */
    await page.waitForSelector('[data-testid="ui-language"]');
  }
}

/* ARCHIVE_PAGE=Firefox, or all, is for the long tests: this one browser listens for two minutes. */
const wanted = process.env.ARCHIVE_PAGE ?? "Chromium";
for (const [name, launch] of [["Chromium", audibleChromium], ["Firefox", () => firefox()]])
  if (wanted === "all" || wanted === name) ways(name, launch);
