/** Small parts of the archive's page. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { linkTo, readFragment } from "../../core/archive/places";
import { meetingTime } from "../../text/times";
import { CircleAlert, CircleX, type Icon } from "../icons";
import { useApi, useGo, useWords } from "./context";

interface AwayProps {
  href: string;
  children: ComponentChildren;
  class?: string;
  testid?: string;
  lang?: string;
}

/** A link to a page of the archive: a plain press stays in this page, which knows the token. The address has none, so that copying it gives nobody away. */
export function Away({ href, children, class: name, testid }: AwayProps) {
  const go = useGo();
  const press = (event: MouseEvent): void => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  };
  return (
    <a href={href} class={name} onClick={press} data-testid={testid}>
      {children}
    </a>
  );
}

export const momentOf = (meeting: string, recording: string | null, at: number | null): string => linkTo(meeting, { recording, at });
export const atOfPage = (): number | null => readFragment(location.hash).at;

const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** In the visitor's own zone, and the meeting's beside it where that differs. */
export function When({ starts, minutes, zone }: { starts: number; minutes: number; zone: string }) {
  const { t, dates } = useWords();
  const time = meetingTime(dates, ownZone(), { starts: starts * 1000, minutes, zone });
  if (!time) return null;
  return (
    <span class="when">
      <time dateTime={new Date(starts * 1000).toISOString()}>
        {time.day} · <span class="tabular">{time.own}</span>
      </time>
      {time.other && (
        <span class="when-other">
          <span class="unseen">{t("meeting.yours")}. </span>
          {t("meeting.theirs", { time: time.other.time, zone: time.other.zone })}
        </span>
      )}
    </span>
  );
}

/** Why there is nothing to see, with its next step. */
export function Notice({ title, children, kind = "plain", icon: Sign, action, onAction }: {
  title: string; children?: ComponentChildren; kind?: "plain" | "problem"; icon?: Icon; action?: string; onAction?: () => void;
}) {
  const Mark = Sign ?? (kind === "problem" ? CircleX : CircleAlert);
  return (
    <section class="notice" role={kind === "problem" ? "alert" : "status"}>
      <Mark size={28} />
      <h2>{title}</h2>
      {children}
      {action && onAction && (
        <button type="button" class="button" onClick={onAction} data-testid="try-again">
          {action}
        </button>
      )}
    </section>
  );
}

export function Loading() {
  const { t } = useWords();
  return (
    <div class="notice" role="status">
      <span class="spinner" />
      <p>{t("app.loading")}</p>
    </div>
  );
}

/** A picture of a meeting: where a token is needed for it, it is fetched with that. */
export function Thumbnail({ address }: { address: string }) {
  const api = useApi();
  const [src, setSrc] = useState(api.hasToken ? "" : address);
  const [broken, setBroken] = useState(false);
  const ref = useRef<HTMLImageElement>(null);
  useEffect(() => {
    if (!api.hasToken) {
      setSrc(address);
      return undefined;
    }
    const request = new AbortController();
    let made = "";
    api.picture(address, request.signal).then(
      (blob) => {
        made = blob;
        if (request.signal.aborted) URL.revokeObjectURL(blob);
        else setSrc(blob);
      },
      () => setBroken(true),
    );
    return () => {
      request.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [api, address]);
  if (!src || broken) return null;
  return <img ref={ref} src={src} alt="" loading="lazy" decoding="async" width={320} height={180} onError={() => setBroken(true)} />;
}

/** "… the <<first ten>> neighbours": what was found is marked. */
export function Marked({ text }: { text: string }) {
  return (
    <>
      {text.split(/(<<[^]*?>>)/).map((piece, i) => (i % 2 === 1 ? <mark key={i}>{piece.slice(2, -2)}</mark> : piece))}
    </>
  );
}
