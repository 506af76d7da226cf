/** One person's picture with their name: on the stage, beside a shared screen, in the gallery. */
import type { Channel, Person, Picture as Slot } from "../../core/state";
import { countryName, ownLanguageName } from "../../text/names";
import { handPlace, isPaused, personOf } from "../selectors";
import { useSelected, useText } from "../context";
import { AudioLines, CirclePause, Hand, type Icon, MicOff, Pin, WifiOff } from "../icons";
import type { Box } from "../layout";
import { NetworkMark } from "../parts/basics";
import { Initials, Picture } from "../parts/picture";

/** Narrower tiles show the network mark only when it says something. */
const ROOMY = 168;

/** "Chengdu Gardens · China · 中文" */
export function Details({ person }: { person: Person }) {
  const { tag } = useText();
  return (
    <>
      {person.organisation && <bdi>{person.organisation}</bdi>}
      {person.country && <span>{countryName(tag, person.country)}</span>}
      {person.speaks && <span lang={person.speaks}>{ownLanguageName(person.speaks)}</span>}
    </>
  );
}

/** What keeps a person from being heard or seen at this moment, in words. */
export function useConnectionWords(person: Person | null): string {
  const { t } = useText();
  if (person?.connection === "reconnecting") return t("tile.reconnecting");
  if (person?.connection === "connecting") return t("tile.connecting");
  return "";
}

function MutedMark({ person }: { person: Person }) {
  const { t } = useText();
  if (person.microphone === "on" && !person.mutedByHost) return null;
  const words = t(person.listenOnly ? "tile.listens" : person.microphone === "none" ? "tile.noMic" : "tile.muted");
  return (
    <span class="tile-mark" title={words}>
      <MicOff size={16} />
      <span class="unseen">{words}</span>
    </span>
  );
}

function useSpeaking(id: string): boolean {
  return useSelected((state) => state.speaking.includes(id));
}

function sizes(box: Box): Record<string, string> {
  return { width: `${box.width}px`, height: `${box.height}px`, "--tile-height": `${box.height}px` };
}

interface TileProps {
  id: string;
  picture: Slot | null;
  box: Box;
  kind: "camera" | "stage";
}

export function Tile({ id, picture, box, kind }: TileProps) {
  const { t } = useText();
  const person = useSelected((state) => personOf(state, id));
  const hand = useSelected((state) => handPlace(state, id));
  const quality = useSelected((state) => state.quality.get(id));
  const speaking = useSpeaking(id);
  const connection = useConnectionWords(person);
  const paused = useSelected((state) => isPaused(state, picture)) && person?.camera === "on";
  if (!person) return null;
  const live = picture?.live === true && person.camera === "on";
  return (
    <div class={speaking ? "tile tile-speaking" : "tile"} style={sizes(box)}>
      <Picture stream={picture?.stream ?? null} live={live} label={person.name} participant={id} kind={kind} />
      {!live && <Initials name={person.name} id={id} />}
      {connection && <TileNote sign={WifiOff} words={connection} box={box} />}
      {!connection && paused && <TileNote sign={CirclePause} words={t("tile.pausedShort")} title={t("tile.paused")} box={box} />}
      {hand > 0 && <HandBadge place={hand} />}
      <p class="tile-caption">
        {speaking && (
          <span class="tile-mark tile-voice" title={t("tile.speaking")}>
            <AudioLines size={16} />
            <span class="unseen">{t("tile.speaking")}</span>
          </span>
        )}
        <MutedMark person={person} />
        <bdi class="tile-name">{person.name}</bdi>
        {(box.width >= ROOMY || (quality !== undefined && quality <= 1)) && <NetworkMark quality={quality} />}
      </p>
    </div>
  );
}

function TileNote({ sign: Sign, words, title, box }: { sign: Icon; words: string; title?: string; box: Box }) {
  return (
    <p class="tile-connection" title={title ?? words}>
      <Sign size={16} />
      <span class={box.width < ROOMY ? "unseen" : ""}>{words}</span>
    </p>
  );
}

function HandBadge({ place }: { place: number }) {
  const { t } = useText();
  return (
    <span class="tile-hand" title={t("tile.hand")}>
      <Hand size={16} />
      <span aria-hidden="true">{place}</span>
      <span class="unseen">{t("tile.hand")}</span>
    </span>
  );
}

/** Oneself, as in a mirror; always the first tile. */
export function OwnTile({ box }: { box: Box }) {
  const { t } = useText();
  const me = useSelected((state) => personOf(state, state.me));
  const fallbackName = useSelected((state) => state.profile.name);
  const preview = useSelected((state) => state.devices.preview);
  const camera = useSelected((state) => state.camera);
  const microphone = useSelected((state) => state.microphone);
  const hand = useSelected((state) => handPlace(state, state.me));
  const quality = useSelected((state) => (state.me === null ? undefined : state.quality.get(state.me)));
  const speaking = useSelected((state) => state.me !== null && state.speaking.includes(state.me));
  const name = me?.name ?? fallbackName;
  const live = preview !== null && camera === "on";
  return (
    <div class={speaking ? "tile tile-own tile-speaking" : "tile tile-own"} style={sizes(box)}>
      <Picture stream={preview} live={live} label={t("lobby.ownPicture")} mirrored kind="own" />
      {!live && <Initials name={name} id={me?.id ?? ""} />}
      {hand > 0 && <HandBadge place={hand} />}
      <p class="tile-caption">
        {me && <MutedMark person={{ ...me, microphone }} />}
        <bdi class="tile-name">{t("tile.you", { name })}</bdi>
        {(box.width >= ROOMY || (quality !== undefined && quality <= 1)) && <NetworkMark quality={quality} />}
      </p>
    </div>
  );
}

/** A sign language, beside everything else. It says nothing of the sound, which is the original. */
export function SignTile({ channel, box }: { channel: Channel; box: Box }) {
  const { t } = useText();
  const picture = useSelected((state) => state.channelPicture);
  const name = useSelected((state) => personOf(state, channel.onAir)?.name ?? "");
  const language = ownLanguageName(channel.language);
  const live = picture?.live === true && channel.state !== "lost";
  const waiting = channel.onAir === null ? "sign.empty" : channel.state === "lost" ? "sign.lost" : "stage.waiting";
  return (
    <section class="tile tile-sign" style={sizes(box)} aria-label={t("sign.label", { language })}>
      <Picture stream={picture?.stream ?? null} live={live} label={t("sign.label", { language })} whole participant={channel.onAir ?? ""} kind="sign" />
      {!live && <p class="stage-empty">{t(waiting, { language })}</p>}
      <p class="tile-caption">
        <bdi class="tile-name">{name ? `${name} · ${language}` : language}</bdi>
      </p>
    </section>
  );
}

/** The stage: whoever holds the floor, with all that one wants to know about a speaker. */
export function StageTile({ id, picture }: { id: string; picture: Slot | null }) {
  const { t } = useText();
  const person = useSelected((state) => personOf(state, id));
  const quality = useSelected((state) => state.quality.get(id));
  const pinned = useSelected((state) => state.stage.pinned && state.stage.holder === id);
  const speaking = useSpeaking(id);
  const connection = useConnectionWords(person);
  const paused = useSelected((state) => isPaused(state, picture));
  if (!person) return null;
  const live = picture?.live === true && person.camera === "on";
  const waiting = person.camera === "on" && picture !== null && !live && !connection;
  return (
    <div class={speaking ? "tile tile-stage tile-speaking" : "tile tile-stage"}>
      <Picture stream={picture?.stream ?? null} live={live} label={person.name} participant={id} kind="stage" />
      {!live && <Initials name={person.name} id={id} />}
      {(connection || waiting) && <p class="tile-connection">{connection || t(paused ? "tile.paused" : "stage.waiting")}</p>}
      <div class="stage-caption">
        <p class="stage-name">
          {speaking && (
            <span class="tile-mark tile-voice" title={t("tile.speaking")}>
              <AudioLines size={20} />
              <span class="unseen">{t("tile.speaking")}</span>
            </span>
          )}
          <bdi>{person.name}</bdi>
          <MutedMark person={person} />
          <NetworkMark quality={quality} />
          {pinned && (
            <span class="stage-pinned">
              <Pin size={16} />
              {t("stage.pinned")}
            </span>
          )}
        </p>
        <p class="stage-details">
          <Details person={person} />
        </p>
      </div>
    </div>
  );
}
