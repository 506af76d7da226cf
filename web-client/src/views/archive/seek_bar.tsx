/** The place in the recording, to be seen and moved: parts are marked, and a picture of where one points is shown. */
import { useRef, useState } from "preact/hooks";
import type { Archive } from "../../core/archive/answer";
import { chapterAt, thumbAt } from "../../core/archive/timeline";
import { clockOf } from "../../text/archive_times";
import { usePlayer, usePlaying, useWords } from "./context";

/** Seconds that a key moves. */
const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -60, PageUp: 60 };

export function SeekBar({ archive, base }: { archive: Archive; base: string }) {
  const { t, spoken } = useWords();
  const player = usePlayer();
  const at = usePlaying((state) => Math.floor(state.at));
  const bar = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const { duration, chapters } = archive;
  const place = dragged ?? at;
  const chapter = chapters[chapterAt(chapters, place)];

  /** Time runs from left to right in every language, as on the devices that people know. */
  const under = (event: PointerEvent): number => {
    const { left, width } = (bar.current as HTMLDivElement).getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - left) / Math.max(1, width))) * duration;
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    bar.current?.setPointerCapture(event.pointerId);
    setDragged(under(event));
  };
  const move = (event: PointerEvent): void => {
    setPointed(under(event));
    if (dragged !== null) setDragged(under(event));
  };
  const up = (event: PointerEvent): void => {
    if (dragged !== null) player.seek(under(event));
    setDragged(null);
    if (event.pointerType !== "mouse") setPointed(null);
  };
  const press = (event: KeyboardEvent): void => {
    const to = event.key === "Home" ? 0 : event.key === "End" ? duration : event.key in KEYS ? player.now() + (KEYS[event.key] as number) : null;
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    player.seek(to);
  };
  const words = chapter
    ? t("player.atPart", { at: spoken(place), whole: spoken(duration), part: chapter.subject || t("chapters.part", { n: chapter.number }) })
    : t("player.at", { at: spoken(place), whole: spoken(duration) });
  const share = (seconds: number): string => `${(100 * seconds) / Math.max(duration, 0.001)}%`;
  return (
    <div class="seek" dir="ltr">
      <div
        ref={bar} class="seek-bar" role="slider" tabIndex={0} data-testid="seek" aria-label={t("player.seek")} aria-valuemin={0} aria-valuemax={Math.floor(duration)}
        aria-valuenow={Math.floor(place)} aria-valuetext={words} onPointerDown={down} onPointerMove={move} onPointerUp={up}
        onPointerCancel={() => setDragged(null)} onPointerLeave={() => setPointed(null)} onKeyDown={press}
      >
        <div class="seek-line">
          <div class="seek-done" style={{ width: share(place) }} />
          {chapters.filter((one) => one.at > 0).map((one) => <span key={one.at} class="seek-mark" style={{ left: share(one.at) }} />)}
        </div>
        <span class="seek-knob" style={{ left: share(place) }} />
        {(dragged ?? pointed) !== null && <Preview archive={archive} base={base} at={(dragged ?? pointed) as number} />}
      </div>
      <p class="seek-times tabular" aria-hidden="true">
        <span data-testid="at">{clockOf(place, duration)}</span>
        <span class="seek-chapter">{chapter ? chapter.subject || t("chapters.part", { n: chapter.number }) : ""}</span>
        <span>{clockOf(duration)}</span>
      </p>
    </div>
  );
}

function Preview({ archive, base, at }: { archive: Archive; base: string; at: number }) {
  const { t } = useWords();
  const thumb = thumbAt(archive, at);
  const chapter = archive.chapters[chapterAt(archive.chapters, at)];
  const share = Math.max(0, Math.min(1, at / Math.max(archive.duration, 0.001)));
  return (
    // Never out of the player: it leans to the middle.
    <div class="seek-preview" style={{ left: `${100 * share}%`, transform: `translateX(${-100 * share}%)` }} aria-hidden="true">
      {thumb && <img src={base + thumb} alt="" width={160} height={90} />}
      <span class="tabular">{clockOf(at, archive.duration)}</span>
      {chapter && <span class="seek-preview-part">{chapter.subject || t("chapters.part", { n: chapter.number })}</span>}
    </div>
  );
}
