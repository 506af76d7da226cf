/**
 * What an interpreter's incoming sound goes through on its way to the ears: bass, treble, volume, hearing protection. Put between the page's
 * mixer and the output.
 */
import { type Calibration, type Ceilings, ceilingsFor } from "./calibration";
import { clippingCurve } from "./clipping";
import type { Tone } from "./console_state";
import { decibelsOf, gainOf } from "./levels";
import limiterUrl from "./limiter_worklet?worker&url";

const BASS_HZ = 250;
const TREBLE_HZ = 4000;
const COMPRESSION = 20;
/** Time constant of changes by hand. */
const SMOOTH_S = 0.02;

/** `tap`: what the mixer leads all sound to; connected to `out` until the console puts its chain between. */
export interface WayOut { tap: AudioNode; out: AudioNode }

export interface Report { meanSquare: number; seconds: number; held: boolean }

export interface ChainHost {
  /** Once a second, from the worklet. */
  report(report: Report): void;
  protection(kind: "full" | "simple"): void;
}

export class SoundChain {
  readonly context: AudioContext;
  private readonly bass: BiquadFilterNode;
  private readonly treble: BiquadFilterNode;
  private readonly volume: GainNode;
  private readonly fallback: Fallback;
  private worklet: AudioWorkletNode | null = null;
  private ceilings: Ceilings;
  private closed = false;

  constructor(
    private readonly way: WayOut,
    tone: Tone,
    calibration: Calibration | null,
    private readonly host: ChainHost,
  ) {
    const { tap, out } = way;
    const context = tap.context as AudioContext;
    this.context = context;
    this.ceilings = ceilingsFor(calibration);
    this.bass = new BiquadFilterNode(context, { type: "lowshelf", frequency: BASS_HZ, gain: tone.bass });
    this.treble = new BiquadFilterNode(context, { type: "highshelf", frequency: TREBLE_HZ, gain: tone.treble });
    this.volume = new GainNode(context, { gain: gainOf(tone.volume) });
    this.fallback = new Fallback(context, this.ceilings);
    this.bass.connect(this.treble).connect(this.volume).connect(this.fallback.input);
    this.fallback.output.connect(out);
    tap.disconnect();
    tap.connect(this.bass);
    host.protection("simple");
    void this.load();
  }

  /** Test sounds come in here, and are heard as a speaker would be. */
  get input(): AudioNode {
    return this.bass;
  }

  /** Behind bass and treble: the reference, whose level the volume alone is to change. */
  get plain(): AudioNode {
    return this.volume;
  }

  /** Behind the volume, before the protection: alerts are heard however low the volume is. */
  get signals(): AudioNode {
    return this.worklet ?? this.fallback.input;
  }

  setTone(tone: Tone): void {
    const now = this.context.currentTime;
    this.bass.gain.setTargetAtTime(tone.bass, now, SMOOTH_S);
    this.treble.gain.setTargetAtTime(tone.treble, now, SMOOTH_S);
    this.volume.gain.setTargetAtTime(gainOf(tone.volume), now, SMOOTH_S);
  }

  setCalibration(calibration: Calibration | null): void {
    this.ceilings = ceilingsFor(calibration);
    this.fallback.set(this.ceilings);
    this.worklet?.port.postMessage(this.ceilings);
  }

  close(): void {
    this.closed = true;
    this.way.tap.disconnect();
    if (this.worklet) this.worklet.port.onmessage = null;
  }

  /** A worklet needs a secure context; without one the fallback stays. */
  private async load(): Promise<void> {
    try {
      await this.context.audioWorklet.addModule(limiterUrl);
      if (this.closed) return;
      const worklet = new AudioWorkletNode(this.context, "hearing-limiter", { outputChannelCount: [2], processorOptions: this.ceilings });
      worklet.port.onmessage = (event: MessageEvent<Report>) => this.host.report(event.data);
      worklet.connect(this.way.out);
      this.volume.connect(worklet);
      this.volume.disconnect(this.fallback.input);
      this.worklet = worklet;
      this.host.protection("full");
    } catch (error) {
      console.warn("Hearing protection without worklet", error);
    }
  }
}

/** Browsers' own compressor, and a curve that no sample leaves. Adds 6 ms of the compressor's look-ahead. */
class Fallback {
  readonly input: DynamicsCompressorNode;
  readonly output: WaveShaperNode;
  private readonly unmade: GainNode;

  constructor(context: AudioContext, ceilings: Ceilings) {
    this.input = new DynamicsCompressorNode(context, { ratio: COMPRESSION, knee: 0, attack: 0.003, release: 0.25 });
    this.unmade = new GainNode(context);
    this.output = new WaveShaperNode(context);
    this.input.connect(this.unmade).connect(this.output);
    this.set(ceilings);
  }

  set({ sustained, peak }: Ceilings): void {
    const threshold = Math.max(-100, Math.min(0, decibelsOf(sustained)));
    this.input.threshold.value = threshold;
    // The node makes up for what it takes (Web Audio API, section 1.19.5: full range gain to the power of -0.6): undone here.
    this.unmade.gain.value = gainOf(0.6 * threshold * (1 - 1 / COMPRESSION));
    this.output.curve = clippingCurve(peak);
  }
}
