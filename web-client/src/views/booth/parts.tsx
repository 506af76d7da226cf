/** Small parts of the console: each control has words, and its key written on it. */
import type { ComponentChildren } from "preact";
import type { Icon } from "../icons";
import { useBoothText } from "./context";
import { keyName, type ConsoleKey } from "./keys";

export function Cap({ k }: { k: string }) {
  return (
    <kbd class="cap" aria-hidden="true">
      {k}
    </kbd>
  );
}

interface KeyButtonProps {
  name: string;
  /** Beside or instead of the name. */
  children?: ComponentChildren;
  k?: ConsoleKey;
  /** A key that isn't in the table: a channel's number. */
  cap?: string;
  icon?: Icon;
  pressed?: boolean;
  expanded?: boolean;
  disabled?: boolean;
  look?: "air" | "alert" | "caution";
  testid?: string;
  hint?: string;
  /** A second line, read after the name. */
  note?: ComponentChildren;
  onClick(): void;
}

export function KeyButton({ name, children, k, cap, icon: Sign, pressed, expanded, disabled, look, testid, hint, note, onClick }: KeyButtonProps) {
  const { t } = useBoothText();
  const key = cap ?? (k ? keyName(k) : "");
  return (
    <button
      type="button" class={["key-button", look ? `key-${look}` : "", note === undefined ? "" : "key-tall"].filter(Boolean).join(" ")}
      aria-pressed={pressed} aria-expanded={expanded} aria-keyshortcuts={key || undefined} disabled={disabled} data-testid={testid}
      title={[key ? t("console.key", { name, key }) : name, hint].filter(Boolean).join("\n")} onClick={onClick}
    >
      {Sign && <Sign size={16} />}
      <span class="key-words">
        <span class="key-name">{children ?? name}</span>
        {note !== undefined && <span class="key-note">{note}</span>}
      </span>
      {key && <Cap k={key} />}
    </button>
  );
}

interface SliderProps {
  name: string;
  value: number;
  bounds: { least: number; most: number };
  down: ConsoleKey;
  up: ConsoleKey;
  testid: string;
  onChange(value: number): void;
}

export function Slider({ name, value, bounds, down, up, testid, onChange }: SliderProps) {
  const { t } = useBoothText();
  const words = t("tone.decibels", { n: value });
  return (
    <label class="slider" title={t("tone.keys", { name, down: keyName(down), up: keyName(up) })}>
      <span class="slider-name">
        {name}
        <span class="slider-caps" aria-hidden="true">
          <Cap k={keyName(down)} />
          <Cap k={keyName(up)} />
        </span>
      </span>
      <input
        type="range" min={bounds.least} max={bounds.most} step={1} value={value} aria-valuetext={words} data-testid={testid}
        aria-keyshortcuts={`${keyName(down)} ${keyName(up)}`} onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
    </label>
  );
}

interface ChoiceProps {
  name: string;
  k: ConsoleKey;
  value: string;
  choices: readonly { value: string; words: string }[];
  testid: string;
  hint?: string;
  onChoose(value: string): void;
}

/** A list to choose from, whose key puts the focus on it. */
export function Choice({ name, k, value, choices, testid, hint, onChoose }: ChoiceProps) {
  return (
    <label class="choice" title={hint}>
      <span class="choice-name">
        {name}
        <Cap k={keyName(k)} />
      </span>
      <select
        value={value} data-testid={testid} aria-keyshortcuts={keyName(k)}
        onChange={(event) => {
          onChoose(event.currentTarget.value);
          // Chosen with the mouse: the console's keys work again at once.
          if (!event.currentTarget.matches(":focus-visible")) event.currentTarget.blur();
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.words}
          </option>
        ))}
      </select>
    </label>
  );
}
