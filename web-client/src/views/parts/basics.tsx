/** Small parts that every screen uses. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Problem, Quality } from "../../core/state";
import { UI_LANGUAGES } from "../../text/text";
import { useCommands, useSelected, useText } from "../context";
import { Check, CircleAlert, Copy, Globe, SunMoon, type Icon } from "../icons";

interface ButtonProps {
  onClick(): void;
  children: ComponentChildren;
  kind?: "primary" | "plain" | "danger" | "quiet";
  icon?: Icon;
  small?: boolean;
  wide?: boolean;
  disabled?: boolean;
  /** Does nothing for now, as if it were disabled, but keeps the focus. */
  resting?: boolean;
  testid?: string;
  label?: string;
  autofocus?: boolean;
}

export function Button({ onClick, children, kind = "plain", icon: Sign, small, wide, disabled, resting, testid, label, autofocus }: ButtonProps) {
  const classes = ["button", `button-${kind}`, small ? "button-small" : "", wide ? "button-wide" : ""].filter(Boolean).join(" ");
  return (
    <button
      type="button" class={classes} onClick={() => !resting && onClick()} disabled={disabled} aria-disabled={resting || undefined} data-testid={testid} aria-label={label}
      autofocus={autofocus}
    >
      {Sign && <Sign size={small ? 16 : 20} />}
      <span>{children}</span>
    </button>
  );
}

export function IconButton({ icon: Sign, label, onClick, testid }: { icon: Icon; label: string; onClick(): void; testid?: string }) {
  return (
    <button type="button" class="icon-button" onClick={onClick} aria-label={label} title={label} data-testid={testid}>
      <Sign size={20} />
    </button>
  );
}

const BARS = [0, 1, 2] as const;

/** Three bars, filled from the shortest; crossed out when the link is lost. Its words are its name. */
export function NetworkMark({ quality }: { quality: Quality | undefined }) {
  const { t } = useText();
  if (quality === undefined) return null;
  const words = t(`quality.${quality}`);
  return (
    <svg class="network" data-quality={quality} viewBox="0 0 16 16" width="16" height="16" role="img" aria-label={words}>
      <title>{words}</title>
      {BARS.map((bar) => (
        <rect key={bar} class={bar < quality ? "network-full" : "network-empty"} x={1.5 + bar * 5} y={10 - bar * 4} width="3" height={5 + bar * 4} rx="1" />
      ))}
      {quality === 0 && <path class="network-cross" d="M2 2 L14 14" />}
    </svg>
  );
}

/** What went wrong, with its next step. */
export function ProblemNote({ problem, without, onRetry, onWithout }: { problem: Problem; without?: string; onRetry?: () => void; onWithout?: () => void }) {
  const { t, say } = useText();
  const retry = problem.retry && onRetry;
  const goOn = problem.continueWithout && onWithout && without;
  return (
    <div class="note note-problem" role="alert">
      <CircleAlert size={20} />
      <div class="note-body">
        <p>{say(problem.words)}</p>
        {(retry || goOn) && (
          <div class="row">
            {retry && (
              <Button small onClick={onRetry}>
                {t("app.tryAgain")}
              </Button>
            )}
            {goOn && (
              <Button small kind="quiet" onClick={onWithout}>
                {without}
              </Button>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

/** Puts text on the clipboard and says so. */
export function CopyButton({ text, children, wide }: { text: string; children: ComponentChildren; wide?: boolean }) {
  const { t } = useText();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    const timer = copied ? setTimeout(() => setCopied(false), 3000) : undefined;
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    copyText(text).then(setCopied, () => setCopied(false));
  };
  return (
    <>
      <Button icon={copied ? Check : Copy} onClick={copy} wide={wide ?? false}>
        {copied ? t("app.copied") : children}
      </Button>
      <span class="unseen" role="status">
        {copied ? t("app.copied") : ""}
      </span>
    </>
  );
}

export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  // Pages without HTTPS and old WebViews have no clipboard object.
  const area = document.createElement("textarea");
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

interface DialogProps {
  title: string;
  onClose(): void;
  children: ComponentChildren;
  testid?: string;
  /** On wide pages in the corner, near the button that opened it. */
  corner?: boolean;
}

/**
 * Modal window: the browser keeps the focus inside, Esc closes it, and so does a press beside it. The browser closes it by itself, and
 * the page follows: keeping it open until the page says so wouldn't do, since browsers let a page refuse only once for each gesture.
 */
export function Dialog({ title, onClose, children, testid, corner }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const closed = useRef(onClose);
  closed.current = onClose;
  // At once, not after the next picture: an Esc in between would find nothing to close.
  useLayoutEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    const follow = (): void => closed.current();
    dialog?.showModal();
    dialog?.addEventListener("close", follow);
    return () => {
      dialog?.removeEventListener("close", follow);
      dialog?.close();
      if (before instanceof HTMLElement) before.focus(); // Safari doesn't give it back when the element is taken away
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={corner ? "dialog dialog-corner" : "dialog"}
      aria-labelledby="dialog-title"
      data-testid={testid}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div class="dialog-body">
        <h2 id="dialog-title" class="dialog-title" tabIndex={-1}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

/** The page's language and look; on every screen before the meeting, and under More in it. */
export function PageSettings({ compact }: { compact?: boolean }) {
  const { t, tag } = useText();
  const commands = useCommands();
  const theme = useSelected((state) => state.theme);
  return (
    <div class={compact ? "page-settings page-settings-compact" : "page-settings"}>
      <label class="compact-select">
        <Globe size={20} />
        <span class={compact ? "unseen" : "compact-label"}>{t("app.language")}</span>
        <select value={tag} onChange={(event) => commands.setUiLanguage(event.currentTarget.value)} data-testid="ui-language">
          {UI_LANGUAGES.map((language) => (
            <option key={language.tag} value={language.tag} lang={language.tag}>
              {language.name}
            </option>
          ))}
        </select>
      </label>
      <label class="compact-select">
        <SunMoon size={20} />
        <span class={compact ? "unseen" : "compact-label"}>{t("app.theme")}</span>
        <select value={theme} onChange={(event) => commands.setTheme(event.currentTarget.value as typeof theme)} data-testid="theme">
          <option value="system">{t("app.themeSystem")}</option>
          <option value="light">{t("app.themeLight")}</option>
          <option value="dark">{t("app.themeDark")}</option>
        </select>
      </label>
    </div>
  );
}
