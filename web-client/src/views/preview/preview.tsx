/** For developers: every screen from a made-up state, at /preview.html?screen=NAME&lang=TAG&theme=light|dark. Not part of the product's bundle. */
import { render } from "preact";
import type { Commands } from "../../core/commands";
import { languagesOf } from "../../core/languages";
import type { Languages, State } from "../../core/state";
import { createStore, type WritableStore } from "../../core/store";
import { pageCount, pageOf } from "../../core/slots";
import { App } from "../app";
import { pretendBooth } from "./booth";
import { BASE, SCREENS } from "./states";

function changed(languages: Languages, floors = languages.floors, channels = languages.channels.map(({ language }) => language)): Languages {
  const made = languagesOf({ floors, channels }).channels;
  return { ...languages, floors, channels: made.map((one) => languages.channels.find(({ language }) => language === one.language) ?? one) };
}

/** Enough of a controller to press the buttons; what needs a server does nothing. */
function pretend(store: WritableStore): Commands {
  const change = (part: Partial<State>): void => store.set({ ...store.get(), ...part });
  const real: Partial<Commands> = {
    setUiLanguage: (uiLanguage) => change({ uiLanguage }),
    setTheme: (theme) => change({ theme }),
    setProfile: (profile) => change({ profile: { ...store.get().profile, ...profile } }),
    setMicrophone: (on) => change({ microphone: on ? "on" : "off" }),
    setCamera: (on) => change({ camera: on ? "on" : "off" }),
    setListening: (listening) => change({ listening }),
    setOriginalLevel: (originalLevel) => change({ originalLevel }),
    setLanguages: ({ floors, channels }) => change({ languages: changed(store.get().languages, floors, channels) }),
    setFloorLanguage: (language) => {
      const { languages } = store.get();
      change({ languages: { ...languages, floor: { ...languages.floor, language: language ?? languages.floors[0] ?? "", set: language !== null } } });
    },
    booth: pretendBooth(store),
    leave: () => change({ page: { at: "left", why: "left" } }),
    setLayout: (layout) => change({ layout }),
    setPanel: (panel) => change({ panel }),
    setGalleryPage: (galleryPage) => change({ galleryPage, galleryMembers: pageOf(store.get().tiles, galleryPage, store.get().pageSize) }),
    setTileGeometry: (pageSize) => {
      const { tiles, galleryPage } = store.get();
      change({ pageSize, galleryPages: pageCount(tiles, pageSize), galleryMembers: pageOf(tiles, galleryPage, pageSize) });
    },
    makeLink: ({ role }) => change({ issuedLink: { role, url: `${location.origin}/m/demo#token=eyJhbGciOiJIUzI1NiJ9.made-up` } }),
    dismissIssuedLink: () => change({ issuedLink: null }),
    dismissToast: (id) => change({ toasts: store.get().toasts.filter((toast) => toast.id !== id) }),
    unblockSound: () => change({ soundBlocked: false }),
    sendChat: (text) => {
      const { chat } = store.get();
      change({ chat: [...chat, { id: chat.length + 100, from: "me", name: "Maisara Othman", text, at: Date.now(), question: false }] });
    },
    markQuestion: (id, question) => change({ chat: store.get().chat.map((one) => (one.id === id ? { ...one, question } : one)) }),
    startPart: (part) => change({ part, agenda: store.get().agenda.map((one) => (one.number === part ? { ...one, started: Date.now() } : one)) }),
    setConsent: (consent) => change({ consent }),
    raiseHand: (raised) => change({ hands: raised ? [...store.get().hands, { participant: "me", at: Date.now() }] : [] }),
  };
  const nothing = (): void => undefined;
  return new Proxy(real, { get: (known, name: keyof Commands) => known[name] ?? nothing }) as Commands;
}

const wanted = new URLSearchParams(location.search);
const make = SCREENS[wanted.get("screen") ?? ""];
const root = document.getElementById("app");
if (root && make) {
  const store = createStore({
    ...make(),
    uiLanguage: wanted.get("lang") ?? BASE.uiLanguage,
    theme: (wanted.get("theme") as State["theme"] | null) ?? "system",
  });
  if (wanted.get("dir") === "rtl") setTimeout(() => (document.documentElement.dir = "rtl"), 200);
  render(<App store={store} commands={pretend(store)} />, root);
} else if (root) {
  render(
    <ul>
      {Object.keys(SCREENS).map((name) => (
        <li key={name}>
          <a href={`?screen=${name}`}>{name}</a>
        </li>
      ))}
    </ul>,
    root,
  );
}
