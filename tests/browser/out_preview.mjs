import puppeteer from "puppeteer-core";
import { readFileSync, mkdirSync } from "node:fs";
import { faults } from "./judge.mjs";
const axe = readFileSync(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const out = "/tmp/wl_out"; mkdirSync(out, { recursive: true });
const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740, isMobile: true, hasTouch: true }, side: { width: 740, height: 360, isMobile: true, hasTouch: true } };
const [screens, sizes = "desk,phone", looks = "en-light,zh-Hans-dark", press = ""] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu"] });
for (const screen of screens.split(",")) for (const size of sizes.split(",")) for (const look of looks.split(",")) {
  const at = look.lastIndexOf("-"), lang = look.slice(0, at), theme = look.slice(at + 1);
  const page = await browser.newPage();
  page.on("pageerror", (e) => console.log("ERROR", screen, e.message));
  await page.setViewport(SIZES[size]);
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await page.goto(`http://localhost:5199/preview.html?screen=${screen}&lang=${lang}&theme=${theme}`, { waitUntil: "load" });
  await page.waitForSelector("main");
  await new Promise((d) => setTimeout(d, 500));
  for (const id of press.split("+").filter(Boolean)) { await page.waitForSelector(`[data-testid="${id}"]`); await page.$eval(`[data-testid="${id}"]`, (e) => e.scrollIntoView({block:"center"})); await page.click(`[data-testid="${id}"]`); await new Promise((d) => setTimeout(d, 200)); }
  const name = `${screen}${press ? "-" + press.replaceAll("+", "-") : ""}-${size}-${look}`;
  await page.screenshot({ path: `${out}/${name}.png` });
  const found = await page.evaluate(faults, SIZES[size].hasTouch ? 44 : 0);
  await page.evaluate(axe);
  const v = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.filter((x) => ["serious", "critical", "moderate"].includes(x.impact)).map((x) => `${x.impact} ${x.id}: ${x.nodes.map((n) => n.target.join(" ") + " " + n.failureSummary.split("\n").slice(1,2)).join(" | ")}`));
  console.log(name, found.length || v.length ? JSON.stringify([found, v], null, 1) : "ok");
  await page.close();
}
await browser.close();
