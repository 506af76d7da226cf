import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { archive, FakeMedia } from "./fakes";
import { Sounds } from "./sounds";

let made: FakeMedia[];
let heard: string[];
let sounds: Sounds;
let ended: number;
let troubles: string[];
const of = (id: string): FakeMedia => made.find(({ src }) => src.endsWith(`/${id}.m4a`)) as FakeMedia;
const loud = (): string[] => made.filter(({ volume, muted, src, paused }) => src && !paused && volume > 0.01 && !muted).map(({ src }) => /(\w+)\.m4a/.exec(src)?.[1] ?? "");
const pass = (ms: number): void => { vi.advanceTimersByTime(ms); };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "performance"] });
  made = [];
  heard = [];
  ended = 0;
  troubles = [];
  const make = (): FakeMedia => {
    const media = new FakeMedia();
    made.push(media);
    return media;
  };
  sounds = new Sounds(archive().programs, "/api/archive/m/1/", make, {
    changed: (id, awaited) => heard.push(awaited ? `${id} (${awaited})` : id), waiting: () => undefined, ended: () => ended++, blocked: () => undefined, failed: () => troubles.push("failed"),
    missed: (id) => troubles.push(id),
  });
  sounds.open("floor", 40);
  of("floor").arrive();
});
afterEach(() => {
  sounds.close();
  vi.useRealTimers();
});

describe("the languages", () => {
  it("load nothing but the one that is heard", () => {
    expect(made.filter(({ src }) => src).map(({ src }) => src)).toEqual(["/api/archive/m/1/audio/floor.m4a"]);
    expect(of("floor")).toMatchObject({ preload: "metadata", currentTime: 40 });
  });
  it("are never heard two at a time, but for the crossfade", () => {
    sounds.play();
    pass(1000);
    sounds.choose("fr");
    of("fr").arrive();
    for (let i = 0, both = 0; i < 100; i++) {
      pass(10);
      if (loud().length > 1) both += 10;
      expect(both).toBeLessThanOrEqual(80);
    }
    expect(loud()).toEqual(["fr"]);
    expect(heard.at(-1)).toBe("fr");
  });
  it("come up at the old one's place, at their own speed, soon", () => {
    for (const late of [0, 80, 200]) {
      FakeMedia.late = late;
      const from = heard.at(-1) === "fr" ? "de" : "fr";
      sounds.play();
      pass(1000);
      sounds.prepare([from]);
      of(from).arrive();
      pass(600);
      sounds.choose(from);
      const place = (sounds.leader as FakeMedia).currentTime;
      pass(150);
      expect(loud(), `${late}`).toEqual([from]);
      expect(Math.abs(of(from).currentTime - (place + 0.15))).toBeLessThan(0.05);
      expect(of(from).playbackRate).toBe(1);
      pass(500);
      expect(of(from).playbackRate).toBe(1);
    }
    FakeMedia.late = 80;
  });
  it("leave the old one alone until the new one is there", () => {
    sounds.play();
    pass(1000);
    sounds.choose("fr");
    pass(5000); // nothing comes
    expect(loud()).toEqual(["floor"]);
    expect(of("floor")).toMatchObject({ playbackRate: 1, volume: 1 });
    expect(heard.at(-1)).toBe("floor (fr)");
    of("fr").arrive();
    pass(500);
    expect(loud()).toEqual(["fr"]);
    expect(Math.abs(of("fr").currentTime - 46.4)).toBeLessThan(0.15);
  });
  it("take back a choice", () => {
    sounds.play();
    pass(500);
    sounds.choose("fr");
    sounds.choose("floor");
    of("fr").arrive();
    pass(1000);
    expect(loud()).toEqual(["floor"]);
    expect(heard.at(-1)).toBe("floor");
  });
  it("end with the last choice, also one within a crossfade", () => {
    sounds.play();
    sounds.prepare(["fr", "de"]);
    of("fr").arrive();
    of("de").arrive();
    pass(1500);
    for (const last of ["de", "floor"]) {
      sounds.choose("fr");
      pass(20);
      expect(loud().length, "in the middle of it").toBe(2);
      sounds.choose(last);
      of(last).arrive();
      pass(1500);
      expect([loud(), heard.at(-1)]).toEqual([[last], last]);
    }
  });
  it("give up what can't be loaded, at any moment, and get it anew when it is wanted once more", () => {
    sounds.play();
    pass(1000);
    sounds.choose("fr");
    of("fr").tell("error");
    expect([heard.at(-1), troubles, of("fr")]).toEqual(["floor", ["fr"], undefined]);
    sounds.choose("fr");
    of("fr").arrive();
    while (of("fr").volume < 0.1) pass(10);
    of("fr").tell("error"); // in the middle of the crossfade
    pass(500);
    expect([loud(), of("floor").volume, troubles]).toEqual([["floor"], 1, ["fr", "fr"]]);
    sounds.choose("fr");
    of("fr").arrive();
    pass(500);
    expect(loud()).toEqual(["fr"]);
    expect(of("floor").loads).toBe(0);
  });
  it("say nothing of those that nobody waits for", () => {
    sounds.play();
    sounds.prepare(["fr"]);
    of("fr").tell("error");
    expect([troubles, loud()]).toEqual([[], ["floor"]]);
    of("floor").tell("error");
    expect(troubles).toEqual(["failed"]);
  });
  it("change at once while paused, at the same place", () => {
    sounds.seek(77);
    sounds.choose("de");
    expect(heard.at(-1)).toBe("de");
    expect(of("de").currentTime).toBe(77);
    expect(loud()).toEqual([]);
  });
  it("rest again when nobody chooses any more", () => {
    sounds.play();
    sounds.prepare(["fr", "de"]);
    of("fr").arrive();
    of("de").arrive();
    pass(1000);
    expect(of("fr").paused).toBe(false);
    sounds.rest();
    pass(10_000);
    expect([of("fr").paused, of("de").paused, of("floor").paused]).toEqual([true, true, false]);
  });
  it("keep speed and loudness through a change", () => {
    sounds.setRate(1.5);
    sounds.setVolume(0.4, false);
    sounds.play();
    pass(500);
    sounds.choose("fr");
    of("fr").arrive();
    pass(1500);
    expect(of("fr")).toMatchObject({ playbackRate: 1.5, volume: 0.4, muted: false });
    sounds.setVolume(0.4, true);
    expect(of("fr").muted).toBe(true);
  });
  it("pause all, and say when the one that is heard has ended", () => {
    sounds.play();
    sounds.prepare(["fr"]);
    of("fr").arrive();
    pass(300);
    of("fr").tell("ended");
    expect(ended).toBe(0);
    of("floor").tell("ended");
    expect(ended).toBe(1);
    sounds.pause();
    expect(made.every(({ paused }) => paused)).toBe(true);
  });
});
