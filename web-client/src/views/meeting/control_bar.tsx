/** Always in reach: microphone, camera, hand, language, and the way out. Names stay, icons and aria-pressed tell the state. */
import type { ComponentChildren } from "preact";
import type { Shortcut } from "../shortcuts";
import { shortcutsOf } from "../shortcuts";
import { handPlace, mayChooseLanguage } from "../selectors";
import { useSelected, useText } from "../context";
import { ChevronDown, Ellipsis, Hand, Languages, LogOut, MessageSquare, Mic, MicOff, MonitorUp, Users, Video, VideoOff, type Icon } from "../icons";
import { useHeardName } from "../parts/hearing";
import type { Actions } from "./actions";

interface BarButtonProps {
  icon: Icon;
  words: ComponentChildren;
  /** What the control is, for screen readers and the tooltip; contains the words. */
  name: string;
  onClick(): void;
  testid: string;
  pressed?: boolean;
  /** What a pressed look means differs: a microphone that is off is what stands out, a raised hand too. */
  look?: "off" | "raised" | "on" | "leave";
  shortcut?: Shortcut;
  className?: string;
  /** A number at the icon; the name says what it counts. */
  badge?: { text: string; look: "news" | "hand" | "quiet" } | null;
  expanded?: boolean;
  /** It opens a dialog. */
  popup?: boolean;
}

function BarButton({ icon: Sign, words, name, onClick, testid, pressed, look, shortcut, className, badge, expanded, popup }: BarButtonProps) {
  const { t } = useText();
  const inBooth = useSelected((state) => state.booth !== null);
  const key = shortcutsOf(inBooth).find(({ does }) => does === shortcut)?.key.toUpperCase();
  return (
    <button
      type="button"
      class={["bar-button", look ? `bar-${look}` : "", className ?? ""].filter(Boolean).join(" ")}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-haspopup={popup ? "dialog" : undefined}
      aria-label={name}
      title={key ? t("bar.key", { name, key }) : name}
      data-testid={testid}
      onClick={onClick}
    >
      <span class="bar-icon">
        <Sign size={20} />
        {badge && <span class={`badge badge-${badge.look}`} data-count={badge.text} />}
      </span>
      <span class="bar-words">{words}</span>
    </button>
  );
}

export function ControlBar({ actions }: { actions: Actions }) {
  const { t } = useText();
  const mayPublish = useSelected((state) => state.may.has("publish"));
  const mayHand = useSelected((state) => state.may.has("hand"));
  const chooses = useSelected(mayChooseLanguage);
  const microphone = useSelected((state) => state.microphone);
  const camera = useSelected((state) => state.camera);
  const raised = useSelected((state) => handPlace(state, state.me) > 0);
  // An interpreter's other microphone is at the console.
  const inBooth = useSelected((state) => state.booth !== null);
  const mic = inBooth ? { words: t("bar.floor"), name: t("bar.floorMic") } : { words: t("bar.mic"), name: t("bar.mic") };
  return (
    <div class={chooses ? "bar bar-full" : "bar"} role="group" aria-label={t("bar.label")}>
      <div class="bar-group bar-middle">
        {mayPublish && (
          <>
            <BarButton
              icon={microphone === "on" ? Mic : MicOff} words={mic.words} name={mic.name} pressed={microphone === "on"} testid="mic"
              shortcut="mic" onClick={actions.mic} {...(microphone === "on" ? {} : { look: "off" })}
            />
            <BarButton
              icon={camera === "on" ? Video : VideoOff} words={t("bar.camera")} name={t("bar.camera")} pressed={camera === "on"} testid="camera"
              shortcut="camera" onClick={actions.camera} {...(camera === "on" ? {} : { look: "off" })}
            />
          </>
        )}
        <ScreenButton actions={actions} />
        {mayHand && (
          <BarButton
            icon={Hand} words={t("bar.hand")} name={t("bar.handName")} pressed={raised} testid="hand" shortcut="hand" onClick={actions.hand}
            {...(raised ? { look: "raised" } : {})}
          />
        )}
        {chooses && <LanguageButton actions={actions} />}
      </div>
      <div class="bar-group bar-end">
        <ChatButton actions={actions} />
        <PeopleButton actions={actions} />
        <BarButton icon={Ellipsis} words={t("bar.more")} name={t("bar.more")} testid="more" onClick={actions.more} />
        <BarButton icon={LogOut} words={t("bar.leave")} name={t("bar.leaveName")} testid="leave" look="leave" onClick={actions.leave} />
      </div>
    </div>
  );
}

function ScreenButton({ actions }: { actions: Actions }) {
  const { t } = useText();
  const share = useSelected((state) => state.screenShare);
  if (!actions.canShare) return null;
  return (
    <BarButton
      icon={MonitorUp} words={t("bar.screen")} name={t("bar.screenName")} pressed={share !== "off"} testid="screen" shortcut="screen" onClick={actions.screen}
      className="bar-wide" {...(share === "off" ? {} : { look: "on" })}
    />
  );
}

/** "Hearing: English", on a narrow page the language alone. */
function LanguageButton({ actions }: { actions: Actions }) {
  const { t } = useText();
  const language = useHeardName();
  const name = t("bar.hearing", { language });
  const words = (
    <>
      <span class="bar-language-wide">{name}</span>
      <span class="bar-language-narrow">{language}</span>
      <ChevronDown size={16} />
    </>
  );
  return <BarButton icon={Languages} words={words} name={name} testid="language" shortcut="language" onClick={actions.language} className="bar-language" popup />;
}

function ChatButton({ actions }: { actions: Actions }) {
  const { t } = useText();
  const unread = useSelected((state) => state.unread);
  const open = useSelected((state) => state.panel === "chat");
  return (
    <BarButton
      icon={MessageSquare} words={t("bar.chat")} name={t("bar.chatName", { n: unread })} expanded={open} testid="chat" shortcut="chat" onClick={actions.chat}
      badge={unread > 0 ? { text: unread > 99 ? "99+" : String(unread), look: "news" } : null} {...(open ? { look: "on" } : {})}
    />
  );
}

function PeopleButton({ actions }: { actions: Actions }) {
  const { t } = useText();
  const count = useSelected((state) => state.people.size);
  const hands = useSelected((state) => state.hands.length);
  const open = useSelected((state) => state.panel === "people");
  return (
    <BarButton
      icon={Users} words={t("bar.people")} name={t("bar.peopleName", { n: count, hands })} expanded={open} testid="people" shortcut="people"
      onClick={actions.people} className="bar-wide" {...(open ? { look: "on" } : {})}
      badge={hands > 0 ? { text: String(hands), look: "hand" } : { text: String(count), look: "quiet" }}
    />
  );
}
