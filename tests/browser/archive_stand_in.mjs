/**
 * Stands in for the server's archive: the built page, its addresses' answers (PROTOCOL.md, section Archive) from what is made up here, and
 * a recording of two minutes made by ffmpeg, whose languages are tones of their own with a louder tick each second. For the page's tests,
 * and by hand: `node archive_stand_in.mjs`, which prints the links.
 */
import { execFile } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const dist = join(root, "web-client/dist");

export const SECONDS = 120;
export const TONES = { floor: 440, fr: 880, "zh-Hans": 1320 };
/** An editor's, and that of somebody who only looks. */
export const TOKEN = "stand-in.token";
export const VIEWER = "stand-in.viewer";
export const MEETING = "how-to-go-on";
const HOUR = 3600;
const STARTS = Date.UTC(2026, 10, 13, 2) / 1000;

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
  ".json": "application/json", ".jpg": "image/jpeg", ".m4a": "audio/mp4", ".opus": "audio/ogg", ".mp3": "audio/mpeg", ".vtt": "text/vtt",
  ".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t", ".mp4": "video/mp4", ".mkv": "video/x-matroska", ".pdf": "application/pdf",
};
/** The server's own (signaling/http_reply.c). */
const POLICY = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const ffmpeg = (...options) => run("ffmpeg", ["-v", "error", "-nostdin", "-threads", "2", ...options]);

const FONT = "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf";
const words = (text, size, y, colour) => `drawtext=fontfile=${FONT}:text='${text}':fontsize=${size}:x=(w-tw)/2:y=${y}:fontcolor=${colour}`;
const PICTURES = {
  stage: { source: `gradients=s=320x180:r=25:c0=0x0f3d3a:c1=0x6aa79c:speed=0.008`, draw: words("Yang Ling", 22, "h*0.72", "white") },
  screen: { source: `color=0xf4f1e8:s=640x360:r=25`, draw: `${words("How are you going to go on?", 34, "h*0.3", "0x14201e")},${words("Part two · neighbours", 24, "h*0.5", "0x0f766e")}` },
  "sign-csl": { source: `gradients=s=320x240:r=25:c0=0x33415c:c1=0x7d8597:speed=0.01`, draw: words("sign", 30, "h*0.5", "white") },
};

async function picture(folder, id) {
  const { source, draw } = PICTURES[id];
  const clock = `drawtext=fontfile=${FONT}:text='%{pts\\:hms}':fontsize=18:x=12:y=h-30:fontcolor=0x808080`;
  await ffmpeg("-f", "lavfi", "-i", `${source}:d=${SECONDS}`, "-vf", `${draw},${clock}`, "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "200k", "-g", "100",
    "-pix_fmt", "yuv420p", "-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_filename", join(folder, `hls/${id}-%03d.ts`), join(folder, `hls/${id}-360.m3u8`));
  writeFileSync(join(folder, `hls/${id}.m3u8`), `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=300000,CODECS="avc1.42c01e"\n${id}-360.m3u8\n`);
}

async function program(folder, id) {
  const sound = `aevalsrc='(0.12+0.5*lt(mod(t,1),0.08))*sin(2*PI*${TONES[id]}*t)':s=48000:d=${SECONDS}`;
  const to = (ending) => join(folder, `audio/${id}.${ending}`);
  await ffmpeg("-f", "lavfi", "-i", sound, "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", to("m4a"), "-c:a", "libopus", "-b:a", "32k", to("opus"),
    "-c:a", "libmp3lame", "-b:a", "64k", to("mp3"));
}

/** Makes what the job leaves in a recording's folder. */
export async function makeRecording(folder) {
  for (const part of ["audio", "hls", "thumbs"]) mkdirSync(join(folder, part), { recursive: true });
  for (const id of Object.keys(PICTURES)) await picture(folder, id);
  for (const id of Object.keys(TONES)) await program(folder, id);
  const clip = (id) => join(folder, `hls/${id}-360.m3u8`);
  await ffmpeg("-i", clip("screen"), "-vf", "fps=1/30:round=up,scale=160:90", "-start_number", "0", "-frames:v", "4", join(folder, "thumbs/%05d.jpg"));
  await ffmpeg("-ss", "5", "-i", clip("stage"), "-frames:v", "1", join(folder, "thumbnail.jpg"));
  for (const name of ["meeting.mp4", "meeting.mkv"]) writeFileSync(join(folder, name), name);
  writeFileSync(join(folder, "archive.json"), JSON.stringify(madeUpArchive(folder)));
}

/** Two of them neither speak nor write: one interprets, one is only seen. */
const PEOPLE = [
  ["p1", "Ana Quispe", "Andes Hub", "PE"], ["p3", "杨玲 Yang Ling", "Chengdu Community Fund", "CN"], ["p4", "Claire Dubois", "", "FR"], ["p5", "Layla Haddad", "Cedars University", "LB"],
  ["p6", "Hana Sato", "", "JP"], ["p7", "Abeba Tesfaye", "", "ET"], ["p8", "佐藤花", "", "JP"], ["p9", "José Quispe", "", "PE"], ["p10", "Kenji Mori", "Osaka Commons", "JP"],
].map(([id, name, organisation, country]) => ({ id, name, organisation, country }));

/** What was recorded (index.jsonl), as far as the page asks for it. */
function madeUpIndex(taken) {
  const [first, ...later] = PEOPLE.map((one) => (taken.has(one.id) ? { id: one.id, name: "" } : one));
  const lines = [
    { type: "begin", version: 1, people: [first], t: 0 }, ...later.map((one) => ({ ...one, type: "person", t: 1000 })), { type: "stage", holder: "p10", t: 2000 },
    ...[...taken].map((id) => ({ type: "removed", id, t: SECONDS * 1000 })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function madeUpArchive(folder) {
  const bytes = (name) => statSync(join(folder, name)).size;
  const programs = Object.keys(TONES).map((id) => ({
    id, language: id === "floor" ? "en" : id, files: Object.fromEntries(["m4a", "opus", "mp3"].map((e) => [e, `audio/${id}.${e}`])),
    bytes: Object.fromEntries(["m4a", "opus", "mp3"].map((e) => [e, bytes(`audio/${id}.${e}`)])),
  }));
  const whole = [{ from: 0, to: SECONDS }];
  const pictures = [
    { id: "stage", hls: "hls/stage.m3u8", spans: whole }, { id: "screen", hls: "hls/screen.m3u8", spans: [{ from: 20, to: SECONDS }] },
    { id: "sign-csl", language: "csl", hls: "hls/sign-csl.m3u8", spans: whole },
  ];
  const speakers = [[0, 18, "p1"], [18, 60, "p3"], [60, 64, "p5"], [64, 118, "p3"]].map(([at, until, who]) => ({ at, until, ...PEOPLE.find(({ id }) => id === who) }));
  const chat = [
    [6, "p6", "Good morning from Osaka!", false], [24, "p5", "Could you put the link to the slides here? https://example.org/slides", false],
    [41, "p7", "How do you find the first ten neighbours who join?", true], [66, "p8", "素晴らしいお話をありがとうございます。", false],
    [90, "p9", "And who pays for the tea?", true], [112, "p5", "شكراً جزيلاً", false],
  ].map(([at, from, text, question], i) => ({ id: i + 1, at, from, name: PEOPLE.find(({ id }) => id === from).name, text, question }));
  return {
    version: 1, recording: 12, begin: STARTS * 1000, duration: SECONDS, cuts: [{ from: 0, to: SECONDS * 1000, at: 0 }], programs, pictures, master: "hls/master.m3u8",
    downloads: ["meeting.mp4", "meeting.mkv"].map((name) => ({ file: name, bytes: 412_345_678 })), thumbs: { every: 30, count: 4, width: 160, height: 90 },
    chapters: [
      { at: 0, number: 1, sharer: "Ana Quispe", subject: "Welcome, and who we are" }, { at: 18, number: 2, sharer: "杨玲 Yang Ling", subject: "Hello, neighbour: how a courtyard became a kitchen" },
      { at: 80, number: 3, sharer: "Layla Haddad", subject: "Questions and answers" },
    ],
    speakers, chat,
    languages: [
      { channel: "fr", spans: [{ from: 0, to: 60, interpreter: "Claire Dubois" }, { from: 60, to: SECONDS, interpreter: "Marc Petit" }], silent: [] },
      { channel: "zh-Hans", spans: [{ from: 0, to: SECONDS, interpreter: "陈小玲" }], silent: [{ from: 70, to: 78 }] },
    ],
    notes: [{ at: 60, what: "cut", seconds: 300 }],
  };
}

const TITLES = [
  ["how-to-go-on", "How are you going to go on?", "public", ["PE", "CN", "LB", "JP", "ET"], ["en"], ["fr", "zh-Hans"], STARTS, 3 * HOUR - 400],
  ["letters-from-the-delta", "Letters from the delta: five villages, one dyke", "public", ["MM", "IN", "LK"], ["en", "my"], ["hi", "si"], STARTS - 10 * 24 * HOUR, 2 * HOUR],
  ["seeds", "种子与记忆：一个合作社的十年", "alliance", ["CN", "PH", "BR"], ["zh"], ["en", "pt"], STARTS - 31 * 24 * HOUR, 7000],
  ["night-school", "The night school of Addis Ababa", "public", ["ET"], ["am"], ["en", "fr"], STARTS - 62 * 24 * HOUR, 5400],
  ["water", "Water, and who decides over it", "secretariat", ["LB", "PE", "IN"], ["es"], ["en", "ar"], STARTS - 400 * 24 * HOUR, 9000],
];
const monthOf = (starts) => new Date(starts * 1000).toISOString().slice(0, 7);

function madeUpMinutes(language) {
  const english = language === "en";
  return {
    language, version: 3, published: true, author: "Secretariat", at: STARTS * 1000,
    body: {
      theme: english ? "How are you going to go on?" : "你打算怎么继续？",
      time: { starts: STARTS, minutes: 180, zone: "Asia/Shanghai", places: [{ country: "PE", zone: "America/Lima" }, { country: "LB", zone: "Asia/Beirut" }, { country: "JP", zone: "Asia/Tokyo" }] },
      venue: english ? "Online, and the hall of the Chengdu Community Fund" : "线上，以及成都社区基金会大厅",
      parts: [
        { sharer: "Ana Quispe", subject: english ? "Welcome" : "开场", contents: english ? "Sixteen organisations of fourteen countries." : "十四个国家的十六个组织。" },
        { sharer: "杨玲 Yang Ling", subject: english ? "Hello, neighbour" : "你好，邻居", contents: english ? "A courtyard in Chengdu has cooked together since 2019.\n\n- Begin with ten people.\n- Share the cost of tea.\n- Write down who comes.\n\nNobody owns the kitchen." : "成都的一个院子从 2019 年起一起做饭。\n\n- 从十个人开始。\n- 分担茶钱。" },
      ],
      questions: [{ question: english ? "How do you find the first ten?" : "怎样找到最初的十个人？", by: "Abeba Tesfaye", answer: english ? "By knocking on doors." : "一家一家敲门。", answeredBy: "Yang Ling" }],
      participants: [{ name: "Ana Quispe", organisation: "Andes Hub", country: "PE" }, { name: "Yang Ling", organisation: "Chengdu Community Fund", country: "CN" }, { name: "Layla Haddad", organisation: "Cedars University", country: "LB" }],
      recorders: ["Claire Dubois", "陈小玲"], attachments: [5],
    },
  };
}

export class StandIn {
  /** folder: a recording's archive; without one it is made. */
  static async start({ folder, address = "127.0.0.1", port = 0 } = {}) {
    const standIn = new StandIn();
    standIn.made = folder ? null : mkdtempSync(join(tmpdir(), "tongsheng-archive-"));
    standIn.folder = folder ?? standIn.made;
    if (!existsSync(join(standIn.folder, "archive.json"))) await makeRecording(standIn.folder);
    standIn.reset();
    standIn.server = createServer((request, response) => standIn.answer(request, response));
    await new Promise((done) => standIn.server.listen(port, address, done));
    standIn.base = `http://${address}:${standIn.server.address().port}`;
    return standIn;
  }

  /**
   * What a test may set: closed (it takes the token), away (no answer), gone, empty, recordings, changed (archive.json), refuses (the status
   * that the next attachment gets), slow (attachments aren't read), broken (paths that give nothing), attachments, access, retentionDays; what it
   * may look at: asked (every path), bodies (of what was changed), minutes (versions by language). Who comes with the token may edit.
   */
  reset() {
    Object.assign(this, { closed: false, away: false, gone: false, empty: false, changed: (archive) => archive, asked: [], bodies: [], refuses: 0, slow: false, broken: null });
    Object.assign(this, { access: null, retentionDays: 0, removed: false });
    this.minutes = new Map(["en", "zh-Hans"].map((language) => [language, [madeUpMinutes(language)]]));
    this.attachments = [{ id: "5", name: "Slides – how are you going to go on.pdf", type: "application/pdf", bytes: 2_345_678, part: 2, at: STARTS * 1000, by: "Yang Ling" }];
    this.recordings = [{ id: "12", begin: STARTS * 1000, ended: (STARTS + 3 * HOUR) * 1000, state: "done", step: "", done: 1, error: null, base: `/api/archive/${MEETING}/12/` }];
    /* When the meeting began, if not as made up; of people who are taken out, what stays of them in shared tracks, and who they are. */
    Object.assign(this, { starts: null, kept: [], taken: new Set() });
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    if (this.made) rmSync(this.made, { recursive: true, force: true });
  }

  answer(request, response) {
    const url = new URL(request.url, this.base);
    response.setHeader("Content-Security-Policy", POLICY);
    this.asked.push(`${request.method} ${url.pathname}${url.search}`);
    if (this.broken?.test(url.pathname)) return this.problem(response, 404);
    if (url.pathname.startsWith("/api/")) return this.away ? request.socket.destroy() : this.api(request, response, url);
    const page = /^\/archive(\/[a-z0-9-]+)?$/.test(url.pathname) ? "/archive.html" : normalize(url.pathname);
    return this.file(request, response, join(dist, page));
  }

  edits(request) {
    return request.headers.authorization === `Bearer ${TOKEN}`;
  }

  /** The token that it comes with, also in the cookie; null: none. */
  tokenOf({ headers: { authorization, cookie } }) {
    return /^Bearer (.*)$/.exec(authorization ?? "")?.[1] ?? /\barchive=([^;]*)/.exec(cookie ?? "")?.[1] ?? null;
  }

  may(request) {
    return !this.closed || [TOKEN, VIEWER].includes(this.tokenOf(request));
  }

  json(response, value, status = 200) {
    response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
    response.end(JSON.stringify(value));
  }

  problem(response, status, detail = "made up") {
    this.json(response, { status, code: String(status), detail }, status);
  }

  api(request, response, url) {
    const path = url.pathname.slice("/api/archive".length);
    if (path === "") return [TOKEN, VIEWER, null].includes(this.tokenOf(request)) ? this.json(response, this.list(url.searchParams)) : this.problem(response, 401);
    const [, meeting, first, ...rest] = path.split("/");
    if (this.gone || (this.removed && meeting === MEETING) || !TITLES.some(([name]) => name === meeting)) return this.problem(response, 404);
    if (first === "session" && request.method === "POST") {
      const token = this.tokenOf(request);
      if (![TOKEN, VIEWER].includes(token)) return this.problem(response, 401);
      response.writeHead(204, { "Set-Cookie": `archive=${token}; Path=/api/archive/${meeting}/; HttpOnly; SameSite=Strict; Max-Age=43200` });
      return response.end();
    }
    if (!this.may(request)) return this.problem(response, 401);
    if (request.method !== "GET" && request.method !== "HEAD") return void this.change(request, response, url, first, rest);
    if (first === undefined) return this.json(response, this.meeting(meeting, this.edits(request)));
    if (rest.join("/") === "tracks/index.jsonl") return this.index(request, response, first);
    if (first === "minutes") return /\.(md|pdf)$/.test(rest[0]) ? response.end(rest[0]) : this.readMinutes(response, url, rest);
    if (first === "attachments") return response.end("an attachment");
    const name = rest.join("/");
    if (/^\d+$/.test(first) && meeting === MEETING && !this.recordings.some(({ id, state }) => id === first && state === "done")) return this.problem(response, 404);
    if (name === "archive.json") return this.json(response, this.changed(JSON.parse(readFileSync(join(this.folder, name), "utf8"))));
    return this.file(request, response, join(this.folder, normalize(`/${name}`)));
  }

  index(request, response, recording) {
    if (!this.edits(request)) return this.problem(response, 403);
    if (this.taken.size > 0 && this.recordings.some(({ id, state }) => id === recording && state !== "done")) return this.problem(response, 404, "recording: somebody is being taken out of it");
    return response.writeHead(200, { "Content-Type": "application/x-ndjson" }).end(madeUpIndex(this.taken));
  }

  readMinutes(response, url, [language, what]) {
    if (language === "draft") return this.json(response, { body: madeUpMinutes(url.searchParams.get("language")).body, possibleAnswers: [[]] });
    const versions = this.minutes.get(language) ?? [];
    if (what === "versions") return this.json(response, { versions: versions.map(({ version, author, at, published }) => ({ version, author, at, published })).reverse() });
    const wanted = Number(url.searchParams.get("version") ?? 0);
    const found = wanted ? versions.find(({ version }) => version === wanted) : (versions.find(({ published }) => published) ?? versions.at(-1));
    return found ? this.json(response, found) : this.problem(response, 404);
  }

  async change(request, response, url, first, rest) {
    if (!this.edits(request)) return this.problem(response, 401);
    if (first === "attachments" && request.method === "POST") return this.attach(request, response, url);
    let text = "";
    for await (const piece of request) text += piece;
    const body = text ? JSON.parse(text) : null;
    this.bodies.push({ method: request.method, path: url.pathname, body });
    if (first === "minutes") return this.writeMinutes(request, response, body, rest);
    if (request.method === "PATCH") {
      Object.assign(this, body);
      return this.json(response, { access: this.access ?? "public", retentionDays: this.retentionDays });
    }
    if (first === "people") return this.takeOut(response, rest[0]);
    if (rest[0] === "archive" && request.method === "POST") {
      this.recordings = this.recordings.map((one) => (one.id === first ? { ...one, state: "waiting", error: null } : one));
      return this.json(response, { id: first, state: "waiting" }, 202);
    }
    if (first === undefined) this.removed = true;
    else if (first === "attachments") this.attachments = this.attachments.filter(({ id }) => id !== rest[0]);
    else this.recordings = this.recordings.filter(({ id }) => id !== first);
    return response.writeHead(204).end();
  }

  takeOut(response, id) {
    const { changed } = this;
    const { chat } = changed(JSON.parse(readFileSync(join(this.folder, "archive.json"), "utf8")));
    this.taken.add(id);
    this.changed = (archive) => {
      const before = changed(archive);
      return { ...before, speakers: before.speakers.filter((one) => one.id !== id), chat: before.chat.filter(({ from }) => from !== id) };
    };
    this.recordings = this.recordings.map((one) => ({ ...one, state: "waiting" }));
    const removed = { chat: chat.filter(({ from }) => from === id).length, attachments: 0, tracks: 2 };
    return this.json(response, { removed, removing: ["voice", "picture"].filter((one) => !this.kept.includes(one)), kept: this.kept, remade: 1 });
  }

  writeMinutes(request, response, body, [language, what]) {
    const versions = this.minutes.get(language) ?? [];
    if (what === "publish") {
      for (const one of versions) one.published = body.on && one.version === body.version;
      return this.json(response, { version: body.version, published: body.on });
    }
    const version = (versions.at(-1)?.version ?? 0) + 1;
    const at = STARTS * 1000 + version;
    this.minutes.set(language, [...versions, { language, version, published: false, author: body.author, at, body: body.body }]);
    return this.json(response, { version, at });
  }

  async attach(request, response, url) {
    if (this.slow) return;
    const status = this.refuses;
    let bytes = 0;
    for await (const piece of request) bytes += piece.length;
    this.refuses = 0;
    if (status) return this.problem(response, status);
    const made = { id: String(this.attachments.length + 100), name: url.searchParams.get("name"), type: "application/pdf", bytes, part: Number(url.searchParams.get("part")), at: STARTS * 1000, by: "Secretariat" };
    this.attachments.push(made);
    this.json(response, { ...made, url: `/api/archive/${MEETING}/attachments/${made.id}` }, 201);
  }

  list(values) {
    const q = (values.get("q") ?? "").toLowerCase();
    const month = values.get("month");
    const all = this.empty ? [] : TITLES;
    const found = (title) => {
      const at = q ? title.toLowerCase().indexOf(q) : -1;
      const hits = at < 0 ? [] : [{ kind: "title", text: `${title.slice(0, at)}<<${title.slice(at, at + q.length)}>>${title.slice(at + q.length)}`, at: null, recording: null }];
      return q && "first ten neighbours who join".includes(q) && title.startsWith("How")
        ? [...hits, { kind: "chat", text: `… find the ${"first ten neighbours who join".replace(q, `<<${q}>>`)}?`, at: 41, recording: "12" }] : hits;
    };
    const kept = all.filter(([, title, , , , , starts]) => (!month || monthOf(starts) === month) && (!q || found(title).length > 0));
    const from = Number(values.get("before") ?? 0);
    return {
      meetings: kept.slice(from, from + 4).map(([name, title, access, countries, floors, languages, starts, duration]) => ({
        name, title, starts, zone: "Asia/Shanghai", minutes: 180, access, floors, languages, countries, duration, state: name === "night-school" ? "running" : "done",
        thumbnail: name === "water" ? null : `/api/archive/${name}/12/thumbnail.jpg`, found: found(title),
      })),
      months: [...new Set(all.map(([, , , , , , starts]) => monthOf(starts)))].map((one) => ({ month: one, count: all.filter((t) => monthOf(t[6]) === one).length })),
      next: kept.length > from + 4 ? String(from + 4) : null,
    };
  }

  meeting(name, editor = false) {
    const [, title, access, , floors, channels, starts] = TITLES.find(([one]) => one === name);
    return {
      name, title, starts: this.starts ?? starts, zone: "Asia/Shanghai", minutes: 180, venue: "Online", access: this.access ?? access, floors, channels, role: editor ? "secretariat" : null, mayEdit: editor, mayDelete: editor,
      ...(editor ? { retentionDays: this.retentionDays } : {}),
      agenda: [["Ana Quispe", "Welcome, and who we are"], ["杨玲 Yang Ling", "Hello, neighbour: how a courtyard became a kitchen"], ["", ""]].map(([sharer, subject], i) => ({
        number: i + 1, sharer, subject, minutes: 20, started: null,
      })),
      recordings: this.recordings,
      attachments: this.attachments.map((one) => ({ ...one, url: `/api/archive/${name}/attachments/${one.id}` })),
      written: [...this.minutes].map(([language, versions]) => ({ language, newest: editor ? versions.at(-1) : versions.find(({ published }) => published) }))
        .filter(({ newest }) => newest).map(({ language, newest: { published, version, at } }) => ({ language, published, version, at })),
    };
  }

  /** One range, as RFC 9110, section 14 has it. */
  file(request, response, path) {
    if (!existsSync(path) || !statSync(path).isFile()) return this.problem(response, 404);
    const { size } = statSync(path);
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const [from, to] = range ? [Number(range[1]), range[2] ? Math.min(Number(range[2]), size - 1) : size - 1] : [0, size - 1];
    const head = { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream", "Accept-Ranges": "bytes", "Cache-Control": "no-cache", ETag: `"${basename(path)}-${size}"` };
    if (from >= size && size > 0) {
      response.writeHead(416, { ...head, "Content-Range": `bytes */${size}` });
      return response.end();
    }
    response.writeHead(range ? 206 : 200, { ...head, "Content-Length": size === 0 ? 0 : to - from + 1, ...(range ? { "Content-Range": `bytes ${from}-${to}/${size}` } : {}) });
    if (size === 0) return response.end();
    return createReadStream(path, { start: from, end: to }).on("error", () => response.destroy()).pipe(response);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const standIn = await StandIn.start({ folder: process.argv[2], port: Number(process.env.PORT ?? 8099) });
  console.log(`${standIn.base}/archive\n${standIn.base}/archive/${MEETING}\nfiles: ${readdirSync(standIn.folder).join(" ")}`);
}
