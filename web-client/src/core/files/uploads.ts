/** Files on their way to the server: one after the other, each with its progress, to be stopped or tried again. */
import type { Attachment } from "../archive/answer";
import { BYTES_MAX, FilesFailure, type Sending } from "./api";

export interface Upload {
  key: number;
  name: string;
  bytes: number;
  sent: number;
  at: "waiting" | "sending" | "failed";
  /** Failed: why, and what the server said. */
  failure: FilesFailure | null;
}

interface Job extends Upload {
  file: File;
  part: number;
  stop: AbortController;
}

/** How many are on their way: waiting or sent right now. */
export const sendingOf = (uploads: readonly Upload[]): number => uploads.filter(({ at }) => at !== "failed").length;

export interface UploadsHooks {
  send(sending: Sending): Promise<Attachment>;
  onChange(uploads: readonly Upload[]): void;
  /** One is there. */
  onDone(attachment: Attachment): void;
}

export class Uploads {
  private jobs: readonly Job[] = [];
  private last = 0;
  private busy = false;

  constructor(private readonly hooks: UploadsHooks) {}

  get list(): readonly Upload[] {
    return this.jobs;
  }

  /** part: of the agenda, 0: the whole meeting. What the server would refuse for its size isn't sent. */
  add(files: readonly File[], part: number): void {
    const jobs = files.map((file): Job => {
      const failure = file.size > BYTES_MAX ? new FilesFailure("tooLarge") : file.size === 0 ? new FilesFailure("empty") : null;
      return { key: ++this.last, name: file.name, bytes: file.size, sent: 0, at: failure ? "failed" : "waiting", failure, file, part, stop: new AbortController() };
    });
    this.set([...this.jobs, ...jobs]);
    void this.run();
  }

  /** Stops it, or puts away that it failed. */
  drop(key: number): void {
    const job = this.jobs.find((one) => one.key === key);
    this.set(this.jobs.filter((one) => one !== job));
    job?.stop.abort();
  }

  again(key: number): void {
    this.change(key, { at: "waiting", failure: null, sent: 0, stop: new AbortController() });
    void this.run();
  }

  /** All of them. */
  stop(): void {
    const { jobs } = this;
    this.set([]);
    for (const { stop } of jobs) stop.abort();
  }

  private async run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let job = this.next(); job; job = this.next()) await this.send(job);
    this.busy = false;
  }

  private next(): Job | undefined {
    return this.jobs.find(({ at }) => at === "waiting");
  }

  private async send({ key, file, part, stop }: Job): Promise<void> {
    this.change(key, { at: "sending" });
    try {
      const attachment = await this.hooks.send({ file, part, signal: stop.signal, onProgress: (sent) => this.change(key, { sent: Math.min(sent, file.size) }) });
      this.set(this.jobs.filter((one) => one.key !== key));
      this.hooks.onDone(attachment);
    } catch (error) {
      const failure = error instanceof FilesFailure ? error : new FilesFailure("unreadable", String(error));
      // Who has stopped it knows.
      if (failure.why !== "stopped") this.change(key, { at: "failed", failure });
    }
  }

  private change(key: number, change: Partial<Job>): void {
    if (this.jobs.some((one) => one.key === key)) this.set(this.jobs.map((one) => (one.key === key ? { ...one, ...change } : one)));
  }

  private set(jobs: readonly Job[]): void {
    this.jobs = jobs;
    this.hooks.onChange(jobs);
  }
}
