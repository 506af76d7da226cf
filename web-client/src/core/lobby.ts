/** What the server says about a link before joining, and why it refuses, in words. */
import { array, boolean, object, nullable, oneOf, optional, string, type Guard } from "./guards";
import { agendaPart, meetingInfo } from "./protocol";
import type { AgendaPart, MeetingInfo, Problem, Role } from "./state";
import type { RequestFailed } from "./signalling";
import type { CoreWord } from "./words";

export interface LobbyInfo {
  meeting: MeetingInfo;
  role: Role;
  name: string | null;
  agenda: AgendaPart[];
  /** It is being recorded now. */
  recorded: boolean;
}

const plan = { agenda: optional(array(agendaPart)), venue: optional(string), autoRecord: optional(boolean) };
const planOf = object(plan);
const lobbyInfo: Guard<LobbyInfo> = object(
  {
    // What is planned stands in the meeting or beside it.
    meeting: (value, path) => ({ info: meetingInfo(value, path), ...planOf(value, path) }),
    ...plan,
    role: oneOf("host", "secretariat", "member", "interpreter", "listener", "viewer", "service"),
    name: nullable(string),
    recording: optional(oneOf("off", "recording", "paused")),
  },
  ({ meeting: { info, ...inside }, role, name, recording, ...beside }) => {
    const { agenda = [], venue = "", autoRecord = false } = { ...beside, ...inside };
    return { meeting: { ...info, venue, autoRecord }, role, name, agenda, recorded: recording === "recording" };
  },
);

export function problem(key: CoreWord, retry: boolean, values?: Record<string, string | number>): Problem {
  return { words: values ? { key, values } : { key }, retry, continueWithout: false };
}

/** Whether the token itself says that its time is over (the server decides; this is only for the words). */
export function isExpired(token: string, now: number): boolean {
  try {
    const payload = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown };
    return typeof exp === "number" && exp * 1000 < now;
  } catch {
    return false;
  }
}

function badLink(token: string): Problem {
  return problem(isExpired(token, Date.now()) ? "refused.expired" : "refused.badLink", false);
}

/** Asks what meeting a link is for. */
export async function askAbout(meeting: string, token: string): Promise<LobbyInfo | Problem> {
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(`/api/meetings/${meeting}`, { headers: { Authorization: `Bearer ${token}` }, cache: "no-store" });
    status = response.status;
    body = await response.json().catch(() => null);
  } catch {
    return problem("refused.offline", true);
  }
  switch (status) {
    case 200:
      break;
    case 401:
      return badLink(token);
    case 403:
      return problem("refused.forbidden", false);
    case 404:
      return problem("refused.notFound", false);
    case 410:
      return problem("refused.ended", false);
    default:
      return problem("refused.offline", true);
  }
  try {
    const info = lobbyInfo(body, "");
    return info.role === "viewer" ? problem("refused.forbidden", false) : info;
  } catch {
    return problem("refused.outdated", true);
  }
}

/** Why a join was refused: for good ("refused"), or so that the person can change something in the lobby. */
export function joinProblem(error: RequestFailed, token: string): { forGood: boolean; problem: Problem } {
  const forGood = (p: Problem): { forGood: boolean; problem: Problem } => ({ forGood: true, problem: p });
  const inLobby = (p: Problem): { forGood: boolean; problem: Problem } => ({ forGood: false, problem: p });
  switch (error.code) {
    case "unauthorized":
      return forGood(badLink(token));
    case "forbidden":
      return forGood(problem(/barred|removed/.test(error.message) ? "refused.barred" : "refused.forbidden", false));
    case "not-found":
      return forGood(problem("refused.notFound", false));
    case "gone":
      return forGood(problem(/removed|barred/.test(error.message) ? "refused.barred" : "refused.ended", false));
    case "unsupported":
      return forGood(problem("refused.outdated", true));
    case "limit":
      return inLobby(problem("lobby.full", true));
    case "busy":
      return inLobby({ ...problem("lobby.busy", true), continueWithout: true });
    case "malformed":
      if (error.field === "name") return inLobby(problem("lobby.nameBad", false));
      return inLobby(problem("lobby.problem", true, { message: error.message }));
    case "conflict":
    case "internal":
      return inLobby(problem("lobby.problem", true, { message: error.message }));
    case "lost":
      return inLobby(problem("lobby.serverGone", true));
  }
}
