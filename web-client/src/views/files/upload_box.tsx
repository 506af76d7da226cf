/** Adding files: by a button, or by dropping them; each on its way with its progress. */
import { useId, useRef, useState } from "preact/hooks";
import type { Upload } from "../../core/files/uploads";
import { sizeOf } from "../../text/archive_times";
import { CircleAlert, Plus, RefreshCw, X } from "../icons";
import { IconButton } from "../parts/basics";
import { failureWords, MOST, useWords } from "./context";

export interface AgendaLine {
  number: number;
  sharer: string;
  subject: string;
}

interface UploadBoxProps {
  uploads: readonly Upload[];
  agenda: readonly AgendaLine[];
  /** The one that is chosen first; 0: the whole meeting. */
  part: number;
  /** In the meeting other people look on than later. */
  inMeeting: boolean;
  onAdd(files: readonly File[], part: number): void;
  onDrop(key: number): void;
  onAgain(key: number): void;
}

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

export function UploadBox({ uploads, agenda, part, inMeeting, onAdd, onDrop, onAgain }: UploadBoxProps) {
  const { t } = useWords();
  const [chosen, setChosen] = useState<number | null>(null);
  const [over, setOver] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const now = chosen ?? (agenda.some(({ number }) => number === part) ? part : 0);
  const add = (files: FileList | null | undefined): void => {
    if (files && files.length > 0) onAdd([...files], now);
  };
  return (
    <div
      class="upload-box" data-over={over} data-testid="upload-box"
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        // Into one of its own parts isn't out of it.
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(false);
        add(event.dataTransfer?.files);
      }}
    >
      {agenda.length > 0 && (
        <label class="upload-part">
          <span class="field-label">{t("files.belongs")}</span>
          <select value={String(now)} onChange={(event) => setChosen(Number(event.currentTarget.value))} data-testid="upload-part">
            <option value="0">{t("files.whole")}</option>
            {agenda.map(({ number, subject, sharer }) => (
              <option key={number} value={String(number)}>{subject || sharer ? t("files.partOf", { n: number, subject: subject || sharer }) : t("files.part", { n: number })}</option>
            ))}
          </select>
        </label>
      )}
      <div class="upload-row">
        <button type="button" class="button" onClick={() => field.current?.click()} aria-describedby={id} data-testid="add-files">
          <Plus size={20} />
          <span>{t("files.add")}</span>
        </button>
        <span class="hint upload-drop">{t(over ? "files.dropNow" : "files.drop")}</span>
        <input
          type="file" multiple hidden ref={field} data-testid="file-input"
          onChange={(event) => {
            add(event.currentTarget.files);
            event.currentTarget.value = ""; // the same file again is chosen again
          }}
        />
      </div>
      <p class="hint" id={id}>{t(inMeeting ? "files.hintMeeting" : "files.hint", { size: MOST })}</p>
      {uploads.length > 0 && (
        <ul class="attachments">
          {uploads.map((upload) => <Row key={upload.key} upload={upload} onDrop={onDrop} onAgain={onAgain} />)}
        </ul>
      )}
    </div>
  );
}

function Row({ upload: { key, name, bytes, sent, at, failure }, onDrop, onAgain }: { upload: Upload; onDrop(key: number): void; onAgain(key: number): void }) {
  const words = useWords();
  const { t, tag } = words;
  const failed = failure !== null;
  // What can't be otherwise the next time isn't sent again.
  const again = failed && failure.why !== "tooLarge" && failure.why !== "empty" && failure.why !== "type";
  return (
    <li class="upload" data-testid="upload" data-at={at}>
      <div class="upload-words">
        <bdi>{name}</bdi>
        {at === "sending" && <progress max={bytes} value={sent} aria-label={t("files.progress", { name })} />}
        {at === "sending" && <span class="hint tabular">{sent >= bytes ? t("files.checking") : t("files.sending", { done: sizeOf(tag, sent), size: sizeOf(tag, bytes) })}</span>}
        {at === "waiting" && <span class="hint">{t("files.waiting")}</span>}
        {failed && (
          <span class="field-problem" role="alert">
            <CircleAlert size={16} /> {failureWords(words, failure)}
          </span>
        )}
      </div>
      <span class="upload-buttons">
        {again && <IconButton icon={RefreshCw} label={t("files.againName", { name })} onClick={() => onAgain(key)} testid="upload-again" />}
        <IconButton icon={X} label={t(failed ? "files.dismiss" : "files.stop", { name })} onClick={() => onDrop(key)} testid="upload-stop" />
      </span>
    </li>
  );
}
