/** Who was in a recording: what an editor may choose whose contribution is taken out. */
import { array, type Guard, nullable, object, optional, string } from "../guards";
import type { Archive } from "./answer";

export interface Contributor {
  id: string;
  name: string;
  organisation: string;
}

const person: Guard<Contributor> = object({ id: string, name: string, organisation: optional(nullable(string)) }, (one) => ({ ...one, organisation: one.organisation ?? "" }));
/** Null: it is none. Lines may be cut anywhere, and are of many kinds. */
function read<T>(guard: Guard<T>, value: unknown): T | null {
  try {
    return guard(value, "");
  } catch {
    return null;
  }
}

const line = object({ type: string });
const begin = object({ people: array((one) => read(person, one)) });
const removed = object({ id: string });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What is recorded says of everybody who was there, in its index (index.jsonl): also who was only seen, or did nothing. */
export function peopleOfIndex(text: string): Contributor[] {
  const found = new Map<string, Contributor>();
  for (const written of text.split("\n")) {
    const value = parsed(written);
    const type = read(line, value)?.type;
    const people = type === "begin" ? (read(begin, value)?.people ?? []) : type === "person" ? [read(person, value)] : [];
    for (const one of people) if (one && one.name !== "") found.set(one.id, one);
    if (type === "removed") found.delete(read(removed, value)?.id ?? "");
  }
  return [...found.values()];
}

/** Who spoke or wrote: those whom the archive names with their ids. */
export function peopleOfArchive({ speakers, chat }: Archive): Contributor[] {
  return [...speakers, ...chat.filter(({ from }) => from).map(({ from, name }) => ({ id: from, name, organisation: "" }))]
    .map(({ id, name, organisation }) => ({ id, name, organisation }));
}

/** Each once, by name. */
export function everybody(lists: readonly (readonly Contributor[])[]): Contributor[] {
  const found = new Map<string, Contributor>();
  for (const one of lists.flat()) if (/^p\d+$/.test(one.id) && !found.has(one.id)) found.set(one.id, one);
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name) || Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

/** What tells one from another who has the same name: came in again, they have another number. */
export function labelOf({ id, name, organisation }: Contributor, all: readonly Contributor[]): string {
  const several = all.filter((one) => one.name === name && one.organisation === organisation).length > 1;
  return [name, organisation, several ? id.slice(1) : ""].filter(Boolean).join(" · ");
}
