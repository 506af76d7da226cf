/** The languages of the secretariat's page, and its words in the chosen one. */
import { adminEn, type AdminCatalogue, type AdminKey } from "./admin_en";
import { adminZhHans } from "./admin_zh_hans";
import { format, type Values } from "./format";

interface AdminLanguage {
  tag: string;
  name: string;
  /** How times are written. */
  dates: string;
  catalogue: AdminCatalogue;
}

export const ADMIN_LANGUAGES: readonly AdminLanguage[] = [
  { tag: "en", name: "English", dates: "en-GB", catalogue: adminEn },
  { tag: "zh-Hans", name: "简体中文", dates: "zh-Hans", catalogue: adminZhHans },
];

export interface AdminText {
  tag: string;
  dates: string;
  t(key: AdminKey, values?: Values): string;
}

export function adminText(tag: string): AdminText {
  const language = ADMIN_LANGUAGES.find((one) => one.tag === tag) ?? (ADMIN_LANGUAGES[0] as AdminLanguage);
  return { tag: language.tag, dates: language.dates, t: (key, values) => format(language.catalogue[key], language.tag, values) };
}
