/** A meeting while it is planned: what is in the fields, what is wrong with them, and what the server is to be told. Pure functions. */
import { isDeletedSoon } from "../retention";
import { type Agenda, isEmptyPart, wholeMinutes } from "./agenda";
import type { Access, Meeting, Part, Plan } from "./meeting";
import { findZone, isZone, knownZones, momentOf, wallOf } from "./zones";

export interface Form {
  title: string;
  /** Of its address; of a new one as long as nobody has written another: made of date and theme. */
  name: string;
  nameOwn: boolean;
  /** No date: the meeting is open at any time. */
  anyTime: boolean;
  date: string;
  time: string;
  zone: string;
  /** What stands in the zone's field in its place, until it is one; null: nothing else. */
  zoneText: string | null;
  minutes: string;
  venue: string;
  floors: readonly string[];
  channels: readonly string[];
  agenda: Agenda;
  autoRecord: boolean;
  ownTracks: boolean;
  access: Access;
  retentionDays: number;
}

export type FormProblem = "titleMissing" | "nameBad" | "nameTaken" | "dateBad" | "zoneBad" | "zoneUnknown" | "minutesBad" | "partMinutesBad";
/** By the field's name, as the server names it: `title`, `agenda[1].minutes`. */
export type Problems = Readonly<Record<string, FormProblem>>;

const TITLE_IN_NAME = 40;
const NAME_MAX = 64;

/** "2026-05-29-how-to-go-on"; a theme without Latin letters gives the date alone. */
export function nameFor({ title, date, anyTime }: Pick<Form, "title" | "date" | "anyTime">, taken: readonly string[]): string {
  const words = title.normalize("NFKD").replace(/[\u0300-\u036f’']/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-/, "").slice(0, TITLE_IN_NAME);
  const name = [anyTime ? "" : date, words.replace(/-+$/, "")].filter(Boolean).join("-") || "meeting";
  for (let n = 1; ; n++) {
    const other = n === 1 ? name : `${name}-${n}`;
    if (!taken.includes(other)) return other;
  }
}

/** Tomorrow at the next full hour, two hours, in the languages of the last meeting. `now`: Unix seconds. */
export function newForm(now: number, ownZone: string, last: Meeting | null, taken: readonly string[]): Form {
  const zone = isZone(ownZone) ? ownZone : "UTC";
  const { date, time } = wallOf(now, zone);
  const next = new Date(Date.parse(`${date}T${time.slice(0, 2)}:00:00Z`) + 25 * 3_600_000).toISOString();
  const form: Form = {
    title: "", name: "", nameOwn: false, anyTime: false, date: next.slice(0, 10), time: next.slice(11, 16), zone, zoneText: null, minutes: "120", venue: "",
    floors: last?.floors ?? [], channels: last?.channels ?? [], agenda: [], autoRecord: last?.autoRecord ?? false, ownTracks: last?.ownTracks ?? false,
    access: "alliance", retentionDays: 0,
  };
  return { ...form, name: nameFor(form, taken) };
}

export function formOf(meeting: Meeting, ownZone: string): Form {
  const zone = isZone(meeting.zone) ? meeting.zone : isZone(ownZone) ? ownZone : "UTC";
  const { date, time } = meeting.starts > 0 ? wallOf(meeting.starts, zone) : { date: "", time: "" };
  const { name, title, venue, floors, channels, autoRecord, ownTracks, access, retentionDays } = meeting;
  return {
    name, nameOwn: true, title, anyTime: meeting.starts === 0, date, time, zone, zoneText: null, minutes: String(meeting.minutes), venue, floors, channels, autoRecord, ownTracks,
    access, retentionDays, agenda: meeting.agenda.map(({ sharer, subject, minutes }, at) => ({ key: at + 1, sharer, subject, minutes: minutes > 0 ? String(minutes) : "" })),
  };
}

/** So many months after `date`: the same weekday of the same week ("the second Friday"), or the last one where there is no fifth. */
export function monthsAfter(date: string, months: number): string {
  const [year = 1970, month = 1, day = 1] = date.split("-").map(Number);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const to = month - 1 + months;
  const first = (7 + weekday - new Date(Date.UTC(year, to, 1)).getUTCDay()) % 7;
  const days = new Date(Date.UTC(year, to + 1, 0)).getUTCDate();
  const wanted = 1 + first + 7 * Math.floor((day - 1) / 7);
  return new Date(Date.UTC(year, to, wanted > days ? wanted - 7 : wanted)).toISOString().slice(0, 10);
}

/** Like an old one, at the same time by its clock, a month later, or as many as bring it beyond `now` (Unix seconds). */
export function nextForm(old: Meeting, now: number, ownZone: string, taken: readonly string[]): Form {
  const last = formOf(old, ownZone);
  const form = { ...last, nameOwn: false };
  for (let months = 1; !form.anyTime && (months === 1 || (momentOf(form, form.zone)?.at ?? Infinity) <= now); months++) {
    form.date = monthsAfter(last.date, months);
  }
  return { ...form, name: nameFor(form, taken) };
}

/** The address follows date and theme until somebody writes one. */
export function edit(form: Form, change: Partial<Form>, taken: readonly string[]): Form {
  const next = { ...form, ...change };
  return next.nameOwn ? next : { ...next, name: nameFor(next, taken) };
}

/** What is written in the zone's field becomes the zone as soon as it is one: a change of the form. */
export function writtenZone(words: string): Pick<Form, "zoneText"> & Partial<Pick<Form, "zone">> {
  const zone = findZone(words, knownZones());
  return zone === null ? { zoneText: words } : { zone, zoneText: null };
}

/** What is shown when the server has taken `sent`, and has `now`: what was changed meanwhile stays as it is. */
export function afterSaving(sent: Form, shown: Form, now: Form): Form {
  const kept = Object.entries(shown).filter(([field, value]) => value !== sent[field as keyof Form]);
  return { ...now, ...(Object.fromEntries(kept) as Partial<Form>) };
}

/** `taken`: the other meetings' names. */
export function problemsOf(form: Form, taken: readonly string[]): Problems {
  const found: Record<string, FormProblem> = {};
  if (form.title.trim() === "") found["title"] = "titleMissing";
  if (!/^[a-z0-9-]+$/.test(form.name) || form.name.length > NAME_MAX) found["name"] = "nameBad";
  else if (taken.includes(form.name)) found["name"] = "nameTaken";
  if (form.zoneText !== null && findZone(form.zoneText, knownZones()) === null) found["zone"] = form.zoneText.trim() === "" ? "zoneBad" : "zoneUnknown";
  else if (!isZone(form.zone)) found["zone"] = "zoneBad";
  else if (!form.anyTime && momentOf(form, form.zone) === null) found["starts"] = "dateBad";
  if (wholeMinutes(form.minutes) === null) found["minutes"] = "minutesBad";
  sent(form.agenda).forEach((part, at) => {
    if (part.minutes.trim() !== "" && wholeMinutes(part.minutes) === null) found[`agenda[${at}].minutes`] = "partMinutesBad";
  });
  return found;
}

/** Parts in which nobody has written anything aren't told, and have no number. */
const sent = (agenda: Agenda): Agenda => agenda.filter((part) => !isEmptyPart(part));

/** Which key the part has that the server calls agenda[at]. */
export function keyOfPart(agenda: Agenda, at: number): number | null {
  return sent(agenda)[at]?.key ?? null;
}

function planOf(form: Form): Omit<Plan, "agenda"> & { agenda: Omit<Part, "started">[] } {
  const { title, venue, zone, floors, channels, autoRecord, ownTracks, access, retentionDays } = form;
  return {
    title: title.trim(), starts: form.anyTime ? 0 : (momentOf(form, zone)?.at ?? 0), zone, minutes: wholeMinutes(form.minutes) ?? 0, venue: venue.trim(),
    floors: [...floors], channels: [...channels], autoRecord, ownTracks, access, retentionDays,
    agenda: sent(form.agenda).map(({ sharer, subject, minutes }) => ({ sharer: sharer.trim(), subject: subject.trim(), minutes: wholeMinutes(minutes) ?? 0 })),
  };
}

/** For POST. A name that nobody has written is the server's to make. */
export function newBody(form: Form): Record<string, unknown> {
  return { ...(form.nameOwn ? { name: form.name } : {}), ...planOf(form) };
}

/** For PATCH: what has changed since `before`, so that what somebody else has changed meanwhile stays. */
export function changedBody(before: Form, form: Form): Record<string, unknown> {
  const was: Record<string, unknown> = { ...planOf(before) };
  return Object.fromEntries(Object.entries(planOf(form)).filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(was[field])));
}

/** Something is in the fields that the server doesn't know. */
export function isChanged(before: Form, form: Form): boolean {
  const { name, nameOwn } = form;
  return form.zoneText !== before.zoneText || Object.keys(changedBody(before, form)).length > 0 || (nameOwn && name !== before.name) || form.minutes.trim() !== before.minutes.trim() ||
    form.agenda.length !== before.agenda.length || form.date !== before.date || form.time !== before.time;
}

/** Saving this deletes what was kept of a meeting, as far as this page knows: it isn't told what there is of it, nor when somebody was last there. */
export function deletesArchive({ state, people, recording }: Meeting, before: Form, form: Form, now: number): boolean {
  const [was, { starts, minutes, retentionDays }] = [planOf(before), planOf(form)];
  const isSame = starts === was.starts && minutes === was.minutes && retentionDays === was.retentionDays;
  if (isSame || people > 0 || recording !== "off") return false;
  return starts > 0 ? isDeletedSoon(starts + minutes * 60, retentionDays, now) : state === "ended" && retentionDays > 0;
}
