/**
 * What editors do with an archive, in its page, against a stand-in for the server (archive_stand_in.mjs): minutes, attachments, who may
 * see it, and what is deleted. Pictures are left in out/ for eyes.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { MEETING, StandIn, TOKEN, makeRecording } from "./archive_stand_in.mjs";
import { Person, address, pictures as out, sharedChromium, step, suite, until } from "./harness.mjs";
import { check, faults } from "./judge.mjs";

const FINGER = 44; /* CSS pixels */
const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740, isMobile: true, hasTouch: true }, narrow: { width: 360, height: 740 } };
const LOOKS = [["en", "light"], ["zh-Hans", "dark"]];
/** What is opened on the page doesn't outlive a phone's size, which loads the page anew. */
const KEPT = ["desk", "narrow"];
/** Of a right-to-left script, and of characters beyond the first plane. */
const NAMES = ["ملخص اللقاء.pdf", "𠮷野家 🍵.txt"];

let server, folder, files, chrome, editor;

const open = (fragment = `#token=${TOKEN}`, options = {}) =>
  Person.open(chrome, `${server.base}/archive/${MEETING}${fragment}`, { name: "Editor", viewport: SIZES.desk, ...options });
const shown = (selector, person = editor) => person.page.$$eval(selector, (all) => all.map((one) => one.innerText.replace(/\s+/g, " ").trim()));
const choose = async (...names) => (await editor.page.$('[data-testid="file-input"]')).uploadFile(...names.map((name) => join(files, name)));
const hash = (person = editor) => person.page.evaluate(() => location.hash);

/** In the sizes, both languages and looks: a picture of the page, nothing out of it, nothing that axe-core finds. */
async function everywhere(what, sizes = ["desk", "phone"], fullPage = true) {
  const { page } = editor;
  for (const size of sizes) {
    await page.setViewport(SIZES[size]);
    for (const [language, theme] of LOOKS) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }, { name: "prefers-reduced-motion", value: "reduce" }]);
      await page.waitForSelector('[data-testid="ui-language"]');
      await page.select('[data-testid="ui-language"]', language);
      await until("the look is there", () => page.evaluate((t, l) => document.documentElement.dataset.theme === t && document.documentElement.lang === l, theme, language));
      await page.screenshot({ path: join(out, `archive-${what}-${size}-${language === "en" ? "en" : "zh"}-${theme}.png`), fullPage });
      assert.deepEqual(await page.evaluate(faults, SIZES[size].hasTouch ? FINGER : 0), [], `${what} ${size} ${language}`);
      await check(editor, `${what}, ${size}, ${theme}`);
    }
  }
  await page.select('[data-testid="ui-language"]', "en");
  await page.setViewport(SIZES.desk);
}

suite("editors of an archive", { timeout: 300_000 }, () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tongsheng-archive-"));
    files = mkdtempSync(join(tmpdir(), "tongsheng-files-"));
    for (const name of [...NAMES, "program.exe", "second.pdf"]) writeFileSync(join(files, name), name.repeat(100));
    await makeRecording(folder);
    server = await StandIn.start({ folder, address });
    chrome = await sharedChromium();
    editor = await open();
  });
  after(async () => {
    await editor?.close();
    await server?.stop();
    for (const one of [folder, files]) if (one) rmSync(one, { recursive: true, force: true });
  });

  step("who only looks has nothing to press that changes anything", async () => {
    const viewer = await open("", { name: "Viewer" });
    await viewer.find("minutes-view");
    await viewer.says("Slides – how are you going to go on.pdf");
    for (const id of ["edit-minutes", "upload-box", "remove-file", "manage"]) assert.equal(await viewer.page.$(`[data-testid="${id}"]`), null, id);
    await viewer.page.goto(`${server.base}/archive/${MEETING}#edit=minutes`);
    await viewer.page.reload({ waitUntil: "load" });
    await viewer.find("minutes-view");
    assert.equal(await viewer.page.$('[data-testid="minutes-editor"]'), null);
    assert.ok(!server.asked.some((path) => /assets\/editor/.test(path)), "the editor isn't loaded");
    await viewer.close();
  });

  step("minutes are read in the form of the PDF, with their attachments, and printed alone", async () => {
    await editor.find("minutes-view");
    assert.deepEqual(await shown(".minutes-view a"), ["Slides – how are you going to go on.pdf"]);
    assert.deepEqual(await editor.page.$$eval(".minutes-files a", (all) => all.map((one) => one.getAttribute("href"))),
      ["pdf", "md"].map((ending) => `/api/archive/${MEETING}/minutes/en.${ending}`));
    await editor.page.select('[data-testid="minutes-language"]', "zh-Hans");
    await editor.says("你打算怎么继续？");
    await editor.page.emulateMediaType("print");
    const paper = await editor.text();
    const [whole, ends] = await editor.page.evaluate(() => [document.documentElement.scrollHeight, document.querySelector(".minutes-view").getBoundingClientRect().bottom + scrollY]);
    await editor.page.emulateMediaType(null);
    assert.ok(whole <= Math.max(SIZES.desk.height, ends + 1), `no empty page: ${whole} ${ends}`);
    assert.match(paper, /^\s*你打算怎么继续？/);
    assert.match(paper, new RegExp(`/archive/${MEETING}\\s*$`), "its link at the end");
    assert.doesNotMatch(paper, /Downloads|Manage|Chat and questions|Edit minutes/);
    await editor.page.select('[data-testid="minutes-language"]', "en");
    await everywhere("minutes");
  });

  step("they are edited beside the recording, and the page shows what is published", async () => {
    await editor.press("edit-minutes");
    await editor.find("minutes-editor");
    assert.equal(await hash(), "#edit=minutes&language=en");
    await editor.find("play");
    await editor.type("theme-field", "How we went on");
    await everywhere("editing", KEPT);
    await editor.press("save");
    await editor.find("publish");
    await editor.press("publish");
    await until("it is published", () => server.minutes.get("en").at(-1).published);
    await editor.says(/Version 4 is published/);
    await editor.press("close-editor");
    await editor.find("minutes-view");
    await until("the page shows it", async () => (await shown(".mv-theme"))[0] === "How we went on");
    assert.equal(await hash(), "");
  });

  step("a version that isn't published is the editors' alone", async () => {
    server.minutes.get("en").push({ ...server.minutes.get("en").at(-1), version: 5, published: false, body: { ...server.minutes.get("en").at(-1).body, theme: "Not yet" } });
    await editor.page.reload({ waitUntil: "load" });
    await until("the newest", async () => (await shown(".mv-theme"))[0] === "Not yet");
    await editor.says(/Not published|Draft/i);
    assert.match(await editor.page.$eval(".minutes-files a", (one) => one.href), /en\.pdf\?version=5$/);
    const viewer = await open("", { name: "Viewer" });
    await until("the published one", async () => (await shown(".mv-theme", viewer))[0] === "How we went on");
    await viewer.close();
  });

  step("by a link that says so the editor is open at once, also where there are no minutes yet", async () => {
    server.minutes.clear();
    const writer = await open(`#token=${TOKEN}&edit=minutes`);
    await writer.find("minutes-editor");
    assert.equal(await hash(writer), "#edit=minutes", "no token in the address");
    await writer.page.reload({ waitUntil: "load" });
    await writer.find("minutes-editor");
    await writer.press("close-editor");
    await writer.says("There are no minutes yet.");
    await writer.press("edit-minutes");
    await writer.find("minutes-editor");
    await writer.close();
    server.reset();
    await editor.page.reload({ waitUntil: "load" });
    await editor.find("minutes-view");
  });

  step("attachments are added to a part, with names of every script", async () => {
    await editor.page.select('[data-testid="upload-part"]', "2");
    await choose(...NAMES);
    await until("both are there", async () => (await editor.page.$$('[data-testid="attachment"]')).length === 3);
    assert.deepEqual(server.attachments.slice(1).map(({ name, part }) => [name, part]), NAMES.map((name) => [name, 2]));
    assert.deepEqual(await shown('[data-testid="attachment"] bdi'), ["Slides – how are you going to go on.pdf", "by Yang Ling", NAMES[0], "by Secretariat", NAMES[1], "by Secretariat"]);
    await everywhere("attachments");
  });

  step("what is refused says why; what is on its way can be stopped", async () => {
    const failed = async (status, words, again) => {
      server.refuses = status;
      await choose("program.exe");
      await editor.says(words);
      assert.equal((await editor.page.$('[data-testid="upload-again"]')) !== null, again, `${status}`);
    };
    await failed(415, "This kind of file isn’t taken", false);
    await everywhere("refused", KEPT);
    await editor.press("upload-stop");
    await failed(413, "larger than 100 MB", false);
    await editor.press("upload-stop");
    await failed(403, "You may not do that", true);
    await editor.press("upload-stop");
    await failed(507, "disk is nearly full", true);
    await editor.press("upload-again");
    await until("the second time it goes", async () => (await editor.page.$$('[data-testid="upload"]')).length === 0);
    server.slow = true;
    await choose("second.pdf");
    await until("it is on its way", () => editor.page.$('[data-testid="upload"][data-at="sending"]'));
    await editor.press("upload-stop");
    await until("it is stopped", async () => !(await editor.page.$('[data-testid="upload"]')));
    server.slow = false;
    assert.ok(!server.attachments.some(({ name }) => name === "second.pdf"));
  });

  step("files are dropped on the page's box", async () => {
    await editor.page.evaluate(() => {
      const box = document.querySelector('[data-testid="upload-box"]');
      const data = new DataTransfer();
      data.items.add(new File(["dropped"], "dropped.pdf", { type: "application/pdf" }));
      for (const type of ["dragover", "drop"]) box.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
    });
    await editor.says("dropped.pdf");
    await until("it is there", () => server.attachments.some(({ name }) => name === "dropped.pdf"));
  });

  step("who goes to another page while files are sent is asked first", async () => {
    const { page } = editor;
    const meeting = `/archive/${MEETING}`;
    const at = (path) => until(path, async () => (await page.evaluate(() => location.pathname)) === path);
    const stays = async () => {
      await editor.press("leave-stay");
      await until("no question", async () => !(await page.$('[data-testid="leave-dialog"]')));
      assert.equal(await page.evaluate(() => location.pathname), meeting);
      assert.ok(await page.$('[data-testid="upload"][data-at="sending"]'), "it is still being sent");
    };
    /* From the list, so that there is a way back within the page. */
    await editor.press("to-list");
    await at("/archive");
    await (await page.waitForSelector(`[data-meeting="${MEETING}"] a`)).click();
    await at(meeting);
    server.slow = true;
    await page.waitForSelector('[data-testid="file-input"]');
    await choose("second.pdf");
    await until("it is on its way", () => page.$('[data-testid="upload"][data-at="sending"]'));
    await editor.press("to-list");
    await editor.find("leave-dialog");
    await editor.says("1 file is still being sent");
    await everywhere("leave", KEPT, false);
    await stays();
    await page.goBack();
    await editor.find("leave-dialog");
    await stays();
    await page.evaluate(() => { location.hash = "#t=10s"; }); /* within the page: nothing is stopped */
    await until("the moment", async () => (await page.evaluate(() => location.hash)) === "");
    assert.equal(await page.$('[data-testid="leave-dialog"]'), null);
    await page.goBack(); /* nor by this */
    assert.equal(await page.$('[data-testid="leave-dialog"]'), null);
    assert.ok(await page.$('[data-testid="upload"][data-at="sending"]'));
    await page.goBack();
    await editor.press("leave-yes");
    await at("/archive");
    await page.waitForSelector(".entry");
    server.slow = false;
    await (await page.waitForSelector(`[data-meeting="${MEETING}"] a`)).click();
    await at(meeting);
    await editor.find("upload-box");
    assert.equal(await page.$('[data-testid="upload"]'), null);
    assert.ok(!server.attachments.some(({ name }) => name === "second.pdf"));
    await editor.press("to-list"); /* without a question */
    await at("/archive");
    await (await page.waitForSelector(`[data-meeting="${MEETING}"] a`)).click();
    await editor.find("upload-box");
  });

  step("attachments are deleted by who says so twice", async () => {
    await until("five", async () => (await editor.page.$$('[data-testid="remove-file"]')).length === 5);
    await (await editor.page.$$('[data-testid="remove-file"]'))[1].click();
    await editor.find("remove-file-dialog");
    await everywhere("delete-file", KEPT, false);
    await editor.page.keyboard.press("Escape");
    assert.equal(server.attachments.length, 5);
    await (await editor.page.$$('[data-testid="remove-file"]'))[1].click();
    await editor.press("remove-file-yes");
    await until("four", async () => (await editor.page.$$('[data-testid="attachment"]')).length === 4);
    assert.ok(!server.attachments.some(({ name }) => name === NAMES[0]));
  });

  const DAY = 86_400;
  const saved = () => server.bodies.filter(({ method }) => method === "PATCH").map(({ body }) => body);
  const focused = () => editor.page.evaluate(() => document.activeElement?.dataset.testid ?? "");
  const checked = () => editor.page.$eval('[name="access"]:checked', (one) => one.dataset.testid);
  /** What the server has now, with the part for editors open. */
  async function manageAgain() {
    await editor.page.reload({ waitUntil: "load" });
    await editor.press("manage");
    await editor.find("retention");
  }

  step("who may see it is chosen by keys, and nothing of it holds until it is saved", async () => {
    const { keyboard } = editor.page;
    server.access = "alliance";
    await manageAgain();
    await everywhere("manage", KEPT);
    await editor.page.focus('[data-testid="access-alliance"]');
    for (const passed of ["access-public", "access-secretariat"]) {
      await keyboard.press("ArrowDown");
      await until(passed, async () => (await checked()) === passed && (await focused()) === passed);
    }
    await editor.says("Not saved yet");
    await everywhere("manage-changed", ["narrow"]);
    await editor.press("keeping-back");
    await until("the choice is what the server has", async () => (await checked()) === "access-alliance");
    assert.equal(await focused(), "keeping-back", "the focus stays");
    await editor.press("access-secretariat");
    await editor.page.select('[data-testid="retention"]', "365");
    assert.deepEqual(saved(), []);
    await editor.page.focus('[data-testid="keeping-save"]');
    await keyboard.press("Enter");
    await editor.says("Saved. It holds from now on.");
    assert.equal(await focused(), "keeping-save", "the focus stays");
    assert.deepEqual(saved(), [{ access: "secretariat", retentionDays: 365 }]);
    await keyboard.press("Enter");
    assert.equal(saved().length, 1, "there is nothing to save");
    await editor.page.select('[data-testid="retention"]', "90");
    server.away = true;
    await editor.press("keeping-save");
    await editor.says("nothing was changed");
    assert.equal(await editor.page.$eval('[data-testid="retention"]', (one) => one.value), "90", "what was chosen stays, to be tried again");
    server.away = false;
    await editor.press("keeping-save");
    await until("it is saved", () => server.retentionDays === 90);
  });

  step("before everybody sees it, and before recordings are deleted, the page asks", async () => {
    await editor.press("access-public");
    await editor.press("keeping-save");
    await editor.find("keeping-dialog");
    await everywhere("manage-public", ["desk"], false);
    const before = saved().length;
    await editor.page.keyboard.press("Escape");
    await until("the focus is back", async () => (await focused()) === "keeping-save");
    assert.equal(saved().length, before);
    await editor.press("keeping-save");
    await editor.press("keeping-yes");
    await until("it is public", () => server.access === "public");
    assert.deepEqual(saved().at(-1), { access: "public" });
    const { recordings, attachments } = server;
    const old = Math.floor(Date.now() / 1000) - 40 * DAY;
    server.starts = old - 3 * 3600;
    server.recordings = recordings.map((one) => ({ ...one, ended: old * 1000 }));
    server.attachments = attachments.map((one) => ({ ...one, at: (old - DAY) * 1000 }));
    server.retentionDays = 0;
    await manageAgain();
    await editor.page.focus('[data-testid="retention"]');
    await editor.page.keyboard.press("ArrowDown");
    await editor.press("keeping-save");
    await editor.says("will be deleted for good within the hour");
    await everywhere("manage-deletes", ["narrow"], false);
    await editor.page.keyboard.press("Escape");
    assert.equal(server.retentionDays, 0);
    await editor.page.select('[data-testid="retention"]', "90");
    await editor.press("keeping-save");
    await until("what is long enough isn't asked about", () => server.retentionDays === 90);
    Object.assign(server, { starts: null, recordings, attachments });
    await manageAgain();
  });

  step("a person is taken out, also one who was only seen; the page says what is gone, and what the job still takes out", async () => {
    await editor.press("remove-person");
    await editor.find("person");
    assert.deepEqual(await editor.page.$$eval('[data-testid="person"] option', (all) => all.map((one) => one.value)), ["", "p7", "p1", "p4", "p6", "p9", "p10", "p5", "p8", "p3"]);
    assert.equal(await editor.page.$('[data-testid="person-partly"]'), null);
    await editor.says(/voice and picture are then taken out of the recordings/);
    await editor.page.select('[data-testid="person"]', "p5");
    await everywhere("person", KEPT, false);
    await editor.press("person-yes");
    await editor.says(/Being removed\s+Gone of what Layla Haddad contributed/);
    await editor.says(/2 messages in the chat\s+no files\s+2 tracks of their own/);
    await editor.says(/Their voice and picture are now being taken out of the tracks that they share/);
    assert.equal(await editor.page.$('[data-testid="person-kept"]'), null);
    await everywhere("person-done", KEPT, false);
    await editor.page.keyboard.press("Escape");
    await editor.says("Its turn hasn’t come yet");
    await editor.press("remove-person");
    await editor.says("Nobody is listed");
    await editor.page.keyboard.press("Escape");
    server.recordings = server.recordings.map((one) => ({ ...one, state: "done" }));
    await editor.find("play");
    assert.doesNotMatch((await shown(".talk")).join(), /Layla/);
  });

  step("what can't be taken out of an older recording is said", async () => {
    server.kept = ["voice"];
    await editor.press("remove-person");
    await editor.find("person");
    await editor.page.select('[data-testid="person"]', "p10");
    await editor.press("person-yes");
    await editor.says(/it isn’t known where their voice is, so it stays/);
    await editor.says(/Their picture is now being taken out/);
    await editor.page.keyboard.press("Escape");
    server.recordings = server.recordings.map((one) => ({ ...one, state: "done" }));
    await editor.find("play");
  });

  step("a recording that couldn't be prepared is tried once more", async () => {
    const before = server.recordings;
    server.recordings = before.map((one) => ({ ...one, state: "failed", error: "disk full" }));
    await editor.page.reload({ waitUntil: "load" });
    await editor.says(/could not be prepared[^]*disk full/);
    await editor.press("try-again");
    await editor.says("Its turn hasn’t come yet");
    assert.match(server.bodies.at(-1).path, /\/12\/archive$/);
    server.recordings = before;
    await editor.page.reload({ waitUntil: "load" });
    await editor.find("play");
    await editor.press("manage");
  });

  step("a recording, and in the end the whole meeting, is deleted", async () => {
    await editor.press("remove-recording-12");
    await editor.press("remove-recording-yes");
    await editor.says("There is no recording of this meeting");
    assert.equal(await editor.page.$('[data-testid="play"]'), null);
    await everywhere("without-recording");
    await until("the page is the editor's again", () => editor.page.$('[data-testid="manage"]'));
    if (!(await editor.page.$eval(".manage details", (one) => one.open))) await editor.press("manage");
    await editor.press("remove-meeting");
    await everywhere("delete-meeting", KEPT, false);
    assert.equal(await editor.page.$eval('[data-testid="confirm-name-yes"]', (one) => one.disabled), true);
    await editor.page.type('[data-testid="written-name"]', MEETING);
    await editor.press("confirm-name-yes");
    await until("the list", async () => (await editor.page.evaluate(() => location.pathname)) === "/archive");
    assert.equal(server.removed, true);
    const { messages } = editor;
    assert.deepEqual(messages.filter((message) => /Content.Security.Policy|pageerror/i.test(message) && !/getUserMedia/.test(message)) /* the harness's, on a page without HTTPS */, []);
  });
});
