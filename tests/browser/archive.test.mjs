/**
 * From a meeting to its archive, with nothing in between made up: a sharer with a screen, two language channels and a hand-over are recorded;
 * the meeting ends; its page plays it in both browsers, in each language. Tones prove that each track carries its own channel.
 * ARCHIVE_SECONDS: how long is recorded (20).
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import puppeteer from "puppeteer-core";
import { Device } from "./cast.mjs";
import { Person, Server, chromium, firefox, step, suite, until } from "./harness.mjs";
import { check } from "./judge.mjs";
import { Listening, envelope } from "./listening.mjs";

const SECONDS = Number(process.env.ARCHIVE_SECONDS ?? 20);
const NAME = "archived", RATE = 48000;
const TONES = { floor: 700, fr: 1500, relieved: 1900, en: 1100 };
const HEARD = 0.02; /* amplitude of a tone that somebody listens to */
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const soundlessChromium = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let server, meetingBrowser, host, sharer, french, relief, english, office;

const api = (method, path, body) => {
  const words = ["-s", "-X", method, "--max-time", "10", "-H", `Authorization: Bearer ${office}`, server.base + path];
  return JSON.parse(execFileSync("curl", method === "GET" ? words : [...words, "--data", body === undefined ? "" : JSON.stringify(body)], { encoding: "utf8" }) || "null");
};
const archived = (...name) => join(server.data, "recordings/1/archive", ...name);
const probe = (...words) => JSON.parse(execFileSync("ffprobe", ["-v", "error", "-of", "json", ...words], { encoding: "utf8" }));

/** Samples of the n-th sound of a file, by default the archive's one. */
function sound(n, file = archived("meeting.mkv")) {
  const bytes = execFileSync("ffmpeg", ["-v", "error", "-i", file, "-map", `0:a:${n}`, "-f", "f32le", "-ac", "1", "-ar", String(RATE), "pipe:1"],
    { maxBuffer: 1 << 30 });
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

const index = () => readFileSync(join(server.data, "recordings/1/index.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const peopleOf = (lines) => lines.flatMap((line) => (line.type === "person" ? [line] : line.people ?? []));
/** Until the archive is there: seconds. */
async function made() {
  const begun = Date.now();
  await until("the archive is there", async () => {
    const { recordings: [{ archive }] } = api("GET", `/api/meetings/${NAME}/recordings`);
    assert.notEqual(archive.state, "failed", archive.error);
    if (archive.state !== "done") throw new Error(JSON.stringify(archive));
    return true;
  }, { timeout: 200_000, every: 1000 });
  return Math.round((Date.now() - begun) / 1000);
}
const soundLanguages = () => probe("-show_streams", "-select_streams", "a", archived("meeting.mkv")).streams.map(({ tags }) => tags.language);

/** dB of a tone (Goertzel), in the loudest of stretches of a second. */
function level(samples, hz) {
  const w = (2 * Math.PI * hz) / RATE;
  let loudest = -200;
  for (let from = 0; from + RATE <= samples.length; from += RATE) {
    let a = 0, b = 0;
    for (let i = from; i < from + RATE; i++) [a, b] = [samples[i] + 2 * Math.cos(w) * a - b, a];
    const power = (a * a + b * b - 2 * Math.cos(w) * a * b) / (RATE / 2) ** 2;
    loudest = Math.max(loudest, 10 * Math.log10(power + 1e-12));
  }
  return loudest;
}

const speaks = (name, language, tone) => Device.speaker(server, NAME, name, server.token(NAME, "interpreter", "--name", name, "--language", language), "--tone", String(tone));
const onAir = (language, who) => until(`${who} is on air in ${language}`, async () => {
  const lines = index();
  const names = Object.fromEntries(peopleOf(lines).map(({ id, name }) => [id, name]));
  const last = lines.filter((line) => line.type === "air" && line.language === language).at(-1);
  if (names[last?.participant] !== who) throw new Error(JSON.stringify(last ?? null));
  return true;
});

/** What a person hears in each language, in one browser. */
function plays(name, launch) {
  suite(`the archive of a real meeting in ${name}`, { timeout: 240_000 }, () => {
    let browser, viewer;
    before(async () => {
      browser = await launch();
      viewer = await Person.open(browser, `${server.base}/archive/${NAME}#token=${server.run("token", "--meeting", NAME, "--role", "viewer")}`, { name: `${name} viewer` });
    });
    after(() => browser?.close());

    const choose = async (id) => {
      await viewer.press("language");
      await (await viewer.page.waitForSelector(`#languages input[value="${id}"]`)).click();
      await viewer.page.keyboard.press("Escape");
    };
    /** Tones out of the loudspeaker, as amplitudes, in the best of some seconds: a busy machine plays with holes. */
    async function heard() {
      const listening = await Listening.start();
      await wait(2500);
      const out = await listening.stop();
      return Object.fromEntries(Object.entries(TONES).map(([key, hz]) => [key, Math.max(...envelope(out, hz))]));
    }
    const hears = (id, others, at) => until(`${id} is heard`, async () => {
      await viewer.page.evaluate(() => document.activeElement?.blur());
      await viewer.page.keyboard.press(String(at)); /* tenths of the whole */
      const now = await heard();
      const own = Math.max(...id.map((one) => now[one]));
      if (own < HEARD || others.some((other) => now[other] > own / 4)) throw new Error(JSON.stringify(now));
      return true;
    }, { timeout: 40_000 });

    step("plays the floor", async () => {
      await choose("floor");
      await viewer.press("play");
      await hears(["floor"], ["fr", "relieved", "en"], 2);
      await until("pictures", async () => (await viewer.page.$$eval("video", (all) => all.filter((one) => one.readyState > 1 && one.videoWidth > 0).length)) >= 1);
    });

    step("and each language", async () => {
      await choose("fr");
      await hears(["fr", "relieved"], ["en"], 2);
      await choose("en");
      await hears(["en"], ["fr", "relieved"], 2);
    });

    step("with chapter, question and what there is to take home", async () => {
      await viewer.says(/Hello, neighbor/);
      await viewer.says(/How many are you\?/);
      assert.ok((await viewer.page.$$eval("a[href]", (all) => all.map((one) => one.href))).some((href) => /meeting\.mp4/.test(href)), "a download");
      await check(viewer, `archive-real-${name}`);
      /* The tests' own microphone needs a secure page. */
      assert.deepEqual(viewer.errors().filter((message) => !/getUserMedia/.test(message)), []);
    });
  });
}

suite("from a meeting to its archive", { timeout: 400_000 }, () => {
  before(async () => {
    server = await Server.start({ port: 8080, options: ["--insecure-http"] });
    office = server.run("token", "--role", "secretariat");
    meetingBrowser = await chromium();
  });
  after(async () => {
    for (const device of [french, relief, english]) await device?.close().catch(() => {});
    await meetingBrowser?.close();
  });

  step("the secretariat makes a meeting", () => {
    const made = api("POST", "/api/admin/meetings", { name: NAME, title: "Sharing", floors: ["zh"], channels: ["fr", "en"],
      agenda: [{ sharer: "杨玲", subject: "Hello, neighbor", minutes: 10 }] });
    assert.equal(made.name, NAME);
  });

  step("people, a screen and two interpreters are recorded", async () => {
    host = await Person.open(meetingBrowser, server.link(NAME, "host"), { name: "Ana", tone: 300 });
    await host.join();
    sharer = await Person.open(meetingBrowser, server.link(NAME, "member"), { name: "杨玲", tone: TONES.floor });
    await sharer.join();
    const link = api("POST", `/api/admin/meetings/${NAME}/links`, { role: "interpreter", languages: ["fr"] }).url;
    assert.match(link, /#token=/);
    assert.equal(api("POST", `/api/meetings/${NAME}/recording`).state, "recording");
    french = speaks("Luc", "fr", TONES.fr);
    english = speaks("Joy", "en", TONES.en);
    await onAir("fr", "Luc");
    await onAir("en", "Joy");
    await sharer.press("screen");
    await wait((SECONDS / 2) * 1000);
  });

  step("the host starts a part, somebody asks, another interpreter takes over", async () => {
    api("PATCH", `/api/admin/meetings/${NAME}`, { venue: "Chengdu" });
    await host.press("more");
    await host.press("more-agenda");
    await host.press("start-part-1");
    await host.page.keyboard.press("Escape");
    await sharer.openPanel("chat");
    await sharer.type("chat-input", "How many are you?");
    await sharer.page.keyboard.press("Enter");
    await host.openPanel("chat");
    await host.says(/How many are you\?/);
    await french.close();
    relief = speaks("Awa", "fr", TONES.relieved);
    await onAir("fr", "Awa");
    await wait((SECONDS / 2) * 1000);
  });

  step("the meeting ends, and an archive is made of it", async () => {
    api("POST", `/api/admin/meetings/${NAME}/end`);
    console.log(`# an archive of ${SECONDS} s after ${await made()} s`);
  });

  step("it has each track, with its language", () => {
    const { streams, chapters } = probe("-show_streams", "-show_chapters", archived("meeting.mkv"));
    const of = (kind) => streams.filter(({ codec_type }) => codec_type === kind);
    assert.deepEqual(of("audio").map(({ tags }) => tags.language).sort(), ["chi", "eng", "fre"]);
    assert.deepEqual(of("video").map(({ tags }) => tags.title), ["stage", "screen"]);
    assert.deepEqual(chapters.map(({ tags }) => tags.title), ["杨玲: Hello, neighbor"]);
    const mp4 = probe("-show_streams", archived("meeting.mp4")).streams.filter(({ codec_type }) => codec_type === "audio");
    assert.deepEqual(mp4.map(({ tags }) => tags.language).sort(), ["eng", "fra", "zho"]); /* ISO 639-2's other codes */
  });

  step("tones prove that each track carries its own channel", () => {
    const levels = Object.fromEntries(soundLanguages().map((language, n) => {
      const samples = sound(n);
      assert.ok(samples.length / RATE > SECONDS * 0.9, `${language}: ${samples.length / RATE} s`);
      return [language, Object.fromEntries(Object.entries(TONES).map(([key, hz]) => [key, Math.round(level(samples, hz))]))];
    }));
    console.log(`# dB of each tone: ${JSON.stringify(levels)}`);
    const { chi, fre, eng } = levels;
    const apart = (one, own, others) => others.forEach((other) => assert.ok(one[own] > one[other] + 20, `${own} ${one[own]} dB, ${other} ${one[other]} dB`));
    apart(chi, "floor", ["fr", "relieved", "en"]);
    apart(fre, "fr", ["en"]);
    apart(fre, "relieved", ["en"]);
    apart(eng, "en", ["fr", "relieved"]);
    for (const [one, own] of [[fre, "fr"], [fre, "relieved"], [eng, "en"]]) assert.ok(one[own] > -40 && one[own] > one.floor - 6, `${own} over the floor: ${JSON.stringify(one)}`);
  });

  step("nobody else sees it", () => {
    const status = (path, token) => Number(execFileSync("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", ...(token ? ["-H", `Authorization: Bearer ${token}`] : []), server.base + path], { encoding: "utf8" }));
    server.meeting("another");
    assert.equal(status(`/api/archive/${NAME}`), 401);
    assert.equal(status(`/api/archive/${NAME}/1/archive.json`), 401);
    assert.equal(status(`/api/archive/${NAME}/1/archive.json`, server.token("another", "member")), 401);
    assert.equal(status(`/api/archive/${NAME}/1/archive.json`, server.token(NAME, "member")), 200);
  });
});

plays("Chromium", () => puppeteer.launch({ executablePath: "/usr/bin/chromium", headless: true, ignoreDefaultArgs: ["--mute-audio"], protocolTimeout: 60_000, args: soundlessChromium }));
plays("Firefox", firefox);

/** As an editor does it, on the page: what the server answers. */
async function removed(browser, id) {
  const editor = await Person.open(browser, `${server.base}/archive/${NAME}#token=${office}`, { name: "Editor" });
  const { page } = editor;
  await editor.press("manage");
  await editor.press("remove-person");
  await editor.find("person");
  const listed = await page.$$eval('[data-testid="person"] option', (all) => all.map((one) => one.innerText).filter((one) => one !== "Choose a person"));
  assert.deepEqual(listed.map((one) => one.split(" · ")[0]).sort(), ["Ana", "Awa", "Joy", "Luc", "杨玲"], "everybody, whatever they did");
  await page.select('[data-testid="person"]', id);
  const answer = page.waitForResponse((response) => response.request().method() === "DELETE");
  await editor.press("person-yes");
  await editor.says("Their voice is now being taken out of the tracks that they share with others.");
  return (await answer).json();
}

suite("after the archive", { timeout: 240_000 }, () => {
  let browser;
  before(async () => { browser = await chromium(); });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  step("a person who is deleted is nowhere any more, and who took over from them is", async () => {
    const luc = peopleOf(index()).find(({ name }) => name === "Luc").id;
    assert.ok(level(sound(0, join(server.data, "recordings/1/1/channel-fr.mka")), TONES.fr) > -40, "the track has them before");
    const { removing } = await removed(browser, luc);
    assert.deepEqual(removing, ["voice"]);
    console.log(`# made again after ${await made()} s`);
    const french = sound(soundLanguages().indexOf("fre")), track = sound(0, join(server.data, "recordings/1/1/channel-fr.mka"));
    for (const samples of [french, track]) {
      /* Joy's tone was never in there: so much is the noise of codecs and edges. */
      const [gone, stays, never] = [TONES.fr, TONES.relieved, TONES.en].map((hz) => Math.round(level(samples, hz)));
      assert.ok(gone < -55 && gone < never + 10 && stays > -40, `Luc ${gone} dB, Awa ${stays} dB, nobody ${never} dB`);
    }
    for (const file of ["recordings/1/index.jsonl", "recordings/1/archive/archive.json"]) assert.doesNotMatch(readFileSync(join(server.data, file), "utf8"), /Luc/);
  });

  step("deleted, its files are gone", async () => {
    execFileSync("curl", ["-sf", "-X", "DELETE", "-H", `Authorization: Bearer ${office}`, `${server.base}/api/archive/${NAME}`]);
    await until("the folder is gone", () => execFileSync("ls", [join(server.data, "recordings")], { encoding: "utf8" }).trim() === "");
  });
});
