/** The list of meetings: searched, by month, a page at a time. */
import type { Entry, List } from "./answer";
import { type ArchiveApi, Failure, type Why } from "./api";
import type { Search } from "./places";

const TYPING_MS = 250;
const AGAIN_MS = 3000;

export interface ListState {
  search: Search;
  /** null: not known yet. */
  entries: readonly Entry[] | null;
  months: List["months"];
  next: string | null;
  /** An answer is on its way; what was found before stays until then. */
  loading: boolean;
  why: Why | null;
}

export class ListClient {
  private state: ListState;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private request: AbortController | null = null;

  constructor(private readonly api: Pick<ArchiveApi, "list">, search: Search, private readonly onChange: (state: ListState) => void) {
    this.state = { search, entries: null, months: [], next: null, loading: true, why: null };
  }

  open(): void {
    void this.ask(null);
  }

  /** Waits until somebody has written; a month is asked for at once. */
  search(search: Search): void {
    const wait = search.q === this.state.search.q ? 0 : TYPING_MS;
    this.set({ search, loading: true });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(null), wait);
  }

  more(): void {
    if (this.state.next !== null && !this.state.loading) void this.ask(this.state.next);
  }

  retry(): void {
    void this.ask(null);
  }

  close(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    this.request = null;
  }

  private set(change: Partial<ListState>): void {
    this.state = { ...this.state, ...change };
    this.onChange(this.state);
  }

  private async ask(before: string | null): Promise<void> {
    clearTimeout(this.timer);
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    this.set({ loading: true });
    try {
      const { meetings, months, next } = await this.api.list(this.state.search, before, request.signal);
      if (this.request !== request) return;
      this.set({ entries: before === null ? meetings : [...(this.state.entries ?? []), ...meetings], months, next, loading: false, why: null });
    } catch (error) {
      if (this.request !== request) return;
      const why = error instanceof Failure ? error.why : "unreadable";
      this.set({ loading: false, why });
      if (why === "offline") this.timer = setTimeout(() => void this.ask(before), AGAIN_MS);
    }
  }
}
