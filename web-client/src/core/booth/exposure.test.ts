import { describe, expect, it } from "vitest";
import { Exposure } from "./exposure";
import { powerOf } from "./levels";

const FULL_SCALE = 100;
const listen = (exposure: Exposure, level: number, seconds: number): void => {
  for (let i = 0; i < seconds; i++) exposure.add(powerOf(level - FULL_SCALE), 1);
};

describe("Exposure", () => {
  it("is the mean over a minute", () => {
    const exposure = new Exposure();
    listen(exposure, 76, 60);
    expect(exposure.level(FULL_SCALE)).toBeCloseTo(76, 5);
    listen(exposure, 86, 30);
    expect(exposure.level(FULL_SCALE)).toBeCloseTo(10 * Math.log10((10 ** 8.6 + 10 ** 7.6) / 2), 5);
  });
  it("doesn't warn of a loud moment", () => {
    const exposure = new Exposure();
    listen(exposure, 90, 5);
    expect(exposure.warning(FULL_SCALE)).toBe(false);
  });
  it("warns of a loud minute, and until it is clearly over", () => {
    const exposure = new Exposure();
    listen(exposure, 80.5, 60);
    expect(exposure.warning(FULL_SCALE)).toBe(true);
    listen(exposure, 79, 60);
    expect(exposure.warning(FULL_SCALE)).toBe(true);
    listen(exposure, 70, 60);
    expect(exposure.warning(FULL_SCALE)).toBe(false);
    listen(exposure, 79, 60);
    expect(exposure.warning(FULL_SCALE)).toBe(false);
  });
});
