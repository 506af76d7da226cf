/** A running meeting's files, with a real server: who may add some, who sees them, who takes them away. Pictures are left in out/ for eyes. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { Person, pictures as out, Server, sharedChromium, step, suite, until } from "./harness.mjs";
import { check, faults } from "./judge.mjs";

const FINGER = 44; /* CSS pixels */
const PHONE = { width: 360, height: 740, isMobile: true, hasTouch: true };
const PDF = "ملخص 𠮷野家.pdf";

let server, chrome, folder, host, member, listener;

async function opened(person) {
  await person.press("more");
  await person.press("more-files");
  await person.page.waitForSelector(".files-panel");
}

const names = (person) => person.page.$$eval('[data-testid="attachment"] .attachment-name', (all) => all.map((one) => one.innerText.trim()));
const has = (person, ...wanted) => until(`${person.name} has ${wanted}`, async () => JSON.stringify(await names(person)) === JSON.stringify(wanted), { timeout: 25_000 });
const choose = async (person, ...files) => (await person.page.waitForSelector('[data-testid="file-input"]')).uploadFile(...files.map((name) => join(folder, name)));
const loaded = (person) => person.page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => /panel-.*\.js/.test(name)));

suite("a meeting's files", { timeout: 120_000 }, () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tongsheng-files-"));
    writeFileSync(join(folder, PDF), "%PDF-1.4\n%%EOF\n");
    writeFileSync(join(folder, "notes.txt"), "Tea at four.\n");
    writeFileSync(join(folder, "program.exe"), "MZ\u0000\u0001");
    for (const name of ["first.txt", "second.txt"]) writeFileSync(join(folder, name), "Tea at four.\n".repeat(40_000));
    [server, chrome] = await Promise.all([Server.start({ port: 8080, options: ["--insecure-http"] }), sharedChromium()]);
    server.meeting("demo");
    [host, member, listener] = await Promise.all([["host", "Hana"], ["member", "Maisara"], ["listener", "Layla"]].map(([role, name]) =>
      Person.open(chrome, server.link("demo", role), { name, role })));
    for (const person of [host, member, listener]) await person.join();
  });
  after(async () => {
    for (const person of [host, member, listener]) await person?.close();
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  step("cost nobody anything who doesn't open them", async () => {
    assert.equal(await loaded(member), false);
    await opened(member);
    await member.says("There are no files yet.");
    assert.equal(await loaded(member), true);
  });

  step("say so when they can't be loaded, and are loaded when one tries again", async () => {
    let blocked = true;
    const weak = await Person.open(chrome, server.link("demo", "member"), { name: "Wanja", prepare: async (page) => {
      await page.setRequestInterception(true);
      page.on("request", (request) => void (blocked && /panel-.*\.js/.test(request.url()) ? request.abort() : request.continue()));
    } });
    await weak.join();
    await weak.press("more");
    await weak.press("more-files");
    await weak.says("The files can’t be loaded right now.");
    await check(weak, "files that can't be loaded");
    blocked = false;
    await weak.press("load-again");
    /* Chromium remembers what it couldn't load: the second time the page is loaded anew, and is back in the meeting. */
    await until("the files, or the next try", () => weak.page.$('.files-panel, [data-testid="load-again"]'));
    if (!(await weak.page.$(".files-panel"))) {
      await weak.press("load-again");
      await until("the page is new", async () => !(await weak.page.$('[data-testid="load-again"]')) && weak.page.$('[data-testid="more"]'));
      await opened(weak);
    }
    await weak.says("There are no files yet.");
    await weak.close();
  });

  step("are added by a member, and seen by those who listen", async () => {
    await choose(member, PDF);
    await has(member, PDF);
    await member.says(/by Maisara/);
    await opened(listener);
    await has(listener, PDF);
    assert.equal(await listener.page.$('[data-testid="upload-box"], [data-testid="remove-file"]'), null);
    const [status, type] = await listener.page.evaluate(async () => {
      const answer = await fetch(document.querySelector(".attachment-name").href); /* as a link: without the token */
      return [answer.status, answer.headers.get("content-type")];
    });
    assert.deepEqual([status, type], [200, "application/pdf"]);
  });

  step("of another kind are refused in words", async () => {
    await choose(member, "program.exe");
    await member.says("This kind of file isn’t taken");
    await check(member, "a refused file");
    await member.page.screenshot({ path: join(out, "files-desk-en.png") });
    await member.press("upload-stop");
  });

  step("are the host's to delete, a member's only if they are their own", async () => {
    await opened(host);
    await choose(host, "notes.txt");
    await has(host, PDF, "notes.txt");
    await has(member, PDF, "notes.txt"); /* without doing anything */
    assert.deepEqual(await member.page.$$eval('[data-testid="attachment"]', (all) => all.map((one) => one.querySelector("button") !== null)), [true, false]);
    await member.press("remove-file");
    await member.press("remove-file-yes");
    await has(member, "notes.txt");
    await has(host, "notes.txt");
    await host.press("remove-file");
    await host.press("remove-file-yes");
    await host.says("There are no files yet.");
  });

  step("that are on their way aren't lost without a word: not by Leave, and not by closing the page", async () => {
    const session = await member.page.createCDPSession();
    const link = (bytes) => session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
    await session.send("Network.enable");
    await link(5000);
    await choose(member, "first.txt", "second.txt");
    await until("the first one goes", () => member.page.$('[data-testid="upload"][data-at="sending"]'));
    await member.press("close-panel"); /* they go on */
    const asked = [];
    member.page.on("dialog", (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss(); /* stay */
    });
    await member.page.evaluate(() => { location.reload(); });
    await until("the browser asks", () => asked.length === 1);
    assert.deepEqual(asked, ["beforeunload"]);
    await member.press("leave");
    await member.find("confirm");
    await member.says("2 files of yours are still being sent");
    await check(member, "leaving while files are sent");
    await member.page.screenshot({ path: join(out, "files-leave-desk-en.png") });
    await member.page.keyboard.press("Escape");
    await until("it stays", async () => !(await member.page.$('[data-testid="confirm"]')) && member.page.$('[data-testid="leave"]'));
    await member.press("leave");
    await member.press("confirm-yes");
    await member.says("You have left the meeting");
    await member.says("2 files that you were sending aren’t there");
    await check(member, "left while files were sent");
    await member.page.screenshot({ path: join(out, "files-left-desk-en.png") });
    await link(-1);
    await member.press("rejoin");
    await member.find("leave");
    await opened(member);
    await until("nothing is there, and nothing is on its way", async () => (await names(member)).length === 0 && !(await member.page.$('[data-testid="upload"]')));
    await member.press("leave"); /* without a question */
    await member.says("You have left the meeting");
    assert.equal(await member.page.$('[data-testid="unsent"]'), null);
    await member.press("rejoin");
    await member.find("leave");
  });

  step("and who is taken out of the meeting is told of them, too", async () => {
    const session = await member.page.createCDPSession();
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 5000 });
    await opened(member);
    await choose(member, "first.txt");
    await until("it goes", () => member.page.$('[data-testid="upload"][data-at="sending"]'));
    const id = await member.id();
    await host.openPanel("people");
    await (await host.page.waitForSelector(`[data-person="${id}"] .person-button`)).click();
    await host.page.waitForSelector(".person-actions");
    await host.page.evaluate(() => [...document.querySelectorAll(".person-actions button")].find(({ innerText }) => innerText === "Remove").click());
    await host.press("confirm-yes");
    await member.says("The host has removed you");
    await member.says("1 file that you were sending isn’t there");
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
    await host.press("close-panel");
  });

  step("fit on a phone, in Chinese and in the dark", async () => {
    await opened(host);
    await choose(host, "notes.txt", PDF);
    await has(host, "notes.txt", PDF);
    const phone = await Person.open(chrome, server.link("demo", "member"), { name: "Phone", viewport: PHONE });
    await phone.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await phone.page.select('[data-testid="ui-language"]', "zh-Hans");
    await phone.join();
    await opened(phone);
    await has(phone, "notes.txt", PDF);
    await phone.page.screenshot({ path: join(out, "files-phone-zh.png") });
    assert.deepEqual(await phone.page.evaluate(faults, FINGER), []);
    await check(phone, "files on a phone");
    await phone.close();
  });
});
