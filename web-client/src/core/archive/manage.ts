/** What editors may change of a meeting's archive (PROTOCOL.md, section Archive). */
import { Api, checked, type Outcome } from "../admin/api";
import { number, object, oneOf } from "../guards";
import { isDeletedSoon } from "../retention";
import { type Archive, type Meeting, readRemoved, type Recording, type Removed } from "./answer";
import { type Contributor, everybody, peopleOfArchive, peopleOfIndex } from "./people";

export type Access = "public" | "alliance" | "secretariat";

const readKept = object({ access: oneOf("public", "alliance", "secretariat"), retentionDays: number });
/** Who may see it, and for how many days it is kept (0: for ever). */
export type Kept = ReturnType<typeof readKept>;

export class Manager {
  private readonly api: Api;
  private readonly address: string;

  constructor(meeting: string, token: string) {
    this.api = new Api(token);
    this.address = `/api/archive/${meeting}`;
  }

  async change(change: Partial<Kept>): Promise<Outcome<Kept>> {
    return checked(await this.api.json("PATCH", this.address, change), readKept);
  }

  removeMeeting(): Promise<Outcome<unknown>> {
    return this.api.json("DELETE", this.address);
  }

  removeRecording(id: string): Promise<Outcome<unknown>> {
    return this.api.json("DELETE", `${this.address}/${encodeURIComponent(id)}`);
  }

  /** Whoever was there while it was recorded, and is known by the archive that is shown. isWhole: all recordings have said who that was. */
  async people(recordings: readonly Recording[], archive: Archive | null): Promise<{ people: Contributor[]; isWhole: boolean }> {
    const indexes = await Promise.all(recordings.map(({ base }) => this.api.file(`${base}tracks/index.jsonl`)));
    const texts = await Promise.all(indexes.map((one) => (one.ok ? one.value.text() : "")));
    return { people: everybody([...texts.map(peopleOfIndex), archive ? peopleOfArchive(archive) : []]), isWhole: indexes.every(({ ok }) => ok) };
  }

  /** id: "p17". */
  async removePerson(id: string): Promise<Outcome<Removed>> {
    return checked(await this.api.json("DELETE", `${this.address}/people/${encodeURIComponent(id)}`), readRemoved);
  }
}

/** What of a choice the server doesn't have yet. */
export function unsaved(stored: Kept, chosen: Partial<Kept>): Partial<Kept> {
  return Object.fromEntries(Object.entries(chosen).filter(([field, value]) => value !== stored[field as keyof Kept]));
}

/** Unix seconds: the last that happened, or was to happen, as the server counts (signaling/store_archive.c) and as far as this page knows. */
export function endOf({ starts, minutes, recordings, attachments }: Meeting): number {
  return Math.max(starts + minutes * 60, ...recordings.map(({ ended }) => (ended ?? Infinity) / 1000), ...attachments.map(({ at }) => at / 1000));
}

/** What somebody may do with a choice who doesn't mean to: it is asked about before. */
export function risksOf(meeting: Meeting, change: Partial<Kept>, now: number): { isPublic: boolean; removes: boolean } {
  const { retentionDays: days = 0 } = change;
  const hasFiles = meeting.recordings.length + meeting.attachments.length > 0;
  return { isPublic: change.access === "public", removes: hasFiles && isDeletedSoon(endOf(meeting), days, now) };
}
