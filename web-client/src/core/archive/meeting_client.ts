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
  /** The archive that is known may be another one by now. */
  private doubted = false;

  constructor(private readonly api: ArchiveApi, private readonly name: string, private readonly onChange: (state: MeetingState) => void) {}

  open(wanted: string | null): void {
    this.wanted = wanted;
    void this.ask();
  }

  show(id: string): void {
    this.wanted = id;
    const { meeting, recording } = this.state;
    if (!meeting || recording?.id === id) return;
    this.set({ recording: recordingOf(meeting, id), archive: null, why: null });
    void this.ask();
  }

  /** At once: the person pressed, or the page is seen again. */
  retry(): void {
    void this.ask();
  }

  /** The archive's files can't be read, though the server answers. */
  check(): void {
    this.doubted = true;
    void this.ask();
  }

  /** What is shown was changed: of an archive that is made again, the one before is no news. */
  changed(): void {
    this.set({ archive: null });
    void this.ask();
  }

  /** For editors: what couldn't be made is tried once more. */
  async remake(): Promise<void> {
    const { recording } = this.state;
    try {
      if (recording) await this.api.remake(this.name, recording.id);
    } catch {
      // Somebody else was first, or the link isn't good any more: what holds is asked for.
    }
    await this.ask();
  }

  /** The cookie lives for half a day; a page may be open for longer. */
  async renew(): Promise<"fine" | "closed" | "offline"> {
    try {
      await this.api.session(this.name);
      if (!this.api.hasToken) await this.api.meeting(this.name);
      return "fine";
    } catch (error) {
      if (whyOf(error) === "gone") this.check();
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
    // Of a meeting that was deleted nothing is left to look at.
    let ifGone: Partial<MeetingState> = NOTHING;
    try {
      const meeting = await this.api.meeting(this.name);
      ifGone = {};
      if (round !== this.round) return;
      const recording = recordingOf(meeting, this.wanted);
      const same = this.state.recording?.id === recording?.id && recording?.state === "done";
      this.set({ meeting, recording, why: null, ...(same ? {} : { archive: null }) });
      await this.letIn(meeting, round);
      if (round !== this.round) return;
      if (recording?.state === "done") {
        if (!this.state.archive || this.doubted) await this.load(recording, round);
      } else if (recording && recording.state !== "failed") {
        this.again(JOB_MS);
      }
    } catch (error) {
      if (round !== this.round) return;
      this.set({ ...(whyOf(error) === "gone" ? ifGone : {}), why: whyOf(error) });
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
    if (round !== this.round) return;
    this.doubted = false;
    // The same one as before is that one: whoever plays it goes on.
    if (JSON.stringify(archive) !== JSON.stringify(this.state.archive)) this.set({ archive });
  }

  private again(ms: number): void {
    this.timer = setTimeout(() => void this.ask(), ms);
  }
}
