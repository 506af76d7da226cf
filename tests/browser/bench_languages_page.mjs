/** A case of bench_languages.mjs: the same switch on the product's own page, measured at the output of its Web Audio graph. */
import { Device } from "./cast.mjs";
import { at, spread } from "./bench_languages_cases.mjs";
import { Person, Server, chromium, until } from "./harness.mjs";

/** Keeps what the page leads to its AudioContext's output, for `listen`; runs before the page's own scripts. */
function keepOutput() {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) {
      to.kept ??= new GainNode(to.context);
      window.output = to.kept;
      connect.call(this, to.kept);
    }
    return connect.call(this, to, ...more);
  };
}

/** Runs in the page: measures both tones from now on, over windows of 5 ms each ms: [Unix ms, amplitude, amplitude] in window.heard. */
async function listen(tones) {
  const script = `registerProcessor("ear", class extends AudioWorkletProcessor {
    constructor() {
      super();
      this.ring = new Float32Array(240);
      this.place = this.count = this.base = this.last = 0;
      const tables = ${JSON.stringify(tones)}.map((hz) => ["cos", "sin"].map((name) =>
        Float32Array.from(this.ring, (_, i) => (Math[name]((2 * Math.PI * hz * i) / sampleRate) * 2) / 240)));
      this.tables = tables;
    }
    process([[sound]]) {
      const now = Date.now();
      /* Several blocks are made at once, and played one after the other. */
      if (now - this.last > 2) this.base = now - currentTime * 1000;
      this.last = now;
      const rows = [];
      for (let i = 0; i < 128; i++) {
        this.ring[this.place] = sound ? sound[i] : 0;
        this.place = (this.place + 1) % 240;
        if (++this.count % 48 > 0) continue;
        const row = [this.base + (currentTime + i / sampleRate) * 1000];
        for (const [cos, sin] of this.tables) {
          let x = 0, y = 0;
          for (let k = 0; k < 240; k++) {
            const s = this.ring[(this.place + k) % 240];
            x += s * cos[k];
            y += s * sin[k];
          }
          row.push(Math.hypot(x, y));
        }
        rows.push(row);
      }
      if (rows.length) this.port.postMessage(rows);
      return true;
    }
  });`;
  const { context } = window.output;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const ear = new AudioWorkletNode(context, "ear", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  window.heard = [];
  ear.port.onmessage = ({ data }) => { window.heard.push(...data); };
  window.output.connect(ear);
}

/** Runs in the page: presses one language after the other; for each, when its tone was first half as loud as it gets, in ms. */
async function rounds(count, languages) {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const found = [];
  for (let n = 0; n < count; n++) {
    await pause(900 + 200 * Math.random());
    window.heard.length = 0;
    const tone = 1 + (n % 2), pressed = Date.now();
    document.querySelector(`[data-testid="language-${languages[n % 2]}"]`).click();
    await pause(1000);
    const rows = window.heard.filter(([time]) => time >= pressed);
    const full = rows.at(-1)[tone];
    if (full < 0.01) throw new Error(`${languages[n % 2]} isn't heard: ${full}`);
    found.push(rows.find((row) => row[tone] > full / 2)[0] - pressed);
  }
  return found;
}

/** Alone on the machine: other pages would take the time that this one needs to play. */
export async function pageSwitching(tell, share) {
  const server = await Server.start({ port: 8080, options: ["--insecure-http", "--message-rate", "1000"] });
  const browser = await chromium();
  const languages = ["pt", "fr"], tones = [8600, 8200], times = [];
  server.meeting("page", "--floor", "zh", ...languages.flatMap((tag) => ["--channel", tag]));
  const devices = languages.map((tag, n) =>
    Device.speaker(server, "page", tag, server.token("page", "interpreter", "--language", tag), "--tone", String(tones[n])));
  const person = await Person.open(browser, server.link("page", "listener"), { name: "Lena", prepare: async (page) => {
    await page.setBypassCSP(true); /* the worklet that measures comes from here */
    await page.evaluateOnNewDocument(keepOutput);
  } });
  await person.join();
  await until("the page plays", () => person.page.evaluate(() => window.output?.context.state === "running"));
  await person.press("language");
  await until("both are on air", () => person.page.evaluate((tags) =>
    tags.every((tag) => /on air/.test(document.querySelector(`[data-testid="language-${tag}"]`)?.closest("label").innerText)), languages));
  await person.page.evaluate(listen, tones);
  while (times.length < share(50)) times.push(...(await person.page.evaluate(rounds, 10, languages)).map(Math.round));
  await Promise.all(devices.map((device) => device.close()));
  await browser.close();
  await server.stop();
  tell("the same on the product's page, at the output of its Web Audio graph, ms", "p95 < 150", `${spread(times)} of ${times.length}`, at(times, 0.95), 149);
}
