/** The cases of bench_languages.mjs that browsers measure: two booths and a listener. */
import { Booth, Device, response } from "./cast.mjs";
import { drop, heal } from "./network.mjs";
import { until } from "./harness.mjs";

const MEETING = "bench";
/* A whole number of periods in the window of 5 ms, in which they don't see each other. */
const ANA = 8200, BEN = 9200, CARLA = 8600;
const FINE = { tones: [ANA, BEN, CARLA], window: 240, hop: 48, hann: false };
const GAIN = 0.3;
/** Half of a tone's amplitude: where one that is switched at once stands when the window is half full. */
const HALF = GAIN / 2;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
export const at = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(part * values.length))];
export const spread = (values) => `p50 ${at(values, 0.5)}, p95 ${at(values, 0.95)}, worst ${at(values, 1)}`;

/** Runs in the listener's page: from asking for a feed to the first sound of its tone, over and over. */
async function switchRounds(rounds, feeds, half) {
  const { booth } = window;
  const times = [];
  for (let n = 0; n < rounds; n++) {
    await new Promise((done) => setTimeout(done, 900 + 200 * Math.random()));
    const ear = booth.ear("ear");
    let from = ear.heard.length;
    const [feed, tone] = feeds[n % feeds.length];
    const pressed = Date.now();
    booth.slot("ear", feed);
    for (let heard; heard === undefined; ) {
      await new Promise((done) => setTimeout(done, 5));
      if (Date.now() > pressed + 5000) throw new Error(`${feed} isn't heard`);
      for (; from + ear.width <= ear.heard.length && heard === undefined; from += ear.width)
        if (ear.heard[from + 2 + tone] > half && ear.heard[from] >= pressed) heard = ear.heard[from];
      if (heard !== undefined) times.push(heard - pressed);
    }
  }
  return times;
}

/** Runs in a listener's page: milliseconds between the end of one voice and the beginning of the other; negative where both are heard. */
function handOversHeard(name, half) {
  const { heard, width } = window.booth.ear(name);
  const changes = [];
  const ended = [-1, -1]; /* the last row in which each was heard */
  let holder = -1, since = 0;
  for (let row = 0; (row + 1) * width <= heard.length; row++) {
    const sounds = [0, 1].filter((tone) => heard[row * width + 2 + tone] > half);
    for (const tone of sounds) {
      if (holder >= 0 && tone !== holder && row - since > 60) {
        changes.push({ row, holder });
        [holder, since] = [tone, row];
      } else if (holder < 0) {
        [holder, since] = [tone, row];
      } else if (tone !== holder) {
        changes.at(-1).last = row; /* the one before still sounds */
      }
      ended[tone] = row;
    }
    if (changes.length && changes.at(-1).before === undefined) changes.at(-1).before = ended[changes.at(-1).holder];
  }
  return changes.map(({ row, before, last = before }) => row - last - 1);
}

/** Runs in pages: a connection from one to the other without the relay, with the booth's settings. */
async function directOffer() {
  const { booth } = window;
  const direct = (booth.direct = new RTCPeerConnection());
  const { track } = booth.line("booth-microphone").sender;
  const { sender } = direct.addTransceiver(track, { direction: "sendonly", sendEncodings: [{ maxBitrate: 96_000 }] });
  if (!sender.track) throw new Error("no track");
  await direct.setLocalDescription();
  while (direct.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
  return direct.localDescription.sdp;
}
async function directAnswer(sdp) {
  const direct = (window.booth.direct = new RTCPeerConnection());
  await direct.setRemoteDescription({ type: "offer", sdp });
  await direct.setLocalDescription();
  while (direct.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
  const { track } = direct.getReceivers()[0];
  const element = (window.booth.directElement = new Audio());
  element.muted = true;
  element.srcObject = new MediaStream([track]);
  element.play().catch(() => {});
  return direct.localDescription.sdp;
}
async function directDone(sdp) {
  const { direct } = window.booth;
  await direct.setRemoteDescription({ type: "answer", sdp: sdp.replace("useinbandfec=1", "useinbandfec=1;maxaveragebitrate=96000;usedtx=0") });
  while (direct.connectionState !== "connected") await new Promise((done) => setTimeout(done, 20));
}

/** Runs in the ear's page: when the tone was first heard since then, by the relay and directly. */
async function onsets(names, tone, since, half) {
  const found = {};
  for (const end = Date.now() + 3000; Date.now() < end && names.some((name) => !found[name]); await new Promise((done) => setTimeout(done, 10)))
    for (const name of names) {
      const { heard, width } = window.booth.ear(name);
      for (let i = Math.max(0, heard.length - 1500 * width); i + width <= heard.length && !found[name]; i += width)
        if (heard[i] >= since && heard[i + 2 + tone] > half) found[name] = heard[i];
    }
  return names.map((name) => (found[name] ? found[name] - since : null));
}

/** The mean wait of the jitter buffer in milliseconds, since the page was last asked. */
async function buffered(pick) {
  const direct = pick === "direct" ? window.booth.direct.getReceivers()[0] : window.booth.line(pick).receiver;
  const { jitterBufferDelay, jitterBufferEmittedCount } = [...(await direct.getStats()).values()].find(({ type }) => type === "inbound-rtp");
  return { delay: jitterBufferDelay, count: jitterBufferEmittedCount };
}

/** The relay's own delays, from /metrics: upper ends of buckets by how many packets they hold. */
function forwardDelays(server) {
  const buckets = new Map();
  for (const [, end, count] of server.get("/metrics").matchAll(/^tongsheng_relay_forward_delay_seconds_bucket\{.*le="([^"]+)".*\} (\d+)$/gm))
    buckets.set(end, (buckets.get(end) ?? 0) + Number(count));
  return buckets;
}
function delayBelow(before, after, part) {
  const counts = [...after].map(([end, count]) => [end === "+Inf" ? Infinity : Number(end), count - (before.get(end) ?? 0)]);
  const all = Math.max(...counts.map(([, count]) => count));
  return counts.sort(([a], [b]) => a - b).find(([, count]) => count >= part * all)[0] * 1000;
}

export class Stage {
  static async open(server, browser) {
    const stage = new Stage();
    stage.server = server;
    server.meeting(MEETING, "--floor", "zh", "--channel", "en", "--channel", "es", "--channel", "fr", "--channel", "pt");
    const interpreter = async (name, tone, language, slots) => {
      const one = await Booth.open(browser, server, { meeting: MEETING, role: "interpreter", token: ["--language", language], name,
        publications: ["booth-microphone"], slots });
      await one.call("speak", "booth-microphone", tone, GAIN);
      return one;
    };
    stage.ana = await interpreter("ana", ANA, "en", { partner: "none" });
    stage.ben = await interpreter("ben", BEN, "en", { partner: `booth/${stage.ana.id}` });
    stage.carla = await interpreter("carla", CARLA, "es", { incoming: "channel/en" });
    stage.listener = await Booth.open(browser, server, { meeting: MEETING, role: "listener", name: "listener", slots: { ear: "channel/en" } });
    await stage.ana.ask({ type: "air", language: "en" });
    await stage.carla.ask({ type: "air", language: "es" });
    await stage.listener.call("listen", "ear", FINE);
    await stage.carla.call("listen", "incoming", FINE);
    await until("the listener hears English", async () => (await stage.listener.call("hear", "ear", 0.2)).some(([ana]) => ana > HALF));
    return stage;
  }

  /** Between two devices, which send every 20 ms: a page here has no microphone whose sound comes as evenly. */
  async switching(tell, share) {
    const devices = [["fr", ANA], ["pt", CARLA]].map(([tag, hz]) =>
      Device.speaker(this.server, MEETING, tag, this.server.token(MEETING, "interpreter", "--language", tag), "--tone", String(hz)));
    await until("both devices are on air", async () =>
      (await this.listener.languages()).channels.filter(({ language, state }) => ["fr", "pt"].includes(language) && state === "speech").length === 2);
    const times = [];
    while (times.length < share(200)) times.push(...(await this.listener.page.evaluate(switchRounds, 10, [["channel/pt", 2], ["channel/fr", 0]], HALF)));
    await Promise.all(devices.map((device) => device.close()));
    tell("language switch: press to first sound, ms", "p95 < 150", `${spread(times)} of ${times.length}`, at(times, 0.95), 149);
    await this.listener.call("slot", "ear", "channel/en");
  }

  async handOvers(tell, share) {
    const rounds = share(1000) & ~1; /* so that Ana is on air again */
    await this.listener.call("listen", "ear", FINE);
    await this.carla.call("listen", "incoming", FINE);
    await pause(500);
    for (let n = 0, from = this.ana, to = this.ben; n < rounds; n++, [from, to] = [to, from]) {
      if (n % 2) {
        await to.ask({ type: "air", language: "en", take: true });
      } else {
        await to.ask({ type: "handover", language: "en" });
        await from.ask({ type: "handover-answer", language: "en", accept: true });
      }
      await pause(200 + 20 * Math.random());
    }
    await pause(500);
    for (const [who, name, what] of [[this.listener, "ear", "a listener"], [this.carla, "incoming", "a booth on relay"]]) {
      const between = await who.page.evaluate(handOversHeard, name, HALF);
      if (between.length !== rounds) console.log(`${what}: ${between.length} changes heard of ${rounds}`);
      const gaps = between.map((ms) => Math.max(0, ms)), overlaps = between.map((ms) => Math.max(0, -ms));
      tell(`hand-over: gap at ${what}, ms`, "≤ 100", `${spread(gaps)} of ${gaps.length}`, at(gaps, 1), 100);
      tell(`hand-over: overlap at ${what}, ms`, "≤ 20", `${spread(overlaps)} of ${overlaps.length}`, at(overlaps, 1), 20);
    }
  }

  async fallback(tell, share) {
    const { ana, listener } = this;
    const off = [], lost = [], spoke = [];
    for (let n = 0; n < share(100); n++) {
      const { sent } = await ana.ask({ type: "air", language: null });
      off.push((await listener.call("state", sent, "en", "off")).at - sent);
      const { sent: again } = await ana.ask({ type: "air", language: "en" });
      await listener.call("state", again, "en", "speech");
      await pause(20 * Math.random());
    }
    tell("fallback: microphone off to the notice (and 200 ms of ramp), ms", "≤ 300", `${spread(off)} of ${off.length}`, at(off, 1), 300);

    const port = await ana.call("port");
    for (let n = 0; n < share(20); n++) {
      const cut = Date.now(); /* before the command: its own time counts, too */
      drop(`udp sport ${port}`);
      lost.push((await listener.call("state", cut, "en", "lost")).at - cut);
      const healed = Date.now();
      heal();
      await listener.call("state", healed, "en", "speech");
      await pause(100);
    }
    tell("fallback: link lost to the notice (and 200 ms of ramp), ms", "≤ 300", `${spread(lost)} of ${lost.length}`, at(lost, 1), 300);

    await ana.ask({ type: "hold", seconds: 2 });
    for (let n = 0; n < share(20); n++) {
      const silent = await ana.call("speak", "booth-microphone", ANA, 0);
      await listener.call("state", silent, "en", "pause");
      await pause(100 + 20 * Math.random());
      const speaks = await ana.call("speak", "booth-microphone", ANA, GAIN);
      spoke.push((await listener.call("state", speaks, "en", "speech")).at - speaks);
    }
    tell("fallback: speech after a pause to the notice, ms", "< 100", `${spread(spoke)} of ${spoke.length}`, at(spoke, 1), 99);
  }

  async relay(tell, share) {
    const { ana, carla, server } = this;
    const offer = await ana.page.evaluate(directOffer);
    await ana.page.evaluate(directDone, await carla.page.evaluate(directAnswer, offer));
    await carla.page.evaluate((fine) => window.booth.listen("direct", { ...fine, track: window.booth.direct.getReceivers()[0].track }), FINE);
    await carla.call("listen", "incoming", FINE);
    await ana.call("speak", "booth-microphone", ANA, GAIN);
    await pause(2000); /* until both jitter buffers know their network */
    const before = forwardDelays(server);
    const [relayBefore, directBefore] = await Promise.all(["incoming", "direct"].map((name) => carla.page.evaluate(buffered, name)));
    const through = [], straight = [], added = [];
    for (let n = 0; n < share(100); n++) {
      await ana.call("speak", "booth-microphone", ANA, 0);
      await pause(150 + 20 * Math.random());
      const clicked = await ana.call("speak", "booth-microphone", ANA, GAIN);
      const [one, other] = await carla.page.evaluate(onsets, ["incoming", "direct"], 0, clicked, HALF);
      if (one === null || other === null) throw new Error(`a click wasn't heard: ${one}, ${other}`);
      through.push(one);
      straight.push(other);
      added.push(one - other);
    }
    const after = forwardDelays(server);
    const [relayAfter, directAfter] = await Promise.all(["incoming", "direct"].map((name) => carla.page.evaluate(buffered, name)));
    const wait = (a, b) => (((b.delay - a.delay) / (b.count - a.count)) * 1000).toFixed(0);
    tell("a booth hears another: mouth to ear, ms", "≤ 150", `${spread(through)} of ${through.length}`, at(through, 0.95), 150);
    tell("the same without the relay, page to page, ms", "", spread(straight));
    tell("added by the relay, click by click, ms", "≤ 50", spread(added), at(added, 0.95), 50);
    tell("of it in the relay itself, ms", "", `p50 < ${delayBelow(before, after, 0.5)}, p99 < ${delayBelow(before, after, 0.99)}`);
    tell("of it in the jitter buffer: of the slot, page to page, ms", "", `${wait(relayBefore, relayAfter)}, ${wait(directBefore, directAfter)}`);
    for (const one of [ana, carla]) await one.page.evaluate(() => window.booth.direct.close());
  }

  async response(tell) {
    const found = await response(this.ana, this.carla, "incoming", [125, 180, 250, 350, 500, 700, 1400, 2000, 2800, 4000, 5600, 8000, 10_000, 12_000, 14_000, 15_000]);
    const levels = found.map(({ level }) => level);
    const worst = found.reduce((a, b) => (Math.abs(b.level) > Math.abs(a.level) ? b : a));
    tell("frequency response 125 Hz to 15 kHz, microphone to another booth, dB", "±3",
      `${Math.min(...levels).toFixed(1)} to ${Math.max(...levels).toFixed(1)} (furthest at ${worst.hz} Hz)`, Math.abs(worst.level), 3);
  }
}
