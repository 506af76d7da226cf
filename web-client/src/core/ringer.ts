/** Rings while a call waits for this person: at once, and again every ten seconds. Who is on air hears it once: they are speaking. */
import { callsFor } from "./calls";
import type { State } from "./state";

const AGAIN_MS = 10_000;

export class Ringer {
  private heard: ReadonlySet<number> = new Set();
  private timer: ReturnType<typeof setInterval> | undefined;
  private onAir = false;

  constructor(private readonly ring: () => void) {}

  /** After each change of the state. */
  update(state: State): void {
    this.onAir = state.onAir !== null;
    const waiting = callsFor(state).map(({ id }) => id);
    const fresh = waiting.some((id) => !this.heard.has(id));
    if (!fresh && waiting.length === this.heard.size) return;
    this.heard = new Set(waiting);
    if (!fresh && waiting.length > 0) return;
    clearInterval(this.timer);
    if (!fresh) return;
    this.ring();
    this.timer = setInterval(() => {
      if (!this.onAir) this.ring();
    }, AGAIN_MS);
  }
}
