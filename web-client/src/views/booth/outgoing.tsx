/** Speaking: which language, on or off air, the cough key; and how long it has been. */
import { useEffect } from "preact/hooks";
import { duration, REMINDER_CHOICES } from "../../core/booth/on_air";
import { Disc, Mic, MicOff } from "../icons";
import { personOf, sameArray } from "../selectors";
import { useSelected } from "../context";
import { useNow } from "../parts/hooks";
import { useBooth, useBoothText } from "./context";
import { keyName } from "./keys";
import { Cap, Choice, KeyButton } from "./parts";

const NO_LANGUAGES: string[] = [];

export function Outgoing() {
  const { t, language } = useBoothText();
  const booth = useBooth();
  const own = useSelected((state) => personOf(state, state.me)?.interprets ?? NO_LANGUAGES, sameArray);
  const outgoing = useSelected((state) => state.console.outgoing);
  return (
    <section class="console-outgoing" aria-label={t("outgoing.label")}>
      <AirButton />
      <div class="outgoing-choices" role="group" aria-label={t("outgoing.label")}>
        {own.slice(0, 2).map((tag, at) => (
          <KeyButton
            key={tag} name={language(tag)} k={at === 0 ? "outA" : "outB"} pressed={tag === outgoing} testid={at === 0 ? "out-a" : "out-b"}
            onClick={() => booth.setOutgoing(tag)}
          />
        ))}
      </div>
      <Cough />
      <Unrecorded />
    </section>
  );
}

/** What was said in the lobby; a recording that runs says it, too. */
function Unrecorded() {
  const { t } = useBoothText();
  const consent = useSelected((state) => state.consent);
  if (consent) return null;
  return (
    <p class="console-unrecorded" title={t("air.unrecordedHint")} data-testid="unrecorded">
      <Disc size={16} />
      {t("air.unrecorded")}
    </p>
  );
}

function AirButton() {
  const { t, language } = useBoothText();
  const booth = useBooth();
  const onAir = useSelected((state) => state.onAir);
  const since = useSelected((state) => state.console.onAirSince);
  const coughing = useSelected((state) => state.console.coughing);
  const now = useNow(since !== null);
  const on = onAir !== null;
  const time = since === null ? "" : duration(now - since);
  return (
    <button
      type="button" class="air-button" aria-pressed={on} aria-keyshortcuts={keyName("air")} data-testid="on-air" title={t("console.key", { name: t("air.name"), key: keyName("air") })}
      onClick={() => booth.setOnAir(!on)}
    >
      {on && !coughing ? <Mic size={20} /> : <MicOff size={20} />}
      <span class="air-words">
        <span class="unseen">{t("air.name")}: </span>
        <strong>{coughing && on ? t("cough.now") : on ? t("air.onTitle") : t("air.off")}</strong>
        {on && (
          <span class="air-time">
            {language(onAir)} <span aria-hidden="true">· {time}</span>
          </span>
        )}
      </span>
      <Cap k={keyName("air")} />
    </button>
  );
}

/** Muted for as long as it is held: by finger, mouse, its key, or Space and Enter on it. */
function Cough() {
  const { t } = useBoothText();
  const booth = useBooth();
  const held = useSelected((state) => state.console.coughing);
  useEffect(() => {
    // A window that loses the focus hears of no key that is let go.
    const release = (): void => booth.cough(false);
    addEventListener("blur", release);
    return () => removeEventListener("blur", release);
  }, []);
  const presses = (event: KeyboardEvent): boolean => event.key === " " || event.key === "Enter";
  return (
    <button
      type="button" class="key-button" aria-pressed={held} aria-keyshortcuts={keyName("cough")} data-testid="cough"
      title={t("console.key", { name: t("cough.name"), key: keyName("cough") })}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        booth.cough(true);
      }}
      onPointerUp={() => booth.cough(false)} onPointerCancel={() => booth.cough(false)} onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!presses(event)) return;
        event.preventDefault();
        booth.cough(true);
      }}
      onKeyUp={(event) => {
        if (presses(event)) booth.cough(false);
      }}
    >
      <MicOff size={16} />
      <span class="key-words">{t("cough.name")}</span>
      <Cap k={keyName("cough")} />
    </button>
  );
}

export function Reminder() {
  const { t } = useBoothText();
  const booth = useBooth();
  const minutes = useSelected((state) => state.console.reminderMinutes);
  const choices = [
    ...REMINDER_CHOICES.map((n) => ({ value: String(n), words: t("reminder.minutes", { n }) })),
    { value: "0", words: t("reminder.never") },
  ];
  return (
    <Choice
      name={t("reminder.label")} k="reminder" value={String(minutes)} choices={choices} testid="reminder" hint={t("reminder.hint")}
      onChoose={(value) => booth.setReminder(Number(value))}
    />
  );
}
