/** Which languages the page speaks, and its words in the chosen one. */
import type { Words } from "../core/state";
import { en, type Catalogue, type Key } from "./en";
import { format, type Values } from "./format";
import { ownLanguageName } from "./names";
import { zhHans } from "./zh_hans";

export type { Key, Values };

interface UiLanguage {
  /** BCP 47; also the lang attribute of the page. */
  tag: string;
  /** In the language itself. */
  name: string;
  direction: "ltr" | "rtl";
  /** How dates are written: English is read by people of many countries, few of them with the month in front. */
  dates: string;
  catalogue: Catalogue;
}

export const UI_LANGUAGES: readonly UiLanguage[] = [
  { tag: "en", name: "English", direction: "ltr", dates: "en-GB", catalogue: en },
  { tag: "zh-Hans", name: "简体中文", direction: "ltr", dates: "zh-Hans", catalogue: zhHans },
];

const ENGLISH = UI_LANGUAGES[0] as UiLanguage;

export function uiLanguage(tag: string): UiLanguage {
  return UI_LANGUAGES.find((language) => language.tag === tag) ?? ENGLISH;
}

export function translate(tag: string, key: Key, values?: Values): string {
  const language = uiLanguage(tag);
  return format(language.catalogue[key], language.tag, values);
}

/** Words from the state, whose key is a string for the compiler: a key that no catalogue has must not take the page down. */
export function say(tag: string, words: Words): string {
  const { key, values } = words;
  const language = values?.["language"];
  const said = typeof language === "string" ? { ...values, language: ownLanguageName(language) } : values;
  return translate(tag, key in en ? (key as Key) : "app.unknownProblem", said);
}
