import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readMeeting } from "./answer";
import { archive } from "./fakes";
import { endOf, Manager, risksOf, unsaved } from "./manage";
import { labelOf } from "./people";

describe("an archive's editors", () => {
  const asked: string[] = [];
  let answer: () => Response;

  beforeEach(() => {
    asked.length = 0;
    vi.stubGlobal("fetch", (url: string, { method, body, headers }: { method: string; body?: string; headers: Record<string, string> }) => {
      asked.push(`${method} ${url} ${headers["Authorization"] ?? ""} ${body ?? ""}`.trim());
      return Promise.resolve(answer());
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it("say who may see it and how long it is kept, and read what holds now", async () => {
    answer = () => Response.json({ access: "public", retentionDays: 30 });
    expect(await new Manager("demo", "t").change({ access: "public" })).toEqual({ ok: true, value: { access: "public", retentionDays: 30 } });
    expect(asked).toEqual(['PATCH /api/archive/demo Bearer t {"access":"public"}']);
    answer = () => Response.json({ access: "nobody" });
    expect(await new Manager("demo", "t").change({ access: "public" })).toEqual({ ok: false, failure: { why: "unreadable" } });
  });

  it("remove recordings, people and meetings, and are told why not", async () => {
    const manager = new Manager("demo", "t");
    answer = () => new Response(null, { status: 204 });
    expect((await manager.removeRecording("12")).ok).toBe(true);
    expect((await manager.removeMeeting()).ok).toBe(true);
    answer = () => Response.json({ removed: { chat: 3, attachments: 1, tracks: 2 }, removing: ["voice", "picture"], kept: ["picture"], remade: 1 });
    expect(await manager.removePerson("p17")).toEqual({
      ok: true, value: { removed: { chat: 3, attachments: 1, tracks: 2 }, removing: ["voice", "picture"], kept: ["picture"], remade: 1 },
    });
    expect(asked.map((one) => one.replace(" Bearer t", ""))).toEqual(["DELETE /api/archive/demo/12", "DELETE /api/archive/demo", "DELETE /api/archive/demo/people/p17"]);
    answer = () => Response.json({ detail: "participant: is in the meeting; remove them from it first" }, { status: 409 });
    expect(await manager.removePerson("p17")).toEqual({ ok: false, failure: { why: "refused", status: 409, field: "participant", message: "is in the meeting; remove them from it first" } });
    answer = () => Response.json({ detail: "role: only the secretariat removes a meeting" }, { status: 403 });
    expect(await manager.removeMeeting()).toMatchObject({ failure: { status: 403 } });
  });

  it("choose among everybody who was there, of each recording, each once", async () => {
    const [one, two] = readMeeting({ name: "demo", recordings: [12, 13].map((id) => ({ id, base: `/api/archive/demo/${id}/` })) }, "").recordings;
    const recordings = [one!, two!];
    const index = [
      { type: "begin", people: [{ id: "p1", name: "Ana", organisation: "O" }, { id: 5 }], t: 0 }, { type: "stage", holder: "p4", t: 1 },
      { type: "person", id: "p4", name: "Seen Only", organisation: null, t: 1 }, { type: "person", id: "p3", name: "Yang", t: 2 }, { type: "person", id: "p3", name: "Yang Ling", t: 3 },
      { type: "person", id: "../x", name: "?", t: 4 }, { type: "person", id: "p6", name: "", t: 4 }, { type: "person", id: "p7", name: "Gone", t: 4 }, { type: "removed", id: "p7", t: 5 },
    ].map((line) => JSON.stringify(line)).join("\n");
    answer = () => new Response(`${index}\n{"type":"person","id":"p8","na`);
    const shown = archive({
      speakers: [{ at: 0, until: 1, id: "p3", name: "Yang Ling", organisation: "O", country: "" }],
      chat: [{ id: "1", at: 0, from: "p9", name: "Layla", text: "a", question: false }, { id: "3", at: 0, from: "", name: "Old", text: "c", question: false }],
    });
    const found = await new Manager("demo", "t").people(recordings, shown);
    expect(found.people.map(({ id, name }) => `${id} ${name}`)).toEqual(["p1 Ana", "p9 Layla", "p4 Seen Only", "p3 Yang Ling"]);
    expect([found.isWhole, asked]).toEqual([true, ["GET /api/archive/demo/12/tracks/index.jsonl Bearer t", "GET /api/archive/demo/13/tracks/index.jsonl Bearer t"]]);
    answer = () => Response.json({ detail: "recording: somebody is being taken out of it" }, { status: 404 });
    const partly = await new Manager("demo", "t").people(recordings, shown);
    expect([partly.isWhole, partly.people.map(({ id }) => id)]).toEqual([false, ["p9", "p3"]]);
  });

  it("are told by a number from who has the same name", () => {
    const all = [["p2", "Ana", "O"], ["p9", "Ana", "O"], ["p4", "Ana", ""]].map(([id, name, organisation]) => ({ id: id!, name: name!, organisation: organisation! }));
    expect(all.map((one) => labelOf(one, all))).toEqual(["Ana · O · 2", "Ana · O · 9", "Ana"]);
  });
});

describe("what is chosen", () => {
  const NOW = 1_800_000_000;
  const DAY = 86_400;
  const meeting = (change: object) => readMeeting({ name: "demo", starts: NOW - 40 * DAY, minutes: 60, access: "alliance", ...change }, "");
  const recording = (ended: number | null) => ({ id: 1, begin: 5, ended: ended && ended * 1000, recording: ended ? "ended" : "recording", base: "/api/archive/demo/1/" });

  it("isn't the server's until it is saved, unless it has that already", () => {
    const stored = { access: "alliance", retentionDays: 30 } as const;
    expect([unsaved(stored, {}), unsaved(stored, { access: "alliance" }), unsaved(stored, { access: "public", retentionDays: 30 })]).toEqual([{}, {}, { access: "public" }]);
  });
  it("is asked about when everybody would see it", () => {
    const risky = (change: object): boolean => risksOf(meeting({}), change, NOW).isPublic;
    expect([risky({ access: "public" }), risky({ access: "secretariat" }), risky({ retentionDays: 30 })]).toEqual([true, false, false]);
  });
  it("is asked about when what is kept is older than it is to be kept", () => {
    const removes = (days: number, change: object): boolean => risksOf(meeting(change), { retentionDays: days }, NOW).removes;
    const old = { recordings: [recording(NOW - 40 * DAY)] };
    expect([0, 30, 39, 41, 90].map((days) => removes(days, old))).toEqual([false, true, true, false, false]);
    expect(removes(30, {}), "there is nothing to be removed").toBe(false);
    expect(removes(30, { recordings: [recording(null)] }), "it is still recorded").toBe(false);
    expect(removes(30, { recordings: [recording(NOW - 40 * DAY), recording(NOW - 2 * DAY)] })).toBe(false);
    const file = { id: 5, name: "a", at: (NOW - 10 * DAY) * 1000, url: "/api/archive/demo/attachments/5" };
    expect([removes(30, { attachments: [file] }), removes(9, { attachments: [file] })]).toEqual([false, true]);
    expect(endOf(meeting(old))).toBe(NOW - 40 * DAY + 3600);
    expect(risksOf(meeting(old), { access: "secretariat" }, NOW).removes).toBe(false);
  });
});
