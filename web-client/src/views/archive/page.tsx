/** The archive: its list, or the recordings of one meeting, by the address. */
import "../../styles/archive.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ArchiveApi } from "../../core/archive/api";
import { readToken, writeToken } from "../../core/archive/memory";
import { linkTo, meetingOf, readFragment } from "../../core/archive/places";
import { ARCHIVE_LANGUAGES, archiveText } from "../../text/archive_text";
import { useArrival } from "../parts/arrival";
import { useLook } from "../parts/look";
import { TopBar } from "../parts/top_bar";
import { Api, Go, Words } from "./context";
import { LeaveDialog, type Leaving, Sending, useLeaving } from "./leaving";
import { ListPage } from "./list";
import { MeetingPage } from "./meeting_page";
import { Away } from "./parts";

interface Place {
  meeting: string | null;
  recording: string | null;
  at: number | null;
  /** The minutes are to be edited; see Fragment. */
  edit: string | null;
  token: string | null;
  /** Grows with each arrival, also at the same place: a link to another moment of it. */
  visit: number;
}

/**
 * Where the address leads. The token is kept in the tab and taken out of the address: people pass addresses on. So is the moment, or a
 * page that is loaded again would start there, not where one stopped.
 */
function arrive(visit: number): Place {
  const { token, recording, at, edit } = readFragment(location.hash);
  const meeting = meetingOf(location.pathname);
  if (token) writeToken(token);
  if (token || at !== null) {
    const rest = meeting === null ? `${location.pathname}${location.search}` : linkTo(meeting, { recording, edit });
    history.replaceState(history.state, "", rest);
  }
  return { meeting, recording, at, edit, token: token ?? readToken(), visit };
}

function usePlace({ sending, leave }: Leaving): [Place, (address: string) => void] {
  const [place, setPlace] = useState(() => arrive(0));
  const here = useRef(place.meeting);
  here.current = place.meeting;
  useEffect(() => {
    const moved = (): void => {
      if (sending.current === 0 || meetingOf(location.pathname) === here.current) return setPlace((before) => arrive(before.visit + 1));
      // The browser has gone already: back to where the page still is, until the person has answered.
      history.pushState(null, "", here.current === null ? "/archive" : linkTo(here.current));
      return leave(() => history.back());
    };
    // Taking the fragment out of the address is no arrival of its own.
    const changed = (): void => {
      const { token, at, edit } = readFragment(location.hash);
      if (token || at !== null || edit !== null) moved();
    };
    addEventListener("popstate", moved);
    addEventListener("hashchange", changed);
    return () => {
      removeEventListener("popstate", moved);
      removeEventListener("hashchange", changed);
    };
  }, []);
  const go = (address: string): void =>
    leave(() => {
      history.pushState(null, "", address);
      setPlace((before) => arrive(before.visit + 1));
      scrollTo(0, 0);
    });
  return [place, go];
}

export function ArchivePage() {
  const leaving = useLeaving();
  const [place, go] = usePlace(leaving);
  const look = useLook();
  const text = useMemo(() => archiveText(look.tag), [look.tag]);
  const api = useMemo(() => new ArchiveApi(place.token), [place.token]);
  // What is shown with another token, or without one, is another page, too.
  useArrival(`${place.meeting ?? ""} ${place.token ?? ""}`);
  const home = (children: preact.ComponentChildren) => <Away href="/archive" class="home">{children}</Away>;
  return (
    <Words.Provider value={text}>
      <Api.Provider value={api}>
        <Go.Provider value={go}>
          <Sending.Provider value={leaving.sending}>
            <div class="archive-page">
              <TopBar look={look} languages={ARCHIVE_LANGUAGES} t={text.t} home={home} />
              {place.meeting === null ? (
                <ListPage key="list" visit={place.visit} />
              ) : (
                <MeetingPage key={place.meeting} name={place.meeting} wanted={place.recording} at={place.at} edit={place.edit} visit={place.visit} />
              )}
              <LeaveDialog leaving={leaving} />
            </div>
          </Sending.Provider>
        </Go.Provider>
      </Api.Provider>
    </Words.Provider>
  );
}
