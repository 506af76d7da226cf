/**
 * How it looks: every screen on a phone, on its side, and on a desk, in both languages and both looks. Pictures are left in out/ for
 * eyes; what a program can judge is asserted: nothing scrolls sideways, fingers can hit every control, axe-core finds no serious fault.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Person, Server, sharedChromium, step, suite, until } from "./harness.mjs";
import { check, faults } from "./judge.mjs";
import { PORTRAITS, guest, posing } from "./portrait.mjs";

const FINGER = 44; /* CSS pixels */
const SIZES = {
  desk: { width: 1280, height: 800 },
  phone: { width: 360, height: 740, isMobile: true, hasTouch: true },
  side: { width: 740, height: 360, isMobile: true, hasTouch: true },
};
const LOOKS = [["en", "light"], ["zh-Hans", "dark"]];

const GUESTS = [["杨玲 Yang Ling", "ling"], ["Abeba Tesfaye", "abeba"], ["José Quispe", "jose"], ["佐藤花 Hana Sato", "hana"]];
const AGENDA = [
  { sharer: "Ana Lindqvist", subject: "Opening, and who is here", minutes: 10 }, { sharer: "杨玲 Yang Ling", subject: "Hello, neighbor: five gardens, one year", minutes: 50 },
  { sharer: "", subject: "Questions and answers", minutes: 30 },
];
/** So low a window shows the stage alone: little to decode. */
const NO_TILES = { width: 740, height: 300 };

let server, chrome, desk, phone, sharer;
const guests = [];

async function look(person, name, size, language, theme) {
  const { page } = person;
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }, { name: "prefers-reduced-motion", value: "reduce" }]);
  await until("the look is there", () => page.evaluate((t, l) => document.documentElement.dataset.theme === t && document.documentElement.lang === l, theme, language));
  await person.screenshot(`${name}-${size}-${language === "en" ? "en" : "zh"}-${theme}`);
  assert.deepEqual(await page.evaluate(faults, SIZES[size].hasTouch ? FINGER : 0), [], `${name} ${size} ${language}`);
}

/** The page's language is under More in the meeting. */
async function speak(person, language) {
  const visible = await person.page.$('[data-testid="ui-language"]');
  const inMeeting = await person.page.$('[data-testid="leave"]');
  if (!visible && (await person.page.$("dialog[open]"))) {
    await person.page.keyboard.press("Escape");
    await until("the dialog is closed", async () => !(await person.page.$("dialog[open]")));
  }
  if (!visible) await person.press("more");
  await person.find("ui-language");
  await person.page.select('[data-testid="ui-language"]', language);
  if (!inMeeting) return;
  await person.page.keyboard.press("Escape");
  /* What Escape still closes mustn't be taken for open. */
  await until("the menu is closed", async () => !(await person.page.$('[data-testid="ui-language"]')));
}

/** One screen on both devices, in both looks; axe looks at those that differ in more than width. */
async function everywhere(name, prepare = async () => {}) {
  for (const [person, sizes] of [[desk, ["desk"]], [phone, ["side", "phone"]]]) {
    for (const size of sizes) {
      await person.page.setViewport(SIZES[size]);
      for (const [language, theme] of LOOKS) {
        await speak(person, language);
        await prepare(person);
        await until("every picture is there", () => person.page.evaluate(() => !document.querySelector(".tile > .initials")));
        await look(person, name, size, language, theme);
        if (size !== "side") await check(person, `${name}, ${size}, ${theme}`);
      }
    }
    await speak(person, "en");
  }
}

/** What the secretariat's page would say. */
async function plan(change) {
  const headers = { Authorization: `Bearer ${server.token("looks", "host")}`, "Content-Type": "application/json" };
  const response = await fetch(`${server.base}/api/admin/meetings/looks`, { method: "PATCH", headers, body: JSON.stringify(change) });
  assert.equal(response.status, 200, await response.text());
}

async function showPanel(person, panel) {
  if (await person.page.$(`[data-panel="${panel}"]`)) return undefined;
  await person.page.keyboard.press("Escape");
  await until("no panel is open", async () => !(await person.page.$(".panel")));
  if (await person.page.$(`[data-testid="${panel}"]`).then((button) => button?.isVisible())) return person.press(panel);
  await person.press("more");
  return person.press(`more-${panel}`);
}

suite("looks", { timeout: 240_000 }, () => {
  before(async () => {
    /* plain HTTP, since the guests are C peers */
    server = await Server.start({ port: 8080, options: ["--insecure-http"] });
    server.run("meeting", "create", "looks", "--title", "How are you going to go on?", "--starts", "2026-05-29T10:00", "--zone", "Asia/Shanghai", "--floor", "zh",
      "--channel", "en", "--channel", "fr");
    await plan({ venue: "Chengdu, community hall", autoRecord: true, agenda: AGENDA });
    chrome = await sharedChromium();
    [desk, phone] = await Promise.all([
      Person.open(chrome, server.link("looks", "host"), { name: "Ana Lindqvist", viewport: SIZES.desk, prepare: posing(PORTRAITS.ana) }),
      Person.open(chrome, server.link("looks", "member"), { name: "Ben", viewport: SIZES.phone, prepare: posing(PORTRAITS.ravi) }),
    ]);
  });
  after(async () => {
    await Promise.all(guests.map((one) => one.end()));
    await server?.stop();
  });

  step("the lobby", async () => {
    for (const person of [desk, phone]) {
      await person.type("name", person.name);
      if (await person.page.$('[data-testid="ask-devices"]')) await person.press("ask-devices");
      await until("the own picture", async () => (await person.pictures(null, "own")).length > 0);
    }
    await everywhere("lobby");
  });

  step("a meeting of two", async () => {
    await desk.join();
    await phone.join();
    await everywhere("two");
  });

  step("a meeting of seven", async () => {
    for (const [name, who] of GUESTS) guests.push(await guest(server, "looks", desk.page, name, PORTRAITS[who], { picture: { width: 320, height: 180, rate: 10 } }));
    sharer = await Person.open(chrome, server.link("looks", "member"), { name: "Maisara Othman", viewport: NO_TILES, prepare: posing(PORTRAITS.maisara) });
    await sharer.type("organisation", "Green Hills Association of Northern Borneo");
    await sharer.page.select('[data-testid="country"]', "MY");
    await sharer.page.select('[data-testid="speaks"]', "ms");
    await sharer.join();
    await sharer.press("hand");
    await phone.press("mic");
    await until("the hand is seen", async () => (await desk.page.$$(".tile-hand")).length > 0);
    await everywhere("seven");
  });

  step("the chat", async () => {
    await sharer.openPanel("chat");
    for (const words of ["Selamat pagi!", "大家好，今天的分享在十点开始。幻灯片在这里：https://example.org/slides?meeting=how-are-you-going-to-go-on&language=zh-Hans"]) {
      await sharer.type("chat-input", words);
      await sharer.page.keyboard.press("Enter");
    }
    await everywhere("chat", async (person) => {
      await showPanel(person, "chat");
      await person.says("Selamat");
    });
  });

  step("a question in it", async () => {
    await showPanel(desk, "chat");
    await (await desk.page.waitForSelector(".message:first-child .mark-button")).click();
    await until("the other one sees it", () => phone.page.$(".message-question"));
    await everywhere("question", async (person) => {
      await showPanel(person, "chat");
      await person.find("questions");
    });
  });

  step("the agenda", async () => {
    await showPanel(desk, "agenda");
    await desk.press("next-part");
    await desk.press("next-part");
    await phone.says(/2 · Hello, neighbor: five gardens, one year · 杨玲 Yang Ling/);
    await everywhere("agenda", async (person) => {
      await showPanel(person, "agenda");
      await person.page.waitForSelector(".agenda-runs");
    });
  });

  step("the people", () => everywhere("people", async (person) => {
    await showPanel(person, "people");
    await person.says("Green Hills Association of Northern Borneo");
    if (person === desk && !(await desk.page.$(".person-actions"))) await (await desk.page.waitForSelector(".person-button")).click();
  }));

  step("everybody alike", async () => {
    for (const person of [desk, phone]) await person.press("close-panel");
    await everywhere("gallery", async (person) => {
      if (!(await person.page.$('[data-tiles="all"]'))) await person.press("layout");
      await person.page.waitForSelector('[data-tiles="all"]');
    });
    for (const person of [desk, phone]) await person.press("layout");
  });

  step("a shared screen", async () => {
    await sharer.press("screen");
    try {
      await everywhere("screen", (person) => until("the screen is shown", async () => (await person.pictures(null, "screen")).length > 0));
    } finally {
      await sharer.press("screen");
    }
  });

  step("what opens over the meeting", () => everywhere("more", async (person) => {
    await person.press("more");
  }));

  step("the language one hears, and the host's languages", () => everywhere("languages", async (person) => {
    if (person === phone) return person.press("language");
    await person.press("more");
    return person.press("more-languages");
  }));

  step("when something is wrong", async () => {
    const page = await Person.open(chrome, server.link("looks", "member"), { name: "Eva", viewport: SIZES.phone, failures: { microphone: "NotReadableError", camera: "NotFoundError" } });
    const both = async (name) => {
      for (const [language, theme] of LOOKS) {
        await speak(page, language);
        await look(page, name, "phone", language, theme);
        await check(page, `${name}, ${theme}`);
      }
      await speak(page, "en");
    };
    await page.find("name");
    if (await page.page.$('[data-testid="ask-devices"]')) await page.press("ask-devices");
    await page.says("used by another program");
    await both("problems");
    await page.join();
    await page.press("leave");
    await page.says("You have left");
    await both("left");
    await page.page.goto(`${server.base}/m/looks#token=nonsense`, { waitUntil: "load" });
    await page.says("isn’t valid");
    await both("refused");
  });
});
