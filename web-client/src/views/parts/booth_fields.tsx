/** Where an interpreter's link leads: into which languages, from which, in which booth. The page gives the words, and the meeting's languages. */
import { sameTag } from "../../core/languages";
import { languageChoice } from "../../text/names";

export interface BoothValues { languages: string[]; understands: string[]; pivot: string; booth: string }
export type BoothWords = Readonly<Record<"into" | "alsoInto" | "noOther" | "understands" | "pivot" | "noPivot" | "booth" | "noChannels", string>>;

interface BoothFieldsProps {
  booth: BoothValues;
  floors: readonly string[];
  channels: readonly string[];
  /** The page's language. */
  tag: string;
  words: BoothWords;
  change(part: Partial<BoothValues>): void;
}

export function BoothFields({ booth, floors, channels, tag, words, change }: BoothFieldsProps) {
  const known = [...floors, ...channels].filter((one, at, all) => all.findIndex((other) => sameTag(one, other)) === at);
  const [first = "", second = ""] = booth.languages;
  const options = (without: string) => channels.filter((one) => one !== without).map((one) => (
    <option key={one} value={one}>
      {languageChoice(tag, one).label}
    </option>
  ));
  const toggle = (language: string, on: boolean): void =>
    change({ understands: on ? [...booth.understands, language] : booth.understands.filter((one) => one !== language) });
  if (channels.length === 0) return <p role="alert">{words.noChannels}</p>;
  return (
    <>
      <label class="field">
        <span class="field-label">{words.into}</span>
        <select value={first} data-testid="link-language-a" onChange={(event) => change({ languages: [event.currentTarget.value] })}>
          {options("")}
        </select>
      </label>
      <label class="field">
        <span class="field-label">{words.alsoInto}</span>
        <select
          value={second} data-testid="link-language-b"
          onChange={(event) => change({ languages: event.currentTarget.value === "" ? [first] : [first, event.currentTarget.value] })}
        >
          <option value="">{words.noOther}</option>
          {options(first)}
        </select>
      </label>
      <fieldset class="field">
        <legend class="field-label">{words.understands}</legend>
        {known.map((language) => (
          <label key={language} class="check">
            <input type="checkbox" checked={booth.understands.includes(language)} onChange={(event) => toggle(language, event.currentTarget.checked)} />
            {languageChoice(tag, language).label}
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span class="field-label">{words.pivot}</span>
        <select value={booth.pivot} onChange={(event) => change({ pivot: event.currentTarget.value })}>
          <option value="">{words.noPivot}</option>
          {options("")}
        </select>
      </label>
      <label class="field">
        <span class="field-label">{words.booth}</span>
        <input type="text" maxLength={80} value={booth.booth} onInput={(event) => change({ booth: event.currentTarget.value })} />
      </label>
    </>
  );
}
