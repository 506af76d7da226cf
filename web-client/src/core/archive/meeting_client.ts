/** One meeting's page: asks for the meeting, lets the media in, waits for a recording's job, and goes on when the server is away. */
import type { Archive, Meeting, Recording } from "./answer";
import { type ArchiveApi, Failure, type Why } from "./api";

const AGAIN_MS = 3000;
const JOB_MS = 3000;

export interface MeetingState {
  meeting: Meeting | null;
  /** Which recording is shown; null: there is none. */
  recording: Recording | null;
  archive: Archive | null;
  /** What holds; what was known before stays beside it. */
  why: Why | null;
}

export const NOTHING: MeetingState = { meeting: null, recording: null, archive: null, why: null };

/** The one asked for, else the first that can be played, else the first that will. */
export function recordingOf(meeting: Meeting, wanted: string | null): Recording | null {
  const { recordings } = meeting;
  return recordings.find(({ id }) => id === wanted) ?? recordings.find(({ state }) => state === "done") ?? recordings[0] ?? null;
}

const whyOf = (error: unknown): Why => (error instanceof Failure ? error.why : "unreadable");

export class MeetingClient {
  private state = NOTHING;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;
  private wanted: string | null = null;
  /** The cookie is there. */
  private isIn = false;

  constructor(private readonly api: ArchiveApi, private readonly name: string, private readonly onChange: (state: MeetingState) => void) {}

  open(wanted: string | null): void {
    this.wanted = wanted;
    void this.ask();
  }

  show(id: string): void {
    this.wanted = id;
    const { meeting } = this.state;
    if (!meeting) return;
    this.set({ recording: recordingOf(meeting, id), archive: null, why: null });
    void this.ask();
  }

  /** At once: the person pressed, or the page is seen again. */
  retry(): void {
    void this.ask();
  }

  /** What is shown was changed: of an archive that is made again, the one before is no news. */
  changed(): void {
    this.set({ archive: null });
    void this.ask();
  }

  /** The cookie lives for half a day; a page may be open for longer. */
  async renew(): Promise<"fine" | "closed" | "offline"> {
    try {
      await this.api.session(this.name);
      if (!this.api.hasToken) await this.api.meeting(this.name);
      return "fine";
    } catch (error) {
      return whyOf(error) === "offline" ? "offline" : "closed";
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.round++;
  }

  private set(change: Partial<MeetingState>): void {
    this.state = { ...this.state, ...change };
    this.onChange(this.state);
  }

  private async ask(): Promise<void> {
    clearTimeout(this.timer);
    const round = ++this.round;
    try {
      const meeting = await this.api.meeting(this.name);
      if (round !== this.round) return;
      const recording = recordingOf(meeting, this.wanted);
      const same = this.state.recording?.id === recording?.id && recording?.state === "done";
      this.set({ meeting, recording, why: null, ...(same ? {} : { archive: null }) });
      await this.letIn(meeting, round);
      if (round !== this.round) return;
      if (recording?.state === "done") {
        if (!this.state.archive) await this.load(recording, round);
      } else if (recording && recording.state !== "failed") {
        this.again(JOB_MS);
      }
    } catch (error) {
      if (round !== this.round) return;
      this.set({ why: whyOf(error) });
      if (whyOf(error) === "offline") this.again(AGAIN_MS);
    }
  }

  /** Attachments and minutes are plain links, with or without a recording. */
  private async letIn({ recordings, attachments, written }: Meeting, round: number): Promise<void> {
    if (this.isIn || recordings.length + attachments.length + written.length === 0) return;
    await this.api.session(this.name);
    if (round === this.round) this.isIn = true;
  }

  private async load(recording: Recording, round: number): Promise<void> {
    const archive = await this.api.archive(recording.base);
    if (round === this.round) this.set({ archive });
  }

  private again(ms: number): void {
    this.timer = setTimeout(() => void this.ask(), ms);
  }
}
