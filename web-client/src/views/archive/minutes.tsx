/** The minutes as they were published, in the alliance's form, in each language that they are in. */
import { useEffect, useState } from "preact/hooks";
import type { Meeting, Minutes } from "../../core/archive/answer";
import { samePrimary } from "../../core/languages";
import { countryName, ownLanguageName } from "../../text/names";
import { FileText } from "../icons";
import { useApi, useWords } from "./context";
import { When } from "./parts";

export function MinutesSection({ meeting }: { meeting: Meeting }) {
  const { t, tag } = useWords();
  const api = useApi();
  const languages = meeting.written.filter(({ published }) => published).map(({ language }) => language);
  const [chosen, setChosen] = useState<string | null>(null);
  const language = chosen ?? languages.find((one) => samePrimary(one, tag)) ?? languages[0] ?? "";
  const [minutes, setMinutes] = useState<Minutes | "failed" | null>(null);
  useEffect(() => {
    if (language === "") return undefined;
    let gone = false;
    api.minutes(meeting.name, language).then(
      (read) => { if (!gone) setMinutes(read); },
      () => { if (!gone) setMinutes("failed"); },
    );
    return () => { gone = true; };
  }, [api, meeting.name, language]);
  if (languages.length === 0) return null;
  const file = (ending: string): string => `/api/archive/${meeting.name}/minutes/${encodeURIComponent(language)}.${ending}`;
  return (
    <section class="minutes" aria-labelledby="minutes-title">
      <div class="minutes-head">
        <h2 id="minutes-title">{t("minutes.title")}</h2>
        {languages.length > 1 && (
          <label>
            <span class="unseen">{t("minutes.language")}</span>
            <select value={language} onChange={(event) => setChosen(event.currentTarget.value)} data-testid="minutes-language">
              {languages.map((one) => <option key={one} value={one} lang={one}>{ownLanguageName(one)}</option>)}
            </select>
          </label>
        )}
        <span class="minutes-files">
          <a class="file-link" href={file("pdf")}><FileText size={16} /> {t("minutes.pdf")}</a>
          <a class="file-link" href={file("md")}><FileText size={16} /> {t("minutes.markdown")}</a>
        </span>
      </div>
      {minutes === "failed" && <p class="hint" role="alert">{t("minutes.failed")}</p>}
      {minutes && minutes !== "failed" && <Body minutes={minutes} />}
    </section>
  );
}

/** Paragraphs, and lines that begin with "- " as a list: the form's plain text. */
export function Paragraphs({ text }: { text: string }) {
  return (
    <>
      {text.replace(/\r\n?/g, "\n").split(/\n{2,}/).filter((block) => block.trim() !== "").map((block, i) => {
        const lines = block.split("\n").filter((line) => line.trim() !== "");
        if (lines.every((line) => /^\s*- /.test(line))) {
          return <ul key={i} class="minutes-list">{lines.map((line, n) => <li key={n} dir="auto">{line.replace(/^\s*- /, "")}</li>)}</ul>;
        }
        return <p key={i} class="minutes-text" dir="auto">{lines.join("\n")}</p>;
      })}
    </>
  );
}

function localTime(dates: string, zone: string, starts: number): string {
  try {
    return new Intl.DateTimeFormat(dates, { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(starts * 1000);
  } catch {
    return "–"; // a zone that this browser doesn't know
  }
}

function Body({ minutes: { language, body } }: { minutes: Minutes }) {
  const { t, tag, dates } = useWords();
  const { time } = body;
  return (
    <div class="minutes-body">
      <dl class="minutes-facts">
        {body.theme && <Fact name={t("minutes.theme")}><span lang={language} dir="auto">{body.theme}</span></Fact>}
        {time.starts > 0 && (
          <Fact name={t("minutes.time")}>
            <When starts={time.starts} minutes={time.minutes} zone={time.zone} />
            {time.places.length > 0 && (
              <ul class="minutes-places">
                {time.places.map(({ country, zone }) => (
                  <li key={country + zone} class="tabular">{t("minutes.local", { country: countryName(tag, country), time: localTime(dates, zone, time.starts) })}</li>
                ))}
              </ul>
            )}
          </Fact>
        )}
        {body.venue && <Fact name={t("minutes.venue")}><span lang={language} dir="auto">{body.venue}</span></Fact>}
      </dl>
      {body.parts.length > 0 && <h3>{t("minutes.parts")}</h3>}
      <div lang={language}>
        {body.parts.map((part, i) => (
          <section key={i} class="minutes-part">
            <h4><span class="hint" lang={tag}>{t("minutes.part", { n: i + 1 })}</span> <bdi>{part.subject}</bdi></h4>
            {part.sharer && <p class="hint" lang={tag}>{t("minutes.sharer", { name: part.sharer })}</p>}
            <Paragraphs text={part.contents} />
          </section>
        ))}
      </div>
      {body.questions.length > 0 && <h3>{t("minutes.questions")}</h3>}
      {body.questions.map((one, i) => (
        <section key={i} class="minutes-part">
          <p><b>{one.by && t("minutes.by", { name: one.by })}</b></p>
          <div lang={language}><Paragraphs text={one.question} /></div>
          {one.answer && <p><b>{one.answeredBy ? t("minutes.answers", { name: one.answeredBy }) : t("minutes.answer")}</b></p>}
          <div lang={language}><Paragraphs text={one.answer} /></div>
        </section>
      ))}
      <dl class="minutes-facts">
        {body.participants.length > 0 && (
          <Fact name={t("minutes.participants")}>
            <ul>
              {body.participants.map(({ name, organisation, country }, i) => (
                <li key={i} dir="auto">{[name, organisation, country && countryName(tag, country)].filter(Boolean).join(" · ")}</li>
              ))}
            </ul>
          </Fact>
        )}
        {body.recorders.length > 0 && <Fact name={t("minutes.recorders")}><span dir="auto">{body.recorders.join(", ")}</span></Fact>}
      </dl>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
