/**
 * Plays one recording: the sound that is heard leads, the pictures follow it. Where there is no sound at all, the first picture leads.
 * Views give it their <video> elements and draw its state; they touch no media themselves.
 */
import type { Archive } from "./answer";
import { type HlsPicture, openHls } from "./hls_picture";
import { type Follower, jump, newFollower, step } from "./slaving";
import { type Media, Sounds } from "./sounds";

const FOLLOW_MS = 100;
/** Of what it should have moved since the last look: less, and the sound hangs, whatever its events say. */
const HANGS = 0.1;
/** After the first words there is time for the other languages' heads; how many, a phone's memory says. */
const HEADS_MS = 5000;
const MOST_HEADS = 6;
const AGAIN_MS = [1000, 2000, 4000, 8000];
/** So many errors in a row, while the server lets one in, and it may not be what it was. */
const DOUBTS_AT = 2;
export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

export type Trouble = "network" | "closed" | "blocked" | null;

export interface PlayerState {
  /** What the person wants, also while it waits for data. */
  playing: boolean;
  waiting: boolean;
  ended: boolean;
  /** Seconds of the recording. */
  at: number;
  rate: number;
  volume: number;
  muted: boolean;
  /** A program's id; "": none. */
  language: string;
  /** The one that comes as soon as it is there. */
  awaited: string | null;
  trouble: Trouble;
  /** A language that was chosen and can't be loaded. */
  missed: string | null;
  /** Pictures can't be shown in this browser, or right now. */
  pictures: "fine" | "late" | "unsupported";
}

interface Picture {
  video: HTMLVideoElement;
  follower: Follower;
  hls: HlsPicture;
}

export interface PlayerOptions {
  archive: Archive;
  base: string;
  at: number;
  language: string;
  rate: number;
  volume: number;
  /** Opens the session again that lets the files be read. */
  renew(): Promise<"fine" | "closed" | "offline">;
  /** Again and again nothing comes, though the session is fine: the recording may have been deleted, or be made again. */
  doubt(): void;
  /** The visitor's link is to be spared. */
  saving?: boolean;
  make?: () => Media;
  openPicture?: typeof openHls;
}

export class Player {
  private state: PlayerState;
  private readonly listeners = new Set<() => void>();
  private readonly sounds: Sounds;
  private readonly pictures = new Map<string, Picture>();
  private readonly late = new Set<string>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private heads: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  /** Of these: since the session was found to be fine. */
  private unexplained = 0;
  private closed = false;
  /** Where the leader was at the last look, and when. */
  private seen = { place: 0, ms: -Infinity };
  /** The leader hangs, and the pictures wait for it. */
  private held = false;

  constructor(private readonly options: PlayerOptions) {
    const { archive, base, at, language, rate, volume } = options;
    this.state = {
      playing: false, waiting: false, ended: false, at, rate, volume, muted: false, language: "", awaited: null, trouble: null, missed: null, pictures: "fine",
    };
    this.sounds = new Sounds(archive.programs, base, options.make ?? (() => new Audio()), {
      changed: (heard, awaited) => this.set({ language: heard, awaited }),
      waiting: (waiting) => this.waits(waiting),
      ended: () => this.ends(),
      blocked: () => {
        this.pause();
        this.set({ trouble: "blocked" });
      },
      failed: () => this.fails(),
      missed: (missed) => this.set({ missed }),
    });
    const first = this.sounds.has(language) ? language : archive.programs.find(({ id }) => this.sounds.has(id))?.id;
    this.sounds.setVolume(volume, false);
    this.sounds.setRate(rate);
    if (first !== undefined) this.sounds.open(first, at);
  }

  get(): PlayerState {
    return this.state;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  play(): void {
    if (this.state.ended || this.state.at >= this.options.archive.duration - 0.05) this.seek(0);
    this.set({ playing: true, trouble: this.state.trouble === "blocked" ? null : this.state.trouble });
    this.held = false;
    this.seen = { place: 0, ms: -Infinity };
    this.sounds.play();
    for (const picture of this.pictures.values()) this.begin(picture);
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), FOLLOW_MS);
    const others = this.options.archive.programs.slice(0, MOST_HEADS).map(({ id }) => id);
    if (!this.options.saving) this.heads ??= setTimeout(() => this.sounds.heads(others), HEADS_MS);
  }

  pause(): void {
    clearInterval(this.timer);
    this.sounds.pause();
    for (const { video } of this.pictures.values()) video.pause();
    this.set({ playing: false, waiting: false, at: this.now() });
    this.align();
  }

  toggle(): void {
    if (this.state.playing) this.pause();
    else this.play();
  }

  seek(to: number): void {
    const at = Math.max(0, Math.min(to, this.options.archive.duration));
    this.set({ at, ended: false });
    this.seen = { place: at, ms: performance.now() };
    this.sounds.seek(at);
    for (const { video, follower } of this.pictures.values()) {
      const aim = jump(follower, at, this.state.playing ? this.state.rate : 0, performance.now());
      if (aim.do === "jump") video.currentTime = aim.to;
    }
  }

  skip(seconds: number): void {
    this.seek(this.now() + seconds);
  }

  setRate(rate: number): void {
    this.sounds.setRate(rate);
    for (const { video, follower } of this.pictures.values()) {
      video.playbackRate = rate;
      follower.nudging = false;
    }
    this.set({ rate });
  }

  setVolume(volume: number, muted = false): void {
    const bounded = Math.max(0, Math.min(1, Math.round(volume * 100) / 100));
    this.sounds.setVolume(bounded, muted);
    this.set({ volume: bounded, muted });
  }

  choose(language: string): void {
    this.set({ missed: null });
    this.sounds.choose(language);
  }

  hideMissed(): void {
    this.set({ missed: null });
  }

  prepare(languages: readonly string[]): void {
    this.sounds.prepare(languages);
  }

  rest(): void {
    this.sounds.rest();
  }

  /** A picture is on the page from now on; gives what takes it off again. */
  attach(id: string, video: HTMLVideoElement): () => void {
    const track = this.options.archive.pictures.find((one) => one.id === id);
    if (!track) return () => undefined;
    const open = this.options.openPicture ?? openHls;
    const hls = open(video, this.options.base + track.hls, this.now(), {
      network: (lost) => this.pictureLate(id, lost),
      unsupported: () => this.set({ pictures: "unsupported" }),
    });
    const picture: Picture = { video, follower: newFollower(), hls };
    const close = (): void => {
      this.pictures.delete(id);
      this.pictureLate(id, false);
      video.pause();
      hls.close();
    };
    this.pictures.set(id, picture);
    video.playbackRate = this.state.rate;
    if (this.state.playing) this.begin(picture);
    return close;
  }

  close(): void {
    this.closed = true;
    clearInterval(this.timer);
    clearTimeout(this.retry);
    clearTimeout(this.heads);
    for (const { hls } of this.pictures.values()) hls.close();
    this.pictures.clear();
    this.sounds.close();
    this.listeners.clear();
  }

  /** The leader's place, not what it was at the last tick. */
  now(): number {
    const leader = this.leader();
    return leader && (leader.readyState > 0 || this.state.playing) ? leader.currentTime : this.state.at;
  }

  private leader(): Pick<HTMLMediaElement, "currentTime" | "readyState" | "seeking"> | null {
    return this.sounds.leader ?? [...this.pictures.values()][0]?.video ?? null;
  }

  private set(change: Partial<PlayerState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of [...this.listeners]) listener();
  }

  private begin({ video }: Picture): void {
    if ((this.state.waiting || this.held) && this.sounds.leader) return;
    video.play().catch(() => undefined); // it plays as soon as there is something; pause() takes it back
  }

  private tick(): void {
    const leader = this.leader();
    if (!leader) return;
    const place = leader.currentTime;
    this.set({ at: place });
    if (this.failures > 0 && this.state.trouble === null && !this.state.waiting) this.failures = this.unexplained = 0;
    if (!this.sounds.leader && place >= this.options.archive.duration - 0.05) return this.ends();
    if (leader.seeking || this.state.waiting || this.hangs(place)) return;
    for (const { video, follower } of this.pictures.values()) {
      if (video === leader || video.seeking || video.readyState < 2) continue;
      const now = step(follower, place - video.currentTime, place, this.state.rate, performance.now());
      if (now.do === "rate") video.playbackRate = now.rate;
      if (now.do === "jump") video.currentTime = now.to;
      if (video.paused) this.begin({ video } as Picture);
    }
  }

  /** Browsers say that it plays before anything moves, in Firefox by as much as a second: pictures that ran ahead would have to come back. */
  private hangs(place: number): boolean {
    const ms = performance.now();
    const due = ((ms - this.seen.ms) / 1000) * this.state.rate;
    const hangs = this.sounds.leader !== null && due < 60 && place - this.seen.place < due * HANGS;
    this.seen = { place, ms };
    const changed = hangs !== this.held;
    this.held = hangs;
    if (changed && hangs) for (const { video } of this.pictures.values()) video.pause();
    if (changed && !hangs) for (const picture of this.pictures.values()) this.begin(picture);
    return hangs;
  }

  /** Paused: each picture shows the very moment. */
  private align(): void {
    for (const { video } of this.pictures.values()) if (Math.abs(video.currentTime - this.state.at) > 0.08) video.currentTime = this.state.at;
  }

  private waits(waiting: boolean): void {
    if (waiting === this.state.waiting) return;
    this.set({ waiting, ...(waiting ? {} : { trouble: this.state.trouble === "network" ? null : this.state.trouble }) });
    if (!this.state.playing) return;
    for (const picture of this.pictures.values()) {
      if (waiting) picture.video.pause();
      else this.begin(picture);
    }
  }

  private ends(): void {
    clearInterval(this.timer);
    this.sounds.pause();
    for (const { video } of this.pictures.values()) video.pause();
    this.set({ playing: false, waiting: false, ended: true, at: this.options.archive.duration });
  }

  private pictureLate(id: string, lost: boolean): void {
    if (lost) this.late.add(id);
    else this.late.delete(id);
    const pictures = this.late.size > 0 ? "late" : "fine";
    if (this.state.pictures !== "unsupported" && this.state.pictures !== pictures) this.set({ pictures });
    // The session may be over: then the sound will fail, too.
    if (lost) void this.options.renew().then((session) => { if (session === "fine" && !this.sounds.leader) this.doubts(); });
    else if (!this.sounds.leader) this.unexplained = 0;
  }

  private doubts(): void {
    if (++this.unexplained >= DOUBTS_AT && !this.closed) this.options.doubt();
  }

  private fails(): void {
    clearTimeout(this.retry);
    this.set({ trouble: "network", waiting: this.state.playing });
    const wait = AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)];
    this.failures++;
    this.retry = setTimeout(() => void this.again(), wait);
  }

  /** At once, not when it would be time. */
  async again(): Promise<void> {
    clearTimeout(this.retry);
    const session = await this.options.renew();
    if (this.closed) return undefined;
    if (session === "closed") {
      this.pause();
      return this.set({ trouble: "closed" });
    }
    if (session === "offline") {
      this.unexplained = 0;
      return this.fails();
    }
    this.doubts();
    const { at } = this.state; // perhaps somebody has sought meanwhile
    this.sounds.reload();
    this.seek(at);
    this.set({ trouble: null });
    return undefined;
  }
}
