/** The head of the pages beside the meeting's, and their language and look, which are remembered as the meeting's page does, for all. */
import "../../styles/page_top.css";
import { useEffect, useState } from "preact/hooks";
import { catalogueFor } from "../../core/browser";
import { readPreferences, writePreferences } from "../../core/storage";
import { Globe, SunMoon } from "../icons";
import { useMedia } from "./hooks";

export type Theme = "system" | "light" | "dark";

export interface PageLook {
  tag: string;
  theme: Theme;
  look: "light" | "dark";
  setTag(tag: string): void;
  setTheme(theme: Theme): void;
}

export function usePageLook(): PageLook {
  const [{ tag, theme }, set] = useState(() => {
    const { uiLanguage, theme: chosen } = readPreferences();
    return { tag: uiLanguage ?? catalogueFor(navigator.languages), theme: chosen ?? ("system" as Theme) };
  });
  const dark = useMedia("(prefers-color-scheme: dark)");
  const look = theme === "system" ? (dark ? "dark" : "light") : theme;
  document.documentElement.dataset["theme"] = look; // before anything that is drawn asks for its colours
  useEffect(() => {
    document.documentElement.lang = tag;
  }, [tag]);
  const change = (next: { tag: string; theme: Theme }): void => {
    set(next);
    writePreferences({ ...readPreferences(), uiLanguage: next.tag, theme: next.theme });
  };
  return { tag, theme, look, setTag: (next) => change({ tag: next, theme }), setTheme: (next) => change({ tag, theme: next }) };
}

/** What every page's catalogue has. */
type TopWords = (key: "app.name" | "app.language" | "app.theme" | "app.themeSystem" | "app.themeLight" | "app.themeDark") => string;

interface PageTopProps extends PageLook {
  languages: readonly { tag: string; name: string }[];
  t: TopWords;
}

export function PageTop({ tag, theme, setTag, setTheme, languages, t }: PageTopProps) {
  return (
    <header class="page-top">
      <span class="page-brand">
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <path d="M4 14v-4M9 18V6M14 15V9M19 20V4" />
        </svg>
        <span class="page-name">{t("app.name")}</span>
      </span>
      <div class="page-settings page-settings-compact">
        <label class="compact-select">
          <Globe size={20} />
          <span class="unseen">{t("app.language")}</span>
          <select value={tag} onChange={(event) => setTag(event.currentTarget.value)} data-testid="ui-language">
            {languages.map((language) => (
              <option key={language.tag} value={language.tag} lang={language.tag}>
                {language.name}
              </option>
            ))}
          </select>
        </label>
        <label class="compact-select">
          <SunMoon size={20} />
          <span class="unseen">{t("app.theme")}</span>
          <select value={theme} onChange={(event) => setTheme(event.currentTarget.value as Theme)} data-testid="theme">
            <option value="system">{t("app.themeSystem")}</option>
            <option value="light">{t("app.themeLight")}</option>
            <option value="dark">{t("app.themeDark")}</option>
          </select>
        </label>
      </div>
    </header>
  );
}
