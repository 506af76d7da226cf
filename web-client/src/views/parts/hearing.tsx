/** Which language a person hears: the choice, before joining and in the meeting, and what is heard now, in words. */
import { channelOf } from "../../core/languages";
import type { Channel, Languages } from "../../core/state";
import { ownLanguageName } from "../../text/names";
import { Headphones } from "../icons";
import { heardNow, sameArray, unrecorded } from "../selectors";
import { useCommands, useSelected, useText, type Text } from "../context";
import { Button, Dialog } from "./basics";
import { SpeaksField } from "./speaks";

/** "Français", or "Original". */
export function useHeardName(): string {
  const { t } = useText();
  const tag = useSelected((state) => channelOf(state.languages, state.listening)?.language ?? "");
  return tag === "" ? t("hearing.original") : ownLanguageName(tag);
}

/** A channel's state as one word of the list. */
function stateWords(t: Text["t"], channel: Channel, recorded: boolean): string {
  const words = soundWords(t, channel);
  return recorded ? words : `${words} · ${t("channel.unrecorded")}`;
}

function soundWords(t: Text["t"], channel: Channel): string {
  if (channel.insufficient) return t("channel.insufficient");
  if (channel.sign && channel.state !== "empty") return t(channel.state === "lost" ? "sign.lost" : "channel.sign");
  return t(`channel.${channel.state}`);
}

function floorWords(t: Text["t"], { floor }: Languages): string {
  return floor.language === "" ? "" : t("hearing.floor", { language: ownLanguageName(floor.language) });
}

interface ChoiceProps {
  tag: string;
  name: string;
  state: string;
  chosen: boolean;
}

function LanguageChoice({ tag, name, state, chosen }: ChoiceProps) {
  const commands = useCommands();
  return (
    <label class={chosen ? "language-choice language-chosen" : "language-choice"}>
      <input
        type="radio" name="hearing" checked={chosen} autofocus={chosen} data-testid={`language-${tag || "original"}`}
        onChange={() => commands.setListening(tag)}
      />
      <bdi class="language-name" lang={tag || undefined}>
        {name}
      </bdi>
      <span class="language-state">{state}</span>
    </label>
  );
}

/** Radio buttons, so that arrows go through the languages and each is heard as it is reached. */
export function LanguageDialog({ onClose }: { onClose(): void }) {
  const { t } = useText();
  const languages = useSelected((state) => state.languages);
  const chosen = useSelected((state) => channelOf(state.languages, state.listening)?.language ?? "");
  const inMeeting = useSelected((state) => state.page.at === "meeting");
  const without = useSelected(unrecorded, sameArray);
  const speaks = useSelected((state) => state.page.at === "meeting" && state.may.has("publish")); // the lobby has it beside
  return (
    <Dialog title={t("hearing.title")} onClose={onClose} testid="language-dialog" corner>
      <div
        class="language-choices" role="radiogroup" aria-label={t("hearing.title")}
        onKeyDown={(event) => {
          if (event.key === "Enter") onClose();
        }}
      >
        <LanguageChoice tag="" name={t("hearing.original")} state={inMeeting ? floorWords(t, languages) : ""} chosen={chosen === ""} />
        {languages.channels.map((channel) => (
          <LanguageChoice
            key={channel.language} tag={channel.language} name={ownLanguageName(channel.language)} state={inMeeting ? stateWords(t, channel, !without.includes(channel.language)) : ""}
            chosen={chosen === channel.language}
          />
        ))}
      </div>
      <OriginalLevel />
      {speaks && <SpeaksField />}
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("app.close")}</Button>
      </div>
    </Dialog>
  );
}

function OriginalLevel() {
  const { t } = useText();
  const commands = useCommands();
  const percent = useSelected((state) => Math.round(state.originalLevel * 100));
  return (
    <label class="level-field">
      <span class="field-label">{t("hearing.level")}</span>
      <input
        type="range" min={0} max={100} step={5} value={percent} aria-valuetext={t("hearing.percent", { n: percent })} data-testid="original-level"
        onInput={(event) => commands.setOriginalLevel(Number(event.currentTarget.value) / 100)}
      />
      <span class="level-percent" aria-hidden="true">
        {t("hearing.percent", { n: percent })}
      </span>
    </label>
  );
}

/** What is heard now. Screen readers hear of it, too, but not of each pause: that would talk over the interpreter. */
export function HeardLine() {
  const { t } = useText();
  const key = useSelected((state) => heardNow(state)?.key ?? null);
  const language = useSelected((state) => heardNow(state)?.language ?? "");
  const caution = useSelected((state) => heardNow(state)?.caution === true);
  if (key === null) return null;
  const values = { language: language && ownLanguageName(language) };
  return (
    <>
      <p class={caution ? "status-heard status-caution" : "status-heard"} data-testid="heard">
        <Headphones size={16} />
        <bdi>{t(key, values)}</bdi>
      </p>
      <p class="unseen" role="status">
        {t(key === "heard.pause" ? "heard.speech" : key, values)}
      </p>
    </>
  );
}
