/**
 * The interpreter's console in a browser: a sharer, who is the host, and two interpreters of one booth. On air by key, cough, hand-over asked for and accepted,
 * relay off, the signal to slow down; a colleague who is lost on air; what goes to the ears is protected. No listener: that is languages' business.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Person, Server, sharedChromium, sharedFirefox, step, suite, until } from "./harness.mjs";
import { check, faults } from "./judge.mjs";

const PHONE = { width: 360, height: 740, isMobile: true, hasTouch: true };
const DESK = { width: 1280, height: 800 };

let server, chrome, sharer, ana, ben;

const pressed = (person, id) => person.page.$eval(`[data-testid="${id}"]`, (node) => node.getAttribute("aria-pressed") === "true");
const onAir = (person, now = true) => until(`${person.name} is ${now ? "on" : "off"} air`, async () => (await pressed(person, "on-air")) === now);
const key = async (person, k) => {
  await person.page.bringToFront();
  await person.page.keyboard.press(k);
};
const says = (person, id, words) =>
  until(`${person.name}'s ${id} says ${words}`, async () => words.test(await person.page.$eval(`[data-testid="${id}"]`, (node) => node.innerText)));

/** Whether the booth's microphone lets sound through: what is sent, not what is shown. */
const sends = (person, now = true) => until(`${person.name} sends ${now ? "a voice" : "silence"}`, async () => {
  const levels = (await person.stats()).filter((s) => s.type === "media-source" && s.kind === "audio").map((s) => s.audioLevel ?? 0);
  return (Math.max(0, ...levels) > 0.02) === now;
});

/** Whether this page makes the sound of a call from now on: it is the only one that oscillators make. */
const listens = (person) => person.page.evaluate(() => {
  const Native = window.OscillatorNode;
  window.rings = 0;
  window.OscillatorNode = class extends Native {
    constructor(...options) {
      super(...options);
      if (options[0].state === "running") window.rings++;
    }
  };
});
const rings = (person) => until(`it rings at ${person.name}'s`, () => person.page.evaluate(() => window.rings > 0));

/** With more patience than join(): three pages that send begin on a machine that may be busy. */
async function enter(person) {
  await until(`${person.name}'s lobby`, () => person.page.$('[data-testid="name"]'), { timeout: 40_000 });
  await person.type("name", person.name);
  await person.press("join");
  await until(`${person.name} is in`, () => person.page.$('[data-testid="leave"]'), { timeout: 40_000 });
}

async function interpreter(name, tone, browser = chrome, options = {}) {
  const link = server.link("console", "interpreter", "--booth", "en-zh", "--language", "en", "--language", "zh", "--understands", "zh", "--pivot", "en");
  const person = await Person.open(browser, link, { name, tone, ...options });
  await enter(person);
  await until(`${name}'s console`, () => person.page.$('[data-testid="console"]'), { timeout: 30_000 });
  return person;
}

suite("the interpreter's console", { timeout: 300_000 }, () => {
  before(async () => {
    server = await Server.start({ port: 8445, mediaPort: 40100 });
    server.meeting("console", "--floor", "zh", "--channel", "en", "--channel", "zh", "--channel", "es");
    chrome = await sharedChromium();
    sharer = await Person.open(chrome, server.link("console", "host"), { name: "Yang", tone: 300, viewport: { width: 740, height: 300 } });
    await enter(sharer);
    ana = await interpreter("Ana", 700);
    ben = await interpreter("Ben", 1100);
  });
  after(() => server?.stop());

  step("protects the ears by its own limiter, and asks for headphones once", async () => {
    await key(ana, "e");
    await ana.find("drawer-headphones");
    await until("the worklet runs", async () => !/less control|aren’t protected/.test(await ana.text()));
    await ana.press("headphones-yes");
    await until("it doesn't ask any more", async () => !(await ana.page.$('[data-testid="headphones-yes"]')));
    await key(ana, "Escape");
  });

  step("goes on air by key: the strip is red, the tab says so, the colleague sees it", async () => {
    await sends(ana, false);
    await says(ben, "hear-partner", /silent until on air/);
    await key(ana, "m");
    await onAir(ana);
    await sends(ana);
    assert.match(await ana.page.title(), /ON AIR/);
    await says(ben, "partner-state", /on air: English/);
    assert.doesNotMatch(await ben.page.$eval('[data-testid="hear-partner"]', (node) => node.innerText), /silent/);
    await until("the strip is red", () => ana.page.$eval(".console", (node) => node.dataset.air === "true"));
    await ana.screenshot("console-on-air-desk");
  });

  step("is silent while a cough is held", async () => {
    await ana.page.keyboard.down("c");
    await sends(ana, false);
    await ana.page.keyboard.up("c");
    await sends(ana);
  });

  step("hears the colleague's microphone when asked to", async () => {
    await key(ben, "p");
    await until("Ben hears Ana", async () => {
      const [hers, nobody] = await ben.tones([700, 2900], 0.5);
      if (hers - nobody < 20) throw new Error(`${hers} dB, beside ${nobody}`);
      return true;
    });
    await key(ben, "p");
  });

  step("hands over: asked for, accepted", async () => {
    await key(ben, "h");
    await says(ana, "handover-line", /Ben asks/);
    await says(ben, "handover-line", /open already/);
    await key(ana, "h");
    await onAir(ben);
    await onAir(ana, false);
    await sends(ana, false);
    await sends(ben);
  });

  step("hands over: offered, declined, offered again by the other direction's key, taken", async () => {
    await key(ben, "h");
    await says(ana, "handover-line", /hands over/);
    await key(ana, "d");
    await until("nothing waits", async () => !(await ben.page.$('[data-testid="handover-line"]')));
    await key(ana, "t");
    await onAir(ana);
    await onAir(ben, false);
    await sends(ben, false);
    await says(ben, "console-alert", /Ana has taken over/);
    await key(ben, "z");
  });

  step("asks the speaker to slow down, without a name, and says what the floor speaks", async () => {
    await key(ana, "s");
    await sharer.find("slow-down");
    await key(ana, "i");
    await until("the sound is insufficient", () => pressed(ana, "insufficient"));
    await key(ana, "i");
    await until("it is good again", async () => !(await pressed(ana, "insufficient")));
    await ana.page.select('[data-testid="floor-language"]', "es");
    await says(ana, "incoming-floor", /Spanish/);
    /* Ben doesn't understand it and comes to work from English by himself; Ana, who speaks it, doesn't. */
    await says(ben, "relay", /Relay by itself: English/);
    await says(ana, "relay", /You hear the floor/);
    await ana.page.select('[data-testid="floor-language"]', "");
    await ana.page.select('[data-testid="hold"]', "6");
    await until("both know the hold time", () => ben.page.$eval('[data-testid="hold"]', (node) => node.value === "6"));
  });

  step("measures the speaker, who learns what would help", async () => {
    /* A voice of one low tone, with pauses: nothing reaches beyond a telephone's band. */
    await sharer.page.evaluate(() => {
      let on = false;
      const { gain, context } = window.probe.microphoneGain;
      setInterval(() => gain.setTargetAtTime((on = !on) ? 0.3 : 0.0001, context.currentTime, 0.03), 400);
    });
    await says(ben, "speaker-card", /muffled/);
    await sharer.says("You sound muffled");
    await says(sharer, "speaker-sound", /Yang sounds muffled/); /* as the host */
  });

  step("says how far the speaker's sound and picture are apart", async () => {
    const offset = async () => {
      const words = await ben.page.$eval('[data-testid="lip-sync"]', (node) => node.innerText);
      return Number(/lip sync [+]?(-?\d+) ms/.exec(words.replace("−", "-"))[1]);
    };
    /* The browser brings them together by and by: from 130 ms at the beginning, as without a relay between. */
    await until("they play together", async () => {
      const ahead = await offset();
      if (Math.abs(ahead) > 185) throw new Error(`${ahead} ms`);
      console.log(`  sound ahead of picture: ${ahead} ms`);
      return true;
    }, { timeout: 30_000 });
    const before = await offset();
    await ben.page.evaluate(() => window.probe.delaySound(600));
    await until("the sound is behind", async () => (await offset()) < before - 60);
    await ben.page.evaluate(() => window.probe.delaySound(null));
  });

  step("calls the host, who sees and hears it until it is answered", async () => {
    await listens(sharer);
    await key(ana, "o");
    await says(ana, "call-own", /calling the host/);
    await says(ben, "console", /Ana is calling the host/);
    await says(sharer, "call", /Ana calls you from booth en-zh/);
    await rings(sharer);
    assert.match(await sharer.page.title(), /Call/);
    await sharer.page.setViewport(DESK);
    await sharer.screenshot("call-host-desk");
    await check(sharer, "host who is called");
    await sharer.press("call-seen");
    await ana.says("Yang has seen your call");
    await until("nothing waits", async () => !(await ana.page.$('[data-testid="call-own"]')) && !(await sharer.page.$('[data-testid="call"]')));
  });

  step("is called by the host, and answers with one key for the whole booth; a call may be withdrawn", async () => {
    const call = async () => {
      await sharer.openPanel("people");
      const row = await sharer.page.waitForSelector(`[data-person="${await ana.id()}"] button`);
      if ((await row.evaluate((node) => node.getAttribute("aria-expanded"))) !== "true") await row.click();
      await sharer.press("call-booth");
    };
    await listens(ana);
    await call();
    await says(sharer, "call-own", /Calling booth en-zh/);
    await says(ana, "call", /Yang \(host\) calls your booth/);
    await says(ben, "call", /Yang/);
    await rings(ana);
    await ben.screenshot("console-called-desk");
    await sharer.screenshot("calling-booth-desk");
    await key(ben, "o");
    await sharer.says("Ben has seen your call");
    /* Nor at Ben's: his next key would answer once more. */
    await until("it rings nowhere", async () => !(await ana.page.$('[data-testid="call"]')) && !(await ben.page.$('[data-testid="call"]')) && !(await sharer.page.$('[data-testid="call-own"]')));
    /* Not Ana again: from one call of hers to the next it takes 5 s. */
    await key(ben, "o");
    await sharer.find("call");
    await ben.find("call-own"); /* the key withdraws what its own page knows of */
    await key(ben, "o");
    await until("it is withdrawn", async () => !(await sharer.page.$('[data-testid="call"]')));
    await sharer.press("close-panel");
    await sharer.page.setViewport({ width: 740, height: 300 });
  });

  step("writes to the booth", async () => {
    await key(ben, "x");
    await ben.type("booth-chat-input", "My turn in five minutes");
    await ben.page.keyboard.press("Enter");
    await says(ana, "booth-chat", /1/);
    await key(ana, "x");
    await ana.says("My turn in five minutes");
    await ana.page.focus("body");
    await ana.press("close-drawer");
    await ben.press("close-drawer");
  });

  step("keeps a glossary and finds words in it", async () => {
    await key(ben, "g");
    await ben.type("glossary-text", "Économie circulaire = circular economy\n");
    await ben.press("glossary-keep");
    await ben.type("glossary-search", "econ");
    await ben.says("circular economy");
    await ben.press("close-drawer");
  });

  step("hears itself back", async () => {
    await key(ben, "y");
    await ben.press("test-self");
    await ben.says("four seconds are recorded");
    await ben.says("This is you", { timeout: 15_000 });
    await ben.press("close-drawer");
  });

  step("looks right on a phone and on a desk", async () => {
    for (const [viewport, name] of [[PHONE, "phone"], [DESK, "desk"]]) {
      await ben.page.setViewport(viewport);
      await until("it has settled", () => ben.page.$eval(".console", (node) => node.getBoundingClientRect().width <= innerWidth));
      await ben.screenshot(`console-${name}`);
      assert.deepEqual(await ben.page.evaluate(faults, viewport.hasTouch ? 44 : 0), [], name);
      await check(ben, `console, ${name}`);
    }
  });

  step("alerts within a second when the colleague on air is lost, and takes over with one key", async () => {
    const cdp = await ana.page.createCDPSession();
    const gone = Date.now();
    cdp.send("Page.crash").catch(() => {}); /* no goodbye */
    await says(ben, "console-alert", /Ana’s link is lost/);
    console.log(`  alerted after ${Date.now() - gone} ms`);
    await key(ben, "t");
    await onAir(ben);
    await sends(ben);
    assert.deepEqual(ben.errors(), []);
  });

  step("in Firefox leads the graph to the chosen speaker as one stream, protection included, and goes on air", async () => {
    await ana.close();
    const fay = await interpreter("Fay", 1700, await sharedFirefox(), {
      failures: { camera: "NotFoundError" }, /* a picture less to make */
      prepare: (page) => page.evaluateOnNewDocument(() => localStorage.setItem("tongsheng.preferences", JSON.stringify({ speaker: "headphones" }))),
    });
    await until("the floor is in what that element plays", () => fay.page.$eval('[data-testid="sound-out"]', async (element) => {
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 4096 });
      context.createMediaStreamSource(element.srcObject).connect(analyser);
      await new Promise((done) => setTimeout(done, 500));
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(spectrum);
      const at = (hertz) => spectrum[Math.round((hertz * 4096) / context.sampleRate)];
      await context.close();
      return at(300) > -60 && at(300) > at(2900) + 20;
    }));
    assert.equal(await fay.page.$('[data-testid="unprotected"]'), null);
    await key(fay, "e");
    await fay.find("drawer-headphones");
    assert.doesNotMatch(await fay.text(), /less control|aren’t protected/); /* by the worklet */
    await key(fay, "Escape");
    await key(fay, "b");
    await key(fay, "m");
    await onAir(fay);
    await key(ben, "2");
    await until("Ben hears Fay as relay", async () => {
      const [hers, nobody] = await ben.tones([1700, 2900], 0.3);
      if (hers - nobody < 20) throw new Error(`${hers} dB, beside ${nobody}`);
      return true;
    });
    assert.deepEqual(fay.errors(), []);
  });

  step("says so where it can't be loaded, and can be tried again", async () => {
    server.meeting("weak", "--floor", "zh", "--channel", "en");
    let blocked = true;
    const gil = await Person.open(chrome, server.link("weak", "interpreter", "--language", "en"), { name: "Gil", viewport: PHONE, prepare: async (page) => {
      await page.setRequestInterception(true);
      page.on("request", (request) => void (blocked && /console-.*\.js/.test(request.url()) ? request.abort() : request.continue()));
    } });
    await enter(gil);
    await gil.says("The interpreter’s console can’t be loaded right now.");
    assert.deepEqual(await gil.page.evaluate(faults, 44), []);
    await check(gil, "a console that can't be loaded");
    await gil.screenshot("console-failed-phone");
    blocked = false;
    await gil.press("load-again");
    /* Chromium remembers what it couldn't load: the second time the page is loaded anew, and is back in the meeting. */
    await until("the console, or the next try", () => gil.page.$('[data-testid="console"], [data-testid="load-again"]'));
    if (!(await gil.page.$('[data-testid="console"]'))) await gil.press("load-again");
    await until("the console", () => gil.page.$('[data-testid="console"]'), { timeout: 30_000 });
    await gil.close();
  });
});
