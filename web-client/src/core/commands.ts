/** What a person can do; views call these and nothing else. Implemented by core/controller.ts. None throws: what fails shows in the state. */
import type { BoothCommands } from "./booth/booth_commands";
import type { Entrance } from "./files/api";
import type { JoinMode, Layout, ParticipantId, Profile, Role, SidePanel } from "./state";

/** A link to be made. */
export interface Invitation {
  role: Role;
  /** The role's links so far stop working. */
  replace: boolean;
  /** Interpreters: into which one or two languages, from which; "": none, or the languages' names. */
  booth?: { languages: string[]; understands: string[]; pivot: string; booth: string };
}

export interface Commands {
  setUiLanguage(tag: string): void;
  setTheme(theme: "system" | "light" | "dark"): void;
  setProfile(profile: Partial<Profile>): void;
  /** Lobby: asks for microphone and camera (again). */
  askDevices(): void;
  chooseMicrophone(id: string): void;
  chooseCamera(id: string): void;
  chooseSpeaker(id: string): void;
  /** Lobby: whether the camera / microphone will be on when joining; in the meeting: on or off now. */
  setMicrophone(on: boolean): void;
  setCamera(on: boolean): void;
  join(mode: JoinMode): void;
  /** From "elsewhere": become that person here, or join as another. */
  takeOver(): void;
  joinAsAnother(): void;
  leave(): void;
  rejoin(): void;
  shareScreen(): void;
  stopScreen(): void;
  sendChat(text: string): void;
  /** Who wrote it, hosts and secretariat. */
  markQuestion(id: number, on: boolean): void;
  /** Hosts and secretariat; 0: no part runs. */
  startPart(number: number): void;
  /** Hosts and secretariat: the meeting's plan and links, in a tab of their own. */
  openPlan(): void;
  /** With what the part of the page that has the meeting's files asks the server; null: by none. */
  entrance(): Entrance | null;
  /** That part tells how many files are on their way, and what takes them back when the person is out of the meeting. */
  filesSending(sending: number, stop: () => void): void;
  /** Interpreters, in the lobby: what they say on air may be recorded. */
  setConsent(consent: boolean): void;
  /** Hosts, to interpreters; "": all booths. */
  sendBoothChat(booth: string, text: string): void;
  /** Hosts: calls a booth, or withdraws that. */
  callBooth(booth: string, on: boolean): void;
  /** Hosts and interpreters: seen. */
  answerCall(call: number): void;
  raiseHand(raised: boolean): void;
  lowerHand(participant: ParticipantId): void;
  giveFloor(participant: ParticipantId | null): void;
  mute(participant: ParticipantId, source: "microphone" | "camera" | "screen"): void;
  remove(participant: ParticipantId): void;
  showBarred(): void;
  readmit(barred: number): void;
  makeLink(invitation: Invitation): void;
  endMeeting(): void;
  record(state: "recording" | "paused" | "ended"): void;
  /** Which channel to hear; "": the original. */
  setListening(language: string): void;
  /** How loud the original is beneath an interpretation, 0 to 1. */
  setOriginalLevel(level: number): void;
  /** Hosts: what is absent stays. */
  setLanguages(change: { floors?: string[]; channels?: string[] }): void;
  /** Hosts and interpreters: the floor speaks this now; null: what who holds the stage speaks. */
  setFloorLanguage(language: string | null): void;
  setChannelOverride(language: string, allowed: boolean): void;
  setLayout(layout: Layout): void;
  setPanel(panel: SidePanel): void;
  setGalleryPage(page: number): void;
  /** Views tell how many tiles fit and how large pictures are, in device pixels; the controller asks the relay for just that. */
  setTileGeometry(tiles: number, tileWidth: number, tileHeight: number, stageWidth: number, stageHeight: number): void;
  /** A view's play() was refused with NotAllowedError: the browser wants a gesture first. */
  reportSoundBlocked(): void;
  /** After a gesture: start what autoplay blocked (clears soundBlocked; views call play() again in the same gesture). */
  unblockSound(): void;
  /** Interpreters: their console; null until it is loaded. */
  readonly booth: BoothCommands | null;
  dismissToast(id: number): void;
  dismissIssuedLink(): void;
  /** From "refused" or a lobby's problem with retry: try again. */
  retry(): void;
}
