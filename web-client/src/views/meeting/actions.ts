/** What bar, keys and menu do alike. */
import { useEffect, useMemo } from "preact/hooks";
import type { SidePanel } from "../../core/state";
import { handPlace, mayChooseLanguage } from "../selectors";
import { useCommands, useSelected, useStore } from "../context";
import type { FullScreen } from "../parts/hooks";
import { shortcutOf, shortcutsEnabled, type Shortcut } from "../shortcuts";

export interface Actions {
  /** False on phones, whose browsers can't, and for roles that may not. */
  canShare: boolean;
  mic(): void;
  camera(): void;
  screen(): void;
  hand(): void;
  language(): void;
  chat(): void;
  people(): void;
  agenda(): void;
  files(): void;
  more(): void;
  leave(): void;
}

export function useActions(open: (what: "more" | "language" | "leave") => void): Actions {
  const store = useStore();
  const commands = useCommands();
  const mayShare = useSelected((state) => state.may.has("screen"));
  return useMemo(() => {
    const panel = (which: SidePanel): void => commands.setPanel(store.get().panel === which ? "none" : which);
    return {
      canShare: mayShare && typeof navigator.mediaDevices?.getDisplayMedia === "function",
      mic: () => commands.setMicrophone(store.get().microphone !== "on"),
      camera: () => commands.setCamera(store.get().camera !== "on"),
      screen: () => (store.get().screenShare === "off" ? commands.shareScreen() : commands.stopScreen()),
      hand: () => commands.raiseHand(handPlace(store.get(), store.get().me) === 0),
      chat: () => panel("chat"),
      people: () => panel("people"),
      agenda: () => panel("agenda"),
      files: () => panel("files"),
      language: () => open("language"),
      more: () => open("more"),
      leave: () => (store.get().sending > 0 ? open("leave") : commands.leave()),
    };
  }, [mayShare]);
}

/** Keys of shortcuts.ts, while no dialog is open. */
export function useShortcuts(actions: Actions, fullScreen: FullScreen, openHelp: () => void): void {
  const store = useStore();
  const commands = useCommands();
  useEffect(() => {
    const does: Record<Shortcut, () => void> = {
      mic: () => store.get().may.has("publish") && actions.mic(),
      camera: () => store.get().may.has("publish") && actions.camera(),
      screen: () => actions.canShare && actions.screen(),
      hand: () => store.get().may.has("hand") && actions.hand(),
      language: () => mayChooseLanguage(store.get()) && actions.language(),
      chat: actions.chat,
      people: actions.people,
      fullScreen: () => fullScreen.supported && fullScreen.toggle(),
      help: openHelp,
    };
    const pressed = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "Escape" && store.get().panel !== "none" && !event.isComposing) {
        commands.setPanel("none");
        return;
      }
      const shortcut = shortcutsEnabled() ? shortcutOf(event) : null;
      if (!shortcut) return;
      event.preventDefault(); // or the letter would land in the field that the key has just opened
      does[shortcut]();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [actions, fullScreen.supported, fullScreen.toggle]);
}
