/** What really comes out of the browsers' loudspeaker: the sound server's own record of it (run.sh gives the tests one), and tones found in it. */
import { spawn } from "node:child_process";

const RATE = 16_000;
const WINDOW = 128;
const HOP = 32;
export const STEP = HOP / RATE;

export class Listening {
  static async start() {
    const listening = new Listening();
    listening.pieces = [];
    listening.process = spawn("parec", ["--device=tests.monitor", `--rate=${RATE}`, "--channels=1", "--format=s16le", "--raw", "--latency-msec=10"], { stdio: ["ignore", "pipe", "inherit"] });
    listening.process.stdout.on("data", (bytes) => listening.pieces.push(bytes));
    await new Promise((heard) => listening.process.stdout.once("data", heard)); /* the monitor gives silence, too */
    return listening;
  }

  /** Ends it, and gives what was heard, as amplitudes. */
  async stop() {
    this.process.kill();
    await new Promise((done) => this.process.once("close", done));
    const bytes = Buffer.concat(this.pieces);
    return Float32Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
  }
}

const HANN = Float32Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));

/** The amplitude of one tone, each STEP seconds. */
export function envelope(sound, hertz) {
  const found = new Float32Array(Math.max(0, Math.floor((sound.length - WINDOW) / HOP)));
  const turn = (2 * Math.PI * hertz) / RATE;
  const table = Array.from({ length: WINDOW }, (_, i) => [HANN[i] * Math.cos(turn * i), HANN[i] * Math.sin(turn * i)]);
  for (let n = 0; n < found.length; n++) {
    let [re, im] = [0, 0];
    for (let i = 0; i < WINDOW; i++) {
      const sample = sound[n * HOP + i];
      re += sample * table[i][0];
      im += sample * table[i][1];
    }
    found[n] = Math.hypot(re, im) * (4 / WINDOW);
  }
  return found;
}

/** Seconds at which it rises over a level. */
export function rises(found, level) {
  const at = [];
  for (let n = 1; n < found.length; n++)
    if (found[n] >= level && found[n - 1] < level) at.push((n + WINDOW / HOP / 2) * STEP);
  return at;
}

/** When it is first over a level for as long as `seconds`: the start of another tone's tick is in every tone's band, but only for a moment. */
export function begins(found, level, seconds) {
  const long = Math.round(seconds / STEP);
  for (let n = 0, over = 0; n < found.length; n++) {
    over = found[n] >= level ? over + 1 : 0;
    if (over === long) return (n - long + 1 + WINDOW / HOP / 2) * STEP;
  }
  return NaN;
}

/** The difference of two times on a beat of a second, -0.5 to 0.5. */
export const onBeat = (a, b) => ((((a - b + 0.5) % 1) + 1) % 1) - 0.5;

/** The longest stretch in which none of them is heard, in seconds, between two times. */
export function longestGap(envelopes, level, from, to) {
  let [longest, now] = [0, 0];
  for (let n = Math.ceil(from / STEP); n < Math.min(to / STEP, envelopes[0].length); n++) {
    now = envelopes.every((one) => one[n] < level) ? now + STEP : 0;
    longest = Math.max(longest, now);
  }
  return longest;
}
