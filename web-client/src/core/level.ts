const GESTURES = ["pointerdown", "keydown"] as const;

/** How loud the own microphone is, 0..1, ten times a second. */
export class LevelMeter {
  private context: AudioContext | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** Browsers let sound run only after a gesture. */
  private readonly wake = (): void => {
    if (this.context?.state === "suspended") void this.context.resume().catch(() => undefined);
  };

  constructor(private readonly report: (level: number) => void) {}

  start(track: MediaStreamTrack): void {
    this.stop();
    if (typeof AudioContext === "undefined") return;
    try {
      this.context ??= new AudioContext();
      this.source = this.context.createMediaStreamSource(new MediaStream([track]));
    } catch {
      return; // Firefox refuses a track of another sample rate; the meter is a comfort, not a need
    }
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    this.source.connect(analyser);
    for (const gesture of GESTURES) addEventListener(gesture, this.wake);
    const samples = new Uint8Array(analyser.fftSize);
    this.timer = setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      this.report(levelOf(samples));
    }, 100);
  }

  stop(): void {
    clearInterval(this.timer);
    if (!this.source) return;
    for (const gesture of GESTURES) removeEventListener(gesture, this.wake);
    this.source.disconnect();
    this.source = null;
  }

  close(): void {
    this.stop();
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }
}

/** From 8-bit samples around 128: -60 dB and less is 0, full scale is 1. */
export function levelOf(samples: Uint8Array): number {
  let sum = 0;
  for (const sample of samples) sum += ((sample - 128) / 128) ** 2;
  const db = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (db + 60) / 60));
}
