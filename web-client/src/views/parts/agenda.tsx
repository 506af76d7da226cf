/** A part of the agenda: before the meeting, and in it. */
import type { AgendaPart } from "../../core/state";
import { useText } from "../context";

export function AgendaWords({ part, from }: { part: Pick<AgendaPart, "number" | "sharer" | "subject" | "minutes">; from?: string }) {
  const { t } = useText();
  return (
    <>
      <p class="agenda-number tabular">{from ?? part.number}</p>
      <div class="agenda-words">
        <bdi class="agenda-subject">{part.subject || t("agenda.part", { n: part.number })}</bdi>
        <p class="agenda-details">
          {part.sharer && <bdi>{part.sharer}</bdi>}
          {part.minutes > 0 && <span>{t("agenda.minutes", { n: part.minutes })}</span>}
        </p>
      </div>
    </>
  );
}
