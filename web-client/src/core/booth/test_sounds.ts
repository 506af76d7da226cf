/** Sounds for trying the booth alone: a reference for the calibration, a made-up speaker, an alert. Samples, made without Web Audio. */
import { gainOf, meanSquare } from "./levels";

/** Numbers that are always the same: -1..1. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 0x8000_0000;
  };
}

function toLevel(samples: Float32Array<ArrayBuffer>, level: number): Float32Array<ArrayBuffer> {
  const factor = gainOf(level) / Math.sqrt(Math.max(1e-12, meanSquare(samples)));
  return samples.map((sample) => sample * factor);
}

/** Noise with the long-term spectrum of speech: flat from 100 to 500 Hz, then falling. */
export function referenceNoise(rate: number, seconds: number, level: number): Float32Array<ArrayBuffer> {
  const next = noise(1);
  const low = 1 - Math.exp((-2 * Math.PI * 500) / rate);
  const high = 1 - Math.exp((-2 * Math.PI * 100) / rate);
  let smooth = 0;
  let drift = 0;
  const samples = new Float32Array(Math.round(rate * seconds)).map(() => {
    smooth += low * (next() - smooth);
    drift += high * (smooth - drift);
    return smooth - drift;
  });
  return toLevel(samples, level);
}

/** A resonance, as a mouth makes it. */
function resonator(rate: number): (sample: number, hertz: number, width: number) => number {
  let one = 0;
  let two = 0;
  return (sample, hertz, width) => {
    const radius = Math.exp((-Math.PI * width) / rate);
    const out = sample * (1 - radius) + 2 * radius * Math.cos((2 * Math.PI * hertz) / rate) * one - radius * radius * two;
    two = one;
    one = out;
    return out;
  };
}

const VOWELS = [[730, 1090], [270, 2290], [530, 1840], [570, 840], [300, 870], [660, 1720]] as const;

/** Syllables of a voice that says nothing: vowels on a falling melody, sibilants up to the top, pauses between phrases. */
export function testSpeaker(rate: number, seconds: number, level: number): Float32Array<ArrayBuffer> {
  const next = noise(7);
  const formants = [resonator(rate), resonator(rate)] as const;
  const samples = new Float32Array(Math.round(rate * seconds));
  let phase = 0;
  let before = 0;
  for (let i = 0; i < samples.length; i++) {
    const time = i / rate;
    const phrase = time % 2.4;
    const syllable = Math.floor(phrase / 0.2);
    const within = (phrase % 0.2) / 0.2;
    const silent = phrase > 1.8;
    const [first, second] = VOWELS[(syllable * 5 + Math.floor(time / 2.4)) % VOWELS.length] ?? VOWELS[0];
    phase = (phase + (150 - 30 * (phrase / 2.4) + 12 * Math.sin(6 * phrase)) / rate) % 1;
    const sibilant = !silent && within < 0.25 && syllable % 3 === 1;
    const voiced = silent || sibilant ? 0 : (phase * 2 - 1) * Math.sin(Math.PI * within);
    const hiss = next();
    const vowel = formants[0](voiced, first, 80) + 0.6 * formants[1](voiced, second, 110);
    samples[i] = vowel + (sibilant ? 0.3 * (hiss - before) : 0);
    before = hiss;
  }
  return toLevel(samples, level);
}

/** Two short tones that stand out of speech. */
export function alertTones(rate: number, level: number): Float32Array<ArrayBuffer> {
  const peak = gainOf(level) * Math.SQRT2;
  return new Float32Array(Math.round(rate * 0.6)).map((_, i) => {
    const time = i / rate;
    const within = time % 0.3;
    const shape = within < 0.2 ? Math.sin((Math.PI * within) / 0.2) : 0;
    return peak * shape * Math.sin(2 * Math.PI * (time < 0.3 ? 880 : 1320) * time);
  });
}
