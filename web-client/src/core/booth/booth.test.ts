import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { initialState } from "../initial";
import type { Request } from "../protocol";
import { type Event, reduce } from "../reduce";
import type { Channel, Person, State } from "../state";
import { Booth } from "./booth";
import { pictureOf } from "./booth_sound";
import { protectionOf } from "./console_state";

const channel = (language: string, change: Partial<Channel> = {}): Channel => ({
  language, sign: false, state: "off", onAir: null, booth: "", since: 0, insufficient: false, override: false, program: false, unrecorded: false, ...change,
});
const interpreter = (id: string): Person => ({
  id, name: id, organisation: "", country: "", speaks: "es", role: "interpreter", microphone: "off", camera: "off", screen: false, mutedByHost: false,
  connection: "connected", listenOnly: false, booth: "es-en", interprets: ["es", "en"], understands: ["es", "en"], pivot: "en",
});

let state: State;
let booth: Booth;
/** The same, once it is made. */
let made: Booth | null;
let requests: Request[];
/** What is answered to each request; null: yes. */
let answer: (request: Request) => Error | null;
let open: boolean;
let signing: boolean;
/** Whether the booth's microphone was open when each request went out. */
let openAt: boolean[];
let use: string;
const failed = vi.fn();
const slotsChanged = vi.fn();
const answerCall = vi.fn();

function dispatch(event: Event): void {
  state = reduce(state, event);
  made?.update();
}
const say = (notice: (Event & { type: "notice" })["notice"]): void => {
  dispatch({ type: "notice", notice, at: Date.now() });
  booth.notice(notice);
};
const channels = (...list: Channel[]): void => say({ type: "languages", floors: ["zh"], floor: state.languages.floor, channels: list });
const floor = (language: string): void => say({ type: "languages", ...state.languages, floor: { language, set: false, program: false } });
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const sent = (type: Request["type"]): Request[] => requests.filter((request) => request.type === type);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
  requests = [];
  openAt = [];
  answer = () => null;
  open = false;
  failed.mockClear();
  made = null;
  state = {
    ...initialState({}, "en", null), page: { at: "meeting" }, me: "me", role: "interpreter", booth: { name: "es-en", hold: 4, members: ["me", "ana"] },
    people: new Map(["me", "ana", "zoe"].map((id) => [id, interpreter(id)])),
    languages: { floors: ["zh"], floor: { language: "es", set: false, program: false }, channels: [channel("en"), channel("es"), channel("fr")] },
  };
  booth = new Booth({
    state: () => state,
    dispatch,
    request: (request) => {
      requests.push(request);
      openAt.push(open);
      const error = answer(request);
      return error ? Promise.reject(error) : Promise.resolve({ type: "ok" });
    },
    failed, slotsChanged, answerCall,
    received: () => Promise.resolve(null),
    own: { useMicrophone: (to) => ((use = to), Promise.resolve()), openBooth: (now) => void (open = now), sign: (now) => void (signing = now), startedMicrophone: () => Promise.resolve(null) },
  });
  made = booth;
});
afterEach(() => {
  booth.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("on air", () => {
  it("speaks the booth's first language, into a microphone that is open before the relay is asked", async () => {
    expect(state.console.outgoing).toBe("es");
    booth.setOnAir(true);
    expect(requests).toEqual([{ type: "air", language: "es" }]);
    expect(openAt).toEqual([true]);
    await settle();
    channels(channel("es", { onAir: "me", booth: "es-en", state: "pause" }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(open).toBe(true);
    expect(state.console.onAirSince).not.toBeNull();
  });
  it("closes the microphone when the relay refuses, or says nothing", async () => {
    answer = () => new Error("conflict");
    booth.setOnAir(true);
    await settle();
    expect([open, failed.mock.calls.length]).toEqual([false, 1]);
    answer = () => null;
    booth.setOnAir(true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(open).toBe(false);
  });
  it("shows the hands in a sign language, and nowhere else", () => {
    channels({ ...channel("ase", { onAir: "me" }), sign: true }, channel("es"));
    expect(signing).toBe(true);
    channels({ ...channel("ase"), sign: true }, channel("es", { onAir: "me" }));
    expect(signing).toBe(false);
  });
  it("goes off at once", () => {
    channels(channel("es", { onAir: "me" }));
    expect(open).toBe(true);
    booth.setOnAir(false);
    expect([open, openAt.at(-1), requests.at(-1)]).toEqual([false, false, { type: "air", language: null }]);
  });
  it("goes over to the other language when that is pressed", () => {
    channels(channel("es", { onAir: "me" }), channel("en"));
    booth.setOutgoing("en");
    expect(requests.at(-1)).toEqual({ type: "air", language: "en" });
    channels(channel("es"), channel("en", { onAir: "me" }));
    expect(state.console.outgoing).toBe("en");
  });
  it("is silent while a cough is held", () => {
    channels(channel("es", { onAir: "me" }));
    booth.cough(true);
    expect([open, state.console.coughing]).toEqual([false, true]);
    booth.cough(false);
    expect(open).toBe(true);
  });
  it("is silent at once when taken off", () => {
    channels(channel("es", { onAir: "me" }));
    say({ type: "off-air", language: "es", by: "ana" });
    expect(open).toBe(false);
    expect(state.console.alert).toEqual({ kind: "off-air", participant: "ana", language: "es" });
    booth.dismissAlert();
    expect(state.console.alert).toBeNull();
  });
  it("learns that it was taken over while its own link was away", () => {
    channels(channel("es", { onAir: "me" }));
    channels(channel("es", { onAir: "ana", state: "speech" })); // as `joined` says it after a resume: no off-air has come
    expect(state.console.alert).toEqual({ kind: "off-air", participant: "ana", language: "es" });
  });
  it("isn't told what it wished itself", () => {
    channels(channel("es", { onAir: "me" }));
    booth.setOnAir(false);
    channels(channel("es"));
    expect(state.console.alert).toBeNull();
  });
  it("reminds after the set time", async () => {
    booth.setReminder(25);
    channels(channel("es", { onAir: "me" }));
    await vi.advanceTimersByTimeAsync(25 * 60_000 + 1000);
    expect(state.console.reminding).toBe(true);
    channels(channel("es"));
    expect(state.console.reminding).toBe(false);
  });
});

describe("a hand-over", () => {
  const pending = (from: string, to: string, by: string): void => say({ type: "handover", language: "es", from, to, by, until: Date.now() + 30_000 });
  it("is offered by who is on air", () => {
    channels(channel("es", { onAir: "me" }));
    booth.handOver();
    expect(requests.at(-1)).toEqual({ type: "handover", language: "es", to: "ana" });
  });
  it("is asked for by who isn't, and the microphone is open before the colleague says yes", () => {
    channels(channel("es", { onAir: "ana", booth: "es-en" }));
    booth.handOver();
    expect(requests.at(-1)).toEqual({ type: "handover", language: "es" });
    expect(open).toBe(false);
    pending("ana", "me", "me");
    expect(open).toBe(true);
    say({ type: "handover-ended", language: "es", from: "ana", to: "me", result: "declined" });
    expect(open).toBe(false);
  });
  it("is asked for too when the microphone's key is pressed while the colleague speaks: nobody is cut off by accident", () => {
    channels(channel("es", { onAir: "ana", booth: "es-en", state: "speech" }));
    booth.setOnAir(true);
    expect(requests).toEqual([{ type: "handover", language: "es" }]);
  });
  it("is accepted with the microphone open already", async () => {
    channels(channel("es", { onAir: "ana" }));
    pending("ana", "me", "ana");
    expect(open).toBe(false);
    booth.handOver();
    expect(requests.at(-1)).toEqual({ type: "handover-answer", language: "es", accept: true });
    expect(openAt.at(-1)).toBe(true);
    await settle();
    say({ type: "handover-ended", language: "es", from: "ana", to: "me", result: "done" });
    channels(channel("es", { onAir: "me" }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(open).toBe(true);
  });
  it("given away keeps the microphone until the relay has moved on, and no longer", async () => {
    channels(channel("es", { onAir: "me" }));
    pending("me", "ana", "ana");
    booth.handOver();
    await settle();
    expect(open).toBe(true);
    channels(channel("es", { onAir: "ana" }));
    expect([open, state.console.alert]).toEqual([false, null]);
  });
  it("is declined, or withdrawn, with one key", () => {
    channels(channel("es", { onAir: "ana" }));
    pending("ana", "me", "ana");
    booth.refuse();
    expect(requests.at(-1)).toEqual({ type: "handover-answer", language: "es", accept: false });
  });
  it("of other colleagues is none of one's business", () => {
    pending("ana", "zoe", "ana");
    booth.refuse();
    expect(sent("handover-answer")).toEqual([]);
  });
});

describe("a colleague whose link is lost on air", () => {
  beforeEach(() => channels(channel("es", { onAir: "ana", booth: "es-en", state: "lost" })));
  it("is alerted to, until they are back", () => {
    expect(state.console.alert).toEqual({ kind: "lost", participant: "ana", language: "es" });
    channels(channel("es", { onAir: "ana", booth: "es-en", state: "speech" }));
    expect(state.console.alert).toBeNull();
  });
  it("is taken over from with one key, and the microphone open before", () => {
    booth.takeOver();
    expect(requests.at(-1)).toEqual({ type: "air", language: "es", take: true });
    expect(openAt.at(-1)).toBe(true);
  });
  it("is taken over from by the microphone's key, too", () => {
    booth.setOnAir(true);
    expect(requests.at(-1)).toEqual({ type: "air", language: "es", take: true });
  });
  it("is none of another booth's business", () => {
    channels(channel("es"), channel("fr", { onAir: "zoe", state: "lost" }));
    expect(state.console.alert).toBeNull();
  });
});

describe("relay", () => {
  const speaking = (): void => channels(channel("es"), channel("en", { onAir: "zoe", state: "speech" }), channel("fr"));
  it("comes by itself when the floor isn't understood, and goes again", () => {
    speaking();
    floor("zh");
    expect([state.incoming, state.console.automatic]).toEqual(["en", true]);
    expect(slotsChanged).toHaveBeenCalled();
    floor("es");
    expect([state.incoming, state.console.automatic]).toEqual(["", false]);
  });
  it("follows the hand of the interpreter", () => {
    booth.preselect("fr");
    expect(state.incoming).toBe("fr");
    booth.preselect("floor");
    expect(state.incoming).toBe("");
  });
  it("that would be a loop isn't asked for again and again", () => {
    booth.preselect("fr");
    dispatch({ type: "set", change: { incoming: "" } });
    expect([state.incoming, state.console.preselected]).toEqual(["", "floor"]);
    speaking();
    booth.preselect("auto");
    floor("zh");
    dispatch({ type: "set", change: { incoming: "" } });
    speaking();
    expect([state.incoming, state.console.preselected]).toEqual(["", "auto"]);
  });
});

describe("other controls", () => {
  it("hear the colleague, as long as they are there", () => {
    booth.listenToColleague(true);
    expect(state.partner).toBe("ana");
    say({ type: "booth", booth: { name: "es-en", hold: 4, members: ["me"] } });
    expect(state.partner).toBeNull();
  });
  it("ask the speaker to slow down once in five seconds", async () => {
    booth.slowDown();
    booth.slowDown();
    await vi.advanceTimersByTimeAsync(5000);
    booth.slowDown();
    expect(sent("slow-down").length).toBe(2);
  });
  it("keep volume and tone in their bounds", () => {
    booth.setTone({ volume: 99, bass: -99 });
    expect(state.console.tone).toEqual({ volume: 12, bass: -12, treble: 0 });
  });
  it("use the microphone without echo cancellation when there are headphones", () => {
    expect(use).toBe("booth");
    booth.setHeadphones(true);
    expect(use).toBe("booth-with-headphones");
  });
  it("count a message as read where its chat is open", () => {
    const chat = (id: number, to: string): void => say({ type: "booth-chat", chat: { id, from: "ana", name: "Ana", booth: "es-en", to, text: "x", at: 0 } });
    chat(1, "booth");
    booth.openChat("booth");
    expect(state.console.seen).toEqual({ booth: 1, booths: 0, host: 0 });
    chat(2, "booth");
    chat(3, "es-en");
    expect(state.console.seen).toEqual({ booth: 2, booths: 0, host: 0 });
    booth.openChat("host");
    expect(state.console.seen.host).toBe(3);
  });
  it("call the host, withdraw that, and answer a call that waits first", () => {
    booth.call();
    say({ type: "call", call: { id: 1, from: "me", to: "host", booth: "es-en" } });
    booth.call();
    expect(sent("call")).toEqual([{ type: "call", to: "host", on: true }, { type: "call", to: "host", on: false }]);
    say({ type: "call", call: { id: 2, from: "zoe", to: "booth", booth: "es-en" } });
    say({ type: "call", call: { id: 3, from: "zoe", to: "booth", booth: "another" } });
    booth.call();
    expect([answerCall.mock.calls, sent("call").length]).toEqual([[[2]], 2]);
  });
  it("calibrate by the volume at which the reference sounds like conversation", () => {
    booth.setTone({ volume: -6 });
    booth.calibrate();
    expect(state.console.calibration?.fullScale).toBe(101);
    booth.forgetCalibration();
    expect(state.console.calibration).toBeNull();
  });
});

describe("what is heard", () => {
  it("is compared with a picture of the same person alone, while it comes", () => {
    const picture = (participant: string, live = true): State["stagePicture"] => ({ mid: "8", participant, live, stream: {} as MediaStream });
    const people = new Map(["ana", "zoe"].map((id) => [id, { ...interpreter(id), microphone: "on" as const }]));
    const seen = (stagePicture: State["stagePicture"]): string | null => pictureOf({ me: "me", people, stage: { holder: "ana", previous: "zoe", pinned: false }, stagePicture });
    expect([seen(picture("ana")), seen(picture("zoe")), seen(picture("ana", false)), seen(null)]).toEqual(["8", null, null, null]);
    expect(pictureOf({ me: "me", people, stage: { holder: null, previous: null, pinned: false }, stagePicture: { ...picture("ana"), participant: null } as State["stagePicture"] })).toBeNull();
  });
  it("isn't protected while it plays beside the graph", () => {
    const console = { ...state.console, protection: "full" as const };
    expect([protectionOf({ soundGraph: true, console }), protectionOf({ soundGraph: false, console })]).toEqual(["full", "none"]);
  });
});
