/** What opens beside the pictures: chats, glossary, headphones, the booth's test, the keys. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type ChatPlace, protectionOf, VOLUME } from "../../core/booth/console_state";
import { placeOf } from "../../core/booth/colleagues";
import { clockTime } from "../../text/times";
import { SendHorizontal, X } from "../icons";
import { useSelected, useText } from "../context";
import { Button, IconButton } from "../parts/basics";
import { useBooth, useBoothText } from "./context";
import { GlossaryDrawer } from "./glossary_drawer";
import { CONSOLE_KEYS } from "./keys";
import { Cap, Slider } from "./parts";
import { unreadIn } from "./unread";

export type Drawer = "none" | "chat" | "glossary" | "headphones" | "test" | "keys";

const TITLES = { chat: "chat.label", glossary: "glossary.name", headphones: "headphones.name", test: "test.name", keys: "console.keys" } as const;

export function DrawerPanel({ drawer, onClose }: { drawer: Exclude<Drawer, "none">; onClose(): void }) {
  const { t } = useBoothText();
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Chat and glossary put the focus on their field.
    if (drawer !== "chat" && drawer !== "glossary") heading.current?.focus({ preventScroll: true });
  }, [drawer]);
  return (
    <aside class="panel console-panel" aria-label={t(TITLES[drawer])} data-testid={`drawer-${drawer}`}>
      <header class="panel-top">
        <h2 class="panel-title" ref={heading} tabIndex={-1}>
          {t(TITLES[drawer])}
        </h2>
        <IconButton icon={X} label={text.t("app.close")} onClick={onClose} testid="close-drawer" />
      </header>
      {drawer === "chat" && <ChatDrawer />}
      {drawer === "glossary" && <GlossaryDrawer />}
      {drawer === "headphones" && <HeadphonesDrawer />}
      {drawer === "test" && <TestDrawer />}
      {drawer === "keys" && <KeysDrawer />}
    </aside>
  );
}

const PLACES: readonly ChatPlace[] = ["booth", "booths", "host"];

function ChatDrawer() {
  const { t } = useBoothText();
  const booth = useBooth();
  const place = useSelected((state) => state.console.chat) ?? "booth";
  const unread = useSelected((state) => PLACES.map((one) => unreadIn(state, one)).join());
  useEffect(() => {
    booth.openChat(place);
    return () => booth.openChat(null);
  }, []);
  return (
    <>
      <div class="drawer-tabs" role="group" aria-label={t("chat.label")}>
        {PLACES.map((one, at) => {
          const n = Number(unread.split(",")[at]);
          return (
            <button
              key={one} type="button" class="drawer-tab" aria-pressed={one === place} data-testid={`chat-${one}`} onClick={() => booth.openChat(one)}
            >
              {t(`chat.${one}`)}
              {n > 0 && (
                <span class="key-count">
                  <span aria-hidden="true">{n}</span>
                  <span class="unseen">{t("chat.unread", { n })}</span>
                </span>
              )}
            </button>
          );
        })}
      </div>
      <Messages place={place} />
      <Writer key={place} place={place} />
    </>
  );
}

function Messages({ place }: { place: ChatPlace }) {
  const { t } = useBoothText();
  const { dates, t: say } = useText();
  const all = useSelected((state) => state.boothChat);
  const me = useSelected((state) => state.me);
  const messages = all.filter(({ to }) => placeOf(to) === place);
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [messages.at(-1)?.id, place]);
  return (
    <div class="panel-scroll drawer-body" ref={log} role="log" aria-label={t(`chat.${place}`)} tabIndex={0}>
      {messages.length === 0 && <p class="hint">{t("chat.empty")}</p>}
      <ol class="messages">
        {messages.map(({ id, from, name, booth, to, text, at }) => (
          <li key={id} class={from === me ? "message message-own" : "message"}>
            <p class="message-head">
              <bdi>{from === me ? say("tile.you", { name }) : name}</bdi>
              {place === "booths" && booth !== "" && <span>{booth}</span>}
              {to !== place && <span>{t("chat.hostBooth", { booth: to })}</span>}
              <time dateTime={new Date(at).toISOString()}>{clockTime(dates, at)}</time>
            </p>
            <p class="message-text" dir="auto">
              {text}
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Writer({ place }: { place: ChatPlace }) {
  const { t } = useBoothText();
  const booth = useBooth();
  const [text, setText] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!matchMedia("(pointer: coarse)").matches) field.current?.focus({ preventScroll: true });
  }, []);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        booth.sendChat(place, text);
        setText("");
      }}
    >
      <input
        ref={field} type="text" value={text} maxLength={2000} dir="auto" aria-label={`${t("chat.input")}: ${t(`chat.${place}`)}`} placeholder={t("chat.input")}
        data-testid="booth-chat-input" enterkeyhint="send" onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="send-button" aria-label={t("chat.send")} title={t("chat.send")} disabled={text.trim() === ""} data-testid="booth-chat-send">
        <SendHorizontal size={20} class="mirrored-in-rtl" />
      </button>
    </form>
  );
}

function HeadphonesDrawer() {
  const { t, tag } = useBoothText();
  const booth = useBooth();
  const console = useSelected((state) => state.console);
  const protection = useSelected(protectionOf);
  const { calibration, test, tone, exposure, tooLoud, held } = console;
  const plays = test === "reference";
  const at = calibration && new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" }).format(calibration.at);
  return (
    <div class="panel-scroll drawer-body">
      <HeadphonesQuestion />
      <h3>{t("headphones.calibrate")}</h3>
      <p class="hint">{t("headphones.how")}</p>
      <div class="row">
        <Button small kind={plays ? "plain" : "primary"} onClick={() => booth.test(plays ? "none" : "reference")} testid="reference">
          {t(plays ? "headphones.stop" : "headphones.play")}
        </Button>
        {plays && (
          <Button small kind="primary" onClick={() => booth.calibrate()} testid="calibrate">
            {t("headphones.done")}
          </Button>
        )}
      </div>
      <Slider
        name={t("tone.volume")} value={tone.volume} bounds={VOLUME} down="quieter" up="louder" testid="calibration-volume"
        onChange={(volume) => booth.setTone({ volume })}
      />
      <p role="status">{at ? t("headphones.calibrated", { time: at }) : t("headphones.uncalibrated")}</p>
      {calibration && (
        <Button small kind="quiet" onClick={() => booth.forgetCalibration()}>
          {t("headphones.forget")}
        </Button>
      )}
      {protection === "full" && calibration && exposure !== null && exposure > 0 && <p>{t("headphones.exposure", { n: exposure })}</p>}
      {protection !== "full" && <p class="drawer-caution">{t(protection === "none" ? "headphones.none" : "headphones.simple")}</p>}
      <div role="status">
        {tooLoud && <p class="drawer-caution">{t(calibration ? "headphones.tooLoud" : "headphones.tooLoudGuess")}</p>}
        {held && <p class="drawer-caution">{t("headphones.held")}</p>}
      </div>
    </div>
  );
}

function HeadphonesQuestion() {
  const { t } = useBoothText();
  const booth = useBooth();
  const headphones = useSelected((state) => state.console.headphones);
  if (headphones !== null) {
    return (
      <label class="check">
        <input type="checkbox" checked={headphones} data-testid="headphones-worn" onChange={(event) => booth.setHeadphones(event.currentTarget.checked)} />
        {t("headphones.are")}
      </label>
    );
  }
  return <AskHeadphones />;
}

/** Asked once; also above the strip, until it is answered. */
export function AskHeadphones() {
  const { t } = useBoothText();
  const booth = useBooth();
  return (
    <div class="ask-headphones">
      <p>{t("headphones.ask")}</p>
      <div class="row">
        <Button small kind="primary" onClick={() => booth.setHeadphones(true)} testid="headphones-yes">
          {t("headphones.yes")}
        </Button>
        <Button small onClick={() => booth.setHeadphones(false)} testid="headphones-no">
          {t("headphones.no")}
        </Button>
      </div>
    </div>
  );
}

function TestDrawer() {
  const { t } = useBoothText();
  const booth = useBooth();
  const test = useSelected((state) => state.console.test);
  const onAir = useSelected((state) => state.onAir !== null);
  useEffect(() => () => booth.test("none"), []);
  if (onAir) return <p class="panel-note">{t("test.onAir")}</p>;
  const words = { recording: "test.recording", playing: "test.playing", speaker: "test.speakerPlays", reference: "headphones.play", none: "test.alone" } as const;
  return (
    <div class="panel-scroll drawer-body">
      <p role="status" data-testid="test-words">
        {t(words[test])}
      </p>
      <div class="row">
        <Button kind="primary" disabled={test === "recording"} onClick={() => booth.test("recording")} testid="test-self">
          {t("test.self")}
        </Button>
        <Button onClick={() => booth.test("speaker")} testid="test-speaker">
          {t("test.speaker")}
        </Button>
        {test !== "none" && (
          <Button kind="quiet" onClick={() => booth.test("none")} testid="test-stop">
            {t("test.stop")}
          </Button>
        )}
      </div>
    </div>
  );
}

function KeysDrawer() {
  const { t } = useBoothText();
  return (
    <div class="panel-scroll drawer-body" tabIndex={0} role="region" aria-label={t("console.keys")}>
      <dl class="key-list">
        {CONSOLE_KEYS.map(({ key, words }) => (
          <div key={key}>
            <dt>
              <Cap k={key.toUpperCase()} />
              <span class="unseen">{key.toUpperCase()}</span>
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
        <div>
          <dt>
            <Cap k="1–9" />
            <span class="unseen">1–9</span>
          </dt>
          <dd>{t("key.channel")}</dd>
        </div>
      </dl>
    </div>
  );
}
