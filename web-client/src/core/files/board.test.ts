import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type BoardState, FilesBoard } from "./board";

const attachment = (id: string) => ({ id, name: `${id}.pdf`, type: "application/pdf", bytes: 5, part: 0, at: 1, by: "Ana", url: `/api/archive/demo/attachments/${id}` });

describe("a running meeting's files", () => {
  let there: string[];
  let status: number;
  const asked: string[] = [];
  let state: BoardState;
  const names = (): string[] | undefined => state.attachments?.map(({ id }) => id);
  const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    vi.useFakeTimers();
    there = ["5"];
    status = 200;
    asked.length = 0;
    vi.stubGlobal("fetch", (url: string, { method, headers }: { method: string; headers: Record<string, string> }) => {
      asked.push(`${method} ${url} ${headers["Tongsheng-Participant"] ?? ""}`);
      if (method === "DELETE") there = there.filter((id) => !url.endsWith(`/${id}`));
      if (status !== 200) return Promise.resolve(Response.json({ detail: "role: no" }, { status }));
      return Promise.resolve(method === "GET" ? Response.json({ attachments: there.map(attachment) }) : new Response(null, { status: 204 }));
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("tells how many are on their way, also while nobody looks, and takes them back", async () => {
    const requests: { aborted: boolean }[] = [];
    class Request {
      aborted = false;
      upload = { addEventListener: () => undefined };
      private readonly listeners = new Map<string, () => void>();
      constructor() {
        requests.push(this);
      }
      addEventListener(type: string, listener: () => void): void {
        this.listeners.set(type, listener);
      }
      open(): void {}
      setRequestHeader(): void {}
      send(): void {}
      abort(): void {
        this.aborted = true;
        this.listeners.get("abort")?.();
      }
    }
    vi.stubGlobal("XMLHttpRequest", Request);
    const told: number[] = [];
    const board = new FilesBoard(() => ({ meeting: "demo", token: "t", participant: "p17 SECRET" }), (sending) => told.push(sending));
    const file = (name: string, size = 5): File => ({ name, size, type: "" }) as File;
    board.add([file("a.pdf"), file("b.pdf"), file("empty.pdf", 0)], 0);
    expect(told).toEqual([2]);
    board.stop();
    await settle();
    expect([told, requests, board.now.uploads]).toMatchObject([[2, 0], [{ aborted: true }], []]);
    board.add([file("c.pdf")], 0); // joined again
    expect(told).toEqual([2, 0, 1]);
  });

  const opened = async (): Promise<{ board: FilesBoard; close(): void }> => {
    const board = new FilesBoard(() => ({ meeting: "demo", token: "t", participant: "p17 SECRET" }));
    const close = board.open((next) => { state = next; });
    await settle();
    return { board, close };
  };

  it("are asked for while somebody looks, and links to them work", async () => {
    const { close } = await opened();
    expect(asked).toEqual(["POST /api/archive/demo/session p17 SECRET", "GET /api/archive/demo/attachments p17 SECRET"]);
    expect(names()).toEqual(["5"]);
    there.push("6");
    await settle(15_000);
    expect(names()).toEqual(["5", "6"]);
    close();
    await settle(60_000);
    expect(asked).toHaveLength(3);
  });

  it("stay when the server doesn't answer, and go when they are deleted", async () => {
    const { board, close } = await opened();
    status = 503;
    await settle(15_000);
    expect([names(), state.failure?.why]).toEqual([["5"], "offline"]);
    await expect(board.remove("5")).rejects.toMatchObject({ why: "offline" });
    there = ["5"];
    status = 200;
    await board.remove("5");
    expect(names()).toEqual([]);
    await settle();
    expect([names(), state.failure]).toEqual([[], null]);
    close();
  });
});
