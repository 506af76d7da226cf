/**
 * A meeting is recorded, its studio and its server killed in the middle: everybody sees that it runs, and the files have each channel's own sound, as
 * their tones prove.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { Device } from "./cast.mjs";
import { check } from "./judge.mjs";
import { Person, Server, sharedChromium, step, suite, until } from "./harness.mjs";

const FLOOR = 700, FRENCH = 1500, RATE = 48000;

let server, chrome, host, member, interpreter;

const folder = () => join(server.data, "recordings/1");
const parts = () => (existsSync(folder()) ? readdirSync(folder()).filter((name) => /^\d+$/.test(name)).sort() : []);
const files = (part) => readdirSync(join(folder(), part)).filter((name) => statSync(join(folder(), part, name)).size > 0);
/** What there is to record, is written. */
const written = (part, ...names) => until(`part ${part} is written`, () =>
  parts().includes(part) && ["stage.mkv", "voice-0.mka", ...names].every((name) => files(part).includes(name)), { timeout: 20_000 });
const index = () => readFileSync(join(folder(), "index.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));

/** What GStreamer, which knows nothing of us, makes of a file. */
function decoded(part, name, elements) {
  const out = join(server.data, "decoded");
  rmSync(out, { force: true });
  execFileSync("gst-launch-1.0", ["-q", "filesrc", `location=${join(folder(), part, name)}`, "!", "matroskademux", ...elements.flatMap((one) => ["!", one]),
    "!", "filesink", `location=${out}`], { timeout: 20_000 });
  return readFileSync(out);
}

/** Samples. */
function sound(part, name) {
  const bytes = decoded(part, name, ["opusdec", "audioconvert", "audioresample", `audio/x-raw,format=F32LE,rate=${RATE},channels=1`]);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/** When each block is, in milliseconds of the time line. All sizes of our files have eight bytes. */
function blockTimes(part, name) {
  const bytes = readFileSync(join(folder(), part, name)), times = [];
  const MASTERS = [0x18538067, 0x1f43b675], TIMESTAMP = 0xe7, BLOCK = 0xa3;
  let cluster = 0;
  for (let at = 0; at + 12 < bytes.length; ) {
    const length = Math.clz32(bytes[at]) - 23, id = bytes.readUIntBE(at, length);
    const size = bytes.readUIntBE(at + length + 2, 6), body = at + length + 8;
    if (id === TIMESTAMP) cluster = Number(bytes.readBigUInt64BE(body));
    if (id === BLOCK && body + size <= bytes.length) times.push(cluster + bytes.readInt16BE(body + 1));
    at = MASTERS.includes(id) ? body : body + size;
  }
  return times;
}

/** How many pictures. */
const pictures = (part, name) => decoded(part, name, ["vp8dec", "videoconvert", "videoscale", "video/x-raw,format=GRAY8,width=32,height=18"]).length / (32 * 18);

/** dB of a tone, over the whole (Goertzel). */
function level(samples, hz) {
  const w = (2 * Math.PI * hz) / RATE;
  let a = 0, b = 0;
  for (const sample of samples) [a, b] = [sample + 2 * Math.cos(w) * a - b, a];
  const power = (a * a + b * b - 2 * Math.cos(w) * a * b) / (samples.length / 2) ** 2;
  return 10 * Math.log10(power + 1e-12);
}

/** Seconds of a tone in these parts' files of one name; what else is in there is at least 30 dB down. */
function secondsOf(name, hz, other) {
  let samples = 0;
  for (const part of parts()) {
    if (!files(part).includes(name)) continue;
    const all = sound(part, name);
    samples += all.length;
    assert.ok(level(all, hz) > -40, `${part}/${name}: ${level(all, hz)} dB of its own tone`);
    assert.ok(level(all, other) < level(all, hz) - 30, `${part}/${name}: ${level(all, other)} dB of the other tone`);
  }
  return samples / RATE;
}

const sees = (person, words) => until(`${person.name} sees ${words ?? "no sign"}`, async () => {
  const sign = await person.page.$('[data-testid="recording-sign"]');
  const said = sign ? (await sign.evaluate((node) => node.innerText)).trim() : null;
  if (said !== words) throw new Error(String(said));
  return true;
});
/** Keeps what the sign says, one after the other, from now on. */
const watch = (person) => person.page.evaluate(() => {
  const seen = (window.signs = []);
  const look = () => {
    const words = document.querySelector('[data-testid="recording-sign"]')?.innerText.trim() ?? "";
    if (words !== (seen.at(-1) ?? "")) seen.push(words);
  };
  window.watching?.disconnect();
  window.watching = new MutationObserver(look);
  window.watching.observe(document.body, { subtree: true, childList: true, characterData: true });
});
const signs = (person) => person.page.evaluate(() => window.signs);
const press = async (person, testid) => {
  await person.press("more");
  await person.press(testid);
};

suite("recording", { timeout: 120_000 }, () => {
  before(async () => {
    server = await Server.start({ port: 8080, options: ["--insecure-http"] });
    server.meeting("recording", "--floor", "zh", "--channel", "fr");
    chrome = await sharedChromium();
  });
  after(async () => {
    await interpreter?.close().catch(() => {});
    await server?.stop();
  });

  step("the lobby says that it may be", async () => {
    host = await Person.open(chrome, server.link("recording", "host"), { name: "Ana", tone: 300 });
    await until("the words", async () => (await host.page.evaluate(() => document.body.innerText)).includes("This meeting may be recorded"));
    await host.join();
    member = await Person.open(chrome, server.link("recording", "member"), { name: "杨玲", tone: FLOOR });
    await member.join();
    interpreter = Device.speaker(server, "recording", "Luc", server.token("recording", "interpreter", "--language", "fr"), "--tone", String(FRENCH));
  });

  step("a member has no way to record", async () => {
    await member.press("more");
    assert.equal(await member.page.$('[data-testid="record"]'), null);
    await member.page.keyboard.press("Escape");
  });

  step("the host records, and everybody sees it", async () => {
    await watch(member);
    await press(host, "record");
    await sees(host, "Recording");
    await sees(member, "Recording");
    await check(host, "recording");
    await host.screenshot("recording-host");
    await written("1", "channel-fr.mka");
    const seen = await signs(member);
    assert.deepEqual([seen[0], seen.indexOf("Recording")], ["Recording is starting…", seen.length - 1], seen.join());
    await member.says("This meeting is being recorded now");
  });

  step("its studio is killed, and it goes on in another part", async () => {
    const [studio, ...more] = server.studios();
    assert.deepEqual(more, []);
    await new Promise((done) => setTimeout(done, 2000)); /* what is recorded */
    await watch(member);
    process.kill(studio, "SIGKILL");
    await written("2", "channel-fr.mka");
    await new Promise((done) => setTimeout(done, 2000));
    await sees(member, "Recording");
    const seen = await signs(member);
    assert.deepEqual([seen[0], seen.indexOf("Recording")], ["Recording is starting…", seen.length - 1], seen.join());
  });

  step("its server is killed, and goes on recording by itself when it is back", async () => {
    await interpreter.close(); /* which doesn't come back */
    await server.kill();
    await server.launch();
    await sees(host, "Recording");
    await written("3");
    await new Promise((done) => setTimeout(done, 1000));
  });

  step("paused, nothing is written; and it ends", async () => {
    await press(host, "record-pause");
    await sees(member, "Recording paused");
    await press(host, "record");
    await written("4");
    await press(host, "record-stop");
    await sees(member, null);
  });

  step("each track has its own sound, and no other", async () => {
    const [first, second] = ["1", "2"].map((part) => sound(part, "channel-fr.mka").length / RATE);
    assert.ok(first > 1.5 && second > 1.5, `${first} s, ${second} s`);
    secondsOf("channel-fr.mka", FRENCH, FLOOR);
    const voices = ["voice-0.mka", "voice-1.mka", "voice-2.mka"].filter((name) => files("1").includes(name)).map((name) => sound("1", name));
    assert.ok(voices.some((samples) => level(samples, FLOOR) > -40), "the floor's voice");
    assert.ok(voices.every((samples) => level(samples, FRENCH) < -60), "and no interpreter on the floor");
  });

  step("the killed studio cost nothing of the channel", () => {
    const times = [...blockTimes("1", "channel-fr.mka"), ...blockTimes("2", "channel-fr.mka")].sort((a, b) => a - b);
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    assert.ok(times.length > 150, `${times.length} packets`);
    assert.ok(Math.max(...gaps) <= 60, `${Math.max(...gaps)} ms without a packet`); /* one every 20 */
  });

  step("and the stage its pictures", () => {
    const counts = parts().map((part) => pictures(part, "stage.mkv"));
    assert.ok(counts[0] > 10 && counts[1] > 10 && counts[2] > 5 && counts[3] > 0, `${counts}`); /* ten a second */
  });

  step("the index says what happened, in its order", () => {
    const types = index().map(({ type }) => type).filter((type) => ["begin", "part", "restart", "paused", "recording", "ended"].includes(type));
    assert.deepEqual(types, ["begin", "part", "part", "restart", "part", "paused", "recording", "part", "ended"]);
    const times = index().map(({ t }) => t);
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
    assert.equal(readFileSync(join(folder(), "1/channel-fr.mka")).includes("fr"), true);
  });

  step("where nothing is written for long everybody sees it, and who may record is told", async () => {
    server.meeting("stalls", "--floor", "zh");
    const [leader, guest] = await Promise.all([["host", "Lena"], ["member", "Gustavo"]].map(([role, name]) =>
      Person.open(chrome, server.link("stalls", role), { name, tone: 300 })));
    await leader.join();
    await guest.join();
    await press(leader, "record");
    await sees(guest, "Recording");
    /* A studio that ends as soon as it has begun. */
    const end = setInterval(() => { for (const pid of server.studios()) process.kill(pid, "SIGKILL"); }, 50);
    try {
      await sees(guest, "Recording is starting…");
      await sees(guest, "Recording: nothing is written");
      await leader.says("Nothing of the recording is being written right now");
      await sees(leader, "Recording: nothing is written");
      assert.doesNotMatch(await guest.text(), /Nothing of the recording/);
      await check(leader, "a recording that stalls");
      await leader.screenshot("recording-stalls");
    } finally {
      clearInterval(end);
    }
    await sees(guest, "Recording");
    await sees(leader, "Recording");
    await press(leader, "record-stop");
    await sees(guest, null);
    await Promise.all([leader.close(), guest.close()]);
  });
});
