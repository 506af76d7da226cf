/** The languages of the archive's page, and its words in the chosen one. */
import { type ArchiveCatalogue, archiveEn, type ArchiveKey } from "./archive_en";
import { partsOf } from "./archive_times";
import { archiveZhHans } from "./archive_zh_hans";
import { format, type Values } from "./format";

interface ArchiveLanguage {
  tag: string;
  name: string;
  /** How times are written. */
  dates: string;
  catalogue: ArchiveCatalogue;
}

export const ARCHIVE_LANGUAGES: readonly ArchiveLanguage[] = [
  { tag: "en", name: "English", dates: "en-GB", catalogue: archiveEn },
  { tag: "zh-Hans", name: "简体中文", dates: "zh-Hans", catalogue: archiveZhHans },
];

export interface ArchiveText {
  tag: string;
  dates: string;
  t(key: ArchiveKey, values?: Values): string;
  /** "41 minutes 20 seconds", for those who hear it. */
  spoken(seconds: number): string;
}

export function archiveText(tag: string): ArchiveText {
  const language = ARCHIVE_LANGUAGES.find((one) => one.tag === tag) ?? (ARCHIVE_LANGUAGES[0] as ArchiveLanguage);
  const t = (key: ArchiveKey, values?: Values): string => format(language.catalogue[key], language.tag, values);
  return { tag: language.tag, dates: language.dates, t, spoken: (seconds) => t("player.time", partsOf(seconds)) };
}
