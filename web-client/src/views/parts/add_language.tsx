/** A field in which a language is found by its name, here or in itself, or by its tag. No form of its own: it may stand in one. */
import { useId, useState } from "preact/hooks";
import { sameTag } from "../../core/languages";
import { type Choice, languageOf } from "../../text/names";
import { Plus } from "../icons";
import { Button } from "./basics";

interface AddLanguageProps {
  all: readonly Choice[];
  label: string;
  words: { hint: string; add: string; unknown: string };
  testid: string;
  there: readonly string[];
  onAdd(language: string): void;
}

export function AddLanguage({ all, label, words, testid, there, onAdd }: AddLanguageProps) {
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
    <div class="language-add">
      <input
        type="text" list={`${id}-all`} value={written} aria-label={label} placeholder={words.hint} autocomplete="off" data-testid={testid}
        aria-invalid={problem} aria-describedby={problem ? `${id}-problem` : undefined} enterkeyhint="done"
        onInput={(event) => {
          setWritten(event.currentTarget.value);
          setProblem(false);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
          event.preventDefault();
          add();
        }}
      />
      <datalist id={`${id}-all`}>
        {all.map((choice) => (
          <option key={choice.code} value={choice.label} />
        ))}
      </datalist>
      <Button icon={Plus} onClick={add} testid={`${testid}-button`} label={label}>
        {words.add}
      </Button>
      {problem && (
        <p class="field-problem" id={`${id}-problem`} role="alert">
          {words.unknown}
        </p>
      )}
    </div>
  );
}
