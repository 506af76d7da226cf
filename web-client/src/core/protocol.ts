/**
 * The messages of signaling/PROTOCOL.md, version 1. What the server says is checked field by field before anything uses it: a message
 * that isn't as described is dropped whole, and a type that this page doesn't know is ignored.
 */
import type { Recording } from "./recording";
import type {
  Action, AgendaPart, Audience, Barred, Booth, BoothMessage, Call, Card, CardWord, Channel, ChannelState, ChatMessage, Connection, DeviceState, Hand, Handover, Languages,
  MeetingInfo, ParticipantId, Person, Profile, Quality, Role,
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
  /** Interpreters: what they say on air may be recorded. */
  consent?: boolean;
}

export type Request =
  | JoinRequest
  | { type: "offer"; sdp: string; lines: Line[]; fresh?: boolean }
  | { type: "slots"; slots: SlotRequest[] }
  | { type: "media"; microphone?: DeviceState; camera?: DeviceState; screen?: boolean }
  | { type: "chat"; text: string }
  /** Of who wrote it, hosts and secretariat. */
  | { type: "question"; chat: number; on: boolean }
  /** Hosts and secretariat; 0: none. */
  | { type: "start-part"; number: number }
  | { type: "hand"; raised: boolean; participant?: ParticipantId }
  | { type: "floor"; participant: ParticipantId | null }
  | { type: "mute"; participant: ParticipantId; source: Source }
  | { type: "remove"; participant: ParticipantId }
  | { type: "barred" }
  | { type: "readmit"; barred: number }
  | { type: "reissue" | "invite"; role: Role; languages?: string[]; understands?: string[]; pivot?: string; booth?: string }
  | { type: "end" }
  | { type: "record"; state: "recording" | "paused" | "ended" }
  | { type: "set-languages"; floors?: string[]; channels?: string[] }
  | { type: "floor-language"; language: string | null }
  | { type: "channel-override"; language: string; allowed: boolean }
  | { type: "prefer-program"; on: boolean }
  /** `take`: from a partner who is on air. null: microphone off. */
  | { type: "air"; language: string | null; take?: boolean }
  /** From who is on air an offer to a partner; from a partner, without `to`, a request. */
  | { type: "handover"; language: string; to?: ParticipantId }
  | { type: "handover-answer"; language: string; accept: boolean }
  | { type: "hold"; seconds: number }
  | { type: "slow-down" }
  | { type: "insufficient"; on: boolean }
  | ({ type: "speaker-card" } & Card)
  | { type: "booth-chat"; to: string; booth?: string; text: string }
  /** From a booth to the hosts, from a host to a booth; `on` false withdraws it. */
  | { type: "call"; to: Call["to"]; booth?: string; on: boolean }
  | { type: "call-answer"; call: number }
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
  /** Absent: a server that knows no channels. */
  languages?: Languages;
  audience?: Audience;
  booth?: Booth;
  /** Absent: they concern nobody but hosts and interpreters. */
  calls?: Call[];
  /** Absent: a server that records nothing. */
  recording?: Recording;
  /** Absent: a server that knows no agenda. */
  agenda?: AgendaPart[];
  part?: number;
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
  | { type: "question"; chat: number; on: boolean }
  | { type: "agenda"; agenda: AgendaPart[]; part: number }
  | { type: "hands"; hands: Hand[] }
  | { type: "stage"; holder: ParticipantId | null; previous: ParticipantId | null; pinned: boolean }
  | { type: "screen"; participant: ParticipantId | null }
  | { type: "speaking"; participants: ParticipantId[] }
  | { type: "quality"; marks: Record<ParticipantId, Quality> }
  | { type: "muted"; source: Source; by: ParticipantId }
  /** The picture slots that show nothing since the server is overloaded: all of them, by mid. */
  | { type: "paused"; slots: string[] }
  | { type: "recording"; recording: Recording }
  | ({ type: "languages" } & Languages)
  | ({ type: "audience" } & Audience)
  | { type: "booth"; booth: Booth }
  | ({ type: "handover" } & Handover)
  | { type: "handover-ended"; language: string; from: ParticipantId; to: ParticipantId; result: HandoverResult }
  /** On air no longer, not by own wish; `by`: who is now. */
  | { type: "off-air"; language: string; by: ParticipantId | null }
  | { type: "slow-down" }
  | { type: "card"; card: Card }
  | { type: "booth-chat"; chat: BoothMessage }
  | { type: "call"; call: Call }
  | { type: "call-ended"; call: number; result: CallResult; by: ParticipantId | null }
  | { type: "media-lost" }
  | { type: "removed" }
  | { type: "replaced" }
  | { type: "ended" };

export type CallResult = "seen" | "withdrawn" | "gone";
export type HandoverResult = "done" | "declined" | "withdrawn" | "expired" | "taken" | "gone";

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

const person: Guard<Person> = object(
  {
    id: string, name: string, organisation: string, country: string, speaks: string, role, microphone: deviceState, camera: deviceState,
    screen: boolean, mutedByHost: boolean, connection, listenOnly: boolean,
    booth: optional(string), interprets: optional(array(string)), understands: optional(array(string)), pivot: optional(string),
  },
  (p) => ({ ...p, booth: p.booth ?? "", interprets: p.interprets ?? [], understands: p.understands ?? [], pivot: p.pivot ?? "" }),
);
const chatMessage: Guard<ChatMessage> = object(
  { id: number, from: string, name: string, text: string, at: number, question: optional(boolean) },
  (c) => ({ ...c, question: c.question ?? false }),
);
export const agendaPart: Guard<AgendaPart> = object(
  { number, sharer: string, subject: string, minutes: number, started: optional(nullable(number)) },
  (p) => ({ ...p, started: p.started ?? null }),
);
const hand: Guard<Hand> = object({ participant: string, at: number });
const barred: Guard<Barred> = object({ id: number, name: string, at: number });
const stage = { holder: nullable(string), previous: nullable(string), pinned: boolean };
export const meetingInfo: Guard<MeetingInfo> = object(
  {
    name: string, title: string, starts: number, zone: string, minutes: number, floors: array(string), channels: array(string),
    venue: optional(string), autoRecord: optional(boolean),
  },
  (m) => ({ ...m, venue: m.venue ?? "", autoRecord: m.autoRecord ?? false }),
);
const channelState: Guard<ChannelState> = oneOf("speech", "pause", "lost", "off", "empty");
const channel: Guard<Channel> = object(
  {
    language: string, sign: boolean, state: channelState, onAir: nullable(string), booth: optional(nullable(string)), since: number, insufficient: boolean,
    override: boolean, program: boolean, unrecorded: optional(boolean),
  },
  (c) => ({ ...c, booth: c.booth ?? "", unrecorded: c.unrecorded ?? false }),
);
const languageFields = { floors: array(string), floor: object({ language: string, set: boolean, program: boolean }), channels: array(channel) };
const audienceFields = { listeners: record(number), floor: number };
const boothFields = { booth: string, hold: number, members: array(string) };
const asBooth = (b: { booth: string; hold: number; members: string[] }): Booth => ({ name: b.booth, hold: b.hold, members: b.members });
const handoverFields = { language: string, from: string, to: string, by: string, until: number };
const handoverResult: Guard<HandoverResult> = oneOf("done", "declined", "withdrawn", "expired", "taken", "gone");
const cardWord: Guard<CardWord> = oneOf("clear", "muffled", "quiet", "loud", "noisy", "breaking", "apart");
const cardFields = {
  participant: string, word: cardWord, bandwidth: number, level: number, noise: number, clipping: number, loss: number, offset: optional(nullable(number)),
};
const call: Guard<Call> = object({ id: number, from: string, to: oneOf("host", "booth"), booth: string });
const callResult: Guard<CallResult> = oneOf("seen", "withdrawn", "gone");
const boothMessage: Guard<BoothMessage> = object({ id: number, from: string, name: string, booth: string, to: string, text: string, at: number });
const recordingFields = {
  state: oneOf("off", "recording", "paused"), since: optional(number), writes: optional(boolean),
  trouble: optional(nullable(oneOf("disk-full", "disk-slow", "disk-error"))), hoursLeft: optional(number),
};
const asRecording = (r: Partial<Recording> & Pick<Recording, "state">): Recording => ({
  state: r.state, since: r.since ?? 0, writes: r.writes ?? false, trouble: r.trouble ?? null, hoursLeft: r.hoursLeft ?? 0,
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
    languages: optional(object(languageFields)), audience: optional(object(audienceFields)), booth: optional(object(boothFields, asBooth)),
    calls: optional(array(call)),
    recording: optional(object(recordingFields, asRecording)),
    agenda: optional(array(agendaPart)), part: optional(number),
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
  question: object({ type: literal("question"), chat: number, on: boolean }),
  agenda: object({ type: literal("agenda"), agenda: array(agendaPart), part: number }),
  hands: object({ type: literal("hands"), hands: array(hand) }),
  stage: object({ type: literal("stage"), ...stage }),
  screen: object({ type: literal("screen"), participant: nullable(string) }),
  speaking: object({ type: literal("speaking"), participants: array(string) }),
  quality: object({ type: literal("quality"), marks: record(quality) }),
  muted: object({ type: literal("muted"), source, by: string }),
  paused: object({ type: literal("paused"), slots: array(string) }),
  recording: object({ type: literal("recording"), ...recordingFields }, ({ type, ...fields }) => ({ type, recording: asRecording(fields) })),
  languages: object({ type: literal("languages"), ...languageFields }),
  audience: object({ type: literal("audience"), ...audienceFields }),
  booth: object({ type: literal("booth"), ...boothFields }, (b) => ({ type: b.type, booth: asBooth(b) })),
  handover: object({ type: literal("handover"), ...handoverFields }),
  "handover-ended": object({ type: literal("handover-ended"), language: string, from: string, to: string, result: handoverResult }),
  "off-air": object({ type: literal("off-air"), language: string, by: nullable(string) }),
  "slow-down": object({ type: literal("slow-down") }),
  card: object({ type: literal("card"), ...cardFields }, ({ type, ...card }) => ({ type, card: { ...card, offset: card.offset ?? null } })),
  "booth-chat": object({ type: literal("booth-chat"), chat: boothMessage }),
  call: object({ type: literal("call"), call }),
  "call-ended": object({ type: literal("call-ended"), call: number, result: callResult, by: nullable(string) }),
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
