import { describe, expect, it } from "vitest";
import { initialState } from "../initial";
import type { Channel, State } from "../state";
import { gains, hear, prefersProgram, soundFeeds } from "./hearing";

const channel = (language: string, change: Partial<Channel> = {}): Channel => ({
  language, sign: false, state: "speech", onAir: "p5", booth: "b", since: 1, insufficient: false, override: false, program: false, unrecorded: false, ...change,
});
const listener = (listening: string, channels: Channel[], change: Partial<State> = {}): State => ({
  ...initialState({ originalLevel: 0.2 }, "en", null), me: "me", role: "member", microphone: "off", listening,
  languages: { floors: ["zh", "en"], floor: { language: "zh", set: false, program: false }, channels }, ...change,
});
const floor = (language: string, program = false): State["languages"]["floor"] => ({ language, set: false, program });

describe("what is heard", () => {
  it("is the interpretation while there is speech, and the original beneath", () => {
    const state = listener("en", [channel("en")]);
    expect(hear(state)).toMatchObject({ heard: "interpretation", why: "speech" });
    expect(gains(state)).toMatchObject({ original: 0.2, channel: 1 });
    expect(soundFeeds(state)).toMatchObject({ voices: true, channel: "channel/en", channelPicture: "none" });
  });
  it.each(["pause", "lost", "off", "empty"] as const)("is the original in full when the channel's state is %s", (why) => {
    const state = listener("en", [channel("en", { state: why })]);
    expect(hear(state)).toMatchObject({ heard: "original", why });
    // The slot stays, so that the interpretation's first word is heard.
    expect([gains(state).original, gains(state).channel, soundFeeds(state).channel]).toEqual([1, 1, "channel/en"]);
  });
  it("is the original alone when the floor speaks the person's language, whatever the channel does", () => {
    const state = listener("en-GB", [channel("en-GB")]);
    const english = { ...state, languages: { ...state.languages, floor: floor("en-US") } };
    expect(hear(english)).toMatchObject({ heard: "original", why: "own" });
    expect(gains(english)).toMatchObject({ original: 1, channel: 0 });
  });
  it("is the original that was chosen, or that is left when the channel has gone", () => {
    expect(hear(listener("", [channel("en")]))).toMatchObject({ heard: "original", why: "chosen" });
    expect(hear(listener("fr", [channel("en")]))).toMatchObject({ heard: "original", why: "gone" });
    expect(soundFeeds(listener("fr", [channel("en")])).channel).toBe("none");
  });
  it("of a sign language is a picture, and the original", () => {
    const state = listener("gsg", [channel("gsg", { sign: true })]);
    expect(hear(state)).toMatchObject({ heard: "original", why: "sign" });
    expect(soundFeeds(state)).toMatchObject({ channel: "none", channelPicture: "channel-picture/gsg", voices: true });
    expect(gains(state).original).toBe(1);
  });
  it("isn't asked for before it is known which channels there are", () => expect(soundFeeds(listener("en", [channel("en")], { me: null })).channel).toBe("none"));
});

describe("on a weak link", () => {
  const mixed = [channel("en", { program: true }), channel("fr"), channel("gsg", { sign: true })];
  it("the program takes the place of voices and channel", () => {
    for (const weak of [{ weakLink: true }, { joinMode: "sound" as const }]) {
      const state = listener("en", mixed, weak);
      expect(soundFeeds(state)).toMatchObject({ voices: false, channel: "program/en" });
      expect(gains(state)).toMatchObject({ original: 0, channel: 1 });
    }
    expect(soundFeeds(listener("en", mixed)).channel).toBe("channel/en");
  });
  it("the server is told, before there is any", () => {
    expect(prefersProgram(listener("fr", mixed, { weakLink: true }))).toBe(true);
    expect(prefersProgram(listener("fr", mixed, { joinMode: "sound" }))).toBe(true);
    expect(prefersProgram(listener("fr", mixed))).toBe(false);
    expect(prefersProgram(listener("fr", mixed, { weakLink: true, microphone: "on" }))).toBe(false);
    expect(prefersProgram(listener("fr", mixed, { weakLink: true, role: "interpreter" }))).toBe(false);
  });
  it("where there is none, voices and channel go on", () => {
    expect(soundFeeds(listener("fr", mixed, { weakLink: true }))).toMatchObject({ voices: true, channel: "channel/fr" });
    expect(soundFeeds(listener("", mixed, { weakLink: true }))).toMatchObject({ voices: true, channel: "none" });
  });
  it("the floor has its own program, also beside a sign language", () => {
    for (const listening of ["", "gsg"]) {
      const state = listener(listening, mixed, { weakLink: true });
      const withFloor = { ...state, languages: { ...state.languages, floor: floor("zh", true) } };
      expect(soundFeeds(withFloor)).toMatchObject({ voices: false, channel: "program/floor" });
    }
  });
  it("who speaks doesn't hear themselves in it", () => {
    expect(soundFeeds(listener("en", mixed, { weakLink: true, microphone: "on" }))).toMatchObject({ voices: true, channel: "channel/en" });
  });
});

describe("an interpreter", () => {
  it("hears the floor, or another channel in its place, and a partner", () => {
    const state = listener("en", [channel("en"), channel("fr")], { role: "interpreter" });
    expect([soundFeeds(state).channel, soundFeeds(state).incoming, gains(state).original, gains(state).channel]).toEqual(["none", "none", 1, 0]);
    const relay = { ...state, incoming: "fr", partner: "p6" };
    expect([soundFeeds(relay).incoming, soundFeeds(relay).partner, gains(relay).original]).toEqual(["channel/fr", "booth/p6", 0]);
  });
});
