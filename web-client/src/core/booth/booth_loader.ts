/** Brings the console's part of the program in for who interprets, and nobody else. */
import type { Notice } from "../protocol";
import type { Booth, BoothHost } from "./booth";
import type { WayOut } from "./sound_chain";

export class BoothLoader {
  booth: Booth | null = null;
  private way: WayOut | null = null;
  /** Begun once: what a browser failed to load it doesn't ask for again, short of loading the page. */
  private loading: Promise<void> | null = null;

  constructor(private readonly host: BoothHost) {}

  /** What the page's mixer leads all sound to: the console puts its chain behind it. */
  output(context: AudioContext, out: AudioNode): AudioNode {
    const tap = context.createGain();
    tap.connect(out);
    this.way = { tap, out };
    this.booth?.attach(this.way);
    return tap;
  }

  update(): void {
    if (!this.wanted) {
      this.close();
      return;
    }
    // As another person, after the server has forgotten the one before: the console begins anew.
    if (this.booth && !this.host.state().console.ready) this.close();
    if (this.booth) this.booth.update();
    else this.loading ??= this.load();
  }

  notice(notice: Notice): void {
    this.booth?.notice(notice);
  }

  private get wanted(): boolean {
    const { page, booth } = this.host.state();
    return page.at === "meeting" && booth !== null;
  }

  private async load(): Promise<void> {
    try {
      const { Booth } = await import("./booth");
      this.loading = null;
      if (!this.wanted) return;
      this.booth = new Booth(this.host);
      if (this.way && this.way.tap.context.state !== "closed") this.booth.attach(this.way);
    } catch (error) {
      this.host.failed(error);
    }
  }

  private close(): void {
    const { booth } = this;
    this.booth = null; // first: closing changes the state, which comes back here
    booth?.close();
  }
}
