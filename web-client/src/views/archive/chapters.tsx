/** The meeting's parts with who shared, the one that plays marked. */
import type { Archive } from "../../core/archive/answer";
import { chapterAt, thumbAt } from "../../core/archive/timeline";
import { clockOf } from "../../text/archive_times";
import { usePlayer, usePlaying, useWords } from "./context";

/** A part begins with somebody looking for a button; a little later there is something to see. */
const SHOWN_AFTER = 8;

export function Chapters({ archive, base }: { archive: Archive; base: string }) {
  const { t, spoken } = useWords();
  const player = usePlayer();
  const { chapters, duration } = archive;
  const now = usePlaying(({ at }) => chapterAt(chapters, at));
  return (
    <nav class="chapters" aria-labelledby="chapters-title">
      <h2 id="chapters-title" class="side-title">{t("chapters.title")}</h2>
      {chapters.length === 0 && <p class="hint side-empty">{t("chapters.none")}</p>}
      <ol class="chapter-list">
        {chapters.map((chapter, i) => {
          const thumb = thumbAt(archive, Math.min(chapter.at + SHOWN_AFTER, chapters[i + 1]?.at ?? duration));
          return (
            <li key={chapter.at}>
              <button type="button" class="chapter" aria-current={i === now ? "true" : undefined} onClick={() => player.seek(chapter.at)} data-testid="chapter">
                {thumb && <img src={base + thumb} alt="" width={160} height={90} loading="lazy" decoding="async" />}
                <span class="chapter-words">
                  <span class="chapter-time tabular" aria-hidden="true">{clockOf(chapter.at, duration)}</span>
                  <span class="unseen">{spoken(chapter.at)}. {i === now ? `${t("chapters.now")}. ` : ""}</span>
                  <b class="chapter-subject" dir="auto">{chapter.subject || t("chapters.part", { n: chapter.number })}</b>
                  {chapter.sharer && <span class="hint"><bdi>{chapter.sharer}</bdi></span>}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
