/**
 * The messages of signaling/PROTOCOL.md, version 1. What the server says is checked field by field before anything uses it: a message
 * that isn't as described is dropped whole, and a type that this page doesn't know is ignored.
 */
import type {
  Action, Barred, ChatMessage, Connection, DeviceState, Hand, MeetingInfo, ParticipantId, Person, Profile, Quality, Role,
} from "./state";
import { array, boolean, type Guard, literal, nullable, number, object, oneOf, optional, record, string } from "./guards";

export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = "tongsheng";

/** Why the server closed the WebSocket. */
export const CLOSE = { LEFT: 1000, TOO_LARGE: 1009, RESTART: 1012, ENDED: 4001, REPLACED: 4002, REMOVED: 4003, TOO_MANY: 4008, NO_PROTOCOL: 4400 } as const;

export interface Resume { participant: ParticipantId; secret: string }
export type Source = "microphone" | "camera" | "screen";
export type Publication = Source | "screen-sound" | "booth-microphone" | "booth-camera";

/** One m-line of an offer: what it sends, or what it is to show. */
export type Line =
  | { mid: string; source: Publication }
  | { mid: string; feed: string; kind?: "audio" | "video"; width?: number; height?: number };

export interface SlotRequest { mid: string; feed: string; width?: number; height?: number }

export interface JoinRequest extends Profile {
  type: "join";
  version: number;
  token: string;
  device: string;
  listenOnly: boolean;
  resume?: Resume;
  takeover?: boolean;
  another?: boolean;
}

export type Request =
  | JoinRequest
  | { type: "offer"; sdp: string; lines: Line[]; fresh?: boolean }
  | { type: "slots"; slots: SlotRequest[] }
  | { type: "media"; microphone?: DeviceState; camera?: DeviceState; screen?: boolean }
  | { type: "chat"; text: string }
  | { type: "hand"; raised: boolean; participant?: ParticipantId }
  | { type: "floor"; participant: ParticipantId | null }
  | { type: "mute"; participant: ParticipantId; source: Source }
  | { type: "remove"; participant: ParticipantId }
  | { type: "barred" }
  | { type: "readmit"; barred: number }
  | { type: "reissue"; role: Role }
  | { type: "end" }
  | ({ type: "profile" } & Partial<Profile>)
  | { type: "ping" }
  | { type: "leave" };

export type ErrorCode =
  | "malformed" | "unauthorized" | "forbidden" | "not-found" | "conflict" | "limit" | "unsupported" | "gone" | "busy" | "internal";

export interface ProtocolError { type: "error"; re?: number; code: ErrorCode; field: string; message: string }

export interface Joined {
  type: "joined";
  re: number;
  version: number;
  participant: ParticipantId;
  secret: string;
  media: "new" | "kept";
  role: Role;
  may: Action[];
  meeting: MeetingInfo;
  people: Person[];
  chat: ChatMessage[];
  hands: Hand[];
  stage: { holder: ParticipantId | null; previous: ParticipantId | null; pinned: boolean };
  screen: ParticipantId | null;
  speaking: ParticipantId[];
  iceServers: IceServer[];
  video: string[];
  limits: { cameras: number };
}

export interface IceServer { urls: string | string[]; username?: string; credential?: string }

/** What a request brings back, by `re`. */
export type Reply =
  | ProtocolError
  | { type: "ok"; re: number }
  | Joined
  | { type: "answer"; re: number; sdp: string }
  | { type: "barred"; re: number; barred: Barred[] }
  | { type: "link"; re: number; role: Role; token: string }
  | { type: "pong"; re: number };

/** What the server says unasked. */
export type Notice =
  | { type: "person"; person: Person }
  | { type: "left"; participant: ParticipantId }
  | { type: "chat"; chat: ChatMessage }
  | { type: "hands"; hands: Hand[] }
  | { type: "stage"; holder: ParticipantId | null; previous: ParticipantId | null; pinned: boolean }
  | { type: "screen"; participant: ParticipantId | null }
  | { type: "speaking"; participants: ParticipantId[] }
  | { type: "quality"; marks: Record<ParticipantId, Quality> }
  | { type: "muted"; source: Source; by: ParticipantId }
  /** The picture slots that show nothing since the server is overloaded: all of them, by mid. */
  | { type: "paused"; slots: string[] }
  | { type: "media-lost" }
  | { type: "removed" }
  | { type: "replaced" }
  | { type: "ended" };

const role: Guard<Role> = oneOf("host", "secretariat", "member", "interpreter", "listener", "viewer", "service");
const deviceState: Guard<DeviceState> = oneOf("on", "off", "none");
const connection: Guard<Connection> = oneOf("connecting", "connected", "reconnecting");
const source: Guard<Source> = oneOf("microphone", "camera", "screen");
const quality: Guard<Quality> = oneOf(0, 1, 2, 3);
const errorCode: Guard<ErrorCode> = oneOf(
  "malformed", "unauthorized", "forbidden", "not-found", "conflict", "limit", "unsupported", "gone", "busy", "internal",
);
/** Actions that a later server may know and this page doesn't are no reason to stay out: they are strings here. */
const actions = array(string) as Guard<Action[]>;

const person: Guard<Person> = object({
  id: string, name: string, organisation: string, country: string, speaks: string, role, microphone: deviceState, camera: deviceState,
  screen: boolean, mutedByHost: boolean, connection, listenOnly: boolean,
});
const chatMessage: Guard<ChatMessage> = object({ id: number, from: string, name: string, text: string, at: number });
const hand: Guard<Hand> = object({ participant: string, at: number });
const barred: Guard<Barred> = object({ id: number, name: string, at: number });
const stage = { holder: nullable(string), previous: nullable(string), pinned: boolean };
export const meetingInfo: Guard<MeetingInfo> = object({
  name: string, title: string, starts: number, zone: string, minutes: number, floors: array(string), channels: array(string),
});
const iceServer: Guard<IceServer> = (value, path) => ({
  urls: typeof (value as IceServer | null)?.urls === "string" ? (value as { urls: string }).urls : object({ urls: array(string) })(value, path).urls,
  ...object({ username: optional(string), credential: optional(string) })(value, path),
});

const REPLIES: { [T in Reply["type"]]: Guard<Extract<Reply, { type: T }>> } = {
  error: object({ type: literal("error"), re: optional(number), code: errorCode, field: optional(string), message: string }, (e) => ({ ...e, field: e.field ?? "" })),
  ok: object({ type: literal("ok"), re: number }),
  joined: object({
    type: literal("joined"), re: number, version: number, participant: string, secret: string, media: oneOf("new", "kept"), role, may: actions,
    meeting: meetingInfo, people: array(person), chat: array(chatMessage), hands: array(hand), stage: object(stage), screen: nullable(string),
    speaking: array(string), iceServers: array(iceServer), video: array(string), limits: object({ cameras: number }),
  }),
  answer: object({ type: literal("answer"), re: number, sdp: string }),
  barred: object({ type: literal("barred"), re: number, barred: array(barred) }),
  link: object({ type: literal("link"), re: number, role, token: string }),
  pong: object({ type: literal("pong"), re: number }),
};

const NOTICES: { [T in Notice["type"]]: Guard<Extract<Notice, { type: T }>> } = {
  person: object({ type: literal("person"), person }),
  left: object({ type: literal("left"), participant: string }),
  chat: object({ type: literal("chat"), chat: chatMessage }),
  hands: object({ type: literal("hands"), hands: array(hand) }),
  stage: object({ type: literal("stage"), ...stage }),
  screen: object({ type: literal("screen"), participant: nullable(string) }),
  speaking: object({ type: literal("speaking"), participants: array(string) }),
  quality: object({ type: literal("quality"), marks: record(quality) }),
  muted: object({ type: literal("muted"), source, by: string }),
  paused: object({ type: literal("paused"), slots: array(string) }),
  "media-lost": object({ type: literal("media-lost") }),
  removed: object({ type: literal("removed") }),
  replaced: object({ type: literal("replaced") }),
  ended: object({ type: literal("ended") }),
};

export type Parsed = { kind: "reply"; reply: Reply } | { kind: "notice"; notice: Notice } | { kind: "bad"; why: string };

/** Reads one text message of the server. Errors come with and without `re`; everything else is told apart by it. */
export function parseServerMessage(text: unknown): Parsed {
  try {
    if (typeof text !== "string") throw new Error("no text");
    const raw: unknown = JSON.parse(text);
    const value = object({ type: string, re: optional(number) })(raw, "");
    const table: Record<string, Guard<unknown> | undefined> = value.re !== undefined || value.type === "error" ? REPLIES : NOTICES;
    const guard = Object.hasOwn(table, value.type) ? table[value.type] : undefined;
    if (!guard) throw new Error(`type: unknown "${value.type}"`);
    const message = guard(raw, "");
    return table === REPLIES ? { kind: "reply", reply: message as Reply } : { kind: "notice", notice: message as Notice };
  } catch (error) {
    return { kind: "bad", why: error instanceof Error ? error.message : String(error) };
  }
}
