/** Makes docs/meeting.png, the README's picture: `run.sh node readme_picture.mjs`. */
import { join } from "node:path";
import { Person, Server, chromium, root, until } from "./harness.mjs";
import { PORTRAITS, guest, posing } from "./portrait.mjs";

const GUESTS = [["杨玲 Yang Ling", "ling"], ["Maisara Othman", "maisara"], ["José Quispe", "jose"], ["佐藤花 Hana Sato", "hana"], ["Ravi Menon", "ravi"]];
const large = { width: 1280, height: 720, rate: 10 };

const server = await Server.start({ port: 8080, options: ["--insecure-http"] });
server.run("meeting", "create", "sharing", "--title", "Sharing meeting: How are you going to go on?", "--floor", "en", "--channel", "zh");
const browser = await chromium();
const ana = await Person.open(browser, server.link("sharing", "host"), { name: "Ana Lindqvist", picture: { width: 640, height: 360, rate: 10 }, prepare: posing(PORTRAITS.ana) });
const abeba = await Person.open(browser, server.link("sharing", "member"), { name: "Abeba Tesfaye", picture: large, prepare: posing(PORTRAITS.abeba), viewport: { width: 740, height: 300 } });
await abeba.type("organisation", "Addis Water Fund");
await abeba.page.select('[data-testid="country"]', "ET");
await abeba.page.select('[data-testid="speaks"]', "am");
await ana.join();
await abeba.join();
const guests = [];
for (const [name, who] of GUESTS) guests.push(await guest(server, "sharing", ana.page, name, PORTRAITS[who]));
await until("all are seen", () => ana.page.evaluate((n) => document.querySelectorAll(".tile").length === n && !document.querySelector(".tile > .initials"), GUESTS.length + 3));
await ana.press("mic");
await until("Abeba speaks, large", async () => (await ana.pictures(await abeba.id(), "stage")).some((p) => p.width === 1280), { timeout: 30_000 });
await until("the toasts are gone", () => ana.page.evaluate(() => !document.querySelector(".toast")), { timeout: 30_000 });
await ana.page.mouse.move(640, 300);
await ana.page.evaluate(() => document.activeElement?.blur());
/* the first picture after a quiet time may be without its videos */
for (let i = 0; i < 2; i++) await ana.page.screenshot({ path: join(root, "docs/meeting.png") });
for (const one of guests) await one.end();
await browser.close();
await server.stop();
process.exit(0);
