/** Keys of the meeting page: one table, drawn by the help as well. */
import type { Key } from "../text/text";

export type Shortcut = "mic" | "camera" | "screen" | "hand" | "language" | "chat" | "people" | "fullScreen" | "help";

export const SHORTCUTS: readonly { key: string; does: Shortcut; words: Key }[] = [
  { key: "m", does: "mic", words: "help.mic" },
  { key: "v", does: "camera", words: "help.camera" },
  { key: "s", does: "screen", words: "help.screen" },
  { key: "h", does: "hand", words: "help.hand" },
  { key: "l", does: "language", words: "help.language" },
  { key: "c", does: "chat", words: "help.chat" },
  { key: "p", does: "people", words: "help.people" },
  { key: "f", does: "fullScreen", words: "help.fullScreen" },
  { key: "?", does: "help", words: "help.help" },
];

/** What an interpreter's console has the letters of (views/booth/keys.ts); the controls themselves stay. */
const TAKEN_IN_BOOTH: ReadonlySet<Shortcut> = new Set<Shortcut>(["mic", "screen", "hand", "language", "chat", "people"]);

export function shortcutsOf(inBooth: boolean): typeof SHORTCUTS {
  return inBooth ? SHORTCUTS.filter(({ does }) => !TAKEN_IN_BOOTH.has(does)) : SHORTCUTS;
}

/** What of a KeyboardEvent counts. */
export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
  isComposing: boolean;
  defaultPrevented: boolean;
  target: EventTarget | null;
}

/** Where letters are written, or choose among entries. A checkbox or a button takes no letters. */
export function takesLetters(target: EventTarget | null): boolean {
  const element = target as { tagName?: string; type?: string; isContentEditable?: boolean } | null;
  if (!element?.tagName) return false;
  if (element.isContentEditable) return true;
  if (element.tagName === "INPUT") return !["checkbox", "radio", "button", "range"].includes(element.type ?? "");
  return element.tagName === "TEXTAREA" || element.tagName === "SELECT";
}

export function shortcutOf(event: Pressed): Shortcut | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || event.defaultPrevented) return null;
  if (takesLetters(event.target)) return null;
  const key = event.key.toLowerCase();
  return SHORTCUTS.find((shortcut) => shortcut.key === key)?.does ?? null;
}

const STORED = "tongsheng.keys";

/** Single letters get in the way of speech input and of some screen readers, so they can be switched off (WCAG 2.1.4). */
export function shortcutsEnabled(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true; // storage forbidden
  }
}

export function enableShortcuts(enabled: boolean): void {
  try {
    localStorage.setItem(STORED, enabled ? "on" : "off");
  } catch {
    // storage forbidden: nothing to remember
  }
}
