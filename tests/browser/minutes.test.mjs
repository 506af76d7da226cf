/**
 * Minutes: written, saved, in conflict, published, translated and read in the page, against a real server's API. The page around them is
 * the developers' preview, built as the product is. Pictures are left in out/ for eyes.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before } from "node:test";
import { address, Person, pictures, root, Server, sharedChromium, step, suite, until } from "./harness.mjs";
import { check, faults } from "./judge.mjs";

const FINGER = 44; /* CSS pixels */
const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740, isMobile: true, hasTouch: true } };
const LOOKS = [["en", "light"], ["zh-Hans", "dark"]];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const BODY = {
  theme: "How are you going to go on? 你打算如何走下去？",
  time: { starts: 1590717600, minutes: 120, zone: "Asia/Shanghai", places: [
    { country: "CN", zone: "Asia/Shanghai" }, { country: "TR", zone: "Europe/Istanbul" }, { country: "US", zone: "America/New_York" }] },
  venue: "Online, and the community house in Chengdu",
  parts: [
    { sharer: "Yang Ling 杨玲", subject: "Hello, neighbor", contents: "Speaking time: Yang Ling 24 min, Maisara 3 min\n\nSince March nobody could leave the house. The neighbours began to cook for each other.\n\n- a list of who needs what\n- one phone number for all" },
    { sharer: "ميسرة عثمان", subject: "مرحبا بالعالم", contents: "كيف نكمل الطريق معا؟" },
    { sharer: "José Quispe", subject: "A garden for the school", contents: "https://example.org/a-very-long-address-without-a-single-space-that-has-to-be-broken-somewhere-on-a-phone" }],
  questions: [
    { question: "Who pays for the food?", by: "Abeba Tesfaye", answer: "Everybody puts in what they can.\n\nNobody counts.", answeredBy: "Yang Ling" },
    { question: "Can we visit?", by: "佐藤花", answer: "", answeredBy: "" }],
  participants: [
    { name: "杨玲 Yang Ling", organisation: "成都社区中心", country: "CN" }, { name: "Maisara Othman", organisation: "Union of neighbours", country: "TR" },
    { name: "Abeba Tesfaye", organisation: "", country: "ET" }],
  recorders: ["Ana", "Ravi"],
  attachments: [1],
};

let server, chrome, front, folder, base, host, editor;
/** In place of the server's answers: path -> JSON. */
const stands = new Map();

async function buildPreview() {
  const { build } = await import(join(root, "web-client/node_modules/vite/dist/node/index.js"));
  folder = mkdtempSync(join(tmpdir(), "minutes-preview-"));
  await build({ root: join(root, "web-client"), mode: "preview", logLevel: "error",
    build: { outDir: folder, emptyOutDir: true, copyPublicDir: false, rollupOptions: { input: join(root, "web-client/preview_minutes.html") } } });
}

/** The page's files, and the server behind /api. */
function serve(incoming, reply) {
  const { pathname } = new URL(incoming.url, "http://x");
  const stand = stands.get(pathname);
  if (stand) return reply.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(stand));
  if (pathname.startsWith("/api/")) {
    const on = ask(server.base + incoming.url, { method: incoming.method, headers: incoming.headers }, (answer) => {
      reply.writeHead(answer.statusCode, answer.headers);
      answer.pipe(reply);
    });
    on.on("error", () => reply.writeHead(502).end());
    return incoming.pipe(on);
  }
  let content;
  try {
    content = readFileSync(join(folder, pathname));
  } catch {
    return reply.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
  }
  return reply.writeHead(200, { "Content-Type": TYPES[extname(pathname)] ?? "text/plain" }).end(content);
}

async function api(method, path, content) {
  const response = await fetch(`${server.base}/api/archive/demo/minutes/${path}`, {
    method, headers: { Authorization: `Bearer ${host}` }, ...(content ? { body: JSON.stringify(content) } : {}) });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.headers.get("content-type").startsWith("application/json") ? response.json() : Buffer.from(await response.arrayBuffer());
}

const edit = (query = "", more = "") => `${base}/preview_minutes.html?${query}#token=${host}&edit=minutes${more}`;
const open = (link, options = {}) => Person.open(chrome, link, { name: "Editor", viewport: SIZES.desk, ...options });
const value = (person, id) => person.page.$eval(`[data-testid="${id}"]`, (node) => node.value);
const stateIs = (person, words) => until(`the editor says ${words}`, async () => {
  const text = await person.page.$eval('[data-testid="editor-state"]', (node) => node.innerText);
  if (!words.test(text)) throw new Error(text);
  return true;
});

async function replace(person, id, text) {
  await person.type(id, text);
  await until(`${id} has the text`, async () => (await value(person, id)) === text);
}

/** In both sizes, languages and looks: a picture, nothing out of the page, nothing that axe-core finds. */
async function everywhere(name, address_of, prepare = async () => {}) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const [language, theme] of LOOKS) {
      const person = await open(address_of(`lang=${language}&theme=${theme}`), { name: `${name}-${size}`, viewport });
      await prepare(person);
      await person.page.screenshot({ path: join(pictures, `minutes-${name}-${size}-${language === "en" ? "en" : "zh"}.png`), fullPage: true });
      assert.deepEqual(await person.page.evaluate(faults, viewport.hasTouch ? FINGER : 0), [], `${name} ${size} ${language}`);
      await check(person, `${name} ${size} ${language}`);
      assert.deepEqual(person.errors(), []);
      await person.close();
    }
  }
}

suite("minutes", { timeout: 300_000 }, () => {
  before(async () => {
    [server, chrome] = await Promise.all([Server.start({ port: 8081, options: ["--insecure-http"] }), sharedChromium(), buildPreview()]);
    server.meeting("demo", "--starts", "2020-05-29T10:00", "--zone", "Asia/Shanghai", "--minutes", "120");
    host = server.token("demo", "host");
    front = createServer(serve);
    await new Promise((done) => front.listen(8080, address, done));
    base = `http://${address}:8080`; /* a secure origin to the browser */
  });
  after(async () => {
    front?.close();
    front?.closeAllConnections();
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  step("keep no draft that nobody has touched; a changed one can be given up, and no other tab takes it away", async () => {
    const path = "/api/archive/demo/minutes/draft";
    const seen = (person) => person.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    stands.set(path, { body: { ...BODY, theme: "First draft" }, possibleAnswers: [] });
    const one = await open(edit());
    await stateIs(one, /draft made from agenda.*Nothing is saved/);
    assert.equal(await one.page.$('[data-testid="discard"]'), null);
    await seen(one);
    stands.set(path, { body: { ...BODY, theme: "Second draft" }, possibleAnswers: [] });
    await one.page.reload({ waitUntil: "load" });
    await until("the newer draft", async () => (await value(one, "theme-field")) === "Second draft");
    assert.doesNotMatch(await one.text(), /These are your changes/);
    const other = await open(edit(), { name: "Other tab", storage: one.context });
    await stateIs(other, /draft made from agenda/);
    await one.page.bringToFront();
    await replace(one, "theme-field", "Mine");
    await stateIs(one, /A draft that you have changed.*kept on this device/);
    await new Promise((done) => setTimeout(done, 700));
    await seen(other);
    await other.close();
    await one.page.reload({ waitUntil: "load" });
    await one.says(/These are your changes of/);
    assert.equal(await value(one, "theme-field"), "Mine");
    await one.press("discard");
    await one.says(/begin again with the draft\?/);
    await one.press("discard-yes");
    await until("the server's draft again", async () => (await value(one, "theme-field")) === "Second draft");
    await one.page.reload({ waitUntil: "load" });
    await stateIs(one, /draft made from agenda/);
    assert.doesNotMatch(await one.text(), /These are your changes/);
    await one.close();
    stands.delete(path);
  });

  step("begin with the server's draft; answers are chosen from the chat", async () => {
    const draft = await api("GET", "draft?language=en");
    assert.equal(draft.body.theme, "Meeting demo");
    stands.set("/api/archive/demo/minutes/draft", { body: BODY, possibleAnswers: [[], [{ by: "Yang Ling", text: "You are welcome." }]] });
    editor = await open(edit());
    await stateIs(editor, /draft made from agenda.*Nothing is saved/);
    assert.equal(await value(editor, "theme-field"), BODY.theme);
    await editor.press("take-answer");
    await until("the answer is taken", () => editor.page.$$eval('[data-testid="answer"]', (all) => all[1].value === "You are welcome."));
    /* The clock of each country follows the time. */
    const local = () => editor.page.$$eval(".me-local", (all) => all.map((one) => one.innerText.replace(/\s+/g, " ")));
    assert.match((await local())[1], /29 May 2020,? 05:00 – 07:00 UTC\+03:00/);
    await editor.page.$eval('[data-testid="begin"]', (node) => { node.value = "12:30"; node.dispatchEvent(new Event("input", { bubbles: true })); });
    await until("the local times have moved", async () => /07:30 – 09:30/.test((await local())[1]));
  });

  step("take a date and a time as they are typed, and keep the one while the other is written", async () => {
    const { page } = editor;
    const keys = async (...all) => { for (const key of all) await page.keyboard.press(key); };
    const local = () => page.$$eval(".me-local", (all) => all[0].innerText.replace(/\s+/g, " "));
    const [date, before] = [await value(editor, "date"), await local()];
    assert.equal(date, "2020-05-29");
    await page.focus('[data-testid="date"]'); /* month, day, year */
    await keys("Tab", "Tab", "2");
    assert.equal(await value(editor, "date"), "0002-05-29");
    await keys("0", "2", "1");
    await until("the year is there", async () => (await value(editor, "date")) === "2021-05-29");
    assert.equal(await value(editor, "begin"), "12:30");
    assert.match(await local(), /2021.* 12:30/);
    await keys("Backspace"); /* the year alone is gone */
    assert.equal(await value(editor, "date"), "");
    assert.equal(await value(editor, "begin"), "12:30");
    await page.focus('[data-testid="theme-field"]');
    await editor.says(/Not a date yet/);
    assert.match(await local(), /2021.* 12:30/);
    await check(editor, "a date that is none");
    await page.screenshot({ path: join(pictures, "minutes-date-desk-en.png") });
    await page.focus('[data-testid="date"]');
    await keys("Tab", "Tab", "2", "0", "2", "0");
    await until("the old date", async () => (await value(editor, "date")) === date);
    assert.equal(await local(), before);
    await page.focus('[data-testid="begin"]'); /* hour, minute, half of the day */
    await keys("Backspace");
    assert.equal(await value(editor, "begin"), "");
    assert.equal(await local(), before, "not midnight");
    await keys("1", "2");
    await until("the old time", async () => (await value(editor, "begin")) === "12:30");
    assert.doesNotMatch(await editor.text(), /Not a (date|time) yet/);
  });

  step("keep what is written on the device, save it as a version and publish it", async () => {
    await replace(editor, "theme-field", "Kept over a reload");
    await new Promise((done) => setTimeout(done, 700)); /* longer than the editor waits before it keeps */
    await editor.page.reload({ waitUntil: "load" });
    await editor.says(/These are your changes of .*, which weren’t saved/);
    assert.equal(await value(editor, "theme-field"), "Kept over a reload");
    await replace(editor, "theme-field", BODY.theme);
    await replace(editor, "author", "Ana");
    await editor.press("save");
    await stateIs(editor, /Version 1 is saved\. Nothing is published yet/);
    await editor.press("publish");
    await stateIs(editor, /Version 1 is published/);
    const saved = await api("GET", "en");
    assert.deepEqual([saved.version, saved.published, saved.author], [1, true, "Ana"]);
    assert.equal(saved.body.time.starts, 1590726600);
    assert.deepEqual(saved.body.questions[1], { question: "Can we visit?", by: "佐藤花", answer: "You are welcome.", answeredBy: "Yang Ling" });
  });

  step("move, add and remove parts by keys and by buttons; the focus stays", async () => {
    const subjects = () => editor.page.$$eval('[data-testid="subject"]', (all) => all.map((one) => one.value));
    const second = (await editor.page.$$('[data-testid="subject"]'))[1];
    await second.focus();
    await editor.page.keyboard.down("Alt");
    await editor.page.keyboard.press("ArrowUp");
    await editor.page.keyboard.up("Alt");
    await until("the part is the first", async () => (await subjects())[0] === "مرحبا بالعالم");
    await until("the focus went with it", () => editor.page.evaluate(() => document.activeElement.value === "مرحبا بالعالم"));
    await editor.says(/Part 2 is now number 1 of 3/);
    await editor.page.keyboard.down("Alt");
    await editor.page.keyboard.press("ArrowDown");
    await editor.page.keyboard.up("Alt");
    await until("and back", async () => (await subjects())[0] === "Hello, neighbor");
    await stateIs(editor, /Version 1 is saved/); /* nothing has changed after all */
    const down = await editor.page.$('[data-list="parts"] li:first-child [data-move="down"]');
    await down.evaluate((node) => node.scrollIntoView({ block: "center" }));
    await down.click();
    await until("moved by the button", async () => (await subjects())[1] === "Hello, neighbor");
    assert.equal(await editor.page.evaluate(() => document.activeElement.dataset.move), "down");
    await editor.press("add-parts");
    await until("the new part has the focus", () => editor.page.evaluate(() => document.activeElement.dataset.testid === "subject" && document.activeElement.value === ""));
    await editor.page.keyboard.type("A fourth part");
    const remove = await editor.page.$('[data-list="parts"] li:first-child [data-move="remove"]');
    await remove.evaluate((node) => node.scrollIntoView({ block: "center" }));
    await remove.click();
    await until("three are left", async () => (await subjects()).length === 3);
    await editor.press("fill-places");
    await until("Ethiopia has its time", () => editor.page.$$eval('[data-list="places"] select', (all) => all.at(-1).value === "ET"));
    await editor.press("save");
    await stateIs(editor, /Version 2 is saved\. Version 1 is published/);
    assert.deepEqual((await api("GET", "en?version=2")).body.parts.map(({ subject }) => subject), ["Hello, neighbor", "A garden for the school", "A fourth part"]);
  });

  step("tell who has saved meanwhile, and let choose", async () => {
    await replace(editor, "theme-field", "Mine");
    await api("PUT", "en", { base: 2, author: "Li", body: { ...BODY, theme: "Li’s text" } });
    await editor.press("save");
    await editor.says(/Li saved version 3 while you were writing/);
    await editor.page.screenshot({ path: join(pictures, "minutes-conflict-desk-en.png") });
    await check(editor, "conflict");
    await editor.press("look-theirs");
    await until("Li's text is shown", () => editor.page.$eval('[data-testid="minutes-view"]', (node) => node.innerText.includes("Li’s text")));
    await editor.press("keep-mine");
    await stateIs(editor, /Version 4 is saved/);
    assert.equal((await api("GET", "en?version=4")).body.theme, "Mine");
    await replace(editor, "theme-field", "Mine again");
    await api("PUT", "en", { base: 4, author: "Li", body: { ...BODY, theme: "Li’s second" } });
    await editor.press("save");
    await editor.press("take-theirs");
    await stateIs(editor, /Version 5 is saved/);
    assert.equal(await value(editor, "theme-field"), "Li’s second");
  });

  step("take an old version again", async () => {
    await editor.page.$eval(".me-versions", (node) => { node.open = true; });
    await editor.press("restore-1");
    await editor.says(/Save it to make it the newest/);
    assert.equal(await value(editor, "theme-field"), BODY.theme);
    await editor.press("save");
    await stateIs(editor, /Version 6 is saved/);
    await replace(editor, "theme-field", "x");
    await editor.press("discard");
    await editor.press("discard-yes");
    await stateIs(editor, /Version 6 is saved/);
    assert.equal(await value(editor, "theme-field"), BODY.theme);
  });

  step("begin another language with the text that is there", async () => {
    await editor.press("add-language");
    await replace(editor, "new-language", "中文");
    await editor.press("add-it");
    await stateIs(editor, /Nothing is saved/);
    assert.equal(await value(editor, "edited-language"), "zh");
    assert.equal(await value(editor, "theme-field"), BODY.theme);
    await replace(editor, "theme-field", "你打算如何走下去？");
    await editor.press("preview");
    await until("the document speaks its own language", () => editor.page.$eval('[data-testid="minutes-view"]', (node) => /参会人员/.test(node.innerText) && node.lang === "zh"));
    await editor.press("save");
    await stateIs(editor, /Version 1 is saved/);
    await editor.press("publish");
    await stateIs(editor, /Version 1 is published/);
  });

  step("give files of a version", async () => {
    const pdf = await api("GET", "zh.pdf");
    const text = execFileSync("pdftotext", ["-layout", "-", "-"], { input: pdf, encoding: "utf8" });
    assert.match(text, /你打算如何走下去？/);
    assert.match((await api("GET", "zh.md")).toString(), /^# 你打算如何走下去？\n/);
    await editor.press("get-pdf");
    await until("the PDF was made", () => editor.page.$eval(".me-files [role=status]", (node) => node.innerText === ""), { timeout: 20_000 });
    assert.equal(await editor.page.$$eval('[data-testid="get-pdf"]:not(:disabled)', (all) => all.length), 1);
  });

  step("say what the server refuses, and that it is away", async () => {
    stands.set("/api/archive/demo/minutes/fr/versions", { versions: [{ version: "x" }] });
    const french = await open(edit("", "&language=fr"), { name: "French" });
    await french.says(/couldn’t be loaded\. The server’s answer can’t be read/);
    stands.delete("/api/archive/demo/minutes/fr/versions");
    await french.close();
    const stranger = await open(`${base}/preview_minutes.html#token=x.y.z&edit=minutes`, { name: "Stranger" });
    await stranger.says(/Your link doesn’t allow this/);
    await stranger.close();
  });

  step("fit phone and desk, and pass axe-core", async () => {
    await api("PUT", "en", { base: 6, author: "Ana", body: BODY });
    await everywhere("editor", (query) => edit(query), async (person) => {
      await person.find("theme-field");
      await person.page.$eval(".me-versions", (node) => { node.open = true; });
    });
    await everywhere("preview", (query) => edit(query), async (person) => {
      await person.press("preview");
      await person.find("minutes-view");
    });
    await api("POST", "en/publish", { version: 7, on: true });
    const read = (query) => `${base}/preview_minutes.html?${query}${query.includes("zh") ? "&read=zh" : ""}#token=${host}`;
    await everywhere("view", read, (person) => person.find("minutes-view"));
  });

  step("are read without the editor's part of the program, and print on A4", async () => {
    const reader = await Person.open(chrome, `${base}/preview_minutes.html#token=${host}`, { name: "Reader", viewport: SIZES.desk });
    await reader.find("minutes-view");
    const loaded = await reader.page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    assert.deepEqual(loaded.filter((name) => /editor/.test(name)), []);
    const pdf = await reader.page.pdf({ preferCSSPageSize: true });
    const text = execFileSync("pdftotext", ["-layout", "-", "-"], { input: Buffer.from(pdf), encoding: "utf8" });
    assert.match(text, /Hello, neighbor/);
    assert.match(text, /\/archive\/demo/); /* the link as text */
    assert.match(execFileSync("pdfinfo", ["-"], { input: Buffer.from(pdf), encoding: "utf8" }), /A4/);
    await reader.close();
    assert.deepEqual(editor.errors().filter((message) => !/409|insecure connection/.test(message)), []);
  });
});
