/** What views read out of the state, beyond its plain fields. */
import type { AgendaPart, Channel, Person, ParticipantId, Picture, Quality, State } from "../core/state";
import { isWritten } from "../core/recording";
import { stageFeed } from "../core/slots";
import { hear } from "../core/sound/hearing";
import type { Key, Values } from "../text/text";

export function personOf(state: State, id: ParticipantId | null): Person | null {
  return (id && state.people.get(id)) || null;
}

/** Who is on the stage, and the picture for it. */
export interface OnStage {
  participant: ParticipantId;
  picture: Picture | null;
}

/** Whom the stage's slot shows (core decides, since it asks the relay); where nobody sends a picture, the first of the others by name alone. */
export function onStage(state: State): OnStage | null {
  const shown = stageFeed(state.stage, state.tiles, state.people, state.me).participant ?? state.tiles[0];
  if (!shown || !state.people.has(shown)) return null;
  return { participant: shown, picture: state.stagePicture?.participant === shown ? state.stagePicture : null };
}

export function galleryPicture(state: State, id: ParticipantId): Picture | null {
  return state.gallery.find((picture) => picture.participant === id) ?? null;
}

/** The server, which is busy, holds this picture back. */
export function isPaused(state: State, picture: Picture | null): boolean {
  return picture !== null && state.paused.includes(picture.mid);
}

/** Another's screen, shown large. */
export function screenShown(state: State): ParticipantId | null {
  return state.screen !== null && state.screen !== state.me && state.people.has(state.screen) ? state.screen : null;
}

export function handPlace(state: State, id: ParticipantId | null): number {
  return state.hands.findIndex((hand) => hand.participant === id) + 1;
}

/** Interpreters have a console for what comes in. */
export function mayChooseLanguage(state: State): boolean {
  return state.languages.channels.length > 0 && state.role !== "interpreter";
}

export interface HeardWords { key: Key; language: string; caution: boolean }

/** What is heard at this moment, and why; null where there is no choice. */
export function heardNow(state: State): HeardWords | null {
  if (!mayChooseLanguage(state)) return null;
  const { why, channel } = hear(state);
  const language = why === "own" ? state.languages.floor.language : (channel?.language ?? state.listening);
  if (channel?.insufficient && why !== "own") return { key: "heard.insufficient", language, caution: true };
  return { key: `heard.${why}`, language, caution: ["lost", "empty", "gone"].includes(why) };
}

/** The sign language that the person watches, and who signs. */
export function signShown(state: State): Channel | null {
  const { why, channel } = hear(state);
  return why === "sign" && state.joinMode !== "sound" && state.role !== "interpreter" ? (channel ?? null) : null;
}

/** The part of the agenda that runs. */
export function partNow({ agenda, part }: Pick<State, "agenda" | "part">): AgendaPart | null {
  return agenda.find(({ number }) => number === part) ?? null;
}

/** Behind the one that runs; before the first, that one. */
export function nextPart({ agenda, part }: Pick<State, "agenda" | "part">): AgendaPart | null {
  return agenda.find(({ number }) => number > part) ?? null;
}

/** May go from part to part, and say what is a question. */
export function leadsAgenda({ role }: Pick<State, "role">): boolean {
  return role === "host" || role === "secretariat";
}

export type RecordingWord = "on" | "starting" | "stalled" | "paused";

/** How it stands with the recording; null: there is none. */
export function recordingWord({ recording, recordingStalls }: Pick<State, "recording" | "recordingStalls">): RecordingWord | null {
  if (recording.state !== "recording") return recording.state === "off" ? null : "paused";
  if (isWritten(recording)) return "on";
  return recordingStalls || recording.trouble !== null ? "stalled" : "starting";
}

/** Channels of which nothing is recorded now, since who is on air doesn't want it. */
export function unrecorded({ recording, languages }: Pick<State, "recording" | "languages">): string[] {
  return recording.state === "off" ? [] : languages.channels.filter((channel) => channel.unrecorded && channel.onAir !== null).map(({ language }) => language);
}

export interface StatusPart {
  key: Key;
  values?: Values;
  /** "caution" stands out; "live" is for what is on air. */
  tone: "plain" | "caution" | "live";
}

function soundStatus(state: State, me: Person | null): StatusPart {
  if (!state.may.has("publish") || (state.joinMode === "listen" && state.microphone === "none")) return { key: "status.listening", tone: "plain" };
  if (state.onAir !== null) return { key: "status.onAir", tone: "live" };
  if (state.booth !== null && state.microphone === "off") return { key: "status.inBooth", tone: "plain" };
  if (state.microphone === "none") return { key: "status.noMic", tone: "caution" };
  if (state.microphone === "off") return me?.mutedByHost ? { key: "status.mutedByHost", tone: "caution" } : { key: "status.muted", tone: "caution" };
  return { key: "status.heard", tone: "plain" };
}

/** One's own state in words, the most important first. */
export function ownStatus(state: State): StatusPart[] {
  const me = personOf(state, state.me);
  const parts: StatusPart[] = [];
  if (me?.connection === "connecting" && state.link.at === "connected") parts.push({ key: "status.connecting", tone: "plain" });
  const quality: Quality | undefined = state.me === null ? undefined : state.quality.get(state.me);
  if (state.link.at === "connected" && quality === 1) parts.push({ key: "status.weak", tone: "caution" });
  if (state.stage.pinned && state.stage.holder === state.me && state.me !== null) parts.push({ key: "status.floor", tone: "live" });
  parts.push(soundStatus(state, me));
  if (state.screenShare === "on") parts.push({ key: "status.sharing", tone: "live" });
  if (state.screenShare === "starting") parts.push({ key: "status.sharingStarts", tone: "plain" });
  const place = handPlace(state, state.me);
  if (place > 0) parts.push({ key: "status.handUp", values: { place }, tone: "caution" });
  if (state.joinMode === "sound") parts.push({ key: "status.soundOnly", tone: "plain" });
  else if (state.may.has("publish") && state.joinMode === "full" && state.camera === "off") parts.push({ key: "status.cameraOff", tone: "plain" });
  return parts;
}

/** Names of who speaks, oneself left out: one knows. */
export function speakingNames(state: State): string[] {
  return state.speaking.filter((id) => id !== state.me).flatMap((id) => state.people.get(id)?.name ?? []);
}

export function sameArray<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value, at) => Object.is(value, b[at]));
}
