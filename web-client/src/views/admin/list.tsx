/** What comes, and what has been. */
import { useEffect } from "preact/hooks";
import { inOrder, type Meeting } from "../../core/admin/meeting";
import { addressOf } from "../../core/admin/route";
import { meetingTime } from "../../text/times";
import { CalendarPlus, ChevronRight, Disc, Users } from "../icons";
import { ownZone, useWords } from "./context";

interface ListProps {
  meetings: readonly Meeting[];
  /** May make new ones. */
  general: boolean;
  token: string | null;
}

export function MeetingList({ meetings, general, token }: ListProps) {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${t("page.title")} · ${t("app.name")}`;
  }, [t]);
  const { upcoming, past } = inOrder(meetings, Date.now() / 1000);
  const add = general && (
    <a class="button button-primary" href={addressOf({ token, route: { at: "new", from: null } })} data-testid="new-meeting">
      <CalendarPlus size={20} />
      <span>{t("list.new")}</span>
    </a>
  );
  if (meetings.length === 0) {
    return (
      <div class="admin-empty">
        <h1>{t("list.empty")}</h1>
        <p class="hint">{t("list.emptyText")}</p>
        {add}
      </div>
    );
  }
  return (
    <>
      <div class="admin-head">
        <h1>{t("page.title")}</h1>
        {add}
      </div>
      <section aria-labelledby="upcoming" class="admin-section">
        <h2 id="upcoming">{t("list.upcoming")}</h2>
        {upcoming.length === 0 ? <p class="hint">{t("list.noneUpcoming")}</p> : <Rows meetings={upcoming} token={token} />}
      </section>
      {past.length > 0 && (
        <section aria-labelledby="past" class="admin-section">
          <h2 id="past">{t("list.past")}</h2>
          <Rows meetings={past} token={token} />
        </section>
      )}
    </>
  );
}

function Rows({ meetings, token }: { meetings: readonly Meeting[]; token: string | null }) {
  return (
    <ul class="meeting-rows">
      {meetings.map((meeting) => (
        <li key={meeting.name}>
          <a class="meeting-row" href={addressOf({ token, route: { at: "meeting", name: meeting.name } })} data-testid={`meeting-${meeting.name}`}>
            <span class="meeting-row-words">
              <bdi class="meeting-row-title">{meeting.title}</bdi>
              <Times meeting={meeting} />
            </span>
            <StateMark meeting={meeting} />
            <ChevronRight size={20} class="mirrored-in-rtl meeting-row-go" />
          </a>
        </li>
      ))}
    </ul>
  );
}

/** By one's own clock first, and by the meeting's. */
export function Times({ meeting }: { meeting: Meeting }) {
  const { t, dates } = useWords();
  const time = meetingTime(dates, ownZone(), { ...meeting, starts: meeting.starts * 1000 });
  if (!time) return <span class="admin-times">{t("list.anyTime")}</span>;
  return (
    <span class="admin-times tabular">
      <span>{time.day}</span>
      <span>
        <b>{time.own}</b> {t("time.own")}
      </span>
      {time.other && (
        <span>
          {time.other.time} {time.other.zone}
        </span>
      )}
    </span>
  );
}

/** In words: that it goes on, who is there, that it records. */
export function StateMark({ meeting: { state, people, recording } }: { meeting: Meeting }) {
  const { t } = useWords();
  return (
    <span class="admin-state">
      <span class="tag" data-state={state}>
        {t(`state.${state}`)}
      </span>
      {people > 0 && (
        <span class="admin-state-part">
          <Users size={16} />
          {t("list.people", { n: people })}
        </span>
      )}
      {recording !== "off" && (
        <span class="admin-state-part admin-recording">
          <Disc size={16} />
          {t(recording === "paused" ? "now.paused" : "now.recording")}
        </span>
      )}
    </span>
  );
}
