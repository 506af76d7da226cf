/** What an interpreter can do at the console; views call these. Implemented by booth.ts, which is loaded for interpreters alone. */
import type { BoothTest, ChatPlace, Tone } from "./console_state";
import type { Preselection } from "./incoming";
import type { ParticipantId } from "../state";

export interface BoothCommands {
  preselect(incoming: Preselection): void;
  setTone(change: Partial<Tone>): void;
  setOutgoing(language: string): void;
  /** Booth microphone. While a colleague is on air there, on asks for a hand-over. */
  setOnAir(on: boolean): void;
  cough(held: boolean): void;
  /** Offers (on air), asks (a colleague is on air) or accepts (was offered or asked). */
  handOver(): void;
  /** Declines what a colleague offered or asked for, or withdraws one's own. */
  refuse(): void;
  takeOver(): void;
  chooseColleague(participant: ParticipantId): void;
  listenToColleague(on: boolean): void;
  setHold(seconds: number): void;
  slowDown(): void;
  setInsufficient(on: boolean): void;
  /** Answers a call that waits; else calls the hosts, or withdraws that. */
  call(): void;
  openChat(place: ChatPlace | null): void;
  sendChat(to: ChatPlace, text: string): void;
  setHeadphones(on: boolean): void;
  setReminder(minutes: number): void;
  dismissReminder(): void;
  dismissAlert(): void;
  test(what: BoothTest): void;
  /** The reference sounds like comfortable conversation now. */
  calibrate(): void;
  forgetCalibration(): void;
}
