import { describe, expect, it } from "vitest";
import type { Attachment } from "../archive/answer";
import { BYTES_MAX, FilesFailure, type Sending, whyOf } from "./api";
import { Uploads } from "./uploads";

const file = (name: string, size = 10): File => ({ name, size, type: "" }) as File;
const turn = (): Promise<void> => new Promise((done) => setTimeout(done));

function made() {
  const sendings: (Sending & { done(): void; fail(error: Error): void })[] = [];
  const done: string[] = [];
  const uploads = new Uploads({
    send: (sending) => new Promise((resolve, reject) => {
      sendings.push({ ...sending, done: () => resolve({ name: sending.file.name } as Attachment), fail: reject });
      sending.signal.addEventListener("abort", () => reject(new FilesFailure("stopped")));
    }),
    onChange: () => undefined,
    onDone: ({ name }) => done.push(name),
  });
  return { uploads, sendings, done, shown: () => uploads.list.map(({ name, at, sent }) => `${name} ${at} ${sent}`) };
}

describe("uploads", () => {
  it("go out one after the other, with their part and their progress", async () => {
    const { uploads, sendings, done, shown } = made();
    uploads.add([file("a.pdf"), file("b.pdf")], 2);
    expect(shown()).toEqual(["a.pdf sending 0", "b.pdf waiting 0"]);
    expect(sendings.map(({ file: one, part }) => [one.name, part])).toEqual([["a.pdf", 2]]);
    sendings[0]?.onProgress(7);
    expect(shown()[0]).toBe("a.pdf sending 7");
    sendings[0]?.onProgress(900); // with the request's own bytes
    expect(shown()[0]).toBe("a.pdf sending 10");
    sendings[0]?.done();
    await turn();
    expect([done, shown()]).toEqual([["a.pdf"], ["b.pdf sending 0"]]);
  });

  it("that are too large, or empty, aren't sent", () => {
    const { uploads, sendings } = made();
    uploads.add([file("film.pdf", BYTES_MAX + 1), file("nothing.txt", 0)], 0);
    expect(uploads.list.map(({ at, failure }) => [at, failure?.why])).toEqual([["failed", "tooLarge"], ["failed", "empty"]]);
    expect(sendings).toEqual([]);
  });

  it("that fail say why, hold nobody up, and can be tried again", async () => {
    const { uploads, sendings, done } = made();
    uploads.add([file("a.exe"), file("b.pdf")], 0);
    sendings[0]?.fail(new FilesFailure("type"));
    await turn();
    expect(uploads.list.map(({ at, failure }) => [at, failure?.why])).toEqual([["failed", "type"], ["sending", undefined]]);
    sendings[1]?.done();
    await turn();
    uploads.again(uploads.list[0]?.key ?? 0);
    sendings[2]?.done();
    await turn();
    expect([done, uploads.list]).toEqual([["b.pdf", "a.exe"], []]);
  });

  it("are stopped while they go and while they wait", async () => {
    const { uploads, sendings, done, shown } = made();
    uploads.add([file("a.pdf"), file("b.pdf"), file("c.pdf")], 0);
    uploads.drop(2);
    uploads.drop(1);
    await turn();
    expect(sendings[0]?.signal.aborted).toBe(true);
    expect(shown()).toEqual(["c.pdf sending 0"]);
    expect(done).toEqual([]);
  });

  it("tell what a status means", () => {
    expect([401, 403, 413, 415, 429, 507, 500, 400].map((status) => whyOf(status, "").why)).toEqual(["closed", "forbidden", "tooLarge", "type", "tooMany", "diskFull", "offline", "refused"]);
  });
});
