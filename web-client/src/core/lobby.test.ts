import { afterEach, describe, expect, it, vi } from "vitest";
import { catalogueFor, inAppBrowser, isPhone, parseLink } from "./browser";
import { askAbout, isExpired, joinProblem } from "./lobby";
import { levelOf } from "./level";
import { RequestFailed } from "./signalling";

const meeting = { name: "demo", title: "Demo", starts: 0, zone: "UTC", minutes: 60, floors: ["zh"], channels: ["en"] };
const token = (payload: object): string => `h.${btoa(JSON.stringify(payload)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "")}.s`;

function answer(status: number, body: unknown): void {
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status }))));
}
afterEach(() => vi.unstubAllGlobals());
const keyOf = async (): Promise<string> => {
  const said = await askAbout("demo", token({ exp: 1 }));
  return "words" in said ? said.words.key : said.role;
};

describe("asking about a link", () => {
  it("shows meeting and role", async () => {
    answer(200, { meeting, role: "member", name: null, languages: [] });
    expect(await askAbout("demo", "t")).toEqual({
      meeting: { ...meeting, venue: "", autoRecord: false }, role: "member", name: null, agenda: [], recorded: false,
    });
    expect(vi.mocked(fetch).mock.calls[0]).toMatchObject(["/api/meetings/demo", { headers: { Authorization: "Bearer t" } }]);
  });
  it("shows what there will be, and whether it is recorded", async () => {
    const agenda = [{ number: 1, sharer: "Yang Ling", subject: "Hello, neighbor", minutes: 20, started: null }];
    answer(200, { meeting: { ...meeting, venue: "Town hall", autoRecord: true, agenda }, role: "member", name: null, recording: "recording" });
    expect(await askAbout("demo", "t")).toEqual({ meeting: { ...meeting, venue: "Town hall", autoRecord: true }, role: "member", name: null, agenda, recorded: true });
    answer(200, { meeting, agenda, venue: "Hall", role: "member", name: null });
    expect(await askAbout("demo", "t")).toMatchObject({ meeting: { venue: "Hall", autoRecord: false }, agenda, recorded: false });
    answer(200, { meeting: { ...meeting, agenda: [{ number: 1 }] }, role: "member", name: null });
    expect(await keyOf()).toBe("refused.outdated");
  });
  it.each([[401, "refused.expired"], [403, "refused.forbidden"], [404, "refused.notFound"], [410, "refused.ended"], [502, "refused.offline"]])(
    "%i: %s", async (status, key) => {
      answer(status, "{}");
      expect(await keyOf()).toBe(key);
    });
  it("a link for the archive alone is not for joining", async () => {
    answer(200, { meeting, role: "viewer", name: null });
    expect(await keyOf()).toBe("refused.forbidden");
  });
  it("an answer that isn't understood, and none at all", async () => {
    answer(200, { meeting: { ...meeting, starts: "soon" }, role: "member", name: null });
    expect(await keyOf()).toBe("refused.outdated");
    vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new TypeError("no network"))));
    expect(await keyOf()).toBe("refused.offline");
  });
});

describe("tokens", () => {
  it("tell their own age", () => {
    expect(isExpired(token({ exp: 100 }), 100_001)).toBe(true);
    expect(isExpired(token({ exp: 100, name: "Zoë ÿÿÿ?>" .replace(/[^\x00-\xff]/g, "") }), 99_999)).toBe(false);
    for (const bad of ["", "a", "a.b.c", "a..c", token({}), token({ exp: "1" })]) expect(isExpired(bad, 1e15)).toBe(false);
  });
});

describe("a refused join", () => {
  const why = (code: RequestFailed["code"], field = "", message = ""): [boolean, string] => {
    const { forGood, problem } = joinProblem(new RequestFailed(code, field, message), token({}));
    return [forGood, problem.words.key];
  };
  it("is for good, or can be mended in the lobby", () => {
    expect(why("unauthorized", "token")).toEqual([true, "refused.badLink"]);
    expect(why("forbidden")).toEqual([true, "refused.forbidden"]);
    expect(why("gone", "device", "device: was removed from the meeting; a host can readmit")).toEqual([true, "refused.barred"]);
    expect(why("gone", "meeting", "meeting: has ended")).toEqual([true, "refused.ended"]);
    expect(why("not-found")).toEqual([true, "refused.notFound"]);
    expect(why("unsupported", "version")).toEqual([true, "refused.outdated"]);
    expect(why("limit")).toEqual([false, "lobby.full"]);
    expect(why("busy", "media")).toEqual([false, "lobby.busy"]);
    expect(why("malformed", "name")).toEqual([false, "lobby.nameBad"]);
    expect(why("malformed", "country")).toEqual([false, "lobby.problem"]);
    expect(why("internal")).toEqual([false, "lobby.problem"]);
    expect(why("lost")).toEqual([false, "lobby.serverGone"]);
  });
});

describe("the browser", () => {
  it("a meeting's link", () => {
    expect(parseLink("/m/demo", "#token=a.b-_c")).toEqual({ meeting: "demo", token: "a.b-_c" });
    expect(parseLink("/m/demo/", "#x=1&token=t")).toEqual({ meeting: "demo", token: "t" });
    for (const [path, hash] of [["/", "#token=t"], ["/m/demo", ""], ["/m/demo", "#token="], ["/m/De", "#token=t"], ["/m/a/b", "#token=t"], ["/m/", "#token=t"]] as const) {
      expect(parseLink(path, hash)).toBeNull();
    }
  });
  it("WeChat, phones, languages", () => {
    const wechat = "Mozilla/5.0 (Linux; Android 12) Mobile Safari/537.36 MicroMessenger/8.0.44";
    const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15";
    const desktop = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120 Safari/537.36";
    expect([inAppBrowser(wechat), inAppBrowser(desktop)]).toEqual(["wechat", null]);
    expect([isPhone(wechat), isPhone(iphone), isPhone(desktop), isPhone("Mozilla/5.0 (Android 13; Mobile; rv:120.0) Gecko/120.0 Firefox/120.0")]).toEqual([
      true, true, false, true,
    ]);
    expect([catalogueFor(["ja", "zh-TW", "en"]), catalogueFor(["en-GB", "zh"]), catalogueFor(["fr"]), catalogueFor([])]).toEqual([
      "zh-Hans", "en", "en", "en",
    ]);
  });
});

describe("the level meter", () => {
  it("goes from silence to full scale", () => {
    expect(levelOf(new Uint8Array(512).fill(128))).toBe(0);
    expect(levelOf(Uint8Array.from({ length: 512 }, (_, i) => (i % 2 ? 255 : 0)))).toBeCloseTo(1, 1);
    const quiet = levelOf(Uint8Array.from({ length: 512 }, (_, i) => (i % 2 ? 132 : 124)));
    expect(quiet).toBeGreaterThan(0.4);
    expect(quiet).toBeLessThan(0.6);
  });
});
