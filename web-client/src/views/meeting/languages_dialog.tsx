/** Hosts: which languages the meeting has, and which one the floor speaks. */
import { useMemo } from "preact/hooks";
import { sameTag } from "../../core/languages";
import type { Channel } from "../../core/state";
import { languageChoice, languageChoices, ownLanguageName } from "../../text/names";
import { useCommands, useSelected, useText } from "../context";
import { X } from "../icons";
import { AddLanguage } from "../parts/add_language";
import { Button, Dialog, IconButton } from "../parts/basics";

export function LanguagesDialog({ onClose }: { onClose(): void }) {
  const { t, tag } = useText();
  const commands = useCommands();
  const floors = useSelected((state) => state.languages.floors);
  const channels = useSelected((state) => state.languages.channels);
  const tags = channels.map(({ language }) => language);
  const all = useMemo(() => languageChoices(tag), [tag]);
  const words = { hint: t("languages.hint"), add: t("languages.add"), unknown: t("languages.unknownTag") };
  return (
    <Dialog title={t("languages.title")} onClose={onClose} testid="languages-dialog">
      <FloorField />
      <section class="language-list" aria-labelledby="languages-floors">
        <h3 id="languages-floors" class="field-label">
          {t("languages.floors")}
        </h3>
        <ul>
          {floors.map((language) => (
            <Row key={language} language={language} onRemove={() => commands.setLanguages({ floors: floors.filter((one) => one !== language) })} />
          ))}
        </ul>
        <AddLanguage all={all} words={words} label={t("languages.addFloor")} testid="add-floor" there={floors} onAdd={(one) => commands.setLanguages({ floors: [...floors, one] })} />
      </section>
      <section class="language-list" aria-labelledby="languages-channels">
        <h3 id="languages-channels" class="field-label">
          {t("languages.channels")}
        </h3>
        <ul>
          {channels.map((channel) => (
            <Row key={channel.language} language={channel.language} channel={channel} onRemove={() => commands.setLanguages({ channels: tags.filter((one) => one !== channel.language) })} />
          ))}
        </ul>
        <AddLanguage all={all} words={words} label={t("languages.addChannel")} testid="add-channel" there={tags} onAdd={(one) => commands.setLanguages({ channels: [...tags, one] })} />
      </section>
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("app.close")}</Button>
      </div>
    </Dialog>
  );
}

function FloorField() {
  const { t, tag } = useText();
  const commands = useCommands();
  const { floors, floor, channels } = useSelected((state) => state.languages);
  const others = channels.filter(({ sign }) => !sign).map(({ language }) => language);
  const choices = [...floors, ...others, floor.language].filter((one, at, all) => one !== "" && all.findIndex((other) => sameTag(one, other)) === at);
  const now = floor.language === "" ? t("languages.unknown") : ownLanguageName(floor.language);
  return (
    <label class="field">
      <span class="field-label">{t("languages.floorSpeaks")}</span>
      <select
        value={floor.set ? floor.language : ""} data-testid="floor-language"
        onChange={(event) => commands.setFloorLanguage(event.currentTarget.value || null)}
      >
        <option value="">{floor.set ? t("languages.bySpeaker") : t("languages.bySpeakerNow", { language: now })}</option>
        {choices.map((one) => (
          <option key={one} value={one}>
            {languageChoice(tag, one).label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Row({ language, channel, onRemove }: { language: string; channel?: Channel; onRemove(): void }) {
  const { t, tag } = useText();
  const commands = useCommands();
  const { label } = languageChoice(tag, language);
  return (
    <li class="language-row">
      <span class="language-name">
        {label}
        {channel && <span class="language-state">{t(`channel.${channel.state}`)}</span>}
      </span>
      {channel && (
        <label class="check">
          <input
            type="checkbox" checked={channel.override} onChange={(event) => commands.setChannelOverride(language, event.currentTarget.checked)}
            data-testid={`override-${language}`}
          />
          {t("languages.override")}
        </label>
      )}
      <IconButton icon={X} label={t("languages.remove", { language: label })} onClick={onRemove} testid={`remove-${channel ? "channel" : "floor"}-${language}`} />
    </li>
  );
}
