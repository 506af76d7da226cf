/** What an interpreter hears: the floor, or by relay another booth's channel. */
import { samePrimary, sameTag } from "../languages";

export type Preselection = "floor" | "auto" | string;

export interface IncomingSituation {
  preselected: Preselection;
  /** The language of the floor now; "" when unknown. */
  floor: string;
  /** The booth's working languages, and the one that it takes the others from; "": none. */
  understands: readonly string[];
  pivot: string;
  channels: readonly { language: string; state: string }[];
  /** The channel that one is on air in: nobody interprets their own interpretation. */
  own: string | null;
}

export interface Incoming {
  /** Null: the floor. */
  channel: string | null;
  /** Chosen by itself, since the floor speaks a language that the booth doesn't understand. */
  automatic: boolean;
}

const FLOOR: Incoming = { channel: null, automatic: false };

export function incoming(now: IncomingSituation): Incoming {
  const { preselected, floor, understands, pivot, channels, own } = now;
  if (preselected === "floor") return FLOOR;
  if (preselected !== "auto") {
    // What was chosen by hand wins, as long as there is such a channel and it isn't one's own.
    const chosen = channels.find(({ language }) => sameTag(language, preselected));
    return chosen && !(own !== null && sameTag(own, preselected)) ? { channel: chosen.language, automatic: false } : FLOOR;
  }
  if (!floor || !pivot || understands.some((language) => samePrimary(language, floor)) || samePrimary(pivot, floor)) return FLOOR;
  const from = channels.find(({ language }) => sameTag(language, pivot)) ?? channels.find(({ language }) => samePrimary(language, pivot));
  if (!from || (own !== null && sameTag(own, from.language))) return FLOOR;
  // A channel in which nobody speaks is silence: the original says more.
  return from.state === "speech" || from.state === "pause" ? { channel: from.language, automatic: true } : FLOOR;
}
