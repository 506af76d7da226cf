/**
 * Before, beside and after the meeting: devices that fail, links that don't lead in, what a page remembers, ways in and out, and the
 * whole of it by keyboard alone.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Person, Server, sharedChromium, sharedFirefox, step, suite, until } from "./harness.mjs";

let server, chrome, fox;

/** What this page has sent since it was loaded, in bytes of media. */
const sent = async (person, kind) => (await person.streams("outbound-rtp", kind)).reduce((n, s) => n + s.bytesSent, 0);
const received = async (person, kind) => (await person.streams("inbound-rtp", kind)).reduce((n, s) => n + s.bytesReceived, 0);
const value = (person, id) => person.page.$eval(`[data-testid="${id}"]`, (node) => node.value);
const pressed = (person, id, attribute) => person.page.$eval(`[data-testid="${id}"]`, (node, a) => node.getAttribute(a), attribute);

/** Runs with people who are gone afterwards, whatever happens. */
async function between(people, body) {
  const open = await Promise.all(people);
  try {
    await body(...open);
  } finally {
    for (const person of open) await person.close().catch(() => {});
  }
}
const open = (role, options, browser = chrome) => Person.open(browser, server.link("lobby", role), { name: "Eva", ...options });

/** Safari's rule, and Chromium's for a page that is new to it: no sound before a gesture. */
const silentUntilPressed = (page) => page.evaluateOnNewDocument(() => {
  let pressed = false;
  addEventListener("pointerdown", () => { pressed = true; }, true);
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    return pressed || this.muted ? play.call(this) : Promise.reject(new DOMException("for the test", "NotAllowedError"));
  };
});

/** Tabs on, as a person without a mouse would, to the control. */
async function tabTo(person, id) {
  for (let i = 0; i < 60; i++) {
    if (await person.page.evaluate((t) => document.activeElement?.dataset.testid === t, id)) return;
    await person.page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key doesn't lead to ${id}`);
}

suite("before and after the meeting", { timeout: 240_000 }, () => {
  before(async () => {
    server = await Server.start();
    server.meeting("lobby");
    [chrome, fox] = await Promise.all([sharedChromium(), sharedFirefox()]);
  });
  after(() => server?.stop());

  step("a device that is missing, refused or busy is said in words, and tried again", () => between([
    open("member", { failures: { microphone: "NotFoundError" } }),
  ], async (eva) => {
    const again = async (failures, ...words) => {
      await eva.page.evaluate((now) => {
        window.probe.failures.microphone = window.probe.failures.camera = undefined;
        Object.assign(window.probe.failures, now);
      }, failures);
      if (!words.length) return;
      await (await eva.page.waitForSelector(".note button")).click();
      for (const word of words) await eva.says(word);
    };
    if (await eva.page.$('[data-testid="ask-devices"]')) await eva.press("ask-devices");
    await eva.says("No microphone was found. Plug one in");
    await again({ microphone: "NotReadableError" }, "Your microphone is used by another program");
    await again({ microphone: "AbortError" }, "Your microphone is used by another program");
    await again({ microphone: "NotAllowedError" }, "Your browser may not use the microphone");
    await again({ microphone: "UnheardOfError" }, /The microphone doesn’t start \(for the test\)/);
    await again({}, /^((?!doesn’t start)[^])*$/);
    await until("the level moves", () => eva.page.$eval('[role="meter"]', (node) => Number(node.getAttribute("aria-valuenow")) > 0));
  }));

  for (const [name, words] of [["NotFoundError", "No camera was found"], ["NotReadableError", "Your camera is used by another program"]])
    step(`with the camera ${name} one joins without it`, () => between([open("member", { failures: { camera: name } })], async (eva) => {
      await eva.page.waitForSelector('[data-testid="ask-devices"], .note');
      if (await eva.page.$('[data-testid="ask-devices"]')) await eva.press("ask-devices");
      await eva.says(words);
      await eva.join();
      await until("sound goes out", async () => (await sent(eva, "audio")) > 1000);
      assert.equal(await sent(eva, "video"), 0);
    }));

  step("with both devices refused one still joins", () => between([
    open("member", { failures: { microphone: "NotAllowedError", camera: "NotAllowedError" } }), open("member", { name: "Fay", picture: { width: 320, height: 180, rate: 10 } }),
  ], async (eva, fay) => {
    await fay.join();
    await eva.join();
    await eva.sees(fay);
    await eva.says("You have no microphone");
    assert.equal((await sent(eva, "audio")) + (await sent(eva, "video")), 0);
  }));

  step("sound only: one is heard, and no picture comes or goes", () => between([
    open("member", { tone: 700 }), open("member", { name: "Fay", tone: 1900 }),
  ], async (eva, fay) => {
    await fay.join();
    await eva.join("join-sound");
    await until("Fay hears it", async () => (await fay.tones([700], 0.4))[0] > -50);
    await until("Eva hears Fay", async () => (await eva.tones([1900], 0.4))[0] > -50);
    assert.equal(await sent(eva, "video"), 0);
    assert.equal(await received(eva, "video"), 0);
  }));

  step("just listening: everything comes, nothing goes", () => between([
    open("member"), open("member", { name: "Fay", tone: 1900 }),
  ], async (eva, fay) => {
    await fay.join();
    await eva.join("join-listen");
    await eva.sees(fay);
    await until("Eva hears Fay", async () => (await eva.tones([1900], 0.4))[0] > -50);
    assert.equal(await sent(eva), 0);
    await eva.says("You are listening");
    await fay.openPanel("people");
    await fay.says("listening only");
  }));

  step("after a reload one press turns the sound on, if the browser wants one", () => between([
    open("member", { prepare: silentUntilPressed }), open("member", { name: "Fay", tone: 1900 }),
  ], async (eva, fay) => {
    await fay.join();
    await eva.join("join-listen");
    await eva.page.reload({ waitUntil: "load" });
    await eva.sees(fay);
    await eva.press("unblock-sound");
    await until("the sound plays", () => eva.page.evaluate(() => {
      const sounds = [...document.querySelectorAll("audio")];
      return sounds.length > 0 && sounds.every((sound) => !sound.paused);
    }));
    await until("Eva hears Fay", async () => (await eva.tones([1900], 0.4))[0] > -50);
    assert.equal(await eva.page.$('[data-testid="unblock-sound"]'), null);
  }));

  step("a listener's link gives no devices", () => between([open("listener")], async (eva) => {
    await eva.says("others don’t see or hear you");
    assert.equal(await eva.page.$('[data-testid="join-sound"]'), null);
    await eva.join();
    assert.equal(await eva.page.$('[data-testid="mic"]'), null);
    assert.equal(await sent(eva), 0);
  }));

  step("choices are remembered", () => between([open("member")], async (eva) => {
    await eva.type("name", "Éva 伊娃");
    await eva.type("organisation", "Green Hills");
    await eva.page.select('[data-testid="country"]', "MY");
    await eva.page.select('[data-testid="speaks"]', "ms");
    await eva.page.select('[data-testid="theme"]', "dark");
    await eva.press("camera");
    await until("the camera is off", async () => (await pressed(eva, "camera", "aria-checked")) === "false");
    await eva.page.reload({ waitUntil: "load" });
    await eva.find("name");
    assert.deepEqual(await Promise.all(["name", "organisation", "country", "speaks", "theme"].map((id) => value(eva, id))),
      ["Éva 伊娃", "Green Hills", "MY", "ms", "dark"]);
    assert.equal(await pressed(eva, "camera", "aria-checked"), "false");
    assert.equal(await eva.page.evaluate(() => document.documentElement.dataset.theme), "dark");
  }));

  step("links that don't lead in say why", () => between([Person.open(chrome, "about:blank", { name: "Eva" })], async (eva) => {
    const short = server.link("lobby", "member", "--expires=1s");
    const refused = async (link, words) => {
      await eva.page.goto("about:blank");
      await eva.page.goto(link, { waitUntil: "load" });
      await eva.says(words);
    };
    await refused(server.base + "/m/lobby", "no invitation in it");
    await refused(`${server.base}/m/lobby#token=nonsense`, "isn’t valid");
    await refused(server.link("lobby", "member").slice(0, -4), "isn’t valid");
    await refused(server.link("lobby", "viewer"), "opens recordings only");
    server.meeting("another");
    await refused(`${server.base}/m/lobby#token=${server.token("another", "member")}`, "isn’t valid");
    server.meeting("over");
    const over = server.link("over", "member");
    server.run("meeting", "end", "over");
    await refused(over, "has ended");
    await refused(short, "has expired");
  }));

  step("the page speaks the browser's language, and another one if told so", () => between([open("member", { language: "zh-CN" })], async (eva) => {
    await eva.says("您的姓名|你的名字|姓名");
    assert.equal(await eva.page.evaluate(() => document.documentElement.lang), "zh-Hans");
    await eva.page.select('[data-testid="ui-language"]', "en");
    await eva.says("Your name");
    await eva.page.reload({ waitUntil: "load" });
    await eva.says("Your name");
    assert.equal(await eva.page.evaluate(() => document.documentElement.lang), "en");
  }));

  step("WeChat's browser is told how to open the page elsewhere", () => between([
    open("member", { agent: "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0.30", language: "zh-CN" }),
  ], async (eva) => {
    await eva.says("微信");
    await eva.find("name");
  }));

  step("who was removed stays out until readmitted", () => between([open("host", { name: "Host" }), open("member", { name: "Guy" })], async (host, guy) => {
    await host.join();
    await guy.join();
    const id = await guy.id();
    await host.openPanel("people");
    await (await host.page.waitForSelector(`[data-person="${id}"] [aria-expanded]`)).click();
    await host.press("person-remove");
    await host.press("confirm-yes");
    await guy.says("The host has removed you");
    await until("the host's page shows nobody else", async () => !(await host.page.$(`[data-person="${id}"]`)));
    await guy.page.reload({ waitUntil: "load" });
    await guy.press("join");
    await guy.says("Only the host can let you in again");
    await (await host.page.waitForSelector(".barred summary")).click();
    await host.press("readmit");
    await host.says("Nobody was removed");
    await guy.page.reload({ waitUntil: "load" });
    await guy.join();
    await host.sees(guy);
  }));

  step("by keyboard alone: in, microphone, hand, chat, help, out", () => between([open("member", { name: "Kim" }), open("host", { name: "Host" })], async (kim, host) => {
    await host.join();
    const { keyboard } = kim.page;
    await kim.find("name");
    await tabTo(kim, "name");
    await keyboard.type("Kim");
    await tabTo(kim, "join");
    await keyboard.press("Enter");
    await kim.find("leave");
    const person = async () => `[data-person="${await kim.id()}"]`;
    await host.openPanel("people");
    await host.page.waitForSelector(await person());
    await until("the microphone is on", async () => (await pressed(kim, "mic", "aria-pressed")) === "true");
    await keyboard.press("m");
    await until("the key m mutes", async () => (await pressed(kim, "mic", "aria-pressed")) === "false");
    await tabTo(kim, "mic");
    await keyboard.press("Space");
    await until("the button unmutes", async () => (await pressed(kim, "mic", "aria-pressed")) === "true");
    await keyboard.press("h");
    await host.page.waitForSelector('[data-testid="give-floor"]');
    /* the host may hear of it first, and the key lowers only a hand that its own page knows to be up */
    await until("the page shows the hand", async () => (await pressed(kim, "hand", "aria-pressed")) === "true");
    await keyboard.press("h");
    await until("the hand is down again", async () => !(await host.page.$('[data-testid="give-floor"]')));
    await keyboard.press("c");
    await until("the chat has the focus", () => kim.page.evaluate(() => document.activeElement?.dataset.testid === "chat-input"));
    await keyboard.type("much milk, chips?");
    await keyboard.press("Enter");
    await host.openPanel("chat");
    await host.says(/much milk, chips\?/);
    await keyboard.press("Escape");
    await until("the chat is closed", async () => !(await kim.page.$('[data-testid="chat-input"]')));
    assert.equal(await pressed(kim, "mic", "aria-pressed"), "true", "letters in the chat are only letters");
    await keyboard.type("?");
    await kim.find("help-dialog");
    await kim.says("Microphone on or off");
    await keyboard.press("Escape");
    await until("the help is closed", async () => !(await kim.page.$("dialog[open]")));
    await tabTo(kim, "leave");
    await keyboard.press("Enter");
    await kim.says("You have left the meeting");
    await tabTo(kim, "rejoin");
    await keyboard.press("Enter");
    await kim.find("leave");
  }));

  step("in Firefox too a missing device keeps nobody out, and listening sends nothing", () => between([
    open("member", { failures: { microphone: "NotFoundError" } }, fox), open("host", { name: "Host", tone: 1900 }),
  ], async (eva, host) => {
    await host.join();
    await eva.page.waitForSelector('[data-testid="ask-devices"], .note');
    if (await eva.page.$('[data-testid="ask-devices"]')) await eva.press("ask-devices");
    await eva.says("No microphone was found");
    await eva.join("join-listen");
    await eva.sees(host);
    assert.equal(await sent(eva), 0);
    await eva.press("leave");
    await eva.says("You have left the meeting");
    await eva.press("rejoin");
    await eva.sees(host);
  }));

  step("the host ends the meeting for all", () => between([open("host", { name: "Host" }), open("member"), open("member", { name: "Fay" }, fox)], async (host, eva, fay) => {
    for (const person of [host, eva, fay]) await person.join();
    await host.press("more");
    await host.press("more-end");
    await host.press("confirm-yes");
    for (const person of [host, eva, fay]) await person.says("The meeting has ended");
    for (const person of [host, eva, fay]) assert.deepEqual(person.errors(), []);
    await eva.page.reload({ waitUntil: "load" });
    await eva.says("has ended");
  }));
});
