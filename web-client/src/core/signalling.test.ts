import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "./fakes";
import { RequestFailed, Signalling } from "./signalling";

let server: FakeServer;
let signalling: Signalling;
const opened = vi.fn();
const notices = vi.fn();
const lost = vi.fn();
const closed = vi.fn();

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  for (const fn of [opened, notices, lost, closed]) fn.mockReset();
  server = new FakeServer();
  signalling = new Signalling("ws://x/ws", { onOpen: opened, onNotice: notices, onLost: lost, onClosed: closed }, server.make, () => 0.5);
});
afterEach(() => {
  signalling.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("requests and replies", () => {
  it("brings each reply to its own request, in whatever order they come", async () => {
    signalling.start();
    server.socket.open();
    const first = signalling.request({ type: "hand", raised: true });
    const second = signalling.request({ type: "barred" });
    const [a, b] = server.socket.sent;
    server.socket.say({ type: "barred", re: b?.id, barred: [] });
    server.socket.say({ type: "error", re: a?.id, code: "forbidden", field: "hand", message: "hand: no" });
    await expect(second).resolves.toMatchObject({ type: "barred" });
    await expect(first).rejects.toMatchObject({ code: "forbidden", field: "hand", message: "hand: no" });
  });

  it("sends requests of one turn in their order", () => {
    signalling.start();
    server.socket.open();
    void signalling.request({ type: "ping" });
    void signalling.request({ type: "end" });
    expect(server.socket.sent.map((r) => r.type)).toEqual(["ping", "end"]);
    expect(new Set(server.socket.sent.map((r) => r.id)).size).toBe(2);
    server.socket.sent.forEach((r) => server.socket.say({ type: "ok", re: r.id }));
  });

  it("fails what waits when the socket goes, and what comes while there is none", async () => {
    signalling.start();
    server.socket.open();
    const waiting = signalling.request({ type: "end" });
    server.socket.drop();
    await expect(waiting).rejects.toBeInstanceOf(RequestFailed);
    await expect(signalling.request({ type: "end" })).rejects.toMatchObject({ code: "lost" });
  });

  it("passes notices on and survives nonsense", () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    signalling.start();
    server.socket.open();
    server.socket.onmessage?.({ data: "{{{" });
    server.socket.say({ type: "ok", re: 999 });
    server.socket.say({ type: "left", participant: "p3" });
    expect(notices.mock.calls).toEqual([[{ type: "left", participant: "p3" }]]);
  });
});

describe("coming back", () => {
  it("tries after 0.2, 1, 2, 4, 5, 5 s", () => {
    signalling.start();
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const at = Date.now();
      server.socket.drop();
      const [next] = lost.mock.calls.at(-1) as [number];
      waits.push(next - at);
      const before = server.sockets.length;
      vi.advanceTimersByTime(next - at);
      expect(server.sockets.length).toBe(before + 1);
    }
    expect(waits).toEqual([200, 1000, 2000, 4000, 5000, 5000]);
  });

  it("spreads the waits by 30 % to either side", () => {
    const eager = new Signalling("ws://x/ws", { onOpen: opened, onNotice: notices, onLost: lost, onClosed: closed }, server.make, () => 0);
    eager.start();
    server.socket.drop();
    expect(lost.mock.calls[0]).toEqual([1_000_000 + 140, 1006]);
    eager.stop();
  });

  it("starts with the shortest wait again only after a join that was accepted", () => {
    signalling.start();
    server.socket.drop();
    vi.advanceTimersByTime(200);
    server.socket.open();
    server.socket.drop(1012);
    expect(lost.mock.calls.at(-1)?.[0]).toBe(Date.now() + 1000);
    vi.advanceTimersByTime(1000);
    server.socket.open();
    signalling.confirm();
    server.socket.drop(1012);
    expect(lost.mock.calls.at(-1)?.[0]).toBe(Date.now() + 200);
    expect(opened).toHaveBeenCalledTimes(2);
  });

  it.each([1000, 4001, 4002, 4003])("stays away after close code %i", (code) => {
    signalling.start();
    server.socket.open();
    server.socket.drop(code);
    vi.advanceTimersByTime(60_000);
    expect(closed.mock.calls).toEqual([[code]]);
    expect(lost).not.toHaveBeenCalled();
    expect(server.sockets.length).toBe(1);
  });

  it("gives up on a handshake that takes 8 s", () => {
    signalling.start();
    const slow = server.socket;
    vi.advanceTimersByTime(8000);
    expect(lost).toHaveBeenCalledTimes(1);
    expect(slow.closed).toBe(true);
    slow.open(); // too late
    expect(opened).not.toHaveBeenCalled();
  });

  it("tries at once when the page wakes up", () => {
    signalling.start();
    for (let i = 0; i < 4; i++) {
      server.socket.drop();
      vi.advanceTimersByTime(i < 3 ? 5000 : 0);
    }
    const before = server.sockets.length;
    signalling.check();
    expect(server.sockets.length).toBe(before + 1);
    vi.advanceTimersByTime(7000);
    expect(server.sockets.length).toBe(before + 1);
  });
});

describe("a dead socket", () => {
  it("is noticed by the missing pong within 15 s", () => {
    signalling.start();
    server.socket.open();
    signalling.confirm();
    vi.advanceTimersByTime(10_000);
    server.socket.reply("ping", { type: "pong" });
    vi.advanceTimersByTime(10_000);
    expect(server.socket.sent.filter((r) => r.type === "ping").length).toBe(2);
    vi.advanceTimersByTime(4999);
    expect(lost).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it("isn't dead as long as anything comes", () => {
    signalling.start();
    server.socket.open();
    signalling.confirm();
    for (let s = 0; s < 60; s += 4) {
      vi.advanceTimersByTime(4000);
      server.socket.say({ type: "speaking", participants: [] });
    }
    expect(lost).not.toHaveBeenCalled();
  });

  it("sends no ping before the join: it would be no protocol", () => {
    signalling.start();
    server.socket.open();
    signalling.check();
    vi.advanceTimersByTime(9000);
    expect(server.socket.sent).toEqual([]);
  });
});

describe("the lobby's socket", () => {
  it("is opened ahead, may go without a word, and is used by start()", () => {
    signalling.warm();
    server.socket.open();
    signalling.warm();
    expect(server.sockets.length).toBe(1);
    server.socket.drop(4400);
    expect(lost).not.toHaveBeenCalled();
    signalling.warm();
    server.socket.open();
    expect(opened).not.toHaveBeenCalled();
    signalling.start();
    expect(opened).toHaveBeenCalledTimes(1);
    expect(server.sockets.length).toBe(2);
  });

  it("still being opened when the person presses is waited for", () => {
    signalling.warm();
    signalling.start();
    expect(opened).not.toHaveBeenCalled();
    server.socket.open();
    expect(opened).toHaveBeenCalledTimes(1);
    expect(server.sockets.length).toBe(1);
  });
});
