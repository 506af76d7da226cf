/** The attachments that there are, to be taken home, and deleted by who may. */
import { useState } from "preact/hooks";
import type { Attachment } from "../../core/archive/answer";
import { FilesFailure } from "../../core/files/api";
import { sizeOf } from "../../text/archive_times";
import { Paperclip, Trash2 } from "../icons";
import { Button, Dialog, IconButton } from "../parts/basics";
import { failureWords, useWords } from "./context";

interface AttachmentListProps {
  attachments: readonly Attachment[];
  mayRemove(attachment: Attachment): boolean;
  /** Rejects with a FilesFailure. */
  remove(attachment: Attachment): Promise<void>;
}

export function AttachmentList({ attachments, mayRemove, remove }: AttachmentListProps) {
  const { t, tag } = useWords();
  const [asked, setAsked] = useState<Attachment | null>(null);
  return (
    <>
      <ul class="attachment-list">
        {attachments.map((one) => (
          <li key={one.id} class="attachment" data-testid="attachment">
            <a class="attachment-name" href={one.url} download={one.name}>
              <Paperclip size={16} /> <bdi>{one.name}</bdi>
            </a>
            <span class="hint">
              {sizeOf(tag, one.bytes)}
              {one.by && <> · <bdi>{t("files.by", { name: one.by })}</bdi></>}
              {one.part > 0 && <> · {t("files.part", { n: one.part })}</>}
            </span>
            {mayRemove(one) && <IconButton icon={Trash2} label={t("files.remove", { name: one.name })} onClick={() => setAsked(one)} testid="remove-file" />}
          </li>
        ))}
      </ul>
      {asked && <RemoveDialog attachment={asked} remove={remove} onClose={() => setAsked(null)} />}
    </>
  );
}

function RemoveDialog({ attachment, remove, onClose }: { attachment: Attachment; remove: AttachmentListProps["remove"]; onClose(): void }) {
  const words = useWords();
  const { t } = words;
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<FilesFailure | null>(null);
  const yes = (): void => {
    setBusy(true);
    remove(attachment).then(onClose, (error: unknown) => {
      setBusy(false);
      setFailure(error instanceof FilesFailure ? error : new FilesFailure("unreadable"));
    });
  };
  const [before, after] = t("files.removeText", { name: "\u0000" }).split("\u0000");
  return (
    <Dialog title={t("files.removeTitle")} onClose={onClose} testid="remove-file-dialog">
      <p>{before}<bdi><b>{attachment.name}</b></bdi>{after}</p>
      {failure && <p class="field-problem" role="alert">{failureWords(words, failure)}</p>}
      <div class="dialog-actions">
        <Button onClick={onClose} autofocus>{t("files.cancel")}</Button>
        <Button kind="danger" icon={Trash2} disabled={busy} onClick={yes} testid="remove-file-yes">{t("files.removeYes")}</Button>
      </div>
    </Dialog>
  );
}
