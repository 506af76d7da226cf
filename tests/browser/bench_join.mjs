/**
 * `make bench-join`: from pressing "join" to the first decoded frame of somebody else, in Chromium, beside one sender.
 * Prints each round and the median. A benchmark, not a test: it fails on nothing but a join that doesn't come about.
 */
import { Person, Server, chromium, until } from "./harness.mjs";

const rounds = Number(process.env.ROUNDS ?? 20);

/** Runs in the page: notes when join is pressed, and when the first frame of a remote picture is presented. */
function stopwatch() {
  window.stopwatch = {};
  addEventListener("click", (event) => {
    if (event.target.closest?.('[data-testid="join"]')) window.stopwatch.pressed = performance.now();
  }, true);
  const seen = new WeakSet();
  const look = () => {
    for (const video of document.querySelectorAll("video")) {
      if (seen.has(video)) continue;
      seen.add(video);
      video.requestVideoFrameCallback(() => {
        if (window.stopwatch.pressed && video.dataset.participant && document.querySelector('[data-testid="leave"]'))
          window.stopwatch.frame ??= performance.now();
        else seen.delete(video);
      });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const server = await Server.start();
server.meeting("bench");
const browser = await chromium();
const sender = await Person.open(browser, server.link("bench", "host"), { name: "Sender", picture: { width: 640, height: 360, rate: 15 } });
await sender.join();
const link = server.link("bench", "member");
const times = [];
for (let round = 0; round < rounds; round++) {
  const person = await Person.open(browser, "about:blank", { name: `Round ${round}` });
  await person.page.evaluateOnNewDocument(stopwatch);
  await person.page.goto(link, { waitUntil: "load" });
  await person.type("name", person.name);
  await new Promise((done) => setTimeout(done, 1000)); /* a person reads the lobby; devices come up meanwhile */
  await person.press("join");
  const ms = await until("the first frame", () =>
    person.page.evaluate(() => window.stopwatch.frame && window.stopwatch.frame - window.stopwatch.pressed), { every: 50 });
  times.push(ms);
  console.log(`round ${round + 1}: ${ms.toFixed(0)} ms`);
  await person.press("leave");
  await person.close();
}
times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(0);
console.log(`press join -> first decoded remote frame: median ${at(0.5)} ms, p95 ${at(0.95)} ms, of ${rounds} (target: median <= 500 ms)`);
await browser.close();
await server.stop();
process.exit(0);
