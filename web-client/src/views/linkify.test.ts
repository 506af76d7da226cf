import { describe, expect, it } from "vitest";
import { linkify } from "./linkify";

const links = (text: string): (string | undefined)[] => linkify(text).flatMap((piece) => (piece.href ? [piece.text] : []));

describe("linkify", () => {
  it("keeps every letter of the text", () => {
    const text = "See https://example.org/a?b=1, (https://example.org/c_(d)) and http://x.y.";
    expect(linkify(text).map((piece) => piece.text).join("")).toBe(text);
  });
  it("leaves the sentence's own signs out of the address", () => {
    expect(links("Go to https://example.org/a.")).toEqual(["https://example.org/a"]);
    expect(links("(https://example.org/a)")).toEqual(["https://example.org/a"]);
    expect(links("https://example.org/c_(d)")).toEqual(["https://example.org/c_(d)"]);
    expect(links("看 https://example.org/a。谢谢")).toEqual(["https://example.org/a"]);
  });
  it("makes no link of a script or of data", () => {
    expect(links("javascript:alert(1) data:text/html,x file:///etc/passwd ftp://a.b")).toEqual([]);
  });
  it("makes no link that hides its host behind a name", () => expect(links("https://bank.example@evil.example/")).toEqual([]));
  it("leaves text without addresses in one piece", () => expect(linkify("hello <b>you</b>")).toEqual([{ text: "hello <b>you</b>" }]));
  it("has nothing to say about nothing", () => expect(linkify("")).toEqual([]));
});
