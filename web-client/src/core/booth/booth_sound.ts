/** All that an interpreter hears beside the meeting itself: the chain to the ears, alerts, tests of the booth; and the ear on the speaker. */
import type { Received } from "../connection";
import type { Card, State } from "../state";
import { ASSUMED_FULL_SCALE, type Calibration, REFERENCE_LEVEL } from "./calibration";
import type { BoothTest, ConsoleState, Tone } from "./console_state";
import { ring } from "../sound/ring";
import { Exposure } from "./exposure";
import { type Report, SoundChain, type WayOut } from "./sound_chain";
import { SpeakerWatch } from "./speaker_watch";
import { alertTones, referenceNoise, testSpeaker } from "./test_sounds";

const OWN_SECONDS = 4;
const SPEAKER_LEVEL = -24;
const ALERT_LEVEL = -30;

export interface BoothSoundHost {
  state(): State;
  change(change: Partial<ConsoleState>): void;
  /** Started, if it wasn't. */
  microphone(): Promise<MediaStreamTrack | null>;
  received(mid: string): Promise<Received | null>;
  tell(card: Card): void;
}

export class BoothSound {
  private chain: SoundChain | null = null;
  private watch: { stream: MediaStream; watch: SpeakerWatch } | null = null;
  private exposure = new Exposure();
  private playing: AudioBufferSourceNode | null = null;
  private stopRecording: (() => void) | null = null;
  /** Which test runs: what an earlier one brings late doesn't count. */
  private run = 0;

  constructor(private readonly host: BoothSoundHost) {}

  /** Where the mixer leads all sound to; null: it has gone. */
  attach(way: WayOut | null): void {
    this.detach();
    if (!way) return;
    const { tone, calibration } = this.host.state().console;
    this.chain = new SoundChain(way, tone, calibration, {
      report: (report) => this.heard(report),
      protection: (protection) => this.host.change({ protection }),
    });
    this.follow();
  }

  /** The state has changed: another connection has other streams. */
  follow(): void {
    const voice = this.host.state().sounds.find(({ of }) => of === "voice");
    if (voice?.stream === this.watch?.stream) return;
    this.watch?.watch.close();
    this.watch = null;
    if (!voice || !this.chain) return;
    try {
      const watch = new SpeakerWatch(this.chain.context, voice.stream, {
        speaker: () => speakerOf(this.host.state()),
        received: () => this.host.received(voice.mid),
        picture: () => this.received(pictureOf(this.host.state())),
        measured: (measured) => this.host.change({ measured }),
        tell: (card) => this.host.tell(card),
      });
      this.watch = { stream: voice.stream, watch };
    } catch (error) {
      console.warn("The speaker isn't measured", error);
    }
  }

  private received(mid: string | null): Promise<Received | null> {
    return mid === null ? Promise.resolve(null) : this.host.received(mid);
  }

  setTone(tone: Tone): void {
    this.chain?.setTone(tone);
  }

  setCalibration(calibration: Calibration | null): void {
    this.exposure = new Exposure();
    this.chain?.setCalibration(calibration);
    this.host.change({ exposure: null, tooLoud: false });
  }

  alert(): void {
    const { chain } = this;
    if (chain) this.source(alertTones(chain.context.sampleRate, ALERT_LEVEL), chain.signals).start();
  }

  ring(): void {
    if (this.chain) ring(this.chain.signals);
  }

  async test(what: BoothTest): Promise<void> {
    this.stopTest();
    const { chain } = this;
    if (!chain || what === "none") return;
    const run = this.run;
    const rate = chain.context.sampleRate;
    if (what === "reference") this.play(this.source(referenceNoise(rate, 4, REFERENCE_LEVEL), chain.plain), "reference", true);
    else if (what === "speaker") this.play(this.source(testSpeaker(rate, 9.6, SPEAKER_LEVEL), chain.input), "speaker", false);
    else if (what === "recording") await this.hearOneself(chain, run);
  }

  close(): void {
    this.stopTest();
    this.detach();
  }

  private detach(): void {
    this.watch?.watch.close();
    this.watch = null;
    this.chain?.close();
    this.chain = null;
    this.host.change({ protection: "none", measured: null });
  }

  private heard({ meanSquare, seconds, held }: Report): void {
    this.exposure.add(meanSquare, seconds);
    const fullScale = this.host.state().console.calibration?.fullScale ?? ASSUMED_FULL_SCALE;
    const exposure = Math.round(this.exposure.level(fullScale));
    const tooLoud = this.exposure.warning(fullScale);
    const now = this.host.state().console;
    if (exposure !== now.exposure || tooLoud !== now.tooLoud || held !== now.held) this.host.change({ exposure, tooLoud, held });
  }

  private stopTest(): void {
    this.run++;
    this.stopRecording?.();
    this.stopRecording = null;
    if (this.playing) {
      this.playing.onended = null;
      this.playing.stop();
      this.playing.disconnect();
      this.playing = null;
    }
    if (this.host.state().console.test !== "none") this.host.change({ test: "none" });
  }

  private source(samples: Float32Array<ArrayBuffer>, to: AudioNode): AudioBufferSourceNode {
    const { context } = to;
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: context.sampleRate });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(to);
    return source;
  }

  private play(source: AudioBufferSourceNode, test: BoothTest, loop: boolean): void {
    this.playing = source;
    source.loop = loop;
    source.onended = () => this.stopTest();
    source.start();
    this.host.change({ test });
  }

  /** Records a few seconds of the own microphone, on this device alone, and plays them. */
  private async hearOneself(chain: SoundChain, run: number): Promise<void> {
    const microphone = await this.host.microphone();
    if (!microphone || run !== this.run) return;
    const track = microphone.clone();
    track.enabled = true;
    this.host.change({ test: "recording" });
    try {
      const blob = await this.record(track);
      if (run !== this.run) return;
      const buffer = await chain.context.decodeAudioData(await blob.arrayBuffer());
      if (run !== this.run) return;
      const source = new AudioBufferSourceNode(chain.context, { buffer });
      source.connect(chain.input);
      this.play(source, "playing", false);
    } catch (error) {
      console.warn("The booth's test", error);
      if (run === this.run) this.stopTest();
    } finally {
      track.stop();
    }
  }

  private record(track: MediaStreamTrack): Promise<Blob> {
    return new Promise((done, failed) => {
      const recorder = new MediaRecorder(new MediaStream([track]));
      const parts: Blob[] = [];
      recorder.ondataavailable = (event) => parts.push(event.data);
      recorder.onerror = () => failed(new Error("recording failed"));
      recorder.onstop = () => done(new Blob(parts, { type: recorder.mimeType }));
      const stop = (): void => {
        clearTimeout(timer);
        if (recorder.state !== "inactive") recorder.stop();
      };
      const timer = setTimeout(stop, OWN_SECONDS * 1000);
      this.stopRecording = stop;
      recorder.start();
    });
  }
}

/** The slot of the stage's picture, while it is that of who is heard. */
export function pictureOf(state: Pick<State, "stage" | "me" | "people" | "stagePicture">): string | null {
  const { stagePicture } = state;
  const speaker = speakerOf(state);
  return speaker !== null && stagePicture?.live && stagePicture.participant === speaker ? stagePicture.mid : null;
}

/** Who is heard in the first voice's slot: it follows the stage, and nobody gets their own voice. */
export function speakerOf({ stage, me, people }: Pick<State, "stage" | "me" | "people">): string | null {
  const { holder } = stage;
  return holder !== null && holder !== me && people.get(holder)?.microphone === "on" ? holder : null;
}
