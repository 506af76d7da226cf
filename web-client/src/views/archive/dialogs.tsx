/** What opens over the player: a link to pass on, and the keys. */
import { useState } from "preact/hooks";
import type { Meeting, Recording } from "../../core/archive/answer";
import { linkTo, tokenToPass } from "../../core/archive/places";
import { readToken } from "../../core/archive/memory";
import type { ArchiveKey } from "../../text/archive_en";
import { clockOf } from "../../text/archive_times";
import { Check, Copy } from "../icons";
import { copyText, Dialog } from "../parts/basics";
import { enableShortcuts, shortcutsEnabled } from "../shortcuts";
import { KEYS } from "./keys";
import { usePlayer, useWords } from "./context";

/** Without the token unless it is asked for: whoever gets such a link gets in. */
export function LinkDialog({ meeting, recording, onClose }: { meeting: Meeting; recording: Recording; onClose(): void }) {
  const { t } = useWords();
  const player = usePlayer();
  const [at] = useState(() => Math.floor(player.now()));
  const [timed, setTimed] = useState(true);
  const [access, setAccess] = useState(false);
  const [copied, setCopied] = useState(false);
  const token = tokenToPass(readToken(), meeting);
  const several = meeting.recordings.length > 1;
  const address = location.origin + linkTo(meeting.name, { recording: several ? recording.id : null, at: timed ? at : null, token: access ? token : null });
  const copy = (): void => {
    copyText(address).then(setCopied, () => setCopied(false));
  };
  return (
    <Dialog title={t("link.title")} onClose={onClose} testid="link-dialog">
      <label class="field">
        <span class="field-label">{t("link.address")}</span>
        <input type="text" readOnly value={address} data-testid="link-address" dir="ltr" onFocus={(event) => event.currentTarget.select()} />
      </label>
      <label class="check">
        <input type="checkbox" checked={timed} onChange={(event) => setTimed(event.currentTarget.checked)} data-testid="link-timed" />
        {t("link.at", { time: clockOf(at) })}
      </label>
      {meeting.mayEdit && meeting.access !== "public" && <p class="hint" data-testid="link-editor">{t("link.editor")}</p>}
      {token !== null && (
        <div>
          <label class="check">
            <input type="checkbox" checked={access} onChange={(event) => setAccess(event.currentTarget.checked)} data-testid="link-token" />
            {t("link.token")}
          </label>
          <p class="hint">{t("link.tokenText")}</p>
        </div>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>{t("app.close")}</button>
        <button type="button" class="button button-primary" onClick={copy} data-testid="copy-link">
          {copied ? <Check size={20} /> : <Copy size={20} />} {t(copied ? "app.copied" : "app.copy")}
        </button>
      </div>
      <p class="unseen" role="status">{copied ? t("app.copied") : ""}</p>
    </Dialog>
  );
}

export function KeysDialog({ onClose }: { onClose(): void }) {
  const { t } = useWords();
  const [enabled, setEnabled] = useState(shortcutsEnabled);
  const change = (on: boolean): void => {
    enableShortcuts(on);
    setEnabled(on);
  };
  return (
    <Dialog title={t("keys.title")} onClose={onClose} testid="keys-dialog">
      <dl class="keys keys-wide">
        {KEYS.map(({ shown, words }) => (
          <div key={words}>
            <dt>{shown.map((key) => (key === "–" ? key : <kbd key={key}>{key.startsWith("keys.") ? t(key as ArchiveKey) : key}</kbd>))}</dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={enabled} onChange={(event) => change(event.currentTarget.checked)} />
        {t("keys.enabled")}
      </label>
      <p class="hint">{t("keys.note")}</p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>{t("app.close")}</button>
      </div>
    </Dialog>
  );
}
