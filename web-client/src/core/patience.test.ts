import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ArchiveApi } from "./archive/api";
import { FilesApi } from "./files/api";
import { MinutesApi } from "./minutes/api";
import { patiently } from "./patience";

const settle = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("patience", () => {
  let body: ReadableStreamDefaultController<Uint8Array>;
  const comes = (text: string): void => body.enqueue(new TextEncoder().encode(text));

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", (_: string, { signal }: { signal: AbortSignal }) => {
      const end = new DOMException("", "AbortError");
      if (signal.aborted) return Promise.reject(end);
      const stream = new ReadableStream<Uint8Array>({ start: (controller) => {
        body = controller;
        signal.addEventListener("abort", () => controller.error(end));
      } });
      return Promise.resolve(new Response(stream, { status: 201, headers: { "Content-Type": "text/x" } }));
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("has the whole answer, however slowly it comes", async () => {
    const answer = patiently("/x", {}, 1000);
    for (const piece of ["one ", "two ", "three"]) {
      await settle(900);
      comes(piece);
    }
    await settle(900);
    body.close();
    const response = await answer;
    expect([response.status, response.headers.get("Content-Type"), await response.text()]).toEqual([201, "text/x", "one two three"]);
  });
  it("ends when nothing comes any more, also in the middle of a body", async () => {
    const answer = patiently("/x", {}, 1000).catch((error: Error) => error.name);
    await settle(900);
    comes("one ");
    await settle(1100);
    expect(await answer).toBe("AbortError");
  });
  it("ends when it is told to", async () => {
    const outside = new AbortController();
    const answer = patiently("/x", {}, 1000, outside.signal).catch((error: Error) => error.name);
    await settle(10);
    outside.abort();
    expect(await answer).toBe("AbortError");
    expect(await patiently("/x", {}, 1000, outside.signal).catch((error: Error) => error.name)).toBe("AbortError");
  });
  it("is what the archive's page, its minutes and its files have", async () => {
    const why = (asking: Promise<unknown>): Promise<unknown> => asking.catch((error: { why?: string }) => error.why);
    const all = [
      new ArchiveApi(null).meeting("m"), new ArchiveApi(null).picture("/p", new AbortController().signal), new MinutesApi("m", null).versions("en"),
      new MinutesApi("m", null).file("/x.md"), new FilesApi(() => ({ meeting: "m", token: null, participant: null })).list(),
    ].map(why);
    await settle(30_000); // the heads are there, and nothing else
    expect(await Promise.race([Promise.all(all), settle(0).then(() => "waiting")])).toEqual(all.map(() => "offline"));
  });
});
