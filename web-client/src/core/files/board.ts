/** A running meeting's files: what there is, asked for again while somebody looks, and what this page is sending, which goes on meanwhile. */
import type { Attachment } from "../archive/answer";
import { FilesApi, FilesFailure, type Entrance } from "./api";
import { sendingOf, type Upload, Uploads } from "./uploads";

const EVERY_MS = 15_000;

export interface BoardState {
  /** Null: nothing is known yet. */
  attachments: readonly Attachment[] | null;
  uploads: readonly Upload[];
  /** Why what is shown may be old. */
  failure: FilesFailure | null;
  /** Ids of those that this page has added: theirs to delete. */
  own: ReadonlySet<string>;
}

export class FilesBoard {
  private state: BoardState = { attachments: null, uploads: [], failure: null, own: new Set() };
  private readonly api: FilesApi;
  private readonly uploads: Uploads;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private onChange: (state: BoardState) => void = () => undefined;
  private looking = false;
  private isIn = false;
  /** Which question is waited for: the answer to an older one is no news. */
  private asked = 0;

  /** onSending: as soon as more or fewer are on their way, whether somebody looks or not. */
  constructor(entrance: () => Entrance, private readonly onSending: (sending: number) => void = () => undefined) {
    this.api = new FilesApi(entrance);
    this.uploads = new Uploads({
      send: (sending) => this.api.send(sending),
      onChange: (uploads) => this.sends(uploads),
      onDone: (attachment) => {
        this.set({ own: new Set([...this.state.own, attachment.id]), attachments: [...(this.state.attachments ?? []), attachment] });
        void this.refresh();
      },
    });
  }

  get now(): BoardState {
    return this.state;
  }

  /** Somebody looks, until the function that it gives is called. */
  open(onChange: (state: BoardState) => void): () => void {
    this.onChange = onChange;
    this.looking = true;
    void this.refresh();
    return () => {
      this.looking = false;
      this.onChange = () => undefined;
      clearTimeout(this.timer);
    };
  }

  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    const asked = ++this.asked;
    try {
      if (!this.isIn) await this.api.session();
      this.isIn = true;
      const attachments = await this.api.list();
      if (asked === this.asked) this.set({ attachments, failure: null });
    } catch (error) {
      if (asked === this.asked) this.set({ failure: error instanceof FilesFailure ? error : new FilesFailure("unreadable") });
    }
    if (this.looking && asked === this.asked) this.timer = setTimeout(() => void this.refresh(), EVERY_MS);
  }

  add(files: readonly File[], part: number): void {
    this.uploads.add(files, part);
  }

  drop(key: number): void {
    this.uploads.drop(key);
  }

  again(key: number): void {
    this.uploads.again(key);
  }

  /** What is on its way is taken back. */
  stop(): void {
    this.uploads.stop();
  }

  async remove(id: string): Promise<void> {
    await this.api.remove(id);
    this.asked++; // what was asked for before still has it
    this.set({ attachments: this.state.attachments?.filter((one) => one.id !== id) ?? null });
    void this.refresh();
  }

  private sends(uploads: readonly Upload[]): void {
    const before = sendingOf(this.state.uploads);
    this.set({ uploads });
    if (sendingOf(uploads) !== before) this.onSending(sendingOf(uploads));
  }

  private set(change: Partial<BoardState>): void {
    this.state = { ...this.state, ...change };
    this.onChange(this.state);
  }
}
