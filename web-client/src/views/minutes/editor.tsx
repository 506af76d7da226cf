/** The editor of a meeting's minutes: the form, its versions and languages, and what the server said to them. */
import "../../styles/minutes_editor.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { MinutesApi } from "../../core/minutes/api";
import { type EditorState, initialState, MinutesEditor as Editor, publishedOf } from "../../core/minutes/editor";
import { bodyOf } from "../../core/minutes/form";
import { deviceKeeper } from "../../core/minutes/kept";
import { readPreferences } from "../../core/storage";
import { minutesText } from "../../text/minutes_text";
import { Button } from "../parts/basics";
import { Edit, type Editing, useWords, Words } from "./context";
import { FormView } from "./form";
import { Eye, Pencil, Save, Send, Undo2, X } from "./icons";
import { LanguageChooser } from "./languages";
import { Conflict, FileLinks, Outcome, Status, Versions } from "./state";
import { MinutesView } from "./view";

export interface MinutesEditorProps {
  meeting: string;
  token: string | null;
  /** The page's language. */
  tag: string;
  /** Of the minutes: the one to begin with, and those that there are. */
  language: string;
  languages: readonly string[];
  attachments: readonly { id: number; name: string; url?: string }[];
  onClose(): void;
  /** Something was saved or published: the page's list of minutes is old. */
  onChanged?(): void;
}

function useEditor(meeting: string, api: MinutesApi, language: string): [EditorState, Editor] {
  const [state, setState] = useState<EditorState>(() => initialState(language));
  const editor = useMemo(() => new Editor(api, deviceKeeper(meeting), setState), [api, meeting]);
  useEffect(() => {
    void editor.open(language);
    const keep = (): void => editor.keepNow();
    addEventListener("pagehide", keep);
    document.addEventListener("visibilitychange", keep);
    return () => {
      removeEventListener("pagehide", keep);
      document.removeEventListener("visibilitychange", keep);
      editor.close();
    };
  }, [editor]);
  return [state, editor];
}

export function MinutesEditor(props: MinutesEditorProps) {
  const words = useMemo(() => minutesText(props.tag), [props.tag]);
  return (
    <Words.Provider value={words}>
      <EditorPage {...props} />
    </Words.Provider>
  );
}

function EditorPage({ meeting, token, language, languages, attachments, onClose, onChanged }: MinutesEditorProps) {
  const { t } = useWords();
  const api = useMemo(() => new MinutesApi(meeting, token), [meeting, token]);
  const [state, editor] = useEditor(meeting, api, language);
  const [more, setMore] = useState<readonly string[]>([]);
  const [view, setView] = useState<"form" | "preview" | "theirs">("form");
  const [words, announce] = useState("");
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const { form, conflict } = state;
  const editing = useMemo<Editing | null>(() => form && { form, edit: (change) => editor.edit(change), announce }, [form, editor]);
  const all = [...new Set([...languages, state.language || language, ...more])];
  const addLanguage = (next: string): void => {
    setMore((before) => [...before, next]);
    setView("form");
    void editor.open(next, all.includes(next) ? null : editor.copy());
  };
  return (
    <div class="minutes-editor" data-testid="minutes-editor">
      <header class="me-head">
        <h2 ref={title} tabIndex={-1}>{t("edit.title")}</h2>
        <LanguageChooser language={state.language || language} languages={all} onChoose={(next) => { setView("form"); void editor.open(next); }} onAdd={addLanguage} />
        <Button icon={X} kind="quiet" onClick={onClose} testid="close-editor">{t("edit.close")}</Button>
      </header>
      <Status state={state} />
      {!form && <Outcome state={state} onAgain={() => void editor.open(state.language || language)} />}
      <p class="unseen" role="status">{words}</p>
      {!form && !state.problem && <p class="me-loading"><span class="spinner spinner-small" aria-hidden="true" /> {t("edit.loading")}</p>}
      {editing && (
        <Edit.Provider value={editing}>
          {view === "form" && <FormView answers={state.answers} attachments={attachments} />}
          {view !== "form" && (
            <div class="me-preview">
              <MinutesView
                level={3} language={state.language} attachments={attachments}
                body={view === "theirs" && conflict ? conflict.body : bodyOf(editing.form)}
              />
            </div>
          )}
          <Actions state={state} editor={editor} view={view} setView={setView} onChanged={() => onChanged?.()} />
          <FileLinks api={api} language={state.language} version={state.versions[0]?.version ?? 0} />
          <Versions state={state} onRestore={(version) => { setView("form"); void editor.restore(version); }} />
        </Edit.Provider>
      )}
    </div>
  );
}

/** Who saves: remembered on the device, first by the name of the lobby. */
const AUTHOR = "tongsheng.minutes.author";

function authorOf(): string {
  try {
    return localStorage.getItem(AUTHOR) ?? readPreferences().profile?.name ?? "";
  } catch {
    return "";
  }
}

function rememberAuthor(name: string): void {
  try {
    localStorage.setItem(AUTHOR, name);
  } catch {
    // asked again next time
  }
}

interface ActionsProps {
  state: EditorState;
  editor: Editor;
  view: "form" | "preview" | "theirs";
  setView(view: "form" | "preview" | "theirs"): void;
  onChanged(): void;
}

function Actions({ state, editor, view, setView, onChanged }: ActionsProps) {
  const { t } = useWords();
  const [author, setAuthor] = useState(authorOf);
  const [sure, setSure] = useState(false);
  const { busy, versions, dirty, edited, conflict } = state;
  const newest = versions[0]?.version ?? 0;
  const published = publishedOf(versions);
  const save = (): void => void editor.save(author).then((saved) => { if (saved) onChanged(); });
  const publish = (on: boolean): void => void editor.publish(on).then(onChanged);
  return (
    <>
      <div class="me-actions">
        <Outcome state={state} />
        {conflict && (
          <Conflict
            conflict={conflict} looking={view === "theirs"} busy={busy !== null}
            onLook={() => setView(view === "theirs" ? "form" : "theirs")}
            onMine={() => { setView("form"); void editor.keepMine(author).then(onChanged); }}
            onTheirs={() => { setView("form"); editor.takeTheirs(); }}
          />
        )}
        <div class="me-buttons">
          <Button icon={view === "form" ? Eye : Pencil} onClick={() => setView(view === "form" ? "preview" : "form")} testid="preview">
            {view === "form" ? t("edit.preview") : t("edit.goOn")}
          </Button>
          <Button kind={dirty ? "primary" : "plain"} icon={Save} resting={busy !== null || !dirty || conflict !== null} onClick={save} testid="save">
            {busy === "saving" ? t("edit.saving") : t("edit.save")}
          </Button>
          {newest > 0 && newest !== published && (
            <Button kind={dirty ? "plain" : "primary"} icon={Send} resting={busy !== null || dirty} onClick={() => publish(true)} testid="publish">
              {busy === "publishing" ? t("edit.publishing") : t("edit.publish", { n: newest })}
            </Button>
          )}
        </div>
      </div>
      <div class="me-more">
        <label class="field me-author">
          <span class="field-label">{t("edit.author")}</span>
          <input type="text" dir="auto" value={author} maxLength={200} data-testid="author" onInput={(event) => { setAuthor(event.currentTarget.value); rememberAuthor(event.currentTarget.value); }} />
        </label>
        <div class="row">
          {published > 0 && (
            <Button kind="quiet" resting={busy !== null} onClick={() => publish(false)} testid="unpublish">{t("edit.unpublish")}</Button>
          )}
          {edited && !sure && (
            <Button kind="quiet" icon={Undo2} disabled={busy !== null} onClick={() => setSure(true)} testid="discard">{t("edit.discard")}</Button>
          )}
        </div>
      </div>
      {sure && (
        <div class="note note-caution" role="alert">
          <div class="note-body">
            <p>{t(newest > 0 ? "edit.discardSure" : "edit.discardSureDraft")}</p>
            <div class="row">
              <Button small onClick={() => { setSure(false); void editor.discard(); }} testid="discard-yes">{t("edit.discardYes")}</Button>
              <Button small kind="quiet" onClick={() => setSure(false)}>{t("edit.cancel")}</Button>
            </div>
          </div>
        </div>
      )}
    </>
  );
}
