/** Made-up answers and media elements for tests. */
import { type Archive, readArchive } from "./answer";
import type { Media } from "./sounds";

export const archive = (change: Record<string, unknown> = {}): Archive =>
  readArchive({
    duration: 600,
    programs: ["floor", "fr", "de"].map((id) => ({ id, language: id === "floor" ? "en" : id, files: { m4a: `audio/${id}.m4a` } })),
    pictures: [
      { id: "stage", hls: "hls/stage.m3u8", spans: [{ from: 0, to: 600 }] }, { id: "screen", hls: "hls/screen.m3u8", spans: [{ from: 100, to: 300 }] },
      { id: "sign-ase", language: "ase", hls: "hls/sign-ase.m3u8", spans: [{ from: 0, to: 200 }] },
    ],
    ...change,
  }, "");

/** Plays in vitest's time; `late` ms pass between play() and the first sound. */
export class FakeMedia implements Media {
  static late = 80;
  src = "";
  preload = "";
  volume = 1;
  muted = false;
  readyState = 0;
  duration = 600;
  ended = false;
  seeking = false;
  loads = 0;
  private rate = 1;
  private place = 0;
  /** When it began to move from `place`; null: it rests. */
  private since: number | null = null;
  private readonly listeners: [string, () => void][] = [];

  /** Data comes. */
  arrive(): void {
    const first = this.readyState === 0;
    this.readyState = 4;
    if (first) this.tell("loadedmetadata");
    this.tell("canplay");
  }

  get paused(): boolean {
    return this.since === null;
  }

  get currentTime(): number {
    return this.place + (this.since === null ? 0 : (Math.max(0, performance.now() - this.since) / 1000) * this.rate);
  }

  set currentTime(place: number) {
    this.place = place;
    if (this.since !== null) this.since = performance.now() + FakeMedia.late;
  }

  get playbackRate(): number {
    return this.rate;
  }

  set playbackRate(rate: number) {
    if (this.since !== null && performance.now() > this.since) {
      this.place = this.currentTime;
      this.since = performance.now();
    }
    this.rate = rate;
  }

  play(): Promise<void> {
    this.since ??= performance.now() + FakeMedia.late;
    return Promise.resolve();
  }

  pause(): void {
    this.place = this.currentTime;
    this.since = null;
  }

  load(): void {
    this.loads++;
  }

  canPlayType(type: string): string {
    return type.includes("mp4a") ? "probably" : "";
  }

  addEventListener(type: string, listener: () => void): void {
    this.listeners.push([type, listener]);
  }

  removeAttribute(): void {
    this.src = "";
  }

  tell(type: string): void {
    for (const [wanted, listener] of this.listeners) if (wanted === type) listener();
  }
}
