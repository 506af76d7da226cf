/** What is remembered on the device (localStorage) and in the tab (sessionStorage). Both may be forbidden: then nothing is remembered. */
import type { JoinMode, Layout, ParticipantId, Profile } from "./state";
import { array, boolean, type Guard, number, object, oneOf, optional, string } from "./guards";

const PREFERENCES = "tongsheng.preferences";
const DEVICE = "tongsheng.device";
const SESSION = "tongsheng.session";

export interface Preferences {
  uiLanguage: string;
  theme: "system" | "light" | "dark";
  profile: Profile;
  microphone: string;
  camera: string;
  speaker: string;
  /** Whether they were on when last decided in a lobby. */
  microphoneOn: boolean;
  cameraOn: boolean;
  layout: Layout;
  /** The channel last chosen; "": the original; absent: nothing was ever chosen. */
  listening: string;
  originalLevel: number;
  /** Interpreters: may be recorded. */
  consent: boolean;
}

/** To become the same person again after a reload of this tab. */
export interface Session {
  meeting: string;
  token: string;
  participant: ParticipantId;
  secret: string;
  /** The one joined with: the link may have given it. */
  name: string;
  joinMode: JoinMode;
  microphoneOn: boolean;
  cameraOn: boolean;
  /** What the server hadn't taken yet of what was written, and the last message that was there before. */
  unsaid: string[];
  seen: number;
}

const preferences: Guard<Partial<Preferences>> = object({
  uiLanguage: optional(string), theme: optional(oneOf("system", "light", "dark")),
  profile: optional(object({ name: string, organisation: string, country: string, speaks: string })),
  microphone: optional(string), camera: optional(string), speaker: optional(string),
  microphoneOn: optional(boolean), cameraOn: optional(boolean), layout: optional(oneOf("speaker", "gallery")),
  listening: optional(string), originalLevel: optional(number), consent: optional(boolean),
});

const session: Guard<Session> = object({
  meeting: string, token: string, participant: string, secret: string, name: string, joinMode: oneOf("full", "sound", "listen"),
  microphoneOn: boolean, cameraOn: boolean, unsaid: array(string), seen: number,
});

function read<T>(storage: () => Storage, key: string, guard: Guard<T>): T | null {
  try {
    const text = storage().getItem(key);
    return text === null ? null : guard(JSON.parse(text), key);
  } catch {
    return null; // forbidden, or written by another version
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
  } catch {
    // private browsing, or full: the page works without
  }
}

const local = (): Storage => localStorage;
const tab = (): Storage => sessionStorage;

export const readPreferences = (): Partial<Preferences> => read(local, PREFERENCES, preferences) ?? {};
/** Partial: the operator's page knows only some, and leaves the others as they are. */
export const writePreferences = (value: Partial<Preferences>): void => write(local, PREFERENCES, value);
export const readSession = (): Session | null => read(tab, SESSION, session);
export const writeSession = (value: Session | null): void => write(tab, SESSION, value);

/** 32 hex digits that tell this browser from others, so that a second tab can take over. */
export function deviceId(): string {
  const known = read(local, DEVICE, string);
  if (known !== null && /^[0-9a-f]{32}$/.test(known)) return known;
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  write(local, DEVICE, id);
  return id;
}
