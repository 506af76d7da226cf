import { describe, expect, it } from "vitest";
import { calibrate, ceilingsFor, PEAK_LIMIT, SUSTAINED_LIMIT } from "./calibration";
import { decibelsOf, gainOf, meanSquare } from "./levels";
import { HearingLimiter } from "./limiter";

const RATE = 48_000;
/** As if full scale were 120 dB at the ear: much to hold back. */
const LOUD = { fullScale: 120, at: 0 };
const limiter = (): HearingLimiter => new HearingLimiter(RATE, ceilingsFor(LOUD));

/** A sine of so many dBFS (root mean square). */
function sine(frequency: number, level: number, seconds: number): Float32Array {
  const peak = gainOf(level) * Math.SQRT2;
  return Float32Array.from({ length: seconds * RATE }, (_, i) => peak * Math.sin((2 * Math.PI * frequency * i) / RATE));
}

/** In blocks of 128, as Web Audio does. */
function through(one: HearingLimiter, ...channels: Float32Array[]): void {
  const length = channels[0]?.length ?? 0;
  for (let at = 0; at < length; at += 128) one.process(channels.map((channel) => channel.subarray(at, at + 128)));
}

const soundLevel = (samples: Float32Array): number => decibelsOf(Math.sqrt(meanSquare(samples))) + LOUD.fullScale;
const peakOf = (samples: Float32Array): number => samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);

describe("HearingLimiter", () => {
  it("leaves speech at a comfortable level alone", () => {
    const speech = sine(300, 65 - LOUD.fullScale, 1);
    const before = speech.slice();
    through(limiter(), speech);
    expect(speech).toEqual(before);
  });
  it("lets no sample above the peak, not even the first of a burst", () => {
    for (const frequency of [50, 1000, 8000]) {
      const burst = sine(frequency, -1, 0.5);
      through(limiter(), burst);
      expect(decibelsOf(peakOf(burst)) + LOUD.fullScale).toBeLessThanOrEqual(PEAK_LIMIT + 0.001);
    }
  });
  it("holds every 100 ms of a long sound to the sustained limit, but for its first", () => {
    for (const frequency of [100, 440, 3000]) {
      const sound = sine(frequency, -10, 2);
      through(limiter(), sound);
      for (let at = RATE / 10; at + RATE / 10 <= sound.length; at += RATE / 100) {
        expect(soundLevel(sound.subarray(at, at + RATE / 10))).toBeLessThanOrEqual(SUSTAINED_LIMIT + 0.1);
      }
    }
  });
  it("lets a click that is loud but short pass at its own level", () => {
    const click = new Float32Array(RATE);
    click.set(sine(1000, 95 - LOUD.fullScale, 0.005), RATE / 2);
    const before = click.slice();
    through(limiter(), click);
    expect(peakOf(click)).toBeCloseTo(peakOf(before), 5);
  });
  it("gives the level back after the shock, slowly", () => {
    const one = limiter();
    through(one, sine(1000, -5, 1));
    const just = sine(300, 65 - LOUD.fullScale, 0.1);
    through(one, just);
    through(one, sine(300, 65 - LOUD.fullScale, 3));
    const later = sine(300, 65 - LOUD.fullScale, 0.1);
    through(one, later);
    expect(soundLevel(just)).toBeLessThan(60);
    expect(soundLevel(later)).toBeCloseTo(65, 1);
  });
  it("gives both ears the same gain, by the louder one", () => {
    const left = sine(500, -20, 1);
    const right = sine(500, -60, 1);
    through(limiter(), left, right);
    expect(decibelsOf(peakOf(left.subarray(RATE / 2))) - decibelsOf(peakOf(right.subarray(RATE / 2)))).toBeCloseTo(40, 1);
  });
  it("reports what came out, and whether it held anything", () => {
    const one = limiter();
    through(one, sine(1000, 65 - LOUD.fullScale, 1));
    const calm = one.report(RATE);
    expect(calm.seconds).toBe(1);
    expect(decibelsOf(Math.sqrt(calm.meanSquare)) + LOUD.fullScale).toBeCloseTo(65, 1);
    expect(calm.held).toBe(false);
    through(one, sine(1000, 0, 1));
    expect(one.report(RATE).held).toBe(true);
    expect(one.report(RATE).seconds).toBe(0);
  });
});

describe("ceilingsFor", () => {
  it("knows by the calibration what amplitude is too loud", () => {
    // The reference of -30 dBFS sounded like 65 dB with the volume at -6: full scale is 101 dB.
    const calibration = calibrate(-6, 0);
    expect(calibration.fullScale).toBe(101);
    expect(decibelsOf(ceilingsFor(calibration).sustained)).toBeCloseTo(SUSTAINED_LIMIT - 101, 5);
    expect(decibelsOf(ceilingsFor(calibration).peak)).toBeCloseTo(PEAK_LIMIT - 101, 5);
  });
  it("never asks for more than full scale", () => expect(ceilingsFor({ fullScale: 80, at: 0 })).toEqual({ sustained: 1, peak: 1 }));
  it("protects before anybody has calibrated", () => expect(ceilingsFor(null).sustained).toBeLessThan(1));
});
