/** A recording to be played: its player lives as long as this is on the page. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Archive, Meeting, Recording } from "../../core/archive/answer";
import { type Captions, type Layout, readPlace, readWatching, type Watching, writePlace, writeWatching } from "../../core/archive/memory";
import { Player, RATES } from "../../core/archive/player";
import { chapterAt } from "../../core/archive/timeline";
import { firstChoice, languagesOf } from "../../core/languages";
import { useFullScreen, useMedia } from "../parts/hooks";
import { shortcutsEnabled } from "../shortcuts";
import { Chapters } from "./chapters";
import { ThePlayer } from "./context";
import { Controls } from "./controls";
import { KeysDialog, LinkDialog } from "./dialogs";
import { actionOf } from "./keys";
import { Notes, Resumed } from "./notes";
import { SeekBar } from "./seek_bar";
import { Speaking, Stage } from "./stage";
import { Talk } from "./talk";

const SAVE_MS = 5000;

interface RecordingViewProps {
  meeting: Meeting;
  recording: Recording;
  archive: Archive;
  /** The link's moment; null: where one stopped. */
  at: number | null;
  visit: number;
  /** From here on that moment is the past. */
  onTaken(): void;
  renew(): Promise<"fine" | "closed" | "offline">;
  /** Its files can't be read: it may have been deleted, or be made again. */
  onDoubt(): void;
}

export interface View {
  layout: Layout;
  captions: Captions;
  sign: boolean;
}

/** What was chosen last, else the visitor's own language where it is spoken or interpreted. */
function firstLanguage({ programs }: Archive): string {
  const remembered = readWatching().language;
  const floor = programs.find(({ id }) => id === "floor")?.language;
  const channels = programs.filter(({ id }) => id !== "floor").map(({ id }) => id);
  const languages = languagesOf({ floors: floor ? [floor] : [], channels });
  return firstChoice(languages, remembered === "floor" ? "" : remembered, navigator.languages) || "floor";
}

/** The player, and from where it went on (null: from a link, or the beginning). */
function usePlayerOf({ meeting, recording, archive, at, renew, onDoubt }: RecordingViewProps): { player: Player; resumed: number | null } {
  const made = useMemo(() => {
    const resumed = at === null ? readPlace(meeting.name, recording.id, archive.duration) : null;
    const { rate, volume } = readWatching();
    const player = new Player({
      archive, base: recording.base, at: Math.min(at ?? resumed ?? 0, archive.duration), language: firstLanguage(archive), volume: volume ?? 1, renew, doubt: onDoubt,
      saving: (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true, rate: RATES.find((one) => one === rate) ?? 1,
    });
    return { player, resumed };
  }, [archive]);
  useEffect(() => () => made.player.close(), [made]);
  return made;
}

/** Keeps the place on the device while it moves, and when the page goes. */
function useSavedPlace(player: Player, meeting: string, recording: string): void {
  useEffect(() => {
    let saved = player.now();
    const save = (): void => {
      const at = player.now();
      if (Math.abs(at - saved) > 0.5) writePlace(meeting, recording, at, Date.now());
      saved = at;
    };
    const timer = setInterval(save, SAVE_MS);
    const hidden = (): void => { if (document.visibilityState === "hidden") save(); };
    addEventListener("pagehide", save);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      save();
      clearInterval(timer);
      removeEventListener("pagehide", save);
      document.removeEventListener("visibilitychange", hidden);
    };
  }, [player]);
}

export function RecordingView(props: RecordingViewProps) {
  const { player, resumed } = usePlayerOf(props);
  const { meeting, recording, archive, at, visit } = props;
  useSavedPlace(player, meeting.name, recording.id);
  const first = useRef(true);
  useEffect(() => {
    // Another link to this recording was pressed.
    if (!first.current && at !== null) player.seek(at);
    first.current = false;
    props.onTaken();
  }, [visit]);
  return (
    <ThePlayer.Provider value={player}>
      <Watch player={player} meeting={meeting} recording={recording} archive={archive} resumed={resumed} />
    </ThePlayer.Provider>
  );
}

function useView(): [View, (change: Partial<View>) => void] {
  const [view, setView] = useState<View>(() => {
    const { layout, captions, sign } = readWatching();
    return { layout: layout ?? "both", captions: captions ?? "off", sign: sign !== "off" };
  });
  const change = (next: Partial<View>): void => {
    setView((before) => ({ ...before, ...next }));
    const { sign, ...rest } = next;
    const stored: Partial<Watching> = { ...rest, ...(sign === undefined ? {} : { sign: sign ? "on" : "off" }) };
    writeWatching(stored);
  };
  return [view, change];
}

type Opened = "none" | "link" | "keys";
const WIDE = "(min-width: 1100px)";

function Watch({ player, meeting, recording, archive, resumed }: {
  player: Player; meeting: Meeting; recording: Recording; archive: Archive; resumed: number | null;
}) {
  const [view, setView] = useView();
  const [talk, setTalk] = useState(true);
  const [opened, setOpened] = useState<Opened>("none");
  const [languages, setLanguages] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const fullScreen = useFullScreen();
  const wide = useMedia(WIDE);
  const toggleFullScreen = (): void => {
    const done = document.fullscreenElement ? document.exitFullscreen() : box.current?.requestFullscreen();
    done?.catch(() => undefined); // refused without a gesture: the page stays as it is
  };
  useKeys(player, archive, {
    fullScreen: toggleFullScreen, chat: () => setTalk((shown) => !shown), help: () => setOpened("keys"), language: () => setLanguages((shown) => !shown),
  }, opened === "none");
  return (
    <div class="watch" data-talk={talk}>
      {wide && <Chapters archive={archive} base={recording.base} />}
      <div class="watch-main">
        <section class="player" ref={box} data-player data-full={fullScreen.on}>
          <Stage archive={archive} base={recording.base} view={view} />
          <Speaking archive={archive} />
          <SeekBar archive={archive} base={recording.base} />
          <Controls
            archive={archive} view={view} onView={setView} languages={languages} onLanguages={setLanguages} talk={talk} onTalk={setTalk}
            fullScreen={{ supported: fullScreen.supported, on: fullScreen.on, toggle: toggleFullScreen }} onLink={() => setOpened("link")} onKeys={() => setOpened("keys")}
          />
        </section>
        <Notes archive={archive} />
        {resumed !== null && <Resumed at={resumed} />}
      </div>
      {!wide && <Chapters archive={archive} base={recording.base} />}
      {talk && <Talk archive={archive} />}
      {opened === "link" && <LinkDialog meeting={meeting} recording={recording} onClose={() => setOpened("none")} />}
      {opened === "keys" && <KeysDialog onClose={() => setOpened("none")} />}
    </div>
  );
}

function useKeys(player: Player, archive: Archive, page: Record<"fullScreen" | "chat" | "help" | "language", () => void>, wanted: boolean): void {
  const now = useRef(page);
  now.current = page;
  useEffect(() => {
    if (!wanted) return undefined;
    const press = (event: KeyboardEvent): void => {
      const action = shortcutsEnabled() ? actionOf(event) : null;
      if (!action) return;
      event.preventDefault();
      if ("seconds" in action) player.skip(action.seconds);
      else if ("change" in action) setVolume(player, player.get().volume + action.change);
      else if (action.do === "speed") setRate(player, action.steps);
      else if (action.do === "chapter") toChapter(player, archive, action.steps);
      else if ("n" in action) player.seek((archive.duration * action.n) / 10);
      else if (action.do === "play") player.toggle();
      else if (action.do === "mute") player.setVolume(player.get().volume, !player.get().muted);
      else now.current[action.do]();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [player, wanted]);
}

export function setVolume(player: Player, volume: number): void {
  player.setVolume(volume);
  writeWatching({ volume: player.get().volume });
}

export function setRate(player: Player, steps: number): void {
  const at = RATES.findIndex((rate) => rate === player.get().rate);
  const rate = RATES[Math.max(0, Math.min(RATES.length - 1, at + steps))] ?? 1;
  player.setRate(rate);
  writeWatching({ rate });
}

/** Back goes to the beginning of this part first. */
function toChapter(player: Player, { chapters }: Archive, steps: number): void {
  const now = chapterAt(chapters, player.now());
  const begun = now >= 0 && player.now() - (chapters[now]?.at ?? 0) > 3;
  const to = chapters[steps < 0 && begun ? now : now + steps];
  player.seek(to?.at ?? (steps < 0 ? 0 : player.now()));
}
