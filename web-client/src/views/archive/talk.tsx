/** What was written, at its times: it runs along with the recording until somebody reads elsewhere in it. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Archive, Message } from "../../core/archive/answer";
import { begun } from "../../core/archive/timeline";
import { clockOf } from "../../text/archive_times";
import { ArrowDown, MessageSquare } from "../icons";
import { linkify } from "../linkify";
import { usePlayer, usePlaying, useWords } from "./context";

export function Talk({ archive: { chat, duration } }: { archive: Archive }) {
  const { t } = useWords();
  const [questions, setQuestions] = useState(false);
  const shown = questions ? chat.filter(({ question }) => question) : chat;
  const now = usePlaying(({ at }) => begun(shown, at) - 1);
  const log = useRef<HTMLOListElement>(null);
  const [following, setFollowing] = useState(true);
  useLayoutEffect(() => {
    const list = log.current;
    const current = list?.children[Math.max(0, now)] as HTMLElement | undefined;
    // The list alone moves: the page stays where it is.
    if (following && list && current) list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 3;
  }, [now, following, questions]);
  const read = (): void => setFollowing(false);
  return (
    <section class="talk" aria-labelledby="talk-title">
      <div class="talk-head">
        <h2 id="talk-title" class="side-title">{t("talk.title")}</h2>
        <div class="talk-filter" role="group" aria-labelledby="talk-title">
          {([[false, "talk.all"], [true, "talk.questions"]] as const).map(([only, words]) => (
            <button key={words} type="button" aria-pressed={questions === only} onClick={() => setQuestions(only)} data-testid={only ? "questions" : "all-talk"}>
              {t(words)}
            </button>
          ))}
        </div>
      </div>
      {shown.length === 0 ? (
        <p class="hint side-empty"><MessageSquare size={20} /> {t(questions ? "talk.noQuestions" : "talk.none")}</p>
      ) : (
        <ol class="talk-list" ref={log} tabIndex={0} aria-labelledby="talk-title" onWheel={read} onTouchMove={read}
          onKeyDown={(event) => { if (/^(Arrow(Up|Down)|Page|Home|End)/.test(event.key)) read(); }}>
          {shown.map((message, i) => <Line key={message.id} message={message} duration={duration} state={i === now ? "now" : i > now ? "later" : "past"} />)}
        </ol>
      )}
      {!following && shown.length > 0 && (
        <button type="button" class="button button-small talk-follow" onClick={() => setFollowing(true)}>
          <ArrowDown size={16} /> {t("talk.follow")}
        </button>
      )}
    </section>
  );
}

function Line({ message, duration, state }: { message: Message; duration: number; state: "past" | "now" | "later" }) {
  const { t } = useWords();
  const player = usePlayer();
  return (
    <li class="talk-line" data-state={state} aria-current={state === "now" ? "true" : undefined}>
      <p class="talk-by">
        <button type="button" class="talk-time tabular" aria-label={t("talk.jump", { time: clockOf(message.at, duration) })} onClick={() => player.seek(message.at)}>
          {clockOf(message.at, duration)}
        </button>
        <b><bdi>{message.name}</bdi></b>
        {message.question && <span class="tag">{t("talk.question")}</span>}
      </p>
      <p class="message-text" dir="auto">
        {linkify(message.text).map((piece, i) =>
          piece.href ? <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">{piece.text}</a> : piece.text,
        )}
      </p>
    </li>
  );
}
