/** What editors may change of a meeting's archive (PROTOCOL.md, section Archive). */
import { Api, checked, type Outcome } from "../admin/api";
import { number, object, oneOf } from "../guards";
import { type Archive, readRemoved, type Removed } from "./answer";

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

  /** id: "p17". */
  async removePerson(id: string): Promise<Outcome<Removed>> {
    return checked(await this.api.json("DELETE", `${this.address}/people/${encodeURIComponent(id)}`), readRemoved);
  }
}

export interface Contributor {
  id: string;
  name: string;
  organisation: string;
}

/** Who spoke or wrote, by name; each once, though they may have come in several times under other names. */
export function contributorsOf({ speakers, chat }: Archive): Contributor[] {
  const found = new Map<string, Contributor>();
  for (const { id, name, organisation } of speakers) if (!found.has(id)) found.set(id, { id, name, organisation });
  for (const { from, name } of chat) if (from && !found.has(from)) found.set(from, { id: from, name, organisation: "" });
  return [...found.values()].filter(({ id }) => /^p\d+$/.test(id)).sort((a, b) => a.name.localeCompare(b.name));
}
