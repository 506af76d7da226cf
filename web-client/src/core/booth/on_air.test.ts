import { describe, expect, it } from "vitest";
import { duration, OnAirClock } from "./on_air";

const MINUTE = 60_000;

describe("duration", () => {
  it("counts hours, minutes and seconds", () => {
    expect(duration(0)).toBe("00:00:00");
    expect(duration(17 * MINUTE + 42_900)).toBe("00:17:42");
    expect(duration(125 * MINUTE)).toBe("02:05:00");
  });
  it("isn't negative when clocks differ", () => expect(duration(-5000)).toBe("00:00:00"));
});

describe("OnAirClock", () => {
  it("runs from going on air to going off", () => {
    const clock = new OnAirClock();
    expect(clock.since).toBeNull();
    clock.set("en", 1000);
    clock.set("en", 5000);
    expect(clock.since).toBe(1000);
    clock.set(null, 6000);
    expect(clock.since).toBeNull();
  });
  it("goes on when the direction changes", () => {
    const clock = new OnAirClock();
    clock.set("en", 1000);
    clock.set("zh", 9000);
    expect(clock.since).toBe(1000);
  });
  it("reminds once for each turn", () => {
    const clock = new OnAirClock();
    clock.set("en", 0);
    expect(clock.remind(24 * MINUTE, 25)).toBe(false);
    expect(clock.remind(25 * MINUTE, 25)).toBe(true);
    expect(clock.remind(26 * MINUTE, 25)).toBe(false);
    clock.set(null, 27 * MINUTE);
    expect(clock.remind(60 * MINUTE, 25)).toBe(false);
    clock.set("en", 60 * MINUTE);
    expect(clock.remind(85 * MINUTE, 25)).toBe(true);
  });
  it("never reminds who doesn't want it", () => {
    const clock = new OnAirClock();
    clock.set("en", 0);
    expect(clock.remind(600 * MINUTE, 0)).toBe(false);
  });
});
