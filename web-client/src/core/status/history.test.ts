import { describe, expect, it } from "vitest";
import { answer, REASONS, sample, worker } from "./fakes";
import { drawn, dropped, extend, type History, shedding, since, span, sum, together, topReasons, worst } from "./history";

const history = (...times: number[]): History => extend(null, answer({ now: times.at(-1) ?? 1000, rows: times.map((time) => sample(time)) }));
const times = ({ samples }: History): number[] => samples.map(({ time }) => time);

describe("extend", () => {
  it("goes on behind what is known", () => {
    const before = history(1005, 1010);
    expect(since(before)).toBe(1010);
    const after = extend(before, answer({ now: 1015, rows: [sample(1010), sample(1015)] }));
    expect(times(after)).toEqual([1005, 1010, 1015]);
    expect(after.now).toBe(1015);
  });
  it("keeps an hour and no more", () => {
    const full = extend(null, answer({ now: 9000, samples: 3, rows: [1, 2, 3].map((n) => sample(n)) }));
    expect(times(extend(full, answer({ now: 9005, samples: 3, rows: [sample(4), sample(5)] })))).toEqual([3, 4, 5]);
  });
  it("keeps what was before a restart of the server", () => {
    const after = extend(history(1005, 1010), answer({ started: 1200, now: 1205, rows: [sample(1205)] }));
    expect(times(after)).toEqual([1005, 1010, 1205]);
    expect(after.started).toBe(1200);
  });
  it("begins anew when the server's clock was set back, and then asks for all", () => {
    const after = extend(history(1005, 1010), answer({ started: 500, now: 505, rows: [] }));
    expect(times(after)).toEqual([]);
    expect(since(after)).toBe(0);
  });
  it("begins anew with another number of workers", () => {
    expect(times(extend(history(1005), answer({ started: 1100, now: 1105, workers: 2, rows: [sample(1105, worker(), worker())] })))).toEqual([1105]);
  });
  it("asks for everything at first", () => expect(since(null)).toBe(0));
});

describe("drawn", () => {
  it("draws a row for each sample", () => {
    const { time, lines } = drawn(history(1005, 1010), 2, (one) => [one.time, null]);
    expect(time).toEqual([1005, 1010]);
    expect(lines).toEqual([[1005, 1010], [null, null]]);
  });
  it("draws no line where samples are missing", () => {
    const { time, lines } = drawn(history(1005, 1010, 1100, 1106), 1, () => [1]);
    expect(time).toEqual([1005, 1010, 1015, 1100, 1106]);
    expect(lines).toEqual([[1, 1, null, 1, 1]]);
  });
});

describe("over several workers", () => {
  const two = sample(1, worker({ packetsOut: 300, batch: 30, delayP99: 80, run: 4 }), worker({ packetsOut: 100, batch: 5 }));
  it("adds what can be added", () => expect(sum(two, "packetsOut")).toBe(400));
  it("takes the slowest where it can't", () => expect(worst(two, "delayP99")).toBe(80));
  it("counts how many went together over all of them", () => {
    expect(together(two, "batch")).toBeCloseTo(400 / (10 + 20));
    expect(together(two, "run")).toBe(4);
  });
  it("says nothing where nothing was measured", () => {
    const idle = sample(1, worker());
    expect([sum(idle, "batch"), worst(idle, "delayP50"), together(idle, "batch")]).toEqual([null, null, null]);
  });
  it("adds up the reasons for drops", () => {
    const dropping = sample(1, worker({}, [["drop_send", 3], ["drop_stranger", 2]]), worker({}, [["drop_stranger", 2]]));
    expect(topReasons(dropping)).toEqual([["drop_stranger", 4], ["drop_send", 3]]);
  });
});

describe("what the page says", () => {
  it("names the workers that shed now", () => {
    const now = extend(null, answer({ workers: 2, rows: [sample(5, worker({ shed: 2 }), worker()), sample(10, worker(), worker({ shed: 1 }))] }));
    expect(shedding(now)).toEqual([{ worker: 1, level: 1 }]);
    expect(shedding(extend(null, answer()))).toEqual([]);
  });
  it("lists the reasons that ever dropped something, those of the last hour first", () => {
    const [stranger, send] = REASONS;
    const reasons = [{ ...stranger!, hour: 0, total: 900 }, { ...send!, hour: 3, total: 3 }, { name: "drop_padding", help: "", hour: 0, total: 0 }];
    expect(dropped(extend(null, answer({ reasons }))).map(({ name }) => name)).toEqual(["drop_send", "drop_stranger"]);
  });
  it("draws an hour, or what there is of it, but no less than five minutes", () => {
    expect(span(history(1005, 1010))).toEqual([710, 1010]);
    expect(span(history(1000, 2000))).toEqual([1000, 2000]);
    expect(span(history(1000, 9000))).toEqual([5400, 9000]);
    expect(span(extend(null, answer({ now: 1000 })))).toEqual([700, 1000]);
  });
});
