/** A body while it is edited: entries of its lists have keys, so that a view knows them again when they move. Pure. */
import type { Body, Part, Participant, Place, Question } from "./body";
import { startsOf, wallOf } from "./times";

export type Keyed<T> = T & { readonly key: number };

export interface FormTime extends Omit<Body["time"], "places"> {
  /** What stands in the fields: a browser gives "0002-05-29" while a year is typed, and "" for a time without its hour. */
  date: string;
  begin: string;
}

export interface Form extends Omit<Body, "time" | "parts" | "questions" | "participants"> {
  time: FormTime;
  places: Keyed<Place>[];
  parts: Keyed<Part>[];
  questions: Keyed<Question>[];
  participants: Keyed<Participant>[];
}

export type ListName = "places" | "parts" | "questions" | "participants";

/** What the server takes (signaling/minutes_body.c). */
export const LIMITS = { line: 300, name: 200, contents: 50_000, question: 4000, answer: 10_000, minutes: 10_080 } as const;
export const MOST: Readonly<Record<ListName | "recorders", number>> = { places: 100, parts: 100, questions: 300, participants: 2000, recorders: 50 };

export const EMPTY: { [L in ListName]: Omit<Form[L][number], "key"> } = {
  places: { country: "", zone: "" },
  parts: { sharer: "", subject: "", contents: "" },
  questions: { question: "", by: "", answer: "", answeredBy: "" },
  participants: { name: "", organisation: "", country: "" },
};

let lastKey = 0;

function keyed<T>(entry: T): Keyed<T> {
  return { ...entry, key: ++lastKey };
}

function bare<T extends { key: number }>({ key: _, ...entry }: T): Omit<T, "key"> {
  return entry;
}

export function formOf(body: Body): Form {
  const { places, ...time } = body.time;
  const { date, time: begin } = wallOf(time.starts, time.zone);
  return {
    ...body,
    time: { ...time, date, begin },
    places: places.map(keyed),
    parts: body.parts.map(keyed),
    questions: body.questions.map(keyed),
    participants: body.participants.map(keyed),
  };
}

export function bodyOf(form: Form): Body {
  const { places, time: { starts, minutes, zone }, ...rest } = form;
  return {
    ...rest,
    time: { starts, minutes, zone, places: places.map(bare) },
    parts: form.parts.map(bare),
    questions: form.questions.map(bare),
    participants: form.participants.map(bare),
    recorders: form.recorders.map((name) => name.trim()).filter((name) => name !== ""),
  };
}

/** The first date that is written begins then, unless somebody has written another time. */
const USUAL_BEGIN = "10:00";

/**
 * What was written in the fields of date, time and zone. The moment moves once it can be read; until then the one before holds.
 * unfinished: the field is empty for the browser alone, something of it is written.
 */
export function written(time: FormTime, change: Partial<Pick<FormTime, "date" | "begin" | "zone">>, unfinished = false): FormTime {
  const next = { ...time, ...change };
  if (next.date === "" && change.date === "" && !unfinished) return { ...next, starts: 0 };
  const dated = startsOf(next.date, USUAL_BEGIN, next.zone) > 0;
  if (dated && next.begin === "" && time.starts <= 0 && change.begin === undefined) next.begin = USUAL_BEGIN;
  const starts = startsOf(next.date, next.begin, next.zone);
  if (starts > 0) return { ...next, starts };
  if (next.zone === time.zone || time.starts <= 0) return next;
  // The clock of the meeting stays what it was: ten o'clock there.
  const wall = wallOf(time.starts, time.zone);
  return { ...next, starts: startsOf(wall.date, wall.time, next.zone) };
}

/** What stands in a field and doesn't count. */
export function timeProblems({ date, begin, starts, zone }: FormTime): { date: boolean; begin: boolean } {
  if (date === "" && starts <= 0) return { date: false, begin: false };
  return { date: startsOf(date, USUAL_BEGIN, zone) <= 0, begin: startsOf("2020-01-01", begin, zone) <= 0 };
}

/** Whatever the order of fields. */
export function sameBody(a: Body, b: Body): boolean {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1))) : value;
  return JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
}

/** The new entry is the last one; its key comes back. */
export function added<L extends ListName>(form: Form, list: L, entry: Partial<Form[L][number]> = {}): [Form, number] {
  if (form[list].length >= MOST[list]) return [form, 0];
  const made = keyed({ ...EMPTY[list], ...entry });
  return [{ ...form, [list]: [...form[list], made] }, made.key];
}

export function removed(form: Form, list: ListName, key: number): Form {
  return { ...form, [list]: (form[list] as Keyed<object>[]).filter((one) => one.key !== key) };
}

export function changed<L extends ListName>(form: Form, list: L, key: number, fields: Partial<Form[L][number]>): Form {
  return { ...form, [list]: (form[list] as Keyed<object>[]).map((one) => (one.key === key ? { ...one, ...fields, key } : one)) };
}

/** by: -1 up, 1 down. Beyond the ends nothing happens. */
export function moved(form: Form, list: ListName, key: number, by: -1 | 1): Form {
  const entries = [...(form[list] as Keyed<object>[])];
  const from = entries.findIndex((one) => one.key === key);
  const [entry] = entries.slice(from, from + 1);
  if (from < 0 || !entry || from + by < 0 || from + by >= entries.length) return form;
  entries.splice(from, 1);
  entries.splice(from + by, 0, entry);
  return { ...form, [list]: entries };
}

/** Countries of participants that have no local time yet. */
export function missingPlaces(form: Form): string[] {
  const there = new Set(form.places.map(({ country }) => country));
  return [...new Set(form.participants.map(({ country }) => country))].filter((country) => country !== "" && !there.has(country));
}
