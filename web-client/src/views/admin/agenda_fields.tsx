/** The agenda's parts: written, ordered by buttons or keys, and added up. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { addPart, changePart, type DraftPart, isEmptyPart, movePart, PARTS_MAX, removePart, totalMinutes, wholeMinutes } from "../../core/admin/agenda";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "../icons";
import { IconButton } from "../parts/basics";
import { useWords } from "./context";
import type { Fields } from "./plan_form";

export function AgendaFields({ form, change, wrong }: Fields) {
  const { t } = useWords();
  const { agenda } = form;
  const [moved, setMoved] = useState("");
  /** Which element is to have the focus when the parts stand in their new order. */
  const wanted = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    document.getElementById(wanted.current)?.focus();
    wanted.current = null;
  }, [agenda]);

  const move = (part: DraftPart, by: number): void => {
    const from = agenda.indexOf(part);
    const next = movePart(agenda, part.key, by);
    if (next === agenda) return;
    const { activeElement } = document;
    wanted.current = activeElement?.id || null;
    setMoved(t("agenda.moved", { from: from + 1, to: next.indexOf(part) + 1 }));
    change({ agenda: next });
  };
  const add = (): void => {
    const next = addPart(agenda);
    wanted.current = `field-agenda-${next.at(-1)?.key}-subject`;
    change({ agenda: next });
  };
  const remove = (part: DraftPart): void => {
    const at = agenda.indexOf(part);
    const next = removePart(agenda, part.key);
    const neighbour = next[Math.min(at, next.length - 1)];
    wanted.current = neighbour ? `field-agenda-${neighbour.key}-subject` : "add-part";
    change({ agenda: next });
  };
  const keys = (event: KeyboardEvent, part: DraftPart): void => {
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      move(part, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement && !event.isComposing) {
      event.preventDefault(); // on to the next part, not out of the form
      const next = agenda[agenda.indexOf(part) + 1];
      if (next) document.getElementById(`field-agenda-${next.key}-subject`)?.focus();
      else if (!isEmptyPart(part)) add();
    }
  };
  /** The server's numbers count only parts in which something is written. */
  const written = agenda.filter((part) => !isEmptyPart(part));
  return (
    <fieldset class="plan-group">
      <legend>{t("agenda.title")}</legend>
      <p class="hint">{t("agenda.hint")}</p>
      <ol class="part-rows" id="field-agenda" tabIndex={-1}>
        {agenda.map((part, at) => (
          <PartRow
            key={part.key} part={part} at={at} last={at === agenda.length - 1} wrong={(field) => wrong(`agenda[${written.indexOf(part)}].${field}`)}
            onChange={(to) => change({ agenda: changePart(agenda, part.key, to) })} onMove={(by) => move(part, by)} onRemove={() => remove(part)}
            onKeyDown={(event) => keys(event, part)}
          />
        ))}
      </ol>
      {wrong("agenda") && (
        <p class="field-problem" role="alert">
          {wrong("agenda")}
        </p>
      )}
      <div class="part-end">
        <button type="button" id="add-part" class="button" disabled={agenda.length >= PARTS_MAX} onClick={add} data-testid="add-part">
          <Plus size={20} />
          <span>{t("agenda.add")}</span>
        </button>
        <Total sum={totalMinutes(written)} minutes={wholeMinutes(form.minutes) ?? 0} />
      </div>
      {agenda.length > 1 && <p class="hint keys-hint">{t("agenda.keys")}</p>}
      <p class="unseen" role="status">
        {moved}
      </p>
    </fieldset>
  );
}

function Total({ sum, minutes }: { sum: number; minutes: number }) {
  const { t } = useWords();
  if (sum === 0) return null;
  const over = minutes > 0 && sum > minutes;
  return (
    <p class={over ? "part-total part-over" : "part-total"} role="status" data-testid="total">
      {over ? t("agenda.over", { sum, minutes, n: sum - minutes }) : minutes > 0 ? t("agenda.total", { sum, minutes }) : t("agenda.sum", { n: sum })}
    </p>
  );
}

interface PartProps {
  part: DraftPart;
  at: number;
  last: boolean;
  wrong(field: string): string;
  onChange(change: Partial<Omit<DraftPart, "key">>): void;
  onMove(by: number): void;
  onRemove(): void;
  onKeyDown(event: KeyboardEvent): void;
}

function PartRow({ part, at, last, wrong, onChange, onMove, onRemove, onKeyDown }: PartProps) {
  const { t } = useWords();
  const n = at + 1;
  const id = `field-agenda-${part.key}`;
  const problem = ["subject", "sharer", "minutes"].map(wrong).find(Boolean) ?? "";
  const field = (name: "subject" | "sharer" | "minutes", length: number) => (
    <div class={`field part-${name}`}>
      <label class="field-label" for={`${id}-${name}`}>
        {t(`agenda.${name}`)}
      </label>
      <input
        id={`${id}-${name}`} type="text" value={part[name]} maxLength={length} dir={name === "minutes" ? undefined : "auto"} inputMode={name === "minutes" ? "numeric" : undefined}
        autocomplete="off" aria-invalid={wrong(name) !== ""} aria-describedby={problem ? `${id}-problem` : undefined} data-testid={`${name}-${n}`}
        onInput={(event) => onChange({ [name]: event.currentTarget.value })}
      />
    </div>
  );
  return (
    <li>
      <div class="part-row" role="group" aria-label={t("agenda.part", { n })} onKeyDown={onKeyDown}>
        <span class="part-number tabular" aria-hidden="true">
          {n}
        </span>
        {field("subject", 200)}
        {field("sharer", 200)}
        {field("minutes", 4)}
        <span class="part-buttons">
          <Mover id={`${id}-up`} icon={ArrowUp} label={t("agenda.up", { n })} off={at === 0} onClick={() => onMove(-1)} testid={`up-${n}`} />
          <Mover id={`${id}-down`} icon={ArrowDown} label={t("agenda.down", { n })} off={last} onClick={() => onMove(1)} testid={`down-${n}`} />
          <IconButton icon={Trash2} label={t("agenda.remove", { n })} onClick={onRemove} testid={`remove-part-${n}`} />
        </span>
        {problem && (
          <p class="field-problem part-problem" id={`${id}-problem`} role="alert">
            {problem}
          </p>
        )}
      </div>
    </li>
  );
}

interface MoverProps {
  id: string;
  icon: typeof ArrowUp;
  label: string;
  off: boolean;
  testid: string;
  onClick(): void;
}

/** At an end it does nothing, but keeps the focus: it may be pressed on and on. */
function Mover({ id, icon: Sign, label, off, testid, onClick }: MoverProps) {
  return (
    <button type="button" id={id} class="icon-button" aria-disabled={off} aria-label={label} title={label} data-testid={testid} onClick={onClick}>
      <Sign size={20} />
    </button>
  );
}
