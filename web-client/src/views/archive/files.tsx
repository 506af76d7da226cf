/** What can be taken home: the film, each language's sound, and what was handed out; editors add to that. */
import "../../styles/files.css";
import { useMemo, useRef } from "preact/hooks";
import type { Archive, Meeting, Program, Recording } from "../../core/archive/answer";
import { FilesApi } from "../../core/files/api";
import { sendingOf } from "../../core/files/uploads";
import { sizeOf } from "../../text/archive_times";
import { filesText } from "../../text/files_text";
import { ownLanguageName } from "../../text/names";
import { Words as FileWords } from "../files/context";
import { AttachmentList } from "../files/list";
import { UploadBox } from "../files/upload_box";
import { useUploads } from "../files/use_uploads";
import { Download } from "../icons";
import { useApi, useWords } from "./context";
import { useTellSending } from "./leaving";

/** The third one, m4a, is the page's own. */
const FORMATS = ["mp3", "opus"] as const;

export function useProgramName(): (program: Pick<Program, "id" | "language">) => string {
  const { t } = useWords();
  return ({ id, language }) => {
    if (id === "floor") return language ? t("player.originalIn", { language: ownLanguageName(language) }) : t("player.original");
    return ownLanguageName(language ?? id);
  };
}

function FileLink({ href, what, name, bytes }: { href: string; what: string; name: string; bytes: number }) {
  const { t, tag } = useWords();
  return (
    <a class="file-link" href={href} download>
      <Download size={16} />
      <span>
        <span class="unseen">{t("files.download", { what })} </span>
        {name} <span class="hint tabular">{sizeOf(tag, bytes)}</span>
      </span>
    </a>
  );
}

interface FilesProps {
  meeting: Meeting;
  recording: Recording | null;
  archive: Archive | null;
  /** There are other attachments now. */
  onChanged(): void;
}

export function Files({ meeting, recording, archive, onChanged }: FilesProps) {
  const { t } = useWords();
  return (
    <section class="files" aria-labelledby="files-title">
      <h2 id="files-title">{t("files.title")}</h2>
      <div class="files-columns">
        {archive && recording && <Films base={recording.base} archive={archive} />}
        {archive && recording && <SoundFiles base={recording.base} archive={archive} />}
        {(meeting.attachments.length > 0 || meeting.mayEdit) && <Attachments meeting={meeting} onChanged={onChanged} />}
      </div>
    </section>
  );
}

function Films({ base, archive }: { base: string; archive: Archive }) {
  const { t } = useWords();
  if (archive.downloads.length === 0) return null;
  const words = (file: string): string =>
    file.endsWith(".mp4") ? t("files.filmMp4") : file.endsWith(".mkv") ? t("files.filmMkv") : t("files.other", { file });
  return (
    <section>
      <h3>{t("files.film")}</h3>
      <ul class="file-list">
        {archive.downloads.map(({ file, bytes }) => (
          <li key={file}>
            <span>{words(file)}</span>
            <FileLink href={`${base}${file}?download=1`} what={t("files.film")} name={(file.split(".").pop() ?? file).toUpperCase()} bytes={bytes} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function SoundFiles({ base, archive }: { base: string; archive: Archive }) {
  const { t } = useWords();
  const name = useProgramName();
  return (
    <section>
      <h3>{t("files.sounds")}</h3>
      <ul class="file-list">
        {archive.programs.map((program) => (
          <li key={program.id}>
            <span lang={program.id === "floor" ? undefined : (program.language ?? program.id)}>{name(program)}</span>
            <span class="file-formats">
              {FORMATS.map((format) => {
                const file = program.files[format];
                const bytes = program.bytes[format] ?? 0;
                return file && <FileLink key={format} href={`${base}${file}?download=1`} what={name(program)} name={format.toUpperCase()} bytes={bytes} />;
              })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Attachments({ meeting, onChanged }: { meeting: Meeting; onChanged(): void }) {
  const { t, tag } = useWords();
  const { token } = useApi();
  const words = useMemo(() => filesText(tag), [tag]);
  const entrance = useRef({ meeting: meeting.name, token, participant: null });
  entrance.current.token = token; // another link to the same meeting stops nothing
  const files = useMemo(() => new FilesApi(() => entrance.current), []);
  const [uploads, sending] = useUploads(files, onChanged);
  useTellSending(sendingOf(uploads));
  const { attachments, agenda, mayEdit } = meeting;
  return (
    <FileWords.Provider value={words}>
      <section class="attachments">
        <h3>{t("files.attachments")}</h3>
        {attachments.length === 0 && <p class="hint">{t("files.noAttachments")}</p>}
        <AttachmentList attachments={attachments} mayRemove={() => mayEdit} remove={(one) => files.remove(one.id).then(onChanged)} />
        {mayEdit && (
          <UploadBox
            uploads={uploads} agenda={agenda} part={0} inMeeting={false} onAdd={(added, part) => sending.add(added, part)}
            onDrop={(key) => sending.drop(key)} onAgain={(key) => sending.again(key)}
          />
        )}
      </section>
    </FileWords.Provider>
  );
}
