/** The operator's page: what the server does now and did in the last hour, and whether this page knows. */
import "../../styles/status.css";
import { useEffect, useMemo, useState } from "preact/hooks";
import { StatusClient, type StatusState, tokenOf } from "../../core/status/client";
import { type History, shedding, since, sum, worst } from "../../core/status/history";
import { STATUS_LANGUAGES, statusText } from "../../text/status_text";
import { inUnit } from "../../text/status_units";
import { CircleAlert, CircleX, WifiOff } from "../icons";
import { useLook } from "../parts/look";
import { TopBar } from "../parts/top_bar";
import { Charts } from "./charts";
import { clock, useWords, Words } from "./context";
import { Drops } from "./drops";

function useStatus(): [StatusState, StatusClient] {
  const [state, setState] = useState<StatusState>({ link: { at: "loading" }, history: null });
  const client = useMemo(() => new StatusClient(setState), []);
  useEffect(() => {
    const open = (): void => client.open(tokenOf(location.hash));
    // A page that was in the background may be behind by minutes.
    const seen = (): void => { if (document.visibilityState === "visible") client.wake(); };
    open();
    addEventListener("hashchange", open);
    document.addEventListener("visibilitychange", seen);
    return () => {
      removeEventListener("hashchange", open);
      document.removeEventListener("visibilitychange", seen);
      client.close();
    };
  }, []);
  return [state, client];
}

export function StatusPage() {
  const [state, client] = useStatus();
  const look = useLook();
  const text = useMemo(() => statusText(look.tag), [look.tag]);
  useEffect(() => {
    document.title = `${text.t("page.title")} · ${text.t("app.name")}`;
  }, [text]);
  return (
    <Words.Provider value={text}>
      <div class="status-page">
        <TopBar look={look} languages={STATUS_LANGUAGES} t={text.t} />
        <main>
          <Head state={state} />
          <Body state={state} look={look.look} onRetry={() => client.retry()} />
        </main>
      </div>
    </Words.Provider>
  );
}

/** The title, and in words whether what is shown is so now. Only the words of a change are read aloud, not each update. */
function Head({ state: { link, history } }: { state: StatusState }) {
  const { t, dates } = useWords();
  const words = { loading: null, live: t("page.live"), lost: t("page.lost"), refused: null }[link.at];
  return (
    <div class="status-head">
      <h1>{t("page.title")}</h1>
      <p class="status-link" data-link={link.at}>
        <span role="status">{words && <b class="status-word">{words}</b>}</span>
        {link.at === "live" && history && <span class="tabular">{t("page.updated", { time: clock(dates, history.now) })}</span>}
        {link.at === "live" && history && <span>{t("page.running", { time: sinceStart(dates, history) })}</span>}
      </p>
    </div>
  );
}

function sinceStart(dates: string, { started, now }: History): string {
  const day = 24 * 60 * 60;
  const long = now - started > day;
  return new Date(started * 1000).toLocaleString(dates, { ...(long ? { dateStyle: "medium" } : {}), timeStyle: "short", hourCycle: "h23" });
}

function Body({ state: { link, history }, look, onRetry }: { state: StatusState; look: string; onRetry(): void }) {
  const { t } = useWords();
  if (link.at === "refused") return <Refused why={link.why} onRetry={onRetry} />;
  if (!history) return link.at === "lost" ? <Lost why={link.why} history={null} /> : <Loading />;
  return (
    <>
      {link.at === "lost" && <Lost why={link.why} history={history} />}
      <Shedding history={history} />
      {history.samples.length === 0 ? (
        <section class="status-empty">
          <h2>{t("page.empty")}</h2>
          <p class="hint">{t("page.emptyText", { n: history.interval })}</p>
        </section>
      ) : (
        <>
          <Figures history={history} />
          <Charts history={history} theme={look} />
        </>
      )}
      <Drops history={history} />
    </>
  );
}

function Loading() {
  const { t } = useWords();
  return (
    <div class="status-empty" role="status">
      <span class="spinner" />
      <p>{t("page.loading")}</p>
    </div>
  );
}

function Refused({ why, onRetry }: { why: "address" | "token" | "role"; onRetry(): void }) {
  const { t } = useWords();
  const reason = { address: "page.refusedAddress", token: "page.refusedToken", role: "page.refusedRole" } as const;
  return (
    <section class="note note-problem" role="alert">
      <CircleX size={20} />
      <div class="note-body">
        <h2 class="note-title">{t("page.refused")}</h2>
        <p>{t(reason[why])}</p>
        <div class="row">
          <button type="button" class="button button-small" onClick={onRetry} data-testid="try-again">
            {t("app.tryAgain")}
          </button>
        </div>
      </div>
    </section>
  );
}

function Lost({ why, history }: { why: "offline" | "unreadable"; history: History | null }) {
  const { t, dates } = useWords();
  const offline = history ? t("page.lostText", { time: clock(dates, since(history)) }) : t("page.lostEmpty");
  return (
    <p class="note note-caution" role="alert">
      <WifiOff size={20} />
      {why === "offline" ? offline : t("page.unreadable")}
    </p>
  );
}

function Shedding({ history }: { history: History }) {
  const { t } = useWords();
  const now = shedding(history);
  return (
    <div role="status">
      {now.map(({ worker, level }) => (
        <div key={worker} class="note note-caution" data-testid="shedding">
          <CircleAlert size={20} />
          <div class="note-body">
            <p class="note-title">
              <b>{t("shed.note", { worker, level })}</b>
            </p>
            <p>{t("shed.text")}</p>
          </div>
        </div>
      ))}
    </div>
  );
}

/** The figures that are looked for first. */
function Figures({ history }: { history: History }) {
  const { t, tag } = useWords();
  const sample = history.samples.at(-1);
  if (!sample) return null;
  const rate = (text: string): string => t("unit.perSecond", { n: text });
  const say = (value: number | null, words: (value: number) => string): string => (value === null ? "–" : words(value));
  const figures = [
    ["figure.people", inUnit(tag, "count", sample.people)],
    ["figure.sent", say(sum(sample, "bytesOut"), (value) => inUnit(tag, "bits", value))],
    ["figure.busy", say(worst(sample, "busy"), (value) => inUnit(tag, "share", value))],
    ["figure.delay", say(worst(sample, "delayP99"), (value) => inUnit(tag, "delay", value))],
    ["figure.dropped", say(sum(sample, "drops"), (value) => rate(inUnit(tag, "rate", value)))],
    ["figure.memory", inUnit(tag, "bytes", sample.memory)],
  ] as const;
  return (
    <section aria-labelledby="figures-title">
      <h2 id="figures-title" class="unseen">{t("page.figures")}</h2>
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name} data-figure={name}>
            <dt>{t(name)}</dt>
            <dd class="tabular">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
