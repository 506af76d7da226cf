/**
 * The editor of minutes without its page: what is written, since which version, and what the server says to it. Each change is kept on
 * the device a moment later; versions are made when somebody says so.
 */
import { MinutesFailure, type MinutesSource, type MinutesWhy } from "./api";
import { type Body, copyOf, type Minutes, type Said, type Version } from "./body";
import { bodyOf, type Form, formOf, sameBody } from "./form";
import type { Keeper } from "./kept";

const KEEP_AFTER_MS = 500;

export interface EditorProblem {
  doing: "load" | "save" | "publish";
  why: MinutesWhy;
  detail: string;
}

export interface EditorState {
  language: string;
  /** Null while it is loaded, and when that failed. */
  form: Form | null;
  /** The version that is being changed; 0: none was saved yet. */
  base: number;
  /** Of this language, newest first. */
  versions: readonly Version[];
  /** The server hasn't got what is written: it can be saved. A draft that nobody has touched is so, too. */
  dirty: boolean;
  /** What is written differs from what it began with: it is somebody's work, kept on the device. */
  edited: boolean;
  /** When what is shown was last changed on this device without being saved: it was found here; null: it wasn't. */
  found: number | null;
  busy: "loading" | "saving" | "publishing" | null;
  problem: EditorProblem | null;
  /** Somebody else has saved meanwhile. */
  conflict: Minutes | null;
  /** By questions' keys. */
  answers: Readonly<Record<number, readonly Said[]>>;
  /** What was done last, for a live region. */
  done: "saved" | "published" | "unpublished" | "restored" | null;
}

export function initialState(language: string): EditorState {
  return { language, form: null, base: 0, versions: [], dirty: false, edited: false, found: null, busy: "loading", problem: null, conflict: null, answers: {}, done: null };
}

export const publishedOf = (versions: readonly Version[]): number => versions.find(({ published }) => published)?.version ?? 0;

export class MinutesEditor {
  private state: EditorState;
  /** What it began with: a version, the server's draft, or a copy of another language. */
  private opened: Body | null = null;
  /** The server has that as a version. */
  private isSaved = false;
  /** What languages began with: it is there again after a look at another, as long as nobody has typed. */
  private readonly copies = new Map<string, Body>();
  /** What was sent to be saved without an answer: it may be a version all the same. */
  private unanswered: readonly Body[] = [];
  /** Something was changed since it was kept. */
  private unkept = false;
  /** When what is kept was changed, if this editor has kept or found it: another tab's isn't ours to take away. */
  private ours: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Answers to what was asked for another language are too late. */
  private turn = 0;

  constructor(
    private readonly source: MinutesSource,
    private readonly keeper: Keeper,
    private readonly onChange: (state: EditorState) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.state = initialState("");
  }

  get(): EditorState {
    return this.state;
  }

  /** copy: what a language that has none begins with, in place of the server's draft. */
  async open(language: string, copy: Body | null = null): Promise<void> {
    this.keepNow();
    const turn = ++this.turn;
    if (copy) this.copies.set(language, copy);
    const begun = this.copies.get(language) ?? null;
    this.ours = null;
    this.unanswered = [];
    this.set(initialState(language));
    try {
      const versions = await this.source.versions(language);
      const newest = versions[0];
      const minutes = newest ? await this.source.read(language, newest.version) : null;
      const draft = minutes || begun ? null : await this.source.draft(language);
      if (turn !== this.turn) return;
      this.isSaved = minutes !== null;
      this.show(language, versions, minutes?.body ?? begun ?? (draft as { body: Body }).body, draft?.answers ?? []);
    } catch (error) {
      if (turn === this.turn) this.fail("load", error);
    }
  }

  close(): void {
    this.keepNow();
    this.turn++;
  }

  edit(change: (form: Form) => Form): void {
    const { form, busy } = this.state;
    if (!form || busy === "loading") return;
    const next = change(form);
    if (next === form) return;
    this.set({ form: next, ...this.compared(next), done: null });
    this.unkept = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepNow(), KEEP_AFTER_MS);
  }

  /** On the device; before the page goes, too. */
  keepNow(): void {
    clearTimeout(this.timer);
    const { form, language, base, edited } = this.state;
    if (!form || !this.unkept) return;
    if (!edited) return this.forget();
    this.unkept = false;
    this.ours = this.now();
    this.keeper.write(language, { base, at: this.ours, body: bodyOf(form) });
  }

  /** Back to the version, or to the draft. */
  async discard(): Promise<void> {
    const { language } = this.state;
    this.forget();
    this.set({ form: null });
    await this.open(language);
  }

  async save(author: string): Promise<boolean> {
    const { form, language, base, busy } = this.state;
    if (!form || busy) return false;
    const turn = this.turn;
    const body = bodyOf(form);
    this.set({ busy: "saving", problem: null, done: null });
    try {
      const { version, at } = await this.source.save(language, base, author, body);
      if (turn !== this.turn) return true;
      this.opened = body;
      this.isSaved = true;
      this.unanswered = [];
      const versions = [{ version, author, at, published: false }, ...this.state.versions];
      // What was typed while it was on its way isn't in it.
      this.set({ base: version, versions, busy: null, ...this.compared(this.state.form ?? form), found: null, conflict: null, done: "saved" });
      this.unkept = true;
      this.keepNow();
      return true;
    } catch (error) {
      const own = turn === this.turn ? await this.failToSave(error, body) : null;
      return own !== null && (sameBody(own, body) || this.save(author));
    }
  }

  /** The conflict's two ends: what is written here becomes the newest version all the same, */
  async keepMine(author: string): Promise<void> {
    const { conflict } = this.state;
    if (!conflict) return;
    this.set({ base: conflict.version, conflict: null });
    await this.save(author);
  }

  /** or it is given up for the other one. */
  takeTheirs(): void {
    const { conflict, language, versions } = this.state;
    if (!conflict) return;
    this.forget();
    this.isSaved = true;
    this.show(language, versions, conflict.body, [], null);
  }

  /** An older version's text, to be saved as the newest. */
  async restore(version: number): Promise<void> {
    const { language, busy } = this.state;
    if (busy) return;
    const turn = this.turn;
    this.set({ busy: "loading", problem: null, done: null });
    try {
      const { body } = await this.source.read(language, version);
      if (turn !== this.turn) return;
      const form = formOf(body);
      this.set({ form, busy: null, ...this.compared(form), answers: {}, done: "restored" });
      this.unkept = true;
      this.keepNow();
    } catch (error) {
      if (turn === this.turn) this.fail("load", error);
    }
  }

  /** The newest saved version. */
  async publish(on: boolean): Promise<void> {
    const { language, versions, busy } = this.state;
    const version = on ? versions[0]?.version : publishedOf(versions);
    if (!version || busy) return;
    const turn = this.turn;
    this.set({ busy: "publishing", problem: null, done: null });
    try {
      await this.source.publish(language, version, on);
      if (turn !== this.turn) return;
      this.set({
        busy: null,
        versions: this.state.versions.map((one) => ({ ...one, published: on && one.version === version })),
        done: on ? "published" : "unpublished",
      });
    } catch (error) {
      if (turn === this.turn) this.fail("publish", error);
    }
  }

  /** A version to be looked at. */
  read(version: number): Promise<Minutes> {
    return this.source.read(this.state.language, version);
  }

  /** The text here, for another language. */
  copy(): Body | null {
    const { form } = this.state;
    return form ? copyOf(bodyOf(form)) : null;
  }

  private show(language: string, versions: readonly Version[], body: Body, answers: readonly Said[][], kept = this.keeper.read(language)): void {
    this.opened = body;
    this.unkept = false;
    this.ours = kept?.at ?? null;
    const differs = kept !== null && !sameBody(kept.body, body);
    // It was saved after all, though nobody was told; or it is a draft that nobody has touched.
    if (kept !== null && !differs) this.forget();
    const form = formOf(differs ? kept.body : body);
    const newest = versions[0]?.version ?? 0;
    this.set({
      ...initialState(language),
      busy: null,
      form,
      versions,
      // Kept since an older version: saving will tell of the newer one.
      base: differs ? Math.min(kept.base, newest) : newest,
      ...this.compared(form),
      found: differs ? kept.at : null,
      answers: differs ? {} : Object.fromEntries(form.questions.map(({ key }, i) => [key, answers[i] ?? []])),
    });
  }

  private compared(form: Form): Pick<EditorState, "dirty" | "edited"> {
    const edited = this.opened !== null && !sameBody(bodyOf(form), this.opened);
    return { dirty: edited || !this.isSaved, edited };
  }

  /** Of what is kept on the device, what this editor has kept or found there. */
  private forget(): void {
    clearTimeout(this.timer);
    this.unkept = false;
    const { language } = this.state;
    if (this.ours !== null && this.keeper.read(language)?.at === this.ours) this.keeper.write(language, null);
    this.ours = null;
  }

  /** Gives what the newest version says if that is this editor's own after all. */
  private async failToSave(error: unknown, body: Body): Promise<Body | null> {
    const unanswered = this.unanswered;
    if (!(error instanceof MinutesFailure) || error.why !== "conflict") {
      if (error instanceof MinutesFailure && error.why === "offline") this.unanswered = [...unanswered, body];
      this.fail("save", error);
      return null;
    }
    const turn = this.turn;
    try {
      const versions = await this.source.versions(this.state.language);
      const conflict = await this.source.read(this.state.language, versions[0]?.version ?? 0);
      if (turn !== this.turn) return null;
      if ([...unanswered, body].some((one) => sameBody(one, conflict.body))) return this.isThere(conflict, versions);
      this.set({ busy: null, versions, conflict });
    } catch (second) {
      if (turn === this.turn) this.fail("save", second);
    }
    return null;
  }

  /** Only the answer was lost. */
  private isThere({ version, body }: Minutes, versions: readonly Version[]): Body {
    const { form } = this.state;
    this.opened = body;
    this.isSaved = true;
    this.unanswered = [];
    const rest = form ? this.compared(form) : { dirty: false, edited: false };
    this.set({ busy: null, versions, base: version, conflict: null, found: null, ...rest, done: "saved" });
    this.unkept = true;
    this.keepNow();
    return body;
  }

  private fail(doing: EditorProblem["doing"], error: unknown): void {
    const { why, detail } = error instanceof MinutesFailure ? error : { why: "unreadable" as const, detail: String(error) };
    this.set({ busy: null, problem: { doing, why, detail } });
  }

  private set(part: Partial<EditorState>): void {
    this.state = { ...this.state, ...part };
    this.onChange(this.state);
  }
}
