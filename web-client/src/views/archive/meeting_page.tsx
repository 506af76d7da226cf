/** One meeting of the archive: what it was, its recording to be played, its minutes and files; for editors, what they may change. */
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Meeting, Recording } from "../../core/archive/answer";
import { MeetingClient, type MeetingState, NOTHING } from "../../core/archive/meeting_client";
import { linkTo } from "../../core/archive/places";
import { languageName } from "../../text/names";
import { ChevronLeft, Clock, WifiOff } from "../icons";
import { LoadFailed, useLoaded } from "../parts/lazy";
import { useApi, useGo, useWords } from "./context";
import { Files } from "./files";
import { Sending } from "./leaving";
import { MinutesSection } from "./minutes";
import { Away, Loading, Notice, When } from "./parts";
import { RecordingView } from "./recording_view";

const loadManage = async () => (await import("./manage")).Manage;

interface MeetingPageProps {
  name: string;
  wanted: string | null;
  /** The link's moment. */
  at: number | null;
  /** The link's wish to edit the minutes, in this language or "" any. */
  edit: string | null;
  visit: number;
}

function useMeeting(name: string, wanted: string | null): [MeetingState, MeetingClient] {
  const api = useApi();
  const [state, setState] = useState<MeetingState>(NOTHING);
  const client = useMemo(() => new MeetingClient(api, name, setState), [api, name]);
  useEffect(() => {
    client.open(wanted);
    return () => client.close();
  }, [client]);
  return [state, client];
}

/** The moment that the recording is to be shown from; it counts once, and for the link's recording alone. */
function useMoment(client: MeetingClient, wanted: string | null, at: number | null, visit: number) {
  const [moment, setMoment] = useState({ at, visit });
  const first = useRef(true);
  useEffect(() => {
    // Another link was pressed, or written into the open page's address.
    if (!first.current && wanted !== null) client.show(wanted);
    if (!first.current) setMoment({ at, visit });
    first.current = false;
  }, [visit]);
  const taken = (): void => setMoment((before) => (before.at === null ? before : { ...before, at: null }));
  return { moment, taken };
}

export function MeetingPage({ name, wanted, at, edit: wish, visit }: MeetingPageProps) {
  const { t } = useWords();
  const [state, client] = useMeeting(name, wanted);
  const { meeting, recording, archive, why } = state;
  const title = meeting ? meeting.title || t("list.untitled", { name }) : "";
  useEffect(() => {
    document.title = title ? `${title} · ${t("app.name")}` : `${t("list.title")} · ${t("app.name")}`;
  }, [title, t]);
  const go = useGo();
  const sending = useContext(Sending);
  const gone = (): void => {
    sending.current = 0; // to a meeting that isn't there any more
    go("/archive");
  };
  const { View: Manage, failed, again } = useLoaded(loadManage, meeting?.mayEdit ?? false);
  const { moment, taken } = useMoment(client, wanted, at, visit);
  const [edit, setEdit] = useState(wish);
  useEffect(() => setEdit(wish), [visit]);
  const address = (id: string | null, language: string | null): void =>
    history.replaceState(history.state, "", linkTo(name, { recording: id, edit: language }));
  const several = (meeting?.recordings.length ?? 0) > 1;
  const show = (id: string): void => {
    taken();
    client.show(id);
    address(id, edit);
  };
  const editMinutes = (language: string | null): void => {
    setEdit(language);
    address(several && recording ? recording.id : null, language);
  };
  return (
    <main class="meeting-page">
      <Away href="/archive" class="back-link" testid="to-list">
        <ChevronLeft size={18} class="mirrored-in-rtl" /> {t("state.back")}
      </Away>
      {meeting && <Head meeting={meeting} title={title} />}
      {!meeting && !why && <Loading />}
      {why && <Trouble why={why} known={meeting !== null} onRetry={() => client.retry()} />}
      {meeting && meeting.recordings.length > 1 && recording && <Chooser meeting={meeting} recording={recording} onChoose={show} />}
      {meeting && !recording && <Notice title={t("state.none")} />}
      {recording && recording.state !== "done" && <Job recording={recording} onAgain={meeting?.mayEdit ? () => void client.remake() : null} />}
      {meeting && recording?.state === "done" && archive && (
        <RecordingView
          key={recording.id} meeting={meeting} recording={recording} archive={archive} at={moment.at} visit={moment.visit} onTaken={taken}
          renew={() => client.renew()} onDoubt={() => client.check()}
        />
      )}
      {recording?.state === "done" && !archive && !why && <Loading />}
      {meeting && <MinutesSection meeting={meeting} edit={edit} onEdit={editMinutes} onChanged={() => client.retry()} />}
      {meeting && (archive || meeting.attachments.length > 0 || meeting.mayEdit) && (
        <Files meeting={meeting} recording={recording} archive={archive} onChanged={() => client.retry()} />
      )}
      {meeting?.mayEdit && failed && <LoadFailed words={t("manage.failed")} again={t("app.tryAgain")} onAgain={again} />}
      {meeting?.mayEdit && Manage && (
        <Manage meeting={meeting} archive={archive} onChanged={() => client.retry()} onRemoved={() => client.changed()} onGone={gone} />
      )}
    </main>
  );
}

function Head({ meeting, title }: { meeting: Meeting; title: string }) {
  const { t, tag } = useWords();
  const languages = [...new Set([...meeting.floors, ...meeting.channels])];
  return (
    <header class="meeting-head">
      <h1><bdi>{title}</bdi></h1>
      <p class="meeting-line">
        <When starts={meeting.starts} minutes={meeting.minutes} zone={meeting.zone} />
        {meeting.venue && <span>{t("meeting.venue", { venue: meeting.venue })}</span>}
        {languages.length > 0 && <span>{t("list.languages", { languages: languages.map((one) => languageName(tag, one)).join(", ") })}</span>}
      </p>
    </header>
  );
}

const TITLES = { closed: "state.closed", badToken: "state.badToken", gone: "state.gone", unreadable: "state.unreadable", offline: "state.offline" } as const;
const TEXTS = { closed: "state.closedText", badToken: "state.badTokenText", gone: "state.goneText", unreadable: null, offline: null } as const;

function Trouble({ why, known, onRetry }: { why: keyof typeof TITLES; known: boolean; onRetry(): void }) {
  const { t } = useWords();
  if (why === "offline" && known) {
    return (
      <p class="note note-caution" role="alert">
        <WifiOff size={20} />
        {t("state.offline")}
      </p>
    );
  }
  const text = TEXTS[why];
  const again = why === "offline" || why === "unreadable" ? { action: t("app.tryAgain"), onAction: onRetry } : {};
  return (
    <Notice title={t(TITLES[why])} kind="problem" {...(why === "offline" ? { icon: WifiOff } : {})} {...again}>
      {text && <p>{t(text)}</p>}
    </Notice>
  );
}

function Chooser({ meeting, recording, onChoose }: { meeting: Meeting; recording: Recording; onChoose(id: string): void }) {
  const { t, dates } = useWords();
  const time = (at: number): string => new Date(at).toLocaleString(dates, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
  return (
    <label class="recordings">
      <span class="field-label">{t("meeting.recording")}</span>
      <select value={recording.id} onChange={(event) => onChoose(event.currentTarget.value)} data-testid="recordings">
        {meeting.recordings.map((one, i) => (
          <option key={one.id} value={one.id}>{t("meeting.recordingOf", { n: i + 1, time: time(one.begin) })}</option>
        ))}
      </select>
    </label>
  );
}

/** Of the job (recordings/archive_job.c). */
const STEPS = ["programs", "pictures", "renditions", "files", "thumbnails", "texts", "playlists"] as const;

/** How far the job is that makes the archive. */
function Job({ recording: { state, step, done, error, recording }, onAgain }: { recording: Recording; onAgain: (() => void) | null }) {
  const { t, tag } = useWords();
  if (state === "failed") {
    return (
      <Notice title={t("state.failed")} kind="problem" {...(onAgain ? { action: t("app.tryAgain"), onAction: onAgain } : {})}>
        <p>{t("state.failedText", { error: error || "–" })}</p>
      </Notice>
    );
  }
  if (recording !== "ended") return <Notice title={t("state.recording")} icon={Clock}><p>{t("state.recordingText")}</p></Notice>;
  const known = STEPS.find((one) => one === step);
  const words = known ? t(`step.${known}`) : step ? t("step.other", { step }) : t("step.unknown");
  const share = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 }).format(done);
  return (
    <section class="notice" aria-live="off" data-testid="job">
      <Clock size={28} />
      <h2>{t(state === "running" ? "state.running" : "state.waiting")}</h2>
      <p>{state === "running" ? t("state.runningText", { done: share, step: words }) : t("state.waitingText")}</p>
      {state === "running" && <progress max={1} value={done} aria-label={t("state.running")} />}
    </section>
  );
}
