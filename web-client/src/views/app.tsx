/** The page: chooses the screen, and keeps what belongs to the document (language, direction, look, title). */
import "../styles/index.css";
import { useEffect } from "preact/hooks";
import { callsFor } from "../core/calls";
import type { Commands } from "../core/commands";
import type { Store } from "../core/store";
import { uiLanguage } from "../text/text";
import { Lobby } from "./before/lobby";
import { Elsewhere, Left, Loading, Refused } from "./before/simple";
import { Reach, useSelected, useText } from "./context";
import { Meeting } from "./meeting/meeting";
import { useMedia } from "./parts/hooks";

export function App({ store, commands }: { store: Store; commands: Commands }) {
  return (
    <Reach.Provider value={{ store, commands }}>
      <DocumentLook />
      <Screen />
    </Reach.Provider>
  );
}

function Screen() {
  const page = useSelected((state) => state.page);
  switch (page.at) {
    case "loading":
      return <Loading />;
    case "refused":
      return <Refused problem={page.problem} />;
    case "lobby":
      return <Lobby page={page} />;
    case "elsewhere":
      return <Elsewhere />;
    case "meeting":
      return <Meeting />;
    case "left":
      return <Left why={page.why} />;
  }
}

function DocumentLook() {
  const { t, tag } = useText();
  const theme = useSelected((state) => state.theme);
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  const title = useSelected((state) => state.meeting?.title || state.meeting?.name || "");
  const unread = useSelected((state) => (state.page.at === "meeting" ? state.unread : 0));
  const onAir = useSelected((state) => state.onAir !== null);
  const called = useSelected((state) => callsFor(state).length > 0);
  const look = theme === "system" ? (systemDark ? "dark" : "light") : theme;

  useEffect(() => {
    document.documentElement.lang = tag;
    document.documentElement.dir = uiLanguage(tag).direction;
  }, [tag]);
  useEffect(() => {
    document.documentElement.dataset["theme"] = look;
  }, [look]);
  useEffect(() => {
    const name = title ? `${title} · ${t("app.name")}` : t("app.name");
    const counted = unread > 0 ? `(${unread}) ${name}` : name;
    const rings = called ? t("app.calledTitle", { title: counted }) : counted;
    document.title = onAir ? t("app.onAirTitle", { title: rings }) : rings;
  }, [title, unread, onAir, called, tag]);
  return null;
}
