/**
 * The secretariat's page before a server that is made up: a first meeting by keyboard alone, its links, its plan, what goes on in it, and
 * what the page says when it may not, when the server refuses a field, and when it is away. Pictures are left in out/ for eyes.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before } from "node:test";
import { Person, pictures, sharedChromium, step, suite, until } from "./harness.mjs";
import { check, faults } from "./judge.mjs";
import { Office } from "./office.mjs";

const FINGER = 44; /* CSS pixels */
const SIZES = { desk: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 }, phone: { width: 360, height: 740, isMobile: true, hasTouch: true } };
/** What is written on the page doesn't outlive a phone's size, which loads the page anew. */
const KEPT = ["desk", "narrow"];
const LOOKS = [["en", "light"], ["zh-Hans", "dark"]];
const HOUR = 3600;

let office, chrome, clerk;

const value = (person, id) => person.page.$eval(`[data-testid="${id}"]`, (node) => node.value);
const focused = (person) => person.page.evaluate(() => document.activeElement?.dataset.testid ?? document.activeElement?.id ?? "");
const at = (iso) => Date.parse(iso) / 1000;

async function open(link, options = {}) {
  const person = await Person.open(chrome, link, { name: "Clerk", viewport: SIZES.desk, ...options });
  await person.page.emulateTimezone("Asia/Shanghai");
  await person.page.reload({ waitUntil: "load" });
  return person;
}

/** Tabs on, as a person without a mouse would, to the control. */
async function tabTo(person, id) {
  for (let i = 0; i < 80; i++) {
    if ((await focused(person)) === id) return;
    await person.page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key doesn't lead to ${id}`);
}

/** On both devices, in both languages and looks: a picture of the whole page, nothing out of it, nothing that axe-core finds. */
async function everywhere(person, name, sizes = ["desk", "phone"]) {
  const { page } = person;
  for (const size of sizes) {
    const viewport = SIZES[size];
    await page.setViewport(viewport);
    for (const [language, theme] of LOOKS) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }, { name: "prefers-reduced-motion", value: "reduce" }]);
      await person.find("ui-language");
      await page.select('[data-testid="ui-language"]', language);
      await until("the look is there", () => page.evaluate((t, l) => document.documentElement.dataset.theme === t && document.documentElement.lang === l, theme, language));
      await page.screenshot({ path: join(pictures, `admin-${name}-${size}-${language === "en" ? "en" : "zh"}-${theme}.png`), fullPage: true });
      assert.deepEqual(await page.evaluate(faults, viewport.hasTouch ? FINGER : 0), [], `${name} ${size} ${language}`);
      await check(person, `${name}, ${size}, ${theme}`);
    }
  }
  await page.select('[data-testid="ui-language"]', "en");
  await page.setViewport(SIZES.desk);
}

/** Whoever came from another page is at this one's heading; a ring around it would be a jump. */
const atHeading = (person, words) => until(`at the heading ${words}`, () => person.page.evaluate((wanted) => {
  const { localName, innerText } = document.activeElement;
  return localName === "h1" && innerText.includes(wanted) && getComputedStyle(document.activeElement).outlineStyle === "none";
}, words));

/** Changes are held by the server until the function given is called. */
function hold() {
  let answer;
  office.held = new Promise((done) => { answer = done; });
  return () => {
    office.held = null;
    answer();
  };
}

async function fill(person, id, text) {
  await person.type(id, text);
  await until(`${id} is ${text}`, async () => (await value(person, id)) === text);
}

suite("the secretariat's page", { timeout: 240_000 }, () => {
  before(async () => {
    office = await Office.start(); /* on the port that browsers are told to trust: they copy nothing from others */
    chrome = await sharedChromium();
    clerk = await open(office.link());
  });
  after(() => office?.stop());

  step("without a meeting it shows the one thing to do", async () => {
    await clerk.says("No meetings yet");
    assert.equal(await clerk.page.evaluate(() => document.activeElement.localName), "body", "a page that was loaded is left as it is");
    await everywhere(clerk, "empty");
  });

  step("a first meeting is made by keyboard alone", async () => {
    await tabTo(clerk, "new-meeting");
    await clerk.page.keyboard.press("Enter");
    await until("the theme has the focus", async () => (await focused(clerk)) === "title");
    assert.equal(await value(clerk, "minutes"), "120");
    assert.equal(await value(clerk, "zone"), "Asia/Shanghai");
    assert.match(await value(clerk, "time"), /^\d\d:00$/);
    await clerk.page.keyboard.type("Hello, neighbor!");
    await until("the address follows", async () => (await value(clerk, "name")).endsWith("-hello-neighbor"));
    await tabTo(clerk, "add-floor");
    await clerk.page.keyboard.type("Chinese");
    await clerk.page.keyboard.press("Enter");
    await clerk.says("Chinese · 中文");
    await tabTo(clerk, "add-channel");
    for (const language of ["English", "Français"]) {
      await clerk.page.keyboard.type(language);
      await clerk.page.keyboard.press("Enter");
    }
    await clerk.says("French · Français");
    await tabTo(clerk, "add-part");
    await clerk.page.keyboard.press("Enter");
    for (const [subject, sharer, minutes] of [["Five gardens", "Yang Ling", "40"], ["Water", "Tsegaye Bekele", "50"]]) {
      await clerk.page.keyboard.type(subject);
      await clerk.page.keyboard.press("Tab");
      await clerk.page.keyboard.type(sharer);
      await clerk.page.keyboard.press("Tab");
      await clerk.page.evaluate(() => document.activeElement.select());
      await clerk.page.keyboard.type(minutes);
      await clerk.page.keyboard.press("Enter"); /* the next part */
    }
    await clerk.says("90 of 120 minutes");
    /* An empty part at the end is none. */
    await until("the third part has the focus", async () => (await focused(clerk)) === "subject-3");
    await clerk.page.keyboard.type("Questions");
    /* By keys to the front. */
    await clerk.page.keyboard.down("Alt");
    await clerk.page.keyboard.press("ArrowUp");
    await clerk.page.keyboard.press("ArrowUp");
    await clerk.page.keyboard.up("Alt");
    await until("it is the first", async () => (await value(clerk, "subject-1")) === "Questions");
    assert.equal(await focused(clerk), "subject-1", "the focus goes along");
    await clerk.says(/140 of 120 minutes: 20 minutes too many/);
    await tabTo(clerk, "save");
    const go = hold();
    await clerk.page.keyboard.press("Enter");
    await clerk.says("Saving…");
    assert.equal(await clerk.page.$eval('[data-testid="title"]', (node) => node.matches(":disabled")), true, "what would be written now would be lost");
    assert.equal(await focused(clerk), "save");
    go();
    await clerk.says("The meeting is made. Send out the links below.");
    await atHeading(clerk, "Hello, neighbor!");
    const { body } = office.asked.findLast(({ method }) => method === "POST");
    assert.deepEqual({ title: body.title, floors: body.floors, channels: body.channels, minutes: body.minutes, access: body.access }, {
      title: "Hello, neighbor!", floors: ["zh"], channels: ["en", "fr"], minutes: 120, access: "alliance",
    });
    assert.ok(!("name" in body), "its address is the server's to make");
    assert.deepEqual(body.agenda.map(({ subject, sharer, minutes }) => [subject, sharer, minutes]), [["Questions", "", 50], ["Five gardens", "Yang Ling", 40], ["Water", "Tsegaye Bekele", 50]]);
    const until24 = body.starts - Date.now() / 1000;
    assert.ok(until24 > 24 * HOUR && until24 <= 25 * HOUR && body.starts % HOUR === 0, `tomorrow at the next full hour: ${until24}`);
    await everywhere(clerk, "made");
  });

  step("links: one for each role, an interpreter's with languages and booth", async () => {
    await clerk.context.overridePermissions(office.base, ["clipboard-read", "clipboard-sanitized-write"]);
    await clerk.press("link-member");
    await until("the link is there", async () => (await value(clerk, "url-member")).includes("#token=member"));
    await clerk.says("Copied");
    assert.equal(await clerk.page.evaluate(() => navigator.clipboard.readText()), await value(clerk, "url-member"));
    await clerk.press("link-member");
    assert.equal(office.asked.filter(({ path, body }) => path.endsWith("/links") && body.role === "member").length, 1, "the same link again");
    await clerk.press("link-interpreter");
    await clerk.find("booth-dialog");
    await clerk.page.select('[data-testid="link-language-b"]', "fr");
    await check(clerk, "the booth's dialog");
    await clerk.press("make-booth-link");
    await until("its link", async () => (await value(clerk, "url-interpreter")).endsWith("interpreter.en+fr"));
    const { body } = office.asked.findLast(({ path }) => path.endsWith("/links"));
    assert.deepEqual([body.languages, body.understands], [["en", "fr"], ["zh"]]);
    assert.ok(body.days >= 30);
    await clerk.says(/English \+ French.*Good until/s);
    await everywhere(clerk, "links", KEPT);
  });

  step("a link that ends before the meeting does, which was put off, is made anew", async () => {
    const meeting = [...office.meetings.values()].find(({ title }) => title === "Hello, neighbor!");
    const { starts } = meeting;
    const asked = (role) => office.asked.filter(({ path, body }) => path.endsWith("/links") && body.role === role);
    const seen = () => clerk.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange"))); /* asks at once */
    meeting.starts += 100 * 24 * HOUR;
    await seen();
    await clerk.says("too short for the meeting as it is planned now");
    await everywhere(clerk, "short", ["narrow"]);
    for (const role of ["member", "interpreter"]) {
      const before = asked(role).length;
      if (role === "member") await clerk.press("link-member");
      else await (await clerk.page.$('[data-role="interpreter"] .link-made button')).click();
      await until(`${role}: a new one`, () => asked(role).length === before + 1);
      assert.ok(asked(role).at(-1).body.days > 105, `${asked(role).at(-1).body.days} days`);
      await until("in the old one's place", async () => (await clerk.page.$$(`[data-testid="url-${role}"]`)).length === 1);
    }
    assert.deepEqual(asked("interpreter").at(-1).body.languages, ["en", "fr"]);
    await until("none is too short", async () => !(await clerk.text()).includes("too short for the meeting"));
    meeting.starts = starts;
    await seen();
  });

  step("links of a role are withdrawn, after a question, and new ones made", async () => {
    await clerk.press("withdraw-member");
    await clerk.says(/Withdraw all links\? Member/);
    await check(clerk, "the question before links are withdrawn");
    await clerk.page.keyboard.press("Escape");
    assert.equal(office.asked.filter(({ method }) => method === "DELETE").length, 0);
    await clerk.press("withdraw-member");
    await clerk.press("withdraw-yes");
    await clerk.find("withdrawn-member");
    assert.match(office.asked.findLast(({ method }) => method === "DELETE").path, /\/links\/member$/);
    assert.equal(await clerk.page.$('[data-testid="url-member"]'), null);
    assert.notEqual(await clerk.page.$('[data-testid="url-interpreter"]'), null, "others stay");
    await everywhere(clerk, "withdrawn", KEPT);
    await clerk.press("link-member");
    await clerk.find("url-member");
    assert.equal(await clerk.page.$('[data-testid="withdrawn-member"]'), null);
  });

  step("what the server refuses is said at its field", async () => {
    await fill(clerk, "venue", "Mars");
    await clerk.press("save");
    await clerk.says("The server says: isn’t on Earth");
    assert.equal(await focused(clerk), "venue");
    assert.equal(await clerk.page.$eval('[data-testid="venue"]', (node) => node.getAttribute("aria-invalid")), "true");
    await fill(clerk, "venue", "Chengdu, community hall");
    await fill(clerk, "subject-2", "forbidden");
    await clerk.press("save");
    await clerk.says("The server says: isn’t allowed");
    assert.equal(await focused(clerk), "subject-2");
    await fill(clerk, "subject-2", "Five gardens, one year");
    /* What the page itself sees to be wrong. */
    await clerk.page.$eval('[data-testid="title"]', (node) => { node.focus(); node.select(); });
    await clerk.page.keyboard.press("Backspace");
    await fill(clerk, "minutes", "long");
    await clerk.press("save");
    await clerk.says(/2 fields need a look:/);
    assert.equal(await focused(clerk), "title");
    await everywhere(clerk, "wrong", KEPT);
    await fill(clerk, "title", "Hello, neighbor");
    await fill(clerk, "minutes", "150");
    await clerk.press("save");
    await until("it is saved", async () => (await clerk.page.$eval('[data-testid="save-state"]', (node) => node.innerText)).includes("Saved"));
    const { method, body } = office.asked.findLast(({ method: one }) => one === "PATCH");
    assert.deepEqual([method, Object.keys(body).sort()], ["PATCH", ["agenda", "minutes", "title", "venue"]]);
  });

  step("what is written while the plan is being saved stays, and isn't saved yet", async () => {
    const state = () => clerk.page.$eval('[data-testid="save-state"]', (node) => node.innerText);
    const go = hold();
    await fill(clerk, "minutes", "160");
    await clerk.press("save");
    await until("it is being saved", async () => (await state()).includes("Saving…"));
    await fill(clerk, "venue", "The new hall");
    go();
    await until("something isn't saved yet", async () => (await state()).includes("Not saved yet"));
    assert.deepEqual([await value(clerk, "venue"), await value(clerk, "minutes"), await focused(clerk)], ["The new hall", "160", "venue"]);
    await clerk.press("save");
    await until("it is saved", async () => (await state()).includes("Saved"));
    assert.deepEqual(office.asked.filter(({ method }) => method === "PATCH").slice(-2).map(({ body }) => body), [{ minutes: 160 }, { venue: "The new hall" }]);
    assert.equal(await focused(clerk), "save", "the focus stays");
  });

  step("what isn't saved is asked about before it is left", async () => {
    await fill(clerk, "venue", "Elsewhere");
    await clerk.press("back");
    await clerk.find("leave-dialog");
    await clerk.press("leave-stay");
    assert.equal(await value(clerk, "venue"), "Elsewhere");
    await clerk.page.goBack();
    await clerk.find("leave-dialog");
    await clerk.press("leave-anyway");
    await clerk.says("Upcoming");
    await atHeading(clerk, "Meetings");
    assert.ok(![...office.meetings.values()].some(({ venue }) => venue === "Elsewhere"));
  });

  step("the list: what goes on, what comes, what has been", async () => {
    const soon = Math.ceil(Date.now() / 1000 / HOUR) * HOUR;
    office.add({ name: "running", title: "How are you going to go on?", starts: soon - 2 * HOUR, zone: "Africa/Addis_Ababa", state: "open", people: 23, recording: "recording", channels: ["en"] });
    office.add({ name: "any", title: "开放会议室", starts: 0 });
    office.add({ name: "old", title: "The first one, with a long title that goes on beyond what a phone has room for in a line", starts: at("2026-05-29T02:00:00Z"), state: "ended" });
    await clerk.page.reload({ waitUntil: "load" });
    await clerk.says("23 people there now");
    const rows = await clerk.page.$$eval(".meeting-row", (all) => all.map((one) => one.dataset.testid));
    assert.equal(rows[0], "meeting-running");
    assert.equal(rows.at(-1), "meeting-old");
    await everywhere(clerk, "list");
  });

  step("a meeting that goes on is recorded, and ended", async () => {
    await clerk.press("meeting-running");
    await clerk.says(/23 people there now Recording/);
    await atHeading(clerk, "How are you going to go on?");
    await everywhere(clerk, "running");
    await clerk.press("record-pause");
    await clerk.says("Recording paused");
    await clerk.press("record");
    await clerk.find("record-pause");
    await clerk.press("record-stop");
    await clerk.says("Not recording");
    await clerk.press("end");
    await clerk.press("end-yes");
    await clerk.says("This meeting has ended.");
    assert.deepEqual(await clerk.page.$$eval(".link-row", (all) => all.map((one) => one.dataset.role)), ["viewer"]);
    assert.deepEqual(office.asked.filter(({ path }) => path.endsWith("/recording")).map(({ method }) => method), ["PATCH", "PATCH", "DELETE"]);
  });

  step("a past meeting leads to its archive and minutes, is copied as the next one, and deleted by who writes its name", async () => {
    await clerk.press("back");
    office.add({ name: "past", title: "种子与记忆 · Seeds", starts: at("2026-01-30T02:00:00Z"), state: "ended", venue: "Chengdu", floors: ["zh"], channels: ["en"], minutes: 90,
      agenda: [{ sharer: "Yang Ling", subject: "Five gardens", minutes: 20, started: 1769738400000 }] });
    await clerk.page.reload({ waitUntil: "load" });
    await clerk.press("meeting-past");
    const token = new URLSearchParams(new URL(office.link()).hash.slice(1)).get("token");
    assert.deepEqual(await clerk.page.$$eval('[data-testid="archive"], [data-testid="write-minutes"]', (all) => all.map((one) => one.getAttribute("href"))),
      [`/archive/past#token=${token}`, `/archive/past#token=${token}&edit=minutes`]);
    await everywhere(clerk, "past");
    /* Kept for a shorter time than it is over: asked about before, since it would be deleted at once. */
    const changes = () => office.asked.filter(({ method, path }) => method === "PATCH" && path.endsWith("/past")).map(({ body: change }) => change);
    await clerk.page.select('[data-testid="retention"]', "90");
    await clerk.press("save");
    await clerk.says(/will be deleted for good within the hour/);
    await everywhere(clerk, "deletes", KEPT);
    await clerk.page.keyboard.press("Escape");
    await until("the question is gone", async () => !(await clerk.page.$('[data-testid="deletes-dialog"]')));
    assert.deepEqual([changes(), await value(clerk, "retention")], [[], "90"]);
    await clerk.press("save");
    await clerk.press("deletes-yes");
    await until("it is saved", () => changes().length === 1);
    await clerk.page.select('[data-testid="retention"]', "365");
    await clerk.press("save");
    await until("what is long enough isn't asked about", () => changes().length === 2);
    assert.deepEqual(changes(), [{ retentionDays: 90 }, { retentionDays: 365 }]);
    await clerk.press("copy-as-next");
    await clerk.says("Copied from the last one");
    assert.deepEqual([await value(clerk, "title"), await value(clerk, "time"), await value(clerk, "venue")], ["种子与记忆 · Seeds", "10:00", "Chengdu"]);
    assert.equal(new Date(await value(clerk, "date")).getUTCDay(), 5);
    assert.ok(new Date(await value(clerk, "date")) > new Date());
    await clerk.press("save");
    await clerk.says("The meeting is made.");
    const { body } = office.asked.findLast(({ method, path }) => method === "POST" && path === "/api/admin/meetings");
    assert.deepEqual([body.floors, body.channels, body.minutes, body.agenda], [["zh"], ["en"], 90, [{ sharer: "Yang Ling", subject: "Five gardens", minutes: 20 }]]);
    await clerk.press("back");
    await clerk.press("meeting-past");
    await clerk.press("delete-meeting");
    assert.equal(await clerk.page.$eval('[data-testid="confirm-name-yes"]', (node) => node.disabled), true);
    await everywhere(clerk, "delete", ["desk", "narrow"]);
    await clerk.page.type('[data-testid="written-name"]', "pas");
    assert.equal(await clerk.page.$eval('[data-testid="confirm-name-yes"]', (node) => node.disabled), true);
    await clerk.page.type('[data-testid="written-name"]', "t");
    await clerk.page.keyboard.press("Enter");
    await clerk.says("种子与记忆 · Seeds was deleted.");
    assert.equal(office.meetings.has("past"), false);
    assert.equal(await clerk.page.$('[data-testid="meeting-past"]'), null);
  });

  step("hours that the clocks skip or show twice, and other cities", async () => {
    await clerk.press("new-meeting");
    await fill(clerk, "title", "Summer time");
    await fill(clerk, "zone", "paris");
    await clerk.page.keyboard.press("Enter");
    await until("the zone is found", async () => (await value(clerk, "zone")) === "Europe/Paris");
    const set = (id, text) => clerk.page.$eval(`[data-testid="${id}"]`, (node, now) => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(node, now);
      node.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
    await set("date", "2027-03-28");
    await set("time", "02:30");
    await clerk.says(/this time doesn’t exist on that day\. It counts as 03:30 \(UTC\+2\)/);
    await set("date", "2027-10-31");
    await clerk.says("this time comes twice on that day");
    await set("time", "20:00");
    await fill(clerk, "add-zone", "lima");
    await clerk.page.keyboard.press("Enter");
    await until("Lima's time", () => clerk.page.$eval('[data-zone="America/Lima"] .zone-time', (node) => /Sun,? 31 Oct 14:00/.test(node.innerText)));
    await until("by night at home", () => clerk.page.$eval('[data-zone="Asia/Shanghai"] .zone-time', (node) => /Mon,? 1 Nov 03:00 at night/.test(node.innerText)));
    await fill(clerk, "zone", "Atlantis");
    await clerk.page.keyboard.press("Tab");
    await clerk.says("This zone isn’t known.");
    /* No meeting in the zone of before. */
    const made = () => office.asked.filter(({ method, path }) => method === "POST" && path === "/api/admin/meetings");
    const before = made().length;
    await clerk.press("save");
    await clerk.says("One field needs a look:");
    await until("the zone has the focus", async () => (await focused(clerk)) === "zone");
    assert.deepEqual([await value(clerk, "zone"), made().length], ["Atlantis", before]);
    await everywhere(clerk, "zone", KEPT);
    await fill(clerk, "zone", "Kyoto");
    await clerk.press("save");
    await clerk.says("The meeting is made.");
    assert.equal(made().at(-1).body.zone, "Asia/Tokyo");
    await clerk.press("back");
    await clerk.press("new-meeting");
    await until("the theme has the focus, each time", async () => (await focused(clerk)) === "title");
    await fill(clerk, "zone", "Atlantis");
    await clerk.page.evaluate(() => { location.hash = location.hash.replace("&new", ""); });
    await clerk.press("leave-anyway");
    await clerk.says("Upcoming");
  });

  step("a server that is away for a while takes nothing from what is written", async () => {
    await clerk.press("new-meeting");
    await fill(clerk, "title", "Written on the train");
    office.away = true;
    await clerk.page.focus('[data-testid="title"]');
    await clerk.page.keyboard.press("Enter");
    await clerk.says("The server can’t be reached; nothing was lost.");
    assert.equal(await focused(clerk), "title", "the focus is where it was");
    await clerk.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange"))); /* asks at once */
    await clerk.find("lost");
    await everywhere(clerk, "lost", KEPT);
    office.away = false;
    await until("the server is back", async () => !(await clerk.page.$('[data-testid="lost"]')));
    assert.equal(await value(clerk, "title"), "Written on the train");
    await clerk.press("save");
    await clerk.says("The meeting is made.");
    assert.deepEqual(clerk.errors().filter((message) => !/status of 40[03]/.test(message)), []);
  });

  step("who may not reads why", async () => {
    const cases = [
      [`${office.base}/admin`, "has no permission in it"], [`${office.base}/admin#token=nonsense`, "isn’t valid"],
      [office.link({ sub: "*", role: "secretariat", exp: 5 }), "has expired"], [office.link({ sub: "any", role: "member", exp: 4e9 }), "doesn’t let you plan meetings"],
    ];
    for (const [link, words] of cases) {
      const stranger = await open(link);
      await stranger.says(words);
      if (words === "isn’t valid") await everywhere(stranger, "refused");
      await stranger.close();
    }
    /* A host's of one meeting sees that one, and can't make others. */
    const host = await open(office.link({ sub: "any", role: "host", exp: 4e9 }));
    await host.says("开放会议室");
    assert.equal(await host.page.$('[data-testid="new-meeting"]'), null);
    await host.press("meeting-any");
    await host.find("archive");
    assert.equal(await host.page.$('[data-testid="copy-as-next"], [data-testid="delete-meeting"]'), null);
    await host.press("back");
    await host.find("meeting-any");
    assert.deepEqual(await host.page.$$eval(".meeting-row", (all) => all.length), 1);
    await host.close();
  });
});
