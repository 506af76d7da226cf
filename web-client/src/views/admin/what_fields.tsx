/** What a meeting is about, when it is, and what time that is elsewhere. */
import { wholeMinutes } from "../../core/admin/agenda";
import { momentOf, type Moment, offsetName, wallOf } from "../../core/admin/zones";
import { useWords } from "./context";
import { Field, type Fields } from "./plan_form";
import { ZoneField, ZoneTimes } from "./zone_fields";

export function WhatFields({ form, change, wrong, isNew, isOver, meetings }: Fields) {
  const { t } = useWords();
  const moment = form.anyTime ? null : momentOf(form, form.zone);
  return (
    <fieldset class="plan-group">
      <legend>{t("form.what")}</legend>
      <div class="plan-grid">
        <Field field="title" label={t("form.title")} wrong={wrong("title")} wide>
          {(attributes) => (
            <input
              {...attributes} type="text" maxLength={200} dir="auto" required autocomplete="off" placeholder={t("form.titleHint")} value={form.title} data-testid="title"
              autofocus={isNew} onInput={(event) => change({ title: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field field="starts" label={t("form.date")} wrong={wrong("starts")}>
          {(attributes) => (
            <input {...attributes} type="date" disabled={form.anyTime} value={form.date} data-testid="date" onInput={(event) => change({ date: event.currentTarget.value })} />
          )}
        </Field>
        <Field field="time" label={t("form.time")} wrong="">
          {(attributes) => (
            <input {...attributes} type="time" disabled={form.anyTime} value={form.time} data-testid="time" onInput={(event) => change({ time: event.currentTarget.value })} />
          )}
        </Field>
        <Field field="minutes" label={t("form.minutes")} wrong={wrong("minutes")}>
          {(attributes) => (
            <input
              {...attributes} type="text" inputMode="numeric" maxLength={4} autocomplete="off" value={form.minutes} data-testid="minutes"
              onInput={(event) => change({ minutes: event.currentTarget.value })}
            />
          )}
        </Field>
        <ZoneField zone={form.zone} written={form.zoneText} wrong={wrong("zone")} onChange={change} />
        <label class="check field-wide">
          <input type="checkbox" checked={form.anyTime} data-testid="any-time" onChange={(event) => change({ anyTime: event.currentTarget.checked })} />
          {t("form.anyTime")}
        </label>
        {moment && <About moment={moment} zone={form.zone} isPast={!isOver && moment.at + (wholeMinutes(form.minutes) ?? 0) * 60 < Date.now() / 1000} />}
        {moment && <ZoneTimes at={moment.at} meetings={meetings} />}
        <Field field="venue" label={t("form.venue")} wrong={wrong("venue")} optional wide>
          {(attributes) => (
            <input
              {...attributes} type="text" maxLength={300} dir="auto" autocomplete="off" placeholder={t("form.venueHint")} value={form.venue} data-testid="venue"
              onInput={(event) => change({ venue: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field field="name" label={t("form.name")} hint={t(isNew ? "form.nameHint" : "form.nameFixed")} wrong={wrong("name")} wide>
          {(attributes) => (
            <span class="address-field">
              <span class="hint" dir="ltr" aria-hidden="true">{`${location.host}/m/`}</span>
              <input
                {...attributes} type="text" maxLength={64} dir="ltr" autocapitalize="off" autocomplete="off" spellcheck={false} readOnly={!isNew} value={form.name} data-testid="name"
                onInput={(event) => change({ name: event.currentTarget.value, nameOwn: event.currentTarget.value !== "" })}
              />
            </span>
          )}
        </Field>
      </div>
    </fieldset>
  );
}

/** What may surprise: an hour that the clocks skip or show twice, a time that is past. */
function About({ moment, zone, isPast }: { moment: Moment; zone: string; isPast: boolean }) {
  const { t } = useWords();
  if (moment.note === null && !isPast) return null;
  return (
    <p class="note note-caution field-wide" role="status" data-testid="about-time">
      {moment.note === "skipped" && t("form.skipped", { time: `${wallOf(moment.at, zone).time} (${offsetName(moment.at, zone)})` })}
      {moment.note === "twice" && t("form.twice")}
      {moment.note === null && isPast && t("form.past")}
    </p>
  );
}
