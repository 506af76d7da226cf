/** One meeting: what goes on in it now, its links, its plan; and one that is to be made. */
import { useEffect, useState } from "preact/hooks";
import type { MutableRef } from "preact/hooks";
import type { Failure } from "../../core/admin/api";
import { newForm, nextForm } from "../../core/admin/form";
import { isPast, type Meeting } from "../../core/admin/meeting";
import { addressOf } from "../../core/admin/route";
import { Archive, ArrowLeft, CalendarPlus, Check, Copy, Pencil, Trash2 } from "../icons";
import { Button } from "../parts/basics";
import { ConfirmName } from "../parts/confirm_name";
import { failureWords, ownZone, useOffice, useWords } from "./context";
import { Links } from "./links";
import { StateMark, Times } from "./list";
import { PlanForm } from "./plan_form";
import { Running } from "./running";

function Back({ token }: { token: string | null }) {
  const { t } = useWords();
  return (
    <a class="admin-back" href={addressOf({ token, route: { at: "list" } })} data-testid="back">
      <ArrowLeft size={20} class="mirrored-in-rtl" />
      {t("meeting.back")}
    </a>
  );
}

function useTitle(title: string): void {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
}

export function GonePage({ token }: { token: string | null }) {
  const { t } = useWords();
  useTitle(t("meeting.gone"));
  return (
    <>
      <Back token={token} />
      <div class="admin-empty">
        <h1>{t("meeting.gone")}</h1>
        <p class="hint">{t("meeting.goneText")}</p>
      </div>
    </>
  );
}

interface NewProps {
  /** The one that it is to be like. */
  from: Meeting | null;
  meetings: readonly Meeting[];
  token: string | null;
  dirty: MutableRef<boolean>;
  onMade(name: string): void;
}

/** The one that was planned last, whose languages are likely the next one's. */
function lastOf(meetings: readonly Meeting[]): Meeting | null {
  return meetings.reduce<Meeting | null>((last, one) => (last === null || one.starts >= last.starts ? one : last), null);
}

export function NewMeetingPage({ from, meetings, token, dirty, onMade }: NewProps) {
  const { t } = useWords();
  const office = useOffice();
  useTitle(t("meeting.newTitle"));
  const [start] = useState(() => {
    const [now, taken] = [Date.now() / 1000, meetings.map(({ name }) => name)];
    return from ? nextForm(from, now, ownZone(), taken) : newForm(now, ownZone(), lastOf(meetings), taken);
  });
  return (
    <>
      <Back token={token} />
      <div class="admin-head">
        <h1>{t("meeting.newTitle")}</h1>
      </div>
      {from && <p class="note note-plain" data-testid="copied">{t("meeting.copied")}</p>}
      <PlanForm start={start} meeting={null} meetings={meetings} dirty={dirty} save={(body) => office.create(body)} onSaved={({ name }) => onMade(name)} />
    </>
  );
}

interface MeetingProps {
  meeting: Meeting;
  meetings: readonly Meeting[];
  /** May make new ones. */
  general: boolean;
  token: string | null;
  dirty: MutableRef<boolean>;
  justMade: boolean;
  /** It was deleted. */
  onGone(): void;
}

export function MeetingPage({ meeting, meetings, general, token, dirty, justMade, onGone }: MeetingProps) {
  const { t } = useWords();
  const office = useOffice();
  useTitle(meeting.title);
  const ended = meeting.state === "ended";
  const goesOn = meeting.people > 0 || meeting.recording !== "off";
  return (
    <>
      <Back token={token} />
      <div class="admin-head">
        <div class="admin-heading">
          <h1>
            <bdi>{meeting.title}</bdi>
          </h1>
          <Times meeting={meeting} />
          <StateMark meeting={meeting} />
        </div>
        <div class="row">
          <Calendar meeting={meeting} />
          <a class="button" href={office.archiveOf(meeting.name)} data-testid="archive">
            <Archive size={20} />
            <span>{t("meeting.archive")}</span>
          </a>
          {isPast(meeting, Date.now() / 1000) && (
            <a class="button" href={office.minutesOf(meeting.name)} data-testid="write-minutes">
              <Pencil size={20} />
              <span>{t("meeting.minutes")}</span>
            </a>
          )}
          {general && (
            <a class="button" href={addressOf({ token, route: { at: "new", from: meeting.name } })} data-testid="copy-as-next">
              <Copy size={20} />
              <span>{t("meeting.copy")}</span>
            </a>
          )}
        </div>
      </div>
      {justMade && (
        <p class="note note-plain" role="status" data-testid="made">
          <Check size={20} />
          {t("meeting.made")}
        </p>
      )}
      {ended && <p class="note note-plain">{t("now.ended")}</p>}
      {!ended && goesOn && <Running meeting={meeting} />}
      <Links meeting={meeting} />
      <section class="admin-section" aria-labelledby="plan">
        <h2 id="plan">{t("meeting.plan")}</h2>
        <PlanForm start={null} meeting={meeting} meetings={meetings} dirty={dirty} save={(body) => office.change(meeting.name, body)} onSaved={() => undefined} />
      </section>
      {!ended && !goesOn && <Running meeting={meeting} />}
      {office.mayRemove && <Deletion meeting={meeting} goesOn={goesOn} onGone={onGone} />}
    </>
  );
}

/** Last of all, and only for who writes the meeting's name. */
function Deletion({ meeting, goesOn, onGone }: { meeting: Meeting; goesOn: boolean; onGone(): void }) {
  const words = useWords();
  const { t } = words;
  const office = useOffice();
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const yes = async (): Promise<void> => {
    setBusy(true);
    const outcome = await office.remove(meeting.name);
    setBusy(false);
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) onGone();
  };
  const [before, after] = t("delete.write", { name: "\u0000" }).split("\u0000");
  return (
    <section class="admin-section" aria-labelledby="delete">
      <h2 id="delete">{t("delete.title")}</h2>
      <p class="hint">{t(goesOn ? "delete.goesOn" : "delete.hint")}</p>
      <div class="row">
        <Button icon={Trash2} disabled={goesOn} onClick={() => setAsked(true)} testid="delete-meeting">{t("delete.delete")}</Button>
      </div>
      {asked && (
        <ConfirmName
          title={t("delete.question")} name={meeting.name} label={<>{before}<code>{meeting.name}</code>{after}</>} cancel={t("app.cancel")} confirm={t("delete.delete")}
          busy={busy} failure={failure ? failureWords(words, failure) : ""} onConfirm={() => void yes()} onClose={() => { setAsked(false); setFailure(null); }}
        >
          <p><b><bdi>{meeting.title}</bdi></b></p>
          <p>{t("delete.text")}</p>
        </ConfirmName>
      )}
    </section>
  );
}

function Calendar({ meeting }: { meeting: Meeting }) {
  const words = useWords();
  const office = useOffice();
  const [failure, setFailure] = useState<Failure | null>(null);
  const download = async (): Promise<void> => {
    const outcome = await office.calendar(meeting.name);
    setFailure(outcome.ok ? null : outcome.failure);
    if (!outcome.ok) return;
    const url = URL.createObjectURL(outcome.value);
    const link = Object.assign(document.createElement("a"), { href: url, download: `${meeting.name}.ics` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <>
      <Button icon={CalendarPlus} disabled={meeting.starts === 0} onClick={() => void download()} testid="calendar">
        {words.t("meeting.calendar")}
      </Button>
      {meeting.starts === 0 && <p class="hint">{words.t("meeting.calendarNoTime")}</p>}
      {failure && (
        <p class="field-problem" role="alert">
          {failureWords(words, failure)}
        </p>
      )}
    </>
  );
}
