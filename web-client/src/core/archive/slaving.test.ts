import { describe, expect, it } from "vitest";
import { align, alignJump, jump, newAlignment, newFollower, step } from "./slaving";

/** A leader and a follower in a made-up time; gives the differences (leader's less follower's place) of the last second. */
function run({ behind, rate = 1, drift = 0, seconds = 10 }: { behind: number; rate?: number; drift?: number; seconds?: number }): { last: number[]; jumps: number; rates: Set<number> } {
  const follower = newFollower();
  let [leader, place, own, jumps] = [100, 100 - behind, rate, 0];
  const last: number[] = [];
  const rates = new Set<number>();
  for (let ms = 0; ms < seconds * 1000; ms += 100) {
    leader += 0.1 * rate;
    place += 0.1 * own * (1 + drift);
    const now = step(follower, leader - place, leader, rate, ms);
    if (now.do === "rate") rates.add((own = now.rate));
    if (now.do === "jump") {
      jumps++;
      place = now.to - follower.lead * rate; // as late as was expected
    }
    if (ms >= (seconds - 1) * 1000) last.push(Math.abs(leader - place));
  }
  return { last, jumps, rates };
}

describe("a follower", () => {
  it("is left alone while it is near", () => expect(run({ behind: 0.03 })).toMatchObject({ jumps: 0, rates: new Set() }));
  it("catches up by a rate that nobody notices", () => {
    for (const behind of [0.1, -0.1, 0.3, -0.45]) {
      const { last, jumps, rates } = run({ behind });
      expect(Math.max(...last), `${behind}`).toBeLessThan(0.04);
      expect(jumps).toBe(0);
      for (const rate of rates) expect(Math.abs(rate - 1)).toBeLessThanOrEqual(0.101);
      expect([...rates].at(-1)).toBe(1);
    }
  });
  it("keeps to its leader's speed", () => {
    for (const rate of [0.5, 2]) {
      const { last, rates } = run({ behind: 0.3, rate });
      expect(Math.max(...last)).toBeLessThan(0.04);
      for (const one of rates) expect(Math.abs(one / rate - 1)).toBeLessThanOrEqual(0.101);
    }
  });
  it("doesn't run away over hours on another clock", () => expect(Math.max(...run({ behind: 0, drift: 0.0005, seconds: 3600 }).last)).toBeLessThan(0.06));
  it("jumps when it is far away, once", () => {
    for (const behind of [5, -40]) expect(run({ behind })).toMatchObject({ jumps: 1 });
  });
  it("doesn't jump again while a jump is under way", () => {
    const follower = newFollower();
    expect(jump(follower, 50, 1, 0)).toEqual({ do: "jump", to: 50.1 });
    expect(step(follower, 0.9, 51, 1, 1000)).toEqual({ do: "nothing" });
    expect(step(follower, 2, 52, 1, 1600).do).toBe("jump");
  });
  it("learns how long a jump takes", () => {
    const follower = newFollower(0);
    for (let i = 0; i < 12; i++) {
      const { to } = jump(follower, 100, 1, i * 10_000) as { to: number };
      // It moves 200 ms after it was told to; looked at 300 ms after.
      step(follower, 100.3 - (to + 0.1), 100.3, 1, i * 10_000 + 300);
    }
    expect(follower.lead).toBeCloseTo(0.2, 2);
  });
});

/** A sound that starts `late` ms after each jump, whose places are said to 40 ms only; gives how far it is off when it is near, and when. */
function bring({ late, rate = 1, jitter = 0 }: { late: number; rate?: number; jitter?: number }): { apart: number; ms: number; jumps: number } {
  const alignment = newAlignment(0.1);
  const said = (place: number): number => Math.floor(place / 0.04) * 0.04;
  let from = alignJump(alignment, 100, rate, 0).to;
  let begins = late;
  for (let ms = 20; ms < 10_000; ms += 20) {
    const leader = 100 + (ms / 1000) * rate;
    const own = from + (Math.max(0, ms - begins) / 1000) * rate;
    const now = align(alignment, said(leader), said(own + 0.013), rate, ms);
    if (now.do === "near") return { apart: leader - own, ms, jumps: alignment.jumps };
    if (now.do === "jump") {
      from = now.to;
      begins = ms + late + jitter * (alignment.jumps % 2 ? 1 : -1);
    }
  }
  return { apart: Infinity, ms: Infinity, jumps: alignment.jumps };
}

describe("a sound that is about to be heard", () => {
  it("is brought to the leader's place by jumps, soon", () => {
    for (const late of [0, 60, 100, 180, 350]) {
      for (const rate of [0.5, 1, 2]) {
        const { apart, ms, jumps } = bring({ late, rate });
        expect(Math.abs(apart), `${late} ${rate}`).toBeLessThan(0.05);
        // At half the speed 40 ms of place are four measures: some jumps are for nothing.
        if (rate >= 1) expect(jumps, `${late} ${rate}`).toBeLessThanOrEqual(3);
        expect(ms, `${late} ${rate}`).toBeLessThan(3000);
      }
    }
  });
  it("isn't chased for ever when each jump takes another time", () => {
    const { jumps, ms } = bring({ late: 150, jitter: 60 });
    expect(jumps).toBeLessThanOrEqual(6);
    expect(ms).toBeLessThan(3000);
  });
  it("is jumped again when it never begins", () => {
    const alignment = newAlignment(0.1);
    const { to } = alignJump(alignment, 100, 1, 0);
    expect(align(alignment, 101, to, 1, 1000)).toEqual({ do: "wait" });
    expect(align(alignment, 102, to, 1, 2000)).toMatchObject({ do: "jump" });
  });
});
