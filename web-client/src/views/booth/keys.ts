/** Keys of the interpreter's console: one table, drawn on the controls and in the list. They come before the meeting's own (shortcuts.ts). */
import type { BoothKey } from "../../text/booth_en";
import { type Pressed, takesLetters } from "../shortcuts";

export type ConsoleKey =
  | "air" | "cough" | "outA" | "outB" | "floor" | "next" | "auto" | "handover" | "refuse" | "take" | "partner" | "slow" | "insufficient"
  | "louder" | "quieter" | "bassDown" | "bassUp" | "trebleDown" | "trebleUp" | "floorLanguage" | "hold" | "reminder" | "chat" | "call"
  | "glossary" | "headphones" | "test" | "dismiss" | "keys";

export const CONSOLE_KEYS: readonly { key: string; does: ConsoleKey; words: BoothKey }[] = [
  { key: "m", does: "air", words: "key.air" },
  { key: "c", does: "cough", words: "key.cough" },
  { key: "a", does: "outA", words: "key.outA" },
  { key: "b", does: "outB", words: "key.outB" },
  { key: "0", does: "floor", words: "key.floor" },
  { key: "n", does: "next", words: "key.next" },
  { key: "r", does: "auto", words: "key.auto" },
  { key: "h", does: "handover", words: "key.handover" },
  { key: "d", does: "refuse", words: "key.refuse" },
  { key: "t", does: "take", words: "key.take" },
  { key: "p", does: "partner", words: "key.partner" },
  { key: "s", does: "slow", words: "key.slow" },
  { key: "i", does: "insufficient", words: "key.insufficient" },
  { key: "=", does: "louder", words: "key.louder" },
  { key: "-", does: "quieter", words: "key.quieter" },
  { key: "[", does: "bassDown", words: "key.bassDown" },
  { key: "]", does: "bassUp", words: "key.bassUp" },
  { key: ",", does: "trebleDown", words: "key.trebleDown" },
  { key: ".", does: "trebleUp", words: "key.trebleUp" },
  { key: "l", does: "floorLanguage", words: "key.floorLanguage" },
  { key: "w", does: "hold", words: "key.hold" },
  { key: "u", does: "reminder", words: "key.reminder" },
  { key: "x", does: "chat", words: "key.chat" },
  { key: "o", does: "call", words: "key.call" },
  { key: "g", does: "glossary", words: "key.glossary" },
  { key: "e", does: "headphones", words: "key.headphones" },
  { key: "y", does: "test", words: "key.test" },
  { key: "z", does: "dismiss", words: "key.dismiss" },
  { key: "k", does: "keys", words: "key.keys" },
];

/** As it is written on the control. */
export function keyName(does: ConsoleKey): string {
  return (CONSOLE_KEYS.find((entry) => entry.does === does)?.key ?? "").toUpperCase();
}

export type Pressing = { does: ConsoleKey } | { channel: number };

/** What a key means; while it is held down it repeats, and means nothing more, but for volume and tone. */
export function consoleKeyOf(event: Pressed): Pressing | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || takesLetters(event.target)) return null;
  const key = event.key.toLowerCase();
  if (/^[1-9]$/.test(key)) return event.repeat ? null : { channel: Number(key) - 1 };
  const found = CONSOLE_KEYS.find((entry) => entry.key === (key === "+" ? "=" : key));
  if (!found || (event.repeat && !REPEATING.has(found.does))) return null;
  return { does: found.does };
}

const REPEATING: ReadonlySet<ConsoleKey> = new Set(["louder", "quieter", "bassDown", "bassUp", "trebleDown", "trebleUp"]);
