/** The list of meetings, with search on top and the months at the side. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Entry, Found } from "../../core/archive/answer";
import { ListClient, type ListState } from "../../core/archive/list_client";
import { forgetToken } from "../../core/archive/memory";
import { readSearch, type Search, searchAddress } from "../../core/archive/places";
import { countryName, languageName } from "../../text/names";
import { clockOf, monthName } from "../../text/archive_times";
import { CalendarDays, Clock, Languages, Search as SearchIcon, WifiOff, X } from "../icons";
import { useApi, useGo, useWords } from "./context";
import { Away, Loading, Marked, momentOf, Notice, Thumbnail, When } from "./parts";

function useList(visit: number): [ListState, ListClient] {
  const api = useApi();
  const [state, setState] = useState<ListState>({ search: readSearch(location.search), entries: null, months: [], next: null, loading: true, why: null });
  const client = useMemo(() => new ListClient(api, readSearch(location.search), setState), [api]);
  const first = useRef(true);
  useEffect(() => {
    client.open();
    return () => client.close();
  }, [client]);
  useEffect(() => {
    // Back and forward: the address has another search.
    if (!first.current) client.search(readSearch(location.search));
    first.current = false;
  }, [visit]);
  return [state, client];
}

export function ListPage({ visit }: { visit: number }) {
  const { t, tag } = useWords();
  const [state, client] = useList(visit);
  useEffect(() => {
    document.title = `${t("list.title")} · ${t("app.name")}`;
  }, [t]);
  const search = (next: Search): void => {
    client.search(next);
    history.replaceState(history.state, "", searchAddress(next));
  };
  const go = useGo();
  const withoutToken = (): void => {
    forgetToken();
    go(searchAddress(state.search));
  };
  const { q, month } = state.search;
  const closed = state.why === "closed" || state.why === "badToken";
  return (
    <main class="list-page">
      <div class="list-head">
        <h1>{t("list.title")}</h1>
        <SearchField key={visit} value={readSearch(location.search).q} onChange={(next) => search({ q: next, month })} />
      </div>
      <p class="unseen" role="status">{!state.loading && state.entries && q ? t("list.found", { n: state.entries.length }) : ""}</p>
      {state.why === "offline" && (
        <p class="note note-caution" role="alert">
          <WifiOff size={20} />
          {t("state.offline")}
        </p>
      )}
      {state.why === "unreadable" && <Notice title={t("state.unreadable")} kind="problem" action={t("app.tryAgain")} onAction={() => client.retry()} />}
      {closed && (
        <Notice
          title={t(state.why === "closed" ? "state.closedList" : "state.badToken")} kind="problem" {...(state.why === "badToken" ? { action: t("list.public"), onAction: withoutToken } : {})}
        >
          <p>{t(state.why === "closed" ? "state.closedText" : "state.badTokenText")}</p>
        </Notice>
      )}
      {state.entries === null && !state.why && <Loading />}
      {state.entries && (
        <div class="list-columns">
          <div class="list-results" aria-busy={state.loading}>
            {month && <h2 class="list-month">{monthName(tag, month)}</h2>}
            <ol class="entries">
              {state.entries.map((entry) => <EntryCard key={entry.name} entry={entry} />)}
            </ol>
            {state.entries.length === 0 && !state.loading && <Nothing search={state.search} onSearch={search} />}
            {state.next && (
              <button type="button" class="button list-more" onClick={() => client.more()} aria-disabled={state.loading} data-testid="more">
                {t("list.more")}
              </button>
            )}
          </div>
          {state.months.length > 0 && <Months months={state.months} chosen={month} onChoose={(next) => search({ q, month: next })} />}
        </div>
      )}
    </main>
  );
}

/** value: what it begins with. Whatever comes from outside, letters that are being written stay; back and forward make another field. */
function SearchField({ value, onChange }: { value: string; onChange(q: string): void }) {
  const { t } = useWords();
  const [written, setWritten] = useState(value);
  const write = (next: string): void => {
    setWritten(next);
    onChange(next.trim());
  };
  return (
    <form role="search" class="search-field" onSubmit={(event) => event.preventDefault()}>
      <SearchIcon size={20} />
      <input
        type="search" value={written} aria-label={t("list.search")} placeholder={t("list.search")} title={t("list.searchHint")} data-testid="search" enterkeyhint="search"
        dir="auto" onInput={(event) => write(event.currentTarget.value)}
      />
      {written !== "" && (
        <button type="button" class="icon-button" aria-label={t("list.clear")} title={t("list.clear")} onClick={() => write("")}>
          <X size={18} />
        </button>
      )}
    </form>
  );
}

function Nothing({ search: { q, month }, onSearch }: { search: Search; onSearch(search: Search): void }) {
  const { t, tag } = useWords();
  const api = useApi();
  if (!q && !month) {
    return (
      <Notice title={t("list.empty")} icon={CalendarDays}>
        <p>{t("list.emptyText")}</p>
        {!api.hasToken && <p class="hint">{t("list.emptyClosed")}</p>}
      </Notice>
    );
  }
  const everywhere = month ? { action: t(q ? "list.everywhere" : "list.allMonths"), onAction: () => onSearch({ q, month: "" }) } : {};
  return (
    <Notice title={t("list.nothing")} icon={SearchIcon} {...everywhere}>
      <p>{month ? t("list.nothingMonth", { month: monthName(tag, month) }) : t("list.nothingText")}</p>
    </Notice>
  );
}

function EntryCard({ entry }: { entry: Entry }) {
  const { t, tag } = useWords();
  const title = entry.title || t("list.untitled", { name: entry.name });
  const languages = [...new Set([...entry.floors, ...entry.languages])];
  const sign = { waiting: "list.beingMade", running: "list.beingMade", failed: "list.failed", none: "list.noRecording", done: null }[entry.state] as
    "list.beingMade" | "list.failed" | "list.noRecording" | null;
  const hits = entry.found.filter(({ kind }) => kind !== "title");
  const marked = entry.found.find(({ kind }) => kind === "title");
  return (
    <li class="entry" data-meeting={entry.name}>
      <div class="entry-picture" aria-hidden="true">
        {entry.thumbnail && <Thumbnail address={entry.thumbnail} />}
        {entry.duration > 0 && <span class="entry-length tabular">{clockOf(entry.duration, 3600)}</span>}
      </div>
      <div class="entry-words">
        <h3>
          <Away href={momentOf(entry.name, null, null)} class="entry-link">
            <bdi>{marked ? <Marked text={marked.text} /> : title}</bdi>
          </Away>
        </h3>
        <p class="entry-line"><When starts={entry.starts || entry.when} minutes={0} zone={entry.zone} /></p>
        {entry.countries.length > 0 && (
          <p class="entry-line">
            <span class="unseen">{t("list.countries", { countries: "" })}</span>
            {entry.countries.map((code) => countryName(tag, code)).join(" · ")}
          </p>
        )}
        <p class="entry-line entry-languages">
          <Languages size={16} />
          <span class="unseen">{t("list.languages", { languages: "" })}</span>
          <span>{languages.map((one) => languageName(tag, one)).join(", ")}</span>
          {entry.duration > 0 && <span class="unseen">{t("list.length", { length: clockOf(entry.duration) })}</span>}
        </p>
        {(sign || entry.access !== "public") && (
          <p class="entry-signs">
            {sign && <span class="tag"><Clock size={12} /> {t(sign)}</span>}
            {entry.access !== "public" && <span class="tag">{t(entry.access === "secretariat" ? "list.secretariat" : "list.alliance")}</span>}
          </p>
        )}
        {hits.length > 0 && <Hits meeting={entry.name} hits={hits} />}
      </div>
    </li>
  );
}

function Hits({ meeting, hits }: { meeting: string; hits: readonly Found[] }) {
  const { t } = useWords();
  return (
    <ul class="hits">
      {hits.map((hit, i) => (
        <li key={i}>
          <span class="hit-kind">{t(`found.${hit.kind}`)}</span>
          <span class="hit-text" dir="auto"><Marked text={hit.text} /></span>
          {hit.at !== null && (
            <Away href={momentOf(meeting, hit.recording, hit.at)} class="hit-link" testid="hit">
              {t("found.at", { time: clockOf(hit.at) })}
            </Away>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A year of twelve months, the newest first; months without a meeting are there, but can't be pressed. */
function Months({ months, chosen, onChoose }: { months: ListState["months"]; chosen: string; onChoose(month: string): void }) {
  const { t, tag } = useWords();
  const counts = new Map(months.map(({ month, count }) => [month, count]));
  const years = [...new Set(months.map(({ month }) => month.slice(0, 4)))].sort().reverse();
  return (
    <nav class="months" aria-labelledby="months-title">
      <h2 id="months-title" class="months-title">{t("list.months")}</h2>
      <button type="button" class="month-all" aria-pressed={chosen === ""} onClick={() => onChoose("")}>
        {t("list.allMonths")}
      </button>
      {years.map((year) => (
        <section key={year} aria-label={year}>
          <h3 class="months-year tabular">{year}</h3>
          <ul class="months-grid">
            {Array.from({ length: 12 }, (_, i) => `${year}-${String(i + 1).padStart(2, "0")}`).map((month) => {
              const count = counts.get(month) ?? 0;
              return (
                <li key={month}>
                  <button
                    type="button" class="month" disabled={count === 0} aria-pressed={chosen === month} data-month={month}
                    onClick={() => onChoose(chosen === month ? "" : month)}
                  >
                    <span aria-hidden="true">{monthName(tag, month, "short", false)}</span>
                    {count > 0 && <b class="tabular" aria-hidden="true">{count}</b>}
                    <span class="unseen">{t("list.month", { month: monthName(tag, month), n: count })}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </nav>
  );
}
