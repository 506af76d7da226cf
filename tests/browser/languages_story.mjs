/**
 * A meeting in several languages, told by what is heard: a sharer who speaks Chinese, two English interpreters, a Spanish one on relay
 * from English, a device that interprets into French, and listeners of each language and of the original, each voice with a tone of its
 * own. The clients speak the protocol by themselves; the page has tests of its own. With stand-ins only the interpreters are pages.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Booth, Device, hears, response, speech } from "./cast.mjs";
import { Server, sharedChromium, step, suite, until } from "./harness.mjs";

const TEXT = "大家早上好。今天我们讨论湿地的保护。先请山村的代表介绍他们的经验，然后请各位提问题。";
/* Above the speech; each a whole number of kHz from the others. */
const tones = { sharer: 5000, ana: 6000, ben: 7000, carla: 8000, device: 9000, asker: 4000 };
const hz = Object.values(tones);
const MEETING = "alliance";

export function languageStory(title, { standIns, handOvers, timeout }) {
  let server, browser, sharer, ana, ben, carla, device;
  const people = [], ears = {};

  const booth = async (name, slots, ...token) => {
    const one = await Booth.open(browser, server, { meeting: MEETING, role: "interpreter", token, name, publications: ["booth-microphone"], slots });
    people.push(one);
    for (const slot of Object.keys(slots)) await one.ear(slot).listen(hz);
    await one.call("speak", "booth-microphone", tones[name], 0.3);
    return one;
  };
  const listener = async (name, feed) => {
    if (standIns) return Device.listener(server, MEETING, name, server.token(MEETING, "listener"), feed, hz);
    const one = await Booth.open(browser, server, { meeting: MEETING, role: "listener", name, slots: { ear: feed } });
    people.push(one);
    const ear = one.ear("ear");
    await ear.listen(hz);
    return ear;
  };
  const speaker = async (name, role, speaks) => {
    const one = await Booth.open(browser, server, { meeting: MEETING, role, name, speaks, publications: ["microphone"] });
    people.push(one);
    return one;
  };

  /** Each ear hears its own and nothing else: { en: ["ana"], original: ["sharer"], … } */
  const sounds = (expected) => Promise.all(Object.entries(expected).map(([ear, names]) => hears(ears[ear], tones, names)));
  /** What everybody is told: { en: "speech", … } */
  const states = (expected, witness = carla) => until(`${witness.name} is told ${JSON.stringify(expected)}`, async () => {
    const { channels } = await witness.languages();
    const told = Object.fromEntries(channels.map(({ language, state }) => [language, state]));
    for (const [language, state] of Object.entries(expected)) if (told[language] !== state) throw new Error(JSON.stringify(told));
    return true;
  });
  const onAir = async (language) => (await carla.languages()).channels.find((channel) => channel.language === language).onAir;

  suite(title, { timeout }, () => {
    before(async () => {
      server = await Server.start({ port: 8080, options: ["--insecure-http"] });
      server.meeting(MEETING, ...["zh", "en"].flatMap((tag) => ["--floor", tag]), ...["en", "es", "fr", "zh"].flatMap((tag) => ["--channel", tag]));
      browser = await sharedChromium();
    });
    after(async () => {
      await Promise.allSettled([...people, device, standIns && sharer, ...Object.values(ears)].map((one) => one?.close?.()));
      await server?.stop();
    });

    step("booths are empty: the original is heard, and in the channels nobody", async () => {
      const wave = speech(TEXT, tones.sharer);
      if (standIns) {
        sharer = Device.speaker(server, MEETING, "sharer", server.token(MEETING, "member"), "--wave", wave);
      } else {
        sharer = await speaker("sharer", "host", "zh");
        await sharer.play("microphone", wave);
      }
      Object.assign(ears, Object.fromEntries(await Promise.all(
        [["original", "voice/0"], ...["en", "es", "fr", "zh"].map((tag) => [tag, `channel/${tag}`])].map(async ([name, feed]) => [name, await listener(name, feed)]))));
      carla = await booth("carla", { floor: "voice/0", incoming: "channel/en" }, "--language", "es", "--understands", "en", "--pivot", "en");
      ears.floor = carla.ear("floor");
      ears.relay = carla.ear("incoming");
      await states({ en: "empty", es: "off", fr: "empty", zh: "empty" });
      await sounds({ original: ["sharer"], floor: ["sharer"], en: [], es: [], fr: [], zh: [], relay: [] });
    });

    step("a device interprets: it is on air by itself", async () => {
      device = Device.speaker(server, MEETING, "device", server.token(MEETING, "interpreter", "--language", "fr"), "--tone", String(tones.device));
      await states({ fr: "speech", en: "empty" });
      await sounds({ original: ["sharer"], en: [], es: [], fr: ["device"] });
    });

    step("each language hears its interpreter, and the Spanish booth the English one", async () => {
      const tags = ["--language", "en", "--language", "zh", "--booth", "en-zh"];
      ana = await booth("ana", { partner: "none", incoming: "voice/0" }, ...tags);
      ben = await booth("ben", { partner: `booth/${ana.id}` }, ...tags);
      await ana.call("slot", "partner", `booth/${ben.id}`);
      ears["ana's partner"] = ana.ear("partner");
      ears["ben's partner"] = ben.ear("partner");
      await states({ en: "off", zh: "off", es: "off" });
      await ana.ask({ type: "air", language: "en" });
      await carla.ask({ type: "air", language: "es" });
      await states({ en: "speech", es: "speech", fr: "speech", zh: "off" });
      await sounds({ original: ["sharer"], floor: ["sharer"], en: ["ana"], es: ["carla"], fr: ["device"], zh: [], relay: ["ana"],
        "ana's partner": ["ben"], "ben's partner": ["ana"] });
    });

    step("a loop of booths that hear each other is refused", async () => {
      const reply = await ana.call("slot", "incoming", "channel/es");
      assert.deepEqual([reply.code, reply.field], ["conflict", "slots[0].feed"]);
    });

    step(`${handOvers} hand-overs: asked for and accepted, offered and accepted, taken over`, async () => {
      for (let n = 0, from = ana, to = ben; n < handOvers; n++, [from, to] = [to, from]) {
        const since = await to.page.evaluate(() => Date.now());
        if (n % 3 === 2) {
          await to.ask({ type: "air", language: "en", take: true });
          const notice = await from.call("waitFor", since, { type: "off-air", language: "en" });
          assert.equal(notice.by, to.id);
        } else {
          const [first, second] = n % 3 === 0 ? [to, from] : [from, to];
          await first.ask({ type: "handover", language: "en", ...(first === from && { to: to.id }) });
          await second.call("waitFor", since, { type: "handover", by: first.id, from: from.id, to: to.id });
          await second.ask({ type: "handover-answer", language: "en", accept: true });
          for (const one of [from, to]) await one.call("waitFor", since, { type: "handover-ended", result: "done" });
        }
        await until(`${to.name} is on air`, async () => (await onAir("en")) === to.id);
        const [partner, other] = to === ana ? ["ben's partner", "ana's partner"] : ["ana's partner", "ben's partner"];
        await sounds({ en: [to.name], relay: [to.name], es: ["carla"], fr: ["device"], original: ["sharer"], [partner]: [to.name], [other]: [from.name] });
      }
      await states({ en: "speech", es: "speech", fr: "speech" });
    });

    step("the floor speaks English: the booth interprets the other way", async () => {
      await ana.ask({ type: "air", language: "zh", take: true });
      await ben.ask({ type: "air", language: null });
      await ben.ask({ type: "floor-language", language: "en" });
      await states({ zh: "speech", en: "off" });
      assert.deepEqual((await carla.languages()).floor, { language: "en", set: true, program: false });
      await sounds({ zh: ["ana"], en: [], relay: [], es: ["carla"], original: ["sharer"] });
      await ben.ask({ type: "floor-language", language: null });
      await ana.ask({ type: "air", language: "en" });
      await states({ en: "speech", zh: "off" });
      assert.deepEqual((await carla.languages()).floor, { language: "zh", set: false, program: false });
      await sounds({ zh: [], en: ["ana"], relay: ["ana"], es: ["carla"], original: ["sharer"] });
    });

    if (!standIns)
      step("who holds the stage gives the floor its language", async () => {
        const asker = await speaker("asker", "member", "en");
        await asker.call("speak", "microphone", tones.asker, 0.3);
        await sharer.ask({ type: "floor", participant: asker.id });
        await until("the floor speaks English", async () => (await carla.languages()).floor.language === "en");
        await sounds({ original: ["asker"], en: ["ana"] });
        await sharer.ask({ type: "floor", participant: sharer.id });
        await until("the floor speaks Chinese", async () => (await carla.languages()).floor.language === "zh");
        await sounds({ original: ["sharer"], en: ["ana"] });
        await asker.close();
      });

    step("a booth hears another from 125 Hz to 15 kHz", async (context) => {
      const found = await response(ana, carla, "incoming", [125, 500, 4000, 10_000, 15_000]);
      await ana.call("speak", "booth-microphone", tones.ana, 0.3);
      await carla.ear("incoming").listen(hz);
      context.diagnostic(found.map(({ hz: f, level }) => `${f} Hz: ${level.toFixed(1)} dB`).join(", "));
      for (const { hz: f, level } of found) assert.ok(Math.abs(level) <= 3, `${f} Hz: ${level} dB`);
    });

    step("silence on air is a pause after the hold time, and speech ends it", async () => {
      await ana.ask({ type: "hold", seconds: 2 });
      await ana.call("speak", "booth-microphone", tones.ana, 0);
      await states({ en: "pause" });
      await sounds({ en: [] });
      await ana.call("speak", "booth-microphone", tones.ana, 0.3);
      await states({ en: "speech" });
      await sounds({ en: ["ana"] });
    });

    step("an interpreter's computer dies: the partner takes over", async () => {
      await ana.crash();
      await states({ en: "lost", es: "speech" });
      await sounds({ en: [], relay: [], es: ["carla"], original: ["sharer"] });
      await ben.ask({ type: "air", language: "en", take: true });
      await states({ en: "speech" });
      await sounds({ en: ["ben"], relay: ["ben"], es: ["carla"], original: ["sharer"] });
    });

    step("microphone off, booth left, device gone: back to the original", async () => {
      await ben.ask({ type: "air", language: null });
      await states({ en: "off", es: "speech" });
      await carla.ask({ type: "leave" });
      await device.close();
      await states({ es: "empty", fr: "empty", en: "off" }, ben);
      await sounds({ en: [], es: [], fr: [], original: ["sharer"] });
      if (standIns) return;
      await ben.ask({ type: "leave" }); /* and 30 s after the crash she isn't waited for any more */
      const witness = await speaker("witness", "member", "");
      await until("the English booth is empty", async () =>
        (await witness.languages()).channels.find(({ language }) => language === "en").state === "empty", { timeout: 40_000 });
    });

    step("nothing was dropped without a reason, and no page had an error", async () => {
      for (const name of ["drop_srtp_auth", "drop_rtp_malformed", "drop_rtcp_malformed", "drop_pool_empty", "drop_payload_malformed"])
        assert.equal(server.metric(`tongsheng_relay_${name}_total`), 0, name);
      for (const one of people) assert.deepEqual(one.errors, [], one.name);
    });
  });
}
