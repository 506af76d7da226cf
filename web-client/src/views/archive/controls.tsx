/** The buttons under the picture. The first row moves and sounds, the second chooses what is heard and seen. */
import type { ComponentChildren } from "preact";
import type { Archive } from "../../core/archive/answer";
import { type Captions, type Layout, writeWatching } from "../../core/archive/memory";
import { RATES } from "../../core/archive/player";
import {
  Captions as CaptionsIcon, Check, Columns2, Gauge, Hand, type Icon, Keyboard, Link, Maximize, MessageSquare, Minimize, Pause, Play, RotateCcw, RotateCw, Volume2, VolumeOff,
} from "../icons";
import type { FullScreen } from "../parts/hooks";
import { usePlayer, usePlaying, useWords } from "./context";
import { LanguageMenu } from "./language_menu";
import { setVolume, type View } from "./recording_view";

interface ControlsProps {
  archive: Archive;
  view: View;
  onView(change: Partial<View>): void;
  languages: boolean;
  onLanguages(shown: boolean): void;
  talk: boolean;
  onTalk(shown: boolean): void;
  fullScreen: FullScreen;
  onLink(): void;
  onKeys(): void;
}

export function Controls({ archive, view, onView, languages, onLanguages, talk, onTalk, fullScreen, onLink, onKeys }: ControlsProps) {
  const { t } = useWords();
  return (
    <div class="controls">
      <div class="controls-row">
        <Moves />
        <Loudness />
        <span class="controls-gap" />
        <Sign icon={MessageSquare} label={t(talk ? "talk.hide" : "talk.show")} onClick={() => onTalk(!talk)} pressed={talk} testid="chat" />
        <Sign icon={Link} label={t("player.link")} onClick={onLink} testid="link" />
        <Sign icon={Keyboard} label={t("player.keys")} onClick={onKeys} testid="keys" only="keys" />
        {fullScreen.supported && (
          <Sign icon={fullScreen.on ? Minimize : Maximize} label={t(fullScreen.on ? "player.endFullScreen" : "player.fullScreen")} onClick={fullScreen.toggle} testid="full-screen" />
        )}
      </div>
      <div class="controls-row controls-choices">
        <LanguageMenu archive={archive} opened={languages} onOpen={onLanguages} />
        <Speed />
        <ViewChoice archive={archive} view={view} onView={onView} />
        <TextChoice archive={archive} view={view} onView={onView} />
      </div>
    </div>
  );
}

function Sign({ icon: Mark, label, onClick, pressed, testid, only }: {
  icon: Icon; label: string; onClick(): void; pressed?: boolean; testid: string; only?: string;
}) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} aria-pressed={pressed} onClick={onClick} data-testid={testid} data-only={only}>
      <Mark size={20} />
    </button>
  );
}

function Moves() {
  const { t } = useWords();
  const player = usePlayer();
  const playing = usePlaying((state) => state.playing);
  const words = t(playing ? "player.pause" : "player.play");
  return (
    <>
      <Sign icon={RotateCcw} label={t("player.back")} onClick={() => player.skip(-10)} testid="back" />
      <button type="button" class="play-button" aria-label={words} title={words} onClick={() => player.toggle()} data-testid="play" data-playing={playing}>
        {playing ? <Pause size={24} /> : <Play size={24} />}
      </button>
      <Sign icon={RotateCw} label={t("player.forward")} onClick={() => player.skip(10)} testid="forward" />
    </>
  );
}

function Loudness() {
  const { t, tag } = useWords();
  const player = usePlayer();
  const volume = usePlaying((state) => state.volume);
  const muted = usePlaying((state) => state.muted || state.volume === 0);
  return (
    <span class="loudness">
      <Sign icon={muted ? VolumeOff : Volume2} label={t(muted ? "player.unmute" : "player.mute")} onClick={() => player.setVolume(volume || 0.5, !muted)} testid="mute" />
      <input
        type="range" min={0} max={1} step={0.05} value={muted ? 0 : volume} aria-label={t("player.volume")} data-testid="volume"
        aria-valuetext={new Intl.NumberFormat(tag, { style: "percent" }).format(muted ? 0 : volume)} onInput={(event) => setVolume(player, Number(event.currentTarget.value))}
      />
    </span>
  );
}

function Choice({ icon: Mark, label, children, value, onChange, testid }: {
  icon: Icon; label: string; children: ComponentChildren; value: string; onChange(value: string): void; testid: string;
}) {
  return (
    <label class="choice" title={label}>
      <Mark size={18} />
      <span class="unseen">{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)} data-testid={testid}>
        {children}
      </select>
    </label>
  );
}

function Speed() {
  const { t, tag } = useWords();
  const player = usePlayer();
  const rate = usePlaying((state) => state.rate);
  const choose = (value: string): void => {
    player.setRate(Number(value));
    writeWatching({ rate: Number(value) });
  };
  return (
    <Choice icon={Gauge} label={t("player.speed")} value={String(rate)} onChange={choose} testid="speed">
      {RATES.map((one) => (
        <option key={one} value={String(one)}>{t("player.speedOf", { rate: new Intl.NumberFormat(tag).format(one) })}</option>
      ))}
    </Choice>
  );
}

const LAYOUTS = { both: "player.viewBoth", screen: "player.viewScreen", stage: "player.viewStage", sound: "player.viewSound" } as const;

function ViewChoice({ archive: { pictures }, view, onView }: { archive: Archive; view: View; onView(change: Partial<View>): void }) {
  const { t } = useWords();
  const has = (id: string): boolean => pictures.some((one) => one.id === id);
  const layouts = (Object.keys(LAYOUTS) as Layout[]).filter((one) => one === "sound" || (one === "both" ? has("stage") && has("screen") : has(one)));
  const signs = pictures.some(({ id }) => id.startsWith("sign-"));
  // A remembered layout that this recording hasn't got is drawn as what it falls back to.
  const value = layouts.includes(view.layout) ? view.layout : (layouts[0] ?? "sound");
  return (
    <>
      {layouts.length > 1 && (
        <Choice icon={Columns2} label={t("player.view")} value={value} onChange={(layout) => onView({ layout: layout as Layout })} testid="view">
          {layouts.map((one) => <option key={one} value={one}>{t(LAYOUTS[one])}</option>)}
        </Choice>
      )}
      {signs && (
        <button type="button" class="choice-button" aria-pressed={view.sign} onClick={() => onView({ sign: !view.sign })} data-testid="sign">
          {view.sign ? <Check size={18} /> : <Hand size={18} />} {t("player.sign")}
        </button>
      )}
    </>
  );
}

const TEXTS = { off: "player.captionsOff", speakers: "player.captionsSpeakers", chat: "player.captionsChat", captions: "player.captionsWords" } as const;

function TextChoice({ archive, view, onView }: { archive: Archive; view: View; onView(change: Partial<View>): void }) {
  const { t } = useWords();
  const there = { off: true, speakers: archive.speakers.length > 0, chat: archive.chat.length > 0, captions: archive.captions.length > 0 };
  const texts = (Object.keys(TEXTS) as Captions[]).filter((one) => there[one]);
  if (texts.length < 2) return null;
  return (
    <Choice icon={CaptionsIcon} label={t("player.captions")} value={there[view.captions] ? view.captions : "off"} onChange={(captions) => onView({ captions: captions as Captions })} testid="text">
      {texts.map((one) => <option key={one} value={one}>{t(TEXTS[one])}</option>)}
    </Choice>
  );
}
