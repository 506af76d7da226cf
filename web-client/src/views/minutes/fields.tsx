/** Fields and lists of the form. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { added, type Form, type ListName, moved, MOST, removed } from "../../core/minutes/form";
import { Button } from "../parts/basics";
import { useEditing, useWords } from "./context";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "./icons";

interface FieldProps {
  label: string;
  value: string;
  onInput(value: string): void;
  most: number;
  testid?: string;
  /** Drawn for screen readers alone, where a table's head or a card's title says it. */
  quiet?: boolean;
}

export function Line({ label, value, onInput, most, testid, quiet }: FieldProps) {
  return (
    <label class="field">
      <span class={quiet ? "unseen" : "field-label"}>{label}</span>
      <input type="text" dir="auto" value={value} maxLength={most} placeholder={quiet ? label : undefined} data-testid={testid} onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  );
}

/** Grows with what is in it. */
export function Lines({ label, value, onInput, most, testid, rows = 3, hint }: FieldProps & { rows?: number; hint?: string }) {
  const ref = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const area = ref.current;
    if (!area) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 2}px`;
  }, [value]);
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <textarea ref={ref} dir="auto" rows={rows} value={value} maxLength={most} data-testid={testid} aria-describedby={hint ? id : undefined} onInput={(event) => onInput(event.currentTarget.value)} />
      {hint && <span id={id} class="hint">{hint}</span>}
    </label>
  );
}

export function Section({ title, children, count }: { title: string; children: ComponentChildren; count?: string | undefined }) {
  const id = useId();
  return (
    <section class="me-section" aria-labelledby={id}>
      <h3 id={id} class="me-title">{title} {count && <span class="me-count">{count}</span>}</h3>
      {children}
    </section>
  );
}

interface EntriesProps<L extends ListName> {
  list: L;
  /** "Part 2". */
  titleOf(n: number): string;
  addLabel: string;
  children(entry: Form[L][number], index: number): ComponentChildren;
  /** In one line where there is room. */
  compact?: boolean;
  /** Beside the button that adds one. */
  beside?: ComponentChildren;
}

/** The entries of a list, each with what moves and removes it. The focus stays with what was moved. */
export function Entries<L extends ListName>({ list, titleOf, addLabel, children, compact, beside }: EntriesProps<L>) {
  const { form, edit, announce } = useEditing();
  const { t } = useWords();
  const box = useRef<HTMLOListElement>(null);
  const adder = useRef<HTMLDivElement>(null);
  /** Whom to give the focus once it is drawn: an entry's first field, or its button. */
  const next = useRef<{ key: number; what: "field" | "up" | "down" } | "add" | null>(null);
  const entries = form[list] as readonly Form[L][number][];
  useEffect(() => {
    const wanted = next.current;
    next.current = null;
    if (wanted === "add") adder.current?.querySelector("button")?.focus();
    else if (wanted) focus(box.current?.querySelector<HTMLElement>(`[data-key="${wanted.key}"]`), wanted.what);
  });
  const move = (key: number, index: number, by: -1 | 1, from: "field" | "up" | "down"): void => {
    if (index + by < 0 || index + by >= entries.length) return;
    if (from !== "field") next.current = { key, what: from };
    edit((one) => moved(one, list, key, by));
    announce(t("entry.moved", { what: titleOf(index + 1), n: index + by + 1, total: entries.length }));
  };
  const remove = (key: number, index: number): void => {
    const neighbour = entries[index + 1] ?? entries[index - 1];
    next.current = neighbour ? { key: neighbour.key, what: "field" } : "add";
    edit((one) => removed(one, list, key));
    announce(t("entry.removed", { what: titleOf(index + 1) }));
  };
  const add = (): void =>
    edit((one) => {
      const [made, key] = added(one, list);
      next.current = { key, what: "field" };
      return made;
    });
  return (
    <>
      {entries.length > 0 && (
        <ol ref={box} class={compact ? "me-entries me-compact" : "me-entries"} data-list={list}>
          {entries.map((entry, i) => (
            <li
              key={entry.key}
              class="me-entry"
              data-key={entry.key}
              onKeyDown={(event) => {
                const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
                if (!event.altKey || by === 0) return;
                event.preventDefault();
                move(entry.key, i, by, "field");
                keepFocus(event.target);
              }}
            >
              <fieldset class="me-fields">
                <legend class={compact ? "unseen" : "me-legend"}>{titleOf(i + 1)}</legend>
                {children(entry, i)}
              </fieldset>
              <div class="me-moves" title={t("entry.keys")}>
                <Move label={t("entry.up", { what: titleOf(i + 1) })} disabled={i === 0} icon={ArrowUp} what="up" onClick={() => move(entry.key, i, -1, "up")} />
                <Move label={t("entry.down", { what: titleOf(i + 1) })} disabled={i === entries.length - 1} icon={ArrowDown} what="down" onClick={() => move(entry.key, i, 1, "down")} />
                <Move label={t("entry.remove", { what: titleOf(i + 1) })} icon={Trash2} what="remove" onClick={() => remove(entry.key, i)} />
              </div>
            </li>
          ))}
        </ol>
      )}
      <div class="row" ref={adder}>
        <Button icon={Plus} small onClick={add} disabled={entries.length >= MOST[list]} testid={`add-${list}`}>{addLabel}</Button>
        {beside}
      </div>
    </>
  );
}

/** Moving a node takes the focus out of it. */
function keepFocus(target: EventTarget | null): void {
  if (target instanceof HTMLElement) requestAnimationFrame(() => target.focus());
}

function focus(entry: HTMLElement | null | undefined, what: "field" | "up" | "down"): void {
  const wanted = what === "field" ? null : entry?.querySelector<HTMLButtonElement>(`[data-move="${what}"]:not(:disabled)`);
  const other = what === "field" ? null : entry?.querySelector<HTMLButtonElement>("[data-move]:not(:disabled)");
  (wanted ?? other ?? entry?.querySelector<HTMLElement>("input, select, textarea"))?.focus();
}

function Move({ label, icon: Sign, what, onClick, disabled }: { label: string; icon: typeof ArrowUp; what: string; onClick(): void; disabled?: boolean }) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} disabled={disabled} data-move={what} onClick={onClick}>
      <Sign size={18} />
    </button>
  );
}
