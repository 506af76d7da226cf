/**
 * The operator's page: what a real server with people in it says is drawn, and what the page says when there is nothing yet, the
 * server sheds, is away or refuses. Pictures of an hour that is made up are left in out/ for eyes.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before } from "node:test";
import { Person, Server, root, sharedChromium, step, suite, until } from "./harness.mjs";
import { check, faults } from "./judge.mjs";

const FINGER = 44; /* CSS pixels */
const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740, isMobile: true, hasTouch: true } };
const LOOKS = [["en", "light"], ["zh-Hans", "dark"]];
const CHARTS = ["traffic", "packets", "busy", "delay", "together", "people", "slots", "losses", "memory"];

let server, chrome, operator, peers;

/** What the page is told in place of the server's answer; null: that. */
let stand = null;
const standFor = (change) => { stand = JSON.stringify(change(JSON.parse(server.get("/api/status")))); };

async function open(fragment = "", options = {}) {
  const person = await Person.open(chrome, `${server.base}/status${fragment}`, { name: "Operator", viewport: SIZES.desk, ...options });
  await person.page.setRequestInterception(true);
  person.page.on("request", (request) => {
    if (!stand || !request.url().includes("/api/status")) return request.continue();
    return request.respond({ status: 200, contentType: "application/json", body: stand });
  });
  return person;
}

const reload = (person) => person.page.reload({ waitUntil: "load" });

/** The figures beside a chart's title, as words. */
const values = (person, id) => person.page.$$eval(`[data-chart="${id}"] .chart-values b`, (all) => all.map((one) => one.innerText));

/** How many pixels of a chart have its first line's colour. */
const inked = (person, id) => person.page.evaluate((name) => {
  const canvas = document.querySelector(`[data-chart="${name}"] canvas`);
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--chart-1");
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let n = 0;
  for (let i = 0; i < data.length; i += 4) n += data[i + 3] > 200 && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 24;
  return n;
}, id);

/** On both devices, in both languages and looks: a picture of the whole page, nothing out of it, nothing that axe-core finds. */
async function everywhere(person, name, sizes = Object.keys(SIZES)) {
  const { page } = person;
  for (const size of sizes) {
    const viewport = SIZES[size];
    await page.setViewport(viewport);
    for (const [language, theme] of LOOKS) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }, { name: "prefers-reduced-motion", value: "reduce" }]);
      await page.select('[data-testid="ui-language"]', language);
      await until("the look is there", () => page.evaluate((t, l) => document.documentElement.dataset.theme === t && document.documentElement.lang === l, theme, language));
      await page.screenshot({ path: join(root, `tests/browser/out/${name}-${size}-${language === "en" ? "en" : "zh"}-${theme}.png`), fullPage: true });
      assert.deepEqual(await page.evaluate(faults, viewport.hasTouch ? FINGER : 0), [], `${name} ${size} ${language}`);
      await check(person, `${name}, ${size}, ${theme}`);
    }
  }
  await page.select('[data-testid="ui-language"]', "en");
  await page.setViewport(SIZES.desk);
}

/** An hour of two workers in place of the real one's seconds: a meeting begins, one worker is overloaded for a while, there is a gap. */
function madeUpHour(real) {
  const rows = [];
  const [soon, stranger] = ["drop_rtx_too_soon", "drop_stranger"].map((name) => real.reasons.findIndex((reason) => reason.name === name));
  for (let i = 0; i < 720; i++) {
    if (i > 300 && i < 330) continue;
    const crowd = Math.min(1, Math.max(0, (i - 90) / 200)) * (1 + 0.04 * Math.sin(i * 1.7) + 0.03 * Math.sin(i / 3));
    const busy = crowd * (i > 560 ? 0.9 : 0.55);
    const workers = [1, 0.6].map((share) => {
      const packets = Math.round(26_000 * crowd * share);
      const measured = {
        packetsIn: packets / 40, packetsOut: packets, bytesIn: packets * 26, bytesOut: packets * 1040, resent: packets * 0.004, drops: packets * 0.0012,
        peers: Math.round(110 * crowd * share), slots: Math.round(1900 * crowd * share), busy: Math.min(1, busy * share), batch: packets ? 30 + 60 * crowd : null,
        run: packets ? 3.2 + crowd : null, delayP50: packets ? 90 + 60 * busy : null, delayP99: packets ? 300 + 900 * busy ** 3 : null,
        shed: i > 700 && share === 1 ? 1 : 0, top: packets > 100 ? [soon, Math.round(packets * 0.004), stranger, 2] : [],
      };
      return real.workerColumns.map((name) => measured[name]);
    });
    rows.push([real.now - 3600 + 5 * i, Math.round(170 * crowd), Math.round(4 * crowd), 2 ** 20 * (28 + 60 * crowd), ...workers]);
  }
  const often = { drop_stranger: [1204, 8811], drop_rtx_too_soon: [5120, 5120], drop_padding: [804, 2210], drop_no_keyframe_yet: [96, 402], drop_send: [0, 12] };
  const reasons = real.reasons.map((reason) => ({ ...reason, hour: often[reason.name]?.[0] ?? 0, total: often[reason.name]?.[1] ?? 0 }));
  return { ...real, started: real.now - 9000, workers: 2, rows, reasons };
}

suite("status", { timeout: 180_000 }, () => {
  before(async () => {
    chrome = await sharedChromium();
    server = await Server.start({ port: 8080, options: ["--insecure-http"] }); /* since the peers are C peers */
    server.meeting("status");
    peers = spawn(join(root, "build/tests/peer/peers"), ["--url", server.base, "--meeting", "status", "--token", server.token("status", "member"),
      "--publish", "2", "--view", "3", "--video", "320x180", "--kilobits", "300", "--seconds", "600"], { stdio: ["ignore", "ignore", "inherit"] });
    operator = await open();
  });
  after(async () => {
    if (peers) {
      peers.kill();
      await once(peers, "exit");
    }
    await server?.stop();
  });

  step("draws what a real server does", async () => {
    await operator.says("Live", { timeout: 20_000 });
    await until("packets are sent", async () => Number.parseFloat((await values(operator, "packets"))[0]) > 10, { timeout: 30_000 });
    await until("two samples make a line", async () => (await inked(operator, "packets")) > 10, { timeout: 30_000 });
    assert.deepEqual(await operator.page.$$eval("[data-chart]", (all) => all.map((one) => one.dataset.chart)), CHARTS);
    assert.match((await values(operator, "traffic")).join(), /\d+ [kM]bit\/s,\d+(\.\d+)? [kM]bit\/s/);
    /* One for each worker. */
    assert.match((await values(operator, "busy")).join(), /^\d+(\.\d)?%(,\d+(\.\d)?%)*$/);
    assert.match((await values(operator, "delay")).join(), /\d [µm]s,[\d.]+ [µm]s/);
    assert.match((await values(operator, "together"))[0], /^\d+(\.\d+)?$/);
    assert.match((await values(operator, "memory"))[0], /^\d+(\.\d)? MiB$/);
    for (const id of ["traffic", "busy", "delay", "memory"]) await until(`${id} is drawn`, async () => (await inked(operator, id)) > 10);
    await everywhere(operator, "status-real");
  });

  step("goes on by itself, sample after sample", async () => {
    const time = () => operator.page.$eval(".status-link .tabular", (one) => one.innerText);
    const before = await until("a sample's time", time);
    await until("the next one comes", async () => (await time()) !== before);
  });

  step("reads the figures of a moment, by keys as well", async () => {
    await operator.page.focus('[data-chart="packets"] .chart-plot');
    await operator.page.keyboard.press("Home");
    const first = await operator.page.$eval(".charts .section-head .hint", (one) => one.innerText);
    assert.match(first, /^\d\d:\d\d:\d\d$/);
    await operator.page.keyboard.press("ArrowRight");
    await until("another moment", async () => (await operator.page.$eval(".charts .section-head .hint", (one) => one.innerText)) !== first);
    assert.match(await operator.page.$eval('[data-chart="packets"] [role="status"]', (one) => one.innerText), /^\d\d:\d\d:\d\d: sent [\d,.]+\/s, received /);
    await operator.page.keyboard.press("Escape");
    await operator.says("Move over a chart");
  });

  step("an hour of two workers, one of which sheds", async () => {
    standFor(madeUpHour);
    await reload(operator);
    await operator.says(/Worker 0 is overloaded: thumbnails are reduced\./);
    await operator.says("asked again while the last resend is under way");
    assert.equal((await values(operator, "busy")).length, 2);
    await everywhere(operator, "status-hour");
  });

  step("nothing yet", async () => {
    standFor((real) => ({ ...real, rows: [], reasons: real.reasons.map((reason) => ({ ...reason, hour: 0, total: 0 })) }));
    await reload(operator);
    await operator.says("No figures yet");
    await operator.says("Nothing has been dropped");
    await everywhere(operator, "status-empty");
    stand = null;
    await reload(operator);
    await operator.says("Live");
  });

  step("a server that is away for a while", async () => {
    await server.kill("SIGTERM");
    await operator.says(/No connection[^]*The server doesn’t answer\. What you see ends at \d\d:\d\d:\d\d/);
    assert.ok((await inked(operator, "packets")) > 10, "what was known stays");
    await everywhere(operator, "status-lost", ["desk"]); /* a phone's size would load the page anew */
    await server.launch();
    await operator.says("Live");
    assert.ok((await inked(operator, "packets")) > 10, "what was known stays");
  });

  step("who may not see it reads why", async () => {
    const stranger = await open();
    await stranger.page.setExtraHTTPHeaders({ "X-Forwarded-For": "192.0.2.7" });
    await reload(stranger);
    await stranger.says("to the addresses that its setting metrics-from names");
    await everywhere(stranger, "status-refused");
    const bring = (token) => stranger.page.evaluate((text) => { location.hash = `token=${text}`; }, token);
    await bring(server.token("status", "host"));
    await stranger.says("The token in the address is for a meeting.");
    await bring("nonsense");
    await stranger.says("isn’t valid");
    await bring(server.token("status", "service"));
    await stranger.says("Live");
    assert.deepEqual(stranger.errors().filter((message) => !/40[13]/.test(message)), []);
  });
});
