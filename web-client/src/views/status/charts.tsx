/** Which charts there are, and what each draws of the history. */
import { useMemo, useState } from "preact/hooks";
import type { Column, Sample } from "../../core/status/answer";
import { drawn, type History, span, sum, together, topReasons, worst } from "../../core/status/history";
import type { StatusKey } from "../../text/status_en";
import { inUnit, type Unit } from "../../text/status_units";
import { Chart } from "./chart";
import { clock, useWords } from "./context";

/** From this share of its time on a worker sheds. */
const SHED_SHARE = 0.85;

interface Drawn {
  id: string;
  title: StatusKey;
  hint?: StatusKey;
  unit: Unit;
  lines: readonly (readonly [name: StatusKey, value: (sample: Sample) => number | null])[];
}

const total = (column: Column) => (sample: Sample): number | null => sum(sample, column);
const slowest = (column: Column) => (sample: Sample): number | null => worst(sample, column);

const CHARTS: readonly Drawn[] = [
  { id: "traffic", title: "chart.traffic", unit: "bits", lines: [["line.sent", total("bytesOut")], ["line.received", total("bytesIn")]] },
  { id: "packets", title: "chart.packets", unit: "rate", lines: [["line.sent", total("packetsOut")], ["line.received", total("packetsIn")]] },
  {
    id: "delay", title: "chart.delay", hint: "chart.delayHint", unit: "delay",
    lines: [["line.p99", slowest("delayP99")], ["line.p50", slowest("delayP50")]],
  },
  {
    id: "together", title: "chart.together", hint: "chart.togetherHint", unit: "size",
    lines: [["line.batch", (sample) => together(sample, "batch")], ["line.run", (sample) => together(sample, "run")]],
  },
  {
    id: "people", title: "chart.people", unit: "count",
    lines: [["line.people", (sample) => sample.people], ["line.viewers", (sample) => sample.viewers], ["line.connected", total("peers")]],
  },
  { id: "slots", title: "chart.slots", hint: "chart.slotsHint", unit: "count", lines: [["line.slots", total("slots")]] },
  { id: "losses", title: "chart.losses", unit: "rate", lines: [["line.resent", total("resent")], ["line.drops", total("drops")]] },
  { id: "memory", title: "chart.memory", unit: "bytes", lines: [["line.memory", (sample) => sample.memory]] },
];

interface Reading {
  cursor: number | null;
  onCursor(at: number | null): void;
  theme: string;
}

function OneChart({ history, chart, note, ...reading }: { history: History; chart: Drawn; note?: string | undefined } & Reading) {
  const { t } = useWords();
  const lines = useMemo(() => drawn(history, chart.lines.length, (sample) => chart.lines.map(([, value]) => value(sample))), [history]);
  return (
    <Chart
      {...reading}
      id={chart.id}
      title={t(chart.title)}
      hint={chart.hint && t(chart.hint)}
      unit={chart.unit}
      names={chart.lines.map(([name]) => t(name))}
      lines={lines}
      span={span(history)}
      note={note}
    />
  );
}

function BusyChart({ history, ...reading }: { history: History } & Reading) {
  const { t, tag } = useWords();
  const lines = useMemo(() => drawn(history, history.workers, (sample) => sample.workers.map(({ busy }) => busy)), [history]);
  return (
    <Chart
      {...reading}
      id="busy"
      title={t("chart.busy")}
      hint={t("chart.busyHint", { share: inUnit(tag, "share", SHED_SHARE) })}
      unit="share"
      names={lines.lines.map((_, n) => t("line.worker", { n }))}
      lines={lines}
      span={span(history)}
      mark={SHED_SHARE}
    />
  );
}

/** The reasons of the drops at the moment that is read. */
function useTop(history: History, time: number | undefined): string | undefined {
  const { reason, tag } = useWords();
  const sample = history.samples.find((one) => one.time === time);
  const top = sample ? topReasons(sample).slice(0, 2) : [];
  if (!top.length) return undefined;
  const help = new Map(history.reasons.map((one) => [one.name, one.help]));
  return top.map(([name, times]) => `${reason(name, help.get(name) ?? name).words}: ${inUnit(tag, "count", times)}`).join("; ");
}

export function Charts({ history, theme }: { history: History; theme: string }) {
  const { t, dates } = useWords();
  const [cursor, setCursor] = useState<number | null>(null);
  const times = useMemo(() => drawn(history, 0, () => []).time, [history]);
  const at = cursor !== null && cursor < times.length ? cursor : null;
  const time = at === null ? times.at(-1) : times[at];
  const top = useTop(history, time);
  const reading: Reading = { cursor: at, onCursor: setCursor, theme };
  return (
    <section class="charts" aria-labelledby="charts-title">
      <header class="section-head">
        <h2 id="charts-title">{t("page.charts")}</h2>
        <p class="hint">
          {at === null || time === undefined ? t("page.keys") : <b class="tabular">{clock(dates, time)}</b>}
        </p>
      </header>
      <div class="chart-grid">
        {CHARTS.slice(0, 2).map((chart) => (
          <OneChart key={chart.id} history={history} chart={chart} {...reading} />
        ))}
        <BusyChart history={history} {...reading} />
        {CHARTS.slice(2).map((chart) => (
          <OneChart key={chart.id} history={history} chart={chart} note={chart.id === "losses" ? top : undefined} {...reading} />
        ))}
      </div>
    </section>
  );
}
