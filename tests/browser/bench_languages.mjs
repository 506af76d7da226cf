/**
 * `make bench-languages`: how fast languages switch, booths hand over, listeners fall back and relays follow, through real browsers; and
 * what channels cost the server. Prints one table beside the targets. A benchmark, not a test: it fails on nothing but a case that
 * doesn't come about. ROUNDS: of hand-overs; the other cases take their share of it. CASES=switching,channels: some alone.
 */
import { Server, chromium } from "./harness.mjs";
import { Stage } from "./bench_languages_cases.mjs";
import { pageSwitching } from "./bench_languages_page.mjs";
import { channelCost } from "./bench_channels.mjs";

const rounds = Number(process.env.ROUNDS ?? 1000);
const all = ["switching", "handOvers", "fallback", "relay", "response", "page", "channels"];
const cases = process.env.CASES?.split(",") ?? all;
const share = (of) => Math.max(5, Math.round((rounds * of) / 1000));
const rows = [];

/** limit: what `value` may be at most; without one the row only tells. */
function tell(what, target, measured, value, limit) {
  const row = [what, target, measured, limit === undefined ? "" : value <= limit ? "met" : "not met"];
  rows.push(row);
  console.log(row.join(" | "));
}

for (const name of cases) if (!all.includes(name)) throw new Error(`CASES: ${name} isn't one of ${all.join(", ")}`);

const staged = all.filter((name) => !["page", "channels"].includes(name) && cases.includes(name));
if (staged.length) {
  const server = await Server.start({ port: 8080, options: ["--insecure-http", "--message-rate", "1000"] });
  /* Addresses as they are, so that two pages also find each other without the relay. */
  const browser = await chromium("--disable-features=WebRtcHideLocalIpsWithMdns");
  const stage = await Stage.open(server, browser);
  for (const name of staged) await stage[name](tell, share);
  await browser.close();
  await server.stop();
}
if (cases.includes("page")) await pageSwitching(tell, share);
if (cases.includes("channels")) await channelCost(tell);

console.log("\n| what | target | measured | |\n|---|---|---|---|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
process.exit(0);
