/** The plan of a meeting in fields: what is wrong is said at the field, what isn't saved stays until it is. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MutableRef } from "preact/hooks";
import type { Failure, Outcome } from "../../core/admin/api";
import { afterSaving, changedBody, deletesArchive, edit, type Form, formOf, type FormProblem, isChanged, keyOfPart, newBody, type Problems, problemsOf, writtenZone } from "../../core/admin/form";
import type { Meeting } from "../../core/admin/meeting";
import type { AdminText } from "../../text/admin_text";
import { Check, CircleAlert } from "../icons";
import { Button, Dialog } from "../parts/basics";
import { AgendaFields } from "./agenda_fields";
import { ArchiveFields } from "./archive_fields";
import { failureWords, ownZone, useWords } from "./context";
import { LanguageFields } from "./language_fields";
import { WhatFields } from "./what_fields";

/** What a group of fields gets. */
export interface Fields {
  form: Form;
  change(change: Partial<Form>): void;
  /** What is wrong with a field, in words; "": nothing. */
  wrong(field: string): string;
  isNew: boolean;
  /** It has ended. */
  isOver: boolean;
  /** What is known of all meetings. */
  meetings: readonly Meeting[];
}

interface PlanProps {
  /** Of a new meeting. */
  start: Form | null;
  meeting: Meeting | null;
  meetings: readonly Meeting[];
  dirty: MutableRef<boolean>;
  save(body: Record<string, unknown>): Promise<Outcome<Meeting>>;
  onSaved(meeting: Meeting): void;
}

type Saving = { at: "idle" | "asking" | "saving" | "saved" } | { at: "failed"; failure: Failure };

const fromServer = (meeting: Meeting): Form => formOf(meeting, ownZone());

/** What is in the fields, what the server has, and the way from the one to the other. */
function usePlan({ start, meeting, meetings, dirty, save, onSaved }: PlanProps) {
  const [before, setBefore] = useState<Form>(() => start ?? fromServer(meeting as Meeting));
  const [form, setForm] = useState(before);
  const [problems, setProblems] = useState<Problems>({});
  const [saving, setSaving] = useState<Saving>({ at: "idle" });
  const taken = meetings.filter((one) => one !== meeting).map(({ name }) => name);
  const changed = isChanged(before, form);
  dirty.current = changed;
  useEffect(() => () => {
    dirty.current = false;
  }, []);
  useEffect(() => {
    // Changed by somebody else, or by the host in the meeting: shown, unless something is being written here.
    if (!meeting || changed || saving.at === "saving") return;
    const now = fromServer(meeting);
    if (!isChanged(before, now)) return;
    setBefore(now);
    setForm(now);
  }, [meeting]);
  /** isSure: it was asked about what nobody can take back. */
  const submit = async (isSure = false): Promise<void> => {
    if (saving.at === "saving" || (meeting && !changed)) return;
    const ready = form.zoneText === null ? form : edit(form, writtenZone(form.zoneText), taken);
    const found = problemsOf(ready, taken);
    setForm(ready);
    setProblems(found);
    if (Object.keys(found).length > 0) {
      setSaving({ at: "idle" });
      focusFirst(ready, Object.keys(found));
      return;
    }
    if (meeting && !isSure && deletesArchive(meeting, before, ready, Date.now() / 1000)) return setSaving({ at: "asking" });
    setSaving({ at: "saving" });
    const outcome = await save(meeting ? changedBody(before, ready) : newBody(ready));
    if (!outcome.ok) return setSaving({ at: "failed", failure: outcome.failure });
    dirty.current = false;
    const now = fromServer(outcome.value);
    setBefore(now);
    setForm((shown) => afterSaving(ready, shown, now));
    setSaving({ at: "saved" });
    onSaved(outcome.value);
  };
  const change = (part: Partial<Form>): void => {
    const next = edit(form, part, taken);
    setForm(next);
    if (saving.at !== "saving") setSaving({ at: "idle" });
    // What was wrong is right as soon as it is; what isn't yet is said when one wants to save.
    if (Object.keys(problems).length > 0) setProblems(stillThere(problems, problemsOf(next, taken)));
  };
  const discard = (): void => {
    setForm(before);
    setProblems({});
    setSaving({ at: "idle" });
  };
  const stay = (): void => setSaving({ at: "idle" });
  return { form, changed, problems, saving, submit, change, discard, stay };
}

/** After a failure the focus is at the field that the server names, else where it was before the fields were shut: what this returns remembers that. */
function useFocusOf(form: Form, saving: Saving): () => void {
  const was = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (saving.at !== "failed") return;
    const named = saving.failure.why === "refused" && focusFirst(form, [saving.failure.field]);
    if (!named && document.activeElement === document.body && was.current instanceof HTMLElement) was.current.focus();
  }, [saving]);
  return () => {
    was.current = document.activeElement;
  };
}

export function PlanForm(props: PlanProps) {
  const { meeting, meetings } = props;
  const words = useWords();
  const { form, changed, problems, saving, submit, change, discard, stay } = usePlan(props);
  const remember = useFocusOf(form, saving);
  const isNew = meeting === null;
  const refused = saving.at === "failed" && saving.failure.why === "refused" ? saving.failure : null;
  const wrong = (field: string): string => {
    const problem = problems[field];
    if (problem) return problemWords(words, field, problem);
    return refused?.field === field ? words.t("problem.server", { message: refused.message }) : "";
  };
  const fields: Fields = { form, wrong, meetings, isNew, isOver: meeting?.state === "ended", change };
  return (
    <form
      class="plan" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        remember();
        void submit();
      }}
    >
      {/* When a new meeting is made the page goes on to it: what would be written meanwhile would be nowhere. */}
      <fieldset class="plan-fields" disabled={isNew && saving.at === "saving"}>
        <WhatFields {...fields} />
        <LanguageFields {...fields} />
        <AgendaFields {...fields} />
        <ArchiveFields {...fields} />
      </fieldset>
      <SaveBar
        isNew={isNew} changed={changed} saving={saving} problems={Object.entries(problems).map(([field, problem]) => problemWords(words, field, problem))}
        shownAtField={refused !== null && isField(form, refused.field)} onDiscard={discard}
      />
      {saving.at === "asking" && <DeletesDialog onYes={() => void submit(true)} onClose={stay} />}
    </form>
  );
}

/** Before what nobody can take back. */
function DeletesDialog({ onYes, onClose }: { onYes(): void; onClose(): void }) {
  const { t } = useWords();
  return (
    <Dialog title={t("save.deletesTitle")} onClose={onClose} testid="deletes-dialog">
      <p>{t("save.deletesText")}</p>
      <div class="dialog-actions">
        <Button onClick={onClose} autofocus>{t("app.cancel")}</Button>
        <Button kind="danger" onClick={onYes} testid="deletes-yes">{t("save.deletesYes")}</Button>
      </div>
    </Dialog>
  );
}

function stillThere(before: Problems, now: Problems): Problems {
  return Object.fromEntries(Object.entries(now).filter(([field]) => field in before));
}

function problemWords({ t }: AdminText, field: string, problem: FormProblem): string {
  const n = Number(/\[(\d+)\]/.exec(field)?.[1] ?? 0) + 1;
  return problem === "partMinutesBad" ? t("problem.partMinutesBad", { n }) : t(`problem.${problem}`);
}

/** The element of the field that the server or the page names: `agenda[1].minutes` is that of the part with its key. */
function elementOf(form: Form, field: string): HTMLElement | null {
  const [, at, part] = /^agenda\[(\d+)\](?:\.(\w+))?$/.exec(field) ?? [];
  if (at === undefined) return document.getElementById(`field-${field.replace(/\[.*$/, "")}`);
  const key = keyOfPart(form.agenda, Number(at));
  return document.getElementById(`field-agenda-${key}-${part ?? "subject"}`);
}

const isField = (form: Form, field: string): boolean => elementOf(form, field) !== null;

/** False: it is none of the form's. */
function focusFirst(form: Form, fields: readonly string[]): boolean {
  // In the page's order, not in that in which they were found.
  const found = fields.flatMap((field) => elementOf(form, field) ?? []);
  const first = found.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0];
  first?.focus();
  return first !== undefined;
}

interface SaveBarProps {
  isNew: boolean;
  changed: boolean;
  saving: Saving;
  problems: readonly string[];
  shownAtField: boolean;
  onDiscard(): void;
}

/** In reach wherever one is in the form; says whether what is in it is kept. */
function SaveBar({ isNew, changed, saving, problems, shownAtField, onDiscard }: SaveBarProps) {
  const words = useWords();
  const { t } = words;
  const busy = saving.at === "saving";
  const state = busy ? "saving" : saving.at === "saved" && !changed ? "saved" : changed && !isNew ? "changed" : null;
  return (
    <div class="save-bar" data-state={state ?? "none"} data-follows={isNew || changed || saving.at !== "idle"}>
      {problems.length > 0 && (
        <div class="note note-problem" role="alert" data-testid="problems">
          <CircleAlert size={20} />
          <div class="note-body">
            <p>{t("problem.fields", { n: problems.length })}</p>
            <ul>
              {problems.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {saving.at === "failed" && !shownAtField && (
        <p class="note note-problem" role="alert" data-testid="save-failed">
          <CircleAlert size={20} />
          {failureWords(words, saving.failure)}
        </p>
      )}
      <div class="save-row">
        <p role="status" class="save-state" data-testid="save-state">
          {state === "saved" && <Check size={20} />}
          {state && t(`save.${state}`)}
        </p>
        {!isNew && changed && (
          <Button kind="quiet" disabled={busy} onClick={onDiscard} testid="discard">
            {t("save.discard")}
          </Button>
        )}
        <button type="submit" class="button button-primary" aria-disabled={busy || (!isNew && !changed)} data-testid="save">
          {busy && <span class="spinner spinner-small" />}
          <span>{t(isNew ? "save.make" : "save.save")}</span>
        </button>
      </div>
    </div>
  );
}

interface FieldProps {
  /** As the server names it. */
  field: string;
  label: string;
  optional?: boolean;
  hint?: string;
  wrong: string;
  wide?: boolean;
  className?: string;
  children(attributes: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined }): preact.ComponentChildren;
}

/** A label, a field, and beneath it what is to be known and what is wrong. */
export function Field({ field, label, optional, hint, wrong, wide, className, children }: FieldProps) {
  const { t } = useWords();
  const id = `field-${field}`;
  const about = useId();
  const described = [hint ? `${about}-hint` : "", wrong ? `${about}-wrong` : ""].filter(Boolean).join(" ");
  return (
    <div class={["field", wide ? "field-wide" : "", className ?? ""].filter(Boolean).join(" ")}>
      <label class="field-label" for={id}>
        {label} {optional && <span class="field-optional">{t("form.optional")}</span>}
      </label>
      {children({ id, "aria-invalid": wrong !== "", "aria-describedby": described || undefined })}
      {hint && (
        <p class="hint" id={`${about}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p class="field-problem" id={`${about}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}
