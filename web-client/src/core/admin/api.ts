/** One request to the server, and why it failed in terms that the page has words for. */
import { type Guard, object, optional, string } from "../guards";

const TIMEOUT_MS = 15_000;

export type Failure =
  /** No answer, or one of a proxy: the same may go a moment later. */
  | { why: "offline" }
  /** This page is older than the server. */
  | { why: "unreadable" }
  | { why: "token" | "role" }
  /** What the request said isn't taken. `field`: which one, as named in the request; "": none in particular. */
  | { why: "refused"; status: number; field: string; message: string };

export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };

const problem = object({ detail: optional(string) });

/** "title: is missing" is of the field title. */
export function readProblem(status: number, body: unknown): Failure {
  if (status === 401) return { why: "token" };
  if (status >= 500 || status === 429) return { why: "offline" };
  let detail = "";
  try {
    detail = problem(body, "").detail ?? "";
  } catch {
    // a proxy's page
  }
  if (detail === "") return status === 403 ? { why: "role" } : { why: "offline" };
  const [, field = "", message = detail] = /^([A-Za-z][\w.[\]-]*): ([^]*)$/.exec(detail) ?? [];
  if (status === 403 && (field === "" || field === "token")) return { why: "role" };
  return { why: "refused", status, field, message };
}

/** The answer, when it is what is expected. */
export function checked<T>(outcome: Outcome<unknown>, guard: Guard<T>): Outcome<T> {
  if (!outcome.ok) return outcome;
  try {
    return { ok: true, value: guard(outcome.value, "") };
  } catch {
    return { ok: false, failure: { why: "unreadable" } };
  }
}

export class Api {
  constructor(private readonly token: string) {}

  get(path: string): Promise<Outcome<unknown>> {
    return this.json("GET", path);
  }

  /** The answer's JSON; null where there is none. */
  json(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<Outcome<unknown>> {
    return this.send(method, path, body, (response) => (response.status === 204 ? Promise.resolve(null) : response.json()));
  }

  file(path: string): Promise<Outcome<Blob>> {
    return this.send("GET", path, undefined, (response) => response.blob());
  }

  private async send<T>(method: string, path: string, body: object | undefined, read: (response: Response) => Promise<T>): Promise<Outcome<T>> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), TIMEOUT_MS);
    try {
      const response = await fetch(path, {
        method, cache: "no-store", signal: patience.signal,
        headers: { Authorization: `Bearer ${this.token}`, ...(body ? { "Content-Type": "application/json" } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      if (!response.ok) return { ok: false, failure: readProblem(response.status, await response.json().catch(() => null)) };
      return { ok: true, value: await read(response) };
    } catch (error) {
      return { ok: false, failure: { why: error instanceof SyntaxError ? "unreadable" : "offline" } };
    } finally {
      clearTimeout(timer);
    }
  }
}
