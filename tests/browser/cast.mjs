/** Who takes part in the tests of languages: pages that are clients by themselves, and peers in C that stand for others. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { booth } from "./booth_page.mjs";
import { root, until } from "./harness.mjs";

const RATE = 48000;
const APART = 40; /* dB that a forbidden tone must be below a heard one */
const QUIET = -60; /* dB of full scale: below it a tone isn't heard */

/** A page that is a participant. Its methods are those of window.booth. */
export class Booth {
  static async open(browser, server, { role = "member", token = [], ...join }) {
    const one = new Booth();
    const { base } = server;
    one.name = join.name;
    one.context = await browser.createBrowserContext();
    one.page = await one.context.newPage();
    one.errors = [];
    one.page.on("pageerror", (error) => one.errors.push(error.message));
    await one.page.setBypassCSP(true); /* worklets come from here, not from the server */
    await one.page.evaluateOnNewDocument(booth);
    await one.page.goto(`${base}/healthz`);
    one.joined = await one.call("join", { url: `${base.replace(/^http/, "ws")}/ws`, token: server.token(join.meeting, role, ...token), ...join });
    one.id = one.joined.participant;
    return one;
  }

  call(method, ...args) {
    return this.page.evaluate((name, list) => window.booth[name](...list), method, args);
  }

  /** A request that must be granted. */
  async ask(message) {
    const reply = await this.call("request", message);
    if (reply.type === "error") throw new Error(`${this.name}: ${JSON.stringify(message)}: ${reply.message}`);
    return reply;
  }

  languages() {
    return this.page.evaluate(() => window.booth.languages);
  }

  /** A wave file over and over. */
  play(source, file) {
    return this.call("play", source, readFileSync(file).toString("base64"));
  }

  /** An ear at one of its slots, for `hears`. */
  ear(slot) {
    return { name: `${this.name} (${slot})`, listen: (tones) => this.call("listen", slot, { tones }), levels: async (seconds) =>
      (await this.call("hear", slot, seconds)).map((row) => row.map((amplitude) => Math.max(-200, 20 * Math.log10(amplitude)))) };
  }

  /** Gone without a word: the process ends, as when a laptop's battery does. */
  async crash() {
    const session = await this.page.createCDPSession();
    session.send("Page.crash").catch(() => {}); /* never answered */
    await once(this.page, "error");
  }

  close() {
    return this.context.close();
  }
}

/** A process of tests/peer: a device of WHIP, or what listens by WHEP. */
export class Device {
  constructor(server, meeting, name, words, listen) {
    this.name = name;
    this.rows = [];
    this.process = spawn(join(root, "build/tests/peer/peers"), ["--url", server.base, "--meeting", meeting, "--seconds", "3600", ...words],
      { stdio: ["ignore", "pipe", "inherit"] });
    this.ended = once(this.process, "exit");
    const lines = createInterface({ input: this.process.stdout });
    lines.on("line", (line) => { if (line.startsWith('{"slot"')) this.rows.push(JSON.parse(line).levels); });
    if (listen) this.listen = () => undefined;
  }

  static speaker(server, meeting, name, token, ...sound) {
    return new Device(server, meeting, name, ["--token", token, "--publish", "1", ...sound]);
  }

  static listener(server, meeting, name, token, feed, tones) {
    return new Device(server, meeting, name, ["--token", token, "--view", "1", "--cameras", "0", "--query", `audio=${feed}`,
      "--tones", tones.join(",")], true);
  }

  /** As an ear: what was heard of each tone, in dB, a row for each tenth of a second. */
  async levels(seconds) {
    this.rows = [];
    await new Promise((done) => setTimeout(done, seconds * 1000));
    return this.rows;
  }

  async close(signal = "SIGTERM") {
    this.process.kill(signal);
    await this.ended;
  }
}

/** What an ear hears of each tone (an object of Hz by name): its quietest for who should sound, its loudest for who shouldn't. */
export async function judge(ear, tones, names, seconds = 0.5) {
  const rows = await ear.levels(seconds);
  const all = Object.keys(tones);
  const of = (name) => rows.map((row) => row[all.indexOf(name)]);
  const heard = Object.fromEntries(all.map((name) =>
    [name, Math.round(rows.length === 0 ? -200 : names.includes(name) ? Math.min(...of(name)) : Math.max(...of(name)))]));
  const quietest = names.length ? Math.min(...names.map((name) => heard[name])) : QUIET + APART;
  const loudest = Math.max(-200, ...all.filter((name) => !names.includes(name)).map((name) => heard[name]));
  return { heard, fine: (names.length === 0 || quietest > QUIET) && loudest <= quietest - APART };
}

/** Waits until this ear hears these tones and none of the others, for as long as a word takes. */
export function hears(ear, tones, names) {
  return until(`${ear.name} hears ${names.join(", ") || "nobody"}`, async () => {
    const { heard, fine } = await judge(ear, tones, names);
    if (!fine) throw new Error(JSON.stringify(heard));
    return true;
  }, { timeout: 10_000, every: 10 });
}

/** A wave file of 48 kHz with the samples of `at(i)`. */
function waveFile(length, at) {
  const bytes = Buffer.alloc(44 + 2 * length);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + 2 * length, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20); /* PCM */
  bytes.writeUInt16LE(1, 22); /* one channel */
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(2 * RATE, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(2 * length, 40);
  for (let i = 0; i < length; i++) bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, at(i))) * 32767), 44 + 2 * i);
  return bytes;
}

/** Each sample a step nearer: four times, which leaves little above `hz`. */
function lowPass(samples, rate, hz) {
  const share = 1 - Math.exp((-2 * Math.PI * hz) / rate);
  for (let pass = 0; pass < 4; pass++) {
    let last = 0;
    for (let i = 0; i < samples.length; i++) samples[i] = last += share * (samples[i] - last);
  }
  return samples;
}

/**
 * Chinese speech by espeak-ng with a tone under it, as a wave file. The speech is kept below the tones, which are told by their
 * frequency alone.
 */
export function speech(text, hz) {
  const file = join(mkdtempSync(join(tmpdir(), "tongsheng-speech-")), "speech.wav");
  execFileSync("espeak-ng", ["-v", "cmn", "-w", file, text]);
  const wave = readFileSync(file);
  const rate = wave.readUInt32LE(24);
  const start = wave.indexOf("data") + 8;
  const spoken = lowPass(Float32Array.from({ length: (wave.length - start) >> 1 }, (_, i) => wave.readInt16LE(start + 2 * i) / 32768), rate, 1500);
  const seconds = Math.floor(spoken.length / rate); /* whole, so that the tone's end fits its beginning */
  const between = (x) => { const i = Math.floor(x); return spoken[i] + (x - i) * ((spoken[i + 1] ?? 0) - spoken[i]); };
  writeFileSync(file, waveFile(seconds * RATE, (i) => 0.6 * between((i * rate) / RATE) + 0.2 * Math.sin((2 * Math.PI * hz * i) / RATE)));
  return file;
}

/** The level of the one tone at an ear, in dB, as soon as it is steady: a busy machine's jitter buffer stretches and fills. */
async function steadyLevel(listener, slot) {
  for (let tries = 0, last = NaN; tries < 20; tries++) {
    const rows = (await listener.call("hear", slot, 0.3)).map(([amplitude]) => amplitude).sort((a, b) => a - b);
    const level = 20 * Math.log10(rows[rows.length >> 1]);
    if (Math.abs(level - last) < 0.5) return level;
    last = level;
  }
  throw new Error(`${listener.name} hears no steady tone`);
}

/**
 * Level of each of these sines at a slot, in dB above that of 1 kHz: from one booth's microphone to another's ear, through all that is
 * between. Both are on relay already.
 */
export async function response(speaker, listener, slot, frequencies) {
  const levels = new Map();
  for (const hz of [1000, ...frequencies]) {
    await listener.call("listen", slot, { tones: [hz] });
    await speaker.call("speak", "booth-microphone", hz, 0.1);
    levels.set(hz, await steadyLevel(listener, slot));
  }
  return frequencies.map((hz) => ({ hz, level: levels.get(hz) - levels.get(1000) }));
}
