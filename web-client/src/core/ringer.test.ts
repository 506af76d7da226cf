import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { callsFor, ownCall } from "./calls";
import { initialState } from "./initial";
import { Ringer } from "./ringer";
import type { Call, State } from "./state";

const toHost = (id: number, from = "ana"): Call => ({ id, from, to: "host", booth: "en-zh" });
const toBooth = (id: number, booth = "en-zh"): Call => ({ id, from: "host", to: "booth", booth });
const hosts = (...calls: Call[]): State => ({ ...initialState({}, "en", null), page: { at: "meeting" }, me: "host", role: "host", calls });
const anas = (...calls: Call[]): State => ({
  ...hosts(...calls), me: "ana", role: "interpreter", booth: { name: "en-zh", hold: 4, members: ["ana"] },
});

describe("a call", () => {
  it("is answered by the other side alone", () => {
    const calls = [toHost(1), toBooth(2), toBooth(3, "es")];
    expect(callsFor(hosts(...calls)).map(({ id }) => id)).toEqual([1]);
    expect(callsFor(anas(...calls)).map(({ id }) => id)).toEqual([2]);
    expect([ownCall(anas(...calls), null)?.id, ownCall(hosts(...calls), "es")?.id, ownCall(hosts(...calls), "fr")]).toEqual([1, 3, undefined]);
  });
});

describe("ringing", () => {
  const ring = vi.fn();
  let ringer: Ringer;
  beforeEach(() => {
    vi.useFakeTimers();
    ring.mockClear();
    ringer = new Ringer(ring);
  });
  afterEach(() => vi.useRealTimers());

  it("goes on until it is answered", () => {
    ringer.update(hosts());
    ringer.update(hosts(toHost(1)));
    ringer.update(hosts(toHost(1)));
    expect(ring).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(20_000);
    expect(ring).toHaveBeenCalledTimes(3);
    ringer.update(hosts());
    vi.advanceTimersByTime(60_000);
    expect(ring).toHaveBeenCalledTimes(3);
  });
  it("begins anew for another call, and goes on for one of two", () => {
    ringer.update(hosts(toHost(1)));
    ringer.update(hosts(toHost(1), toHost(2, "ben")));
    expect(ring).toHaveBeenCalledTimes(2);
    ringer.update(hosts(toHost(2, "ben")));
    vi.advanceTimersByTime(10_000);
    expect(ring).toHaveBeenCalledTimes(3);
    ringer.update(hosts(toHost(3)));
    expect(ring).toHaveBeenCalledTimes(4);
  });
  it("is heard once by who is on air, and not by who calls", () => {
    ringer.update({ ...anas(toBooth(1)), onAir: "en" });
    vi.advanceTimersByTime(60_000);
    expect(ring).toHaveBeenCalledTimes(1);
    ringer.update(anas(toHost(2)));
    vi.advanceTimersByTime(60_000);
    expect(ring).toHaveBeenCalledTimes(1);
  });
});
