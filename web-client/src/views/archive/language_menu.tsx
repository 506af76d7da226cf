/** Which language is heard. From the moment that somebody reaches for it the others play along silently, so that the choice is heard at once. */
import { useEffect, useRef } from "preact/hooks";
import type { Archive } from "../../core/archive/answer";
import { writeWatching } from "../../core/archive/memory";
import { interpreterAt } from "../../core/archive/timeline";
import { Check, ChevronDown, Languages } from "../icons";
import { usePlayer, usePlaying, useWords } from "./context";
import { useProgramName } from "./files";

export function LanguageMenu({ archive, opened, onOpen }: { archive: Archive; opened: boolean; onOpen(opened: boolean): void }) {
  const { t } = useWords();
  const player = usePlayer();
  const name = useProgramName();
  const language = usePlaying((state) => state.language);
  const awaited = usePlaying((state) => state.awaited);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const nameOf = (id: string): string => {
    const program = archive.programs.find((one) => one.id === id);
    return program ? name(program) : "–";
  };
  const reach = (): void => player.prepare(likeliest(archive, language));
  useEffect(() => {
    if (!opened) return undefined;
    reach();
    box.current?.querySelector<HTMLInputElement>("input:checked")?.focus();
    const outside = (event: Event): void => {
      if (!box.current?.contains(event.target as Node) && !button.current?.contains(event.target as Node)) onOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      player.rest();
    };
  }, [opened]);
  const close = (): void => {
    onOpen(false);
    button.current?.focus();
  };
  const choose = (id: string): void => {
    player.choose(id);
    writeWatching({ language: id });
  };
  if (archive.programs.length === 0) return null;
  return (
    <div class="language">
      <button
        ref={button} type="button" class="language-button" aria-expanded={opened} aria-controls="languages" data-testid="language" onClick={() => onOpen(!opened)}
        onPointerEnter={reach} onFocus={reach} onPointerLeave={() => { if (!opened) player.rest(); }}
      >
        <Languages size={20} />
        <span>{awaited ? t("player.coming", { language: nameOf(awaited) }) : t("player.language", { language: nameOf(language) })}</span>
        <ChevronDown size={16} />
      </button>
      {opened && (
        <div
          ref={box} id="languages" class="language-list" role="radiogroup" aria-label={t("player.languages")}
          onKeyDown={(event) => {
            if (event.key !== "Escape" && event.key !== "Enter") return;
            event.preventDefault();
            close();
          }}
        >
          {archive.programs.map((program) => (
            <Row key={program.id} archive={archive} id={program.id} name={name(program)} tag={program.id === "floor" ? undefined : (program.language ?? program.id)}
              chosen={(awaited ?? language) === program.id} onChoose={() => choose(program.id)} onPressed={close} />
          ))}
        </div>
      )}
    </div>
  );
}

/** Around the one that is heard, as the list has them: those are chosen next. */
function likeliest({ programs }: Archive, language: string): string[] {
  const at = programs.findIndex(({ id }) => id === language);
  const distance = (i: number): number => Math.abs(i - at);
  return programs.map(({ id }, i) => ({ id, i })).sort((a, b) => distance(a.i) - distance(b.i)).map(({ id }) => id);
}

function Row({ archive, id, name, tag, chosen, onChoose, onPressed }: {
  archive: Archive; id: string; name: string; tag: string | undefined; chosen: boolean; onChoose(): void; onPressed(): void;
}) {
  const { t } = useWords();
  const second = usePlaying(({ at }) => Math.floor(at));
  const interpreter = id === "floor" ? undefined : interpreterAt(archive, id, second);
  const note = interpreter === undefined || interpreter === "silent" ? "" : interpreter === null ? t("player.original") : interpreter.name;
  return (
    <label class="language-row" onClick={(event) => { if (event.detail > 0 && event.target instanceof HTMLInputElement) setTimeout(onPressed); }}>
      <input type="radio" name="language" value={id} checked={chosen} onChange={onChoose} />
      <span class="language-check" aria-hidden="true">{chosen && <Check size={18} />}</span>
      <span class="language-name" lang={tag}>{name}</span>
      {note && <span class="hint"><bdi>{note}</bdi></span>}
    </label>
  );
}
