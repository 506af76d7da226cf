import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readProblem } from "./api";
import { made } from "./fakes";
import { inOrder, isPast, meeting, meetings } from "./meeting";
import { lastsFor, linkDays, Office, type OfficeState, readToken } from "./office";
import { addressOf, readAddress } from "./route";
import { firstZones } from "./remembered";

let states: OfficeState[];
let office: Office;
let reply: (method: string, url: string) => Promise<Response>;
const asked: { method: string; url: string; body: unknown; authorization: string | undefined }[] = [];

const answer = (body: unknown, status = 200): Promise<Response> => Promise.resolve(new Response(JSON.stringify(body), { status }));
const refuse = (status: number, detail: string): Promise<Response> => answer({ type: "about:blank", title: "", status, detail, code: "x" }, status);
const now = (): OfficeState => states.at(-1) as OfficeState;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const token = (payload: object): string => `h.${btoa(JSON.stringify(payload))}.s`;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  states = [];
  asked.length = 0;
  reply = () => answer({ meetings: [made()] });
  vi.stubGlobal("fetch", (url: string, { method, headers, body, signal }: { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal }) => {
    asked.push({ method, url, body: body && JSON.parse(body), authorization: headers["Authorization"] });
    return Promise.race([reply(method, url), new Promise((_, fail) => signal.addEventListener("abort", () => fail(new Error("aborted"))))]);
  });
  office = new Office((state) => states.push(state));
});
afterEach(() => {
  office.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the list", () => {
  it("is asked for, and again every ten seconds", async () => {
    office.open("t");
    expect(now()).toMatchObject({ link: { at: "loading" }, meetings: null });
    await settle();
    expect(now()).toMatchObject({ link: { at: "live" }, meetings: [{ name: "demo" }] });
    expect(asked[0]).toMatchObject({ method: "GET", url: "/api/admin/meetings", authorization: "Bearer t" });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(2);
  });
  it("stays while the server is away, and goes on by itself", async () => {
    office.open("t");
    await settle();
    reply = () => Promise.reject(new TypeError("network"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(now()).toMatchObject({ link: { at: "lost", why: "offline" }, meetings: [{ name: "demo" }] });
    reply = () => answer({ meetings: [] });
    await vi.advanceTimersByTimeAsync(3000);
    expect(now()).toMatchObject({ link: { at: "live" }, meetings: [] });
  });
  it("that never comes counts as away", async () => {
    reply = () => new Promise(() => undefined);
    office.open("t");
    await vi.advanceTimersByTimeAsync(15_000);
    expect(now().link).toEqual({ at: "lost", why: "offline" });
  });
  it("that can't be read is said to be so", async () => {
    reply = () => answer({ meetings: [{ name: 5 }] });
    office.open("t");
    await settle();
    expect(now().link).toEqual({ at: "lost", why: "unreadable" });
  });
  it("is refused for good, with the reason", async () => {
    office.open(null);
    expect(now().link).toEqual({ at: "refused", why: "noToken" });
    for (const [status, detail, given, why] of [
      [401, "token: unknown", "t", "token"], [401, "token: has expired", token({ exp: 1 }), "expired"], [403, "role: member may not schedule", "t", "role"],
      [403, "token: is for another meeting", "t", "role"], [403, "", "t", "role"], [410, "meeting: has ended", "t", "token"],
    ] as const) {
      reply = () => refuse(status, detail);
      office.open(given);
      await settle();
      expect(now().link, detail).toEqual({ at: "refused", why });
    }
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(60_000);
    office.wake();
    expect(asked).toHaveLength(before);
  });
});

describe("what is done", () => {
  beforeEach(async () => {
    office.open("t");
    await settle();
  });
  it("a meeting that was made is in the list at once, and an older answer doesn't take it away", async () => {
    let late: (response: Response) => void = () => undefined;
    reply = (method) => (method === "GET" ? new Promise((done) => (late = done)) : answer(made({ name: "new" }), 201));
    void office.refresh();
    const outcome = await office.create({ title: "New", starts: 0 });
    expect(outcome).toMatchObject({ ok: true, value: { name: "new" } });
    late(await answer({ meetings: [made()] }));
    await settle();
    expect(now().meetings?.map(({ name }) => name)).toEqual(["demo", "new"]);
    expect(asked.at(-1)).toMatchObject({ method: "POST", url: "/api/admin/meetings", body: { title: "New", starts: 0 } });
  });
  it("a meeting whose making wasn't answered isn't made twice", async () => {
    const body = { title: "Sharing meeting", starts: 1_800_000_000 };
    const posts = (): number => asked.filter(({ method }) => method === "POST").length;
    reply = () => Promise.reject(new TypeError("network"));
    expect((await office.create(body)).ok).toBe(false);
    reply = () => answer({ meetings: [made(), made({ name: "demo-2" })] });
    expect(await office.create(body)).toMatchObject({ ok: true, value: { name: "demo-2" } });
    expect(posts()).toBe(1);
    reply = () => Promise.reject(new TypeError("network"));
    expect((await office.create({ ...body, title: "Other" })).ok).toBe(false);
    reply = (method) => (method === "GET" ? answer({ meetings: [made(), made({ name: "demo-2" })] }) : answer(made({ name: "other" }), 201));
    expect(await office.create({ ...body, title: "Other" }), "it had not arrived").toMatchObject({ ok: true, value: { name: "other" } });
    expect(posts()).toBe(3);
  });
  it("a meeting that was deleted isn't in the list any more; one that goes on stays", async () => {
    reply = () => refuse(409, "meeting: people are in it; end it first");
    expect(await office.remove("demo")).toMatchObject({ failure: { why: "refused", field: "meeting" } });
    expect(now().meetings?.map(({ name }) => name)).toEqual(["demo"]);
    reply = () => Promise.resolve(new Response(null, { status: 204 }));
    expect((await office.remove("demo")).ok).toBe(true);
    expect(asked.at(-1)).toMatchObject({ method: "DELETE", url: "/api/archive/demo" });
    expect(now().meetings).toEqual([]);
  });
  it("a refusal names its field", async () => {
    reply = () => refuse(400, "agenda[1].minutes: isn’t 0 to 1440");
    expect(await office.change("demo", { agenda: [] })).toEqual({ ok: false, failure: { why: "refused", status: 400, field: "agenda[1].minutes", message: "isn’t 0 to 1440" } });
    expect(now().link.at).toBe("live");
  });
  it("recording begins, pauses, goes on and ends by its own requests", async () => {
    reply = () => answer({ id: "1", state: "recording" });
    await office.record("demo", "off", "recording");
    await office.record("demo", "recording", "paused");
    await office.record("demo", "paused", "recording");
    await office.record("demo", "recording", "ended");
    expect(asked.filter(({ url }) => url === "/api/meetings/demo/recording").map(({ method, body }) => [method, body])).toEqual([
      ["POST", {}], ["PATCH", { state: "paused" }], ["PATCH", { state: "recording" }], ["DELETE", undefined],
    ]);
  });
  it("a link is good until the meeting is over, and says until when", async () => {
    reply = () => answer({ url: "https://example.org/m/demo#token=x" });
    const outcome = await office.invite(made({ starts: 1_700_000_000 + 100 * 86_400, minutes: 60 }), "interpreter", { languages: ["en"], understands: ["zh"], pivot: "", booth: " B " });
    expect(outcome).toEqual({ ok: true, value: { url: "https://example.org/m/demo#token=x", until: 1_700_000_000 + 108 * 86_400 } });
    expect(asked.at(-1)?.body).toEqual({ role: "interpreter", days: 108, languages: ["en"], understands: ["zh"], pivot: "", booth: "B" });
    expect([linkDays({ starts: 0, minutes: 60 }, 5), linkDays({ starts: 1e12, minutes: 1 }, 5)]).toEqual([30, 3650]);
  });
  it("a link is given out again as long as it lasts for the meeting, also when that was put off", () => {
    const [now, day] = [1_700_000_000, 86_400];
    const made = (starts: number): number => now + linkDays({ starts, minutes: 60 }, now) * day;
    const soon = now + 3 * day;
    for (const starts of [0, soon, now + 100 * day, now - 400 * day, now + 9000 * day]) {
      const plan = { starts, minutes: 60 };
      expect([lastsFor(plan, made(starts), now), lastsFor(plan, made(starts), now + 3600)], `${starts}`).toEqual([true, true]);
    }
    expect([20, 40, 100].map((days) => lastsFor({ starts: now + days * day, minutes: 60 }, made(soon), now))).toEqual([true, false, false]);
    expect(lastsFor({ starts: 0, minutes: 60 }, made(0), now + 20 * day), "a page that was open for weeks").toBe(false);
  });
});

describe("answers", () => {
  it("tell meetings; what an older server doesn't say is nothing", () => {
    const { people, recording, ...plain } = made();
    expect(meeting({ ...plain, later: 1 }, "")).toEqual(made());
    expect([people, recording]).toEqual([0, "off"]);
    expect(() => meetings({ meetings: [{ ...plain, access: "friends" }] }, "")).toThrow("meetings[0].access");
    expect(() => meeting({ ...plain, agenda: [{ sharer: "A" }] }, "")).toThrow("agenda[0].subject");
  });
  it("tell problems", () => {
    expect(readProblem(400, { detail: "title: is missing" })).toEqual({ why: "refused", status: 400, field: "title", message: "is missing" });
    expect(readProblem(409, { detail: "the disk is full" })).toEqual({ why: "refused", status: 409, field: "", message: "the disk is full" });
    expect([readProblem(502, null), readProblem(429, { detail: "x: y" }), readProblem(404, "<html>")]).toEqual([{ why: "offline" }, { why: "offline" }, { why: "offline" }]);
    expect(readProblem(403, { detail: "role: secretariat may not make links for host" })).toMatchObject({ why: "refused", field: "role" });
  });
  it("who may make hosts' links", () => {
    const may = (payload: object): boolean => {
      office.open(token(payload));
      return office.mayInvite("host");
    };
    expect([may({ sub: "*", role: "secretariat" }), may({ sub: "demo", role: "secretariat" }), may({ sub: "demo", role: "host" })]).toEqual([true, false, true]);
    expect(office.mayInvite("member")).toBe(true);
  });
  it("nobody withdraws the kind of link that they have themselves, nor one that they may not make", () => {
    const may = (payload: object): boolean[] => {
      office.open(token(payload));
      return (["host", "secretariat", "member"] as const).map((role) => office.mayWithdraw(role));
    };
    expect(may({ sub: "*", role: "secretariat" })).toEqual([true, true, true]);
    expect(may({ sub: "demo", role: "secretariat" })).toEqual([false, false, true]);
    expect(may({ sub: "demo", role: "host" })).toEqual([false, true, true]);
  });
  it("a token tells what it is for", () => {
    expect(readToken(token({ sub: "demo", role: "host", exp: 5 }))).toEqual({ meeting: "demo", role: "host", expires: 5 });
    expect([readToken(token({ sub: "*" })).meeting, readToken("nonsense").meeting]).toEqual(["*", "*"]);
  });
});

describe("the order", () => {
  it("is what goes on, what comes, what is open at any time; and apart what is past, the latest first", () => {
    const at = 1_800_000_000;
    const all = [
      made({ name: "any", starts: 0 }), made({ name: "later", starts: at + 9000 }), made({ name: "soon", starts: at + 60 }), made({ name: "on", starts: at - 60, state: "open", people: 3 }),
      made({ name: "old", starts: at - 90_000 }), made({ name: "ended", starts: at - 600, state: "ended" }),
    ];
    const { upcoming, past } = inOrder(all, at);
    expect([upcoming.map(({ name }) => name), past.map(({ name }) => name)]).toEqual([["on", "soon", "later", "any"], ["ended", "old"]]);
    expect(isPast(made({ starts: at - 3600, minutes: 120 }), at)).toBe(false);
  });
});

describe("the address", () => {
  it("leads to a place and back", () => {
    for (const route of [{ at: "list" }, { at: "new", from: null }, { at: "new", from: "demo-1" }, { at: "meeting", name: "demo-2" }] as const) {
      expect(readAddress(addressOf({ token: "a.b-_c", route }))).toEqual({ token: "a.b-_c", route });
    }
    expect(readAddress("#token=t&meeting=../x")).toEqual({ token: "t", route: { at: "list" } });
    expect(readAddress("").token).toBeNull();
  });
});

it("the first zones are one's own and the meetings'", () => {
  expect(firstZones("Asia/Tokyo", [made(), made({ zone: "" }), made({ zone: "Asia/Tokyo" })])).toEqual(["Asia/Tokyo", "Asia/Shanghai"]);
});
