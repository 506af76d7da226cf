import { describe, expect, it } from "vitest";
import { incoming, type IncomingSituation } from "./incoming";

/** A Spanish booth that works from English and Spanish, while the floor speaks Chinese. */
const NOW: IncomingSituation = {
  preselected: "auto", floor: "zh", understands: ["es", "en"], pivot: "en", own: "es",
  channels: [{ language: "en", state: "speech" }, { language: "es", state: "speech" }, { language: "fr", state: "off" }],
};
const of = (change: Partial<IncomingSituation>): ReturnType<typeof incoming> => incoming({ ...NOW, ...change });
const floor = { channel: null, automatic: false };

describe("incoming", () => {
  it("takes relay from the pivot when the floor isn't understood", () => expect(of({})).toEqual({ channel: "en", automatic: true }));
  it("hears the floor itself when it is understood, also a variety of it", () => {
    expect(of({ floor: "en" })).toEqual(floor);
    expect(of({ floor: "es-419" })).toEqual(floor);
    expect(of({ floor: "en-GB", understands: ["es"] })).toEqual(floor);
  });
  it("hears the floor while its language isn't known, or the booth has no pivot", () => {
    expect(of({ floor: "" })).toEqual(floor);
    expect(of({ pivot: "" })).toEqual(floor);
  });
  it("hears the original when nobody interprets into the pivot", () => {
    for (const state of ["off", "empty", "lost"]) expect(of({ channels: [{ language: "en", state }] })).toEqual(floor);
    expect(of({ channels: [] })).toEqual(floor);
  });
  it("stays on relay through a pause", () => expect(of({ channels: [{ language: "en", state: "pause" }] }).channel).toBe("en"));
  it("lets what was chosen by hand win", () => {
    expect(of({ preselected: "floor" })).toEqual(floor);
    expect(of({ preselected: "fr" })).toEqual({ channel: "fr", automatic: false });
    expect(of({ preselected: "FR", floor: "en" })).toEqual({ channel: "fr", automatic: false });
  });
  it("never takes the channel that one is on air in", () => {
    expect(of({ preselected: "es" })).toEqual(floor);
    expect(of({ own: "en" })).toEqual(floor);
  });
  it("goes back to the floor when the chosen channel is gone", () => expect(of({ preselected: "de" })).toEqual(floor));
});
