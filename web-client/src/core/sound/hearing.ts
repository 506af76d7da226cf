/**
 * What a person hears, and why: the interpretation or the original. The relay says what each channel is about; this decides which feeds the
 * sound slots carry and how loud each group of them is. Pure functions.
 */
import { channelOf, samePrimary } from "../languages";
import type { Channel, ChannelState, SoundOf, State } from "../state";

/** Slots that are as loud as each other: voices and the screen's sound are the original. */
export type Group = "original" | Exclude<SoundOf, "voice" | "screen">;
export type Gains = Record<Group, number>;

export function groupOf(of: SoundOf): Group {
  return of === "voice" || of === "screen" ? "original" : of;
}

/**
 * Why: the state of the channel; or "chosen": the original is what the person wants; "gone": the channel isn't there any more;
 * "own": the floor speaks the person's language; "sign": a sign language, whose sound is the original.
 */
export interface Hearing {
  heard: "interpretation" | "original";
  why: ChannelState | "chosen" | "gone" | "own" | "sign";
  /** The channel; undefined: the original. */
  channel: Channel | undefined;
}

type Listener = Pick<State, "languages" | "listening">;

export function hear({ languages, listening }: Listener): Hearing {
  const channel = channelOf(languages, listening);
  const original = (why: Hearing["why"]): Hearing => ({ heard: "original", why, channel });
  if (!channel) return original(listening === "" ? "chosen" : "gone");
  if (channel.sign) return original("sign");
  if (samePrimary(languages.floor.language, channel.language)) return original("own");
  return channel.state === "speech" ? { heard: "interpretation", why: "speech", channel } : original(channel.state);
}

/** What the sound slots and the sign language's picture carry. */
export interface SoundFeeds {
  /** False: the program in the channel's slot has the voices in it. */
  voices: boolean;
  channel: string;
  channelPicture: string;
  incoming: string;
  partner: string;
}

type Situation = Pick<State, "me" | "role" | "languages" | "listening" | "weakLink" | "joinMode" | "microphone" | "incoming" | "partner">;

const NONE = "none";

export function soundFeeds(state: Situation): SoundFeeds {
  const { me, role, incoming, partner } = state;
  const feeds: SoundFeeds = { voices: true, channel: NONE, channelPicture: NONE, incoming: NONE, partner: NONE };
  // Before joining it isn't known which channels there are.
  if (me === null) return feeds;
  if (role === "interpreter") {
    const relay = channelOf(state.languages, incoming);
    return { ...feeds, incoming: relay ? `channel/${relay.language}` : NONE, partner: partner === null ? NONE : `booth/${partner}` };
  }
  const { channel } = hear(state);
  const program = programOf(state);
  if (channel?.sign) feeds.channelPicture = `channel-picture/${channel.language}`;
  if (program !== null) return { ...feeds, voices: false, channel: program };
  return channel && !channel.sign ? { ...feeds, channel: `channel/${channel.language}` } : feeds;
}

/** The server is told, so that the studio makes what is listened to before it is gone over to. */
export function prefersProgram({ role, weakLink, joinMode, microphone }: Pick<State, "role" | "weakLink" | "joinMode" | "microphone">): boolean {
  return role !== "interpreter" && microphone !== "on" && (weakLink || joinMode === "sound");
}

/**
 * On a weak link the studio's mix, where it makes one, is all that is heard: one stream instead of five. Not for who speaks: their own voice
 * is in it, too.
 */
function programOf(state: Situation): string | null {
  if (!prefersProgram(state)) return null;
  const { channel } = hear(state);
  if (channel && !channel.sign) return channel.program ? `program/${channel.language}` : null;
  return state.languages.floor.program ? "program/floor" : null;
}

/** How loud each group is, 0 to 1. */
export function gains(state: Situation & Pick<State, "originalLevel">): Gains {
  const { role, incoming, originalLevel } = state;
  if (role === "interpreter") return { original: incoming === "" ? 1 : 0, channel: 0, incoming: 1, partner: 1 };
  const silent = { incoming: 0, partner: 0 };
  if (!soundFeeds(state).voices) return { original: 0, channel: 1, ...silent };
  const { heard, why } = hear(state);
  if (heard === "interpretation") return { original: originalLevel, channel: 1, ...silent };
  // A microphone that is on stays audible in a pause, so that its next word isn't cut off.
  return { original: 1, channel: ["chosen", "gone", "own", "sign"].includes(why) ? 0 : 1, ...silent };
}
