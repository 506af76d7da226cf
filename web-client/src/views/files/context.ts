import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { BYTES_MAX, type FilesFailure } from "../../core/files/api";
import { filesText, type FilesText } from "../../text/files_text";

export const Words = createContext<FilesText>(filesText("en"));
export const useWords = (): FilesText => useContext(Words);

/** "100 MB", as the server counts them. */
export const MOST = `${Math.round(BYTES_MAX / 2 ** 20)} MB`;

export function failureWords({ t }: FilesText, { why, detail }: FilesFailure): string {
  return t(`why.${why}`, { size: MOST, message: detail || "–" });
}
