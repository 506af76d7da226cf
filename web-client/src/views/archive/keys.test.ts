import { describe, expect, it } from "vitest";
import { actionOf } from "./keys";

const press = (key: string, more: Record<string, unknown> = {}) =>
  actionOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, isComposing: false, defaultPrevented: false, target: null, ...more });
const on = (tagName: string, more: Record<string, unknown> = {}) => ({ target: { tagName, closest: () => null, ...more } as unknown as EventTarget });

describe("keys of the player", () => {
  it("do what the help says", () => {
    expect(press(" ")).toEqual({ do: "play" });
    expect(press("ArrowLeft")).toEqual({ do: "skip", seconds: -5 });
    expect(press("L")).toEqual({ do: "skip", seconds: 10 });
    expect(press(">")).toEqual({ do: "speed", steps: 1 });
    expect(press("7")).toEqual({ do: "tenth", n: 7 });
    expect(press("?")).toEqual({ do: "help" });
    expect(press("x")).toBeNull();
  });
  it("are a field's while somebody writes or chooses in it", () => {
    for (const key of [" ", "k", "5", "ArrowLeft", "?"]) {
      expect(press(key, on("INPUT", { type: "search" })), key).toBeNull();
      expect(press(key, on("SELECT")), key).toBeNull();
      expect(press(key, on("TEXTAREA")), key).toBeNull();
      expect(press(key, { isComposing: true }), key).toBeNull();
    }
  });
  it("leave a control what it does itself", () => {
    expect(press(" ", on("BUTTON"))).toBeNull();
    expect(press("k", on("BUTTON"))).toEqual({ do: "play" });
    expect(press("ArrowLeft", on("INPUT", { type: "range" }))).toBeNull();
    expect(press("m", on("INPUT", { type: "range" }))).toEqual({ do: "mute" });
  });
  it("scroll the page up and down unless the player has the focus", () => {
    expect(press("ArrowUp")).toBeNull();
    expect(press("ArrowUp", on("BUTTON", { closest: (selector: string) => (selector === "[data-player]" ? {} : null) }))).toEqual({ do: "volume", change: 0.05 });
  });
  it("belong to the browser with Ctrl, Alt or Cmd, and repeat only where that moves on", () => {
    for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) expect(press("f", more)).toBeNull();
    expect(press("m", { repeat: true })).toBeNull();
    expect(press("ArrowRight", { repeat: true })).toEqual({ do: "skip", seconds: 5 });
  });
});
