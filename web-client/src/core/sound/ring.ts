/** The sound of a call: unlike the console's alert, so that one knows it without looking. */
const PEAK = 0.1;
/** One after the other, twice. */
const TONES_HZ = [660, 550] as const;
const TONE_S = 0.18;
const EDGE_S = 0.015;

export function ring(to: AudioNode): void {
  const { context } = to;
  const gain = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { type: "triangle" });
  tone.connect(gain).connect(to);
  const tones = [...TONES_HZ, ...TONES_HZ];
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
