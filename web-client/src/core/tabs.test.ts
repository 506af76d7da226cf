import { describe, expect, it } from "vitest";
import { Tabs } from "./tabs";

describe("a duplicated tab", () => {
  it("finds out that the first one is there, and only as long as it is that person", async () => {
    const [first, second] = [new Tabs(), new Tabs()];
    expect(await second.taken("demo/p1")).toBe(false);
    first.claim("demo/p1");
    expect(await second.taken("demo/p1")).toBe(true);
    expect(await second.taken("demo/p2")).toBe(false);
    expect(await first.taken("demo/p1")).toBe(false);
    first.claim(null);
    expect(await second.taken("demo/p1")).toBe(false);
    first.close();
    second.close();
  });
});
