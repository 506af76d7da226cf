/**
 * A case of bench_languages.mjs: what twelve channels cost the server, with 200 listeners by WHEP and a device that interprets into each,
 * and what the studio costs when a hall hears the program of each, too.
 */
import { readFileSync, readdirSync } from "node:fs";
import { Device } from "./cast.mjs";
import { Server, until } from "./harness.mjs";

const MEETING = "bench";
const LANGUAGES = ["en", "es", "fr", "pt", "ja", "ko", "vi", "my", "si", "ar", "am", "hi"];
const LISTENERS = 200;
const SECONDS = 20;
const TICK = 100; /* of USER_HZ, a second */

/** pid, parent and CPU seconds so far of a process; null: it has gone. */
function processOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    return { pid: Number(pid), parent: Number(fields[1]), cpu: (Number(fields[11]) + Number(fields[12])) / TICK };
  } catch {
    return null;
  }
}

/** CPU seconds so far of the server, and of the studio, which is its child: null while there is none. */
function used(server) {
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(processOf).filter((one) => one?.parent === server.process.pid);
  return { server: processOf(server.process.pid).cpu, studio: children.length ? children.reduce((sum, one) => sum + one.cpu, 0) : null };
}

/** Shares of one core, in percent, of server and studio, over SECONDS. */
async function shares(server) {
  const [before, begun] = [used(server), performance.now()];
  await new Promise((done) => setTimeout(done, SECONDS * 1000));
  const [after, seconds] = [used(server), (performance.now() - begun) / 1000];
  const percent = (what) => (before[what] === null || after[what] === null ? null : (100 * (after[what] - before[what])) / seconds);
  return { server: percent("server"), studio: percent("studio") };
}

const listenersOf = (n) => String(Math.floor(LISTENERS / LANGUAGES.length) + (n < LISTENERS % LANGUAGES.length ? 1 : 0));

/** A run of its own: with the channels, or with the floor alone for as many; with a hall for each program, or without. */
async function run({ withChannels = false, withPrograms = false } = {}) {
  const server = await Server.start({ port: 8080, options: ["--insecure-http", "--connections-address", "0", "--connect-rate", "0", "--request-rate", "0"] });
  server.meeting(MEETING, "--floor", "zh", ...LANGUAGES.flatMap((tag) => ["--channel", tag]));
  const listens = server.token(MEETING, "listener");
  const devices = [Device.speaker(server, MEETING, "floor", server.token(MEETING, "member"), "--tone", "440")];
  LANGUAGES.forEach((tag, n) => {
    const interprets = withChannels
      ? ["--publish", "1", "--tone", String(500 + 100 * n), "--token", server.token(MEETING, "interpreter", "--language", tag)] : ["--token", listens];
    const feeds = withChannels ? ["--voices", "2", "--query", `audio=voice/0,channel/${tag}`] : ["--voices", "1", "--query", "audio=voice/0"];
    devices.push(new Device(server, MEETING, tag, [...interprets, "--view-token", listens, "--view", listenersOf(n), "--cameras", "0", ...feeds]));
  });
  for (const tag of withPrograms ? LANGUAGES : [])
    devices.push(new Device(server, MEETING, `hall ${tag}`, ["--token", listens, "--view", "1", "--cameras", "0", "--query", `audio=program/${tag}`]));
  const peers = LISTENERS + 1 + (withChannels ? LANGUAGES.length : 0) + (withPrograms ? LANGUAGES.length : 0);
  await until(`${peers} are connected`, () => server.metric("tongsheng_relay_peers") >= peers, { timeout: 120_000, every: 500 });
  await new Promise((done) => setTimeout(done, 2000));
  const sentBefore = server.metric("tongsheng_relay_rtp_out_total");
  const share = await shares(server);
  const sent = (server.metric("tongsheng_relay_rtp_out_total") - sentBefore) / SECONDS;
  await Promise.all(devices.map((device) => device.close()));
  await server.stop();
  return { ...share, sent };
}

export async function channelCost(tell) {
  const floor = await run();
  const all = await run({ withChannels: true });
  const programs = await run({ withChannels: true, withPrograms: true });
  const percent = (share) => `${share.toFixed(1)} %`;
  tell(`${LISTENERS} listeners of the floor alone: server, share of a core`, "", `${percent(floor.server)} at ${Math.round(floor.sent)} packets/s`);
  tell(`${LANGUAGES.length} channels and ${LISTENERS} listeners: server, share of a core`, "", `${percent(all.server)} at ${Math.round(all.sent)} packets/s`);
  tell("of it for each channel", "", percent((all.server - floor.server) / LANGUAGES.length));
  tell("a hall for each program besides: server, share of a core", "", percent(programs.server));
  tell("studio with these programs: share of a core", "", programs.studio === null ? "no studio ran" : percent(programs.studio));
  tell("of it for each channel", "", programs.studio === null ? "" : percent(programs.studio / LANGUAGES.length));
}
