/** Asks the server every five seconds, and goes on when it is away. */
import { readAnswer } from "./answer";
import { extend, type History, since } from "./history";

const TIMEOUT_MS = 10_000;
const AGAIN_MS = 3000;
const FIRST_INTERVAL_MS = 5000;

export type Link =
  | { at: "loading" }
  | { at: "live" }
  /** No answer, or none that can be used; asked again by itself. */
  | { at: "lost"; why: "offline" | "unreadable" }
  /** Not asked again before retry() or another token. */
  | { at: "refused"; why: "address" | "token" | "role" };

export interface StatusState {
  link: Link;
  /** What came before the link was lost stays. */
  history: History | null;
}

type Outcome = { ok: true; history: History } | { ok: false; link: Link };

/** `/status#token=TOKEN`: in the fragment, so that no log keeps it. */
export function tokenOf(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") || null;
}

function refusal(status: number, token: string | null): Link | null {
  if (status === 403) return { at: "refused", why: token === null ? "address" : "role" };
  // 404 and 410: the meeting that the token is of.
  if (token !== null && [401, 404, 410].includes(status)) return { at: "refused", why: "token" };
  return null;
}

export class StatusClient {
  private state: StatusState = { link: { at: "loading" }, history: null };
  private token: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private request: AbortController | null = null;

  constructor(private readonly onChange: (state: StatusState) => void) {}

  /** Begins, or begins anew with another token. */
  open(token: string | null): void {
    this.token = token;
    this.set({ ...this.state, link: { at: "loading" } });
    this.retry();
  }

  /** Now, not when it would be time. */
  retry(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    void this.ask();
  }

  /** When nothing is under way that will be asked again by itself. */
  wake(): void {
    if (this.request === null && this.state.link.at !== "refused") this.retry();
  }

  close(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    this.request = null;
  }

  private set(state: StatusState): void {
    this.state = state;
    this.onChange(state);
  }

  private async ask(): Promise<void> {
    const request = new AbortController();
    this.request = request;
    const patience = setTimeout(() => request.abort(), TIMEOUT_MS);
    const outcome = await this.outcome(request.signal);
    clearTimeout(patience);
    if (this.request !== request) return; // another one was sent, or the page is closed
    this.request = null;
    if (outcome.ok) {
      this.set({ link: { at: "live" }, history: outcome.history });
      this.again(outcome.history.interval * 1000 || FIRST_INTERVAL_MS);
    } else {
      this.set({ ...this.state, link: outcome.link });
      if (outcome.link.at !== "refused") this.again(AGAIN_MS);
    }
  }

  private again(ms: number): void {
    this.timer = setTimeout(() => void this.ask(), ms);
  }

  private async outcome(signal: AbortSignal): Promise<Outcome> {
    let body: unknown;
    try {
      const headers: HeadersInit = this.token === null ? {} : { Authorization: `Bearer ${this.token}` };
      const response = await fetch(`/api/status?since=${since(this.state.history)}`, { headers, cache: "no-store", signal });
      if (!response.ok) return { ok: false, link: refusal(response.status, this.token) ?? { at: "lost", why: "offline" } };
      body = await response.json();
    } catch {
      return { ok: false, link: { at: "lost", why: "offline" } };
    }
    try {
      return { ok: true, history: extend(this.state.history, readAnswer(body)) };
    } catch {
      return { ok: false, link: { at: "lost", why: "unreadable" } };
    }
  }
}
