/**
 * All that the page shows, in one object, written out in full. Changed by reduce() alone (reduce.ts); views draw it and call Commands
 * (commands.ts). No DOM types here but MediaStream, which views hand to <video>/<audio> elements and do nothing else with.
 */
import type { ConsoleState } from "./booth/console_state";
import type { Recording } from "./recording";

export type ParticipantId = string;
export type DeviceState = "on" | "off" | "none";
export type Connection = "connecting" | "connected" | "reconnecting";
export type Role = "host" | "secretariat" | "member" | "interpreter" | "listener" | "viewer" | "service";
export type Action =
  | "join" | "publish" | "screen" | "chat" | "hand" | "give-floor" | "mute" | "remove" | "invite" | "end" | "languages" | "record" | "interpret" | "archive"
  | "schedule" | "edit" | "watch";
/** 3 good, 2 fair, 1 weak, 0 lost. */
export type Quality = 0 | 1 | 2 | 3;

export interface Person {
  id: ParticipantId;
  name: string;
  organisation: string;
  country: string;
  speaks: string;
  role: Role;
  microphone: DeviceState;
  camera: DeviceState;
  screen: boolean;
  mutedByHost: boolean;
  connection: Connection;
  listenOnly: boolean;
  /** Of an interpreter: "" and [] for everybody else. */
  booth: string;
  interprets: string[];
  understands: string[];
  pivot: string;
}

export interface MeetingInfo {
  name: string;
  title: string;
  /** Unix ms; 0: any time. */
  starts: number;
  zone: string;
  minutes: number;
  floors: string[];
  channels: string[];
  /** Where people meet in person; "": nowhere. */
  venue: string;
  /** It is recorded from its beginning. */
  autoRecord: boolean;
}

/** A part of the meeting: who shares, about what. */
export interface AgendaPart {
  /** From 1. */
  number: number;
  sharer: string;
  subject: string;
  /** As planned. */
  minutes: number;
  /** Unix ms; null: it hasn't begun. */
  started: number | null;
}

export interface ChatMessage {
  id: number;
  from: ParticipantId;
  name: string;
  text: string;
  at: number;
  /** Marked as a question to the sharers. */
  question: boolean;
}
export interface Hand { participant: ParticipantId; at: number }
/** What a listener of a channel should hear; the relay decides it. */
export type ChannelState = "speech" | "pause" | "lost" | "off" | "empty";

/** A language into which interpreters speak. */
export interface Channel {
  /** BCP 47. */
  language: string;
  /** A sign language: it has a picture, and no sound. */
  sign: boolean;
  state: ChannelState;
  onAir: ParticipantId | null;
  /** Which booth has engaged it; "": none. */
  booth: string;
  /** Since when this person is on air, Unix ms; 0: nobody is. */
  since: number;
  /** The interpreters say that the sound is insufficient to interpret. */
  insufficient: boolean;
  /** Another booth may take it. */
  override: boolean;
  /** The studio mixes `program/TAG` now. */
  program: boolean;
  /** Who is on air doesn't want it to be recorded. */
  unrecorded: boolean;
}

export interface Languages {
  floors: string[];
  /** set: by a host or an interpreter, not by who holds the stage. */
  floor: { language: string; set: boolean; program: boolean };
  channels: Channel[];
}

/** Listeners of each channel, and how many listen to none. */
export interface Audience { listeners: Record<string, number>; floor: number }

/** An interpreter's own booth. */
export interface Booth {
  name: string;
  /** Seconds of silence after which listeners get the original; 0: never. */
  hold: number;
  members: ParticipantId[];
}

/** Offered or asked for by `by`; the other one answers. */
export interface Handover { language: string; from: ParticipantId; to: ParticipantId; by: ParticipantId; until: number }

export type CardWord = "clear" | "muffled" | "quiet" | "loud" | "noisy" | "breaking" | "apart";

/** How a speaker sounds, as an interpreter's page measures it. */
export interface Card {
  participant: ParticipantId;
  word: CardWord;
  bandwidth: number;
  level: number;
  noise: number;
  clipping: number;
  loss: number;
  /** Milliseconds by which the sound is ahead of the picture, as both play; null: not known. */
  offset: number | null;
}

/** A light that stays on until somebody on the other side has seen it. */
export interface Call {
  id: number;
  from: ParticipantId;
  to: "host" | "booth";
  /** The one that is called, or the caller's. */
  booth: string;
}

export interface BoothMessage {
  id: number;
  from: ParticipantId;
  name: string;
  booth: string;
  /** "booth", "booths", "host", or a booth's name. */
  to: string;
  text: string;
  at: number;
}

export interface Barred { id: number; name: string; at: number }

/** A sentence of the catalogue, with values. */
export interface Words { key: string; values?: Record<string, string | number> }

/** What went wrong, in words, with a next step where there is one. */
export interface Problem { words: Words; retry: boolean; continueWithout: boolean }

export interface DeviceChoice { id: string; label: string }

/** Own devices, in lobby and meeting. */
export interface Devices {
  /** Nobody asked the person yet / asking now / asked. */
  permission: "unasked" | "asking" | "asked";
  microphones: DeviceChoice[];
  cameras: DeviceChoice[];
  speakers: DeviceChoice[];
  microphone: string;
  camera: string;
  speaker: string;
  microphoneProblem: Problem | null;
  cameraProblem: Problem | null;
  /** 0..1, ten times a second while the lobby or the meter shows. */
  level: number;
  /** Own picture; null: camera off. */
  preview: MediaStream | null;
}

/** What the person entered; remembered on the device. */
export interface Profile { name: string; organisation: string; country: string; speaks: string }

export type Page =
  /** Reading the link and asking the server about the meeting. */
  | { at: "loading" }
  /** No or bad link, meeting unknown or ended, barred… */
  | { at: "refused"; problem: Problem }
  | { at: "lobby"; joining: boolean; problem: Problem | null }
  /** Another tab of this browser is in the meeting. */
  | { at: "elsewhere"; joinMode: JoinMode }
  | { at: "meeting" }
  | { at: "left"; why: "left" | "removed" | "replaced" | "ended" };

export type JoinMode = "full" | "sound" | "listen";

export type Link =
  | { at: "connected" }
  /** WebSocket away, media may go on. nextTry: Unix ms. */
  | { at: "signalling-lost"; since: number; nextTry: number }
  | { at: "media-lost"; since: number };

export type Layout = "speaker" | "gallery";
/** What somebody has written, as long as the server hasn't taken it. */
export interface Unsaid { key: number; text: string }
export type SidePanel = "none" | "people" | "chat" | "agenda" | "files";

/** A picture slot as the page shows it. */
export interface Picture {
  mid: string;
  /** Whose; null: nobody's. */
  participant: ParticipantId | null;
  stream: MediaStream;
  /** Frames arrive (false: show the name's placeholder). */
  live: boolean;
}

/** What an audio slot is for. */
export type SoundOf = "voice" | "screen" | "channel" | "incoming" | "partner";
export interface Sound { mid: string; of: SoundOf; stream: MediaStream }

export interface Toast { id: number; words: Words; kind: "info" | "problem"; until: number }

export interface State {
  page: Page;
  /** BCP 47 tag of a catalogue: "en", "zh-Hans". */
  uiLanguage: string;
  theme: "system" | "light" | "dark";
  /** Inside an app's browser where media may not work (WeChat …). */
  inAppBrowser: "wechat" | null;
  meeting: MeetingInfo | null;
  profile: Profile;
  /** The token names the person: the name can't be changed. */
  nameFixed: boolean;
  joinMode: JoinMode;
  /** Interpreters: what they say on air may be recorded. */
  consent: boolean;
  devices: Devices;
  me: ParticipantId | null;
  role: Role | null;
  may: ReadonlySet<Action>;
  people: ReadonlyMap<ParticipantId, Person>;
  agenda: readonly AgendaPart[];
  /** The number of the one that runs; 0: none. */
  part: number;
  chat: readonly ChatMessage[];
  unread: number;
  hands: readonly Hand[];
  barred: readonly Barred[];
  stage: { holder: ParticipantId | null; previous: ParticipantId | null; pinned: boolean };
  screen: ParticipantId | null;
  speaking: readonly ParticipantId[];
  recording: Recording;
  /** Nothing of it has been written for too long. */
  recordingStalls: boolean;
  quality: ReadonlyMap<ParticipantId, Quality>;
  link: Link;
  microphone: DeviceState;
  camera: DeviceState;
  screenShare: "off" | "starting" | "on";
  /** Of whoever holds the stage (the holder sees the previous one); while nobody does, of the first tile with a camera on. */
  stagePicture: Picture | null;
  screenPicture: Picture | null;
  /** Own screen's picture while sharing (for a small preview). */
  ownScreen: MediaStream | null;
  /** Mids of the picture slots that show nothing since the server is busy. */
  paused: readonly string[];
  /**
   * Who is on the gallery's page, in tile order, with and without a picture; oneself isn't among them (the own tile always comes first).
   * Tiles keep their place: who leaves is replaced by the last tile of all, who comes goes to the end, and only a name without a picture
   * on an earlier page gives way to a picture.
   */
  galleryMembers: readonly ParticipantId[];
  /** The gallery's page, in tile order (tiles keep their place). Participants without a slot have no entry. */
  gallery: readonly Picture[];
  /** One for each audio slot: the page keeps one <audio> each (Chromium is silent in Web Audio without). */
  sounds: readonly Sound[];
  /** The Web Audio graph plays the sound: the <audio> elements are muted. */
  soundGraph: boolean;
  /** All that the graph plays, for one element on the chosen speaker; null: the graph plays it by itself. */
  soundOut: MediaStream | null;
  languages: Languages;
  /** The channel that the person wants to hear; "": the original. It may not be there (any more). */
  listening: string;
  /** How loud the original is beneath an interpretation, 0 to 1. */
  originalLevel: number;
  /** By its mark the own link has been weak, and hasn't been good since. */
  weakLink: boolean;
  /** Of the sign language that the person watches. */
  channelPicture: Picture | null;
  /** Until when the page asks to speak more slowly, Unix ms; 0: it doesn't. */
  slowDownUntil: number;
  /** How speakers sound: interpreters and hosts have everybody's, others their own. */
  cards: ReadonlyMap<ParticipantId, Card>;
  audience: Audience | null;
  /** Interpreters: own booth; null for others. */
  booth: Booth | null;
  /** Hand-overs that wait for an answer, one for each language. */
  handovers: readonly Handover[];
  /** The channel that this person is on air in. */
  onAir: string | null;
  boothChat: readonly BoothMessage[];
  /** Hosts and interpreters: those that wait, one's own among them. */
  calls: readonly Call[];
  /** Interpreters: the channel taken as relay; "": the floor. */
  incoming: string;
  /** Interpreters: the partner who is heard beside it. */
  partner: ParticipantId | null;
  /** Interpreters: their console. */
  console: ConsoleState;
  /** The browser wants a gesture before it plays sound. */
  soundBlocked: boolean;
  layout: Layout;
  panel: SidePanel;
  galleryPage: number;
  /** Everybody who has a tile, in the tiles' order, over all pages. */
  tiles: readonly ParticipantId[];
  /** Tiles on a page: as many as fit and as there are slots for. */
  pageSize: number;
  /** How many pages the gallery has, at least 1. */
  galleryPages: number;
  toasts: readonly Toast[];
  /** How many files are on their way to the meeting's archive. */
  sending: number;
  /** How many weren't there yet when the person was out of the meeting; said until the next one. */
  unsent: number;
  /** Own messages that the server hasn't taken yet, in their order. */
  unsaid: readonly Unsaid[];
  /** A link that was made, to be copied. */
  issuedLink: { role: Role; url: string } | null;
  wakeLock: boolean;
}
