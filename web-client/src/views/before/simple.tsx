/** Pages with one thing to say: loading, refused, already here in another tab, left. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Page, Problem } from "../../core/state";
import type { Key } from "../../text/text";
import { useCommands, useSelected, useText } from "../context";
import { AppWindow, CircleAlert, CircleX, DoorOpen, type Icon } from "../icons";
import { Button, CopyButton, PageSettings } from "../parts/basics";
import { Toasts } from "../parts/toasts";

/** Frame of every page before and after the meeting. */
export function Frame({ children, wide }: { children: ComponentChildren; wide?: boolean }) {
  const { t } = useText();
  return (
    <div class="frame">
      <header class="frame-top">
        <span class="brand">
          <svg class="brand-mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <path d="M4 14v-4M9 18V6M14 15V9M19 20V4" />
          </svg>
          {t("app.name")}
        </span>
        <PageSettings compact />
      </header>
      <WeChatNotice />
      <Toasts />
      <Unsent />
      <Unsaid />
      <main class={wide ? "frame-main frame-main-wide" : "frame-main"}>{children}</main>
    </div>
  );
}

/** WeChat's own browser may have no media; it has a menu that opens the page elsewhere. */
function WeChatNotice() {
  const { t } = useText();
  const inApp = useSelected((state) => state.inAppBrowser);
  if (inApp !== "wechat") return null;
  return (
    <aside class="wechat note note-caution" aria-labelledby="wechat-title">
      <div class="note-body">
        <h2 id="wechat-title" class="note-title">
          {t("wechat.title")}
        </h2>
        <p>{t("wechat.text")}</p>
        <div class="row">
          <CopyButton text={location.href}>{t("wechat.copy")}</CopyButton>
        </div>
      </div>
    </aside>
  );
}

/** Files that this page was still sending when the meeting was over for it. */
function Unsent() {
  const { t } = useText();
  const n = useSelected((state) => state.unsent);
  if (n === 0) return null;
  return (
    <p class="frame-note note note-caution" role="alert" data-testid="unsent">
      <CircleAlert size={20} />
      {t("left.unsent", { n })}
    </p>
  );
}

/** What this person wrote and nobody has read: to be copied, or written again. */
function Unsaid() {
  const { t } = useText();
  const unsaid = useSelected((state) => state.unsaid);
  const isOut = useSelected((state) => state.page.at === "left");
  if (unsaid.length === 0 || !isOut) return null;
  return (
    <div class="frame-note note note-caution" role="alert" data-testid="unsaid">
      <CircleAlert size={20} />
      <div class="note-body">
        <p>{t("left.unsaid", { n: unsaid.length })}</p>
        <ul class="unsaid">
          {unsaid.map(({ key, text }) => (
            <li key={key} dir="auto">{text}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Card({ icon: Sign, title, text, children }: { icon: Icon; title: string; text: string; children?: ComponentChildren }) {
  return (
    <div class="card">
      <span class="card-icon">
        <Sign size={28} />
      </span>
      <h1 class="card-title">{title}</h1>
      <p class="card-text">{text}</p>
      {children}
    </div>
  );
}

export function Loading() {
  const { t } = useText();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 6000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Frame>
      <div class="card card-loading" role="status">
        <span class="spinner" />
        <h1 class="card-title">{t("loading.title")}</h1>
        {slow && <p class="card-text">{t("loading.slow")}</p>}
      </div>
    </Frame>
  );
}

export function Refused({ problem }: { problem: Problem }) {
  const { t, say } = useText();
  const commands = useCommands();
  const title = useSelected((state) => state.meeting?.title ?? "");
  return (
    <Frame>
      {title && <p class="frame-meeting">{title}</p>}
      <Card icon={CircleX} title={t("refused.title")} text={say(problem.words)}>
        {problem.retry && (
          <Button kind="primary" onClick={() => commands.retry()} autofocus>
            {t("app.tryAgain")}
          </Button>
        )}
      </Card>
    </Frame>
  );
}

export function Elsewhere() {
  const { t } = useText();
  const commands = useCommands();
  return (
    <Frame>
      <Card icon={AppWindow} title={t("elsewhere.title")} text={t("elsewhere.text")}>
        <div class="choices">
          <Choice words="elsewhere.takeOver" hint="elsewhere.takeOverHint" primary onClick={() => commands.takeOver()} testid="take-over" />
          <Choice words="elsewhere.another" hint="elsewhere.anotherHint" onClick={() => commands.joinAsAnother()} testid="join-another" />
        </div>
      </Card>
    </Frame>
  );
}

function Choice({ words, hint, primary, onClick, testid }: { words: Key; hint: Key; primary?: boolean; onClick(): void; testid: string }) {
  const { t } = useText();
  return (
    <div class="choice">
      <Button kind={primary ? "primary" : "plain"} onClick={onClick} testid={testid} wide>
        {t(words)}
      </Button>
      <p class="hint">{t(hint)}</p>
    </div>
  );
}

type Why = Extract<Page, { at: "left" }>["why"];

const LEFT: Record<Why, { title: Key; text: Key; again: Key | null }> = {
  left: { title: "left.leftTitle", text: "left.leftText", again: "left.rejoin" },
  removed: { title: "left.removedTitle", text: "left.removedText", again: null },
  replaced: { title: "left.replacedTitle", text: "left.replacedText", again: "left.rejoinHere" },
  ended: { title: "left.endedTitle", text: "left.endedText", again: null },
};

export function Left({ why }: { why: Why }) {
  const { t } = useText();
  const commands = useCommands();
  const title = useSelected((state) => state.meeting?.title ?? "");
  const { title: heading, text, again } = LEFT[why];
  return (
    <Frame>
      {title && <p class="frame-meeting">{title}</p>}
      <Card icon={DoorOpen} title={t(heading)} text={t(text)}>
        {again && (
          <Button kind="primary" onClick={() => commands.rejoin()} testid="rejoin">
            {t(again)}
          </Button>
        )}
      </Card>
    </Frame>
  );
}
