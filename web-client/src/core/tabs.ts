/** Browsers copy sessionStorage when a tab is duplicated: the copy must not become the same person behind the first tab's back. */
import type { ParticipantId } from "./state";

const CHANNEL = "tongsheng.tabs";
const PATIENCE_MS = 60;

export class Tabs {
  private readonly channel: BroadcastChannel | null = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
  private readonly here: { who: ParticipantId | null } = { who: null };

  constructor() {
    this.channel?.addEventListener("message", (event: MessageEvent<unknown>) => {
      const data = event.data as { ask?: unknown } | null;
      if (typeof data?.ask === "string" && data.ask === this.here.who) this.channel?.postMessage({ here: data.ask });
    });
  }

  /** This tab is that person now; null: nobody. `who` is as unique as the asker makes it. */
  claim(who: ParticipantId | null): void {
    this.here.who = who;
  }

  /** Whether another open tab is that person. */
  async taken(who: ParticipantId): Promise<boolean> {
    const { channel } = this;
    if (!channel) return false;
    return new Promise((resolve) => {
      const answered = (event: MessageEvent<unknown>): void => {
        if ((event.data as { here?: unknown } | null)?.here === who) finish(true);
      };
      const timer = setTimeout(() => finish(false), PATIENCE_MS);
      const finish = (taken: boolean): void => {
        clearTimeout(timer);
        channel.removeEventListener("message", answered);
        resolve(taken);
      };
      channel.addEventListener("message", answered);
      channel.postMessage({ ask: who });
    });
  }

  close(): void {
    this.channel?.close();
  }
}
