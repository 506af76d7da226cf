/** One chart: uPlot draws the lines, the figures above it are the page's own. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Lines } from "../../core/status/history";
import type { StatusText } from "../../text/status_text";
import { axisEnd, inUnit, type Unit } from "../../text/status_units";
import { useBox } from "../parts/hooks";
import { clock, useWords } from "./context";

const HEIGHT = 148;
const AXIS_WIDTH = 64;
const TIME_SPACE = 48; // between two times on the axis
/** Colours of the style sheet; a line beyond them is told apart by its dashes alone. */
const COLOURS = 6;
const DASHES: readonly number[][] = [[], [6, 4], [2, 3], [10, 4, 2, 4]];

export interface ChartProps {
  id: string;
  title: string;
  hint?: string | undefined;
  unit: Unit;
  /** What each line is called. */
  names: readonly string[];
  lines: Lines;
  span: readonly [from: number, to: number];
  /** A value above which something happens. */
  mark?: number | undefined;
  /** What the values of a moment come with. */
  note?: string | undefined;
  theme: string;
  /** The moment that is read, as a place in lines.time; null: the last one. */
  cursor: number | null;
  onCursor(at: number | null): void;
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const lineColour = (i: number): string => `--chart-${(i % COLOURS) + 1}`;
/** The second of two lines is dashed, so that nothing is told by colour alone. */
const lineDash = (i: number): readonly number[] => DASHES[i % DASHES.length] ?? [];

function highestOf(lines: Lines): number {
  return lines.lines.reduce((highest, line) => line.reduce<number>((h, value) => Math.max(h, value ?? 0), highest), 0);
}

function lastOf(lines: Lines, cursor: number | null): number {
  return cursor ?? lines.time.length - 1;
}

/** The line across at `mark`. */
function drawMark(plot: uPlot, mark: number): void {
  const { ctx } = plot;
  const y = Math.round(plot.valToPos(mark, "y", true));
  ctx.save();
  ctx.strokeStyle = colour("--amber-ink");
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(plot.bbox.left, y);
  ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** All but its width. What changes with each sample is read from `latest`. */
function optionsOf(latest: { current: ChartProps }, { tag, dates }: StatusText): Omit<uPlot.Options, "width"> {
  const axis = { stroke: () => colour("--ink-soft"), font: `12px ${colour("--font")}`, ticks: { show: false }, gap: 6 };
  const { unit, names } = latest.current;
  const grid = { stroke: () => colour("--line"), width: 1 };
  return {
    height: HEIGHT,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: "status" }, points: { size: 7 } },
    scales: { x: { time: true, range: () => [...latest.current.span] }, y: { range: (_, __, max) => [0, axisEnd(unit, max ?? 0)] } },
    axes: [
      { ...axis, size: 28, space: TIME_SPACE, grid: { show: false }, values: (_, times) => times.map((time) => clock(dates, time, true)) },
      {
        ...axis, size: AXIS_WIDTH, grid,
        splits: (plot) => {
          const end = plot.scales["y"]?.max ?? 1;
          return [0, end / 2, end];
        },
        values: (_, values) => values.map((value) => inUnit(tag, unit, value)),
      },
    ],
    series: [
      {},
      ...names.map((label, i) => ({
        label, stroke: () => colour(lineColour(i)), width: 1.75, dash: [...lineDash(i)], points: { size: 4 },
      })),
    ],
  };
}

/** The plot itself, made anew only when what it looks like changes. */
function Plot(props: ChartProps & { label: string; onFocus(focused: boolean): void }) {
  const text = useWords();
  const [ref, { width }] = useBox<HTMLDivElement>();
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const wide = width > 0; // before that there is nothing to draw on

  useLayoutEffect(() => {
    if (!ref.current || !wide) return undefined;
    const made = new uPlot(
      {
        ...optionsOf(latest, text),
        width,
        hooks: {
          setCursor: [(self) => latest.current.onCursor(self.cursor.idx ?? null)],
          draw: [(self) => { if (latest.current.mark !== undefined) drawMark(self, latest.current.mark); }],
        },
      },
      [[], ...props.names.map(() => [])],
      ref.current,
    );
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [wide, props.theme, text, props.names.join("\n")]);
  useLayoutEffect(() => {
    if (width > 0) plot.current?.setSize({ width, height: HEIGHT });
  }, [width]);
  useLayoutEffect(() => {
    plot.current?.setData([props.lines.time, ...props.lines.lines]);
  }, [wide, props.lines, props.theme, text]);
  const onBlur = (): void => {
    props.onFocus(false);
    props.onCursor(null);
  };
  return (
    <div
      class="chart-plot"
      ref={ref}
      tabIndex={0}
      role="img"
      aria-label={props.label}
      onFocus={() => props.onFocus(true)}
      onBlur={onBlur}
      onKeyDown={(event) => moveCursor(event, plot.current, props)}
    />
  );
}

/** ← and → go from sample to sample, Home and End to the ends, Esc back to now. */
function moveCursor(event: KeyboardEvent, plot: uPlot | null, { lines, cursor, onCursor }: ChartProps): void {
  const last = lines.time.length - 1;
  const at = lastOf(lines, cursor);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, Escape: -1 }[event.key];
  if (to === undefined || last < 0 || !plot) return;
  event.preventDefault();
  const place = event.key === "Escape" ? null : Math.min(last, Math.max(0, to));
  const time = place === null ? undefined : lines.time[place];
  plot.setCursor(time === undefined ? { left: -10, top: -10 } : { left: plot.valToPos(time, "x"), top: HEIGHT / 2 });
  onCursor(place);
}

export function Chart(props: ChartProps) {
  const { t, tag, dates } = useWords();
  const { id, title, hint, unit, names, lines, note } = props;
  const [focused, setFocused] = useState(false);
  const at = lastOf(lines, props.cursor);
  const words = (value: number | null | undefined): string => (value === null || value === undefined ? "–" : withRate(inUnit(tag, unit, value)));
  const withRate = (text: string): string => (unit === "rate" ? t("unit.perSecond", { n: text }) : text);
  const spoken = (place: number): string => names.map((name, i) => `${name} ${words(lines.lines[i]?.[place])}`).join(", ");
  const label = t("chart.summary", { chart: title, now: spoken(lines.time.length - 1), highest: withRate(inUnit(tag, unit, highestOf(lines))) });
  const moment = focused && props.cursor !== null ? lines.time[at] : undefined;
  return (
    <figure class="chart" data-chart={id}>
      <figcaption class="chart-head">
        <h3 class="chart-title">{title}</h3>
        {hint && <p class="hint chart-hint">{hint}</p>}
        <ul class="chart-values">
          {names.map((name, i) => (
            <li key={name}>
              <svg class="chart-key" viewBox="0 0 20 6" width="20" height="6" aria-hidden="true">
                <line x1="0" y1="3" x2="20" y2="3" stroke-dasharray={lineDash(i).join(" ")} style={{ stroke: `var(${lineColour(i)})` }} />
              </svg>
              {name} <b class="tabular">{words(lines.lines[i]?.[at])}</b>
            </li>
          ))}
          {note && <li class="chart-note">{note}</li>}
        </ul>
      </figcaption>
      <Plot {...props} label={label} onFocus={setFocused} />
      <span class="unseen" role="status">
        {moment !== undefined && `${clock(dates, moment)}: ${spoken(at)}`}
      </span>
    </figure>
  );
}
