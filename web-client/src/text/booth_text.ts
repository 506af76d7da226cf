/** The console's words in the page's language. */
import { boothEn, type BoothCatalogue, type BoothKey } from "./booth_en";
import { boothZhHans } from "./booth_zh_hans";
import { format, type Values } from "./format";

export const BOOTH_CATALOGUES: Readonly<Record<string, BoothCatalogue>> = { en: boothEn, "zh-Hans": boothZhHans };

export function boothWords(tag: string, key: BoothKey, values?: Values): string {
  const known = BOOTH_CATALOGUES[tag];
  return format((known ?? boothEn)[key], known ? tag : "en", values);
}
