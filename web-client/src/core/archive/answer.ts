/** What the archive's addresses answer (PROTOCOL.md, section Archive), checked. Times of a recording are seconds on its archive time line. */
import { array, boolean, type Guard, number, object, oneOf, record, string } from "../guards";

/** For what may be absent or null alike. */
function or<T>(guard: Guard<T>, otherwise: T): Guard<T> {
  return (value, path) => (value === undefined || value === null ? otherwise : guard(value, path));
}
function either<A, B>(a: Guard<A>, b: Guard<B>): Guard<A | B> {
  return (value, path) => (Array.isArray(value) ? b(value, path) : a(value, path));
}
const text = or(string, "");
const maybe = or<string | null>(string, null);
const count = or(number, 0);
/** Ids are text here, whichever way they are written. */
const id: Guard<string> = (value, path) => (typeof value === "number" ? String(number(value, path)) : string(value, path));

/** A file beneath the recording: no way out of it, no other host's, whatever archive.json says. */
export const file: Guard<string> = (value, path) => {
  const name = string(value, path);
  const safe = /^[\w@.-]+(\/[\w@.-]+)*$/.test(name) && !name.split("/").some((part) => /^\.+$/.test(part));
  if (!safe) throw new Error(`${path}: the name of a file expected`);
  return name;
};

/** An address of this server's API: what another host would get is none. */
const address: Guard<string> = (value, path) => {
  const where = string(value, path);
  if (!/^\/api\/archive\/[^\\]*$/.test(where) || where.split("/").includes("..")) throw new Error(`${path}: an address of the archive expected`);
  return where;
};

const span = object({ from: number, to: number });
export type Span = ReturnType<typeof span>;

const found = object({
  kind: oneOf("title", "sharer", "chat", "minutes", "attachment"), text: string, at: or<number | null>(number, null),
  recording: or<string | null>(id, null),
});
export type Found = ReturnType<typeof found>;

const access = or<"public" | "alliance" | "secretariat">(oneOf("public", "alliance", "secretariat"), "alliance");
const progress = or<"none" | "waiting" | "running" | "done" | "failed">(oneOf("none", "waiting", "running", "done", "failed"), "none");

const entry = object({
  name: string, title: text, starts: count, zone: text, minutes: count, access, floors: or(array(string), []), languages: or(array(string), []),
  countries: or(array(string), []), duration: count, thumbnail: or<string | null>(address, null), state: progress, found: or(array(found), []),
  /** Unix seconds of the last recording, for meetings without a start. */
  when: count,
});
export type Entry = ReturnType<typeof entry>;

const month: Guard<string> = (value, path) => {
  const written = string(value, path);
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(written)) throw new Error(`${path}: a month like 2026-11 expected`);
  return written;
};

export const readList = object({ meetings: array(entry), months: or(array(object({ month, count: number })), []), next: maybe });
export type List = ReturnType<typeof readList>;

const agendaPart = object({ number, sharer: text, subject: text, minutes: count });
const recording = object({
  id, begin: count, ended: or<number | null>(number, null), state: progress, step: text, done: count, error: text, base: address,
  recording: or<"recording" | "paused" | "ended">(oneOf("recording", "paused", "ended"), "ended"),
});
export type Recording = ReturnType<typeof recording>;

/** at: Unix ms. */
const attachment = object({ id, name: string, type: text, bytes: count, part: count, at: count, by: text, url: address });
export type Attachment = ReturnType<typeof attachment>;
export const readAttachment: Guard<Attachment> = attachment;
/** Of a meeting, and nothing else of it. */
export const readAttachments: Guard<Attachment[]> = object({ attachments: or(array(attachment), []) }, ({ attachments }) => attachments);

const published = object({ language: string, published: or(boolean, true), version: count });
const head = object({
  name: string, title: text, starts: count, zone: text, venue: text, access, floors: or(array(string), []), channels: or(array(string), []),
  agenda: or(array(agendaPart), []), recordings: or(array(recording), []), attachments: or(array(attachment), []), role: maybe, mayEdit: or(boolean, false), mayDelete: or(boolean, false),
  /** 0: for ever. Only editors are told. */
  retentionDays: count,
});

export interface Meeting extends ReturnType<typeof head> {
  /** How long it was planned for; 0: not said. */
  minutes: number;
  written: ReturnType<typeof published>[];
}

/** "minutes" is the planned length; the written ones are "written", or stand as a list in its place. */
export const readMeeting: Guard<Meeting> = (value, path) => {
  const { minutes, written } = object({ minutes: either(count, array(published)), written: or(array(published), []) })(value, path);
  const lists = typeof minutes === "number" ? { minutes, written } : { minutes: 0, written: minutes };
  return { ...head(value, path), ...lists };
};

const program = object({
  id: string, language: or<string | null>(string, null), files: record(file), bytes: or(record(number), {}),
});
export type Program = ReturnType<typeof program>;

const picture = object({ id: string, hls: file, language: maybe, spans: or(array(span), []) });
export type PictureTrack = ReturnType<typeof picture>;

const chapter = object({ at: number, number: count, sharer: text, subject: text });
export type Chapter = ReturnType<typeof chapter>;

const speaker = object({ at: number, until: number, id, name: text, organisation: text, country: text });
export type Speaker = ReturnType<typeof speaker>;

const message = object({ id, at: number, from: text, name: text, text: string, question: or(boolean, false) });
export type Message = ReturnType<typeof message>;

const channel = object({
  channel: string, spans: or(array(object({ from: number, to: number, interpreter: text })), []), silent: or(array(span), []),
});
export type Channel = ReturnType<typeof channel>;

const note = object({ at: number, what: string, seconds: count });
const thumbs = object({ every: number, count: number, width: number, height: number });

export const readArchive = object({
  begin: count, duration: number, cuts: or(array(object({ from: number, to: number, at: number })), []),
  programs: array(program), pictures: array(picture), downloads: or(array(object({ file, bytes: count })), []),
  thumbs: or<ReturnType<typeof thumbs> | null>(thumbs, null), chapters: or(array(chapter), []), speakers: or(array(speaker), []),
  chat: or(array(message), []), languages: or(array(channel), []), notes: or(array(note), []),
  captions: or(array(object({ language: string, file })), []),
});
export type Archive = ReturnType<typeof readArchive>;

/** "voice" and "picture", or what else a newer server may name. */
const parts = or(array(string), []);
/**
 * What of a person is gone, what the job takes out of the tracks that they share with others (until it has, nothing of these recordings is
 * served), what stays in old ones, and how many archives are made again.
 */
export const readRemoved = object({ removed: object({ chat: count, attachments: count, tracks: count }), removing: parts, kept: parts, remade: count });
export type Removed = ReturnType<typeof readRemoved>;
