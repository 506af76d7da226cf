/** The words of the operator's page, for all its parts. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { statusText, type StatusText } from "../../text/status_text";

export const Words = createContext<StatusText>(statusText("en"));
export const useWords = (): StatusText => useContext(Words);

/** 10:42:05, and with `short` 10:42. */
export function clock(dates: string, unixSeconds: number, short = false): string {
  return new Date(unixSeconds * 1000).toLocaleTimeString(dates, {
    hour: "2-digit", minute: "2-digit", ...(short ? {} : { second: "2-digit" }), hourCycle: "h23",
  });
}
