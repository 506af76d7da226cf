/** The colleagues in the booth: who they are, what they do, their picture; and the hand-over with them. */
import { colleagueOf, colleaguesOf, pendingOf } from "../../core/booth/colleagues";
import { channelOf } from "../../core/languages";
import type { Handover, State } from "../../core/state";
import { galleryPicture, personOf, sameArray } from "../selectors";
import { useSelected } from "../context";
import { Initials, Picture } from "../parts/picture";
import { useBooth, useBoothText } from "./context";
import { KeyButton } from "./parts";

function workOf(state: State, id: string): { language: string; lost: boolean } | null {
  const channel = state.languages.channels.find(({ onAir }) => onAir === id);
  return channel ? { language: channel.language, lost: channel.state === "lost" } : null;
}

export function Partner() {
  const { t } = useBoothText();
  const booth = useBooth();
  const colleagues = useSelected(colleaguesOf, sameArray);
  const colleague = useSelected(colleagueOf);
  const names = useSelected((state) => colleaguesOf(state).map((id) => personOf(state, id)?.name ?? id), sameArray);
  const hearing = useSelected((state) => state.partner !== null);
  // A booth's microphone is open on air alone.
  const onAir = useSelected((state) => workOf(state, colleagueOf(state) ?? "") !== null);
  if (colleague === null) {
    return (
      <section class="console-partner" aria-label={t("partner.label")}>
        <p class="partner-none">{t("partner.none")}</p>
      </section>
    );
  }
  return (
    <section class="console-partner" aria-label={t("partner.label")}>
      <PartnerPicture id={colleague} />
      <div class="partner-who">
        {colleagues.length > 1 ? (
          <select
            class="partner-choice" aria-label={t("partner.choose")} value={colleague} data-testid="colleague"
            onChange={(event) => {
              booth.chooseColleague(event.currentTarget.value);
              if (!event.currentTarget.matches(":focus-visible")) event.currentTarget.blur();
            }}
          >
            {colleagues.map((id, at) => (
              <option key={id} value={id}>
                {names[at]}
              </option>
            ))}
          </select>
        ) : (
          <bdi class="partner-name">{names[0]}</bdi>
        )}
        <PartnerState id={colleague} />
      </div>
      <HandOver />
      <KeyButton
        name={t("partner.hear")} k="partner" pressed={hearing} testid="hear-partner" hint={t("partner.hearHint")} onClick={() => booth.listenToColleague(!hearing)}
        {...(onAir ? {} : { note: t("partner.silent") })}
      />
    </section>
  );
}

function PartnerState({ id }: { id: string }) {
  const { t, language } = useBoothText();
  const tag = useSelected((state) => workOf(state, id)?.language ?? "");
  const lost = useSelected((state) => workOf(state, id)?.lost === true || personOf(state, id)?.connection === "reconnecting");
  return (
    <span class={lost ? "partner-state partner-lost" : "partner-state"} role="status" data-testid="partner-state">
      {lost ? t("partner.lost") : tag ? t("partner.onAir", { language: language(tag) }) : t("partner.listening")}
    </span>
  );
}

function PartnerPicture({ id }: { id: string }) {
  const person = useSelected((state) => personOf(state, id));
  const picture = useSelected((state) => galleryPicture(state, id));
  if (!person) return null;
  const live = picture?.live === true && person.camera === "on";
  return (
    <div class="partner-picture">
      <Picture stream={picture?.stream ?? null} live={live} label={person.name} kind="camera" />
      {!live && <Initials name={person.name} id={id} />}
    </div>
  );
}

/** One key offers, asks or accepts, as it stands; another declines or withdraws; a third takes over. */
function HandOver() {
  const { t } = useBoothText();
  const booth = useBooth();
  const me = useSelected((state) => state.me);
  const pending = useSelected(pendingOf);
  const onAir = useSelected((state) => state.onAir !== null);
  const partnerOnAir = useSelected((state) => {
    const holder = channelOf(state.languages, state.console.outgoing)?.onAir ?? null;
    return holder !== null && colleaguesOf(state).includes(holder);
  });
  const lost = useSelected((state) => state.console.alert?.kind === "lost");
  const mine = pending?.by === me;
  return (
    <>
      <KeyButton
        name={t(pending && !mine ? "handover.accept" : onAir ? "handover.offer" : "handover.ask")} k="handover" testid="handover"
        disabled={(pending !== undefined && mine) || (!pending && !onAir && !partnerOnAir)} onClick={() => booth.handOver()}
        {...(pending && !mine ? { look: "alert" as const } : {})}
      />
      {pending && (
        <KeyButton name={t(mine ? "handover.withdraw" : "handover.decline")} k="refuse" testid="handover-refuse" onClick={() => booth.refuse()} />
      )}
      {!onAir && partnerOnAir && (
        <KeyButton name={t("handover.take")} k="take" testid="take-over" onClick={() => booth.takeOver()} {...(lost ? { look: "alert" as const } : {})} />
      )}
    </>
  );
}

/** What waits between the two, in words. */
export function PendingLine() {
  const { t, language } = useBoothText();
  const me = useSelected((state) => state.me);
  const pending = useSelected(pendingOf);
  const name = useSelected((state) => personOf(state, pending ? otherOf(pending, me) : null)?.name ?? "");
  if (!pending) return null;
  const mine = pending.by === me;
  const key = pending.from === me ? (mine ? "handover.offering" : "handover.asked") : mine ? "handover.asking" : "handover.offered";
  return (
    <p class={mine ? "console-line" : "console-line line-alert"} role="status" data-testid="handover-line">
      {t(key, { name, language: language(pending.language) })}
    </p>
  );
}

function otherOf({ from, to }: Handover, me: string | null): string {
  return from === me ? to : from;
}
