import { describe, expect, it } from "vitest";
import type { Action, Channel, Person, State } from "../core/state";
import {
  handPlace, heardNow, leadsAgenda, mayChooseLanguage, nextPart, onStage, ownStatus, partNow, recordingWord, screenShown, signShown, speakingNames, unrecorded,
} from "./selectors";

const person = (id: string, change: Partial<Person> = {}): Person => ({
  id, name: id.toUpperCase(), organisation: "", country: "", speaks: "", role: "member", microphone: "on", camera: "on", screen: false, mutedByHost: false,
  connection: "connected", listenOnly: false, booth: "", interprets: [], understands: [], pivot: "", ...change,
});

/** The fields that the selectors read; the compiler checks them, the rest isn't there. */
function state(change: Partial<State> = {}, people = [person("me"), person("a"), person("b")]): State {
  const read: Partial<State> = {
    me: "me", people: new Map(people.map((one) => [one.id, one])), may: new Set<Action>(["publish", "hand"]), joinMode: "full", microphone: "on",
    camera: "on", screenShare: "off", screen: null, hands: [], speaking: [], quality: new Map(), link: { at: "connected" },
    stage: { holder: null, previous: null, pinned: false }, stagePicture: null, tiles: ["a", "b"], gallery: [], galleryMembers: ["a", "b"],
    onAir: null, booth: null, ...change,
  };
  return read as State;
}
const keys = (given: State): string[] => ownStatus(given).map(({ key }) => key);

describe("the agenda", () => {
  const agenda = [1, 2, 3].map((number) => ({ number, sharer: "", subject: `S${number}`, minutes: 10, started: null }));
  it("knows the part that runs and the next one", () => {
    expect([partNow({ agenda, part: 2 })?.subject, partNow({ agenda, part: 0 }), partNow({ agenda: [], part: 2 })]).toEqual(["S2", null, null]);
    expect([0, 1, 3].map((part) => nextPart({ agenda, part })?.number ?? null)).toEqual([1, 2, null]);
  });
  it("is led by host and secretariat", () => {
    expect((["host", "secretariat", "member", "interpreter", "listener", null] as const).map((role) => leadsAgenda({ role }))).toEqual([true, true, false, false, false, false]);
  });
});

describe("unrecorded", () => {
  const channel = (language: string, onAir: string | null, recorded: boolean): Channel => ({
    language, sign: false, state: "speech", onAir, booth: "b", since: 1, insufficient: false, override: false, program: false, unrecorded: !recorded,
  });
  const languages = { floors: [], floor: { language: "", set: false, program: false }, channels: [channel("en", "a", false), channel("fr", null, false), channel("es", "b", true)] };
  const recording = { state: "recording" as const, since: 0, writes: true, trouble: null, hoursLeft: 9 };
  it("names the channels whose interpreter on air doesn't want to be recorded", () => expect(unrecorded({ recording, languages })).toEqual(["en"]));
  it("says nothing while nothing is recorded", () => expect(unrecorded({ recording: { ...recording, state: "off" }, languages })).toEqual([]));
});

describe("recordingWord", () => {
  const recording = { state: "recording" as const, since: 0, writes: true, trouble: null, hoursLeft: 9 };
  const word = (change: Partial<State["recording"]>, recordingStalls = false) => recordingWord({ recording: { ...recording, ...change }, recordingStalls });
  it("says that it is recorded only while something is written", () => {
    expect([word({}), word({ writes: false }), word({ writes: false }, true), word({ state: "paused", writes: false }), word({ state: "off", writes: false })])
      .toEqual(["on", "starting", "stalled", "paused", null]);
  });
  it("says of a disk that takes nothing that nothing is written", () => {
    expect([word({ trouble: "disk-full" }), word({ trouble: "disk-error" }), word({ trouble: "disk-slow" })]).toEqual(["stalled", "stalled", "on"]);
  });
});

describe("onStage", () => {
  const picture = { mid: "8", participant: "b", stream: {} as MediaStream, live: true };
  it("shows who holds the floor", () => {
    expect(onStage(state({ stage: { holder: "b", previous: "a", pinned: true }, stagePicture: picture }))).toEqual({ participant: "b", picture });
  });
  it("shows the previous holder to the holder", () => {
    expect(onStage(state({ stage: { holder: "me", previous: "a", pinned: true } }))?.participant).toBe("a");
  });
  it("never shows one person's picture under another's name", () => {
    expect(onStage(state({ stage: { holder: "a", previous: null, pinned: false }, stagePicture: picture }))).toEqual({ participant: "a", picture: null });
  });
  it("shows somebody before anybody has spoken, and nobody when alone", () => {
    expect(onStage(state({}, [person("me"), person("a", { camera: "off" })]))?.participant).toBe("a");
    expect(onStage(state({ tiles: [] }, [person("me")]))).toBeNull();
  });
});

describe("ownStatus", () => {
  it("tells the booth's microphone from the floor's", () => {
    const booth = { name: "b", hold: 4, members: ["me"] };
    expect(keys(state({ booth, microphone: "off" }))).toEqual(["status.inBooth"]);
    expect(keys(state({ booth, microphone: "off", onAir: "en" }))).toEqual(["status.onAir"]);
    expect(keys(state({ booth }))).toEqual(["status.heard"]);
  });
  it("says that others hear me", () => expect(keys(state())).toEqual(["status.heard"]));
  it("tells my own mute from the host's", () => {
    expect(keys(state({ microphone: "off" }))).toEqual(["status.muted"]);
    expect(keys(state({ microphone: "off" }, [person("me", { mutedByHost: true })]))).toEqual(["status.mutedByHost"]);
  });
  it("says to who may not or wants not to speak that they listen", () => {
    expect(keys(state({ may: new Set() }))).toEqual(["status.listening"]);
    expect(keys(state({ joinMode: "listen", microphone: "none" }))).toEqual(["status.listening"]);
  });
  it("warns of a weak link, and leaves a lost one to the line that counts seconds", () => {
    expect(keys(state({ quality: new Map([["me", 1]]) }))[0]).toBe("status.weak");
    expect(keys(state({ quality: new Map([["me", 1]]), link: { at: "media-lost", since: 1 } }))).not.toContain("status.weak");
  });
  it("says the floor, the share and the place in line", () => {
    const hands = [{ participant: "b", at: 1 }, { participant: "me", at: 2 }];
    const parts = ownStatus(state({ stage: { holder: "me", previous: null, pinned: true }, screenShare: "on", hands }));
    expect(parts.map(({ key }) => key)).toEqual(["status.floor", "status.heard", "status.sharing", "status.handUp"]);
    expect(parts[3]?.values).toEqual({ place: 2 });
  });
});

describe("what is heard, in words", () => {
  const channel = (language: string, change: Partial<Channel> = {}): Channel => ({
    language, sign: false, state: "speech", onAir: "a", booth: "b", since: 1, insufficient: false, override: false, program: false, unrecorded: false, ...change,
  });
  const listener = (listening: string, channels: Channel[], change: Partial<State> = {}): State =>
    state({ role: "member", listening, languages: { floors: ["zh"], floor: { language: "zh", set: false, program: false }, channels }, ...change });

  it("is said where there is a choice", () => {
    expect([heardNow(listener("", [])), mayChooseLanguage(listener("", []))]).toEqual([null, false]);
    expect(heardNow(listener("", [channel("en")], { role: "interpreter" }))).toBeNull();
    expect(heardNow(listener("", [channel("en")]))).toEqual({ key: "heard.chosen", language: "", caution: false });
  });
  it("tells interpretation and original apart, and why", () => {
    const key = (listening: string, ...channels: Channel[]): string | undefined => heardNow(listener(listening, channels))?.key;
    expect(key("en", channel("en"))).toBe("heard.speech");
    expect(key("en", channel("en", { state: "empty" }))).toBe("heard.empty");
    expect(key("zh-Hant", channel("zh-Hant"))).toBe("heard.own");
    expect(heardNow(listener("fr", [channel("en")]))).toEqual({ key: "heard.gone", language: "fr", caution: true });
  });
  it("says that the sound is insufficient to interpret, whatever else is so", () => {
    expect(heardNow(listener("en", [channel("en", { insufficient: true, state: "off" })]))).toEqual({ key: "heard.insufficient", language: "en", caution: true });
  });
  it("shows the sign language that was chosen, but not to who wants sound only", () => {
    const signed = channel("ase", { sign: true });
    expect(signShown(listener("ase", [signed]))).toBe(signed);
    expect(signShown(listener("ase", [signed], { joinMode: "sound" }))).toBeNull();
    expect(signShown(listener("en", [signed, channel("en")]))).toBeNull();
  });
});

describe("the rest", () => {
  it("knows one's place in line, 0 for none", () => expect([handPlace(state({ hands: [{ participant: "a", at: 1 }] }), "a"), handPlace(state(), "a")]).toEqual([1, 0]));
  it("shows another's screen large, not one's own", () => expect([screenShown(state({ screen: "a" })), screenShown(state({ screen: "me" }))]).toEqual(["a", null]));
  it("names who speaks, leaving oneself out", () => expect(speakingNames(state({ speaking: ["me", "b", "gone"] }))).toEqual(["B"]));
});
