import { describe, expect, it } from "vitest";
import { SHORTCUTS, shortcutOf, type Pressed } from "./shortcuts";

const press = (key: string, change: Partial<Pressed> = {}): Pressed => ({
  key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, isComposing: false, defaultPrevented: false, target: null, ...change,
});
const on = (tagName: string, more: object = {}): EventTarget => ({ tagName, ...more }) as unknown as EventTarget;

describe("shortcutOf", () => {
  it("knows each key of the help", () => {
    for (const { key, does } of SHORTCUTS) expect(shortcutOf(press(key))).toBe(does);
  });
  it("takes a capital letter for the same key", () => expect(shortcutOf(press("M"))).toBe("mic"));
  it("leaves other keys alone", () => expect(shortcutOf(press("Enter"))).toBeNull());
  it("leaves the browser's and the system's combinations alone", () => {
    expect(shortcutOf(press("c", { ctrlKey: true }))).toBeNull();
    expect(shortcutOf(press("p", { metaKey: true }))).toBeNull();
    expect(shortcutOf(press("f", { altKey: true }))).toBeNull();
  });
  it("does nothing while a person writes or chooses", () => {
    expect(shortcutOf(press("m", { target: on("TEXTAREA") }))).toBeNull();
    expect(shortcutOf(press("m", { target: on("INPUT", { type: "text" }) }))).toBeNull();
    expect(shortcutOf(press("m", { target: on("SELECT") }))).toBeNull();
    expect(shortcutOf(press("m", { target: on("DIV", { isContentEditable: true }) }))).toBeNull();
    expect(shortcutOf(press("m", { isComposing: true }))).toBeNull();
  });
  it("works on buttons and checkboxes", () => {
    expect(shortcutOf(press("m", { target: on("BUTTON") }))).toBe("mic");
    expect(shortcutOf(press("m", { target: on("INPUT", { type: "checkbox" }) }))).toBe("mic");
  });
  it("doesn't flap while a key is held", () => expect(shortcutOf(press("m", { repeat: true }))).toBeNull());
});
