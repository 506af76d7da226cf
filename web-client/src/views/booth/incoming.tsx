/** What the interpreter hears: the floor or a channel, who is on air where, how loud, and how the speaker sounds. */
import { SHELF, VOLUME } from "../../core/booth/console_state";
import { sameTag } from "../../core/languages";
import type { Channel, State } from "../../core/state";
import { AudioLines, Headphones, Users } from "../icons";
import { personOf } from "../selectors";
import { useSelected } from "../context";
import { useBooth, useBoothText, type BoothText } from "./context";
import { KeyButton, Slider } from "./parts";

/** Who has it, and how many listen. */
function channelNote({ t }: BoothText, state: State, channel: Channel): string {
  const who = personOf(state, channel.onAir)?.name;
  const engaged = channel.booth === "" ? t("channel.free") : t("channel.engaged", { booth: channel.booth });
  const by = who ? t("channel.by", { name: who, booth: channel.booth }) : channel.state === "empty" ? t("channel.empty") : engaged;
  const parts = [channel.state === "lost" ? t("channel.lost") : null, by, channel.insufficient ? t("channel.insufficient") : null];
  return parts.filter((part) => part !== null).join(" · ");
}

export function Incoming() {
  const text = useBoothText();
  const { t, language } = text;
  const booth = useBooth();
  const channels = useSelected((state) => state.languages.channels);
  const state = useSelected((all) => all);
  const { incoming, onAir, audience, console: now } = state;
  const pivot = personOf(state, state.me)?.pivot ?? "";
  const hears = (tag: string): boolean => sameTag(incoming, tag);
  return (
    <section class="console-incoming" aria-label={t("incoming.label")}>
      <div class="incoming-now">
        <h3 class="console-title">
          <Headphones size={16} />
          {t("incoming.label")}
        </h3>
        <p class={incoming === "" ? "relay-now" : "relay-now relay-on"} role="status" data-testid="relay">
          {incoming === "" ? t("incoming.now") : t(now.automatic ? "incoming.relayAuto" : "incoming.relay", { language: language(incoming) })}
        </p>
      </div>
      <div class="preselections">
        <KeyButton
          name={t("incoming.floor")} k="floor" testid="incoming-floor" pressed={incoming === "" && now.preselected !== "auto"} onClick={() => booth.preselect("floor")}
          note={<Note words={state.languages.floor.language && language(state.languages.floor.language)} listeners={audience?.floor} />}
        />
        {channels.filter(({ sign }) => !sign).map((channel) => (
          <KeyButton
            key={channel.language} name={language(channel.language)} testid={`incoming-${channel.language}`}
            {...numberKey(channels.indexOf(channel))}
            pressed={hears(channel.language) && now.preselected !== "auto"}
            disabled={onAir !== null && sameTag(onAir, channel.language)} onClick={() => booth.preselect(channel.language)}
            note={<Note words={channelNote(text, state, channel)} listeners={audience?.listeners[channel.language] ?? 0} />}
            {...(channel.state === "lost" || channel.insufficient ? { look: "caution" as const } : {})}
          />
        ))}
        <KeyButton
          name={t("incoming.auto")} k="auto" testid="incoming-auto" pressed={now.preselected === "auto"} onClick={() => booth.preselect("auto")}
          hint={t("incoming.autoHint", { pivot: pivot ? language(pivot) : "–" })} note={pivot && language(pivot)}
        />
      </div>
    </section>
  );
}

/** Listeners as a number: the words are for who doesn't see the sign. */
function Note({ words, listeners }: { words: string; listeners: number | undefined }) {
  const { t } = useBoothText();
  return (
    <>
      <span class="note-words">{words}</span>
      {listeners !== undefined && (
        <span class="note-listeners" title={t("channel.listeners", { n: listeners })}>
          <Users size={12} />
          <span aria-hidden="true">{listeners}</span>
          <span class="unseen">{t("channel.listeners", { n: listeners })}</span>
        </span>
      )}
    </>
  );
}

function numberKey(at: number): { cap?: string } {
  return at < 9 ? { cap: String(at + 1) } : {};
}

export function ToneControls() {
  const { t } = useBoothText();
  const booth = useBooth();
  const tone = useSelected((state) => state.console.tone);
  return (
    <div class="tone">
      <Slider
        name={t("tone.volume")} value={tone.volume} bounds={VOLUME} down="quieter" up="louder" testid="volume" onChange={(volume) => booth.setTone({ volume })}
      />
      <Slider name={t("tone.bass")} value={tone.bass} bounds={SHELF} down="bassDown" up="bassUp" testid="bass" onChange={(bass) => booth.setTone({ bass })} />
      <Slider
        name={t("tone.treble")} value={tone.treble} bounds={SHELF} down="trebleDown" up="trebleUp" testid="treble"
        onChange={(treble) => booth.setTone({ treble })}
      />
    </div>
  );
}

const signed = (n: number): string => (n > 0 ? `+${n}` : n < 0 ? `−${-n}` : "0");

/** As measured here; else as a colleague's page has measured it. */
export function SpeakerCard() {
  const { t } = useBoothText();
  const card = useSelected((state) => state.console.measured ?? state.cards.get(state.stage.holder ?? "") ?? null);
  if (!card) return <p class="speaker-card">{t("card.waiting")}</p>;
  const figures = t("card.figures", { kilohertz: Math.round(card.bandwidth / 100) / 10, level: Math.round(card.level) });
  return (
    <p class={card.word === "clear" ? "speaker-card" : "speaker-card card-fault"} data-testid="speaker-card" title={t("card.label")}>
      <AudioLines size={16} />
      <span class="unseen">{t("card.label")}</span>
      <span>
        <strong role="status">{t(`card.${card.word}`)}</strong> {figures}
        {card.offset !== null && (
          <>
            {" · "}
            <span class="card-offset" title={t("card.offsetHint")} data-testid="lip-sync">
              {t("card.offset", { n: signed(card.offset) })}
            </span>
          </>
        )}
      </span>
    </p>
  );
}
