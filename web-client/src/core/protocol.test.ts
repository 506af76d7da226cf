import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseServerMessage } from "./protocol";

const person = {
  id: "p17", name: "Maisara", organisation: "Green Hills", country: "MY", speaks: "ms", role: "member", microphone: "on", camera: "off",
  screen: false, mutedByHost: false, connection: "connected", listenOnly: false,
};
const channel = {
  language: "en", sign: false, state: "speech", onAir: "p5", booth: "en-zh", since: 1590717600000, insufficient: false, override: false, program: false, unrecorded: false,
};
const joined = {
  type: "joined", re: 1, version: 1, participant: "p17", secret: "s", media: "new", role: "member", may: ["join", "some-later-action"],
  meeting: { name: "demo", title: "t", starts: 0, zone: "Asia/Shanghai", minutes: 120, floors: ["zh"], channels: [], venue: "", autoRecord: false },
  people: [person], chat: [{ id: 12, from: "p3", name: "Ana", text: "Hello", at: 1, question: false }], hands: [{ participant: "p3", at: 1 }],
  stage: { holder: "p3", previous: null, pinned: false }, screen: null, speaking: ["p3"],
  iceServers: [{ urls: ["turn:a"], username: "u", credential: "c" }, { urls: "stun:b" }], video: ["VP8"], limits: { cameras: 14 },
};

function why(message: unknown): string {
  const parsed = parseServerMessage(JSON.stringify(message));
  return parsed.kind === "bad" ? parsed.why : "understood";
}

describe("messages of the server", () => {
  it("takes a joined, and fields and actions that it doesn't know are no obstacle", () => {
    const parsed = parseServerMessage(JSON.stringify({ ...joined, later: 1, people: [{ ...person, later: 1 }] }));
    expect(parsed).toEqual({ kind: "reply", reply: { ...joined, people: [{ ...person, booth: "", interprets: [], understands: [], pivot: "" }] } });
  });

  it("takes what a joined says of channels and booths, and what a person who interprets has", () => {
    const booth = { booth: "en-zh", interprets: ["en", "zh"], understands: ["zh", "en"], pivot: "en" };
    const languages = { floors: ["zh", "en"], floor: { language: "zh", set: false, program: false }, channels: [channel] };
    const said = { ...joined, people: [{ ...person, ...booth }], languages, audience: { listeners: { en: 12 }, floor: 40 }, booth: { booth: "en-zh", hold: 4, members: ["p5"] } };
    expect(parseServerMessage(JSON.stringify(said))).toEqual({ kind: "reply", reply: { ...said, booth: { name: "en-zh", hold: 4, members: ["p5"] } } });
    expect(why({ ...joined, languages: { ...languages, channels: [{ ...channel, state: "loud" }] } })).toBe(
      "languages.channels[0].state: one of speech, pause, lost, off, empty expected");
  });

  it("takes notices about channels and booths", () => {
    for (const notice of [
      { type: "languages", floors: [], floor: { language: "", set: false, program: false }, channels: [{ ...channel, onAir: null, since: 0, booth: null }] },
      { type: "audience", listeners: { en: 12, fr: 3 }, floor: 40 },
      { type: "booth", booth: "en-zh", hold: 4, members: ["p5", "p6"] },
      { type: "handover", language: "en", from: "p5", to: "p6", by: "p5", until: 1590717600000 },
      { type: "handover-ended", language: "en", from: "p5", to: "p6", result: "done" },
      { type: "off-air", language: "en", by: null },
      { type: "slow-down" },
      { type: "card", participant: "p3", word: "muffled", bandwidth: 4000, level: -31, noise: -60, clipping: 0.0, loss: 0.0 },
      { type: "call", call: { id: 3, from: "p5", to: "host", booth: "en-zh" } },
      { type: "call-ended", call: 3, result: "seen", by: "p1" },
      { type: "booth-chat", chat: { id: 3, from: "p5", name: "Ana", booth: "en-zh", to: "booth", text: "…", at: 1 } },
    ]) expect(parseServerMessage(JSON.stringify(notice)), notice.type).toMatchObject({ kind: "notice", notice: { type: notice.type } });
    expect(why({ type: "handover-ended", language: "en", from: "p5", to: "p6", result: "lost" })).toMatch(/^result: one of done/);
    expect(why({ type: "card", participant: "p3", word: "fine" })).toMatch(/^word: one of clear/);
  });

  it("takes agenda, questions and consent, and is content with a server that knows none of them", () => {
    const agenda = [{ number: 1, sharer: "Yang Ling", subject: "Hello, neighbor", minutes: 20, started: 1590717600000 }, { number: 2, sharer: "", subject: "", minutes: 0, started: null }];
    const reply = (said: object): object | null => {
      const parsed = parseServerMessage(JSON.stringify({ ...joined, ...said }));
      return parsed.kind === "reply" ? parsed.reply : null;
    };
    expect(reply({ agenda, part: 1 })).toMatchObject({ agenda, part: 1 });
    expect(reply({})).not.toHaveProperty("agenda");
    const { venue, autoRecord, ...before } = joined.meeting;
    expect(reply({ meeting: before, chat: [{ id: 1, from: "p", name: "n", text: "t", at: 1 }] })).toMatchObject({ meeting: { venue, autoRecord }, chat: [{ question: false }] });
    for (const notice of [{ type: "agenda", agenda, part: 0 }, { type: "question", chat: 17, on: true }]) {
      expect(parseServerMessage(JSON.stringify(notice))).toEqual({ kind: "notice", notice });
    }
    expect(why({ type: "agenda", agenda: [{ ...agenda[0], minutes: "20" }], part: 1 })).toBe("agenda[0].minutes: a number expected");
    const { unrecorded: _, ...old } = channel;
    const languages = { floors: [], floor: { language: "", set: false, program: false }, channels: [old, { ...channel, unrecorded: true }] };
    expect(parseServerMessage(JSON.stringify({ type: "languages", ...languages }))).toMatchObject({ notice: { channels: [{ unrecorded: false }, { unrecorded: true }] } });
  });

  it("names the field that is wrong", () => {
    expect(why({ ...joined, people: [{ ...person, camera: "broken" }] })).toBe("people[0].camera: one of on, off, none expected");
    expect(why({ ...joined, limits: {} })).toBe("limits.cameras: a number expected");
    expect(why({ type: "quality", marks: { p1: 4 } })).toBe("marks.p1: one of 0, 1, 2, 3 expected");
    expect(why({ type: "stage", holder: 3, previous: null, pinned: false })).toBe("holder: text expected");
    expect(why({ ...joined, secret: undefined })).toBe("secret: text expected");
  });

  it("drops what is no message at all", () => {
    for (const text of ["", "[]", "null", "1", "{", '{"type":7}', '{"type":"__proto__"}', '{"type":"toString","re":1}', new ArrayBuffer(4), undefined]) {
      expect(parseServerMessage(text).kind).toBe("bad");
    }
  });

  it("tells the reply `barred` and the notice `chat` from requests of the same name", () => {
    expect(parseServerMessage('{"type":"barred","re":10,"barred":[{"id":4,"name":"x","at":1}]}')).toMatchObject({ kind: "reply" });
    expect(parseServerMessage('{"type":"chat","chat":{"id":1,"from":"p3","name":"A","text":"t","at":1}}')).toMatchObject({ kind: "notice" });
    expect(parseServerMessage('{"type":"barred","barred":[]}').kind).toBe("bad");
  });

  it("takes an error with and without re and field", () => {
    expect(parseServerMessage('{"type":"error","re":7,"code":"forbidden","field":"participant","message":"m"}')).toEqual({
      kind: "reply", reply: { type: "error", re: 7, code: "forbidden", field: "participant", message: "m" },
    });
    expect(parseServerMessage('{"type":"error","code":"malformed","message":"m"}')).toEqual({
      kind: "reply", reply: { type: "error", code: "malformed", field: "", message: "m" },
    });
  });

  it("a participant called __proto__ is only a key", () => {
    const parsed = parseServerMessage('{"type":"quality","marks":{"__proto__":1}}');
    expect(parsed.kind).toBe("notice");
    expect(({} as Record<string, unknown>)["p"]).toBeUndefined();
  });

  it("understands every example of PROTOCOL.md's table of what the server says", () => {
    const text = readFileSync(new URL("../../../signaling/PROTOCOL.md", import.meta.url), "utf8");
    const section = text.slice(text.indexOf("## What the server says"), text.indexOf("Close codes:"));
    const examples = [...section.matchAll(/^\| `(\{.*?\})` \|/gm)].map((m) => (m[1] ?? "").replaceAll("…}", "1}").replace('{1}', JSON.stringify(person)));
    expect(examples.length).toBeGreaterThanOrEqual(13);
    for (const example of examples) expect(parseServerMessage(example), example).toMatchObject({ kind: "notice" });
  });
});
