import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { file, type Meeting, readArchive, readList, readMeeting } from "./answer";
import { ArchiveApi, Failure } from "./api";
import { archive } from "./fakes";
import { ListClient, type ListState } from "./list_client";
import { MeetingClient, type MeetingState, recordingOf } from "./meeting_client";
import { forgetToken, readPlace, readToken, readWatching, writePlace, writeToken, writeWatching } from "./memory";
import { linkTo, meetingOf, readFragment, readMoment, readSearch, searchAddress, tokenToPass, writeMoment } from "./places";
import { begun, chapterAt, interpreterAt, messagesAt, shownAt, speakerAt, thumbAt } from "./timeline";
import { readCues } from "./vtt";

function storage(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) } as Storage;
}

const recording = { id: 12, begin: 1, ended: null, state: "done", step: "", done: 1, error: null, base: "/api/archive/m/12/" };

describe("answers", () => {
  it("may leave out what there isn't", () => {
    expect(readMeeting({ name: "m", recordings: [recording] }, "")).toMatchObject({ title: "", written: [], recordings: [{ id: "12", error: "" }] });
    expect(readList({ meetings: [{ name: "m" }] }, "")).toMatchObject({ meetings: [{ found: [], thumbnail: null }], months: [], next: null });
    expect(readMeeting({ name: "m" }, "")).toMatchObject({ mayEdit: false, role: null, retentionDays: 0 });
  });
  it("have the minutes beside the planned length, or in its place", () => {
    const written = [{ language: "en", published: true, version: 2 }];
    expect(readMeeting({ name: "m", minutes: 90, written }, "")).toMatchObject({ minutes: 90, written });
    expect(readMeeting({ name: "m", minutes: written }, "")).toMatchObject({ minutes: 0, written });
  });
  it("name what can't be read", () => {
    expect(() => readMeeting({}, "")).toThrow("name");
    expect(() => readArchive({ duration: 1, programs: [{ id: "floor", files: { m4a: 5 } }], pictures: [] }, "")).toThrow("programs[0].files.m4a");
    expect(() => readList({ meetings: [], months: [{ month: "2026-13", count: 1 }] }, "")).toThrow("month");
  });
  it("lead to no file outside the recording, and to no other server", () => {
    for (const bad of ["../x", "a/../b", "/etc/passwd", "https://x/y", "//x/y", "a//b", "", "a/.", "x?y", "a\\b"]) expect(() => file(bad, "f"), bad).toThrow("f");
    expect(file("hls/sign-ase.m3u8", "")).toBe("hls/sign-ase.m3u8");
    for (const base of ["https://x/", "//x/", "/api/archive/../x/", "/m/x", "javascript:x"]) expect(() => readMeeting({ name: "m", recordings: [{ ...recording, base }] }, ""), base).toThrow("base");
  });
});

describe("addresses", () => {
  it("say which page they are of", () => {
    expect(["/archive", "/archive/demo", "/archive/demo/", "/archive/a/b", "/archive/A"].map(meetingOf)).toEqual([null, "demo", "demo", null, null]);
  });
  it("have moments as people write them", () => {
    expect(["1h2m3s", "2m", "75", "75s", "1:02:03", "41:20", "0", "", "x", "-5", "1h2x"].map(readMoment)).toEqual([3723, 120, 75, 75, 3723, 2480, 0, null, null, null, null]);
    for (const at of [0, 59, 60, 3600, 3723.9, 12 * 3600]) expect(readMoment(writeMoment(at))).toBe(Math.floor(at));
  });
  it("have no token unless one is given", () => {
    expect(linkTo("demo", { at: 62.8 })).toBe("/archive/demo#t=1m2s");
    expect(linkTo("demo")).toBe("/archive/demo");
    expect(readFragment(new URL(`http://x${linkTo("demo", { at: 5, token: "a.b", recording: "12" })}`).hash)).toEqual({ token: "a.b", recording: "12", at: 5, edit: null });
  });
  it("have no token that lets others change anything, and none that nobody needs", () => {
    const passed = (access: string, mayEdit: boolean): string | null => tokenToPass("t", { access, mayEdit });
    expect([passed("alliance", false), passed("alliance", true), passed("secretariat", true), passed("public", false)]).toEqual(["t", null, null, null]);
    expect(tokenToPass(null, { access: "alliance", mayEdit: false })).toBeNull();
  });
  it("say that the minutes are to be edited, in which language", () => {
    const editOf = (edit: string | null): string | null => readFragment(new URL(`http://x${linkTo("demo", { edit })}`).hash).edit;
    expect([null, "", "zh-Hans"].map(editOf)).toEqual([null, "", "zh-Hans"]);
    expect(linkTo("demo", { edit: "" })).toBe("/archive/demo#edit=minutes");
    expect(readFragment("#token=x&edit=everything").edit).toBeNull();
  });
  it("keep a search", () => {
    const search = { q: "tea & 茶", month: "2026-11" };
    expect(readSearch(new URL(`http://x${searchAddress(search)}`).search)).toEqual(search);
    expect(readSearch("?month=x")).toEqual({ q: "", month: "" });
  });
});

describe("what is remembered", () => {
  beforeEach(() => {
    vi.stubGlobal("localStorage", storage());
    vi.stubGlobal("sessionStorage", storage());
  });
  afterEach(() => vi.unstubAllGlobals());
  it("is where one stopped, each recording by itself, but not its first words or its last", () => {
    writePlace("m", "1", 400, 1);
    writePlace("m", "2", 5, 2);
    writePlace("n", "1", 995, 3);
    expect([readPlace("m", "1", 1000), readPlace("m", "2", 1000), readPlace("n", "1", 1000), readPlace("x", "1", 1000)]).toEqual([400, null, null, null]);
    expect(readPlace("m", "1", 300)).toBeNull(); // it became shorter
  });
  it("is bounded: the oldest go", () => {
    for (let i = 0; i < 100; i++) writePlace("m", String(i), 400, i);
    expect([readPlace("m", "0", 1000), readPlace("m", "99", 1000)]).toEqual([null, 400]);
  });
  it("changes one thing at a time", () => {
    writeWatching({ rate: 1.5 });
    writeWatching({ layout: "stage" });
    expect(readWatching()).toEqual({ rate: 1.5, layout: "stage" });
  });
  it("isn't the token beyond the tab", () => {
    writeToken("t");
    expect(readToken()).toBe("t");
    expect(localStorage.getItem("tongsheng.archive.token")).toBeNull();
    forgetToken();
    expect(readToken()).toBeNull();
  });
  it("is nothing where storage is forbidden", () => {
    vi.stubGlobal("localStorage", { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("no"); } });
    vi.stubGlobal("sessionStorage", { removeItem: () => { throw new Error("no"); } });
    writePlace("m", "1", 400, 1);
    forgetToken();
    expect([readPlace("m", "1", 1000), readWatching()]).toEqual([null, {}]);
  });
});

describe("a moment", () => {
  const chapters = [{ at: 10, number: 1, sharer: "", subject: "a" }, { at: 50, number: 2, sharer: "", subject: "b" }];
  it("is in a part", () => expect([0, 10, 49.9, 50, 999].map((at) => chapterAt(chapters, at))).toEqual([-1, 0, 0, 1, 1]));
  it("counts what has begun", () => expect([begun([], 5), begun(chapters, 9), begun(chapters, 50)]).toEqual([0, 0, 2]));
  it("has a speaker, also while that one breathes", () => {
    const speaker = (at: number, until: number, name: string) => ({ at, until, id: name, name, organisation: "", country: "" });
    const speakers = [speaker(0, 10, "a"), speaker(12, 20, "b"), speaker(14, 15, "c")];
    expect([5, 11, 13, 14.5, 19, 24].map((at) => speakerAt(speakers, at)?.name ?? null)).toEqual(["a", "a", "b", "c", "b", null]);
  });
  it("has messages for as long as one reads them", () => {
    const say = (id: string, at: number, text: string) => ({ id, at, from: "", name: "n", text, question: false });
    const chat = [say("1", 0, "hi"), say("2", 1, "x".repeat(400)), say("3", 2, "c"), say("4", 3, "d")];
    expect(messagesAt(chat, 3.5).map(({ id }) => id)).toEqual(["2", "3", "4"]);
    expect(messagesAt(chat, 10).map(({ id }) => id)).toEqual(["2"]);
  });
  it("has the pictures that are there", () => {
    const { pictures } = archive();
    expect(shownAt(pictures, "both", true, "ase", 150)).toEqual({ pictures: ["screen", "stage"], sign: "sign-ase" });
    expect(shownAt(pictures, "both", true, "fr", 400)).toEqual({ pictures: ["stage"], sign: null });
    expect(shownAt(pictures, "screen", false, "fr", 400)).toEqual({ pictures: ["stage"], sign: null });
    expect(shownAt(pictures, "stage", false, "fr", 150)).toEqual({ pictures: ["stage"], sign: null });
    expect(shownAt(pictures, "sound", true, "fr", 150)).toEqual({ pictures: [], sign: null });
  });
  it("has an interpreter, one that is silent, or none", () => {
    const languages = [{ channel: "fr", spans: [{ from: 0, to: 50, interpreter: "Ana" }], silent: [{ from: 20, to: 30 }] }];
    expect([10, 25, 60].map((at) => interpreterAt({ languages }, "fr", at))).toEqual([{ name: "Ana" }, "silent", null]);
    expect(interpreterAt({ languages }, "de", 10)).toBeNull();
  });
  it("has a picture in small", () => {
    const thumbs = { every: 30, count: 4, width: 160, height: 90 };
    expect([0, 29, 30, 9999].map((at) => thumbAt({ thumbs }, at))).toEqual([0, 0, 1, 3].map((n) => `thumbs/0000${n}.jpg`));
    expect(thumbAt({ thumbs: null }, 0)).toBeNull();
  });
});

describe("captions", () => {
  it("are read as plain text", () => {
    const cues = readCues("\ufeffWEBVTT - x\r\n\r\nNOTE no\r\n\r\n1\r\n00:01.000 --> 00:02.500 align:start\r\n<v Ana>Good &amp; <i>kind</i>\r\nsecond\r\n\r\n01:00:00.000 --> 01:00:01.000\r\nlate\r\n");
    expect(cues).toEqual([{ at: 1, until: 2.5, text: "Good & kind\nsecond" }, { at: 3600, until: 3601, text: "late" }]);
  });
  it("are none in what is no captions", () => {
    for (const bad of ["", "{}", "WEBVTTX\n\n00:01.000 --> 00:02.000\nx", "WEBVTT\n\n00:01 --> 00:02\nx", "WEBVTT\n\n00:01.000 --> 00:02.000\n"]) expect(readCues(bad), bad).toEqual([]);
  });
});

describe("asking the server", () => {
  let answers: (() => Promise<Response>)[];
  const asked: { url: string; method: string; authorization: string | undefined }[] = [];
  const says = (body: unknown, status = 200) => async () => new Response(status === 204 ? null : JSON.stringify(body), { status });
  const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const meeting = { name: "m", recordings: [recording] };
  const ready = { duration: 5, programs: [], pictures: [] };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    answers = [];
    asked.length = 0;
    vi.stubGlobal("fetch", (url: string, { headers, method = "GET", signal }: { headers: Record<string, string>; method?: string; signal: AbortSignal }) => {
      asked.push({ url, method, authorization: headers["Authorization"] });
      const answer = answers.shift() ?? (() => Promise.reject(new TypeError("refused")));
      return Promise.race([answer(), new Promise((_, fail) => signal.addEventListener("abort", () => fail(new Error("aborted"))))]);
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it("says why it didn't get it", async () => {
    for (const [status, token, why] of [[401, null, "closed"], [403, "t", "badToken"], [404, "t", "gone"], [410, null, "gone"], [500, null, "offline"], [429, "t", "offline"]] as const) {
      answers = [says({}, status)];
      await expect(new ArchiveApi(token).meeting("m")).rejects.toEqual(new Failure(why));
    }
    answers = [says({ name: 5 })];
    await expect(new ArchiveApi(null).meeting("m")).rejects.toEqual(new Failure("unreadable"));
    await expect(new ArchiveApi(null).meeting("m")).rejects.toEqual(new Failure("offline"));
  });

  describe("for a meeting", () => {
    let states: MeetingState[];
    const now = (): MeetingState => states.at(-1) as MeetingState;
    const client = (token: string | null = null): MeetingClient => {
      states = [];
      return new MeetingClient(new ArchiveApi(token), "m", (state) => states.push(state));
    };

    it("lets the media in before it asks for them", async () => {
      answers = [says(meeting), says(null, 204), says(ready)];
      client("t").open(null);
      await settle();
      expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /api/archive/m", "POST /api/archive/m/session", "GET /api/archive/m/12/archive.json"]);
      expect(asked.every(({ authorization }) => authorization === "Bearer t")).toBe(true);
      expect(now()).toMatchObject({ archive: { duration: 5 }, why: null });
    });
    it("lets links to attachments and minutes in without a recording, once", async () => {
      const files = { name: "m", attachments: [{ id: 5, name: "a.pdf", url: "/api/archive/m/attachments/5" }] };
      answers = [says({ name: "m" }), says(files), says(null, 204), says(files)];
      const one = client("t");
      one.open(null);
      await settle();
      one.retry();
      await settle();
      one.retry();
      await settle();
      expect(asked.map(({ method }) => method)).toEqual(["GET", "GET", "POST", "GET"]);
      expect(now().why).toBeNull();
    });
    it("forgets an archive that is made again", async () => {
      answers = [says(meeting), says(ready), says({ ...meeting, recordings: [{ ...recording, state: "waiting" }] }), says(meeting), says({ ...ready, duration: 4 })];
      const one = client();
      one.open(null);
      await settle();
      one.changed();
      await settle();
      expect(now()).toMatchObject({ archive: null, recording: { state: "waiting" } });
      await settle(3000);
      expect(now()).toMatchObject({ archive: { duration: 4 } });
    });
    it("has one that failed made once more, and asks how it stands, whatever the answer", async () => {
      const failed = { ...meeting, recordings: [{ ...recording, state: "failed", error: "disk full" }] };
      answers = [says(failed), says(null, 204), says({ id: "12", state: "waiting" }, 202), says({ ...meeting, recordings: [{ ...recording, state: "waiting" }] })];
      const one = client("t");
      one.open(null);
      await settle();
      await one.remake();
      expect(asked.at(-2)).toMatchObject({ method: "POST", url: "/api/archive/m/12/archive" });
      expect(now()).toMatchObject({ recording: { state: "waiting" }, why: null });
      answers = [says({ detail: "state: its archive is being made" }, 409), says(failed)];
      await one.remake();
      expect(now()).toMatchObject({ recording: { state: "failed" }, why: null });
    });
    it("finds out that a recording was deleted, or is made again, while it was shown", async () => {
      const two = { ...meeting, recordings: [recording, { ...recording, id: 13, base: "/api/archive/m/13/" }] };
      answers = [says(two), says(ready), says(two), says(ready)];
      const one = client();
      one.open("13");
      await settle();
      const { archive: before } = now();
      one.check();
      await settle();
      expect(now().archive).toBe(before); // nothing has changed: it is played on
      answers = [says({ ...meeting, recordings: [recording, { ...recording, id: 13, state: "running" }] }), says(two), says({ ...ready, duration: 4 })];
      one.check();
      await settle();
      expect(now()).toMatchObject({ recording: { id: "13", state: "running" }, archive: null, why: null });
      await settle(3000);
      expect(now()).toMatchObject({ recording: { id: "13" }, archive: { duration: 4 } });
      answers = [says(two), says({ ...ready, duration: 3 })];
      one.check(); // it was made again since, quickly
      await settle();
      expect(now().archive).toMatchObject({ duration: 3 });
      answers = [says({ name: "m" })];
      one.check();
      await settle();
      expect(now()).toMatchObject({ recording: null, archive: null, why: null });
    });
    it("has nothing to show any more of a meeting that was deleted", async () => {
      answers = [says(meeting), says(null, 204), says(ready), says({}, 404), says({}, 404)];
      const one = client("t");
      one.open(null);
      await settle();
      expect(await one.renew()).toBe("closed");
      await settle();
      expect(now()).toEqual({ meeting: null, recording: null, archive: null, why: "gone" });
    });
    it("shows another recording, and stays where it is when it is told of the one that it shows", async () => {
      answers = [says({ ...meeting, recordings: [recording, { ...recording, id: 13, base: "/api/archive/m/13/" }] }), says(ready)];
      const one = client();
      one.open(null);
      await settle();
      one.show("12");
      await settle();
      expect([asked.length, now().archive]).toEqual([2, readArchive(ready, "")]);
      one.show("13");
      expect(now()).toMatchObject({ recording: { id: "13" }, archive: null });
    });
    it("waits for the job", async () => {
      answers = [says({ ...meeting, recordings: [{ ...recording, state: "running", done: 0.4 }] }), says(meeting), says(ready)];
      client().open(null);
      await settle();
      expect(now()).toMatchObject({ recording: { state: "running", done: 0.4 }, archive: null });
      await settle(3000);
      expect(now()).toMatchObject({ archive: { duration: 5 } });
      await settle(60_000);
      expect(asked).toHaveLength(3);
    });
    it("asks again when the server is away, and not when it's refused", async () => {
      const one = client();
      one.open(null);
      await settle();
      expect(now().why).toBe("offline");
      answers = [says({}, 404)];
      await settle(3000);
      expect(now().why).toBe("gone");
      await settle(60_000);
      expect(asked).toHaveLength(2);
    });
    it("shows the recording that is wanted, else one that can be played", () => {
      const three = readMeeting({ name: "m", recordings: [{ ...recording, id: "1", state: "running" }, { ...recording, id: "2" }, { ...recording, id: "3" }] }, "") as Meeting;
      expect([recordingOf(three, "3")?.id, recordingOf(three, null)?.id, recordingOf(three, "9")?.id]).toEqual(["3", "2", "2"]);
      expect(recordingOf(readMeeting({ name: "m" }, ""), null)).toBeNull();
    });
    it("says nothing any more when the page is closed", async () => {
      answers = [says(meeting), says(ready)];
      const one = client();
      one.open(null);
      one.close();
      await settle(10_000);
      expect(states).toEqual([]);
    });
  });

  describe("for the list", () => {
    let states: ListState[];
    const now = (): ListState => states.at(-1) as ListState;
    const client = (): ListClient => {
      states = [];
      return new ListClient(new ArchiveApi(null), { q: "", month: "" }, (state) => states.push(state));
    };
    const list = (next: string | null, ...names: string[]) => says({ meetings: names.map((name) => ({ name })), months: [], next });

    it("waits until somebody has written", async () => {
      answers = [list(null, "a"), list(null, "b")];
      const one = client();
      one.open();
      await settle();
      for (const q of ["t", "te", "tea"]) {
        one.search({ q, month: "" });
        await settle(100);
      }
      expect(now()).toMatchObject({ loading: true, entries: [{ name: "a" }] });
      await settle(300);
      expect(asked.map(({ url }) => url)).toEqual(["/api/archive", "/api/archive?q=tea"]);
      expect(now()).toMatchObject({ loading: false, entries: [{ name: "b" }] });
    });
    it("takes only the last answer", async () => {
      let first: (response: Response) => void = () => undefined;
      answers = [() => new Promise((done) => (first = done)), list(null, "new")];
      const one = client();
      one.open();
      one.search({ q: "", month: "2026-11" });
      await settle(10);
      first(await list(null, "old")());
      await settle();
      expect(now().entries).toMatchObject([{ name: "new" }]);
    });
    it("adds a page to what is there", async () => {
      answers = [list("2", "a"), list(null, "b")];
      const one = client();
      one.open();
      await settle();
      one.more();
      await settle();
      one.more();
      expect(asked.map(({ url }) => url)).toEqual(["/api/archive", "/api/archive?before=2"]);
      expect(now()).toMatchObject({ entries: [{ name: "a" }, { name: "b" }], next: null });
    });
    it("keeps what it has while the server is away", async () => {
      answers = [list(null, "a")];
      const one = client();
      one.open();
      await settle();
      one.search({ q: "x", month: "" });
      await settle(300);
      expect(now()).toMatchObject({ why: "offline", entries: [{ name: "a" }] });
      answers = [list(null)];
      await settle(3000);
      expect(now()).toMatchObject({ why: null, entries: [] });
    });
  });
});
