/** Takes back what was given out: all links of a role at once, since a link doesn't know who has it. */
import { useState } from "preact/hooks";
import type { Failure } from "../../core/admin/api";
import type { Meeting } from "../../core/admin/meeting";
import type { Role } from "../../core/state";
import { Unlink } from "../icons";
import { Button, Dialog } from "../parts/basics";
import { failureWords, useOffice, useWords } from "./context";

interface WithdrawProps {
  meeting: Meeting;
  role: Role;
  /** The role in words. */
  name: string;
  onDone(): void;
  onClose(): void;
}

export function WithdrawLinks({ meeting, role, name, onDone, onClose }: WithdrawProps) {
  const words = useWords();
  const { t } = words;
  const office = useOffice();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const yes = async (): Promise<void> => {
    setBusy(true);
    const outcome = await office.withdraw(meeting.name, role);
    setBusy(false);
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) onDone();
  };
  return (
    <Dialog title={t("links.withdrawTitle", { role: name })} onClose={onClose} testid="withdraw-dialog">
      <p>{t("links.withdrawText")}</p>
      {failure && (
        <p class="field-problem" role="alert">
          {failureWords(words, failure)}
        </p>
      )}
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        <Button kind="danger" icon={Unlink} disabled={busy} onClick={() => void yes()} testid="withdraw-yes">
          {t("links.withdraw")}
        </Button>
      </div>
    </Dialog>
  );
}
