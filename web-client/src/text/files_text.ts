/** The words of attachments, in the page's language. */
import { filesEn, type FilesCatalogue, type FilesKey } from "./files_en";
import { filesZhHans } from "./files_zh_hans";
import { format, type Values } from "./format";

export const FILES_LANGUAGES: readonly { tag: string; catalogue: FilesCatalogue }[] = [
  { tag: "en", catalogue: filesEn },
  { tag: "zh-Hans", catalogue: filesZhHans },
];

export interface FilesText {
  tag: string;
  t(key: FilesKey, values?: Values): string;
}

export function filesText(tag: string): FilesText {
  const { catalogue, tag: known } = FILES_LANGUAGES.find((one) => one.tag === tag) ?? { tag: "en", catalogue: filesEn };
  return { tag: known, t: (key, values) => format(catalogue[key], known, values) };
}
