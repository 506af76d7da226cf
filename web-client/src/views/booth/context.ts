import type { BoothCommands } from "../../core/booth/booth_commands";
import type { BoothKey } from "../../text/booth_en";
import { boothWords } from "../../text/booth_text";
import type { Values } from "../../text/text";
import { languageName } from "../../text/names";
import { useCommands, useSelected } from "../context";

export interface BoothText {
  tag: string;
  t(key: BoothKey, values?: Values): string;
  /** A language in the page's own: an interpreter reads one alphabet at a glance. */
  language(tag: string): string;
}

export function useBoothText(): BoothText {
  const tag = useSelected((state) => state.uiLanguage);
  return { tag, t: (key, values) => boothWords(tag, key, values), language: (of) => languageName(tag, of) };
}

/** The console is drawn only while it is there. */
export function useBooth(): BoothCommands {
  const { booth } = useCommands();
  if (!booth) throw new Error("a console without a booth");
  return booth;
}
