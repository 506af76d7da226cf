/** Runs in the browser's audio thread: the hearing limiter, and once a second what came out of it. */
import type { Ceilings } from "./calibration";
import { HearingLimiter } from "./limiter";

// What an AudioWorkletGlobalScope has (Web Audio API, section 1.32.3) and TypeScript's DOM doesn't.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: { processorOptions: Ceilings }) => AudioWorkletProcessor): void;

class LimiterProcessor extends AudioWorkletProcessor {
  private readonly limiter: HearingLimiter;
  private unreported = 0;

  constructor({ processorOptions }: { processorOptions: Ceilings }) {
    super();
    this.limiter = new HearingLimiter(sampleRate, processorOptions);
    this.port.onmessage = (event: MessageEvent<Ceilings>) => (this.limiter.ceilings = event.data);
  }

  process([input = []]: Float32Array[][], [output = []]: Float32Array[][]): boolean {
    output.forEach((channel, at) => {
      const from = input[at] ?? input[0];
      if (from) channel.set(from);
    });
    this.limiter.process(output);
    this.unreported += output[0]?.length ?? 0;
    if (this.unreported >= sampleRate) {
      this.unreported = 0;
      this.port.postMessage(this.limiter.report(sampleRate));
    }
    return true;
  }
}

registerProcessor("hearing-limiter", LimiterProcessor);
