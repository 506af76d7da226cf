/** What a page that isn't the meeting's has on top: whose it is, its language and its look. */
import type { ComponentChildren } from "preact";
import { Globe, SunMoon } from "../icons";
import type { Look, Theme } from "./look";

/** The words of it, which each page has in its own catalogue. */
type TopKey = "app.name" | "app.language" | "app.theme" | "app.themeSystem" | "app.themeLight" | "app.themeDark";

interface TopBarProps {
  look: Look;
  languages: readonly { tag: string; name: string }[];
  t(key: TopKey): string;
  /** In place of the name alone: a link home. */
  home?: (children: ComponentChildren) => ComponentChildren;
}

export function TopBar({ look: { tag, theme, setTag, setTheme }, languages, t, home = (children) => children }: TopBarProps) {
  return (
    <header class="top-bar">
      {home(
        <span class="brand">
          <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <path d="M4 14v-4M9 18V6M14 15V9M19 20V4" />
          </svg>
          <span class="brand-name">{t("app.name")}</span>
        </span>,
      )}
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
