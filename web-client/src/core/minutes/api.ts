/** Asks the server about minutes. What went wrong is a MinutesFailure, of which the page says the words. */
import type { Guard } from "../guards";
import { patiently } from "../patience";
import { type Body, type Minutes, readDraft, readMinutes, readSaved, readVersions, type Said, type Version } from "./body";

const TIMEOUT_MS = 20_000;

export type MinutesWhy = "offline" | "closed" | "none" | "conflict" | "refused" | "unreadable";

export class MinutesFailure extends Error {
  /** detail: what the server said, in English, with the field's name before it. */
  constructor(readonly why: MinutesWhy, readonly detail: string) {
    super(`${why}: ${detail}`);
  }
}

const WHYS: Readonly<Record<number, MinutesWhy>> = { 400: "refused", 401: "closed", 403: "closed", 404: "none", 409: "conflict", 413: "refused", 422: "refused" };

export interface MinutesSource {
  versions(language: string): Promise<Version[]>;
  read(language: string, version: number): Promise<Minutes>;
  draft(language: string): Promise<{ body: Body; answers: Said[][] }>;
  save(language: string, base: number, author: string, body: Body): Promise<{ version: number; at: number }>;
  publish(language: string, version: number, on: boolean): Promise<void>;
}

export class MinutesApi implements MinutesSource {
  /** token null: by the cookie alone, which can't change anything. */
  constructor(private readonly meeting: string, private readonly token: string | null) {}

  /** Of a file that a link can open: "pdf", "md", "html". */
  address(language: string, ending: string, version?: number): string {
    return `${this.at(language)}.${ending}${version === undefined ? "" : `?version=${version}`}`;
  }

  versions(language: string): Promise<Version[]> {
    return this.ask("GET", `${this.at(language)}/versions`, readVersions);
  }

  read(language: string, version: number): Promise<Minutes> {
    return this.ask("GET", `${this.at(language)}?version=${version}`, readMinutes);
  }

  draft(language: string): Promise<{ body: Body; answers: Said[][] }> {
    return this.ask("GET", `/api/archive/${this.meeting}/minutes/draft?language=${encodeURIComponent(language)}`, readDraft);
  }

  save(language: string, base: number, author: string, body: Body): Promise<{ version: number; at: number }> {
    return this.ask("PUT", this.at(language), readSaved, { base, author, body });
  }

  async publish(language: string, version: number, on: boolean): Promise<void> {
    await this.ask("POST", `${this.at(language)}/publish`, (value) => value, { version, on });
  }

  /** For a link to a file, which can't send the token: the file as a blob. */
  async file(address: string): Promise<Blob> {
    return (await this.fetch("GET", address)).blob();
  }

  private at(language: string): string {
    return `/api/archive/${this.meeting}/minutes/${encodeURIComponent(language)}`;
  }

  private async ask<T>(method: string, address: string, guard: Guard<T>, content?: unknown): Promise<T> {
    const response = await this.fetch(method, address, content);
    try {
      return guard(await response.json(), "");
    } catch (error) {
      throw new MinutesFailure("unreadable", error instanceof Error ? error.message : "");
    }
  }

  private async fetch(method: string, address: string, content?: unknown): Promise<Response> {
    const headers: Record<string, string> = this.token === null ? {} : { Authorization: `Bearer ${this.token}` };
    if (content !== undefined) headers["Content-Type"] = "application/json";
    // A PDF may wait for others.
    const ms = address.includes(".pdf") ? 60_000 : TIMEOUT_MS;
    let response: Response;
    try {
      response = await patiently(address, { method, headers, cache: "no-store", ...(content === undefined ? {} : { body: JSON.stringify(content) }) }, ms);
    } catch {
      throw new MinutesFailure("offline", "");
    }
    if (response.ok) return response;
    const problem = (await response.json().catch(() => null)) as { detail?: unknown } | null;
    throw new MinutesFailure(WHYS[response.status] ?? "offline", typeof problem?.detail === "string" ? problem.detail : "");
  }
}
