/** What the secretariat's page knows of the server's meetings, kept up to date, and what it may ask the server to do. */
import type { Role } from "../state";
import { Api, checked, type Failure, type Outcome } from "./api";
import { object, string } from "../guards";
import { type Meeting, meeting, meetings } from "./meeting";

const EVERY_MS = 10_000;
const AGAIN_MS = 3000;
const DAY = 86_400;
/** Beyond the meeting's end, so that nobody who comes late or reads the chat's link later is turned away. */
const LINK_AFTER_DAYS = 7;
const LINK_DAYS = 30;
const LINK_DAYS_MAX = 3650;

export type OfficeLink =
  | { at: "loading" }
  | { at: "live" }
  /** Asked again by itself; what was known stays. */
  | { at: "lost"; why: "offline" | "unreadable" }
  | { at: "refused"; why: "noToken" | "token" | "expired" | "role" };

export interface OfficeState {
  link: OfficeLink;
  /** Null: nothing is known yet. */
  meetings: readonly Meeting[] | null;
  /** The link is for all meetings: it may make new ones. */
  general: boolean;
}

export interface Booth { languages: string[]; understands: string[]; pivot: string; booth: string }
export interface Invited { url: string; /** Unix seconds. */ until: number }

/** What the token itself says; the server decides, this is for the words and for what is offered. */
export function readToken(token: string): { meeting: string; role: string; expires: number } {
  try {
    const payload = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const { sub, role, exp } = JSON.parse(atob(payload)) as { sub?: unknown; role?: unknown; exp?: unknown };
    return { meeting: typeof sub === "string" ? sub : "*", role: typeof role === "string" ? role : "", expires: typeof exp === "number" ? exp : Infinity };
  } catch {
    return { meeting: "*", role: "", expires: Infinity };
  }
}

/** So long that the link is good when the meeting comes, and a while after. */
export function linkDays({ starts, minutes }: Pick<Meeting, "starts" | "minutes">, now: number): number {
  const toEnd = starts > 0 ? Math.ceil((starts + minutes * 60 - now) / DAY) + LINK_AFTER_DAYS : 0;
  return Math.min(LINK_DAYS_MAX, Math.max(LINK_DAYS, toEnd));
}

/** A link that was made a while ago is as good as one that would be made now: also when the meeting was put off since. */
export function lastsFor({ starts, minutes }: Pick<Meeting, "starts" | "minutes">, until: number, now: number): boolean {
  const wanted = starts > 0 ? starts + minutes * 60 + LINK_AFTER_DAYS * DAY : 0;
  // A day less where a new one's time would begin anew: the page may be open for a while.
  return until >= now + (LINK_DAYS - 1) * DAY && until >= Math.min(wanted, now + (LINK_DAYS_MAX - 1) * DAY);
}

const link = object({ url: string });

export class Office {
  private state: OfficeState = { link: { at: "loading" }, meetings: null, general: true };
  private token = "";
  private api = new Api("");
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Which question the page waits for: the answer to an older one is no news. */
  private asked = 0;
  private asking = false;
  /** What was to be made, and which meetings there were before. */
  private unanswered: { text: string; known: ReadonlySet<string> } | null = null;

  constructor(private readonly onChange: (state: OfficeState) => void) {}

  /** Begins, or begins anew with another token. */
  open(token: string | null): void {
    clearTimeout(this.timer);
    this.token = token ?? "";
    this.api = new Api(this.token);
    if (token === null) return this.set({ link: { at: "refused", why: "noToken" }, meetings: null });
    this.set({ link: { at: "loading" }, meetings: null, general: readToken(token).meeting === "*" });
    void this.refresh();
  }

  close(): void {
    clearTimeout(this.timer);
    this.asked++;
  }

  /** The page is seen again. */
  wake(): void {
    if (!this.asking && this.state.link.at !== "refused") void this.refresh();
  }

  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    const asked = ++this.asked;
    this.asking = true;
    const outcome = checked(await this.api.get("/api/admin/meetings"), meetings);
    if (asked !== this.asked) return;
    this.asking = false;
    if (outcome.ok) this.set({ link: { at: "live" }, meetings: outcome.value });
    else this.fails(outcome.failure);
    if (this.state.link.at !== "refused") this.timer = setTimeout(() => void this.refresh(), this.state.link.at === "live" ? EVERY_MS : AGAIN_MS);
  }

  /** Asked once more after no answer came, it makes no second one: the first may be there. */
  async create(body: Record<string, unknown>): Promise<Outcome<Meeting>> {
    const text = JSON.stringify(body);
    const before = this.unanswered?.text === text ? this.unanswered : null;
    if (before) {
      await this.refresh();
      const there = this.state.meetings?.find(({ name, title, starts }) => !before.known.has(name) && title === body["title"] && starts === body["starts"]);
      if (there) return { ok: true, value: there };
    }
    const known = before?.known ?? new Set(this.state.meetings?.map(({ name }) => name));
    const outcome = await this.one("POST", "/api/admin/meetings", body);
    this.unanswered = !outcome.ok && outcome.failure.why === "offline" ? { text, known } : null;
    return outcome;
  }

  change(name: string, body: object): Promise<Outcome<Meeting>> {
    return this.one("PATCH", `/api/admin/meetings/${name}`, body);
  }

  end(name: string): Promise<Outcome<Meeting>> {
    return this.one("POST", `/api/admin/meetings/${name}/end`, {});
  }

  /** What it is to be from now on; `now`: what it is. */
  async record(name: string, now: Meeting["recording"], next: "recording" | "paused" | "ended"): Promise<Outcome<unknown>> {
    const path = `/api/meetings/${name}/recording`;
    const outcome = await (next === "ended" ? this.api.json("DELETE", path) : now === "off" ? this.api.json("POST", path, {}) : this.api.json("PATCH", path, { state: next }));
    await this.refresh();
    return outcome;
  }

  async invite(to: Meeting, role: Role, booth: Booth | null): Promise<Outcome<Invited>> {
    const now = Math.floor(Date.now() / 1000);
    const days = linkDays(to, now);
    const asked = { role, days, ...(booth ? { ...booth, booth: booth.booth.trim() } : {}) };
    const outcome = checked(await this.api.json("POST", `/api/admin/meetings/${to.name}/links`, asked), link);
    return outcome.ok ? { ok: true, value: { url: outcome.value.url, until: now + days * DAY } } : outcome;
  }

  /** The secretariat of one meeting makes no hosts; that of all of them does, since a new meeting has none. */
  mayInvite(role: Role): boolean {
    return role !== "host" || this.state.general || readToken(this.token).role === "host";
  }

  /** All links of the role that were given out for the meeting. */
  withdraw(name: string, role: Role): Promise<Outcome<unknown>> {
    return this.api.json("DELETE", `/api/admin/meetings/${name}/links/${role}`);
  }

  /** Not one's own kind of link: it would be the page's own, too. */
  mayWithdraw(role: Role): boolean {
    return this.mayInvite(role) && (this.state.general || readToken(this.token).role !== role);
  }

  calendar(name: string): Promise<Outcome<Blob>> {
    return this.api.file(`/api/meetings/${name}/calendar.ics`);
  }

  /** With all that was kept of it. Who has one meeting's link may not. */
  get mayRemove(): boolean {
    return this.state.general && readToken(this.token).role === "secretariat";
  }

  async remove(name: string): Promise<Outcome<unknown>> {
    const outcome = await this.api.json("DELETE", `/api/archive/${name}`);
    if (outcome.ok) this.knows((this.state.meetings ?? []).filter((one) => one.name !== name));
    return outcome;
  }

  archiveOf(name: string): string {
    return `/archive/${name}#token=${this.token}`;
  }

  /** The archive's page with the editor open. */
  minutesOf(name: string): string {
    return `${this.archiveOf(name)}&edit=minutes`;
  }

  private async one(method: "POST" | "PATCH", path: string, body: object): Promise<Outcome<Meeting>> {
    const outcome = checked(await this.api.json(method, path, body), meeting);
    if (!outcome.ok) return outcome;
    this.knows([...(this.state.meetings ?? []).filter(({ name }) => name !== outcome.value.name), outcome.value]);
    return outcome;
  }

  private knows(all: readonly Meeting[]): void {
    this.asked++; // a list that was asked for before doesn't know it
    this.asking = false;
    this.set({ link: { at: "live" }, meetings: all });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), EVERY_MS);
  }

  private fails(failure: Failure): void {
    const expired = readToken(this.token).expires * 1000 < Date.now();
    switch (failure.why) {
      case "token":
        return this.set({ link: { at: "refused", why: expired ? "expired" : "token" } });
      case "role":
        return this.set({ link: { at: "refused", why: "role" } });
      case "refused":
        if (failure.status === 403) return this.set({ link: { at: "refused", why: "role" } });
        // A meeting of one's own that is gone: the link leads nowhere any more.
        return this.set({ link: failure.status === 404 || failure.status === 410 ? { at: "refused", why: "token" } : { at: "lost", why: "unreadable" } });
      case "offline":
      case "unreadable":
        return this.set({ link: { at: "lost", why: failure.why } });
    }
  }

  private set(change: Partial<OfficeState>): void {
    this.state = { ...this.state, ...change };
    this.onChange(this.state);
  }
}
