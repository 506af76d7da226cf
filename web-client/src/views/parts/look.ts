/** Language and look of a page that isn't the meeting's: remembered as the meeting's page does, for all of them. */
import { useEffect, useState } from "preact/hooks";
import { catalogueFor } from "../../core/browser";
import { readPreferences, writePreferences } from "../../core/storage";
import { useMedia } from "./hooks";

export type Theme = "system" | "light" | "dark";

export interface Look {
  tag: string;
  theme: Theme;
  look: "light" | "dark";
  setTag(tag: string): void;
  setTheme(theme: Theme): void;
}

export function useLook(): Look {
  const [{ tag, theme }, set] = useState(() => {
    const { uiLanguage, theme: chosen } = readPreferences();
    return { tag: uiLanguage ?? catalogueFor(navigator.languages), theme: chosen ?? ("system" as Theme) };
  });
  const dark = useMedia("(prefers-color-scheme: dark)");
  const look = theme === "system" ? (dark ? "dark" : "light") : theme;
  document.documentElement.dataset["theme"] = look; // before anything asks for its colours
  useEffect(() => {
    document.documentElement.lang = tag;
  }, [tag]);
  const change = (next: { tag: string; theme: Theme }): void => {
    set(next);
    writePreferences({ ...readPreferences(), uiLanguage: next.tag, theme: next.theme });
  };
  return { tag, theme, look, setTag: (next) => change({ tag: next, theme }), setTheme: (next) => change({ tag, theme: next }) };
}
