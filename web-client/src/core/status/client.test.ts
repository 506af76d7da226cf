import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StatusClient, type StatusState, tokenOf } from "./client";

let states: StatusState[];
let client: StatusClient;
const asked: { url: string; authorization: string | undefined }[] = [];
let reply: () => Promise<Response>;

const rows = (...times: number[]): unknown => ({
  started: 1000, now: times.at(-1) ?? 1000, interval: 5, samples: 720, workers: 1, columns: ["time"], workerColumns: ["busy"], reasons: [],
  rows: times.map((time) => [time, [0.5]]),
});
const says = (body: unknown, status = 200): void => {
  reply = async () => new Response(JSON.stringify(body), { status });
};
const now = (): StatusState => states.at(-1) as StatusState;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  states = [];
  asked.length = 0;
  vi.stubGlobal("fetch", (url: string, { headers, signal }: { headers: Record<string, string>; signal: AbortSignal }) => {
    asked.push({ url, authorization: headers["Authorization"] });
    return Promise.race([reply(), new Promise((_, fail) => signal.addEventListener("abort", () => fail(new Error("aborted"))))]);
  });
  client = new StatusClient((state) => states.push(state));
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the status client", () => {
  it("asks for all, then every five seconds for what is new", async () => {
    says(rows(1005, 1010));
    client.open(null);
    expect(now().link).toEqual({ at: "loading" });
    await settle();
    expect(now()).toMatchObject({ link: { at: "live" }, history: { samples: [{ time: 1005 }, { time: 1010 }] } });
    says(rows(1015));
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked.map(({ url }) => url)).toEqual(["/api/status?since=0", "/api/status?since=1010"]);
    expect(now().history?.samples).toHaveLength(3);
    expect(asked[0]?.authorization).toBeUndefined();
  });

  it("keeps what it knows when the server is away, and goes on by itself", async () => {
    says(rows(1005));
    client.open(null);
    await settle();
    reply = () => Promise.reject(new TypeError("connection refused"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(now()).toMatchObject({ link: { at: "lost", why: "offline" }, history: { samples: [{ time: 1005 }] } });
    says(rows(1030));
    await vi.advanceTimersByTimeAsync(3000);
    expect(now()).toMatchObject({ link: { at: "live" }, history: { samples: [{ time: 1005 }, { time: 1030 }] } });
  });

  it("doesn't wait for ever", async () => {
    reply = () => new Promise(() => undefined);
    client.open(null);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(now().link).toEqual({ at: "lost", why: "offline" });
  });

  it("says that an answer can't be read, and asks again", async () => {
    says({ started: "yesterday" });
    client.open(null);
    await settle();
    expect(now().link).toEqual({ at: "lost", why: "unreadable" });
    says(rows(1005));
    await vi.advanceTimersByTimeAsync(3000);
    expect(now().link).toEqual({ at: "live" });
  });

  it("takes errors that may pass for an absent server", async () => {
    for (const status of [404, 429, 500, 503]) {
      says({}, status);
      client.open(null);
      await settle();
      expect(now().link).toEqual({ at: "lost", why: "offline" });
    }
  });

  it("stops when it is refused, and says why", async () => {
    for (const [status, token, why] of [[403, null, "address"], [403, "t", "role"], [401, "t", "token"], [410, "t", "token"], [404, "t", "token"]] as const) {
      says({}, status);
      client.open(token);
      await settle();
      expect(now().link).toEqual({ at: "refused", why });
      const before = asked.length;
      await vi.advanceTimersByTimeAsync(60_000);
      client.wake();
      expect(asked).toHaveLength(before);
    }
  });

  it("begins anew with another token", async () => {
    says({}, 403);
    client.open(null);
    await settle();
    says(rows(1005));
    client.open("abc");
    await settle();
    expect(now().link).toEqual({ at: "live" });
    expect(asked.at(-1)?.authorization).toBe("Bearer abc");
  });

  it("asks at once when the page is seen again, but not twice", async () => {
    says(rows(1005));
    client.open(null);
    client.wake();
    expect(asked).toHaveLength(1);
    await settle();
    client.wake();
    expect(asked).toHaveLength(2);
    await settle();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(3);
  });

  it("says nothing any more when the page is closed", async () => {
    says(rows(1005));
    client.open(null);
    client.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states).toHaveLength(1);
    expect(asked).toHaveLength(1);
  });
});

describe("tokenOf", () => {
  it("takes the token from the fragment", () => {
    expect([tokenOf("#token=a.b-c"), tokenOf("#x=1&token=t"), tokenOf("#token="), tokenOf("")]).toEqual(["a.b-c", "t", null, null]);
  });
});
