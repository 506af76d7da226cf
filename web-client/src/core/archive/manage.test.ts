import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { archive } from "./fakes";
import { contributorsOf, Manager } from "./manage";

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
    answer = () => Response.json({ removed: { chat: 3, attachments: 1, tracks: 2 }, kept: ["voice", "picture"], remade: 1 });
    expect(await manager.removePerson("p17")).toEqual({ ok: true, value: { removed: { chat: 3, attachments: 1, tracks: 2 }, kept: ["voice", "picture"], remade: 1 } });
    expect(asked.map((one) => one.replace(" Bearer t", ""))).toEqual(["DELETE /api/archive/demo/12", "DELETE /api/archive/demo", "DELETE /api/archive/demo/people/p17"]);
    answer = () => Response.json({ detail: "participant: is in the meeting; remove them from it first" }, { status: 409 });
    expect(await manager.removePerson("p17")).toEqual({ ok: false, failure: { why: "refused", status: 409, field: "participant", message: "is in the meeting; remove them from it first" } });
    answer = () => Response.json({ detail: "role: only the secretariat removes a meeting" }, { status: 403 });
    expect(await manager.removeMeeting()).toMatchObject({ failure: { status: 403 } });
  });

  it("choose among who spoke or wrote, each once", () => {
    const speaker = (id: string, name: string) => ({ at: 0, until: 1, id, name, organisation: "O", country: "" });
    const people = contributorsOf(archive({
      speakers: [speaker("p3", "Yang Ling"), speaker("p1", "Ana"), speaker("p3", "Yang Ling"), speaker("", "?"), speaker("../x", "?")],
      chat: [{ id: 1, at: 0, from: "p9", name: "Layla", text: "a" }, { id: 2, at: 0, from: "p1", name: "Ana", text: "b" }, { id: 3, at: 0, name: "Old", text: "c" }],
    }));
    expect(people.map(({ id, name }) => `${id} ${name}`)).toEqual(["p1 Ana", "p9 Layla", "p3 Yang Ling"]);
  });
});
