/** Who shares a booth, and what waits between them. Pure. */
import type { Handover, ParticipantId, State } from "../state";
import type { ChatPlace } from "./console_state";

/** The others of one's own booth. */
export function colleaguesOf({ booth, me, people }: Pick<State, "booth" | "me" | "people">): ParticipantId[] {
  return (booth?.members ?? []).filter((id) => id !== me && people.has(id));
}

/** The hand-over that waits and concerns oneself. */
export function pendingOf({ handovers, me }: Pick<State, "handovers" | "me">): Handover | undefined {
  return handovers.find(({ from, to }) => from === me || to === me);
}

/** In which of the chats a message is shown: to a booth by its name only a host writes. */
export function placeOf(to: string): ChatPlace {
  return to === "booth" || to === "booths" ? to : "host";
}

/** To whom one hands over, and whose picture one sees. */
export function colleagueOf(state: Pick<State, "booth" | "me" | "people" | "console">): ParticipantId | null {
  return state.console.colleague ?? colleaguesOf(state)[0] ?? null;
}
