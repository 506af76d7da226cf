/** What of a console is remembered on the device: how an interpreter likes to hear, and the meeting's glossary. */
import { boolean, type Guard, number, object, optional } from "../guards";
import type { ConsoleState } from "./console_state";
import { type Glossary, LONGEST_TEXT, parseGlossary } from "./glossary";

const CONSOLE = "tongsheng.console";
const GLOSSARY = "tongsheng.glossary";

type Remembered = Partial<Pick<ConsoleState, "tone" | "headphones" | "calibration" | "reminderMinutes">>;

const remembered: Guard<Remembered> = object({
  tone: optional(object({ volume: number, bass: number, treble: number })),
  headphones: optional(boolean),
  calibration: optional(object({ fullScale: number, at: number })),
  reminderMinutes: optional(number),
});

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // forbidden
  }
}

function write(key: string, text: string | null): boolean {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
    return true;
  } catch {
    return false; // private browsing, or full
  }
}

export function readConsole(): Remembered {
  try {
    return remembered(JSON.parse(read(CONSOLE) ?? "{}"), CONSOLE);
  } catch {
    return {}; // written by another version
  }
}

export function writeConsole({ tone, headphones, calibration, reminderMinutes }: ConsoleState): void {
  write(CONSOLE, JSON.stringify({ tone, headphones: headphones ?? undefined, calibration: calibration ?? undefined, reminderMinutes }));
}

const glossaryKey = (meeting: string): string => `${GLOSSARY}.${meeting}`;

/** Parsed anew at each reading: what is stored is the person's own text. */
export function readGlossary(meeting: string): Glossary {
  return parseGlossary(read(glossaryKey(meeting)) ?? "");
}

/** False: there is no room for it; it holds until the page is closed. Empty text forgets the glossary. */
export function writeGlossary(meeting: string, text: string): boolean {
  return write(glossaryKey(meeting), text.trim() === "" ? null : text.slice(0, LONGEST_TEXT));
}
