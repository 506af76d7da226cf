import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { BoothMessage, ChatMessage, State, Unsaid } from "../../core/state";
import { clockTime } from "../../text/times";
import { linkify } from "../linkify";
import { leadsAgenda } from "../selectors";
import { useCommands, useSelected, useText } from "../context";
import { ArrowDown, CircleQuestionMark, MessageSquare, SendHorizontal } from "../icons";
import { Button } from "../parts/basics";
import { Panel } from "./panel";

/** The protocol's limit, in UTF-16 units where it counts code points: never more than allowed. */
const LONGEST = 2000;

/** Whom a host writes to: everybody, all booths, or one. */
type Place = { to: "everybody" } | { to: "booths"; booth: string };
/** On a good link the answer is there before, and nothing flickers. */
const WAITS_MS = 700;
const EVERYBODY: Place = { to: "everybody" };

export function ChatPanel() {
  const { t } = useText();
  const mayChat = useSelected((state) => state.may.has("chat"));
  const booths = useSelected(boothsToWriteTo, sameNames);
  const commands = useCommands();
  const [chosen, setPlace] = useState<Place>(EVERYBODY);
  const place = booths.length > 0 ? chosen : EVERYBODY;
  const writes = mayChat && !matchMedia("(pointer: coarse)").matches;
  const send = (text: string): void => (place.to === "everybody" ? commands.sendChat(text) : commands.sendBoothChat(place.booth, text));
  return (
    <Panel title={t("chat.title")} ownFocus={writes}>
      {booths.length > 0 && <PlaceField booths={booths} place={place} onChange={setPlace} />}
      <ChatLog place={place.to} />
      {mayChat ? <Composer focused={writes} onSend={send} label={t(place.to === "everybody" ? "chat.input" : "chat.boothInput")} /> : <p class="panel-note">{t("chat.closed")}</p>}
    </Panel>
  );
}

/** Of hosts, who have no console; interpreters write there. */
export function boothsToWriteTo({ role, people, boothChat }: Pick<State, "role" | "people" | "boothChat">): readonly string[] {
  if (role !== "host") return NO_BOOTHS;
  const names = [...people.values()].map(({ booth }) => booth ?? "").concat(boothChat.map(({ booth }) => booth));
  return [...new Set(names)].filter((name) => name !== "").sort();
}
const NO_BOOTHS: readonly string[] = [];
const sameNames = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, at) => name === b[at]);

function PlaceField({ booths, place, onChange }: { booths: readonly string[]; place: Place; onChange(place: Place): void }) {
  const { t } = useText();
  return (
    <label class="field chat-place">
      <span class="field-label">{t("chat.with")}</span>
      <select
        value={place.to === "everybody" ? "everybody" : `booth ${place.booth}`} data-testid="chat-place"
        onChange={({ currentTarget: { value } }) => onChange(value === "everybody" ? EVERYBODY : { to: "booths", booth: value.slice("booth ".length) })}
      >
        <option value="everybody">{t("chat.everybody")}</option>
        <option value="booth ">{t("chat.allBooths")}</option>
        {booths.map((booth) => (
          <option key={booth} value={`booth ${booth}`}>
            {t("chat.oneBooth", { booth })}
          </option>
        ))}
      </select>
    </label>
  );
}

function named({ booth, name, ...message }: BoothMessage): ChatMessage {
  return { ...message, name: booth === "" ? name : `${name} (${booth})`, question: false };
}

function ChatLog({ place }: { place: Place["to"] }) {
  const { t } = useText();
  const everybodys = useSelected((state) => state.chat);
  const booths = useSelected((state) => state.boothChat);
  const questions = everybodys.filter(({ question }) => question).length;
  const [wanted, setFiltered] = useState(false);
  const filtered = wanted && questions > 0;
  const chat = place !== "everybody" ? booths.map(named) : filtered ? everybodys.filter(({ question }) => question) : everybodys;
  const me = useSelected((state) => state.me);
  const leads = useSelected(leadsAgenda);
  const marks = useSelected((state) => state.may.has("chat")) && place === "everybody";
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [below, setBelow] = useState(false);
  const last = chat[chat.length - 1];
  const waiting = useWaiting(place === "everybody");

  const toEnd = (): void => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  };
  useLayoutEffect(() => {
    // Who reads further up isn't pulled away; who has just written wants to see it.
    if (atEnd.current || (last && last.from === me)) toEnd();
    else setBelow(true);
  }, [last?.id, place, filtered]);
  useLayoutEffect(() => {
    if (waiting.length > 0) toEnd();
  }, [waiting.length]);
  const scrolled = (): void => {
    const element = log.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 32;
    if (atEnd.current) setBelow(false);
  };

  return (
    <>
      {place === "everybody" && questions > 0 && (
        <div class="chat-filter">
          <button type="button" class="button button-small" aria-pressed={filtered} onClick={() => setFiltered(!filtered)} data-testid="questions">
            <CircleQuestionMark size={16} />
            <span>{t("chat.questions", { n: questions })}</span>
          </button>
        </div>
      )}
      <div class="chat">
        <div class="chat-log" ref={log} onScroll={scrolled} role="log" aria-label={t("chat.log")} tabIndex={0}>
          {chat.length + waiting.length === 0 ? (
            <div class="empty">
              <MessageSquare size={28} />
              <strong>{t("chat.empty")}</strong>
              <p>{t(place === "everybody" ? "chat.emptyHint" : "chat.boothHint")}</p>
            </div>
          ) : (
            <ol class="messages">
              {chat.map((message, at) => (
                <Message
                  key={message.id} message={message} own={message.from === me} follows={!filtered && follows(chat[at - 1], message)}
                  marks={marks && (leads || message.from === me)}
                />
              ))}
              {waiting.map((one) => (
                <Waiting key={`waits ${one.key}`} text={one.text} />
              ))}
            </ol>
          )}
        </div>
        {below && (
          <div class="chat-below">
            <Button small icon={ArrowDown} onClick={toEnd}>
              {t("chat.newBelow")}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

/** Own messages that the server hasn't taken for so long that one should see it. */
function useWaiting(isHere: boolean): readonly Unsaid[] {
  const unsaid = useSelected((state) => state.unsaid);
  const [since, setSince] = useState<readonly Unsaid[]>([]);
  useEffect(() => {
    const timer = unsaid.length > 0 ? setTimeout(() => setSince(unsaid), WAITS_MS) : undefined;
    return () => clearTimeout(timer);
  }, [unsaid]);
  return isHere ? since.filter((one) => unsaid.includes(one)) : [];
}

function Waiting({ text }: { text: string }) {
  const { t } = useText();
  const isLost = useSelected((state) => state.link.at === "signalling-lost");
  return (
    <li class="message message-own message-waits" data-testid="message-waits">
      <p class="message-text" dir="auto">{text}</p>
      <p class="message-state">{t(isLost ? "chat.waits" : "chat.sending")}</p>
    </li>
  );
}

/** Same person within two minutes: the name isn't said again. */
function follows(before: ChatMessage | undefined, message: ChatMessage): boolean {
  return before !== undefined && before.from === message.from && message.at - before.at < 120_000;
}

interface MessageProps {
  message: ChatMessage;
  own: boolean;
  follows: boolean;
  /** May say that it is a question, and that it isn't. */
  marks: boolean;
}

function Message({ message, own, follows: sameHead, marks }: MessageProps) {
  const { t, dates } = useText();
  const commands = useCommands();
  const at = clockTime(dates, message.at);
  return (
    <li class={["message", own ? "message-own" : "", sameHead ? "message-follows" : "", message.question ? "message-question" : ""].filter(Boolean).join(" ")}>
      <p class={sameHead ? "unseen" : "message-head"}>
        <bdi>{own ? t("tile.you", { name: message.name }) : message.name}</bdi>
        <time dateTime={new Date(message.at).toISOString()}>{at}</time>
      </p>
      <div class="message-row">
        <p class="message-text" dir="auto">
          {message.question && (
            <span class="message-mark">
              <CircleQuestionMark size={16} />
              {t("chat.question")}
            </span>
          )}
          {linkify(message.text).map((piece, place) =>
            piece.href ? (
              <a key={place} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
                {piece.text}
              </a>
            ) : (
              piece.text
            ),
          )}
        </p>
        {marks && (
          <button
            type="button" class="mark-button" aria-pressed={message.question} aria-label={t("chat.mark")} title={t(message.question ? "chat.unmark" : "chat.mark")}
            data-testid={`mark-${message.id}`} onClick={() => commands.markQuestion(message.id, !message.question)}
          >
            <CircleQuestionMark size={16} />
          </button>
        )}
      </div>
    </li>
  );
}

function Composer({ focused, label, onSend }: { focused: boolean; label: string; onSend(text: string): void }) {
  const { t } = useText();
  const [text, setText] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (focused) area.current?.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, 144)}px`;
  }, [text]);
  const send = (): void => {
    const words = text.trim();
    if (!words) return;
    onSend(words);
    setText("");
  };
  const left = LONGEST - text.length;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {left <= 100 && (
        <p class="composer-left" role="status">
          {t("chat.left", { n: left })}
        </p>
      )}
      <textarea
        ref={area} rows={1} value={text} maxLength={LONGEST} dir="auto" aria-label={label} placeholder={label} data-testid="chat-input"
        enterkeyhint="send"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          // Enter while choosing Chinese characters chooses them (isComposing; Safari says 229).
          if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="send-button" aria-label={t("chat.send")} title={t("chat.send")} disabled={text.trim() === ""} data-testid="chat-send">
        <SendHorizontal size={20} class="mirrored-in-rtl" />
      </button>
    </form>
  );
}
