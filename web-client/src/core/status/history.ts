/** The last hour as the page keeps it, and the lines that it draws of it. Nothing here asks or draws. */
import type { Answer, Column, Reason, Sample, WorkerSample } from "./answer";

export interface History {
  started: number;
  now: number;
  interval: number;
  workers: number;
  reasons: readonly Reason[];
  /** In order of time. */
  samples: readonly Sample[];
}

/** What to ask for: all that there is, or what came after the last sample. */
export function since(history: History | null): number {
  return history?.samples.at(-1)?.time ?? 0;
}

/**
 * The answer's samples behind those that are known already. What was before the server's restart stays; only where its clock was set
 * back, or it now has another number of workers, the past can't be drawn on the same lines.
 */
export function extend(history: History | null, answer: Answer): History {
  const { rows, samples: most, ...rest } = answer;
  const known = history && history.workers === answer.workers && since(history) <= answer.now ? history.samples : [];
  const last = known.at(-1)?.time ?? 0;
  return { ...rest, samples: [...known, ...rows.filter(({ time }) => time > last)].slice(-most) };
}

export type Line = (number | null)[];
export interface Lines {
  /** Unix seconds. */
  time: number[];
  lines: Line[];
}

/** A row of values for each sample; where samples are missing, a row of nothing, so that no line is drawn across. */
export function drawn(history: History, count: number, values: (sample: Sample) => readonly (number | null)[]): Lines {
  const out: Lines = { time: [], lines: Array.from({ length: count }, () => []) };
  const push = (time: number, row: readonly (number | null)[]): void => {
    out.time.push(time);
    out.lines.forEach((line, i) => line.push(row[i] ?? null));
  };
  let before: number | null = null;
  for (const sample of history.samples) {
    if (before !== null && sample.time - before > 2.5 * history.interval) push(before + history.interval, []);
    push(sample.time, values(sample));
    before = sample.time;
  }
  return out;
}

const measured = (sample: Sample, column: Column): number[] =>
  sample.workers.map((worker) => worker[column]).filter((value): value is number => value !== null);

export function sum(sample: Sample, column: Column): number | null {
  const values = measured(sample, column);
  return values.length ? values.reduce((a, b) => a + b) : null;
}

/** Of the worker where it is highest: quantiles of several don't add up to one. */
export function worst(sample: Sample, column: Column): number | null {
  const values = measured(sample, column);
  return values.length ? Math.max(...values) : null;
}

/** How many packets went together, over all workers: all packets, divided by all that they went in. */
export function together(sample: Sample, column: "batch" | "run"): number | null {
  let packets = 0;
  let groups = 0;
  for (const worker of sample.workers) {
    const size = worker[column];
    if (!size || !worker.packetsOut) continue;
    packets += worker.packetsOut;
    groups += worker.packetsOut / size;
  }
  return groups ? packets / groups : null;
}

/** How often each reason dropped something in these seconds, over all workers. */
export function topReasons(sample: Sample): [reason: string, times: number][] {
  const all = new Map<string, number>();
  for (const [reason, times] of sample.workers.flatMap((worker) => worker.top)) all.set(reason, (all.get(reason) ?? 0) + times);
  return [...all].sort((a, b) => b[1] - a[1]);
}

export interface Shedding { worker: number; level: number }

/** The workers that shed now. */
export function shedding(history: History): Shedding[] {
  const now: readonly WorkerSample[] = history.samples.at(-1)?.workers ?? [];
  return now.map(({ shed }, worker) => ({ worker, level: shed ?? 0 })).filter(({ level }) => level > 0);
}

/** Reasons that ever dropped anything, the most frequent of the last hour first. */
export function dropped(history: History): Reason[] {
  return history.reasons.filter(({ total }) => total > 0).sort((a, b) => b.hour - a.hour || b.total - a.total);
}

const SHORTEST_S = 5 * 60;
const HOUR_S = 60 * 60;

/** From when to when is drawn: an hour, or as long as there is something to draw. */
export function span(history: History): [from: number, to: number] {
  const to = Math.max(history.now, since(history));
  const first = history.samples[0]?.time ?? to;
  return [to - Math.min(HOUR_S, Math.max(SHORTEST_S, to - first)), to];
}
