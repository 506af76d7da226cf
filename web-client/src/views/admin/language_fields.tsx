/** What is spoken on the floor, and what it is interpreted into. */
import { useMemo } from "preact/hooks";
import { languageChoice, languageChoices, type Choice } from "../../text/names";
import { X } from "../icons";
import { AddLanguage } from "../parts/add_language";
import { IconButton } from "../parts/basics";
import { useWords } from "./context";
import type { Fields } from "./plan_form";

export function LanguageFields({ form, change, wrong }: Fields) {
  const { t, tag } = useWords();
  const all = useMemo(() => languageChoices(tag), [tag]);
  return (
    <fieldset class="plan-group">
      <legend>{t("form.languages")}</legend>
      <div class="plan-columns">
        <List
          field="floors" title={t("form.floors")} empty={t("form.floorsEmpty")} add={t("form.addFloor")} all={all} there={form.floors} wrong={wrong("floors")}
          testid="add-floor" onChange={(floors) => change({ floors })}
        />
        <List
          field="channels" title={t("form.channels")} empty={t("form.channelsEmpty")} add={t("form.addChannel")} all={all} there={form.channels} wrong={wrong("channels")}
          testid="add-channel" onChange={(channels) => change({ channels })}
        />
      </div>
    </fieldset>
  );
}

interface ListProps {
  field: string;
  title: string;
  empty: string;
  add: string;
  all: readonly Choice[];
  there: readonly string[];
  wrong: string;
  testid: string;
  onChange(tags: string[]): void;
}

function List({ field, title, empty, add, all, there, wrong, testid, onChange }: ListProps) {
  const { t, tag } = useWords();
  const words = { hint: t("form.languageHint"), add: t("form.add"), unknown: t("form.unknownLanguage") };
  return (
    <section class="language-list" aria-labelledby={`title-${field}`}>
      <h3 id={`title-${field}`} class="field-label">
        {title}
      </h3>
      {there.length === 0 && <p class="hint">{empty}</p>}
      <ul id={`field-${field}`} tabIndex={-1}>
        {there.map((language) => {
          const { label } = languageChoice(tag, language);
          return (
            <li key={language} class="language-row">
              <span class="language-name" lang={language}>
                {label}
              </span>
              <IconButton icon={X} label={t("form.remove", { language: label })} onClick={() => onChange(there.filter((one) => one !== language))} testid={`remove-${field}-${language}`} />
            </li>
          );
        })}
      </ul>
      <AddLanguage all={all} label={add} words={words} testid={testid} there={there} onAdd={(one) => onChange([...there, one])} />
      {wrong && (
        <p class="field-problem" role="alert">
          {wrong}
        </p>
      )}
    </section>
  );
}
