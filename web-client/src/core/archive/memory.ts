/** What the archive's page remembers: in the tab the token, on the device how one watches and where one stopped. */
import { type Guard, number, object, oneOf, optional, record, string } from "../guards";

const TOKEN = "tongsheng.archive.token";
const WATCHING = "tongsheng.archive.watching";
const PLACES = "tongsheng.archive.places";

/** Recordings whose places are kept. */
const MOST_PLACES = 60;
/** Nobody wants to be taken back to the first words, or to the last ones. */
const FROM_BEGINNING = 15;
const TO_END = 20;

export type Layout = "both" | "stage" | "screen" | "sound";
export type Captions = "off" | "speakers" | "chat" | "captions";

export interface Watching {
  layout: Layout;
  captions: Captions;
  /** Whether a sign language's picture is shown where there is one. */
  sign: "on" | "off";
  rate: number;
  volume: number;
  /** A program's id: what was chosen last, in any meeting. */
  language: string;
}

const watching: Guard<Partial<Watching>> = object({
  layout: optional(oneOf("both", "stage", "screen", "sound")), captions: optional(oneOf("off", "speakers", "chat", "captions")),
  sign: optional(oneOf("on", "off")), rate: optional(number), volume: optional(number), language: optional(string),
});
const places = record(object({ at: number, seen: number }));
type Places = ReturnType<typeof places>;

function read<T>(storage: () => Storage, key: string, guard: Guard<T>): T | null {
  try {
    const written = storage().getItem(key);
    return written === null ? null : guard(JSON.parse(written), key);
  } catch {
    return null; // forbidden, or written by another version
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    storage().setItem(key, JSON.stringify(value));
  } catch {
    // private browsing, or full: the page works without
  }
}

function remove(storage: () => Storage, key: string): void {
  try {
    storage().removeItem(key);
  } catch {
    // as above: then it isn't there, either
  }
}

const device = (): Storage => localStorage;
const tab = (): Storage => sessionStorage;

export const readToken = (): string | null => read(tab, TOKEN, string);
export const writeToken = (token: string): void => write(tab, TOKEN, token);
/** One that isn't good any more would keep everything shut, also what is everybody's. */
export const forgetToken = (): void => remove(tab, TOKEN);

export const readWatching = (): Partial<Watching> => read(device, WATCHING, watching) ?? {};
export const writeWatching = (change: Partial<Watching>): void => write(device, WATCHING, { ...readWatching(), ...change });

/** Where one stopped; null: nowhere worth going on from. */
export function readPlace(meeting: string, recording: string, duration: number): number | null {
  const at = read(device, PLACES, places)?.[`${meeting}/${recording}`]?.at ?? 0;
  return at >= FROM_BEGINNING && at <= duration - TO_END ? at : null;
}

export function writePlace(meeting: string, recording: string, at: number, now: number): void {
  const known: Places = { ...(read(device, PLACES, places) ?? {}), [`${meeting}/${recording}`]: { at, seen: now } };
  const newest = Object.entries(known).sort(([, a], [, b]) => b.seen - a.seen).slice(0, MOST_PLACES);
  write(device, PLACES, Object.fromEntries(newest));
}
