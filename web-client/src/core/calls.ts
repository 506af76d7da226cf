/** Calls between booths and hosts: which concern this person. Pure. */
import type { Call, State } from "./state";

type Side = Pick<State, "calls" | "role" | "booth" | "me">;

/** Those that this person can answer. */
export function callsFor({ calls, role, booth }: Side): Call[] {
  return calls.filter((call) => (call.to === "host" ? role === "host" : booth !== null && call.booth === booth.name));
}

/** One's own that waits; `booth`: the one that a host called; null: an interpreter's, to the hosts. */
export function ownCall({ calls, me }: Side, booth: string | null): Call | undefined {
  return calls.find((call) => call.from === me && (booth === null ? call.to === "host" : call.to === "booth" && call.booth === booth));
}
