/** What everybody knows of the meeting's recording. */
import type { CoreWord } from "./words";

export type Trouble = "disk-full" | "disk-slow" | "disk-error";

export interface Recording {
  state: "off" | "recording" | "paused";
  /** Unix ms. */
  since: number;
  /** Something is written now: not yet in the first moment, and not while the studio starts again. */
  writes: boolean;
  trouble: Trouble | null;
  /** Whole hours that still fit on the server's disk. */
  hoursLeft: number;
}

export const NO_RECORDING: Recording = { state: "off", since: 0, writes: false, trouble: null, hoursLeft: 0 };
/** With less than this hosts are told how much is left. */
export const FEW_HOURS = 4;

/** What is worth a word to everybody, or to those who lead. */
export function recordingNews(before: Recording, after: Recording, leads: boolean): { key: CoreWord; problem: boolean } | null {
  if (leads && after.trouble !== null && after.trouble !== before.trouble) {
    const words = { "disk-full": "toast.diskFull", "disk-slow": "toast.diskSlow", "disk-error": "toast.diskError" } as const;
    return { key: words[after.trouble], problem: true };
  }
  if (before.state === after.state) return null;
  const words = { off: "toast.recordingEnds", recording: "toast.recordingBegins", paused: "toast.recordingPaused" } as const;
  return { key: words[after.state], problem: false };
}
