/** What everybody knows of the meeting's recording. */
import type { State } from "./state";
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

/** A studio's first start on a machine, which looks for GStreamer's plugins, takes five seconds and more. */
const STALLS_AFTER_MS = 10_000;

/** What should be recorded is: a full or broken disk takes nothing, whoever would write. */
export function isWritten({ writes, trouble }: Recording): boolean {
  return writes && trouble !== "disk-full" && trouble !== "disk-error";
}

/** Tells when nothing is written for longer than a start takes, and when that is over. */
export class RecordingWatch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stalls = false;

  constructor(private readonly tell: (stalls: boolean) => void) {}

  /** After each change of the state. */
  update({ page, recording }: Pick<State, "page" | "recording">): void {
    if (page.at === "meeting" && recording.state === "recording" && !isWritten(recording)) {
      this.timer ??= setTimeout(() => this.set(true), STALLS_AFTER_MS);
      return;
    }
    clearTimeout(this.timer);
    this.timer = undefined;
    this.set(false);
  }

  private set(stalls: boolean): void {
    if (stalls === this.stalls) return;
    this.stalls = stalls;
    this.tell(stalls);
  }
}

/** Sounds once when it begins, or goes on, and for who comes later. */
export class RecordingBell {
  private rang = false;

  constructor(private readonly sound: () => void) {}

  /** After each change of the state. */
  update({ page, recording }: Pick<State, "page" | "recording">): void {
    const on = page.at === "meeting" && recording.state === "recording";
    if (on && !this.rang) this.sound();
    this.rang = on;
  }
}

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
