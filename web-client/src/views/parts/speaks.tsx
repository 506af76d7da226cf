/** The language that a person speaks, before joining and in the meeting. */
import { useMemo } from "preact/hooks";
import type { State } from "../../core/state";
import { languageChoice, languageChoices, type Choice } from "../../text/names";
import { useCommands, useSelected, useText } from "../context";
import { sameArray } from "../selectors";

export function Options({ choices }: { choices: readonly Choice[] }) {
  return (
    <>
      {choices.map(({ code, label }) => (
        <option key={code} value={code}>
          {label}
        </option>
      ))}
    </>
  );
}

function meetingLanguages({ languages }: State): string[] {
  return [...new Set([...languages.floors, ...languages.channels.map(({ language }) => language)])];
}

/** What one speaks: while one has the floor, it is the floor's language. */
export function SpeaksField() {
  const { t, tag } = useText();
  const commands = useCommands();
  const chosen = useSelected((state) => state.profile.speaks);
  const tags = useSelected(meetingLanguages, sameArray);
  const all = useMemo(() => languageChoices(tag), [tag]);
  const here = tags.map((language) => languageChoice(tag, language));
  const elsewhere = chosen && !tags.includes(chosen) && !all.some(({ code }) => code === chosen) ? [languageChoice(tag, chosen)] : [];
  return (
    <label class="field">
      <span class="field-label">
        {t("lobby.speaks")} <span class="field-optional">{t("lobby.optional")}</span>
      </span>
      <select value={chosen} data-testid="speaks" onChange={(event) => commands.setProfile({ speaks: event.currentTarget.value })}>
        <option value="">{t("lobby.choose")}</option>
        {here.length + elsewhere.length > 0 && (
          <optgroup label={t("lobby.meetingLanguages")}>
            <Options choices={[...here, ...elsewhere]} />
          </optgroup>
        )}
        <optgroup label={t("lobby.allLanguages")}>
          <Options choices={all} />
        </optgroup>
      </select>
    </label>
  );
}
