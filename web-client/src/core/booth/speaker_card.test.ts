import { describe, expect, it } from "vitest";
import { type Moment, momentOf, SpeakerMeter } from "./speaker_meter";
import type { Card } from "../state";
import { LipSync, LossMeter } from "./speaker_watch";
import { CardPost, speakerWord } from "./speaker_word";

const BIN_HZ = 48_000 / 2048;
const BINS = 1024;

interface Voice { level: number; noise: number; reaches: number; clipped?: number }

/** A made-up spectrum: vowels fall by 9 dB an octave above 500 Hz, sibilants are flat up to 16 kHz and 28 dB lower; nothing above `reaches`. */
function spectrum(voice: Voice, kind: "vowel" | "sibilant" | "pause"): Float32Array {
  const perBin = 10 * Math.log10(BINS);
  return Float32Array.from({ length: BINS }, (_, bin) => {
    const hertz = bin * BIN_HZ;
    const noise = hertz > voice.reaches ? -140 : voice.noise - perBin;
    if (kind === "pause" || hertz > voice.reaches) return noise;
    const speech = kind === "vowel" ? voice.level - 12 - 9 * Math.log2(Math.max(1, hertz / 500)) : hertz > 3000 && hertz < 16_000 ? voice.level - 40 : -140;
    return Math.max(noise, speech);
  });
}

/** Moments of speech: of ten six vowels, two sibilants, two pauses. */
function speak(meter: SpeakerMeter, voice: Voice, moments: number): void {
  for (let i = 0; i < moments; i++) {
    const kind = i % 10 < 6 ? "vowel" : i % 10 < 8 ? "sibilant" : "pause";
    const level = kind === "pause" ? voice.noise : Math.max(voice.noise, voice.level - (kind === "vowel" ? 0 : 12));
    const moment: Moment = { level, clipped: kind === "vowel" ? (voice.clipped ?? 0) : 0, spectrum: spectrum(voice, kind) };
    meter.add(moment);
  }
}

function word(voice: Voice, loss = 0): string | null {
  const meter = new SpeakerMeter(BIN_HZ);
  speak(meter, voice, 100); // five seconds
  const figures = meter.figures();
  return figures && speakerWord(null, { ...figures, loss, offset: null });
}

const GOOD: Voice = { level: -24, noise: -65, reaches: 20_000 };

describe("SpeakerMeter", () => {
  const figures = (voice: Voice): NonNullable<ReturnType<SpeakerMeter["figures"]>> => {
    const meter = new SpeakerMeter(BIN_HZ);
    speak(meter, voice, 100);
    const found = meter.figures();
    if (!found) throw new Error("nothing measured");
    return found;
  };
  it("tells a full band from a telephone", () => {
    expect(figures(GOOD).bandwidth).toBeGreaterThan(14_000);
    const telephone = figures({ ...GOOD, reaches: 3600 }).bandwidth;
    expect(telephone).toBeGreaterThan(3000);
    expect(telephone).toBeLessThanOrEqual(4250);
    const wide = figures({ ...GOOD, reaches: 7800 }).bandwidth;
    expect(wide).toBeGreaterThan(7000);
    expect(wide).toBeLessThan(8500);
  });
  it("isn't taken in by noise that reaches higher than the speech", () => {
    const meter = new SpeakerMeter(BIN_HZ);
    const voice = { ...GOOD, noise: -50 };
    for (let i = 0; i < 100; i++) {
      const pause = i % 5 === 0;
      const noise = spectrum(voice, "pause");
      const speech = spectrum({ ...voice, reaches: 3600 }, "vowel").map((level, bin) => Math.max(level, noise[bin] ?? -140));
      meter.add({ level: pause ? -50 : -24, clipped: 0, spectrum: pause ? noise : speech });
    }
    expect(meter.figures()?.bandwidth).toBeLessThanOrEqual(4250);
  });
  it("knows the level of the speech and of its pauses", () => {
    expect(figures(GOOD).level).toBeCloseTo(-25, 0);
    expect(figures(GOOD).noise).toBeCloseTo(-65, 0);
  });
  it("says nothing before there was speech, and begins anew with another speaker", () => {
    const meter = new SpeakerMeter(BIN_HZ);
    for (let i = 0; i < 200; i++) meter.add({ level: -90, clipped: 0, spectrum: new Float32Array(BINS).fill(-140) });
    expect(meter.figures()).toBeNull();
    speak(meter, GOOD, 60);
    expect(meter.figures()).not.toBeNull();
    meter.reset();
    expect(meter.figures()).toBeNull();
  });
  it("has a result within five seconds of speech, also without a pause before", () => {
    const meter = new SpeakerMeter(BIN_HZ);
    let at = 0;
    while (!meter.figures() && at < 200) speak(meter, GOOD, ++at && 10);
    expect(at * 10).toBeLessThanOrEqual(100);
  });
});

describe("momentOf", () => {
  it("counts samples at the edge", () => {
    const moment = momentOf(Float32Array.from([1, -1, 0.5, -0.5]), new Float32Array(0));
    expect(moment.clipped).toBe(0.5);
    expect(moment.level).toBeCloseTo(10 * Math.log10(0.625), 5);
  });
});

describe("speakerWord", () => {
  it("is clear for a headset near the mouth", () => expect(word(GOOD)).toBe("clear"));
  it("is muffled for a telephone's band", () => expect(word({ ...GOOD, reaches: 3600 })).toBe("muffled"));
  it("is quiet far from the microphone", () => expect(word({ ...GOOD, level: -46, noise: -80 })).toBe("quiet"));
  it("is loud when samples are cut", () => expect(word({ ...GOOD, level: -10, clipped: 0.01 })).toBe("loud"));
  it("is noisy beside a fan", () => expect(word({ ...GOOD, noise: -36 })).toBe("noisy"));
  it("is breaking when packets are lost, whatever else it is", () => expect(word({ ...GOOD, reaches: 3600 }, 0.08)).toBe("breaking"));
  it("doesn't go to and fro at a limit", () => {
    const at = (level: number) => ({ bandwidth: 15_000, level, noise: -90, clipping: 0, loss: 0, offset: null });
    expect(speakerWord("clear", at(-41))).toBe("clear");
    expect(speakerWord("clear", at(-43))).toBe("quiet");
    expect(speakerWord("quiet", at(-41))).toBe("quiet");
    expect(speakerWord("quiet", at(-37))).toBe("clear");
  });
  it("says that sound and picture are apart beyond what is accepted, until it isn't noticed any more", () => {
    const at = (offset: number | null) => ({ bandwidth: 15_000, level: -24, noise: -65, clipping: 0, loss: 0, offset });
    expect([null, 0, 89, -184].map((offset) => speakerWord("clear", at(offset)))).toEqual(Array(4).fill("clear"));
    expect([90, -185].map((offset) => speakerWord("clear", at(offset)))).toEqual(["apart", "apart"]);
    expect([60, -150].map((offset) => speakerWord("apart", at(offset)))).toEqual(["apart", "apart"]);
    expect([44, -124, null].map((offset) => speakerWord("apart", at(offset)))).toEqual(Array(3).fill("clear"));
    expect(speakerWord("apart", { ...at(300), loss: 0.1 })).toBe("breaking");
  });
  it("lets a worse fault take the place of a lesser one", () => {
    const figures = { bandwidth: 3500, level: -43, noise: -90, clipping: 0, loss: 0, offset: null };
    expect(speakerWord("muffled", figures)).toBe("quiet");
    expect(speakerWord("quiet", { ...figures, level: -30 })).toBe("muffled");
  });
});

describe("CardPost", () => {
  const card: Card = { participant: "p1", word: "clear", bandwidth: 15_000, level: -24, noise: -65, clipping: 0, loss: 0, offset: 0 };
  it("tells the first, then what has changed, at most every two seconds", () => {
    const post = new CardPost();
    expect(post.due(card, 0)).toBe(true);
    expect(post.due({ ...card, level: -25 }, 5000)).toBe(false);
    expect(post.due({ ...card, word: "quiet" }, 6000)).toBe(true);
    expect(post.due(card, 7000)).toBe(false);
    expect(post.due(card, 8000)).toBe(true);
    expect(post.due({ ...card, participant: "p2" }, 10_000)).toBe(true);
    expect(post.due({ ...card, participant: "p2", offset: 30 }, 12_000)).toBe(false);
    expect(post.due({ ...card, participant: "p2", offset: -60 }, 14_000)).toBe(true);
    expect(post.due({ ...card, participant: "p2", offset: null }, 16_000)).toBe(true);
  });
});

describe("LipSync", () => {
  it("is the median of the last five seconds, once there are some", () => {
    const sync = new LipSync();
    expect([sync.add(1040, 1000), sync.add(1041, 1000), sync.add(1900, 1000)]).toEqual([null, null, 41]);
    for (let i = 0; i < 9; i++) sync.add(880, 1000);
    expect(sync.add(880, 1000)).toBe(-120);
  });
  it("isn't known without the sender's time of both, and begins anew", () => {
    const sync = new LipSync();
    for (let i = 0; i < 5; i++) sync.add(1040, 1000);
    expect(sync.add(1040, null)).toBeNull();
    expect(sync.add(1040, 1000)).toBeNull();
    for (let i = 0; i < 5; i++) sync.add(1040, 1000);
    sync.reset();
    expect(sync.add(1040, 1000)).toBeNull();
  });
});

describe("LossMeter", () => {
  it("counts the last seconds alone", () => {
    const meter = new LossMeter();
    expect(meter.add({ packets: 1000, lost: 500 })).toBe(0);
    expect(meter.add({ packets: 1090, lost: 510 })).toBeCloseTo(0.1, 5);
    for (let i = 1; i <= 20; i++) meter.add({ packets: 1090 + i * 25, lost: 510 });
    expect(meter.add({ packets: 1600, lost: 510 })).toBe(0);
  });
  it("says nothing by a handful of packets, and begins anew with another connection", () => {
    const meter = new LossMeter();
    meter.add({ packets: 100, lost: 0 });
    expect(meter.add({ packets: 110, lost: 5 })).toBe(0);
    expect(meter.add({ packets: 5, lost: 0 })).toBe(0);
    expect(meter.add({ packets: 105, lost: 0 })).toBe(0);
  });
});
