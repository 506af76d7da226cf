/** For editors: who may see the archive, how long it is kept, and what is to go. */
import { useMemo, useState } from "preact/hooks";
import type { Failure, Outcome } from "../../core/admin/api";
import type { Archive, Meeting, Recording } from "../../core/archive/answer";
import { Manager } from "../../core/archive/manage";
import type { ArchiveText } from "../../text/archive_text";
import { Trash2, UserX } from "../icons";
import { Button, Dialog } from "../parts/basics";
import { ConfirmName } from "../parts/confirm_name";
import { useApi, useWords } from "./context";
import { Keeping } from "./keeping";
import { PersonDialog } from "./person_dialog";

export function manageFailure({ t }: ArchiveText, failure: Failure): string {
  switch (failure.why) {
    case "offline":
      return t("manage.offline");
    case "unreadable":
      return t("state.unreadable");
    case "token":
    case "role":
      return t("manage.forbidden");
    case "refused":
      return failure.status === 403 ? t("manage.forbidden") : t("manage.refused", { message: failure.message });
  }
}

interface ManageProps {
  meeting: Meeting;
  archive: Archive | null;
  /** Who may see it or how long it is kept is another. */
  onChanged(): void;
  /** Something of what was recorded was removed. */
  onRemoved(): void;
  /** There is no such meeting any more. */
  onGone(): void;
}

type Opened = { what: "person" | "meeting" } | { what: "recording"; recording: Recording; n: number } | null;

export function Manage({ meeting, archive, onChanged, onRemoved, onGone }: ManageProps) {
  const words = useWords();
  const { t } = words;
  const { token } = useApi();
  const manager = useMemo(() => new Manager(meeting.name, token ?? ""), [meeting.name, token]);
  const [opened, setOpened] = useState<Opened>(null);
  const close = (): void => setOpened(null);
  return (
    <section class="manage" aria-labelledby="manage-title">
      <details>
        <summary data-testid="manage">
          <h2 id="manage-title">{t("manage.title")}</h2>
          <span class="hint">{t("manage.hint")}</span>
        </summary>
        <div class="manage-parts">
          <Keeping meeting={meeting} manager={manager} onChanged={onChanged} />
          <div class="manage-removal">
            <h3>{t("manage.remove")}</h3>
            <ul class="file-list">
              {meeting.recordings.map((recording, i) => (
                <li key={recording.id}>
                  <RecordingName recording={recording} n={i + 1} />
                  <Button small icon={Trash2} disabled={recording.recording !== "ended"} onClick={() => setOpened({ what: "recording", recording, n: i + 1 })} testid={`remove-recording-${recording.id}`}>
                    {t("manage.removeRecording")}
                  </Button>
                </li>
              ))}
              <li>
                <span>{t("manage.personHint")}</span>
                <Button small icon={UserX} onClick={() => setOpened({ what: "person" })} testid="remove-person">{t("manage.removePerson")}</Button>
              </li>
              {meeting.mayDelete && (
                <li>
                  <span>{t("manage.meetingHint")}</span>
                  <Button small icon={Trash2} onClick={() => setOpened({ what: "meeting" })} testid="remove-meeting">{t("manage.removeMeeting")}</Button>
                </li>
              )}
            </ul>
          </div>
        </div>
      </details>
      {opened?.what === "person" && <PersonDialog recordings={meeting.recordings} archive={archive} manager={manager} onRemoved={onRemoved} onClose={close} />}
      {opened?.what === "recording" && (
        <RecordingDialog
          recording={opened.recording} n={opened.n} manager={manager} onClose={close}
          onGone={() => {
            close();
            onRemoved();
          }}
        />
      )}
      {opened?.what === "meeting" && <MeetingDialog meeting={meeting} manager={manager} onClose={close} onGone={onGone} />}
    </section>
  );
}

function RecordingName({ recording: { begin }, n }: { recording: Recording; n: number }) {
  const { t, dates } = useWords();
  const time = new Date(begin).toLocaleString(dates, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
  return <span>{t("manage.recording", { n, time })}</span>;
}

/** Asks, waits, and says why it didn't go. */
function useRemoval(remove: () => Promise<Outcome<unknown>>, onGone: () => void): { busy: boolean; failure: string; yes(): void } {
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const yes = async (): Promise<void> => {
    setBusy(true);
    const outcome = await remove();
    setBusy(false);
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) onGone();
  };
  return { busy, failure: failure ? manageFailure(words, failure) : "", yes: () => void yes() };
}

interface RemovalProps {
  manager: Manager;
  onGone(): void;
  onClose(): void;
}

function RecordingDialog({ recording, n, manager, onGone, onClose }: RemovalProps & { recording: Recording; n: number }) {
  const { t } = useWords();
  const { busy, failure, yes } = useRemoval(() => manager.removeRecording(recording.id), onGone);
  return (
    <Dialog title={t("manage.recordingTitle")} onClose={onClose} testid="remove-recording-dialog">
      <p><b><RecordingName recording={recording} n={n} /></b></p>
      <p>{t("manage.recordingText")}</p>
      {failure && <p class="field-problem" role="alert">{failure}</p>}
      <div class="dialog-actions">
        <Button onClick={onClose} autofocus>{t("app.cancel")}</Button>
        <Button kind="danger" icon={Trash2} resting={busy} onClick={yes} testid="remove-recording-yes">{t("manage.removeRecording")}</Button>
      </div>
    </Dialog>
  );
}

function MeetingDialog({ meeting, manager, onGone, onClose }: RemovalProps & { meeting: Meeting }) {
  const { t } = useWords();
  const { busy, failure, yes } = useRemoval(() => manager.removeMeeting(), onGone);
  const [before, after] = t("manage.writeName", { name: "\u0000" }).split("\u0000");
  return (
    <ConfirmName
      title={t("manage.meetingTitle")} name={meeting.name} label={<>{before}<code>{meeting.name}</code>{after}</>} cancel={t("app.cancel")} confirm={t("manage.removeMeeting")}
      busy={busy} failure={failure} onConfirm={yes} onClose={onClose}
    >
      <p><b><bdi>{meeting.title}</bdi></b></p>
      <p>{t("manage.meetingText")}</p>
    </ConfirmName>
  );
}
