/** The alliance's form, from its top. */
import { useId, useMemo, useState } from "preact/hooks";
import type { Said } from "../../core/minutes/body";
import { added, changed, LIMITS, missingPlaces, timeProblems, written } from "../../core/minutes/form";
import { allZones, localTime, offsetOf, zoneKnown, zonesOf } from "../../core/minutes/times";
import { countryChoices, countryName } from "../../text/names";
import { Button } from "../parts/basics";
import { useEditing, useWords } from "./context";
import { Entries, Line, Lines, Section } from "./fields";
import { Plus } from "./icons";

function CountrySelect({ label, value, none, onChange }: { label: string; value: string; none: string; onChange(code: string): void }) {
  const { tag } = useWords();
  const choices = useMemo(() => countryChoices(tag), [tag]);
  return (
    <label class="field">
      <span class="unseen">{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{none}</option>
        {value !== "" && !choices.some(({ code }) => code === value) && <option value={value}>{countryName(tag, value)}</option>}
        {choices.map(({ code, label: name }) => <option key={code} value={code}>{name}</option>)}
      </select>
    </label>
  );
}

/** One of many names: what is typed counts once it is one. */
function ZoneField({ label, value, zones, onChange, quiet, testid }: { label: string; value: string; zones: readonly string[]; onChange(zone: string): void; quiet?: boolean; testid?: string }) {
  const { t } = useWords();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? value;
  const bad = shown !== "" && !zoneKnown(shown);
  return (
    <label class="field">
      <span class={quiet ? "unseen" : "field-label"}>{label}</span>
      <input
        type="text" list={`${id}-zones`} value={shown} placeholder={t("time.zoneHint")} autocomplete="off" spellcheck={false} maxLength={64}
        aria-invalid={bad ? "true" : undefined} aria-describedby={bad ? `${id}-bad` : undefined} data-testid={testid}
        onInput={(event) => {
          const zone = event.currentTarget.value.trim();
          const known = zone === "" || zoneKnown(zone);
          setTyped(known ? null : event.currentTarget.value);
          if (known) onChange(zone);
        }}
      />
      <datalist id={`${id}-zones`}>{zones.map((zone) => <option key={zone} value={zone} />)}</datalist>
      {bad && <span id={`${id}-bad`} class="field-problem">{t("time.zoneUnknown")}</span>}
    </label>
  );
}

function TimeFields() {
  const { form, edit } = useEditing();
  const { t } = useWords();
  const setMinutes = (wanted: number): void =>
    edit((one) => ({ ...one, time: { ...one.time, minutes: Math.min(LIMITS.minutes, Math.max(0, Math.floor(wanted) || 0)) } }));
  const zones = useMemo(allZones, []);
  const id = useId();
  const { date, begin, minutes, zone } = form.time;
  // Who still writes knows that it isn't finished.
  const [writing, setWriting] = useState<"date" | "begin" | null>(null);
  const problems = timeProblems(form.time);
  const wrong = { date: problems.date && writing !== "date", begin: problems.begin && writing !== "begin" };
  const write = (change: Parameters<typeof written>[1], unfinished = false): void => edit((one) => ({ ...one, time: written(one.time, change, unfinished) }));
  return (
    <>
      <div class="me-time">
        <label class="field">
          <span class="field-label">{t("time.date")}</span>
          <input
            type="date" value={date} min="1970-01-02" max="9999-12-31" data-testid="date" aria-invalid={wrong.date} aria-describedby={wrong.date ? `${id}-date` : undefined}
            onFocus={() => setWriting("date")} onBlur={() => setWriting(null)}
            onInput={(event) => write({ date: event.currentTarget.value }, event.currentTarget.validity.badInput)}
          />
          {wrong.date && <span id={`${id}-date`} class="field-problem">{t("time.dateWrong")}</span>}
        </label>
        <label class="field">
          <span class="field-label">{t("time.begin")}</span>
          <input
            type="time" value={begin} data-testid="begin" aria-invalid={wrong.begin} aria-describedby={wrong.begin ? `${id}-begin` : undefined}
            onFocus={() => setWriting("begin")} onBlur={() => setWriting(null)}
            onInput={(event) => write({ begin: event.currentTarget.value })}
          />
          {wrong.begin && <span id={`${id}-begin`} class="field-problem">{t("time.beginWrong")}</span>}
        </label>
        <label class="field">
          <span class="field-label">{t("time.minutes")}</span>
          <input
            type="number" inputMode="numeric" min={0} max={LIMITS.minutes} value={minutes} data-testid="minutes"
            onInput={(event) => setMinutes(event.currentTarget.valueAsNumber)}
          />
        </label>
        <ZoneField label={t("time.zone")} value={zone} zones={zones} testid="zone" onChange={(next) => write({ zone: next })} />
      </div>
      <Places zones={zones} />
    </>
  );
}

function Places({ zones }: { zones: readonly string[] }) {
  const { form, edit } = useEditing();
  const { t, tag, dates } = useWords();
  const missing = missingPlaces(form);
  const names = missing.slice(0, 5).map((code) => countryName(tag, code)).join(t("form.separator")) + (missing.length > 5 ? " …" : "");
  const fill = (): void => edit((one) => missing.reduce((made, country) => added(made, "places", { country, zone: zonesOf(country)[0] ?? "" })[0], one));
  return (
    <div class="me-places">
      <h4 class="me-subtitle">{t("time.places")}</h4>
      <p class="hint">{t("time.placesHint")}</p>
      <Entries
        list="places" compact titleOf={(n) => `${t("form.place")} ${n}`} addLabel={t("place.add")}
        beside={missing.length > 0 && <Button small icon={Plus} onClick={fill} testid="fill-places">{t("place.fill", { countries: names })}</Button>}
      >
        {(place, i) => {
          const own = zonesOf(place.country);
          const set = (fields: Partial<typeof place>): void => edit((one) => changed(one, "places", place.key, fields));
          return (
            <>
              <CountrySelect label={t("place.country", { n: i + 1 })} value={place.country} none={t("place.none")} onChange={(country) => set({ country, zone: zonesOf(country)[0] ?? "" })} />
              <ZoneField key={place.country} quiet label={t("place.zone", { n: i + 1 })} value={place.zone} zones={own.length > 0 ? own : zones} onChange={(zone) => set({ zone })} />
              <output class="me-local tabular">
                {localTime(dates, form.time.starts, form.time.minutes, place.zone)} <span class="hint">{form.time.starts > 0 && offsetOf(form.time.starts, place.zone)}</span>
              </output>
            </>
          );
        }}
      </Entries>
    </div>
  );
}

function Parts() {
  const { edit } = useEditing();
  const { t } = useWords();
  return (
    <Entries list="parts" titleOf={(n) => t("part.title", { n })} addLabel={t("part.add")}>
      {(part, i) => {
        const set = (fields: Partial<typeof part>): void => edit((one) => changed(one, "parts", part.key, fields));
        return (
          <>
            <div class="me-pair">
              <Line label={t("part.subject")} value={part.subject} most={LIMITS.line} testid="subject" onInput={(subject) => set({ subject })} />
              <Line label={t("part.sharer")} value={part.sharer} most={LIMITS.name} testid="sharer" onInput={(sharer) => set({ sharer })} />
            </div>
            <Lines label={t("part.contents")} value={part.contents} most={LIMITS.contents} rows={4} testid="contents" {...(i === 0 ? { hint: t("part.contentsHint") } : {})} onInput={(contents) => set({ contents })} />
          </>
        );
      }}
    </Entries>
  );
}

function Questions({ answers }: { answers: Readonly<Record<number, readonly Said[]>> }) {
  const { edit } = useEditing();
  const { t } = useWords();
  return (
    <Entries list="questions" titleOf={(n) => t("question.title", { n })} addLabel={t("question.add")}>
      {(one) => {
        const set = (fields: Partial<typeof one>): void => edit((form) => changed(form, "questions", one.key, fields));
        const said = one.answer === "" ? (answers[one.key] ?? []) : [];
        return (
          <>
            <Lines label={t("question.question")} value={one.question} most={LIMITS.question} rows={2} testid="question" onInput={(question) => set({ question })} />
            <Line label={t("question.by")} value={one.by} most={LIMITS.name} onInput={(by) => set({ by })} />
            <Lines label={t("question.answer")} value={one.answer} most={LIMITS.answer} rows={2} testid="answer" onInput={(answer) => set({ answer })} />
            {said.length > 0 && (
              <div class="me-said">
                <p class="hint">{t("question.said")}</p>
                <ul>
                  {said.map(({ by, text }, i) => (
                    <li key={i}>
                      <button type="button" class="button button-plain button-small" data-testid="take-answer" onClick={() => set({ answer: text, answeredBy: by })}>
                        <bdi>{by}</bdi>: <bdi>{text}</bdi>
                      </button>
                    </li>
                  ))}
                </ul>
              </div>
            )}
            <Line label={t("question.answeredBy")} value={one.answeredBy} most={LIMITS.name} onInput={(answeredBy) => set({ answeredBy })} />
          </>
        );
      }}
    </Entries>
  );
}

function Participants() {
  const { edit } = useEditing();
  const { t } = useWords();
  return (
    <Entries list="participants" compact titleOf={(n) => t("participant.title", { n })} addLabel={t("participant.add")}>
      {(person) => {
        const set = (fields: Partial<typeof person>): void => edit((one) => changed(one, "participants", person.key, fields));
        return (
          <>
            <Line quiet label={t("participant.name")} value={person.name} most={LIMITS.name} onInput={(name) => set({ name })} />
            <Line quiet label={t("participant.organisation")} value={person.organisation} most={LIMITS.name} onInput={(organisation) => set({ organisation })} />
            <CountrySelect label={t("participant.country")} value={person.country} none={t("participant.noCountry")} onChange={(country) => set({ country })} />
          </>
        );
      }}
    </Entries>
  );
}

function Attachments({ known }: { known: readonly { id: number; name: string }[] }) {
  const { form, edit } = useEditing();
  const { t } = useWords();
  if (known.length === 0) return <p class="hint">{t("attachments.none")}</p>;
  const tick = (id: number, on: boolean): void =>
    edit((one) => ({ ...one, attachments: on ? [...one.attachments, id] : one.attachments.filter((other) => other !== id) }));
  return (
    <>
      <p class="hint">{t("attachments.hint")}</p>
      {known.map(({ id, name }) => (
        <label key={id} class="check">
          <input type="checkbox" checked={form.attachments.includes(id)} onChange={(event) => tick(id, event.currentTarget.checked)} />
          <bdi>{name}</bdi>
        </label>
      ))}
    </>
  );
}

export function FormView({ answers, attachments }: { answers: Readonly<Record<number, readonly Said[]>>; attachments: readonly { id: number; name: string }[] }) {
  const { form, edit } = useEditing();
  const { t } = useWords();
  const people = form.participants.length;
  return (
    <div class="me-form">
      <Section title={t("form.theme")}>
        <Line quiet label={t("form.theme")} value={form.theme} most={LIMITS.line} testid="theme-field" onInput={(theme) => edit((one) => ({ ...one, theme }))} />
      </Section>
      <Section title={t("form.time")}>
        <TimeFields />
      </Section>
      <Section title={t("form.venue")}>
        <Line quiet label={t("form.venue")} value={form.venue} most={LIMITS.line} onInput={(venue) => edit((one) => ({ ...one, venue }))} />
      </Section>
      <Section title={t("form.sharing")}>
        <Parts />
      </Section>
      <Section title={t("form.questions")}>
        <Questions answers={answers} />
      </Section>
      <Section title={t("form.participants")} count={people > 0 ? t("participants.count", { n: people }) : undefined}>
        <Participants />
      </Section>
      <Section title={t("form.recorders")}>
        <Lines
          label={t("recorders.hint")} value={form.recorders.join("\n")} most={LIMITS.name * 50} rows={2} testid="recorders"
          onInput={(text) => edit((one) => ({ ...one, recorders: text.split("\n").slice(0, 50) }))}
        />
      </Section>
      <Section title={t("form.attachments")}>
        <Attachments known={attachments} />
      </Section>
    </div>
  );
}
