/** A meeting as GET /api/admin/meetings says it (PROTOCOL.md, section Secretariat), checked. */
import { array, boolean, type Guard, nullable, number, object, oneOf, optional, string } from "../guards";

export type Access = "public" | "alliance" | "secretariat";
export const ACCESSES: readonly Access[] = ["alliance", "public", "secretariat"];

export interface Part { sharer: string; subject: string; minutes: number; /** Unix ms; null: it hasn't begun. */ started: number | null }

/** What somebody plans. */
export interface Plan {
  title: string;
  /** Unix seconds; 0: any time. */
  starts: number;
  zone: string;
  minutes: number;
  venue: string;
  floors: string[];
  channels: string[];
  agenda: Part[];
  autoRecord: boolean;
  ownTracks: boolean;
  access: Access;
  /** 0: for ever. */
  retentionDays: number;
}

export interface Meeting extends Plan {
  name: string;
  state: "planned" | "open" | "ended";
  /** In it now. */
  people: number;
  recording: "off" | "recording" | "paused";
}

const part: Guard<Part> = object(
  { sharer: string, subject: string, minutes: number, started: optional(nullable(number)) },
  (p) => ({ ...p, started: p.started ?? null }),
);

export const meeting: Guard<Meeting> = object(
  {
    name: string, title: string, starts: number, zone: string, minutes: number, venue: string, floors: array(string), channels: array(string),
    agenda: array(part), autoRecord: boolean, ownTracks: boolean, access: oneOf("public", "alliance", "secretariat"), retentionDays: number,
    state: oneOf("planned", "open", "ended"), people: optional(number), recording: optional(oneOf("off", "recording", "paused")),
  },
  (m) => ({ ...m, people: m.people ?? 0, recording: m.recording ?? "off" }),
);

export const meetings: Guard<Meeting[]> = object({ meetings: array(meeting) }, (answer) => answer.meetings);

/** Over, or so long past its end that nobody waits for it any more. */
export function isPast({ state, starts, minutes }: Pick<Meeting, "state" | "starts" | "minutes">, now: number): boolean {
  return state === "ended" || (state === "planned" && starts > 0 && starts + Math.max(60, minutes) * 60 < now);
}

/** Upcoming ones: those that go on, then by their start, those of any time last. Past ones: the latest first. */
export function inOrder(all: readonly Meeting[], now: number): { upcoming: Meeting[]; past: Meeting[] } {
  const rank = (one: Meeting): number => (one.state === "open" && one.people > 0 ? -Infinity : one.starts || Infinity);
  const by = (key: (one: Meeting) => number) => (a: Meeting, b: Meeting): number => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.name < b.name ? -1 : 1);
  return {
    upcoming: all.filter((one) => !isPast(one, now)).sort(by(rank)),
    past: all.filter((one) => isPast(one, now)).sort(by((one) => -one.starts)),
  };
}
