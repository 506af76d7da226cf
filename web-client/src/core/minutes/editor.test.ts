import { beforeEach, describe, expect, it, vi } from "vitest";
import { MinutesFailure, type MinutesSource } from "./api";
import type { Body, Minutes, Version } from "./body";
import { type EditorState, MinutesEditor, publishedOf } from "./editor";
import { BODY } from "./fakes";
import type { KeptDraft, Keeper } from "./kept";

/** A server with one language's versions. */
class Fake implements MinutesSource {
  saved: Minutes[] = [];
  fails: MinutesFailure | null = null;
  hold: Promise<void> = Promise.resolve();
  /** The next save's answer. */
  loses = false;

  put(author: string, body: Body, language = "en"): void {
    this.saved.unshift({ language, version: this.saved.length + 1, published: false, author, at: 1000 * (this.saved.length + 1), body });
  }
  private check(): void {
    if (this.fails) throw this.fails;
  }
  async versions(): Promise<Version[]> {
    this.check();
    return this.saved.map(({ version, author, at, published }) => ({ version, author, at, published }));
  }
  async read(_language: string, version: number): Promise<Minutes> {
    this.check();
    const found = this.saved.find((one) => one.version === version);
    if (!found) throw new MinutesFailure("none", "");
    return structuredClone(found);
  }
  async draft(): Promise<{ body: Body; answers: { by: string; text: string }[][] }> {
    this.check();
    return { body: structuredClone(BODY), answers: [[{ by: "Li", text: "Because." }]] };
  }
  async save(_language: string, base: number, author: string, body: Body): Promise<{ version: number; at: number }> {
    await this.hold;
    this.check();
    if (base !== this.saved.length) throw new MinutesFailure("conflict", "base: …");
    this.put(author, structuredClone(body));
    if (this.loses) {
      this.loses = false;
      throw new MinutesFailure("offline", "");
    }
    return { version: this.saved.length, at: 1000 * this.saved.length };
  }
  async publish(_language: string, version: number, on: boolean): Promise<void> {
    this.check();
    for (const one of this.saved) one.published = on && one.version === version;
  }
}

let server: Fake, kept: Map<string, KeptDraft>, editor: MinutesEditor, states: EditorState[];

let clock: number;

function make(): MinutesEditor {
  const keeper: Keeper = { read: (language) => kept.get(language) ?? null, write: (language, draft) => void (draft ? kept.set(language, draft) : kept.delete(language)) };
  states = [];
  return new MinutesEditor(server, keeper, (state) => states.push(state), () => clock);
}

const theme = (words: string) => editor.edit((form) => ({ ...form, theme: words }));

beforeEach(() => {
  vi.useFakeTimers();
  server = new Fake();
  kept = new Map();
  clock = 77;
  editor = make();
});

describe("the editor", () => {
  it("begins with the server's draft, with what may answer its questions", async () => {
    await editor.open("en");
    const { form, base, dirty, answers, busy } = editor.get();
    expect([form?.theme, base, dirty, busy]).toEqual([BODY.theme, 0, true, null]);
    expect(answers[form?.questions[0]?.key ?? 0]).toEqual([{ by: "Li", text: "Because." }]);
  });

  it("keeps no draft that nobody has touched: what the server makes of it later is newer", async () => {
    await editor.open("en");
    editor.keepNow(); // the page is hidden
    await editor.open("fr");
    editor.close();
    expect(kept.size).toBe(0);
    server.put("Li", { ...BODY, theme: "Theirs" });
    await editor.open("en");
    expect(editor.get()).toMatchObject({ form: { theme: "Theirs" }, base: 1, dirty: false, edited: false, found: null });
  });

  it("takes such drafts, kept by an older page, for what they are", async () => {
    kept.set("en", { base: 0, at: 5, body: BODY });
    await editor.open("en");
    expect(editor.get()).toMatchObject({ found: null, edited: false, dirty: true });
    expect(kept.size).toBe(0);
  });

  it("keeps a draft that somebody has changed, and gives it up for the server's when told to", async () => {
    await editor.open("en");
    theme("Mine");
    vi.advanceTimersByTime(500);
    expect(kept.get("en")).toMatchObject({ base: 0, body: { theme: "Mine" } });
    editor = make();
    await editor.open("en");
    expect(editor.get()).toMatchObject({ form: { theme: "Mine" }, edited: true, found: 77 });
    await editor.discard();
    expect(editor.get()).toMatchObject({ form: { theme: BODY.theme }, edited: false, dirty: true, found: null });
    expect(kept.size).toBe(0);
  });

  it("lets what another tab has kept alone", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    const other = make();
    await other.open("en");
    other.edit((form) => ({ ...form, theme: "Of the other tab" }));
    other.keepNow();
    editor.keepNow(); // this one is seen again
    editor.close();
    expect(kept.get("en")?.body.theme).toBe("Of the other tab");
    await editor.open("en");
    theme("Of this one");
    clock = 88;
    vi.advanceTimersByTime(500);
    other.keepNow(); // without a further change
    expect(kept.get("en")).toMatchObject({ at: 88, body: { theme: "Of this one" } });
    other.edit((form) => ({ ...form, theme: BODY.theme }));
    other.keepNow(); // it has nothing any more, and takes away nothing
    expect(kept.get("en")?.body.theme).toBe("Of this one");
  });

  it("saves versions and publishes the newest", async () => {
    await editor.open("en");
    expect(await editor.save("Ana")).toBe(true);
    expect(editor.get()).toMatchObject({ base: 1, dirty: false, done: "saved", busy: null });
    await editor.publish(true);
    expect(publishedOf(editor.get().versions)).toBe(1);
    theme("Another");
    expect(editor.get()).toMatchObject({ dirty: true, done: null });
    await editor.save("Ana");
    await editor.publish(true);
    expect(server.saved.map(({ published, body }) => [published, body.theme])).toEqual([[true, "Another"], [false, BODY.theme]]);
    await editor.publish(false);
    expect(publishedOf(editor.get().versions)).toBe(0);
  });

  it("isn't dirty once a change is taken back", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    expect(editor.get().dirty).toBe(false);
    theme("x");
    theme(BODY.theme);
    expect(editor.get().dirty).toBe(false);
  });

  it("keeps what is written on the device, and finds it again", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    theme("Kept");
    expect(kept.size).toBe(0);
    vi.advanceTimersByTime(500);
    expect(kept.get("en")).toMatchObject({ base: 1, at: 77, body: { theme: "Kept" } });
    editor = make();
    await editor.open("en");
    expect(editor.get()).toMatchObject({ form: { theme: "Kept" }, dirty: true, found: 77, base: 1 });
    await editor.save("Ana");
    expect(kept.size).toBe(0);
    expect(editor.get().found).toBeNull();
  });

  it("keeps at once when it is closed, and forgets when told to", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    theme("Kept");
    editor.close();
    expect(kept.get("en")?.body.theme).toBe("Kept");
    editor = make();
    await editor.open("en");
    await editor.discard();
    expect(editor.get()).toMatchObject({ form: { theme: BODY.theme }, dirty: false, found: null });
    expect(kept.size).toBe(0);
  });

  it("tells who saved meanwhile, and lets choose: mine", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    theme("Mine");
    server.put("Li", { ...BODY, theme: "Theirs" });
    expect(await editor.save("Ana")).toBe(false);
    expect(editor.get().conflict).toMatchObject({ author: "Li", version: 2, body: { theme: "Theirs" } });
    expect(editor.get()).toMatchObject({ form: { theme: "Mine" }, busy: null, problem: null });
    await editor.keepMine("Ana");
    expect(editor.get()).toMatchObject({ conflict: null, base: 3, dirty: false });
    expect(server.saved.map(({ body }) => body.theme)).toEqual(["Mine", "Theirs", BODY.theme]);
  });

  it("or theirs", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    theme("Mine");
    server.put("Li", { ...BODY, theme: "Theirs" });
    await editor.save("Ana");
    editor.takeTheirs();
    expect(editor.get()).toMatchObject({ conflict: null, base: 2, dirty: false, form: { theme: "Theirs" } });
    expect(kept.size).toBe(0);
    theme("After");
    expect(await editor.save("Ana")).toBe(true);
  });

  it("meets the conflict of a text kept since an older version, too", async () => {
    server.put("Ana", BODY);
    server.put("Li", { ...BODY, theme: "Theirs" });
    kept.set("en", { base: 1, at: 5, body: { ...BODY, theme: "Mine" } });
    await editor.open("en");
    expect(editor.get()).toMatchObject({ form: { theme: "Mine" }, base: 1, found: 5 });
    await editor.save("Ana");
    expect(editor.get().conflict?.author).toBe("Li");
  });

  it("takes an old version's text again, as a new version", async () => {
    server.put("Ana", BODY);
    server.put("Ana", { ...BODY, theme: "Newer" });
    await editor.open("en");
    await editor.restore(1);
    expect(editor.get()).toMatchObject({ form: { theme: BODY.theme }, base: 2, dirty: true, done: "restored" });
    await editor.save("Ana");
    expect(server.saved[0]).toMatchObject({ version: 3, body: { theme: BODY.theme } });
  });

  it("is in no conflict with itself when only the answer to a save was lost", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    for (const more of [false, true]) {
      const { length } = server.saved;
      theme(`Mine ${length}`);
      server.loses = true;
      expect(await editor.save("Ana")).toBe(false);
      expect([editor.get().problem?.why, editor.get().base]).toEqual(["offline", length]);
      if (more) theme("And more");
      expect(await editor.save("Ana")).toBe(true);
      expect(editor.get()).toMatchObject({ conflict: null, dirty: false, base: length + (more ? 2 : 1), done: "saved" });
      expect(server.saved).toHaveLength(length + (more ? 2 : 1));
    }
    expect(server.saved[0]?.body.theme).toBe("And more");
  });

  it("is in one with somebody else's text, also after a save without an answer", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    theme("Mine");
    server.fails = new MinutesFailure("offline", "");
    await editor.save("Ana");
    server.fails = null;
    server.put("Li", { ...BODY, theme: "Theirs" });
    expect(await editor.save("Ana")).toBe(false);
    expect(editor.get().conflict?.author).toBe("Li");
  });

  it("has the copy again after a look at the other language", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    theme("Written here");
    const copy = editor.copy();
    const { saved } = server;
    server.saved = [];
    await editor.open("fr", copy);
    server.saved = saved;
    await editor.open("en");
    server.saved = [];
    await editor.open("fr");
    expect(editor.get()).toMatchObject({ language: "fr", base: 0, edited: false, form: { theme: "Written here" } });
  });

  it("begins another language with the text that is there", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    theme("Written here");
    const copy = editor.copy();
    server.saved = [];
    await editor.open("fr", copy);
    expect(editor.get()).toMatchObject({ language: "fr", base: 0, dirty: true, edited: false, form: { theme: "Written here" } });
    expect(kept.get("en")?.body.theme).toBe("Written here"); // and the other one is kept
    theme("Écrit ici");
    await editor.discard();
    expect(editor.get().form?.theme).toBe("Written here");
    editor.close();
    expect(kept.has("fr")).toBe(false);
  });

  it("doesn't lose what was typed while a version was on its way", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    theme("First");
    let go: () => void = () => undefined;
    server.hold = new Promise((done) => { go = done; });
    const saving = editor.save("Ana");
    theme("Second");
    go();
    await saving;
    expect(editor.get()).toMatchObject({ base: 2, dirty: true, form: { theme: "Second" } });
    expect(server.saved[0]?.body.theme).toBe("First");
    expect(kept.get("en")).toMatchObject({ base: 2, body: { theme: "Second" } });
  });

  it("says what went wrong, and keeps the text", async () => {
    server.put("Ana", BODY);
    await editor.open("en");
    theme("Mine");
    server.fails = new MinutesFailure("refused", "parts[0].subject: is too long");
    await editor.save("Ana");
    expect(editor.get()).toMatchObject({ problem: { doing: "save", why: "refused", detail: "parts[0].subject: is too long" }, busy: null, dirty: true, form: { theme: "Mine" } });
    server.fails = new MinutesFailure("closed", "");
    editor = make();
    await editor.open("en");
    expect(editor.get()).toMatchObject({ form: null, problem: { doing: "load", why: "closed" }, busy: null });
  });

  it("leaves aside answers for a language that isn't open any more", async () => {
    server.put("Ana", BODY);
    const first = editor.open("en");
    const second = editor.open("zh-Hans");
    await Promise.all([first, second]);
    expect(states.filter(({ form, language }) => form !== null && language === "en")).toEqual([]);
    expect(editor.get().language).toBe("zh-Hans");
  });
});
