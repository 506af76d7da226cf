/**
 * The languages of a recording: one <audio> for each that is wanted, all at the same place. One of them is heard and leads everything
 * else. Another is brought to its place silently while the old one goes on, and then they change places in a crossfade too short to
 * notice: so a switch is heard at once, and loses no word.
 */
import type { Program } from "./answer";
import { align, alignJump, type Alignment, newAlignment } from "./slaving";

/** What of an HTMLMediaElement is used; tests have one of their own. */
export interface Media {
  src: string;
  preload: string;
  currentTime: number;
  playbackRate: number;
  volume: number;
  muted: boolean;
  readonly paused: boolean;
  readonly seeking: boolean;
  readonly ended: boolean;
  readonly readyState: number;
  readonly duration: number;
  play(): Promise<void>;
  pause(): void;
  load(): void;
  canPlayType(type: string): string;
  addEventListener(type: string, listener: () => void): void;
  removeAttribute(name: string): void;
}

const FORMATS: readonly (readonly [file: string, type: string])[] = [
  ["m4a", 'audio/mp4; codecs="mp4a.40.2"'], ["opus", 'audio/ogg; codecs="opus"'], ["mp3", "audio/mpeg"],
];
/** HAVE_METADATA, HAVE_FUTURE_DATA (HTML standard, section 4.8.11.7). */
const METADATA = 1;
const FUTURE = 3;
/** Chromium lets go of the sound device of an element at volume 0, and takes 100 ms to get it again: -66 dB is as silent. */
const SILENT = 0.0005;
const FADE_MS = 60;
const FADE_STEP_MS = 10;
const STEP_MS = 20;
/** Who has played along for longer begins anew: a machine that was busy meanwhile may have left it elsewhere than it says. */
const FRESH_MS = 3000;
/** Rather a small jump than a language that never comes. */
const PATIENCE_MS = 1500;
/** How many play along silently while somebody chooses. */
const MOST_ALONG = 4;
/** So long after a choice they go on, for somebody who tries several. */
const REST_AFTER_MS = 8000;

interface Track {
  id: string;
  media: Media;
  alignment: Alignment;
  along: boolean;
  /** It could be heard in the leader's place. */
  near: boolean;
}

export interface SoundsEvents {
  /** Another one is heard, or is waited for (null: none). */
  changed(heard: string, awaited: string | null): void;
  waiting(waiting: boolean): void;
  ended(): void;
  /** The browser doesn't let it sound without a gesture. */
  blocked(): void;
  failed(): void;
  /** The one that was waited for can't be loaded; the one that is heard goes on. */
  missed(id: string): void;
}

export class Sounds {
  private readonly tracks = new Map<string, Track>();
  private heard: Track | null = null;
  private awaited: Track | null = null;
  private since = 0;
  private wanted = false;
  private rate = 1;
  private volume = 1;
  private muted = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  private fade: ReturnType<typeof setInterval> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  /** iOS leaves the volume to the buttons: there a track is silent by being muted. */
  private readonly fixedVolume: boolean;
  private readonly addresses = new Map<string, string>();
  /** What the last one took to be under way: the next will take as long. */
  private lead = 0.1;

  constructor(programs: readonly Program[], base: string, private readonly make: () => Media, private readonly events: SoundsEvents) {
    const probe = make();
    probe.volume = 0.5;
    this.fixedVolume = probe.volume !== 0.5;
    for (const { id, files } of programs) {
      const name = FORMATS.find(([format, type]) => files[format] !== undefined && probe.canPlayType(type) !== "")?.[0] ?? Object.keys(files)[0];
      const path = name === undefined ? undefined : files[name];
      if (path !== undefined) this.addresses.set(id, base + path);
    }
  }

  get leader(): Media | null {
    return this.heard?.media ?? null;
  }

  has(id: string): boolean {
    return this.addresses.has(id);
  }

  /** The first one to be heard; nothing is loaded but its head. */
  open(id: string, at: number): void {
    const track = this.track(id);
    if (!track) return;
    this.heard = track;
    this.loudness(track, 1);
    this.place(track, at);
    this.events.changed(id, null);
  }

  play(): void {
    this.wanted = true;
    if (this.heard) this.start(this.heard);
    for (const track of this.others()) if (track.along || track === this.awaited) this.follow(track);
    this.keepTime();
  }

  pause(): void {
    this.wanted = false;
    for (const { media } of this.tracks.values()) media.pause();
    // Whoever is waited for is heard at the next play.
    if (this.awaited) this.swap(this.awaited);
    this.keepTime();
  }

  seek(at: number): void {
    for (const track of this.tracks.values()) {
      this.place(track, at);
      track.near = false;
      Object.assign(track.alignment, { aim: at, jumped: performance.now(), jumps: 0, near: false, measures: [] });
    }
    if (this.awaited && !this.wanted) this.swap(this.awaited);
  }

  setRate(rate: number): void {
    this.rate = rate;
    for (const { media } of this.tracks.values()) media.playbackRate = rate;
  }

  setVolume(volume: number, muted: boolean): void {
    this.volume = volume;
    this.muted = muted;
    if (this.heard && this.fade === undefined) this.loudness(this.heard, 1);
  }

  /** Reads the others' heads while there is time, so that a choice has only their sound to wait for. */
  heads(ids: readonly string[]): void {
    for (const id of ids) {
      const known = this.tracks.has(id);
      const track = this.track(id);
      if (track && !known) track.media.preload = "metadata";
    }
  }

  /** Somebody is about to choose: the others' heads are read, and the likeliest play along. */
  prepare(ids: readonly string[]): void {
    clearTimeout(this.resting);
    ids.filter((id) => id !== this.heard?.id).slice(0, MOST_ALONG).forEach((id) => {
      const track = this.track(id);
      if (!track) return;
      const fresh = track.along && performance.now() - track.alignment.jumped < FRESH_MS;
      track.along = true;
      if (!fresh) this.follow(track);
    });
    this.keepTime();
  }

  /** Nobody chooses any more. */
  rest(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      for (const track of this.others()) {
        track.along = false;
        if (track !== this.awaited) track.media.pause();
      }
      this.keepTime();
    }, REST_AFTER_MS);
  }

  choose(id: string): void {
    const track = this.track(id);
    if (!track || track === this.awaited) return;
    if (this.fade !== undefined && this.awaited) this.swap(this.awaited); // what has begun can't be taken back
    if (track === this.heard) {
      this.awaited = null;
      this.events.changed(id, null);
      return;
    }
    this.awaited = track;
    this.since = performance.now();
    if (!this.wanted || !this.heard) {
      this.place(track, this.heard?.media.currentTime ?? 0);
      this.swap(track);
      return;
    }
    this.events.changed(this.heard.id, id);
    if (track.media.paused) this.follow(track);
    this.keepTime();
    this.whenNear(track);
  }

  /** After an error: the same place again. */
  reload(): void {
    const at = this.heard?.media.currentTime ?? 0;
    for (const track of this.tracks.values()) {
      track.media.load();
      track.media.playbackRate = this.rate;
      this.place(track, at);
    }
    if (this.wanted) this.play();
  }

  close(): void {
    clearInterval(this.timer);
    clearInterval(this.fade);
    clearTimeout(this.resting);
    this.wanted = false;
    for (const { media } of this.tracks.values()) {
      media.pause();
      media.removeAttribute("src");
      media.load();
    }
    this.tracks.clear();
    this.heard = null;
    this.awaited = null;
  }

  private others(): Track[] {
    return [...this.tracks.values()].filter((track) => track !== this.heard);
  }

  private track(id: string): Track | null {
    const known = this.tracks.get(id);
    const address = this.addresses.get(id);
    if (known || address === undefined) return known ?? null;
    const media = this.make();
    const track: Track = { id, media, alignment: newAlignment(this.lead), along: false, near: false };
    media.preload = this.heard === null ? "metadata" : "auto";
    media.src = address;
    media.playbackRate = this.rate;
    this.tracks.set(id, track);
    const ifHeard = (tell: () => void) => (): void => { if (track === this.heard) tell(); };
    // Its place was the leader's when it was asked for; reading its head took a while.
    media.addEventListener("loadedmetadata", () => { if (track !== this.heard && (track.along || track === this.awaited)) this.follow(track); });
    media.addEventListener("waiting", ifHeard(() => this.events.waiting(true)));
    media.addEventListener("seeking", ifHeard(() => this.events.waiting(this.wanted)));
    media.addEventListener("playing", ifHeard(() => this.events.waiting(false)));
    media.addEventListener("canplay", ifHeard(() => this.events.waiting(false)));
    media.addEventListener("ended", ifHeard(() => this.events.ended()));
    media.addEventListener("error", () => {
      if (track === this.heard) this.events.failed();
      else if (this.tracks.get(id) === track) this.giveUp(track);
    });
    this.loudness(track, 0);
    return track;
  }

  /** Of those that aren't heard; whoever wants it once more gets it anew. */
  private giveUp(track: Track): void {
    const { id, media } = track;
    this.tracks.delete(id);
    media.pause();
    media.removeAttribute("src");
    media.load();
    if (track !== this.awaited) return;
    this.awaited = null;
    clearInterval(this.fade);
    this.fade = undefined;
    if (this.heard) {
      this.loudness(this.heard, 1);
      this.events.changed(this.heard.id, null);
    }
    this.events.missed(id);
    this.keepTime();
  }

  private loudness({ media }: Track, share: number): void {
    media.muted = this.muted || (this.fixedVolume && share === 0);
    media.volume = Math.max(SILENT, Math.min(1, this.volume * share));
  }

  /** Before its head is read a place set is where it begins: browsers keep it (HTML, "default playback start position"). */
  private place({ media }: Track, at: number): void {
    if (Math.abs(media.currentTime - at) > 0.001 || media.ended) media.currentTime = at;
  }

  private start({ media }: Track): void {
    media.playbackRate = this.rate;
    media.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.events.blocked();
    });
  }

  /** From now on beside the one that is heard. */
  private follow(track: Track): void {
    const leader = this.heard?.media;
    if (!leader) return;
    this.loudness(track, 0);
    track.media.preload = "auto";
    if (track.media.readyState < METADATA) {
      track.media.load();
      return;
    }
    track.alignment = newAlignment(this.lead);
    track.near = false;
    this.place(track, alignJump(track.alignment, leader.currentTime, this.wanted ? this.rate : 0, performance.now()).to);
    if (this.wanted) this.start(track);
  }

  private keepTime(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    const along = this.others().some((track) => track.along || track === this.awaited);
    if (this.wanted && along) this.timer = setInterval(() => this.tick(), STEP_MS);
  }

  private tick(): void {
    const leader = this.heard?.media;
    if (!leader) return;
    for (const track of this.others()) {
      const { media, alignment } = track;
      // What comes up is heard from now on, and nothing touches what is heard.
      const comesUp = this.fade !== undefined && track === this.awaited;
      if (comesUp || (!track.along && track !== this.awaited) || media.seeking || media.readyState < FUTURE || leader.seeking) continue;
      const now = align(alignment, leader.currentTime, media.currentTime, this.rate, performance.now());
      track.near = now.do === "near";
      if (now.do === "jump") media.currentTime = now.to;
      this.lead = alignment.lead;
    }
    if (this.awaited) this.whenNear(this.awaited);
  }

  private whenNear(track: Track): void {
    const leader = this.heard?.media;
    const { media } = track;
    if (!leader || this.fade !== undefined || media.paused || media.seeking || media.readyState < FUTURE) return;
    if (track.near || performance.now() - this.since > PATIENCE_MS) this.cross(track);
  }

  private cross(track: Track): void {
    const old = this.heard;
    if (!old) return;
    let passed = 0;
    this.fade = setInterval(() => {
      passed += FADE_STEP_MS;
      const share = Math.min(1, passed / FADE_MS);
      this.loudness(track, share);
      this.loudness(old, 1 - share);
      if (share === 1) this.swap(track);
    }, FADE_STEP_MS);
    this.loudness(track, 0.2);
  }

  private swap(track: Track): void {
    clearInterval(this.fade);
    this.fade = undefined;
    const old = this.heard;
    this.heard = track;
    this.awaited = null;
    if (old && old !== track) {
      this.loudness(old, 0);
      if (!old.along) old.media.pause();
    }
    this.loudness(track, 1);
    this.events.changed(track.id, null);
    this.keepTime();
  }
}
