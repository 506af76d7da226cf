import { describe, expect, it } from "vitest";
import { type Pressed, SHORTCUTS, shortcutsOf } from "../shortcuts";
import { CONSOLE_KEYS, consoleKeyOf, keyName } from "./keys";

const press = (key: string, change: Partial<Pressed> = {}): Pressed => ({
  key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, isComposing: false, defaultPrevented: false, target: null, ...change,
});
const on = (tagName: string, more: object = {}): EventTarget => ({ tagName, ...more }) as unknown as EventTarget;

describe("the console's keys", () => {
  it("each mean one thing, and each is written on its control", () => {
    expect(new Set(CONSOLE_KEYS.map(({ key }) => key)).size).toBe(CONSOLE_KEYS.length);
    expect(new Set(CONSOLE_KEYS.map(({ does }) => does)).size).toBe(CONSOLE_KEYS.length);
    for (const { key, does } of CONSOLE_KEYS) {
      expect(consoleKeyOf(press(key))).toEqual({ does });
      expect(keyName(does)).toBe(key.toUpperCase());
    }
  });
  it("leave the meeting those that it shows beside a console, and no others", () => {
    const left = SHORTCUTS.filter(({ key }) => consoleKeyOf(press(key)) === null);
    expect(shortcutsOf(true)).toEqual(left);
    expect(shortcutsOf(false)).toBe(SHORTCUTS);
  });
  it("choose channels by number", () => expect(consoleKeyOf(press("3"))).toEqual({ channel: 2 }));
  it("do nothing while a person writes or chooses", () => {
    expect(consoleKeyOf(press("m", { target: on("TEXTAREA") }))).toBeNull();
    expect(consoleKeyOf(press("1", { target: on("INPUT", { type: "search" }) }))).toBeNull();
    expect(consoleKeyOf(press("m", { target: on("SELECT") }))).toBeNull();
    expect(consoleKeyOf(press("m", { isComposing: true }))).toBeNull();
  });
  it("work on buttons and sliders", () => {
    expect(consoleKeyOf(press("M", { target: on("BUTTON") }))).toEqual({ does: "air" });
    expect(consoleKeyOf(press("m", { target: on("INPUT", { type: "range" }) }))).toEqual({ does: "air" });
  });
  it("leave the browser's combinations alone", () => expect(consoleKeyOf(press("c", { ctrlKey: true }))).toBeNull());
  it("don't flap while they are held, but volume and tone go on", () => {
    expect(consoleKeyOf(press("m", { repeat: true }))).toBeNull();
    expect(consoleKeyOf(press("=", { repeat: true }))).toEqual({ does: "louder" });
  });
});
