/** The one function that changes the state. Pure: time comes with the event. */
import type { ConsoleState } from "./booth/console_state";
import { EMPTY_MEETING } from "./initial";
import { languagesOf } from "./languages";
import type { CallResult, Joined, Notice } from "./protocol";
import { NO_RECORDING, recordingNews } from "./recording";
import { isLanguageNotice, joinedLanguages, languageNotice, newlyInsufficient } from "./reduce_languages";
import { arrange, pageCount, pageOf } from "./slots";
import type {
  AgendaPart, Barred, Devices, JoinMode, Link, MeetingInfo, Page, ParticipantId, Picture, Problem, Profile, Role, SidePanel, State, Toast, Words,
} from "./state";
import type { CoreWord } from "./words";

/** Fields that are simply set. */
type Plain = Pick<
  State,
  | "uiLanguage" | "theme" | "layout" | "link" | "microphone" | "camera" | "screenShare" | "ownScreen" | "soundBlocked" | "wakeLock" | "issuedLink"
  | "galleryPage" | "pageSize" | "nameFixed" | "joinMode" | "stagePicture" | "screenPicture" | "gallery" | "sounds" | "paused"
  | "consent" | "sending" | "unsent" | "unsaid" | "soundGraph" | "soundOut" | "listening" | "originalLevel" | "channelPicture" | "incoming" | "partner"
>;

export type Event =
  | { type: "set"; change: Partial<Plain> }
  | { type: "profile"; change: Partial<Profile> }
  | { type: "devices"; change: Partial<Devices> }
  | { type: "console"; change: Partial<ConsoleState> }
  | { type: "panel"; panel: SidePanel }
  /** The server has said what meeting this link is for. */
  | { type: "lobby"; meeting: MeetingInfo; role: Role; name: string | null; agenda: AgendaPart[]; recorded: boolean }
  | { type: "refused"; problem: Problem }
  | { type: "joining"; mode: JoinMode }
  | { type: "lobby-problem"; problem: Problem }
  | { type: "elsewhere" }
  | { type: "joined"; joined: Joined; at: number }
  | { type: "gone"; why: (Page & { at: "left" })["why"] }
  | { type: "notice"; notice: Notice; at: number }
  | { type: "barred"; barred: Barred[] }
  /** Nothing has been written for too long, or something is again. */
  | { type: "recording-stalls"; stalls: boolean; at: number }
  /** Mids of the picture slots in which frames arrive. */
  | { type: "live"; mids: ReadonlySet<string> }
  | { type: "toast"; words: { key: CoreWord; values?: Words["values"] }; kind: Toast["kind"]; at: number }
  | { type: "dismiss-toast"; id: number }
  | { type: "time"; at: number };

const TOAST_MS = 6000;
const CHAT_KEPT = 1000;
/** In a large meeting who comes and goes is no news. */
const SMALL_MEETING = 6;

export function reduce(state: State, event: Event): State {
  return tidy(state, step(state, event));
}

function step(state: State, event: Event): State {
  switch (event.type) {
    case "set":
      return { ...state, ...event.change };
    case "profile":
      return { ...state, profile: { ...state.profile, ...event.change } };
    case "devices":
      return { ...state, devices: { ...state.devices, ...event.change } };
    case "console":
      return { ...state, console: { ...state.console, ...event.change } };
    case "panel":
      return { ...state, panel: event.panel, unread: event.panel === "chat" ? 0 : state.unread };
    case "lobby":
      return {
        ...state,
        page: { at: "lobby", joining: false, problem: null },
        meeting: event.meeting,
        languages: languagesOf(event.meeting),
        agenda: event.agenda,
        recording: event.recorded ? { ...NO_RECORDING, state: "recording" } : NO_RECORDING,
        role: event.role,
        nameFixed: event.name !== null,
        profile: event.name === null ? state.profile : { ...state.profile, name: event.name },
      };
    case "refused":
      return { ...state, page: { at: "refused", problem: event.problem } };
    case "joining":
      return { ...state, joinMode: event.mode, unsaid: state.page.at === "left" ? [] : state.unsaid, page: state.page.at === "loading" ? state.page : { at: "lobby", joining: true, problem: null } };
    case "lobby-problem":
      return { ...state, page: { at: "lobby", joining: false, problem: event.problem } };
    case "elsewhere":
      return { ...state, page: { at: "elsewhere", joinMode: state.joinMode } };
    case "joined":
      return joined(state, event.joined, event.at);
    case "gone":
      return { ...state, ...EMPTY_MEETING, page: { at: "left", why: event.why } };
    case "notice":
      return notice(state, event.notice, event.at);
    case "barred":
      return { ...state, barred: event.barred };
    case "recording-stalls": {
      const next = { ...state, recordingStalls: event.stalls };
      // A disk in trouble has had words of its own.
      const news = event.stalls && state.may.has("record") && state.recording.trouble === null;
      return news ? toast(next, "toast.recordingStalls", undefined, "problem", event.at) : next;
    }
    case "live":
      return live(state, event.mids);
    case "toast":
      return toast(state, event.words.key, event.words.values, event.kind, event.at);
    case "dismiss-toast":
      return { ...state, toasts: state.toasts.filter((t) => t.id !== event.id) };
    case "time": {
      const toasts = state.toasts.filter((t) => t.until > event.at);
      const slowDownUntil = state.slowDownUntil > event.at ? state.slowDownUntil : 0;
      return toasts.length === state.toasts.length && slowDownUntil === state.slowDownUntil ? state : { ...state, toasts, slowDownUntil };
    }
  }
}

/** What follows from people, page size and page: the tiles' order. */
function tidy(before: State, after: State): State {
  if (before.people === after.people && before.me === after.me && before.pageSize === after.pageSize && before.galleryPage === after.galleryPage) {
    return after;
  }
  const order = arrange(after.tiles, after.people, after.me, after.pageSize);
  const tiles = sameList(order, after.tiles) ? after.tiles : order;
  const galleryPages = pageCount(tiles, after.pageSize);
  const galleryPage = Math.min(Math.max(0, after.galleryPage), galleryPages - 1);
  const members = pageOf(tiles, galleryPage, after.pageSize);
  return { ...after, tiles, galleryPages, galleryPage, galleryMembers: sameList(members, after.galleryMembers) ? after.galleryMembers : members };
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function joined(state: State, joined: Joined, at: number): State {
  const again = state.page.at === "meeting" && state.me === joined.participant;
  const next: State = {
    ...state,
    ...(again ? {} : EMPTY_MEETING),
    // What the connection has made so far belongs to this meeting already: the offer goes out with the join.
    stagePicture: state.stagePicture,
    screenPicture: state.screenPicture,
    gallery: state.gallery,
    channelPicture: state.channelPicture,
    sounds: state.sounds,
    ...joinedLanguages(joined),
    page: { at: "meeting" },
    meeting: joined.meeting,
    me: joined.participant,
    role: joined.role,
    may: new Set(joined.may),
    people: new Map(joined.people.map((p) => [p.id, p])),
    agenda: joined.agenda ?? [],
    part: joined.part ?? 0,
    chat: joined.chat,
    hands: joined.hands,
    stage: joined.stage,
    screen: joined.screen,
    speaking: joined.speaking,
    recording: joined.recording ?? NO_RECORDING,
    unsent: 0,
    paused: [], // what is, comes right behind
  };
  if (!again) return next;
  const last = state.chat[state.chat.length - 1]?.id ?? -Infinity;
  const missed = joined.chat.filter((c) => c.id > last && c.from !== joined.participant).length;
  next.unread = state.panel === "chat" ? 0 : state.unread + missed;
  return state.link.at === "connected" ? next : toast(next, "toast.backAgain", undefined, "info", at);
}

function toast(state: State, key: CoreWord, values: Words["values"], kind: Toast["kind"], at: number): State {
  const id = 1 + state.toasts.reduce((max, t) => Math.max(max, t.id), 0);
  const entry: Toast = { id, words: values ? { key, values } : { key }, kind, until: at + TOAST_MS };
  return { ...state, toasts: [...state.toasts.filter((t) => t.until > at).slice(-2), entry] };
}

function nameOf(state: State, id: ParticipantId): string {
  return state.people.get(id)?.name ?? "";
}

function notice(state: State, notice: Notice, at: number): State {
  if (state.page.at !== "meeting") return state;
  if (isLanguageNotice(notice)) {
    const next = languageNotice(state, notice, at);
    if (notice.type === "booth-chat" && notice.chat.from !== state.me && state.booth === null && next !== state) {
      // A host has no console that would show it.
      const { name, booth, text } = notice.chat;
      return toast(next, "toast.boothMessage", { name, booth, text }, "info", at);
    }
    if (notice.type === "call-ended" && state.calls.some(({ id, from }) => id === notice.call && from === state.me)) return callEnded(next, notice, at);
    const [unheard] = state.may.has("give-floor") ? newlyInsufficient(state.languages, next.languages) : [];
    return unheard === undefined ? next : toast(next, "toast.insufficient", { language: unheard }, "problem", at);
  }
  switch (notice.type) {
    case "person": {
      const { person } = notice;
      const isNew = !state.people.has(person.id);
      const next = { ...state, people: new Map(state.people).set(person.id, person) };
      const news = isNew && person.id !== state.me && next.people.size <= SMALL_MEETING;
      return news ? toast(next, "toast.joined", { name: person.name }, "info", at) : next;
    }
    case "left":
      return left(state, notice.participant, at);
    case "chat": {
      // After a resume the same message may be in `joined` and come as a notice.
      if (state.chat.some((c) => c.id === notice.chat.id)) return state;
      const read = state.panel === "chat" || notice.chat.from === state.me;
      return { ...state, chat: [...state.chat, notice.chat].slice(-CHAT_KEPT), unread: read ? state.unread : state.unread + 1 };
    }
    case "question": {
      const { chat, on } = notice;
      return { ...state, chat: state.chat.map((c) => (c.id === chat && c.question !== on ? { ...c, question: on } : c)) };
    }
    case "agenda":
      return { ...state, agenda: notice.agenda, part: notice.part };
    case "hands": {
      const fresh = notice.hands.find((h) => h.participant !== state.me && !state.hands.some((o) => o.participant === h.participant));
      const next = { ...state, hands: notice.hands };
      if (!fresh || !state.may.has("give-floor")) return next;
      return toast(next, "toast.handRaised", { name: nameOf(state, fresh.participant) }, "info", at);
    }
    case "stage": {
      const { holder, previous, pinned } = notice;
      const mine = pinned && holder === state.me && !(state.stage.pinned && state.stage.holder === state.me);
      const next = { ...state, stage: { holder, previous, pinned } };
      return mine ? toast(next, "toast.youHaveFloor", undefined, "info", at) : next;
    }
    case "screen": {
      const id = notice.participant;
      const next = { ...state, screen: id };
      const news = id !== null && id !== state.me && id !== state.screen;
      return news ? toast(next, "toast.screenStarted", { name: nameOf(state, id) }, "info", at) : next;
    }
    case "speaking":
      return { ...state, speaking: notice.participants };
    case "quality": {
      const quality = new Map(state.quality);
      for (const [id, mark] of Object.entries(notice.marks)) quality.set(id, mark);
      const own = quality.get(state.me ?? "");
      // Weak until it is good again: a link that is fair since it carries less would be weak once more.
      const weakLink = own === undefined || own === 2 ? state.weakLink : own < 2;
      return { ...state, quality, weakLink };
    }
    case "muted": {
      const key = ({ microphone: "toast.mutedMicrophone", camera: "toast.mutedCamera", screen: "toast.mutedScreen" } as const)[notice.source];
      return toast(state, key, { by: nameOf(state, notice.by) }, "info", at);
    }
    case "paused":
      return { ...state, paused: notice.slots };
    case "recording": {
      const next = { ...state, recording: notice.recording };
      const news = recordingNews(state.recording, notice.recording, state.may.has("record"));
      return news === null ? next : toast(next, news.key, undefined, news.problem ? "problem" : "info", at);
    }
    case "media-lost":
      return { ...state, link: lost(state.link, at) };
    case "removed":
    case "replaced":
    case "ended":
      return { ...state, ...EMPTY_MEETING, page: { at: "left", why: notice.type } };
  }
}

/** One's own; who withdrew it knows. */
function callEnded(state: State, { result, by }: { result: CallResult; by: ParticipantId | null }, at: number): State {
  if (result === "withdrawn") return state;
  return result === "seen" ? toast(state, "toast.callSeen", { name: nameOf(state, by ?? "") }, "info", at) : toast(state, "toast.callGone", undefined, "problem", at);
}

function lost(link: Link, at: number): Link {
  return link.at === "connected" ? { at: "media-lost", since: at } : link;
}

function left(state: State, id: ParticipantId, at: number): State {
  const person = state.people.get(id);
  if (!person || id === state.me) return state;
  const people = new Map(state.people);
  people.delete(id);
  const quality = new Map(state.quality);
  quality.delete(id);
  const cards = new Map(state.cards);
  cards.delete(id);
  const next: State = {
    ...state,
    people,
    quality,
    cards,
    hands: state.hands.filter((h) => h.participant !== id),
    speaking: state.speaking.filter((s) => s !== id),
  };
  return people.size < SMALL_MEETING ? toast(next, "toast.left", { name: person.name }, "info", at) : next;
}

function live(state: State, mids: ReadonlySet<string>): State {
  const mark = <T extends Picture | null>(picture: T): T => {
    if (!picture) return picture;
    const now = mids.has(picture.mid);
    return now === picture.live ? picture : { ...picture, live: now };
  };
  const stagePicture = mark(state.stagePicture);
  const screenPicture = mark(state.screenPicture);
  const channelPicture = mark(state.channelPicture);
  const gallery = state.gallery.map(mark);
  const large = stagePicture === state.stagePicture && screenPicture === state.screenPicture && channelPicture === state.channelPicture;
  if (large && sameList(gallery, state.gallery)) return state;
  return { ...state, stagePicture, screenPicture, channelPicture, gallery: sameList(gallery, state.gallery) ? state.gallery : gallery };
}
