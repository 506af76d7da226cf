import { describe, expect, it } from "vitest";
import { REFERENCE_LEVEL } from "./calibration";
import { decibelsOf, meanSquare } from "./levels";
import { clippingCurve } from "./clipping";
import { alertTones, referenceNoise, testSpeaker } from "./test_sounds";

const RATE = 48_000;
const levelOf = (samples: Float32Array): number => decibelsOf(Math.sqrt(meanSquare(samples)));
const peakOf = (samples: Float32Array): number => samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);

/** How strong one frequency is (Goertzel), in dB. */
function at(samples: Float32Array, hertz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / RATE);
  let one = 0;
  let two = 0;
  for (const sample of samples) [one, two] = [sample + turn * one - two, one];
  return 10 * Math.log10(one * one + two * two - turn * one * two + 1e-20);
}
const around = (samples: Float32Array, hertz: number): number =>
  Array.from({ length: 20 }, (_, i) => at(samples, hertz * (0.95 + i * 0.005))).reduce((sum, level) => sum + level, 0) / 20;

describe("test sounds", () => {
  it("have a reference of the level that the calibration counts on, with a spectrum like speech", () => {
    const reference = referenceNoise(RATE, 2, REFERENCE_LEVEL);
    expect(levelOf(reference)).toBeCloseTo(REFERENCE_LEVEL, 3);
    expect(around(reference, 300) - around(reference, 4000)).toBeGreaterThan(12);
    expect(peakOf(reference)).toBeLessThan(1);
  });
  it("have a speaker with vowels, sibilants and pauses", () => {
    const speaker = testSpeaker(RATE, 5, -24);
    expect(levelOf(speaker)).toBeCloseTo(-24, 3);
    expect(peakOf(speaker)).toBeLessThan(1);
    expect(levelOf(speaker.subarray(2.1 * RATE, 2.3 * RATE))).toBeLessThan(-70);
    const sibilant = speaker.subarray(0.21 * RATE, 0.24 * RATE);
    const vowel = speaker.subarray(0.28 * RATE, 0.36 * RATE);
    expect(around(sibilant, 10_000)).toBeGreaterThan(around(vowel, 10_000) + 10);
  });
  it("have an alert of a level that doesn't depend on anything", () => expect(peakOf(alertTones(RATE, -20))).toBeLessThan(0.15));
});

describe("clippingCurve", () => {
  it("changes nothing below the ceiling and lets nothing above it", () => {
    const curve = clippingCurve(0.5);
    expect(peakOf(curve)).toBeCloseTo(0.5, 6);
    expect(curve[2048 + 512]).toBeCloseTo(0.25, 6);
    expect(curve[4096]).toBeCloseTo(0.5, 6);
    expect(curve[0]).toBeCloseTo(-0.5, 6);
  });
});
