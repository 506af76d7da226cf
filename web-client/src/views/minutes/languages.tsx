/** Which language's minutes are edited, and another one to begin. */
import { useId, useMemo, useState } from "preact/hooks";
import { languageChoices, languageName, languageOf } from "../../text/names";
import { Button } from "../parts/basics";
import { useWords } from "./context";
import { Languages } from "./icons";

interface LanguageChooserProps {
  language: string;
  languages: readonly string[];
  onChoose(language: string): void;
  onAdd(language: string): void;
}

export function LanguageChooser({ language, languages, onChoose, onAdd }: LanguageChooserProps) {
  const { t, tag } = useWords();
  const [adding, setAdding] = useState(false);
  return (
    <>
      <label class="me-language">
        <Languages size={20} />
        <span class="unseen">{t("edit.language")}</span>
        <select value={language} onChange={(event) => onChoose(event.currentTarget.value)} data-testid="edited-language">
          {languages.map((one) => <option key={one} value={one}>{languageName(tag, one)}</option>)}
        </select>
      </label>
      {!adding && <Button kind="quiet" onClick={() => setAdding(true)} testid="add-language">{t("edit.addLanguage")}</Button>}
      {adding && <Adder from={language} onCancel={() => setAdding(false)} onAdd={(next) => { setAdding(false); onAdd(next); }} />}
    </>
  );
}

function Adder({ from, onAdd, onCancel }: { from: string; onAdd(language: string): void; onCancel(): void }) {
  const { t, tag } = useWords();
  const id = useId();
  const [written, setWritten] = useState("");
  const choices = useMemo(() => languageChoices(tag), [tag]);
  const found = languageOf(written, choices);
  return (
    <form class="me-adder" onSubmit={(event) => { event.preventDefault(); if (found) onAdd(found); }}>
      <label class="field">
        <span class="field-label">{t("edit.chooseLanguage")}</span>
        <input type="text" list={id} value={written} autofocus data-testid="new-language" onInput={(event) => setWritten(event.currentTarget.value)} />
        <datalist id={id}>{choices.map(({ code, label }) => <option key={code} value={label} />)}</datalist>
        <span class="hint">{t("edit.addLanguageHint", { language: languageName(tag, from) })}</span>
      </label>
      <div class="row">
        <button type="submit" class="button button-primary" disabled={found === null} data-testid="add-it">{t("edit.addIt")}</button>
        <Button kind="quiet" onClick={onCancel}>{t("edit.cancel")}</Button>
      </div>
    </form>
  );
}
