/** The languages of the operator's page, and its words in the chosen one. */
import { format, type Values } from "./format";
import { statusEn, type StatusCatalogue, type StatusKey } from "./status_en";
import { reasonsZhHans, statusZhHans } from "./status_zh_hans";

interface StatusLanguage {
  tag: string;
  name: string;
  /** How times are written. */
  dates: string;
  catalogue: StatusCatalogue;
  /** What the counters' help sentences are, by their names; the server speaks English. */
  reasons: Readonly<Record<string, string>>;
}

export const STATUS_LANGUAGES: readonly StatusLanguage[] = [
  { tag: "en", name: "English", dates: "en-GB", catalogue: statusEn, reasons: {} },
  { tag: "zh-Hans", name: "简体中文", dates: "zh-Hans", catalogue: statusZhHans, reasons: reasonsZhHans },
];

export interface StatusText {
  tag: string;
  dates: string;
  t(key: StatusKey, values?: Values): string;
  /** A reason in words, and the language that they are in. */
  reason(name: string, help: string): { words: string; lang: string };
}

export function statusText(tag: string): StatusText {
  const language = STATUS_LANGUAGES.find((one) => one.tag === tag) ?? (STATUS_LANGUAGES[0] as StatusLanguage);
  return {
    tag: language.tag,
    dates: language.dates,
    t: (key, values) => format(language.catalogue[key], language.tag, values),
    reason: (name, help) => {
      const words = language.reasons[name];
      return words === undefined ? { words: help, lang: "en" } : { words, lang: language.tag };
    },
  };
}
