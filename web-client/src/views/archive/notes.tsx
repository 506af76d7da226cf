/** What the player says: that it went on where one stopped, that the link is weak, that something must be done. */
import { useEffect, useState } from "preact/hooks";
import type { Archive } from "../../core/archive/answer";
import { clockOf } from "../../text/archive_times";
import { CircleAlert, History, WifiOff, X } from "../icons";
import { usePlayer, usePlaying, useWords } from "./context";
import { useProgramName } from "./files";

export function Notes({ archive }: { archive: Archive }) {
  const { t } = useWords();
  const player = usePlayer();
  const trouble = usePlaying((state) => state.trouble);
  const pictures = usePlaying((state) => state.pictures);
  const words = {
    network: t("player.network"), closed: t("player.expired"), blocked: t("player.blocked"),
    late: t("player.picturesLate"), unsupported: t("player.noPictures"),
  };
  const shown = trouble ?? (pictures === "fine" ? null : pictures);
  return (
    <div role="status">
      {shown && (
        <p class={`note ${shown === "closed" ? "note-problem" : "note-caution"} player-note`}>
          {shown === "network" || shown === "late" ? <WifiOff size={20} /> : <CircleAlert size={20} />}
          <span>{words[shown]}</span>
          {shown === "network" && (
            <button type="button" class="button button-small" onClick={() => void player.again()}>
              {t("app.tryAgain")}
            </button>
          )}
        </p>
      )}
      {trouble === null && <Missed archive={archive} />}
    </div>
  );
}

/** The language that was chosen doesn't come. */
function Missed({ archive }: { archive: Archive }) {
  const { t } = useWords();
  const player = usePlayer();
  const missed = usePlaying((state) => state.missed);
  const heard = usePlaying((state) => state.language);
  const name = useProgramName();
  if (missed === null) return null;
  const nameOf = (id: string): string => name(archive.programs.find((one) => one.id === id) ?? { id, language: null });
  return (
    <p class="note note-caution player-note" data-testid="missed">
      <CircleAlert size={20} />
      <span>{t("player.missed", { language: nameOf(missed), heard: nameOf(heard) })}</span>
      <button type="button" class="button button-small" onClick={() => player.choose(missed)} data-testid="missed-again">
        {t("app.tryAgain")}
      </button>
      <button type="button" class="icon-button" aria-label={t("player.dismiss")} title={t("player.dismiss")} onClick={() => player.hideMissed()}>
        <X size={18} />
      </button>
    </p>
  );
}

/** Goes once one has moved on by half a minute, or put it away. */
export function Resumed({ at }: { at: number }) {
  const { t } = useWords();
  const player = usePlayer();
  const far = usePlaying((state) => Math.abs(state.at - at) > 30);
  const [shown, setShown] = useState(true);
  useEffect(() => {
    if (far) setShown(false);
  }, [far]);
  if (!shown) return null;
  return (
    <p class="note note-plain player-note" data-testid="resumed" role="status">
      <History size={20} />
      <span>{t("player.resumed", { time: clockOf(at) })}</span>
      <button type="button" class="button button-small" data-testid="start-over" onClick={() => { player.seek(0); setShown(false); }}>
        {t("player.startOver")}
      </button>
      <button type="button" class="icon-button" aria-label={t("player.dismiss")} title={t("player.dismiss")} onClick={() => setShown(false)}>
        <X size={18} />
      </button>
    </p>
  );
}
