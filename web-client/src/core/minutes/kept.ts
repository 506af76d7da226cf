/** What somebody has written and not saved yet, kept on the device for each meeting and language. Forbidden storage: nothing is kept. */
import { number, object } from "../guards";
import { type Body, readBody } from "./body";

export interface KeptDraft {
  /** The version that was changed. */
  base: number;
  /** When, Unix ms. */
  at: number;
  body: Body;
}

export interface Keeper {
  read(language: string): KeptDraft | null;
  /** Null: forget it. */
  write(language: string, draft: KeptDraft | null): void;
}

const readKept = object({ base: number, at: number, body: readBody });

export function deviceKeeper(meeting: string): Keeper {
  const key = (language: string): string => `tongsheng.minutes.${meeting}.${language}`;
  return {
    read(language) {
      try {
        const text = localStorage.getItem(key(language));
        return text === null ? null : readKept(JSON.parse(text), key(language));
      } catch {
        return null;
      }
    },
    write(language, draft) {
      try {
        if (draft === null) localStorage.removeItem(key(language));
        else localStorage.setItem(key(language), JSON.stringify(draft));
      } catch {
        // private browsing, or full: saving to the server still works
      }
    },
  };
}
