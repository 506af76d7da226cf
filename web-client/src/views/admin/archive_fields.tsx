/** What is kept of the meeting, for whom, for how long. */
import { type Access, ACCESSES } from "../../core/admin/meeting";
import type { AdminText } from "../../text/admin_text";
import { useWords } from "./context";
import { Field, type Fields } from "./plan_form";

const YEAR = 365;
const DAYS = [0, 30, 90, YEAR, 3 * YEAR, 10 * YEAR];

function daysName({ t }: AdminText, days: number): string {
  if (days === 0) return t("retention.ever");
  return days % YEAR === 0 ? t("retention.years", { n: days / YEAR }) : t("retention.days", { n: days });
}

export function ArchiveFields({ form, change, wrong }: Fields) {
  const words = useWords();
  const { t } = words;
  // What somebody has set elsewhere is a choice, too.
  const choices = DAYS.includes(form.retentionDays) ? DAYS : [...DAYS, form.retentionDays].sort((a, b) => a - b);
  return (
    <fieldset class="plan-group">
      <legend>{t("form.archive")}</legend>
      <Switch id="autoRecord" label={t("form.autoRecord")} hint={t("form.autoRecordHint")} checked={form.autoRecord} onChange={(autoRecord) => change({ autoRecord })} />
      <Switch id="ownTracks" label={t("form.ownTracks")} hint={t("form.ownTracksHint")} checked={form.ownTracks} onChange={(ownTracks) => change({ ownTracks })} />
      <div class="access-choices" role="radiogroup" aria-labelledby="access-title" id="field-access" tabIndex={-1}>
        <p class="field-label" id="access-title">
          {t("form.access")}
        </p>
        {ACCESSES.map((access) => (
          <AccessChoice key={access} access={access} chosen={form.access === access} onChoose={() => change({ access })} />
        ))}
        {wrong("access") && (
          <p class="field-problem" role="alert">
            {wrong("access")}
          </p>
        )}
      </div>
      <Field field="retentionDays" label={t("form.retention")} hint={form.retentionDays > 0 ? t("retention.hint") : ""} wrong={wrong("retentionDays")}>
        {(attributes) => (
          <select {...attributes} class="retention" value={String(form.retentionDays)} data-testid="retention" onChange={(event) => change({ retentionDays: Number(event.currentTarget.value) })}>
            {choices.map((days) => (
              <option key={days} value={String(days)}>
                {daysName(words, days)}
              </option>
            ))}
          </select>
        )}
      </Field>
    </fieldset>
  );
}

function AccessChoice({ access, chosen, onChoose }: { access: Access; chosen: boolean; onChoose(): void }) {
  const { t } = useWords();
  return (
    <label class="choice-row">
      <input type="radio" name="access" checked={chosen} aria-describedby={`access-${access}`} onChange={onChoose} data-testid={`access-${access}`} />
      <span>
        <b>{t(`access.${access}`)}</b>
        <span class="hint" id={`access-${access}`}>
          {t(`access.${access}Hint`)}
        </span>
      </span>
    </label>
  );
}

function Switch({ id, label, hint, checked, onChange }: { id: string; label: string; hint: string; checked: boolean; onChange(on: boolean): void }) {
  return (
    <label class="choice-row">
      <input id={`field-${id}`} type="checkbox" checked={checked} aria-describedby={`${id}-hint`} onChange={(event) => onChange(event.currentTarget.checked)} data-testid={id} />
      <span>
        {label}
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      </span>
    </label>
  );
}
