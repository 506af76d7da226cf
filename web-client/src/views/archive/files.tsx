/** What can be taken home: the film, each language's sound, and what was handed out. */
import type { Archive, Meeting, Program, Recording } from "../../core/archive/answer";
import { ownLanguageName } from "../../text/names";
import { sizeOf } from "../../text/archive_times";
import { Download, Paperclip } from "../icons";
import { useWords } from "./context";

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

export function Files({ meeting, recording, archive }: { meeting: Meeting; recording: Recording | null; archive: Archive | null }) {
  const { t } = useWords();
  return (
    <section class="files" aria-labelledby="files-title">
      <h2 id="files-title">{t("files.title")}</h2>
      <div class="files-columns">
        {archive && recording && <Films base={recording.base} archive={archive} />}
        {archive && recording && <SoundFiles base={recording.base} archive={archive} />}
        {meeting.attachments.length > 0 && <Attachments meeting={meeting} />}
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

function Attachments({ meeting }: { meeting: Meeting }) {
  const { t, tag } = useWords();
  return (
    <section>
      <h3>{t("files.attachments")}</h3>
      <ul class="file-list">
        {meeting.attachments.map(({ id, name, bytes, part, by, url }) => (
          <li key={id}>
            <a class="file-link file-name" href={url} download={name}>
              <Paperclip size={16} /> <bdi>{name}</bdi>
            </a>
            <span class="hint">
              {sizeOf(tag, bytes)}
              {by && <> · {t("files.by", { name: by })}</>}
              {part > 0 && <> · {t("files.part", { n: part })}</>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
