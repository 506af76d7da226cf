/** The meeting: pictures in the middle, words and controls below, people or chat at the side. */
import { useState } from "preact/hooks";
import { useCommands, useSelected, useText } from "../context";
import { LayoutGrid, Maximize, Minimize, SquareUser } from "../icons";
import { IconButton } from "../parts/basics";
import { LanguageDialog } from "../parts/hearing";
import { useAskBeforeUnload, useFullScreen, useMedia } from "../parts/hooks";
import { LoadFailed, useLoaded } from "../parts/lazy";
import { SoundBanner, Sounds } from "../parts/sounds";
import { Toasts } from "../parts/toasts";
import { Advice } from "./advice";
import { type Actions, useActions, useShortcuts } from "./actions";
import { Calls } from "./calls";
import { AgendaPanel } from "./agenda_panel";
import { ChatPanel } from "./chat_panel";
import { ControlBar } from "./control_bar";
import { DevicesDialog, EndDialog, HelpDialog, LeaveDialog, MoreDialog, type Opened } from "./dialogs";
import { LinkDialog } from "./link_dialog";
import { LanguagesDialog } from "./languages_dialog";
import { Panel } from "./panel";
import { PeoplePanel } from "./people_panel";
import { Pictures } from "./pictures";
import { StatusLine } from "./status_line";
import { useQuiet } from "./quiet";
import { partNow } from "../selectors";

export function Meeting() {
  const [opened, setOpened] = useState<Opened>("none");
  const panel = useSelected((state) => state.panel);
  const fullScreen = useFullScreen();
  const actions = useActions(setOpened);
  useShortcuts(actions, fullScreen, () => setOpened("help"));
  const low = useMedia("(max-height: 480px) and (orientation: landscape)");
  const inBooth = useSelected((state) => state.booth !== null);
  const quiet = useQuiet(low && !inBooth && panel === "none" && opened === "none");
  const { shown, missing } = useConsole();
  useAskBeforeUnload(useSelected((state) => state.sending > 0));
  const close = (): void => setOpened("none");

  return (
    <div class="meeting" data-panel={panel} data-low={low} data-quiet={quiet} data-booth={inBooth}>
      <Top fullScreen={fullScreen} actions={actions} />
      <div class="notices">
        <Calls />
        <SoundBanner />
        <Advice />
        {missing}
        <Toasts />
      </div>
      <main class="meeting-main">
        <Pictures />
      </main>
      {shown}
      {panel === "people" && <PeoplePanel />}
      {panel === "chat" && <ChatPanel />}
      {panel === "agenda" && <AgendaPanel />}
      {panel === "files" && <Files />}
      <footer class="meeting-bottom">
        <StatusLine />
        <ControlBar actions={actions} />
      </footer>
      <Sounds />
      {opened === "more" && <MoreDialog actions={actions} fullScreen={fullScreen} onOpen={setOpened} />}
      {opened === "language" && <LanguageDialog onClose={close} />}
      {opened === "languages" && <LanguagesDialog onClose={close} />}
      {opened === "devices" && <DevicesDialog onClose={close} />}
      {opened === "help" && <HelpDialog onClose={close} />}
      {opened === "link" && <LinkDialog onClose={close} />}
      {opened === "leave" && <LeaveDialog onClose={close} />}
      {opened === "end" && <EndDialog onClose={close} />}
    </div>
  );
}

const loadConsole = async () => (await import("../booth/console")).default;
const loadFiles = async () => (await import("../files/panel")).default;

/** An interpreter's: nobody else loads it. Where it can't be loaded its place is among the notices. */
function useConsole() {
  const { t } = useText();
  const commands = useCommands();
  const ready = useSelected((state) => state.booth !== null && state.console.ready);
  const { View, failed, again } = useLoaded(loadConsole, ready);
  return {
    // The console's logic is there a moment before the state says so, but never after.
    shown: ready && View && commands.booth ? <View /> : null,
    missing: ready && failed && <LoadFailed words={t("booth.failed")} again={t("app.tryAgain")} onAgain={again} />,
  };
}

/** For who opens them: nobody else loads them. */
function Files() {
  const { t } = useText();
  const { View, failed, again } = useLoaded(loadFiles);
  if (View) return <View />;
  return <Panel title={t("more.files")}>{failed && <LoadFailed words={t("files.failed")} again={t("app.tryAgain")} onAgain={again} />}</Panel>;
}

function Top({ fullScreen, actions }: { fullScreen: ReturnType<typeof useFullScreen>; actions: Actions }) {
  const { t } = useText();
  const commands = useCommands();
  const title = useSelected((state) => state.meeting?.title || state.meeting?.name || "");
  const layout = useSelected((state) => state.layout);
  const part = useSelected(partNow);
  return (
    <header class="meeting-top">
      <div class="meeting-heading" data-part={part !== null}>
        <h1 class="meeting-title">{title}</h1>
        {part && (
          <button type="button" class="meeting-part" onClick={actions.agenda} title={t("agenda.title")} data-testid="part">
            <span class="unseen">{t("agenda.title")}: </span>
            <span role="status">
              {t("agenda.part", { n: part.number })}
              {[part.subject, part.sharer].filter(Boolean).map((words) => (
                <bdi key={words}> · {words}</bdi>
              ))}
            </span>
          </button>
        )}
      </div>
      <button
        type="button" class="button button-quiet button-small top-layout" data-testid="layout"
        onClick={() => commands.setLayout(layout === "speaker" ? "gallery" : "speaker")}
      >
        {layout === "speaker" ? <LayoutGrid size={20} /> : <SquareUser size={20} />}
        <span>{t(layout === "speaker" ? "more.gallery" : "more.speaker")}</span>
      </button>
      {fullScreen.supported && (
        <span class="top-full-screen">
          <IconButton icon={fullScreen.on ? Minimize : Maximize} label={t(fullScreen.on ? "more.endFullScreen" : "more.fullScreen")} onClick={fullScreen.toggle} />
        </span>
      )}
    </header>
  );
}
