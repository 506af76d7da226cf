import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Form } from "../../core/minutes/form";
import { minutesText, type MinutesText } from "../../text/minutes_text";

export const Words = createContext<MinutesText>(minutesText("en"));
export const useWords = (): MinutesText => useContext(Words);

/** What the parts of the form may do. */
export interface Editing {
  form: Form;
  edit(change: (form: Form) => Form): void;
  /** For a live region. */
  announce(words: string): void;
}

export const Edit = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(Edit);
  if (!editing) throw new Error("a part of the form outside the editor");
  return editing;
}
