/** What an interpreter's console shows beyond what the server says: part of the page's state (state.ts), changed by reduce() alone. */
import type { Calibration } from "./calibration";
import type { Preselection } from "./incoming";
import type { Card, ParticipantId, State } from "../state";

export type ChatPlace = "booth" | "booths" | "host";
export type BoothTest = "none" | "recording" | "playing" | "speaker" | "reference";

/** Decibels. */
export interface Tone { volume: number; bass: number; treble: number }

export type BoothAlert =
  /** The colleague who is on air isn't heard any more. */
  | { kind: "lost"; participant: ParticipantId; language: string }
  /** Taken off the air, not by own wish. */
  | { kind: "off-air"; participant: ParticipantId | null; language: string };

export interface ConsoleState {
  /** The console's part of the program is loaded. */
  ready: boolean;
  preselected: Preselection;
  /** The relay was chosen by itself. */
  automatic: boolean;
  /** Which of the booth's languages is spoken next. */
  outgoing: string;
  /** The partner to whom one hands over, and whom one hears; null: the only or first one. */
  colleague: ParticipantId | null;
  tone: Tone;
  /** Null: not asked yet. */
  headphones: boolean | null;
  calibration: Calibration | null;
  coughing: boolean;
  /** By this page's clock; null: not on air. */
  onAirSince: number | null;
  /** 0: never. */
  reminderMinutes: number;
  reminding: boolean;
  alert: BoothAlert | null;
  /** How the speaker on the stage sounds here; null: not enough heard yet. */
  measured: Card | null;
  /** dB SPL, mean over a minute; null: nothing measured. */
  exposure: number | null;
  tooLoud: boolean;
  /** Hearing protection has just held something back. */
  held: boolean;
  /** What is at hand to protect the ears: the worklet; a simpler chain; nothing. Whether it does: protectionOf(). */
  protection: "full" | "simple" | "none";
  test: BoothTest;
  chat: ChatPlace | null;
  /** The last message seen in each chat. */
  seen: Record<ChatPlace, number>;
  /** Until when a signal to slow down counts as given, Unix ms. */
  slowedUntil: number;
}

export const SILENT_CONSOLE: ConsoleState = {
  ready: false,
  preselected: "auto",
  automatic: false,
  outgoing: "",
  colleague: null,
  tone: { volume: 0, bass: 0, treble: 0 },
  headphones: null,
  calibration: null,
  coughing: false,
  onAirSince: null,
  reminderMinutes: 25,
  reminding: false,
  alert: null,
  measured: null,
  exposure: null,
  tooLoud: false,
  held: false,
  protection: "none",
  test: "none",
  chat: null,
  seen: { booth: 0, booths: 0, host: 0 },
  slowedUntil: 0,
};

/** Nothing, while the elements play beside the graph. */
export function protectionOf({ soundGraph, console }: Pick<State, "soundGraph" | "console">): ConsoleState["protection"] {
  return soundGraph ? console.protection : "none";
}

export const VOLUME = { least: -40, most: 12 } as const;
export const SHELF = { least: -12, most: 12 } as const;
