/** The booth's words: pasted or from a file, searched as one types. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { readGlossary, writeGlossary } from "../../core/booth/console_storage";
import { type Glossary, LONGEST_TEXT, parseGlossary, searchGlossary } from "../../core/booth/glossary";
import { useSelected } from "../context";
import { Button } from "../parts/basics";
import { useBoothText } from "./context";

/** Also where nothing can be remembered, it holds while the page is open. */
const open = new Map<string, Glossary>();

export function GlossaryDrawer() {
  const meeting = useSelected((state) => state.meeting?.name ?? "");
  const [glossary, setGlossary] = useState<Glossary>(() => open.get(meeting) ?? readGlossary(meeting));
  const [editing, setEditing] = useState(glossary.rows.length === 0);
  const [kept, setKept] = useState(true);
  const take = (text: string): void => {
    const parsed = parseGlossary(text);
    open.set(meeting, parsed);
    setKept(writeGlossary(meeting, text));
    setGlossary(parsed);
    setEditing(parsed.rows.length === 0);
  };
  return (
    <div class="panel-scroll drawer-body">
      {editing ? <Editor onTake={take} /> : <Search glossary={glossary} onEdit={() => setEditing(true)} onForget={() => take("")} />}
      <Remarks glossary={glossary} kept={kept} />
    </div>
  );
}

function Remarks({ glossary, kept }: { glossary: Glossary; kept: boolean }) {
  const { t } = useBoothText();
  return (
    <div role="status" class="hint">
      <p>{t("glossary.count", { n: glossary.rows.length })}</p>
      {glossary.leftOut > 0 && <p>{t("glossary.leftOut", { n: glossary.leftOut })}</p>}
      <p>{t(kept ? "glossary.stays" : "glossary.notKept")}</p>
    </div>
  );
}

function Editor({ onTake }: { onTake(text: string): void }) {
  const { t } = useBoothText();
  const [text, setText] = useState("");
  const [tooLarge, setTooLarge] = useState(false);
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setTooLarge(file.size > LONGEST_TEXT);
    if (file.size <= LONGEST_TEXT) onTake(await file.text());
  };
  return (
    <>
      <label class="field">
        <span class="field-label">{t("glossary.paste")}</span>
        <textarea rows={6} value={text} dir="auto" data-testid="glossary-text" onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <Button small kind="primary" disabled={text.trim() === ""} onClick={() => onTake(text)} testid="glossary-keep">
        {t("glossary.keep")}
      </Button>
      <label class="field">
        <span class="field-label">{t("glossary.file")}</span>
        <input type="file" accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain" data-testid="glossary-file" onChange={(event) => void read(event.currentTarget.files?.[0])} />
      </label>
      {tooLarge && <p class="field-problem">{t("glossary.tooLarge")}</p>}
    </>
  );
}

function Search({ glossary, onEdit, onForget }: { glossary: Glossary; onEdit(): void; onForget(): void }) {
  const { t } = useBoothText();
  const [question, setQuestion] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const found = useMemo(() => searchGlossary(glossary, question), [glossary, question]);
  return (
    <>
      <input
        ref={field} type="search" value={question} dir="auto" aria-label={t("glossary.search")} placeholder={t("glossary.search")} data-testid="glossary-search"
        onInput={(event) => setQuestion(event.currentTarget.value)}
      />
      {found.length === 0 ? (
        <p role="status">{t("glossary.nothing")}</p>
      ) : (
        <table class="glossary">
          <tbody>
            {found.map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) => (
                  <td key={column} dir="auto">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div class="row">
        <Button small onClick={onEdit}>
          {t("glossary.edit")}
        </Button>
        <Button small kind="quiet" onClick={onForget}>
          {t("glossary.forget")}
        </Button>
      </div>
    </>
  );
}
