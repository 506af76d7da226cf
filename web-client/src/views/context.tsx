/** What every view may reach: the state, the commands, and the words of the page's language. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Commands } from "../core/commands";
import type { State, Words } from "../core/state";
import type { Store } from "../core/store";
import { useStateOf } from "../core/use_state_of";
import { say, translate, uiLanguage, type Key, type Values } from "../text/text";

export const Reach = createContext<{ store: Store; commands: Commands } | null>(null);

function useReach(): { store: Store; commands: Commands } {
  const reach = useContext(Reach);
  if (!reach) throw new Error("a view outside <App>");
  return reach;
}

export function useCommands(): Commands {
  return useReach().commands;
}

/** The state at this moment, for handlers; drawing goes through useSelected. */
export function useStore(): Store {
  return useReach().store;
}

export function useSelected<T>(select: (state: State) => T, same?: (a: T, b: T) => boolean): T {
  return useStateOf(useReach().store, select, same);
}

export interface Text {
  tag: string;
  /** For dates and times. */
  dates: string;
  t(key: Key, values?: Values): string;
  say(words: Words): string;
}

export function useText(): Text {
  const tag = useSelected((state) => state.uiLanguage);
  return { tag, dates: uiLanguage(tag).dates, t: (key, values) => translate(tag, key, values), say: (words) => say(tag, words) };
}
