/** The pictures, the text over them, and who speaks. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Archive, Message, PictureTrack } from "../../core/archive/answer";
import type { Layout } from "../../core/archive/memory";
import { interpreterAt, messagesAt, shownAt, speakerAt } from "../../core/archive/timeline";
import { type Cue, readCues } from "../../core/archive/vtt";
import { samePrimary } from "../../core/languages";
import { countryName, languageName } from "../../text/names";
import { AudioLines, Play } from "../icons";
import { type View } from "./recording_view";
import { usePlayer, usePlaying, useWords } from "./context";

export function Stage({ archive, base, view }: { archive: Archive; base: string; view: View }) {
  const { t } = useWords();
  const player = usePlayer();
  // A second is fine enough for what is shown where.
  const second = usePlaying(({ at }) => Math.floor(at));
  const language = usePlaying((state) => state.language);
  const playing = usePlaying((state) => state.playing);
  const waiting = usePlaying((state) => state.waiting && state.playing);
  const shown = shownAt(archive.pictures, view.layout, view.sign, language, second + 0.5);
  const wanted = mounted(archive.pictures, view.layout, shown.pictures, shown.sign);
  return (
    <div class="pictures" data-count={shown.pictures.length} data-sign={shown.sign !== null} onClick={() => player.toggle()}>
      {archive.pictures.filter(({ id }) => wanted.has(id)).map((track) => (
        <Moving key={track.id} track={track} place={placeOf(track.id, shown.pictures, shown.sign)} />
      ))}
      {shown.pictures.length === 0 && (
        <div class="pictures-none">
          <AudioLines size={40} />
          <p>{t(view.layout === "sound" ? "player.soundOnly" : "player.noPictureNow")}</p>
        </div>
      )}
      {waiting && (
        <p class="pictures-waiting">
          <span class="spinner spinner-small" /> {t("player.waiting")}
        </p>
      )}
      {!playing && (
        <span class="pictures-play" aria-hidden="true">
          <Play size={40} />
        </span>
      )}
      <TextOver archive={archive} base={base} view={view} />
    </div>
  );
}

/** Also what isn't there at the moment, but may come: it's loaded when it comes. */
function mounted(pictures: readonly PictureTrack[], layout: Layout, shown: readonly string[], sign: string | null): ReadonlySet<string> {
  const wanted = new Set(shown);
  if (sign) wanted.add(sign);
  if (layout === "both") pictures.filter(({ id }) => id === "stage" || id === "screen").forEach(({ id }) => wanted.add(id));
  return wanted;
}

const placeOf = (id: string, shown: readonly string[], sign: string | null): string =>
  id === sign ? "sign" : id === shown[0] ? "main" : shown.includes(id) ? "side" : "away";

function Moving({ track: { id, language }, place }: { track: PictureTrack; place: string }) {
  const { t, tag } = useWords();
  const player = usePlayer();
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => (ref.current ? player.attach(id, ref.current) : undefined), [player, id]);
  const label = id === "stage" ? t("player.speaker") : id === "screen" ? t("player.screen") : t("player.signOf", { language: languageName(tag, language ?? id.slice(5)) });
  return <video ref={ref} class="moving" data-picture={id} data-place={place} muted playsInline disablePictureInPicture={false} aria-label={label} tabIndex={-1} />;
}

function TextOver({ archive, base, view }: { archive: Archive; base: string; view: View }) {
  const second = usePlaying(({ at }) => Math.floor(at * 2) / 2);
  const language = usePlaying((state) => state.language);
  const cues = useCues(archive, base, view.captions === "captions", language);
  const { tag } = useWords();
  if (view.captions === "off") return null;
  if (view.captions === "chat") return <Messages messages={messagesAt(archive.chat, second)} />;
  if (view.captions === "speakers") {
    const speaker = speakerAt(archive.speakers, second);
    return speaker && <p class="text-over"><bdi>{[speaker.name, speaker.organisation, speaker.country && countryName(tag, speaker.country)].filter(Boolean).join(" · ")}</bdi></p>;
  }
  const now = cues.filter(({ at, until }) => second >= at && second < until);
  return now.length > 0 ? <p class="text-over" dir="auto">{now.map(({ text }) => text).join("\n")}</p> : null;
}

function Messages({ messages }: { messages: readonly Message[] }) {
  if (messages.length === 0) return null;
  return (
    <ul class="text-over text-over-chat">
      {messages.map(({ id, name, text }) => (
        <li key={id} dir="auto"><b><bdi>{name}</bdi></b> {text}</li>
      ))}
    </ul>
  );
}

/** In the language that is heard, else in the first there is. */
function useCues({ captions }: Archive, base: string, wanted: boolean, language: string): readonly Cue[] {
  const [cues, setCues] = useState<readonly Cue[]>([]);
  const file = (captions.find((one) => samePrimary(one.language, language)) ?? captions[0])?.file;
  useEffect(() => {
    if (!wanted || file === undefined) return undefined;
    const request = new AbortController();
    fetch(base + file, { signal: request.signal })
      .then((response) => (response.ok ? response.text() : ""))
      .then((text) => setCues(readCues(text)))
      .catch(() => undefined); // no captions, then
    return () => request.abort();
  }, [wanted, file, base]);
  return cues;
}

/** Under the picture: who speaks, and who interprets. */
export function Speaking({ archive }: { archive: Archive }) {
  const { t, tag } = useWords();
  const second = usePlaying(({ at }) => Math.floor(at));
  const language = usePlaying((state) => state.language);
  const speaker = speakerAt(archive.speakers, second);
  const interpreter = language === "floor" || language === "" ? undefined : interpreterAt(archive, language, second);
  return (
    <p class="speaking">
      <span class="speaking-who">
        {speaker && (
          <>
            <b><bdi>{speaker.name}</bdi></b>
            {speaker.organisation && <span> · <bdi>{speaker.organisation}</bdi></span>}
            {speaker.country && <span> · {countryName(tag, speaker.country)}</span>}
          </>
        )}
      </span>
      {interpreter !== undefined && (
        <span class="speaking-interpreter">
          {interpreter === "silent" ? t("player.silent") : interpreter === null ? t("player.nobody") : t("player.interpreter", { name: interpreter.name })}
        </span>
      )}
    </p>
  );
}
