/** An agenda while it is written. Pure functions; each gives another list, and parts that stay are the same objects. */

/** What is in the fields: a length is what was typed. */
export interface DraftPart {
  /** Stays with the part while it moves, so that the fields keep their focus. */
  key: number;
  sharer: string;
  subject: string;
  minutes: string;
}

export type Agenda = readonly DraftPart[];

export const PARTS_MAX = 50;

/** At the end, as long as the one before: parts of a meeting are often alike. */
export function addPart(agenda: Agenda): Agenda {
  if (agenda.length >= PARTS_MAX) return agenda;
  const key = 1 + agenda.reduce((max, part) => Math.max(max, part.key), 0);
  return [...agenda, { key, sharer: "", subject: "", minutes: agenda.at(-1)?.minutes ?? "20" }];
}

export function removePart(agenda: Agenda, key: number): Agenda {
  return agenda.filter((part) => part.key !== key);
}

export function changePart(agenda: Agenda, key: number, change: Partial<Omit<DraftPart, "key">>): Agenda {
  return agenda.map((part) => (part.key === key ? { ...part, ...change } : part));
}

/** Up or down by so many places, as far as there are any. */
export function movePart(agenda: Agenda, key: number, by: number): Agenda {
  const from = agenda.findIndex((part) => part.key === key);
  const part = agenda[from];
  const to = Math.max(0, Math.min(agenda.length - 1, from + by));
  if (!part || from === to) return agenda;
  const others = agenda.filter((one) => one !== part);
  return [...others.slice(0, to), part, ...others.slice(to)];
}

export const isEmptyPart = ({ sharer, subject }: DraftPart): boolean => sharer.trim() === "" && subject.trim() === "";

/** Minutes of all parts together; what is no number counts for nothing. */
export function totalMinutes(agenda: Agenda): number {
  return agenda.reduce((sum, { minutes }) => sum + (wholeMinutes(minutes) ?? 0), 0);
}

/** Null: no whole number, or more than a day. */
export function wholeMinutes(written: string): number | null {
  const n = /^\s*\d{1,4}\s*$/.test(written) ? Number(written) : NaN;
  return n <= 1440 ? n : null;
}
