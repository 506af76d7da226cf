/** The secretariat's page: a list of meetings, and each of them with its links and its plan. */
import "../../styles/admin.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MutableRef } from "preact/hooks";
import type { Meeting } from "../../core/admin/meeting";
import { Office, type OfficeLink, type OfficeState } from "../../core/admin/office";
import { type Address, addressOf, readAddress, type Route } from "../../core/admin/route";
import { ADMIN_LANGUAGES, adminText } from "../../text/admin_text";
import { Check, CircleX, WifiOff } from "../icons";
import { Button, Dialog } from "../parts/basics";
import { useArrival } from "../parts/arrival";
import { useLook } from "../parts/look";
import { TopBar } from "../parts/top_bar";
import { OfficeOf, useWords, Words } from "./context";
import { MeetingList } from "./list";
import { GonePage, MeetingPage, NewMeetingPage } from "./meeting_page";

function useOfficeState(token: string | null): [OfficeState, Office] {
  const [state, setState] = useState<OfficeState>({ link: { at: "loading" }, meetings: null, general: true });
  const office = useMemo(() => new Office(setState), []);
  useEffect(() => {
    // A page that was in the background may be behind by hours.
    const seen = (): void => {
      if (document.visibilityState === "visible") office.wake();
    };
    office.open(token);
    document.addEventListener("visibilitychange", seen);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      office.close();
    };
  }, [token]);
  return [state, office];
}

interface Navigation {
  address: Address;
  /** Where the person wants to go, and is asked about unsaved work first. */
  pending: string | null;
  go(route: Route, how?: "replace"): void;
  stay(): void;
  leave(): void;
}

/** Links and Back change the address; unsaved work puts it back and asks. */
function useNavigation(dirty: MutableRef<boolean>): Navigation {
  const [hash, setHash] = useState(location.hash);
  const [pending, setPending] = useState<string | null>(null);
  const shown = useRef(hash);
  const show = (next: string): void => {
    shown.current = next;
    setHash(next);
    scrollTo(0, 0);
  };
  useEffect(() => {
    const changed = (): void => {
      if (location.hash === shown.current) return;
      if (!dirty.current) return show(location.hash);
      const wanted = location.hash;
      history.pushState(null, "", shown.current);
      setPending(wanted);
    };
    const unloads = (event: BeforeUnloadEvent): void => {
      if (dirty.current) event.preventDefault();
    };
    addEventListener("hashchange", changed);
    addEventListener("popstate", changed);
    addEventListener("beforeunload", unloads);
    return () => {
      removeEventListener("hashchange", changed);
      removeEventListener("popstate", changed);
      removeEventListener("beforeunload", unloads);
    };
  }, []);
  const address = useMemo(() => readAddress(hash), [hash]);
  return {
    address, pending,
    go: (route, how) => {
      const next = addressOf({ token: address.token, route });
      if (how === "replace") history.replaceState(null, "", next);
      else history.pushState(null, "", next);
      show(next);
    },
    stay: () => setPending(null),
    leave: () => {
      dirty.current = false;
      setPending(null);
      if (pending === null) return;
      history.pushState(null, "", pending);
      show(pending);
    },
  };
}

export function AdminPage() {
  const dirty = useRef(false);
  const navigation = useNavigation(dirty);
  const { address, pending } = navigation;
  const [state, office] = useOfficeState(address.token);
  const look = useLook();
  const text = useMemo(() => adminText(look.tag), [look.tag]);
  useArrival(addressOf({ token: null, route: address.route }));
  return (
    <Words.Provider value={text}>
      <OfficeOf.Provider value={office}>
        <div class="admin-page">
          <TopBar look={look} languages={ADMIN_LANGUAGES} t={text.t} />
          <main>
            <Body state={state} navigation={navigation} dirty={dirty} />
          </main>
        </div>
        {pending !== null && <LeaveDialog onStay={navigation.stay} onLeave={navigation.leave} />}
      </OfficeOf.Provider>
    </Words.Provider>
  );
}

function Body({ state, navigation, dirty }: { state: OfficeState; navigation: Navigation; dirty: MutableRef<boolean> }) {
  const { address, go } = navigation;
  const { link, meetings, general } = state;
  const [justMade, setJustMade] = useState("");
  const [deleted, setDeleted] = useState("");
  const gone = ({ title }: Meeting): void => {
    dirty.current = false;
    setDeleted(title);
    go({ at: "list" }, "replace");
  };
  // What is being written stays on the page, whatever becomes of the link.
  if (link.at === "refused" && !dirty.current) return <Refused why={link.why} />;
  if (meetings === null) return link.at === "lost" ? <Lost why={link.why} known={false} /> : <Loading />;
  const { route } = address;
  const found = route.at === "meeting" ? meetings.find(({ name }) => name === route.name) : undefined;
  return (
    <>
      {link.at === "lost" && <Lost why={link.why} known />}
      {route.at === "new" && general ? (
        <NewMeetingPage
          key={route.from} from={meetings.find(({ name }) => name === route.from) ?? null} meetings={meetings} token={address.token} dirty={dirty}
          onMade={(name) => {
            setJustMade(name);
            go({ at: "meeting", name }, "replace");
          }}
        />
      ) : route.at === "meeting" ? (
        found ? <MeetingPage key={found.name} meeting={found} meetings={meetings} general={general} token={address.token} dirty={dirty} justMade={justMade === found.name} onGone={() => gone(found)} /> : <GonePage token={address.token} />
      ) : (
        <>
          {deleted && (
            <p class="note note-plain" role="status" data-testid="deleted">
              <Check size={20} />
              <DeletedWords title={deleted} />
            </p>
          )}
          <MeetingList meetings={meetings} general={general} token={address.token} />
        </>
      )}
    </>
  );
}

function DeletedWords({ title }: { title: string }) {
  const [before, after] = useWords().t("delete.done", { title: "\u0000" }).split("\u0000");
  return <span>{before}<bdi>{title}</bdi>{after}</span>;
}

function Loading() {
  const { t } = useWords();
  return (
    <div class="admin-empty" role="status">
      <span class="spinner" />
      <p>{t("page.loading")}</p>
    </div>
  );
}

function Refused({ why }: { why: Extract<OfficeLink, { at: "refused" }>["why"] }) {
  const { t } = useWords();
  const reason = { noToken: "page.refusedNoToken", token: "page.refusedToken", expired: "page.refusedExpired", role: "page.refusedRole" } as const;
  return (
    <section class="note note-problem" role="alert">
      <CircleX size={20} />
      <div class="note-body">
        <h1 class="note-title">{t("page.refused")}</h1>
        <p>{t(reason[why])}</p>
      </div>
    </section>
  );
}

function Lost({ why, known }: { why: "offline" | "unreadable"; known: boolean }) {
  const { t } = useWords();
  return (
    <div class="note note-caution" role="alert" data-testid="lost">
      <WifiOff size={20} />
      <div class="note-body">
        <p>{why === "unreadable" ? t("page.unreadable") : t(known ? "page.lost" : "page.lostEmpty")}</p>
        {why === "unreadable" && (
          <div class="row">
            <Button small onClick={() => location.reload()}>
              {t("page.reload")}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

function LeaveDialog({ onStay, onLeave }: { onStay(): void; onLeave(): void }) {
  const { t } = useWords();
  return (
    <Dialog title={t("leave.title")} onClose={onStay} testid="leave-dialog">
      <p>{t("leave.text")}</p>
      <div class="dialog-actions">
        <Button onClick={onLeave} testid="leave-anyway">
          {t("leave.leave")}
        </Button>
        <Button kind="primary" onClick={onStay} autofocus testid="leave-stay">
          {t("leave.stay")}
        </Button>
      </div>
    </Dialog>
  );
}
