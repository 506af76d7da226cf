/** Asks the archive's addresses. What went wrong is a Failure, of which the page says the words and the next step. */
import { type Guard } from "../guards";
import { type Minutes, readMinutes } from "../minutes/body";
import { patiently } from "../patience";
import { type Archive, type List, type Meeting, readArchive, readList, readMeeting } from "./answer";
import type { Search } from "./places";

const TIMEOUT_MS = 15_000;

export type Why =
  /** No answer: asked again by itself. */
  | "offline"
  /** It takes a link with a token, or another one than this. */
  | "closed"
  /** The token isn't valid any more, or not for this. */
  | "badToken"
  | "gone"
  /** Page and server don't fit together. */
  | "unreadable";

export class Failure extends Error {
  constructor(readonly why: Why) {
    super(why);
  }
}

function whyOf(status: number, token: string | null): Why {
  if (status === 401 || status === 403) return token === null ? "closed" : "badToken";
  if (status === 404 || status === 410) return "gone";
  return "offline";
}

export class ArchiveApi {
  constructor(readonly token: string | null) {}

  list({ q, month }: Search, before: string | null, signal?: AbortSignal): Promise<List> {
    const values = new URLSearchParams();
    if (q) values.set("q", q);
    if (month) values.set("month", month);
    if (before) values.set("before", before);
    const query = values.toString();
    return this.read(query ? `/api/archive?${query}` : "/api/archive", readList, signal);
  }

  meeting(name: string): Promise<Meeting> {
    return this.read(`/api/archive/${name}`, readMeeting);
  }

  archive(base: string): Promise<Archive> {
    return this.read(`${base}archive.json`, readArchive);
  }

  /** version: of those that aren't published, for editors; absent: the published ones. */
  minutes(name: string, language: string, version?: number): Promise<Minutes> {
    return this.read(`/api/archive/${name}/minutes/${encodeURIComponent(language)}${version === undefined ? "" : `?version=${version}`}`, readMinutes);
  }

  /** Lets media elements and plain links of the meeting's files in, which can't send the token (a cookie). */
  async session(name: string): Promise<void> {
    if (this.token === null) return;
    await this.ask(`/api/archive/${name}/session`, { method: "POST" });
  }

  /** Its archive is to be made once more: for editors. */
  async remake(name: string, recording: string): Promise<void> {
    await this.ask(`/api/archive/${name}/${encodeURIComponent(recording)}/archive`, { method: "POST" });
  }

  /** A picture of a meeting that no session was opened for, as a blob: address for <img>; revoke it when it isn't shown any more. */
  async picture(address: string, signal: AbortSignal): Promise<string> {
    const response = await this.ask(address, { cache: "default" }, signal);
    return URL.createObjectURL(await response.blob());
  }

  get hasToken(): boolean {
    return this.token !== null;
  }

  private async read<T>(address: string, guard: Guard<T>, signal?: AbortSignal): Promise<T> {
    const response = await this.ask(address, {}, signal);
    let body: unknown;
    try {
      body = await response.json();
    } catch {
      throw new Failure("unreadable");
    }
    try {
      return guard(body, "");
    } catch (error) {
      console.warn(`${address}:`, error instanceof Error ? error.message : error);
      throw new Failure("unreadable");
    }
  }

  private async ask(address: string, options: RequestInit, signal?: AbortSignal): Promise<Response> {
    const headers: HeadersInit = this.token === null ? {} : { Authorization: `Bearer ${this.token}` };
    let response: Response;
    try {
      response = await patiently(address, { cache: "no-store", ...options, headers }, TIMEOUT_MS, signal);
    } catch {
      throw new Failure("offline");
    }
    if (!response.ok) throw new Failure(whyOf(response.status, this.token));
    return response;
  }
}
