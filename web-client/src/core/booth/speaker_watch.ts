/** Listens to whoever is on the stage, in the audio graph, and says how they sound (speaker_meter.ts, speaker_word.ts). */
import type { Received } from "../connection";
import type { Card, ParticipantId } from "../state";
import { momentOf, SpeakerMeter } from "./speaker_meter";
import { CardPost, speakerWord } from "./speaker_word";

const LOOK_MS = 50;
const JUDGE_MS = 500;
/** Of so many packets the losses count: 5 s of speech. */
const PACKETS_COUNTED = 250;
/** Looks of 5 s, and how many say something. */
const OFFSETS_KEPT = 10;
const OFFSETS_NEEDED = 3;

export interface WatchHost {
  /** Who is on the stage and heard in the watched slot; null: nobody to measure. */
  speaker(): ParticipantId | null;
  /** Of the watched slot, since it is there. */
  received(): Promise<Received | null>;
  /** Of the stage's picture; null: it shows somebody else, or nobody. */
  picture(): Promise<Received | null>;
  measured(card: Card | null): void;
  /** Worth telling the others. */
  tell(card: Card): void;
}

type Counted = Pick<Received, "packets" | "lost">;

/** The share of packets lost lately, from counters that only grow. */
export class LossMeter {
  private readonly history: Counted[] = [];

  add(now: Counted): number {
    const last = this.history.at(-1);
    if (last && now.packets < last.packets) this.history.length = 0; // another connection
    this.history.push(now);
    while (this.history.length > 2 && now.packets - (this.history[1]?.packets ?? 0) >= PACKETS_COUNTED) this.history.shift();
    const first = this.history[0] ?? now;
    const lost = Math.max(0, now.lost - first.lost);
    const all = lost + now.packets - first.packets;
    return all >= 50 ? lost / all : 0;
  }
}

/** How far the sound is ahead of the picture: the median of the last seconds, since single looks jump by a frame. */
export class LipSync {
  private offsets: number[] = [];

  reset(): void {
    this.offsets = [];
  }

  /** In milliseconds; null: not known, or not yet. */
  add(sound: number | null, picture: number | null): number | null {
    if (sound === null || picture === null) this.reset();
    else this.offsets = [...this.offsets, sound - picture].slice(-OFFSETS_KEPT);
    if (this.offsets.length < OFFSETS_NEEDED) return null;
    const sorted = [...this.offsets].sort((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
  }
}

export class SpeakerWatch {
  private readonly analyser: AnalyserNode;
  private readonly source: MediaStreamAudioSourceNode;
  private readonly meter: SpeakerMeter;
  private readonly loss = new LossMeter();
  private readonly lipSync = new LipSync();
  private readonly post = new CardPost();
  private readonly timers: ReturnType<typeof setInterval>[];
  private speaker: ParticipantId | null = null;
  private card: Card | null = null;

  constructor(
    context: AudioContext,
    stream: MediaStream,
    private readonly host: WatchHost,
  ) {
    this.analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0 });
    this.source = context.createMediaStreamSource(stream);
    this.source.connect(this.analyser);
    this.meter = new SpeakerMeter(context.sampleRate / this.analyser.fftSize);
    const samples = new Float32Array(this.analyser.fftSize);
    const spectrum = new Float32Array(this.analyser.frequencyBinCount);
    this.timers = [
      setInterval(() => {
        this.follow();
        if (this.speaker === null) return;
        this.analyser.getFloatTimeDomainData(samples);
        this.analyser.getFloatFrequencyData(spectrum);
        this.meter.add(momentOf(samples, spectrum));
      }, LOOK_MS),
      setInterval(() => void this.judge(), JUDGE_MS),
    ];
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.source.disconnect();
  }

  private follow(): void {
    const speaker = this.host.speaker();
    if (speaker === this.speaker) return;
    this.speaker = speaker;
    this.meter.reset();
    this.lipSync.reset();
    this.card = null;
    this.host.measured(null);
  }

  private async judge(): Promise<void> {
    const { speaker } = this;
    const [received, picture] = await Promise.all([this.host.received(), this.host.picture()]);
    const loss = received ? this.loss.add(received) : 0;
    const figures = this.meter.figures();
    if (speaker === null || speaker !== this.speaker) return;
    const offset = this.lipSync.add(received?.playing ?? null, picture?.playing ?? null);
    if (!figures) return;
    const heard = { ...figures, loss, offset };
    this.card = { participant: speaker, ...heard, word: speakerWord(this.card?.word ?? null, heard) };
    this.host.measured(this.card);
    if (this.post.due(this.card, Date.now())) this.host.tell(this.card);
  }
}
