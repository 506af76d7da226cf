/** The sounds of a call and of a recording that begins: unlike the console's alert and each other, so that one knows them without looking. */
const PEAK = 0.1;
/** One after the other, twice. */
const TONES_HZ = [660, 550] as const;
const RECORDING_HZ = [440, 554, 659] as const;
const CLOSED_MS = 2000;
const TONE_S = 0.18;
const EDGE_S = 0.015;

export function ring(to: AudioNode): void {
  play(to, [...TONES_HZ, ...TONES_HZ]);
}

/** That the meeting is recorded from now on: by itself, since a meeting without channels has no graph. */
export function recordingSound(): void {
  if (typeof AudioContext === "undefined") return;
  try {
    const context = new AudioContext();
    play(context.destination, RECORDING_HZ);
    setTimeout(() => void context.close().catch(() => undefined), CLOSED_MS);
  } catch {
    // No sound device: the page says it in words.
  }
}

function play(to: AudioNode, tones: readonly number[]): void {
  const { context } = to;
  const gain = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { type: "triangle" });
  tone.connect(gain).connect(to);
  tones.forEach((hertz, nth) => {
    const begins = context.currentTime + nth * TONE_S;
    tone.frequency.setValueAtTime(hertz, begins);
    gain.gain.setValueAtTime(0, begins);
    gain.gain.linearRampToValueAtTime(PEAK, begins + EDGE_S);
    gain.gain.setValueAtTime(PEAK, begins + TONE_S - EDGE_S);
    gain.gain.linearRampToValueAtTime(0, begins + TONE_S);
  });
  tone.onended = () => gain.disconnect();
  tone.start();
  tone.stop(context.currentTime + tones.length * TONE_S);
}
