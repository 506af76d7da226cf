/**
 * What a listener of a language hears, measured behind the page's own graph: the interpretation and the original beneath it, one tone for
 * each; and the page's words for it. The interpreter is a WHIP publisher, so that two meeting pages are enough. LISTENER=firefox: the
 * listener's page is in Firefox.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before } from "node:test";
import { Booth as Client } from "./cast.mjs";
import { drop, heal, lose } from "./network.mjs";
import { Person, Server, sharedChromium, sharedFirefox, step, suite, until } from "./harness.mjs";

const FLOOR = 700, ENGLISH = 1500, HANDS = 1200;

let server, chrome, browser, speaker, listener, booth;

/** Taps what the page's AudioContexts play; Web Audio alone, since elements play only where it doesn't. */
const tapped = (page) => page.evaluateOnNewDocument(() => {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) {
      if (!to.tap) {
        to.tap = to.context.createAnalyser();
        to.tap.fftSize = 8192;
        to.tap.smoothingTimeConstant = 0;
        window.tap = to.tap;
      }
      connect.call(this, to.tap);
    }
    return connect.call(this, to, ...more);
  };
  window.level = (frequency) => {
    const spectrum = new Float32Array(window.tap.frequencyBinCount);
    window.tap.getFloatFrequencyData(spectrum);
    const bin = Math.round((frequency * window.tap.fftSize) / window.tap.context.sampleRate);
    return Math.max(...spectrum.slice(bin - 2, bin + 3));
  };
});

const level = (frequency) => listener.page.evaluate((f) => window.level(f), frequency);
const hears = (what, check, options) => until(`the listener hears ${what}`, async () => {
  const [floor, english] = [await level(FLOOR), await level(ENGLISH)];
  if (!check(floor, english)) throw new Error(`floor ${floor.toFixed(1)} dB, English ${english.toFixed(1)} dB`);
  return true;
}, options);
const says = (words) => until(`the page says ${words}`, async () => {
  const said = await listener.page.$eval('[data-testid="heard"]', (node) => node.innerText);
  if (said.trim() !== words) throw new Error(said);
  return true;
});
const description = () => listener.page.evaluate(() => window.probe.descriptions());

const mixed = (floor, english) => english > -45 && floor < english - 6 && floor > english - 35;
/** Bytes of sound since the connection is there, of each stream that has any. */
const received = async () => new Map((await listener.streams("inbound-rtp", "audio")).map(({ mid, bytesReceived }) => [mid, bytesReceived]));
/** Bit/s of each stream that carries sound now. */
async function rates(seconds) {
  const before = await received();
  await new Promise((done) => setTimeout(done, seconds * 1000));
  return [...(await received())].map(([mid, bytes]) => (8 * (bytes - (before.get(mid) ?? 0))) / seconds).filter((rate) => rate > 0);
}

/** An interpreter's own equipment: sends a tone by WHIP, on air in the token's first language. */
class Booth {
  static async open(link, token) {
    const one = new Booth();
    one.context = await chrome.createBrowserContext();
    one.page = await one.context.newPage();
    await one.page.goto(link, { waitUntil: "load" });
    await one.page.mouse.click(5, 5); /* a gesture, for the sound */
    await one.page.evaluate(async (bearer, tone) => {
      const audio = new AudioContext({ sampleRate: 48000 });
      const oscillator = new OscillatorNode(audio, { frequency: tone });
      window.gain = new GainNode(audio, { gain: 0.3 });
      const out = audio.createMediaStreamDestination();
      oscillator.connect(window.gain).connect(out);
      oscillator.start();
      const pc = (window.pc = new RTCPeerConnection());
      pc.addTransceiver(out.stream.getAudioTracks()[0], { direction: "sendonly" });
      await pc.setLocalDescription(await pc.createOffer());
      const reply = await fetch("/whip/listener", { method: "POST", body: pc.localDescription.sdp,
        headers: { "Content-Type": "application/sdp", Authorization: `Bearer ${bearer}` } });
      if (reply.status !== 201) throw new Error(`${reply.status} ${await reply.text()}`);
      window.place = reply.headers.get("Location");
      await pc.setRemoteDescription({ type: "answer", sdp: await reply.text() });
    }, token, ENGLISH);
    return one;
  }

  speaks(on) {
    return this.page.evaluate((value) => { window.gain.gain.value = value; }, on ? 0.3 : 0);
  }

  async close() {
    await this.page.evaluate(() => fetch(window.place, { method: "DELETE" }));
    await this.context.close();
  }
}

suite("a listener of a language", { timeout: 180_000 }, () => {
  before(async () => {
    server = await Server.start();
    server.meeting("listener", "--floor", "zh", "--channel", "en", "--channel", "fr");
    chrome = await sharedChromium();
    browser = process.env.LISTENER === "firefox" ? await sharedFirefox() : chrome;
  });
  after(async () => {
    await booth?.close().catch(() => {});
    await server?.stop();
  });

  step("the lobby suggests the browser's language, and says it in the language", async () => {
    listener = await Person.open(browser, server.link("listener", "member"), { name: "Lena", tone: 300, prepare: tapped });
    await until("English is chosen", async () => (await (await listener.find("language")).evaluate((node) => node.innerText)).includes("English"));
    await listener.press("language");
    assert.match(await listener.page.$eval('[data-testid="language-dialog"]', (node) => node.innerText), /Original[\s\S]*English[\s\S]*Français/);
    await listener.page.keyboard.press("Escape");
  });

  step("nobody interprets: the original", async () => {
    speaker = await Person.open(chrome, server.link("listener", "host"), { name: "杨玲", tone: FLOOR });
    await speaker.page.select('[data-testid="speaks"]', "zh");
    await speaker.join();
    await listener.join("join-listen");
    await says("booth empty: original");
    await hears("the floor", (floor) => floor > -45);
  });

  step("an interpreter goes on air: the interpretation, the original beneath, and no new description", async () => {
    const before = await description();
    booth = await Booth.open(`${server.base}/status`, server.token("listener", "interpreter", "--language", "en"));
    await says("English – interpretation");
    await hears("English over the floor", (floor, english) => english > -45 && floor < english - 10 && floor > english - 30);
    await listener.press("language");
    await listener.page.$eval('[data-testid="original-level"]', (node) => {
      node.value = "0";
      node.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await listener.page.keyboard.press("Escape");
    await hears("English alone", (floor, english) => english > -45 && floor < english - 40);
    assert.deepEqual(await description(), before);
  });

  step("by keyboard alone to the original and back", async () => {
    await listener.page.keyboard.press("l");
    await listener.find("language-dialog");
    await listener.page.keyboard.press("ArrowUp");
    await hears("the floor alone", (floor, english) => floor > -45 && english < floor - 40);
    await listener.page.keyboard.press("ArrowDown");
    await hears("English alone", (floor, english) => english > -45 && floor < english - 40);
    await listener.page.keyboard.press("Escape");
    await says("English – interpretation");
  });

  step("a microphone that is on without speech gives the original back", async () => {
    await booth.speaks(false);
    await says("interpreter pauses: original");
    await hears("the floor", (floor) => floor > -45);
    await booth.speaks(true);
    await says("English – interpretation");
    await hears("English alone", (floor, english) => english > -45 && floor < english - 40);
  });

  step("on a weak link: the program, floor beneath interpretation, as one stream; without a studio the plain sound, and all as before at the end", async () => {
    try {
      lose(await listener.ports(), 30);
      await hears("the program", mixed, { timeout: 40_000 }); /* the mark falls when reports say so */
      await says("English – interpretation");
      const studio = execFileSync("pgrep", ["-P", String(server.process.pid)], { encoding: "utf8" });
      heal(); /* concealed losses have overtones; the mark takes 6 s to rise */
      const killed = Date.now();
      process.kill(Number(studio), "SIGKILL");
      await until("the listener hears English alone", async () => {
        const [floor, english] = [await level(FLOOR), await level(ENGLISH)];
        return english > -45 && floor < english - 40;
      }, { every: 20 });
      assert.ok(Date.now() - killed <= 2000, `${Date.now() - killed} ms`);
      lose(await listener.ports(), 30);
      await hears("the program of another studio", mixed, { timeout: 40_000 });
    } finally {
      heal();
    }
    const found = await rates(3);
    assert.ok(found.length === 1 && found[0] > 18_000 && found[0] < 30_000, `bit/s: ${found}`);
    await hears("the program", mixed);
    await hears("English alone", (floor, english) => english > -45 && floor < english - 40);
    assert.ok((await rates(1)).length > 1);
  });

  step("when the floor speaks the listener's language there is nothing to interpret", async () => {
    await speaker.press("more");
    await speaker.press("more-languages");
    await speaker.page.select('[data-testid="floor-language"]', "en");
    await says("original: the floor speaks English");
    await hears("the floor alone", (floor, english) => floor > -45 && english < floor - 40);
    await speaker.page.select('[data-testid="floor-language"]', "");
    await says("English – interpretation");
  });

  step("a host adds a language by its name, and takes one away", async () => {
    await speaker.type("add-channel", "Swahili");
    await speaker.page.keyboard.press("Enter");
    await speaker.find("remove-channel-sw");
    await speaker.press("remove-channel-fr");
    await until("Français is gone", async () => !(await speaker.page.$('[data-testid="remove-channel-fr"]')));
    await speaker.type("add-channel", "klingonese");
    await speaker.page.keyboard.press("Enter");
    await speaker.says("isn’t known");
    await speaker.page.keyboard.press("Escape");
    await listener.press("language");
    assert.match(await listener.page.$eval('[data-testid="language-dialog"]', (node) => node.innerText), /Original[\s\S]*English[\s\S]*Kiswahili/);
    await listener.page.keyboard.press("Escape");
  });

  step("a sign language is a picture beside the stage, and the original", async () => {
    await speaker.press("more");
    await speaker.press("more-languages");
    await speaker.type("add-channel", "American Sign Language");
    await speaker.page.keyboard.press("Enter");
    await speaker.find("remove-channel-ase");
    await speaker.page.keyboard.press("Escape");
    const token = ["--booth", "hands", "--language", "ase"];
    const partner = await Client.open(chrome, server, { meeting: "listener", role: "interpreter", token, name: "Finn" });
    const signer = await Person.open(chrome, server.link("listener", "interpreter", ...token), { name: "Eve", tone: HANDS });
    try {
      await signer.join();
      await signer.press("on-air");
      await listener.press("language");
      await listener.press("language-ase");
      await listener.page.keyboard.press("Escape");
      await says("American Sign Language – sign language, original sound");
      const seen = () => until("the hands are seen", async () => (await listener.pictures(null, "sign")).some(({ colour }) => Math.abs(colour - signer.hue) < 20));
      await seen();
      await hears("the floor alone", (floor, english) => floor > -45 && english < floor - 40);

      /* From when it is cut: starting nft takes a third of a second, of which the bound has nothing any more. */
      drop(`udp sport ${await signer.port()}`);
      const cut = Date.now();
      const told = await partner.call("state", cut, "ase", "lost");
      assert.ok(told.at - cut <= 900, `${told.at - cut} ms`);
      await listener.says("The interpreter’s connection is lost");
      heal();
      await seen();

      const off = Date.now();
      await signer.press("camera"); /* is no lost link */
      await until("there are no hands", async () => (await listener.pictures(null, "sign")).length === 0);
      await partner.call("state", off, "ase", "lost", 1500).then(() => assert.fail("lost"), () => {});
      await signer.press("camera");
      await seen();
      await signer.press("on-air");
      await until("there are no hands", async () => (await listener.pictures(null, "sign")).length === 0);
    } finally {
      await Promise.all([signer.close(), partner.close()]);
    }
    await listener.says("The booth for American Sign Language is empty");
  });

  step("the choice is remembered, and without AudioContext the elements play, each as loud as it should be", async () => {
    await listener.press("language");
    await listener.press("language-sw");
    await listener.page.keyboard.press("Escape");
    await listener.page.evaluateOnNewDocument(() => { delete window.AudioContext; });
    await listener.page.reload({ waitUntil: "load" });
    await until("the language is as before", async () => /Kiswahili/.test(await (await listener.find("language")).evaluate((node) => node.innerText)));
    const volumes = () => listener.page.evaluate(() => [...document.querySelectorAll("audio")].map(({ muted, volume }) => (muted ? 0 : volume)));
    await until("the original is as loud as it comes", async () => JSON.stringify(await volumes()) === "[1,1,1,1,1]");
    await listener.press("language");
    await listener.press("language-en");
    await listener.page.$eval('[data-testid="original-level"]', (node) => {
      node.value = "25";
      node.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await listener.page.keyboard.press("Escape");
    await until("the original is beneath", async () => JSON.stringify(await volumes()) === "[0.25,0.25,0.25,0.25,1]");
  });

  step("the booth leaves: the original, in full", async () => {
    await booth.close();
    booth = undefined;
    await says("booth empty: original");
    assert.deepEqual(listener.errors(), []);
    assert.deepEqual(speaker.errors(), []);
  });
});
