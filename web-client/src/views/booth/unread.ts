import type { ChatPlace } from "../../core/booth/console_state";
import { placeOf } from "../../core/booth/colleagues";
import type { State } from "../../core/state";

/** Others' messages in a chat that one hasn't seen. */
export function unreadIn(state: Pick<State, "boothChat" | "console" | "me">, place: ChatPlace): number {
  return state.boothChat.filter(({ id, to, from }) => placeOf(to) === place && id > state.console.seen[place] && from !== state.me).length;
}
