/** Made-up answers for tests. */
import type { Answer, Column, Reason, Sample, Top, WorkerSample } from "./answer";

export const REASONS: Reason[] = [
  { name: "drop_stranger", help: "not STUN", hour: 0, total: 0 }, { name: "drop_send", help: "the kernel refused", hour: 0, total: 0 },
];

export function worker(values: Partial<Record<Column, number>> = {}, top: Top = []): WorkerSample {
  const nothing: Record<Column, number | null> = {
    packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0, resent: 0, drops: 0, peers: 0, slots: 0, busy: 0, batch: null, run: null,
    delayP50: null, delayP99: null, shed: 0,
  };
  return { ...nothing, ...values, top };
}

export function sample(time: number, ...workers: WorkerSample[]): Sample {
  return { time, people: 0, viewers: 0, memory: 0, workers: workers.length ? workers : [worker()] };
}

export function answer(change: Partial<Answer> = {}): Answer {
  return { started: 1000, now: 1000, interval: 5, samples: 720, workers: 1, reasons: REASONS, rows: [], ...change };
}
