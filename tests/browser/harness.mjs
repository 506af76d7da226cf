/** Starts the server and the browsers, and gives the tests a page per person. */
import { spawn, spawnSync, execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, describe, it } from "node:test";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { probes } from "./probes.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const program = process.env.TONGSHENG ?? join(root, "build/tongsheng");
export const address = process.env.TEST_ADDRESS ?? "127.0.0.1";
export const pictures = join(root, "tests/browser/out");
mkdirSync(pictures, { recursive: true });

/** Polls until `check` gives something true; on time-out the error says what it last gave. */
export async function until(what, check, { timeout = 15_000, every = 100 } = {}) {
  const end = Date.now() + timeout;
  for (let last; ; ) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${timeout} ms for: ${what}; last: ${last?.stack ?? JSON.stringify(last)}`);
    await new Promise((done) => setTimeout(done, every));
  }
}

/** Everybody who is open now, for what a failed step leaves to look at. */
const people = new Set();

/** A test of which, when it fails, a picture and the messages of each page remain. */
export function step(name, body) {
  it(name, async (context) => {
    try {
      await body(context);
    } catch (error) {
      for (const person of people) {
        console.error(`${person.name}:`, person.messages.slice(-10));
        await person.screenshot(`failed-${person.name}`).catch(() => {});
      }
      throw error;
    }
  });
}

let suites = 0;
const shared = {};

/** A describe() whose browsers are those of the other suites in this run: the last one closes them. */
export function suite(name, options, body) {
  suites++;
  describe(name, options, () => {
    body();
    after(async () => {
      await Promise.allSettled([...people].map((person) => person.close()));
      if (--suites === 0) await Promise.allSettled(Object.values(shared).map(async (browser) => (await browser).close()));
    });
  });
}

export const sharedChromium = () => (shared.chromium ??= chromium());
export const sharedFirefox = () => (shared.firefox ??= firefox());

export class Server {
  static async start({ port = 8443, mediaPort = 40000, data, options = [] } = {}) {
    const server = new Server();
    server.port = port;
    server.mediaPort = mediaPort;
    server.options = options;
    server.data = data ?? mkdtempSync(join(tmpdir(), "tongsheng-data-"));
    server.log = "";
    await server.launch();
    return server;
  }

  get base() {
    return `${this.options.includes("--insecure-http") ? "http" : "https"}://${address}:${this.port}`;
  }

  async launch() {
    this.process = spawn(program, ["serve", "--data", this.data, "--listen", address, "--http-port", String(this.port),
      "--media-port", String(this.mediaPort), ...this.options], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.on("data", (bytes) => { this.log += bytes; if (process.env.SERVER_LOG) process.stderr.write(bytes); });
    this.exited = once(this.process, "exit");
    await until("the server answers /healthz", async () => {
      if (this.process.exitCode !== null) throw new Error(`server ended: ${this.log}`);
      return this.get("/healthz");
    }, { timeout: 20_000 });
  }

  get(path) {
    return execFileSync("curl", ["-skf", "--max-time", "5", this.base + path], { encoding: "utf8" });
  }

  /** A counter of /metrics, summed over its labels. */
  metric(name) {
    let sum = 0;
    for (const line of this.get("/metrics").split("\n")) {
      const match = /^(\w+)(?:\{[^}]*\})? ([-\d.e+]+)$/.exec(line);
      if (match && match[1] === name) sum += Number(match[2]);
    }
    return sum;
  }

  run(...command) {
    return execFileSync(program, [command[0], ...this.withData(command.slice(1))], { encoding: "utf8" }).trim();
  }

  withData(words) {
    const verbs = words.filter((word, i) => i === 0 && !word.startsWith("-"));
    return [...verbs, "--data", this.data, ...words.slice(verbs.length)];
  }

  meeting(name, ...options) {
    this.run("meeting", "create", name, "--title", `Meeting ${name}`, ...options);
  }

  token(meeting, role, ...options) {
    return this.run("token", "--meeting", meeting, "--role", role, ...options);
  }

  link(meeting, role, ...options) {
    return `${this.base}/m/${meeting}#token=${this.token(meeting, role, ...options)}`;
  }

  async kill(signal = "SIGKILL") {
    this.process.kill(signal);
    await this.exited;
  }

  memoryKiB() {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.process.pid}/status`, "utf8"))[1]);
  }

  /** Process ids of its meetings' studios, also of those that a killed server started: they work in its folder. */
  studios() {
    const { stdout } = spawnSync("pgrep", ["-f", "tongsheng studio --socket"], { encoding: "utf8" });
    return stdout.split("\n").filter((pid) => pid && existsSync(`/proc/${pid}/cwd`) && readlinkSync(`/proc/${pid}/cwd`) === this.data).map(Number);
  }

  async stop() {
    const studios = this.studios();
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill("SIGTERM");
    /* They would wait a minute for another server. */
    for (const pid of studios) spawnSync("kill", [String(pid)]);
    rmSync(this.data, { recursive: true, force: true });
  }
}

const chromiumArguments = [
  "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
  "--no-first-run", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
  "--auto-select-tab-capture-source-by-title=Tongsheng", "--auto-accept-this-tab-capture",
  `--unsafely-treat-insecure-origin-as-secure=http://${address}:8080`,
  /* pages of several people share this browser, and none may sleep because another is in front */
  "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
];

export function chromium(...more) {
  return puppeteer.launch({ executablePath: "/usr/bin/chromium", headless: true, acceptInsecureCerts: true,
    args: [...chromiumArguments, ...more], protocolTimeout: 60_000 });
}

export function firefox(prefs = {}) {
  return puppeteer.launch({ browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true, acceptInsecureCerts: true,
    protocolTimeout: 60_000,
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.getusermedia.insecure.enabled": false,
      "media.peerconnection.ice.obfuscate_host_addresses": false,
      /* the tests' microphones are made of Web Audio, and must sound after a reload without a gesture */
      "media.autoplay.block-webaudio": false,
      /* a real screen keeps its size on a weak link; the canvas that stands for it wouldn't */
      "media.peerconnection.video.lock_scaling": true,
      "app.update.enabled": false,
      "datareporting.policy.dataSubmissionEnabled": false,
      ...prefs,
    } });
}

/**
 * A person: one page with its own storage. tone: Hz of what the microphone "hears"; picture: what the camera gives; failures: DOMException
 * names for devices that fail; agent: the user agent string; prepare: what to do with the page before it loads.
 */
export class Person {
  static async open(browser, link, { name, tone = 440, picture = { width: 320, height: 180, rate: 10 }, viewport = { width: 1280, height: 800 },
    language = "en-US", failures = {}, agent, prepare, storage } = {}) {
    const person = new Person();
    person.name = name;
    person.hue = Math.round(tone / 5) % 360;
    person.own = storage === undefined;
    person.context = storage ?? (await browser.createBrowserContext());
    person.page = await person.context.newPage();
    person.messages = [];
    people.add(person);
    person.page.on("console", (message) => person.messages.push(`${message.type()}: ${message.text()}`));
    person.page.on("pageerror", (error) => person.messages.push(`pageerror: ${error.message}`));
    await person.page.setViewport(viewport);
    if (agent) await person.page.setUserAgent(agent);
    await prepare?.(person.page);
    await person.page.evaluateOnNewDocument(probes, { tone, picture, language, failures });
    await person.page.goto(link, { waitUntil: "load" });
    return person;
  }

  async find(id) {
    return this.page.waitForSelector(`[data-testid="${id}"]`, { timeout: 10_000 });
  }

  async press(id) {
    const element = await this.find(id);
    /* of two tabs in one window only the one in front can be pressed */
    if ((await this.context.pages()).length > 1) await this.page.bringToFront();
    await element.evaluate((node) => node.scrollIntoView({ block: "center" }));
    await element.click();
  }

  async type(id, text) {
    const element = await this.find(id);
    await element.evaluate((node) => { node.focus(); node.select?.(); });
    await this.page.keyboard.type(text);
  }

  async openPanel(name) {
    const button = await this.find(name);
    if ((await button.evaluate((node) => node.getAttribute("aria-expanded"))) !== "true") await this.press(name);
  }

  async join(mode = "join") {
    await this.type("name", this.name);
    await this.press(mode);
    await this.find("leave");
    return this;
  }

  /** What getStats says, as plain objects by type. */
  stats() {
    return this.page.evaluate(() => window.probe.stats());
  }

  /** The pictures that this page really shows, with size and colour; of one participant, or of all. */
  pictures(participant, kind) {
    return this.page.evaluate((p, k) => window.probe.pictures(p, k), participant ?? null, kind ?? null);
  }

  /** Waits until this page shows the participant's camera: nobody else's picture under that name. */
  sees(other, { kind = null, ...options } = {}) {
    return until(`${this.name} sees ${other.name}${kind ? ` as ${kind}` : ""}`, async () => {
      const shown = await this.pictures(await other.id(), kind);
      if (!shown.some(({ colour }) => colour !== "grey" && Math.abs(colour - other.hue) <= 20)) throw new Error(JSON.stringify(shown));
      return true;
    }, options);
  }

  /** Who this page is to the others. */
  id() {
    return until(`${this.name} has an id`, () => this.page.evaluate(() => window.probe.participant()));
  }

  /** The local UDP port of its connection. */
  /** Of all its ways: a browser whose way is bad takes another one. */
  async ports() {
    const ports = (await this.stats()).filter(({ type, protocol }) => type === "local-candidate" && protocol === "udp").map(({ port }) => port);
    return [...new Set(ports)].filter(Boolean);
  }

  async port() {
    const stats = await this.stats();
    const pair = stats.find(({ id }) => id === stats.find(({ type }) => type === "transport").selectedCandidatePairId);
    return stats.find(({ id }) => id === pair.localCandidateId).port;
  }

  /** inbound-rtp or outbound-rtp of one kind. */
  async streams(type, kind) {
    return (await this.stats()).filter((s) => s.type === type && (!kind || s.kind === kind));
  }

  /** Strength in dB of each of the given tones in all the decoded remote sound. */
  tones(frequencies, seconds = 1) {
    return this.page.evaluate((f, s) => window.probe.tones(f, s), frequencies, seconds);
  }

  says(words, options) {
    return until(`${this.name} reads ${words}`, async () => {
      const text = await this.text();
      if (!text.match(words)) throw new Error(text.slice(0, 600));
      return true;
    }, options);
  }

  /** What went wrong in the page, but for connections that a test has cut. */
  errors() {
    return this.messages.filter((message) => /^(error|pageerror)/.test(message) && !/WebSocket|ERR_|Firefox can/.test(message));
  }

  text() {
    return this.page.evaluate(() => document.body.innerText);
  }

  async screenshot(name) {
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  /** The whole storage goes with the page that made it. */
  async close() {
    people.delete(this);
    await (this.own ? this.context : this.page).close();
  }
}
