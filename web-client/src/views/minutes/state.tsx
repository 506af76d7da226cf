/** How it stands with what is edited: saved, published, in conflict, its versions and files. */
import { useState } from "preact/hooks";
import type { MinutesApi } from "../../core/minutes/api";
import type { Minutes } from "../../core/minutes/body";
import { type EditorState, publishedOf } from "../../core/minutes/editor";
import { Button } from "../parts/basics";
import { useWords } from "./context";
import { Check, CircleAlert, Download, History } from "./icons";

function useTime(): (at: number) => string {
  const { dates } = useWords();
  const format = new Intl.DateTimeFormat(dates, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
  return (at) => format.format(at);
}

export function Status({ state }: { state: EditorState }) {
  const { t } = useWords();
  const time = useTime();
  const { form, base, dirty, edited, found, versions } = state;
  const newest = versions[0]?.version ?? 0;
  const published = publishedOf(versions);
  const lines: string[] = [];
  if (form && newest === 0) lines.push(t(edited ? "state.newDirty" : "state.new"));
  else if (form && base === 0) lines.push(...(edited ? [t("state.dirtyDraft", { n: newest })] : []));
  else if (form && dirty) lines.push(t("state.dirty", { n: base }));
  else if (form) lines.push(t("state.saved", { n: newest }));
  if (form && newest > 0) lines.push(published > 0 ? t("state.published", { n: published }) : t("state.unpublished"));
  return (
    <div class="me-status">
      <p class="me-line" data-testid="editor-state">{lines.join(" ")}</p>
      {found !== null && <p class="note note-plain">{t("state.found", { time: time(found) })}</p>}
    </div>
  );
}

/** Beside the buttons, where the person looks who has just pressed one. */
export function Outcome({ state: { form, problem, done, edited }, onAgain }: { state: EditorState; onAgain?(): void }) {
  const { t } = useWords();
  return (
    <>
      <p class="me-done" role="status">{done && <><Check size={18} /> {t(`done.${done}`)}</>}</p>
      {problem && (
        <div class="note note-problem" role="alert" data-testid="editor-problem">
          <CircleAlert size={20} />
          <div class="note-body">
            <p>{t(`problem.${problem.doing}`)} {problem.doing === "save" && edited && t("problem.kept")} {t(`why.${problem.why}`)} {problem.why === "refused" && <bdi lang="en">{problem.detail}</bdi>}</p>
            {!form && onAgain && <div class="row"><Button small onClick={onAgain}>{t("problem.again")}</Button></div>}
          </div>
        </div>
      )}
    </>
  );
}

interface ConflictProps {
  conflict: Minutes;
  looking: boolean;
  busy: boolean;
  onLook(): void;
  onMine(): void;
  onTheirs(): void;
}

export function Conflict({ conflict: { author: name, version: n, at }, looking, busy, onLook, onMine, onTheirs }: ConflictProps) {
  const { t } = useWords();
  const time = useTime();
  return (
    <div class="note note-caution" role="alert" data-testid="conflict">
      <CircleAlert size={20} />
      <div class="note-body">
        <h3 class="note-title">{t("conflict.title", { name, n })}</h3>
        <p>{t("conflict.text", { time: time(at) })}</p>
        <div class="row">
          <Button small disabled={busy} onClick={onMine} testid="keep-mine">{t("conflict.mine", { n: n + 1 })}</Button>
          <Button small onClick={onLook} testid="look-theirs">{looking ? t("conflict.back") : t("conflict.look", { name })}</Button>
          <Button small disabled={busy} onClick={onTheirs} testid="take-theirs">{t("conflict.theirs", { name })}</Button>
        </div>
      </div>
    </div>
  );
}

/** A link can't send the token, so the page asks and opens what came. */
export function FileLinks({ api, language, version }: { api: MinutesApi; language: string; version: number }) {
  const { t } = useWords();
  const [state, setState] = useState<"making" | "failed" | null>(null);
  if (version === 0) return null;
  const save = async (ending: "pdf" | "md"): Promise<void> => {
    setState("making");
    try {
      const url = URL.createObjectURL(await api.file(api.address(language, ending, version)));
      const link = document.createElement("a");
      link.href = url;
      link.download = `minutes-${language}.${ending}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      setState(null);
    } catch {
      setState("failed");
    }
  };
  return (
    <div class="me-files" role="group" aria-label={t("edit.files")}>
      <span>{t("form.version", { n: version })}</span>
      <Button small icon={Download} disabled={state === "making"} onClick={() => void save("pdf")} testid="get-pdf">{t("edit.pdf")}</Button>
      <Button small icon={Download} disabled={state === "making"} onClick={() => void save("md")} testid="get-md">{t("edit.markdown")}</Button>
      <span role="status" class="hint">{state === "making" ? t("edit.making") : state === "failed" ? t("edit.fileFailed") : ""}</span>
    </div>
  );
}

export function Versions({ state, onRestore }: { state: EditorState; onRestore(version: number): void }) {
  const { t } = useWords();
  const time = useTime();
  const [asked, setAsked] = useState(0);
  const { versions, base, dirty, busy } = state;
  const restore = (version: number): void => {
    setAsked(0);
    onRestore(version);
  };
  return (
    <details class="me-versions">
      <summary><History size={20} /> {t("versions.title")} <span class="me-count">{versions.length}</span></summary>
      {versions.length === 0 && <p class="hint">{t("versions.none")}</p>}
      <ol reversed>
        {versions.map(({ version, author, at, published }) => (
          <li key={version} class="me-version">
            <span>
              <b>{t("versions.one", { n: version })}</b> {t("versions.by", { name: author, time: time(at) })}
              {published && <span class="me-tag">{t("versions.published")}</span>}
              {version === base && <span class="me-tag">{t("versions.current")}</span>}
            </span>
            {(version !== base || dirty) && asked !== version && (
              <Button small disabled={busy !== null} label={t("versions.restoreLabel", { n: version })} onClick={() => (dirty ? setAsked(version) : restore(version))} testid={`restore-${version}`}>
                {t("versions.restore")}
              </Button>
            )}
            {asked === version && (
              <div class="note note-caution" role="alert">
                <div class="note-body">
                  <p>{t("versions.restoreSure")}</p>
                  <div class="row">
                    <Button small onClick={() => restore(version)} testid="restore-yes">{t("versions.restore")}</Button>
                    <Button small kind="quiet" onClick={() => setAsked(0)}>{t("edit.cancel")}</Button>
                  </div>
                </div>
              </div>
            )}
          </li>
        ))}
      </ol>
    </details>
  );
}
