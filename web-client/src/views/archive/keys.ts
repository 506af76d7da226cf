/** Keys of the player: one table, drawn by the help as well. */
import type { ArchiveKey } from "../../text/archive_en";
import { type Pressed, takesLetters } from "../shortcuts";

export type Action =
  | { do: "play" | "mute" | "fullScreen" | "chat" | "help" | "language" }
  | { do: "skip"; seconds: number }
  | { do: "volume"; change: number }
  | { do: "speed" | "chapter"; steps: number }
  | { do: "tenth"; n: number };

interface Row {
  keys: readonly string[];
  /** How the help writes them. */
  shown: readonly string[];
  words: ArchiveKey;
  action(key: string): Action;
}

export const KEYS: readonly Row[] = [
  { keys: [" ", "k"], shown: ["keys.space", "K"], words: "keys.play", action: () => ({ do: "play" }) },
  { keys: ["arrowleft", "arrowright"], shown: ["←", "→"], words: "keys.five", action: (key) => ({ do: "skip", seconds: key === "arrowleft" ? -5 : 5 }) },
  { keys: ["j", "l"], shown: ["J", "L"], words: "keys.ten", action: (key) => ({ do: "skip", seconds: key === "j" ? -10 : 10 }) },
  { keys: ["arrowup", "arrowdown"], shown: ["↑", "↓"], words: "keys.volume", action: (key) => ({ do: "volume", change: key === "arrowup" ? 0.05 : -0.05 }) },
  { keys: ["<", ">"], shown: ["<", ">"], words: "keys.speed", action: (key) => ({ do: "speed", steps: key === "<" ? -1 : 1 }) },
  { keys: [..."0123456789"], shown: ["0", "–", "9"], words: "keys.tenths", action: (key) => ({ do: "tenth", n: Number(key) }) },
  { keys: ["[", "]"], shown: ["[", "]"], words: "keys.chapter", action: (key) => ({ do: "chapter", steps: key === "[" ? -1 : 1 }) },
  { keys: ["a"], shown: ["A"], words: "keys.language", action: () => ({ do: "language" }) },
  { keys: ["m"], shown: ["M"], words: "keys.mute", action: () => ({ do: "mute" }) },
  { keys: ["f"], shown: ["F"], words: "keys.fullScreen", action: () => ({ do: "fullScreen" }) },
  { keys: ["c"], shown: ["C"], words: "keys.chat", action: () => ({ do: "chat" }) },
  { keys: ["?"], shown: ["?"], words: "keys.help", action: () => ({ do: "help" }) },
];

interface Target {
  tagName?: string;
  type?: string;
  closest?(selector: string): unknown;
}

/** What a control does with a key itself stays the control's: Space presses buttons, arrows move sliders and choices, all keys write. */
function taken(key: string, target: Target | null): boolean {
  if (takesLetters(target as EventTarget | null)) return true;
  const tag = target?.tagName ?? "";
  if (key === " " || key === "enter") return ["BUTTON", "A", "SUMMARY", "INPUT"].includes(tag);
  if (key.startsWith("arrow")) return tag === "INPUT" || target?.closest?.('[role="tablist"], [role="slider"]') != null;
  return false;
}

/** Up and down scroll the page, unless the player has the focus. */
const inPlayer = (target: Target | null): boolean => target?.closest?.("[data-player]") != null;

export function actionOf(event: Pressed): Action | null {
  const again = /^Arrow/.test(event.key) || /^[jl]$/i.test(event.key);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || (event.repeat && !again)) return null;
  const key = event.key.toLowerCase();
  const target = event.target as Target | null;
  if (taken(key, target)) return null;
  if ((key === "arrowup" || key === "arrowdown") && !inPlayer(target)) return null;
  return KEYS.find(({ keys }) => keys.includes(key))?.action(key) ?? null;
}
