/**
 * Measures how a speaker's sound is, from what arrives: level of speech, what lies beneath it, how far up its spectrum reaches, how much is
 * cut off. Takes moments of sound (20 a second), gives figures over the last seconds. What the figures are called is speaker_word.ts.
 */
import { decibelsOf, decibelsOfPower, powerOf, QUIETEST } from "./levels";

/** One look at the sound, by an analyser. */
export interface Moment {
  /** Root mean square, dBFS. */
  level: number;
  /** Share of samples at the edge. */
  clipped: number;
  /** dBFS of each bin, from 0 Hz up. */
  spectrum: Float32Array;
}

export interface Figures {
  /** Hz up to which the speech reaches. */
  bandwidth: number;
  /** dBFS while speaking. */
  level: number;
  /** dBFS in the pauses. */
  noise: number;
  /** Share of samples at the edge, while speaking. */
  clipping: number;
}

const BAND_HZ = 250;
/** Sibilants, which reach highest, are some 30 dB below the vowels in their bands; what is 50 dB down carries nothing. */
const REACHES_DB = 50;
const ABOVE_NOISE_DB = 8;
/** Speech stands out of the noise by this much. */
const SPEECH_DB = 9;
const SILENCE = -75;
/** How many moments count: 5 s of them for the speech, 15 s for its pauses. */
const SPEECH_KEPT = 100;
const ALL_KEPT = 300;
/** 1.5 s of speech: enough sibilants and pauses to say something. */
const SPEECH_NEEDED = 30;

interface Kept { level: number; clipped: number; bands: Float32Array }

export class SpeakerMeter {
  private all: Kept[] = [];
  private speech: Kept[] = [];

  constructor(private readonly binHz: number) {}

  /** Another speaker: what was measured is somebody else's. */
  reset(): void {
    this.all = [];
    this.speech = [];
  }

  add(moment: Moment): void {
    const kept: Kept = { level: Math.max(QUIETEST, moment.level), clipped: moment.clipped, bands: this.bands(moment.spectrum) };
    this.all = [...this.all, kept].slice(-ALL_KEPT);
    if (kept.level > Math.max(SILENCE, this.noise() + SPEECH_DB)) this.speech = [...this.speech, kept].slice(-SPEECH_KEPT);
  }

  /** Null: not enough speech yet. */
  figures(): Figures | null {
    if (this.speech.length < SPEECH_NEEDED) return null;
    const power = this.speech.reduce((sum, { level }) => sum + powerOf(level), 0) / this.speech.length;
    return {
      bandwidth: this.bandwidth(),
      level: decibelsOfPower(power),
      noise: this.noise(),
      clipping: this.speech.reduce((sum, { clipped }) => sum + clipped, 0) / this.speech.length,
    };
  }

  /** The level that a tenth of all moments doesn't exceed: the pauses between words. */
  private noise(): number {
    const levels = this.all.map(({ level }) => level).sort((a, b) => a - b);
    return levels[Math.floor(levels.length / 10)] ?? QUIETEST;
  }

  private bandwidth(): number {
    const floor = this.noise() + SPEECH_DB / 3;
    const pauses = this.all.filter(({ level }) => level <= floor);
    const loudest = highest(this.speech);
    const beneath = pauses.length > 0 ? highest(pauses) : null;
    const top = loudest.reduce((max, level) => Math.max(max, level), QUIETEST);
    for (let band = loudest.length - 1; band >= 0; band--) {
      const level = loudest[band] ?? QUIETEST;
      if (level > top - REACHES_DB && level > (beneath?.[band] ?? QUIETEST) + ABOVE_NOISE_DB) return (band + 1) * BAND_HZ;
    }
    return 0;
  }

  private bands(spectrum: Float32Array): Float32Array {
    const width = Math.max(1, Math.round(BAND_HZ / this.binHz));
    const bands = new Float32Array(Math.floor(spectrum.length / width));
    for (let band = 0; band < bands.length; band++) {
      let power = 0;
      for (let bin = band * width; bin < (band + 1) * width; bin++) power += powerOf(Math.max(-200, spectrum[bin] ?? -200));
      bands[band] = decibelsOfPower(power / width);
    }
    return bands;
  }
}

/** Each band's loudest moment: a sibilant is short, and a mean would drown it. */
function highest(moments: readonly Kept[]): Float32Array {
  const out = new Float32Array(moments[0]?.bands.length ?? 0).fill(QUIETEST);
  for (const { bands } of moments) bands.forEach((level, band) => (out[band] = Math.max(out[band] ?? QUIETEST, level)));
  return out;
}

/** From an analyser's samples: level and share at the edge. */
export function momentOf(samples: Float32Array, spectrum: Float32Array): Moment {
  let sum = 0;
  let edge = 0;
  for (const sample of samples) {
    sum += sample * sample;
    if (Math.abs(sample) > 0.985) edge++;
  }
  const length = Math.max(1, samples.length);
  return { level: decibelsOf(Math.sqrt(sum / length)), clipped: edge / length, spectrum };
}
