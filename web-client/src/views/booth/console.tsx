/** The interpreter's console: one strip beneath the pictures. Calm until on air, then red as a whole. */
import "../../styles/console.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { callsFor, ownCall } from "../../core/calls";
import { protectionOf, SHELF } from "../../core/booth/console_state";
import type { State } from "../../core/state";
import { PhoneCall } from "../icons";
import { personOf, sameArray } from "../selectors";
import { useCommands, useSelected, useStore } from "../context";
import { shortcutsEnabled } from "../shortcuts";
import { useBooth, useBoothText } from "./context";
import { AskHeadphones, type Drawer, DrawerPanel } from "./drawer";
import { Incoming, SpeakerCard, ToneControls } from "./incoming";
import { consoleKeyOf, type ConsoleKey } from "./keys";
import { Outgoing, Reminder } from "./outgoing";
import { Partner, PendingLine } from "./partner";
import { KeyButton } from "./parts";
import { Clock, DrawerKeys, isInsufficient, Settings, Signals } from "./tools";

/** Decibels for each press of a key. */
const VOLUME_STEP = 2;

export default function Console() {
  const { t } = useBoothText();
  const [drawer, setDrawer] = useState<Drawer>("none");
  const panel = useSelected((state) => state.panel);
  const onAir = useSelected((state) => state.onAir !== null);
  const commands = useCommands();
  const open = (next: Drawer): void => {
    if (next !== "none") commands.setPanel("none");
    setDrawer(next);
  };
  useConsoleKeys(drawer, open);
  useEffect(() => {
    // People and the meeting's chat take the place.
    if (panel !== "none") setDrawer("none");
  }, [panel]);
  return (
    <>
      {drawer !== "none" && <DrawerPanel drawer={drawer} onClose={() => setDrawer("none")} />}
      <section class="console" data-air={onAir} aria-label={t("console.label")} data-testid="console">
        <Lines />
        <div class="console-rows">
          <div class="console-row row-air">
            <Outgoing />
            <Partner />
            <Clock />
          </div>
          <div class="console-row">
            <Incoming />
          </div>
          <div class="console-row">
            <ToneControls />
            <SpeakerCard />
            <Settings />
            <Reminder />
          </div>
          <div class="console-row">
            <Signals />
            <DrawerKeys open={drawer} onOpen={open} />
          </div>
        </div>
      </section>
    </>
  );
}

/** What can't wait, above the controls. */
function Lines() {
  const { t, language } = useBoothText();
  const booth = useBooth();
  const alert = useSelected((state) => state.console.alert);
  const name = useSelected((state) => personOf(state, state.console.alert?.participant ?? null)?.name ?? "");
  const reminding = useSelected((state) => state.console.reminding);
  const minutes = useSelected((state) => state.console.reminderMinutes);
  const asks = useSelected((state) => state.console.headphones === null);
  const tooLoud = useSelected((state) => state.console.tooLoud);
  const calibrated = useSelected((state) => state.console.calibration !== null);
  const unprotected = useSelected((state) => protectionOf(state) === "none");
  const alertKey = alert?.kind === "lost" ? "alert.lost" : alert?.participant ? "alert.offAir" : "alert.offAirNobody";
  return (
    <div class="console-lines">
      <CallLines />
      {alert && (
        <div class="console-line line-alert" role="alert" data-testid="console-alert">
          <p>{t(alertKey, { name, language: language(alert.language) })}</p>
          {alert.kind === "lost" ? (
            <KeyButton name={t("handover.take")} k="take" testid="take-over-now" look="alert" onClick={() => booth.takeOver()} />
          ) : (
            <KeyButton name={t("alert.dismiss")} k="dismiss" onClick={() => booth.dismissAlert()} />
          )}
        </div>
      )}
      <PendingLine />
      {reminding && (
        <div class="console-line" role="status" data-testid="reminding">
          <p>{t("reminder.now", { n: minutes })}</p>
          <KeyButton name={t("reminder.dismiss")} k="dismiss" onClick={() => booth.dismissReminder()} />
        </div>
      )}
      {tooLoud && (
        <p class="console-line" role="status">
          {t(calibrated ? "headphones.tooLoud" : "headphones.tooLoudGuess")}
        </p>
      )}
      {unprotected && (
        <p class="console-line" role="status" data-testid="unprotected">
          {t("headphones.none")}
        </p>
      )}
      {asks && (
        <div class="console-line">
          <AskHeadphones />
        </div>
      )}
    </div>
  );
}

/** Until they are answered; of a colleague's to the host one sees that it waits. */
function CallLines() {
  const { t } = useBoothText();
  const commands = useCommands();
  const calls = useSelected(callsFor, sameArray);
  const own = useSelected((state) => ownCall(state, null) !== undefined);
  const nameOf = (state: State, id: string): string => personOf(state, id)?.name ?? "";
  const callers = useSelected((state) => callsFor(state).map(({ from }) => nameOf(state, from)), sameArray);
  const colleagues = useSelected((state) => state.calls.filter(({ to, from }) => to === "host" && from !== state.me).map(({ from }) => nameOf(state, from)), sameArray);
  const first = useRef<HTMLDivElement>(null);
  // On a phone the console may have been scrolled away from it.
  useEffect(() => first.current?.scrollIntoView({ block: "nearest" }), [calls.at(-1)?.id]);
  return (
    <>
      {calls.map(({ id }, at) => (
        <div key={id} class="console-line line-alert" role="alert" data-testid="call" ref={first}>
          <p class="call-words">
            <PhoneCall size={20} class="rings" />
            {t("call.from", { name: callers[at] ?? "" })}
          </p>
          <KeyButton name={t("call.seen")} k="call" testid="call-seen" look="alert" onClick={() => commands.answerCall(id)} />
        </div>
      ))}
      {own && (
        <p class="console-line" role="status" data-testid="call-own">
          {t("call.waiting")}
        </p>
      )}
      {colleagues.map((name) => (
        <p key={name} class="console-line" role="status">
          {t("call.colleague", { name })}
        </p>
      ))}
    </>
  );
}

function focusOn(testid: string): void {
  document.querySelector<HTMLElement>(`.console [data-testid="${testid}"]`)?.focus();
}

/** Keys of keys.ts, while no dialog is open: before the meeting's own, of which some mean something else here. */
function useConsoleKeys(drawer: Drawer, open: (drawer: Drawer) => void): void {
  const booth = useBooth();
  const commands = useCommands();
  const store = useStore();
  const does = useMemo((): Record<ConsoleKey, () => void> => {
    const console = (): ReturnType<typeof store.get>["console"] => store.get().console;
    const out = (at: number): void => {
      const tag = personOf(store.get(), store.get().me)?.interprets[at];
      if (tag !== undefined) booth.setOutgoing(tag);
    };
    const shelf = (which: "bass" | "treble", step: number): void =>
      booth.setTone({ [which]: Math.min(SHELF.most, Math.max(SHELF.least, console().tone[which] + step)) });
    const toggle = (which: Drawer) => (): void => open(drawer === which ? "none" : which);
    return {
      air: () => booth.setOnAir(store.get().onAir === null),
      cough: () => booth.cough(true),
      outA: () => out(0),
      outB: () => out(1),
      floor: () => booth.preselect("floor"),
      next: () => nextChannel(store.get(), (tag) => booth.preselect(tag)),
      auto: () => booth.preselect("auto"),
      handover: () => booth.handOver(),
      refuse: () => booth.refuse(),
      take: () => booth.takeOver(),
      partner: () => booth.listenToColleague(store.get().partner === null),
      slow: () => booth.slowDown(),
      insufficient: () => booth.setInsufficient(!isInsufficient(store.get())),
      louder: () => booth.setTone({ volume: console().tone.volume + VOLUME_STEP }),
      quieter: () => booth.setTone({ volume: console().tone.volume - VOLUME_STEP }),
      bassDown: () => shelf("bass", -1),
      bassUp: () => shelf("bass", 1),
      trebleDown: () => shelf("treble", -1),
      trebleUp: () => shelf("treble", 1),
      floorLanguage: () => focusOn("floor-language"),
      hold: () => focusOn("hold"),
      reminder: () => focusOn("reminder"),
      chat: toggle("chat"),
      call: () => booth.call(),
      glossary: toggle("glossary"),
      headphones: toggle("headphones"),
      test: toggle("test"),
      dismiss: () => (console().alert?.kind === "off-air" ? booth.dismissAlert() : booth.dismissReminder()),
      keys: toggle("keys"),
    };
  }, [booth, drawer, open]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "Escape" && drawer !== "none" && !event.isComposing) {
        open("none");
        return;
      }
      const pressing = shortcutsEnabled() ? consoleKeyOf(event) : null;
      if (!pressing) return;
      event.preventDefault(); // the meeting's own keys see that it is taken
      if ("does" in pressing) does[pressing.does]();
      else nthChannel(store.get(), pressing.channel, (tag) => booth.preselect(tag));
    };
    const released = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() === "c") booth.cough(false);
    };
    document.addEventListener("keydown", pressed, true);
    document.addEventListener("keyup", released, true);
    return () => {
      document.removeEventListener("keydown", pressed, true);
      document.removeEventListener("keyup", released, true);
    };
  }, [does, commands]);
}

type Channels = Pick<ReturnType<ReturnType<typeof useStore>["get"]>, "languages" | "incoming" | "onAir">;

/** By its place among all channels: its number stays the same when another becomes one's own. */
function nthChannel({ languages, onAir }: Channels, at: number, preselect: (tag: string) => void): void {
  const channel = languages.channels[at];
  if (channel && !channel.sign && channel.language !== onAir) preselect(channel.language);
}

function nextChannel({ languages, incoming, onAir }: Channels, preselect: (tag: string) => void): void {
  const tags = languages.channels.filter(({ sign, language }) => !sign && language !== onAir).map(({ language }) => language);
  const next = tags[tags.indexOf(incoming) + 1];
  preselect(next ?? "floor");
}

