/** What reduce() does with notices about languages, channels and booths. */
import { channelOf, NO_LANGUAGES } from "./languages";
import type { Joined, Notice } from "./protocol";
import type { Languages, ParticipantId, State } from "./state";

type LanguageNotice = Extract<
  Notice,
  { type: "languages" | "audience" | "booth" | "handover" | "handover-ended" | "off-air" | "slow-down" | "card" | "booth-chat" | "call" | "call-ended" }
>;

const BOOTH_CHAT_KEPT = 200;
/** How long the page shows the speaker the sign to slow down. */
const SLOW_DOWN_MS = 6000;

export function isLanguageNotice(notice: Notice): notice is LanguageNotice {
  return ["languages", "audience", "booth", "handover", "handover-ended", "off-air", "slow-down", "card", "booth-chat", "call", "call-ended"].includes(notice.type);
}

export function languageNotice(state: State, notice: LanguageNotice, at: number): State {
  switch (notice.type) {
    case "languages": {
      const { floors, floor, channels } = notice;
      return withLanguages(state, { floors, floor, channels });
    }
    case "audience":
      return { ...state, audience: { listeners: notice.listeners, floor: notice.floor } };
    case "booth":
      return { ...state, booth: notice.booth };
    case "handover": {
      const { language, from, to, by, until } = notice;
      return { ...state, handovers: [...state.handovers.filter((h) => h.language !== language), { language, from, to, by, until }] };
    }
    case "handover-ended":
      return { ...state, handovers: state.handovers.filter((h) => h.language !== notice.language) };
    case "off-air":
      return { ...state, onAir: null };
    case "slow-down":
      return { ...state, slowDownUntil: at + SLOW_DOWN_MS };
    case "card":
      return { ...state, cards: new Map(state.cards).set(notice.card.participant, notice.card) };
    case "booth-chat":
      if (state.boothChat.some((c) => c.id === notice.chat.id)) return state;
      return { ...state, boothChat: [...state.boothChat, notice.chat].slice(-BOOTH_CHAT_KEPT) };
    case "call":
      return { ...state, calls: [...state.calls.filter(({ id }) => id !== notice.call.id), notice.call] };
    case "call-ended":
      return { ...state, calls: state.calls.filter(({ id }) => id !== notice.call) };
  }
}

/** What `joined` says of them. A hand-over that waited before a cut may have ended meanwhile. */
export function joinedLanguages(joined: Joined): Pick<State, "languages" | "audience" | "booth" | "handovers" | "onAir" | "calls"> {
  const languages = joined.languages ?? { ...NO_LANGUAGES, floors: joined.meeting.floors };
  return {
    languages,
    audience: joined.audience ?? null,
    booth: joined.booth ?? null,
    handovers: [],
    calls: joined.calls ?? [],
    onAir: onAirOf(languages, joined.participant),
  };
}

/** Channels of which the interpreters have just said that they don't hear enough. */
export function newlyInsufficient(before: Languages, after: Languages): string[] {
  return after.channels.filter((c) => c.insufficient && !channelOf(before, c.language)?.insufficient).map((c) => c.language);
}

function withLanguages(state: State, languages: Languages): State {
  return { ...state, languages, onAir: onAirOf(languages, state.me) };
}

function onAirOf(languages: Languages, me: ParticipantId | null): string | null {
  return me === null ? null : (languages.channels.find((channel) => channel.onAir === me)?.language ?? null);
}
