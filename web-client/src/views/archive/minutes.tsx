/** The minutes, in each language that they are in; editors write them here, beside the recording. */
import { useEffect, useState } from "preact/hooks";
import type { Attachment, Meeting } from "../../core/archive/answer";
import { linkTo } from "../../core/archive/places";
import { samePrimary } from "../../core/languages";
import { ownLanguageName } from "../../text/names";
import { FileText, Pencil } from "../icons";
import { loadMinutesEditor, loadMinutesView, type Minutes } from "../minutes";
import { Button } from "../parts/basics";
import { LoadFailed, useLoaded } from "../parts/lazy";
import { useApi, useWords } from "./context";

/** Minutes know attachments by number. */
const numbered = (attachments: readonly Attachment[]): { id: number; name: string; url: string }[] =>
  attachments.map(({ id, name, url }) => ({ id: Number(id), name, url }));

interface MinutesSectionProps {
  meeting: Meeting;
  /** The language to edit, "" any; null: they are read. */
  edit: string | null;
  onEdit(language: string | null): void;
  /** Something was saved or published. */
  onChanged(): void;
}

export function MinutesSection({ meeting, edit, onEdit, onChanged }: MinutesSectionProps) {
  const { t, tag } = useWords();
  const { mayEdit, written } = meeting;
  const readable = written.filter(({ published }) => published || mayEdit);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = readable.find(({ language }) => language === chosen) ?? readable.find(({ language }) => samePrimary(language, tag)) ?? readable[0] ?? null;
  if (mayEdit && edit !== null) {
    const language = edit || shown?.language || meeting.floors[0] || tag;
    const close = (): void => {
      onChanged();
      onEdit(null);
    };
    return <Editor meeting={meeting} language={language} languages={written.map((one) => one.language)} onClose={close} onChanged={onChanged} />;
  }
  if (!shown && !mayEdit) return null;
  return (
    <section class="minutes" aria-labelledby="minutes-title">
      <div class="minutes-head">
        <h2 id="minutes-title">{t("minutes.title")}</h2>
        {readable.length > 1 && shown && (
          <label>
            <span class="unseen">{t("minutes.language")}</span>
            <select value={shown.language} onChange={(event) => setChosen(event.currentTarget.value)} data-testid="minutes-language">
              {readable.map(({ language }) => <option key={language} value={language} lang={language}>{ownLanguageName(language)}</option>)}
            </select>
          </label>
        )}
        {mayEdit && (
          <Button small icon={Pencil} onClick={() => onEdit(shown?.language ?? "")} testid="edit-minutes">{t(shown ? "minutes.edit" : "minutes.write")}</Button>
        )}
        {shown && <FileLinks meeting={meeting.name} language={shown.language} version={shown.published ? null : shown.version} />}
      </div>
      {shown ? <Reading meeting={meeting} shown={shown} /> : <p class="hint">{t("minutes.none")}</p>}
    </section>
  );
}

function FileLinks({ meeting, language, version }: { meeting: string; language: string; version: number | null }) {
  const { t } = useWords();
  const file = (ending: string): string => `/api/archive/${meeting}/minutes/${encodeURIComponent(language)}.${ending}${version === null ? "" : `?version=${version}`}`;
  return (
    <span class="minutes-files">
      <a class="file-link" href={file("pdf")}><FileText size={16} /> {t("minutes.pdf")}</a>
      <a class="file-link" href={file("md")}><FileText size={16} /> {t("minutes.markdown")}</a>
    </span>
  );
}

function Reading({ meeting, shown: { language, version, published } }: { meeting: Meeting; shown: Meeting["written"][number] }) {
  const { t } = useWords();
  const api = useApi();
  const [minutes, setMinutes] = useState<Minutes | "failed" | null>(null);
  const [turn, setTurn] = useState(0);
  const { View: MinutesView, failed, again } = useLoaded(loadMinutesView);
  useEffect(() => {
    let gone = false;
    api.minutes(meeting.name, language, published ? undefined : version).then(
      (read) => { if (!gone) setMinutes(read); },
      () => { if (!gone) setMinutes("failed"); },
    );
    return () => { gone = true; };
  }, [api, meeting.name, language, version, published, turn]);
  const there = minutes !== null && minutes !== "failed";
  useEffect(() => {
    // The page on paper is the minutes alone.
    if (!there) return undefined;
    document.documentElement.dataset["print"] = "minutes";
    return () => { delete document.documentElement.dataset["print"]; };
  }, [there]);
  const askAgain = (): void => {
    setMinutes(null);
    setTurn((before) => before + 1);
  };
  if (minutes === "failed") return <LoadFailed words={t("minutes.failed")} again={t("app.tryAgain")} onAgain={askAgain} />;
  if (failed) return <LoadFailed words={t("minutes.failed")} again={t("app.tryAgain")} onAgain={again} />;
  if (!minutes || !MinutesView) return null;
  return (
    <MinutesView
      body={minutes.body} language={minutes.language} version={minutes.version} published={minutes.published} at={minutes.at} level={3}
      attachments={numbered(meeting.attachments)} link={location.origin + linkTo(meeting.name)}
    />
  );
}

/** Of the program a part of its own, for editors alone. */
function Editor({ meeting, language, languages, onClose, onChanged }: {
  meeting: Meeting; language: string; languages: readonly string[]; onClose(): void; onChanged(): void;
}) {
  const { t, tag } = useWords();
  const api = useApi();
  const { View, failed, again } = useLoaded(loadMinutesEditor);
  return (
    <section class="minutes minutes-edited">
      {!View && !failed && <p class="hint" role="status">{t("app.loading")}</p>}
      {failed && <LoadFailed words={t("minutes.editorFailed")} again={t("app.tryAgain")} onAgain={again} />}
      {View && (
        <View
          meeting={meeting.name} token={api.token} tag={tag} language={language} languages={languages} attachments={numbered(meeting.attachments)}
          onClose={onClose} onChanged={onChanged}
        />
      )}
    </section>
  );
}
