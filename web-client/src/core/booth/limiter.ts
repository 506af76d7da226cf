/**
 * Hearing protection: holds whatever comes to two ceilings. No sample exceeds the peak; and the root mean square of any 100 ms, from the
 * 100th ms of a loud sound on, is the sustained one at most. No look-ahead: it adds no delay, and an attack that no look-ahead softens is
 * cut, which is what it is for. All channels get the same gain, by the louder one.
 */
import type { Ceilings } from "./calibration";

const WINDOW_MS = 100;
/** How fast the gain comes back: slowly enough not to pump. */
const RELEASE_DB_PER_S = 20;
const PEAK_RELEASE_S = 0.05;

export class HearingLimiter {
  private readonly block: number;
  /** Energy of the window's blocks of 1 ms, and which is the oldest. */
  private readonly energies = new Float64Array(WINDOW_MS);
  private oldest = 0;
  private filled = 0;
  private gain = 1;
  private peakGain = 1;
  private readonly release: number;
  private readonly peakRelease: number;
  private heard = 0;
  private samples = 0;
  private held = false;

  constructor(
    sampleRate: number,
    public ceilings: Ceilings,
  ) {
    this.block = Math.max(1, Math.round(sampleRate / 1000));
    this.release = 10 ** (RELEASE_DB_PER_S / 20 / 1000);
    this.peakRelease = Math.exp(-1 / (PEAK_RELEASE_S * sampleRate));
  }

  /** In place. */
  process(channels: readonly Float32Array[]): void {
    const length = channels[0]?.length ?? 0;
    for (let i = 0; i < length; i++) {
      let loudest = 0;
      for (const channel of channels) loudest = Math.max(loudest, Math.abs(channel[i] ?? 0));
      const factor = this.next(loudest);
      for (const channel of channels) channel[i] = (channel[i] ?? 0) * factor;
      const out = loudest * factor;
      this.heard += out * out;
    }
    this.samples += length;
  }

  /** Takes the next sample's size, gives the gain for it. */
  private next(loudest: number): number {
    this.energies[this.oldest] = (this.energies[this.oldest] ?? 0) + loudest * loudest;
    if (++this.filled === this.block) this.endBlock();
    this.peakGain = 1 - (1 - this.peakGain) * this.peakRelease;
    const wanted = loudest * this.gain;
    if (wanted * this.peakGain > this.ceilings.peak) {
      this.peakGain = this.ceilings.peak / wanted;
      this.held = true;
    }
    return this.gain * this.peakGain;
  }

  private endBlock(): void {
    this.filled = 0;
    this.oldest = (this.oldest + 1) % WINDOW_MS;
    this.energies[this.oldest] = 0;
    // Summed anew: a running difference would drift over hours.
    let sum = 0;
    for (const energy of this.energies) sum += energy;
    const level = Math.sqrt(sum / (this.block * (WINDOW_MS - 1)));
    const allowed = level > this.ceilings.sustained ? this.ceilings.sustained / level : 1;
    if (allowed < 1) this.held = true;
    // Steps of a millisecond: down by what the window gained in it, up by the release; both too small to be heard.
    this.gain = Math.min(allowed, this.gain * this.release);
  }

  /** What came out since the last call: mean square of the louder channel, how long, and whether anything was held back. */
  report(sampleRate: number): { meanSquare: number; seconds: number; held: boolean } {
    const report = { meanSquare: this.heard / Math.max(1, this.samples), seconds: this.samples / sampleRate, held: this.held };
    this.heard = 0;
    this.samples = 0;
    this.held = false;
    return report;
  }
}
