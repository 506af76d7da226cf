/**
 * Minutes to be read, and printed: the alliance's form in the document's own language, as the PDF has it. Needs nothing of a page but
 * its tokens and base.
 */
import "../../styles/minutes_view.css";
import type { ComponentChildren } from "preact";
import { blocksOf, type Body, type Question } from "../../core/minutes/body";
import { localTime, offsetOf } from "../../core/minutes/times";
import { countryName } from "../../text/names";
import { directionOf, documentText, type MinutesText } from "../../text/minutes_text";

export interface MinutesViewProps {
  body: Body;
  /** Of the document (BCP 47). */
  language: string;
  /** Absent: a preview, without the line that says so. */
  version?: number;
  published?: boolean;
  /** Unix ms. */
  at?: number;
  /** The meeting's; those that the body names are listed. url absent: the name alone. */
  attachments?: readonly { id: number; name: string; url?: string }[];
  /** Of the archive's page, for print. */
  link?: string;
  /** What heading the theme is; those beneath follow. 2 where a page has its own h1. */
  level?: 1 | 2 | 3;
}

type Level = 1 | 2 | 3 | 4 | 5;

function Heading({ level, class: name, children }: { level: number; class: string; children: ComponentChildren }) {
  const Tag = `h${Math.min(level, 6) as Level}` as const;
  return <Tag class={name} dir="auto">{children}</Tag>;
}

function Texts({ text }: { text: string }) {
  return (
    <>
      {blocksOf(text).map((block, i) =>
        block.kind === "list" ? (
          <ul key={i}>{block.items.map((item, n) => <li key={n} dir="auto">{item}</li>)}</ul>
        ) : (
          <p key={i} class="mv-text" dir="auto">{block.lines.join("\n")}</p>
        ),
      )}
    </>
  );
}

function Row({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="mv-row">
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

function TimeRows({ body: { time }, words: { t, dates, tag } }: { body: Body; words: MinutesText }) {
  if (time.starts <= 0) return null;
  const zone = time.zone || "UTC";
  return (
    <Row name={t("form.time")}>
      <p dir="auto">{localTime(dates, time.starts, time.minutes, zone)} <span class="mv-zone">{time.zone && `${time.zone}, `}<span class="mv-offset">{offsetOf(time.starts, zone)}</span></span></p>
      {time.places.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t("form.place")}</th>
              <th scope="col">{t("form.localTime")}</th>
            </tr>
          </thead>
          <tbody>
            {time.places.map((place, i) => (
              <tr key={i}>
                <td dir="auto">{countryName(tag, place.country)}</td>
                <td>
                  <span class="tabular">{localTime(dates, time.starts, time.minutes, place.zone)}</span>{" "}
                  <span class="mv-zone">{place.zone}, <span class="mv-offset">{offsetOf(time.starts, place.zone)}</span></span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Row>
  );
}

function Said({ what, by, text, words: { t } }: { what: string; by: string; text: string; words: MinutesText }) {
  if (text.trim() === "") return null;
  return (
    <div class="mv-said">
      <p class="mv-who" dir="auto">{by ? t("form.by", { what, name: by }) : what}</p>
      <Texts text={text} />
    </div>
  );
}

function Questions({ questions, words }: { questions: readonly Question[]; words: MinutesText }) {
  return (
    <>
      {questions.map((one, i) => (
        <div key={i} class="mv-question">
          <Said what={words.t("form.question")} by={one.by} text={one.question} words={words} />
          <Said what={words.t("form.answer")} by={one.answeredBy} text={one.answer} words={words} />
        </div>
      ))}
    </>
  );
}

function People({ people, words: { t, tag } }: { people: Body["participants"]; words: MinutesText }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("form.name")}</th>
          <th scope="col">{t("form.organisation")}</th>
          <th scope="col">{t("form.place")}</th>
        </tr>
      </thead>
      <tbody>
        {people.map((person, i) => (
          <tr key={i}>
            <td dir="auto">{person.name}</td>
            <td dir="auto">{person.organisation}</td>
            <td dir="auto">{countryName(tag, person.country)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function MinutesView({ body, language, version, published, at, attachments = [], link, level = 1 }: MinutesViewProps) {
  const words = documentText(language);
  const { t, dates } = words;
  const named = attachments.filter(({ id }) => body.attachments.includes(id));
  const recorders = body.recorders.filter((name) => name.trim() !== "");
  const state = published
    ? t("form.published", { time: new Intl.DateTimeFormat(dates, { dateStyle: "long", timeStyle: "short", hourCycle: "h23" }).format(at ?? 0) })
    : t("form.draft");
  return (
    // Words that we don't have in its language are English: a screen reader is told so by the parts' own lang.
    <article class="minutes-view" lang={language} dir={directionOf(language)} data-testid="minutes-view">
      <Heading level={level} class="mv-theme">{body.theme || t("form.minutes")}</Heading>
      {version !== undefined && <p class="mv-state">{t("form.minutes")} · {state} · {t("form.version", { n: version })}</p>}
      <dl>
        <TimeRows body={body} words={words} />
        {body.venue && <Row name={t("form.venue")}>{body.venue}</Row>}
      </dl>
      {body.parts.length > 0 && <Heading level={level + 1} class="mv-heading">{t("form.sharing")}</Heading>}
      {body.parts.map((part, i) => (
        <section key={i} class="mv-part">
          <Heading level={level + 2} class="mv-subject">{i + 1}. {part.subject || part.sharer}</Heading>
          {part.subject && part.sharer && <p class="mv-sharer" dir="auto">{t("form.sharer")}{t("form.colon")}<bdi>{part.sharer}</bdi></p>}
          <Texts text={part.contents} />
        </section>
      ))}
      {body.questions.length > 0 && <Heading level={level + 1} class="mv-heading">{t("form.questions")}</Heading>}
      <Questions questions={body.questions} words={words} />
      {body.participants.length > 0 && <Heading level={level + 1} class="mv-heading">{t("form.participants")}</Heading>}
      {body.participants.length > 0 && <People people={body.participants} words={words} />}
      <dl>
        {recorders.length > 0 && <Row name={t("form.recorders")}>{recorders.join(t("form.separator"))}</Row>}
        {named.length > 0 && (
          <Row name={t("form.attachments")}>
            <ul>{named.map(({ id, name, url }) => <li key={id} dir="auto">{url ? <a href={url}>{name}</a> : name}</li>)}</ul>
          </Row>
        )}
      </dl>
      {link && <p class="mv-link">{t("form.link")}{t("form.colon")}<bdi>{link}</bdi></p>}
    </article>
  );
}
