/** The question before something goes that nobody gets back: who means it writes its name. */
import "../../styles/confirm_name.css";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Trash2 } from "../icons";
import { Button, Dialog } from "./basics";

interface ConfirmNameProps {
  title: string;
  /** What will be gone. */
  children: ComponentChildren;
  /** To be written, as it is. */
  name: string;
  /** What the field asks for. */
  label: ComponentChildren;
  cancel: string;
  confirm: string;
  busy: boolean;
  /** Why it didn't go; "": nothing. */
  failure: string;
  onConfirm(): void;
  onClose(): void;
}

export function ConfirmName({ title, children, name, label, cancel, confirm, busy, failure, onConfirm, onClose }: ConfirmNameProps) {
  const [written, setWritten] = useState("");
  const right = written.trim() === name;
  return (
    <Dialog title={title} onClose={onClose} testid="confirm-name">
      {children}
      <form
        class="confirm-name" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (right && !busy) onConfirm();
        }}
      >
        <label class="field">
          <span class="field-label">{label}</span>
          <input
            type="text" value={written} dir="ltr" autocomplete="off" autocapitalize="off" spellcheck={false} autofocus data-testid="written-name"
            onInput={(event) => setWritten(event.currentTarget.value)}
          />
        </label>
        {failure && <p class="field-problem" role="alert">{failure}</p>}
        <div class="dialog-actions">
          <Button onClick={onClose}>{cancel}</Button>
          <button type="submit" class="button button-danger" disabled={!right || busy} data-testid="confirm-name-yes">
            <Trash2 size={20} />
            <span>{confirm}</span>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
