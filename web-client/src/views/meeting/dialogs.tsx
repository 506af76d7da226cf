/** What opens over the meeting: more, devices, keys, and the question before ending. */
import { useState } from "preact/hooks";
import { useCommands, useSelected, useText } from "../context";
import { CalendarDays, CirclePause, CircleStop, Disc, Keyboard, Languages, Link, ListOrdered, Paperclip, MonitorOff, MonitorUp, Power, Settings2, Users, Maximize, Minimize, type Icon } from "../icons";
import { Button, Dialog, PageSettings } from "../parts/basics";
import { DeviceFields, DeviceProblems } from "../parts/devices";
import { useMedia, type FullScreen } from "../parts/hooks";
import { leadsAgenda } from "../selectors";
import { enableShortcuts, shortcutsEnabled, shortcutsOf } from "../shortcuts";
import type { Actions } from "./actions";

export type Opened = "none" | "more" | "language" | "languages" | "devices" | "help" | "link" | "leave" | "end";

/** Phones have no room in the bar for all. */
export const NARROW = "(max-width: 599px)";

interface MoreProps {
  actions: Actions;
  fullScreen: FullScreen;
  onOpen(what: Opened): void;
}

export function MoreDialog({ actions, fullScreen, onOpen }: MoreProps) {
  const { t } = useText();
  const commands = useCommands();
  const narrow = useMedia(NARROW);
  const mayInvite = useSelected((state) => state.may.has("invite"));
  const mayLead = useSelected((state) => state.may.has("give-floor"));
  const mayEnd = useSelected((state) => state.may.has("end"));
  const leads = useSelected(leadsAgenda);
  const hasAgenda = useSelected((state) => state.agenda.length > 0);
  const mayFiles = useSelected((state) => state.may.has("archive"));
  const sharing = useSelected((state) => state.screenShare !== "off");
  const after = (act: () => void) => (): void => {
    onOpen("none");
    act();
  };
  return (
    <Dialog title={t("more.title")} onClose={() => onOpen("none")} testid="more-dialog" corner>
      <ul class="menu">
        {narrow && <Entry icon={Users} words={t("people.title")} onClick={after(actions.people)} testid="more-people" />}
        {hasAgenda && <Entry icon={ListOrdered} words={t("agenda.title")} onClick={after(actions.agenda)} testid="more-agenda" />}
        {mayFiles && <Entry icon={Paperclip} words={t("more.files")} onClick={after(actions.files)} testid="more-files" />}
        {narrow && actions.canShare && (
          <Entry icon={sharing ? MonitorOff : MonitorUp} words={t(sharing ? "more.stopScreen" : "bar.screenName")} onClick={after(actions.screen)} testid="more-screen" />
        )}
        <Entry icon={Settings2} words={t("more.devices")} onClick={() => onOpen("devices")} testid="more-devices" />
        {fullScreen.supported && (
          <Entry
            icon={fullScreen.on ? Minimize : Maximize} words={t(fullScreen.on ? "more.endFullScreen" : "more.fullScreen")} onClick={after(fullScreen.toggle)}
            testid="more-full-screen"
          />
        )}
        <Entry icon={Keyboard} words={t("more.help")} onClick={() => onOpen("help")} testid="more-help" />
        {mayLead && <Entry icon={Languages} words={t("more.languages")} onClick={() => onOpen("languages")} testid="more-languages" />}
        {mayInvite && <Entry icon={Link} words={t("more.link")} onClick={() => onOpen("link")} testid="more-link" />}
        {leads && <Entry icon={CalendarDays} words={t("more.plan")} onClick={after(() => commands.openPlan())} testid="more-plan" />}
        <RecordEntries after={after} />
        {mayEnd && <Entry icon={Power} words={t("more.end")} onClick={() => onOpen("end")} testid="more-end" danger />}
      </ul>
      <PageSettings />
      <div class="dialog-actions">
        <Button onClick={() => onOpen("none")}>{t("app.close")}</Button>
      </div>
    </Dialog>
  );
}

function RecordEntries({ after }: { after(act: () => void): () => void }) {
  const { t } = useText();
  const commands = useCommands();
  const may = useSelected((state) => state.may.has("record"));
  const recording = useSelected((state) => state.recording.state);
  if (!may) return null;
  if (recording === "off") return <Entry icon={Disc} words={t("more.record")} onClick={after(() => commands.record("recording"))} testid="record" />;
  return (
    <>
      {recording === "recording" ? (
        <Entry icon={CirclePause} words={t("more.pauseRecording")} onClick={after(() => commands.record("paused"))} testid="record-pause" />
      ) : (
        <Entry icon={Disc} words={t("more.resumeRecording")} onClick={after(() => commands.record("recording"))} testid="record" />
      )}
      <Entry icon={CircleStop} words={t("more.stopRecording")} onClick={after(() => commands.record("ended"))} testid="record-stop" />
    </>
  );
}

function Entry({ icon: Sign, words, onClick, testid, danger }: { icon: Icon; words: string; onClick(): void; testid: string; danger?: boolean }) {
  return (
    <li>
      <button type="button" class={danger ? "menu-entry menu-danger" : "menu-entry"} onClick={onClick} data-testid={testid}>
        <Sign size={20} />
        {words}
      </button>
    </li>
  );
}

export function DevicesDialog({ onClose }: { onClose(): void }) {
  const { t } = useText();
  return (
    <Dialog title={t("lobby.devices")} onClose={onClose} testid="devices-dialog">
      <DeviceProblems />
      <DeviceFields />
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("app.close")}</Button>
      </div>
    </Dialog>
  );
}

export function HelpDialog({ onClose }: { onClose(): void }) {
  const { t } = useText();
  const [enabled, setEnabled] = useState(shortcutsEnabled);
  const inBooth = useSelected((state) => state.booth !== null);
  const change = (on: boolean): void => {
    enableShortcuts(on);
    setEnabled(on);
  };
  return (
    <Dialog title={t("help.title")} onClose={onClose} testid="help-dialog">
      <dl class="keys">
        {shortcutsOf(inBooth).map(({ key, words }) => (
          <div key={key}>
            <dt>
              <kbd>{key.toUpperCase()}</kbd>
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={enabled} onChange={(event) => change(event.currentTarget.checked)} />
        {t("help.enabled")}
      </label>
      <p class="hint">{t("help.note")}</p>
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("app.close")}</Button>
      </div>
    </Dialog>
  );
}

export function EndDialog({ onClose }: { onClose(): void }) {
  const { t } = useText();
  const commands = useCommands();
  const n = useSelected((state) => state.sending);
  const more = n > 0 ? { more: t("end.sending", { n }) } : {};
  return <Confirm title={t("end.title")} text={t("end.text")} {...more} action={t("end.confirm")} onConfirm={() => commands.endMeeting()} onClose={onClose} />;
}

/** Asked only while own files are on their way: leaving takes them back. */
export function LeaveDialog({ onClose }: { onClose(): void }) {
  const { t } = useText();
  const commands = useCommands();
  const n = useSelected((state) => state.sending);
  return <Confirm title={t("leave.title")} text={t("leave.sending", { n })} action={t("leave.confirm")} onConfirm={() => commands.leave()} onClose={onClose} />;
}

interface ConfirmProps {
  title: string;
  text: string;
  more?: string;
  action: string;
  onConfirm(): void;
  onClose(): void;
}

/** The question before what can't be taken back; the harmless answer has the focus. */
export function Confirm({ title, text, more, action, onConfirm, onClose }: ConfirmProps) {
  const { t } = useText();
  return (
    <Dialog title={title} onClose={onClose} testid="confirm">
      <p>{text}</p>
      {more && <p>{more}</p>}
      <div class="dialog-actions">
        <Button onClick={onClose} autofocus>
          {t("app.cancel")}
        </Button>
        <Button
          kind="danger"
          testid="confirm-yes"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
