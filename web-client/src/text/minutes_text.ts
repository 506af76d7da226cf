/** The words of minutes and of their editor, in the page's language; a document's own are in its language where we have it. */
import { format, type Values } from "./format";
import { minutesEn, type MinutesCatalogue, type MinutesKey } from "./minutes_en";
import { minutesZhHans } from "./minutes_zh_hans";

interface MinutesLanguage {
  tag: string;
  /** How times are written. */
  dates: string;
  catalogue: MinutesCatalogue;
}

export const MINUTES_LANGUAGES: readonly MinutesLanguage[] = [
  { tag: "en", dates: "en-GB", catalogue: minutesEn },
  { tag: "zh-Hans", dates: "zh-Hans", catalogue: minutesZhHans },
];

export interface MinutesText {
  tag: string;
  dates: string;
  t(key: MinutesKey, values?: Values): string;
}

export function minutesText(tag: string): MinutesText {
  const language = MINUTES_LANGUAGES.find((one) => one.tag === tag) ?? (MINUTES_LANGUAGES[0] as MinutesLanguage);
  return { tag: language.tag, dates: language.dates, t: (key, values) => format(language.catalogue[key], language.tag, values) };
}

/** As minutes_words.c: Chinese for all of its tags, else English. */
export function documentText(language: string): MinutesText {
  return minutesText(/^zh(-|$)/i.test(language) ? "zh-Hans" : "en");
}

const RTL = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)(-|$)(?!.*Latn)/i;

export const directionOf = (language: string): "rtl" | "ltr" => (RTL.test(language) ? "rtl" : "ltr");
