/** Hosts: which languages the meeting has, and which one the floor speaks. */
import { useId, useMemo, useState } from "preact/hooks";
import { sameTag } from "../../core/languages";
import type { Channel } from "../../core/state";
import { languageChoice, languageChoices, languageOf, ownLanguageName, type Choice } from "../../text/names";
import { useCommands, useSelected, useText } from "../context";
import { Plus, X } from "../icons";
import { Button, Dialog, IconButton } from "../parts/basics";

export function LanguagesDialog({ onClose }: { onClose(): void }) {
  const { t, tag } = useText();
  const commands = useCommands();
  const floors = useSelected((state) => state.languages.floors);
  const channels = useSelected((state) => state.languages.channels);
  const tags = channels.map(({ language }) => language);
  const all = useMemo(() => languageChoices(tag), [tag]);
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
        <AddLanguage all={all} label={t("languages.addFloor")} testid="add-floor" there={floors} onAdd={(one) => commands.setLanguages({ floors: [...floors, one] })} />
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
        <AddLanguage all={all} label={t("languages.addChannel")} testid="add-channel" there={tags} onAdd={(one) => commands.setLanguages({ channels: [...tags, one] })} />
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

interface AddLanguageProps {
  all: readonly Choice[];
  label: string;
  testid: string;
  there: readonly string[];
  onAdd(language: string): void;
}

function AddLanguage({ all, label, testid, there, onAdd }: AddLanguageProps) {
  const { t } = useText();
  const id = useId();
  const [written, setWritten] = useState("");
  const [problem, setProblem] = useState(false);
  const add = (): void => {
    const language = languageOf(written, all);
    setProblem(language === null);
    if (language === null) return;
    if (!there.some((one) => sameTag(one, language))) onAdd(language);
    setWritten("");
  };
  return (
    <form
      class="language-add"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <input
        type="text" list={`${id}-all`} value={written} aria-label={label} placeholder={t("languages.hint")} autocomplete="off" data-testid={testid}
        aria-invalid={problem} aria-describedby={problem ? `${id}-problem` : undefined}
        onInput={(event) => {
          setWritten(event.currentTarget.value);
          setProblem(false);
        }}
      />
      <datalist id={`${id}-all`}>
        {all.map((choice) => (
          <option key={choice.code} value={choice.label} />
        ))}
      </datalist>
      <Button icon={Plus} onClick={add} testid={`${testid}-button`} label={label}>
        {t("languages.add")}
      </Button>
      {problem && (
        <p class="field-problem" id={`${id}-problem`} role="alert">
          {t("languages.unknownTag")}
        </p>
      )}
    </form>
  );
}
