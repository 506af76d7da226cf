import { beforeEach, describe, expect, it } from "vitest";
import { initialState } from "./initial";
import type { Joined, Notice } from "./protocol";
import { type Event, reduce } from "./reduce";
import type { AgendaPart, Card, Channel, Languages, Person, Picture, Quality, State } from "./state";

const person = (id: string, change: Partial<Person> = {}): Person => ({
  id, name: `Name ${id}`, organisation: "", country: "", speaks: "", role: "member", microphone: "on", camera: "on", screen: false,
  mutedByHost: false, connection: "connected", listenOnly: false, booth: "", interprets: [], understands: [], pivot: "", ...change,
});
const joined = (change: Partial<Joined> = {}): Joined => ({
  type: "joined", re: 1, version: 1, participant: "me", secret: "s", media: "new", role: "member", may: ["join", "chat"],
  meeting: { name: "demo", title: "Demo", starts: 0, zone: "UTC", minutes: 60, floors: [], channels: [], venue: "", autoRecord: false },
  people: [person("me"), person("a"), person("b")], chat: [{ id: 1, from: "a", name: "A", text: "hi", at: 5, question: false }], hands: [],
  stage: { holder: "a", previous: null, pinned: false }, screen: null, speaking: ["a"], iceServers: [], video: ["VP8"],
  limits: { cameras: 14 }, ...change,
});

let state: State;
const at = 1000;
const dispatch = (...events: Event[]): State => (state = events.reduce(reduce, state));
const hear = (notice: Notice): State => dispatch({ type: "notice", notice, at });
const toasts = (): string[] => state.toasts.map((t) => t.words.key);

beforeEach(() => {
  state = initialState({}, "en", null);
  dispatch({ type: "joined", joined: joined(), at });
});

describe("joining", () => {
  it("fills the meeting and orders the tiles without oneself", () => {
    expect(state.page).toEqual({ at: "meeting" });
    expect(state.me).toBe("me");
    expect([...state.people.keys()]).toEqual(["me", "a", "b"]);
    expect(state.galleryMembers).toEqual(["a", "b"]);
    expect([...state.may]).toEqual(["join", "chat"]);
    expect(toasts()).toEqual([]);
  });
  it("after a cut keeps panel and page, counts what was missed, and says that it is back", () => {
    dispatch({ type: "set", change: { link: { at: "signalling-lost", since: 1, nextTry: 2 } } });
    const chat = [...joined().chat, { id: 2, from: "b", name: "B", text: "x", at: 6, question: false }, { id: 3, from: "me", name: "M", text: "y", at: 7, question: false }];
    dispatch({ type: "joined", joined: joined({ chat }), at });
    expect(state.unread).toBe(1);
    expect(toasts()).toEqual(["toast.backAgain"]);
  });
  it("never changes the state that it was given", () => {
    const before = state;
    const copy = structuredClone({ ...before, stagePicture: null });
    hear({ type: "left", participant: "a" });
    hear({ type: "chat", chat: { id: 2, from: "a", name: "A", text: "x", at: 6, question: false } });
    expect({ ...before, stagePicture: null }).toEqual(copy);
  });
});

describe("a recording of which nothing is written", () => {
  const recording = { state: "recording" as const, since: 1, writes: false, trouble: null, hoursLeft: 9 };
  const stalls: Event = { type: "recording-stalls", stalls: true, at };
  it("is told to who may record, and shown to everybody", () => {
    dispatch(stalls);
    expect([state.recordingStalls, toasts()]).toEqual([true, []]);
    dispatch({ type: "joined", joined: joined({ may: ["join", "record"], recording }), at }, stalls);
    expect(toasts()).toEqual(["toast.recordingStalls"]);
    dispatch({ type: "recording-stalls", stalls: false, at });
    expect([state.recordingStalls, toasts()]).toEqual([false, ["toast.recordingStalls"]]);
  });
  it("has had its words already where the disk is the trouble", () => {
    dispatch({ type: "joined", joined: joined({ may: ["join", "record"], recording: { ...recording, trouble: "disk-full" } }), at }, stalls);
    expect(toasts()).toEqual([]);
  });
});

describe("files that weren't there yet", () => {
  it("are told until the next meeting, and what is on its way outlives a cut", () => {
    dispatch({ type: "set", change: { sending: 2 } }, { type: "joined", joined: joined({ participant: "other" }), at });
    expect(state.sending).toBe(2);
    dispatch({ type: "gone", why: "ended" }, { type: "set", change: { sending: 0, unsent: 2 } });
    expect(state.unsent).toBe(2);
    dispatch({ type: "joined", joined: joined(), at });
    expect(state.unsent).toBe(0);
  });
});

describe("pictures that the server holds back", () => {
  it("are those of the last list; a join begins without", () => {
    hear({ type: "paused", slots: ["8", "9"] });
    expect(state.paused).toEqual(["8", "9"]);
    hear({ type: "paused", slots: ["9"] });
    expect(state.paused).toEqual(["9"]);
    dispatch({ type: "joined", joined: joined(), at });
    expect(state.paused).toEqual([]);
  });
});

describe("people", () => {
  it("who comes is added at the end, with a word in a small meeting", () => {
    hear({ type: "person", person: person("c") });
    expect(state.galleryMembers).toEqual(["a", "b", "c"]);
    expect(state.toasts[0]?.words).toEqual({ key: "toast.joined", values: { name: "Name c" } });
  });
  it("a change of somebody is no news", () => {
    hear({ type: "person", person: person("a", { microphone: "off" }) });
    expect(state.people.get("a")?.microphone).toBe("off");
    expect(toasts()).toEqual([]);
  });
  it("in a large meeting coming and going is no news", () => {
    for (let i = 0; i < 20; i++) hear({ type: "person", person: person(`x${i}`) });
    const before = state.toasts.length;
    hear({ type: "person", person: person("late") });
    hear({ type: "left", participant: "late" });
    expect(state.toasts.length).toBe(before);
  });
  it("who leaves is nowhere any more", () => {
    hear({ type: "hands", hands: [{ participant: "a", at: 1 }] });
    hear({ type: "quality", marks: { a: 1, b: 3 } });
    hear({ type: "left", participant: "a" });
    expect([state.people.has("a"), state.hands, state.speaking, [...state.quality]]).toEqual([false, [], [], [["b", 3]]]);
    expect(state.galleryMembers).toEqual(["b"]);
  });
  it("one's own leaving isn't shown by a stray notice", () => {
    hear({ type: "left", participant: "me" });
    expect(state.people.has("me")).toBe(true);
  });
});

describe("chat", () => {
  it("counts what is unread while the panel is closed, not what oneself says", () => {
    hear({ type: "chat", chat: { id: 2, from: "a", name: "A", text: "x", at: 6, question: false } });
    hear({ type: "chat", chat: { id: 3, from: "me", name: "M", text: "y", at: 7, question: false } });
    expect(state.unread).toBe(1);
    dispatch({ type: "panel", panel: "chat" });
    expect(state.unread).toBe(0);
    hear({ type: "chat", chat: { id: 4, from: "a", name: "A", text: "z", at: 8, question: false } });
    expect([state.unread, state.chat.length]).toEqual([0, 4]);
  });
  it("takes a message once", () => {
    hear({ type: "chat", chat: { id: 1, from: "a", name: "A", text: "hi", at: 5, question: false } });
    expect(state.chat.length).toBe(1);
  });
});

describe("hands, floor, screen, mute", () => {
  it("tells a host of a new hand, and only a host", () => {
    hear({ type: "hands", hands: [{ participant: "a", at: 1 }] });
    expect(toasts()).toEqual([]);
    dispatch({ type: "joined", joined: joined({ may: ["give-floor"] }), at });
    hear({ type: "hands", hands: [{ participant: "a", at: 1 }, { participant: "b", at: 2 }] });
    expect(toasts()).toEqual(["toast.handRaised"]);
    hear({ type: "hands", hands: [{ participant: "b", at: 2 }] });
    expect(toasts().length).toBe(1);
  });
  it("tells who is given the floor, once", () => {
    hear({ type: "stage", holder: "me", previous: "a", pinned: false });
    expect(toasts()).toEqual([]);
    hear({ type: "stage", holder: "me", previous: "a", pinned: true });
    hear({ type: "stage", holder: "me", previous: "b", pinned: true });
    expect(toasts()).toEqual(["toast.youHaveFloor"]);
  });
  it("tells whose screen it is, but not of one's own", () => {
    hear({ type: "screen", participant: "me" });
    hear({ type: "screen", participant: "a" });
    expect(toasts()).toEqual(["toast.screenStarted"]);
    expect(state.screen).toBe("a");
  });
  it("names the host who muted", () => {
    hear({ type: "muted", source: "camera", by: "a" });
    expect(state.toasts[0]?.words).toEqual({ key: "toast.mutedCamera", values: { by: "Name a" } });
  });
});

describe("languages", () => {
  const channel = (language: string, change: Partial<Channel> = {}): Channel => ({
    language, sign: false, state: "speech", onAir: "a", booth: "b", since: 1, insufficient: false, override: false, program: false, unrecorded: false, ...change,
  });
  const languages = (...channels: Channel[]): Languages => ({ floors: ["zh"], floor: { language: "zh", set: false, program: false }, channels });
  const handover = (language: string, by: string): Notice => ({ type: "handover", language, from: "me", to: "b", by, until: 5 });

  it("come with the join, and whole whenever something changes", () => {
    dispatch({ type: "joined", joined: joined({ languages: languages(channel("en")) }), at });
    expect(state.languages.channels.map((c) => c.language)).toEqual(["en"]);
    hear({ type: "languages", ...languages(channel("en"), channel("fr", { onAir: "me" })) });
    expect([state.languages.channels.length, state.onAir]).toEqual([2, "fr"]);
    expect(state.languages).not.toHaveProperty("type");
    hear({ type: "off-air", language: "fr", by: "b" });
    expect(state.onAir).toBeNull();
  });
  it("of a server that knows no channels are the floors alone", () => {
    dispatch({ type: "joined", joined: joined({ meeting: { ...joined().meeting, floors: ["zh"], channels: ["en"] } }), at });
    expect(state.languages).toEqual({ floors: ["zh"], floor: { language: "", set: false, program: false }, channels: [] });
  });
  it("a host hears once that the sound is insufficient to interpret", () => {
    hear({ type: "languages", ...languages(channel("en", { insufficient: true })) });
    expect(toasts()).toEqual([]);
    dispatch({ type: "joined", joined: joined({ may: ["give-floor"], languages: languages(channel("en")) }), at });
    hear({ type: "languages", ...languages(channel("en", { insufficient: true })) });
    hear({ type: "languages", ...languages(channel("en", { insufficient: true, state: "off" })) });
    expect(state.toasts.map((t) => t.words)).toEqual([{ key: "toast.insufficient", values: { language: "en" } }]);
  });
  it("a host, who has no console, is told what a booth writes", () => {
    const chat = { id: 1, from: "p9", name: "Ana", booth: "en-zh", to: "host", text: "Please come", at };
    hear({ type: "booth-chat", chat });
    hear({ type: "booth-chat", chat });
    expect(state.toasts.map((t) => t.words)).toEqual([{ key: "toast.boothMessage", values: { name: "Ana", booth: "en-zh", text: "Please come" } }]);
  });
  it("hand-overs wait for each language until they end, and none survives a new join", () => {
    hear(handover("en", "me"));
    hear(handover("zh", "b"));
    hear(handover("en", "b"));
    expect(state.handovers.map((h) => `${h.language} ${h.by}`)).toEqual(["zh b", "en b"]);
    hear({ type: "handover-ended", language: "zh", from: "me", to: "b", result: "declined" });
    expect(state.handovers.map((h) => h.language)).toEqual(["en"]);
    dispatch({ type: "joined", joined: joined(), at });
    expect(state.handovers).toEqual([]);
  });
  it("the sign to slow down goes after six seconds", () => {
    hear({ type: "slow-down" });
    dispatch({ type: "time", at: at + 5999 });
    expect(state.slowDownUntil).toBe(at + 6000);
    dispatch({ type: "time", at: at + 6000 });
    expect(state.slowDownUntil).toBe(0);
  });
  it("how somebody sounds is the last that was said, and goes with them", () => {
    const card: Card = { participant: "a", word: "muffled", bandwidth: 4000, level: -31, noise: -60, clipping: 0, loss: 0, offset: null };
    hear({ type: "card", card });
    hear({ type: "card", card: { ...card, word: "clear" } });
    expect(state.cards.get("a")?.word).toBe("clear");
    hear({ type: "left", participant: "a" });
    expect(state.cards.size).toBe(0);
  });
  it("calls wait until they have ended; whoever called learns whether it was seen", () => {
    const call = { id: 1, from: "me", to: "host", booth: "b" } as const;
    hear({ type: "call", call });
    hear({ type: "call", call: { ...call, id: 2, from: "b" } });
    hear({ type: "call-ended", call: 2, result: "seen", by: "a" });
    expect([state.calls, state.toasts.some(({ words }) => words.key.startsWith("toast.call"))]).toEqual([[call], false]);
    hear({ type: "call-ended", call: 1, result: "seen", by: "a" });
    expect([state.calls, state.toasts.at(-1)?.words.key]).toEqual([[], "toast.callSeen"]);
    hear({ type: "call", call });
    hear({ type: "call-ended", call: 1, result: "withdrawn", by: null });
    expect(state.toasts.filter(({ words }) => words.key.startsWith("toast.call")).length).toBe(1);
    hear({ type: "call", call });
    dispatch({ type: "joined", joined: joined(), at });
    expect(state.calls).toEqual([]);
  });
  it("a link that was weak counts as weak until it is good", () => {
    const after = (mark: Quality): boolean => hear({ type: "quality", marks: { me: mark, a: 0 } }).weakLink;
    expect(([2, 1, 2, 3, 2, 0] as const).map(after)).toEqual([false, true, true, false, false, true]);
  });
});

describe("pages of the gallery", () => {
  it("stay within what there is", () => {
    dispatch({ type: "set", change: { pageSize: 1 } }, { type: "set", change: { galleryPage: 7 } });
    expect([state.galleryPages, state.galleryPage, state.galleryMembers]).toEqual([2, 1, ["b"]]);
    hear({ type: "left", participant: "b" });
    expect([state.galleryPages, state.galleryPage, state.galleryMembers]).toEqual([1, 0, ["a"]]);
  });
});

describe("live pictures", () => {
  const picture = (mid: string): Picture => ({ mid, participant: "a", stream: {} as MediaStream, live: false });
  it("change only where something has changed", () => {
    const [stage, one, two] = [picture("8"), picture("10"), picture("11")];
    dispatch({ type: "set", change: { stagePicture: stage, gallery: [one, two] } });
    dispatch({ type: "live", mids: new Set(["10"]) });
    expect(state.gallery.map((p) => p.live)).toEqual([true, false]);
    expect(state.gallery[1]).toBe(two);
    expect(state.stagePicture).toBe(stage);
    const before = state;
    dispatch({ type: "live", mids: new Set(["10"]) });
    expect(state).toBe(before);
  });
});

describe("toasts", () => {
  it("three at most, each for its time, and dismissed by id", () => {
    for (const id of ["c", "d", "e", "f"]) hear({ type: "person", person: person(id) });
    expect(state.toasts.length).toBe(3);
    expect(new Set(state.toasts.map((t) => t.id)).size).toBe(3);
    dispatch({ type: "dismiss-toast", id: state.toasts[0]?.id ?? 0 });
    expect(state.toasts.length).toBe(2);
    dispatch({ type: "time", at: at + 6001 });
    expect(state.toasts).toEqual([]);
    const before = state;
    dispatch({ type: "time", at: at + 7000 });
    expect(state).toBe(before);
  });
});

describe("the agenda and questions", () => {
  const part = (number: number, started: number | null = null): AgendaPart => ({ number, sharer: `Sharer ${number}`, subject: `Subject ${number}`, minutes: 20, started });
  it("come with joined, and go with the meeting", () => {
    state = reduce(state, { type: "joined", joined: joined({ agenda: [part(1, 5), part(2)], part: 1 }), at: 0 });
    expect([state.agenda.length, state.part]).toEqual([2, 1]);
    hear({ type: "ended" });
    expect([state.agenda.length, state.part]).toEqual([0, 0]);
  });
  it("follow what the server says", () => {
    hear({ type: "agenda", agenda: [part(1, 5), part(2, 9)], part: 2 });
    expect([state.agenda[1]?.started, state.part]).toEqual([9, 2]);
    hear({ type: "agenda", agenda: [], part: 0 });
    expect([state.agenda, state.part]).toEqual([[], 0]);
  });
  it("a message becomes a question and stops being one, others stay as they are", () => {
    const said = { id: 7, from: "p3", name: "Ana", text: "Why?", at: 1, question: false };
    hear({ type: "chat", chat: said });
    hear({ type: "chat", chat: { ...said, id: 8 } });
    const other = state.chat.find(({ id }) => id === 8);
    hear({ type: "question", chat: 7, on: true });
    expect(state.chat.find(({ id }) => id === 7)?.question).toBe(true);
    expect(state.chat.find(({ id }) => id === 8)).toBe(other);
    hear({ type: "question", chat: 7, on: false });
    hear({ type: "question", chat: 999, on: true });
    expect(state.chat.some(({ question }) => question)).toBe(false);
  });
  it("the lobby knows the agenda, and that it is recorded already", () => {
    const lobby = { type: "lobby" as const, meeting: joined().meeting, role: "member" as const, name: null, agenda: [part(1)] };
    expect(reduce(initialState({}, "en", null), { ...lobby, recorded: true })).toMatchObject({ agenda: [part(1)], recording: { state: "recording" } });
    expect(reduce(initialState({}, "en", null), { ...lobby, recorded: false }).recording.state).toBe("off");
  });
});

describe("the end", () => {
  it.each(["removed", "replaced", "ended"] as const)("%s empties the meeting and says why", (type) => {
    hear({ type });
    expect(state.page).toEqual({ at: "left", why: type });
    expect([state.people.size, state.chat.length, state.me, state.tiles.length]).toEqual([0, 0, null, 0]);
    hear({ type: "person", person: person("ghost") });
    expect(state.people.size).toBe(0);
  });
});

describe("lobby", () => {
  it("takes the name that the link gives, and then keeps it", () => {
    const s = reduce(initialState({ profile: { name: "Old", organisation: "O", country: "", speaks: "" } }, "en", null), {
      type: "lobby", meeting: joined().meeting, role: "interpreter", name: "Ana", agenda: [], recorded: false,
    });
    expect([s.profile.name, s.nameFixed, s.role, s.profile.organisation]).toEqual(["Ana", true, "interpreter", "O"]);
  });
});
