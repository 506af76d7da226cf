/** What GET /api/status answers (PROTOCOL.md, section Status), checked, with its rows by their columns' names. */
import { array, type Guard, nullable, number, object, string } from "../guards";

/** What is known of each worker, each five seconds. Rates are a second's; null: there was nothing to measure. */
const COLUMNS = [
  "packetsIn", "packetsOut", "bytesIn", "bytesOut", "resent", "drops", "peers", "slots", "busy", "batch", "run", "delayP50", "delayP99", "shed",
] as const;
export type Column = (typeof COLUMNS)[number];

/** The reasons' names with how often each dropped something, the most frequent first. */
export type Top = readonly (readonly [reason: string, times: number])[];
export type WorkerSample = Readonly<Record<Column, number | null>> & { readonly top: Top };

export interface Sample {
  /** Unix seconds of its end. */
  time: number;
  people: number;
  viewers: number;
  /** Bytes. */
  memory: number;
  workers: readonly WorkerSample[];
}

export interface Reason {
  name: string;
  help: string;
  /** How often in the last hour, and since the start. */
  hour: number;
  total: number;
}

export interface Answer {
  /** Unix seconds. */
  started: number;
  now: number;
  interval: number;
  /** How many an hour has. */
  samples: number;
  workers: number;
  reasons: Reason[];
  rows: Sample[];
}

type Cells = readonly unknown[];
const cells: Guard<Cells> = (value, path) => {
  if (!Array.isArray(value)) throw new Error(`${path}: a list expected`);
  return value;
};

const head = object({
  started: number, now: number, interval: number, samples: number, workers: number, columns: array(string), workerColumns: array(string),
  reasons: array(object({ name: string, help: string, hour: number, total: number })), rows: array(cells),
});

/** A column that this server doesn't have is as one that measured nothing. */
function cell(columns: readonly string[], row: Cells, name: string, path: string): number | null {
  const at = columns.indexOf(name);
  return at < 0 ? null : nullable(number)(row[at], `${path}.${name}`);
}

function readTop(value: unknown, reasons: readonly Reason[], path: string): Top {
  const numbers = value === undefined ? [] : array(number)(value, path);
  const top: [string, number][] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const reason = reasons[numbers[i] as number];
    if (!reason) throw new Error(`${path}[${i}]: no such reason`);
    top.push([reason.name, numbers[i + 1] as number]);
  }
  return top;
}

export function readAnswer(value: unknown): Answer {
  const { columns, workerColumns, rows, ...rest } = head(value, "");
  const top = workerColumns.indexOf("top");
  const readWorker = (row: unknown, path: string): WorkerSample => {
    const values = cells(row, path);
    const measured = Object.fromEntries(COLUMNS.map((name) => [name, cell(workerColumns, values, name, path)])) as Record<Column, number | null>;
    return { ...measured, top: readTop(top < 0 ? undefined : values[top], rest.reasons, `${path}.top`) };
  };
  const readRow = (row: Cells, i: number): Sample => {
    const path = `rows[${i}]`;
    const whole = (name: string): number => cell(columns, row, name, path) ?? 0;
    return {
      time: whole("time"), people: whole("people"), viewers: whole("viewers"), memory: whole("memory"),
      workers: row.slice(columns.length).map((worker, w) => readWorker(worker, `${path}[${columns.length + w}]`)),
    };
  };
  return { ...rest, rows: rows.map(readRow) };
}
