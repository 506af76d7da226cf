/** For editors: who may see an archive and how long it is kept, chosen and then saved. */
import { useEffect, useState } from "preact/hooks";
import type { Failure, Outcome } from "../../core/admin/api";
import type { Meeting } from "../../core/archive/answer";
import { type Access, endOf, type Kept, type Manager, risksOf, unsaved } from "../../core/archive/manage";
import type { ArchiveText } from "../../text/archive_text";
import { Check } from "../icons";
import { Button, Dialog } from "../parts/basics";
import { useWords } from "./context";
import { manageFailure } from "./manage";

const ACCESSES: readonly Access[] = ["alliance", "public", "secretariat"];
const YEAR = 365;
const DAYS = [0, 30, 90, YEAR, 3 * YEAR, 10 * YEAR];

function daysName({ t }: ArchiveText, days: number): string {
  if (days === 0) return t("manage.ever");
  return days % YEAR === 0 ? t("manage.years", { n: days / YEAR }) : t("manage.days", { n: days });
}

type Saving = { at: "idle" | "asking" | "saving" | "saved" } | { at: "failed"; failure: Failure };

/** What is chosen stays here until it is saved: on the way to a choice by keys one passes others. */
function useKeeping(meeting: Meeting, manager: Manager, onChanged: () => void) {
  const { access, retentionDays } = meeting;
  const [stored, setStored] = useState<Kept>({ access, retentionDays });
  const [chosen, setChosen] = useState<Partial<Kept>>({});
  const [saving, setSaving] = useState<Saving>({ at: "idle" });
  useEffect(() => setStored({ access, retentionDays }), [access, retentionDays]);
  const change = unsaved(stored, chosen);
  const risks = risksOf(meeting, change, Date.now() / 1000);
  const write = async (): Promise<void> => {
    setSaving({ at: "saving" });
    const outcome: Outcome<Kept> = await manager.change(change);
    if (!outcome.ok) return setSaving({ at: "failed", failure: outcome.failure });
    setStored(outcome.value);
    setChosen((before) => unsaved(outcome.value, before)); // perhaps something was chosen meanwhile
    setSaving({ at: "saved" });
    onChanged();
  };
  const choose = (next: Partial<Kept>): void => {
    // While it is saved what is stored isn't what it was.
    const isSaving = saving.at === "saving";
    setChosen((before) => (isSaving ? { ...before, ...next } : unsaved(stored, { ...before, ...next })));
    if (!isSaving) setSaving({ at: "idle" });
  };
  const save = (): void => {
    if (risks.isPublic || risks.removes) setSaving({ at: "asking" });
    else void write();
  };
  const back = (): void => {
    setChosen({});
    setSaving({ at: "idle" });
  };
  const stay = (): void => setSaving({ at: "idle" });
  return { kept: { ...stored, ...chosen }, isChanged: Object.keys(change).length > 0, risks, saving, choose, save, write: () => void write(), back, stay };
}

export function Keeping({ meeting, manager, onChanged }: { meeting: Meeting; manager: Manager; onChanged(): void }) {
  const words = useWords();
  const { t } = words;
  const { kept: { access, retentionDays: days }, isChanged, risks, saving, choose, save, write, back, stay } = useKeeping(meeting, manager, onChanged);
  const resting = saving.at === "saving" || !isChanged;
  const choices = DAYS.includes(days) ? DAYS : [...DAYS, days].sort((a, b) => a - b);
  return (
    <div class="manage-keeping">
      <fieldset>
        <legend>{t("manage.access")}</legend>
        {ACCESSES.map((one) => (
          <label key={one} class="manage-choice">
            <input type="radio" name="access" checked={access === one} aria-describedby={`access-${one}`} onChange={() => choose({ access: one })} data-testid={`access-${one}`} />
            <span>
              <b>{t(`access.${one}`)}</b>
              <span class="hint" id={`access-${one}`}>{t(`access.${one}Hint`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span class="field-label">{t("manage.keep")}</span>
        <select value={String(days)} onChange={(event) => choose({ retentionDays: Number(event.currentTarget.value) })} data-testid="retention">
          {choices.map((one) => <option key={one} value={String(one)}>{daysName(words, one)}</option>)}
        </select>
        <span class="hint">{t(days > 0 ? "manage.keepHint" : "manage.everHint")}</span>
      </label>
      {saving.at === "failed" && <p class="field-problem" role="alert">{manageFailure(words, saving.failure)}</p>}
      <div class="row manage-save">
        <Button kind="primary" resting={resting} onClick={save} testid="keeping-save">{t("manage.save")}</Button>
        <Button resting={resting} onClick={back} testid="keeping-back">{t("manage.discard")}</Button>
        <p role="status" class="manage-state" data-testid="manage-state" data-changed={isChanged}>
          {saving.at === "saving" ? t("manage.saving") : isChanged ? t("manage.unsaved") : saving.at === "saved" && <><Check size={16} /> {t("manage.saved")}</>}
        </p>
      </div>
      {saving.at === "asking" && <KeepingDialog meeting={meeting} days={days} risks={risks} onYes={write} onClose={stay} />}
    </div>
  );
}

interface KeepingDialogProps {
  meeting: Meeting;
  days: number;
  risks: ReturnType<typeof risksOf>;
  onYes(): void;
  onClose(): void;
}

/** Before what nobody can take back. */
function KeepingDialog({ meeting, days, risks: { isPublic, removes }, onYes, onClose }: KeepingDialogProps) {
  const words = useWords();
  const { t, dates } = words;
  const date = (): string => new Date(endOf(meeting) * 1000).toLocaleDateString(dates, { dateStyle: "long" });
  return (
    <Dialog title={t("manage.askTitle")} onClose={onClose} testid="keeping-dialog">
      {isPublic && <p>{t("manage.askPublic")}</p>}
      {removes && <p>{t("manage.askRemoved", { date: date(), time: daysName(words, days) })}</p>}
      <div class="dialog-actions">
        <Button onClick={onClose} autofocus>{t("app.cancel")}</Button>
        <Button kind={removes ? "danger" : "primary"} onClick={onYes} testid="keeping-yes">{t(removes ? "manage.yesRemoved" : "manage.yesPublic")}</Button>
      </div>
    </Dialog>
  );
}
