/** Language tags (BCP 47, RFC 5646) and channels: what is the same, what a listener begins with. Pure functions. */
import type { Channel, Languages, MeetingInfo } from "./state";

export const NO_LANGUAGES: Languages = { floors: [], floor: { language: "", set: false, program: false }, channels: [] };
/** Loud enough to follow the speaker's tone, low enough not to disturb the interpretation. */
export const DEFAULT_ORIGINAL_LEVEL = 0.15;

/** Tags that differ by case alone are one (RFC 5646 section 2.1.1). */
export function sameTag(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether who speaks the one understands the other: the same primary language subtag (RFC 5646 section 2.2.1). */
export function samePrimary(a: string, b: string): boolean {
  const primary = (tag: string): string => tag.split("-")[0]?.toLowerCase() ?? "";
  return primary(a) !== "" && primary(a) === primary(b);
}

export function channelOf(languages: Languages, tag: string): Channel | undefined {
  return tag === "" ? undefined : languages.channels.find((channel) => sameTag(channel.language, tag));
}

/** Before joining only the names are known. */
export function languagesOf({ floors, channels }: Pick<MeetingInfo, "floors" | "channels">): Languages {
  const channel = (language: string): Channel => ({
    language, sign: false, state: "empty", onAir: null, booth: "", since: 0, insufficient: false, override: false, program: false, unrecorded: false,
  });
  return { ...NO_LANGUAGES, floors, channels: channels.map(channel) };
}

/**
 * What a person who hasn't chosen in this meeting hears: what they chose last, if it is there; else the first language of theirs (spoken,
 * then the browser's) that the floor or a channel speaks.
 */
export function firstChoice(languages: Pick<Languages, "floors" | "channels">, remembered: string | undefined, own: readonly string[]): string {
  const tags = languages.channels.map(({ language }) => language);
  if (remembered === "") return "";
  const last = tags.find((tag) => remembered !== undefined && sameTag(tag, remembered));
  if (last !== undefined) return last;
  for (const mine of own) {
    if (languages.floors.some((floor) => samePrimary(floor, mine))) return "";
    const channel = tags.find((tag) => sameTag(tag, mine)) ?? tags.find((tag) => samePrimary(tag, mine));
    if (channel !== undefined) return channel;
  }
  return "";
}
