/**
 * An interpreter's console: what its controls do, and what it does by itself (relay, alerts, clock). Reads the state, changes it by events;
 * what is heard is booth_sound.ts.
 */
import type { Received } from "../connection";
import { callsFor, ownCall } from "../calls";
import { channelOf } from "../languages";
import type { OwnMedia } from "../own_media";
import type { Notice, Request } from "../protocol";
import type { Event } from "../reduce";
import type { Channel, Handover, ParticipantId, State } from "../state";
import { calibrate } from "./calibration";
import type { BoothCommands } from "./booth_commands";
import { BoothSound } from "./booth_sound";
import { colleagueOf, colleaguesOf, pendingOf, placeOf } from "./colleagues";
import { type BoothTest, type ChatPlace, type ConsoleState, SHELF, type Tone, VOLUME } from "./console_state";
import { readConsole, writeConsole } from "./console_storage";
import { incoming, type Preselection } from "./incoming";
import { OnAirClock } from "./on_air";
import type { WayOut } from "./sound_chain";

export interface BoothHost {
  state(): State;
  dispatch(event: Event): void;
  /** Rejects when it doesn't go; who asked says so by failed(). */
  request(request: Request): Promise<unknown>;
  failed(error: unknown): void;
  answerCall(call: number): void;
  /** What the sound slots are to carry has changed. */
  slotsChanged(): void;
  received(mid: string): Promise<Received | null>;
  readonly own: Pick<OwnMedia, "useMicrophone" | "openBooth" | "sign" | "startedMicrophone">;
}

/** The relay takes one signal in 5 s. */
const SLOW_DOWN_MS = 5000;
/** A little longer than a request may take: the microphone that opened ahead closes again when nothing came of it. */
const AHEAD_MS = 3000;

const clamp = (value: number, { least, most }: { least: number; most: number }): number => Math.min(most, Math.max(least, Math.round(value)));

export class Booth implements BoothCommands {
  private readonly sound: BoothSound;
  private readonly clock = new OnAirClock();
  private readonly timer: ReturnType<typeof setInterval>;
  /** On the way onto the air: the microphone is open already, so that the first word isn't lost. */
  private ahead: string | null = null;
  private aheadTimer: ReturnType<typeof setTimeout> | undefined;
  /** The relay that was last asked for, and one that was refused as a loop. */
  private relay = "";
  private refused: string | null = null;
  private updating = false;
  /** The channel that one was on air in at the last look, and whether leaving it is one's own wish. */
  private was: string | null = null;
  private leaves = false;

  constructor(private readonly host: BoothHost) {
    this.sound = new BoothSound({
      state: () => host.state(),
      change: (change) => this.change(change),
      microphone: () => host.own.startedMicrophone(),
      received: (mid) => host.received(mid),
      tell: (card) => void host.request({ type: "speaker-card", ...card }).catch(() => undefined), // the next one says it, too
    });
    this.change({ ...readConsole(), ready: true });
    this.timer = setInterval(() => this.tick(), 1000);
    void host.own.useMicrophone(this.use);
    this.update();
  }

  /** Where the page's sound goes through. */
  attach(way: WayOut | null): void {
    this.sound.attach(way);
  }

  ring(): void {
    this.sound.ring();
  }

  close(): void {
    clearInterval(this.timer);
    clearTimeout(this.aheadTimer);
    this.sound.close();
    this.change({ ready: false });
  }

  /** After each change of the state. */
  update(): void {
    if (this.updating || this.state.page.at !== "meeting" || !this.state.booth) return;
    this.updating = true; // its own changes come back here
    try {
      this.followOutgoing();
      this.followAir();
      this.followRelay();
      this.followColleague();
      this.sound.follow();
    } finally {
      this.updating = false;
    }
  }

  notice(notice: Notice): void {
    if (notice.type === "off-air") {
      this.setAhead(null);
      this.takenOff(notice.by, notice.language);
    } else if (notice.type === "handover-ended") {
      if (notice.result !== "done") this.leaves = false;
    } else if (notice.type === "handover" && notice.by !== this.state.me && [notice.from, notice.to].includes(this.state.me ?? "")) {
      this.sound.alert();
    } else if (notice.type === "booth-chat" && this.state.console.chat !== null) {
      this.markSeen();
    }
  }

  // What goes by itself

  private followOutgoing(): void {
    const { console: now, onAir } = this.state;
    const own = this.languages();
    const wanted = onAir ?? (own.includes(now.outgoing) ? now.outgoing : (own[0] ?? ""));
    if (wanted !== now.outgoing) this.change({ outgoing: wanted });
  }

  private followAir(): void {
    const { onAir } = this.state;
    if (onAir !== null && onAir === this.ahead) this.setAhead(null);
    // Taken over while the own link was away: no `off-air` has come, and yet there is nothing that they must know more.
    if (onAir === null && this.was !== null && !this.leaves) this.takenOff(channelOf(this.state.languages, this.was)?.onAir ?? null, this.was);
    if (onAir !== null && this.was === null) this.leaves = false;
    this.was = onAir;
    this.clock.set(onAir, Date.now());
    if (this.clock.since !== this.state.console.onAirSince) this.change({ onAirSince: this.clock.since });
    if (onAir === null && this.state.console.reminding) this.change({ reminding: false });
    this.host.own.sign(onAir !== null && channelOf(this.state.languages, onAir)?.sign === true);
    this.openMicrophone();
  }

  private takenOff(participant: ParticipantId | null, language: string): void {
    if (this.state.console.alert?.kind === "off-air") this.change({ alert: { kind: "off-air", participant, language } });
    else this.alert({ kind: "off-air", participant, language });
  }

  /** Open: on air, on the way there, or when a colleague may say yes at any moment. Never while coughing. */
  private openMicrophone(): void {
    const { onAir, me, handovers, console: now } = this.state;
    const asked = handovers.some(({ to, by }) => to === me && by === me);
    this.host.own.openBooth((onAir !== null || this.ahead !== null || asked) && !now.coughing);
  }

  private followRelay(): void {
    const { console: now, languages, people, me, onAir, incoming: shown } = this.state;
    if (shown === "" && this.relay !== "") {
      // Not by this console: the relay refused it as a loop.
      this.refused = this.relay;
      this.relay = "";
      if (now.preselected !== "auto") this.change({ preselected: "floor" });
    }
    const person = people.get(me ?? "");
    const { channel, automatic } = incoming({
      preselected: this.state.console.preselected, floor: languages.floor.language, understands: person?.understands ?? [], pivot: person?.pivot ?? "",
      channels: languages.channels.filter(({ language }) => language !== this.refused), own: onAir,
    });
    if (automatic !== this.state.console.automatic) this.change({ automatic });
    if ((channel ?? "") === shown) return;
    this.relay = channel ?? "";
    this.host.dispatch({ type: "set", change: { incoming: this.relay } });
    this.host.slotsChanged();
  }

  private followColleague(): void {
    const colleagues = colleaguesOf(this.state);
    if (this.state.partner !== null && !colleagues.includes(this.state.partner)) this.listenToColleague(false);
    const { console: now } = this.state;
    if (now.colleague !== null && !colleagues.includes(now.colleague)) this.change({ colleague: null });
    const lost = this.languages().map((tag) => channelOf(this.state.languages, tag)).find((c) => c?.state === "lost" && c.onAir !== null && colleagues.includes(c.onAir));
    if (lost?.onAir) {
      if (now.alert?.kind !== "lost") this.alert({ kind: "lost", participant: lost.onAir, language: lost.language });
    } else if (now.alert?.kind === "lost") {
      this.change({ alert: null });
    }
  }

  private tick(): void {
    if (!this.clock.remind(Date.now(), this.state.console.reminderMinutes)) return;
    this.change({ reminding: true });
    this.sound.alert();
  }

  // The state

  private get state(): State {
    return this.host.state();
  }

  private change(change: Partial<ConsoleState>): void {
    this.host.dispatch({ type: "console", change });
  }

  private remember(change: Partial<ConsoleState>): void {
    this.change(change);
    writeConsole(this.state.console);
  }

  private alert(alert: NonNullable<ConsoleState["alert"]>): void {
    this.change({ alert });
    this.sound.alert();
  }

  private get use(): "booth" | "booth-with-headphones" {
    // Until they have said: an interpreter without headphones would send the floor back to it.
    return this.state.console.headphones === true ? "booth-with-headphones" : "booth";
  }

  private languages(): string[] {
    return this.state.people.get(this.state.me ?? "")?.interprets ?? [];
  }

  private get channel(): Channel | undefined {
    return channelOf(this.state.languages, this.state.console.outgoing);
  }

  private act(request: Request): Promise<boolean> {
    return this.host.request(request).then(
      () => true,
      (error: unknown) => {
        this.host.failed(error);
        return false;
      },
    );
  }

  // Commands

  preselect(preselected: Preselection): void {
    this.refused = null;
    this.change({ preselected });
  }

  setTone(change: Partial<Tone>): void {
    const { volume, bass, treble } = { ...this.state.console.tone, ...change };
    const tone: Tone = { volume: clamp(volume, VOLUME), bass: clamp(bass, SHELF), treble: clamp(treble, SHELF) };
    this.remember({ tone });
    this.sound.setTone(tone);
  }

  /** On air it goes over at once: the relay keeps one person to one channel. */
  setOutgoing(outgoing: string): void {
    if (outgoing === this.state.console.outgoing) return;
    if (this.state.onAir === null) this.change({ outgoing });
    else void this.goOnAir(outgoing, false);
  }

  setOnAir(on: boolean): void {
    if (!on) {
      this.leaves = true;
      this.setAhead(null);
      this.host.own.openBooth(false);
      void this.act({ type: "air", language: null });
      return;
    }
    const { channel } = this;
    const colleague = channel?.onAir !== undefined && channel.onAir !== null && colleaguesOf(this.state).includes(channel.onAir);
    if (colleague && channel.state === "lost") this.takeOver();
    else if (colleague) this.handOver();
    else void this.goOnAir(this.state.console.outgoing, false);
  }

  private async goOnAir(language: string, take: boolean): Promise<void> {
    if (!language) return;
    this.stopTest();
    void this.host.own.useMicrophone(this.use); // it may be at the floor
    this.setAhead(language);
    if (!(await this.act({ type: "air", language, ...(take ? { take } : {}) }))) this.setAhead(null);
  }

  private setAhead(language: string | null): void {
    clearTimeout(this.aheadTimer);
    this.ahead = language;
    if (language !== null) this.aheadTimer = setTimeout(() => this.setAhead(null), AHEAD_MS);
    this.openMicrophone();
  }

  cough(held: boolean): void {
    if (held === this.state.console.coughing) return;
    this.change({ coughing: held });
    this.openMicrophone();
  }

  handOver(): void {
    const { onAir, console: now } = this.state;
    const pending = pendingOf(this.state);
    if (pending) {
      if (pending.by !== this.state.me) this.answer(pending, true);
      return;
    }
    if (onAir !== null) {
      const to = colleagueOf(this.state);
      this.leaves = true;
      if (to !== null) void this.act({ type: "handover", language: onAir, to });
    } else {
      this.stopTest();
      void this.host.own.useMicrophone(this.use);
      void this.act({ type: "handover", language: now.outgoing });
    }
  }

  refuse(): void {
    const pending = pendingOf(this.state);
    if (pending) this.answer(pending, false);
  }

  private answer({ language, to }: Handover, accept: boolean): void {
    const toMe = to === this.state.me;
    if (!toMe) this.leaves = accept;
    if (accept && toMe) {
      this.stopTest();
      void this.host.own.useMicrophone(this.use);
      this.setAhead(language);
    }
    void this.act({ type: "handover-answer", language, accept }).then((done) => {
      if (!done && toMe) this.setAhead(null);
    });
  }

  takeOver(): void {
    void this.goOnAir(this.state.console.alert?.kind === "lost" ? this.state.console.alert.language : this.state.console.outgoing, true);
  }

  chooseColleague(colleague: ParticipantId): void {
    this.change({ colleague });
    this.host.slotsChanged(); // the picture, too
    if (this.state.partner !== null && this.state.partner !== colleague) this.listenToColleague(true);
  }

  listenToColleague(on: boolean): void {
    this.host.dispatch({ type: "set", change: { partner: on ? colleagueOf(this.state) : null } });
    this.host.slotsChanged();
  }

  setHold(seconds: number): void {
    void this.act({ type: "hold", seconds });
  }

  slowDown(): void {
    const now = Date.now();
    if (now < this.state.console.slowedUntil) return;
    this.change({ slowedUntil: now + SLOW_DOWN_MS });
    void this.act({ type: "slow-down" });
  }

  setInsufficient(on: boolean): void {
    void this.act({ type: "insufficient", on });
  }

  call(): void {
    const [waiting] = callsFor(this.state);
    if (waiting) this.host.answerCall(waiting.id);
    else void this.act({ type: "call", to: "host", on: ownCall(this.state, null) === undefined });
  }

  openChat(chat: ChatPlace | null): void {
    this.change({ chat });
    this.markSeen();
  }

  private markSeen(): void {
    const { console: now, boothChat } = this.state;
    if (now.chat === null) return;
    const last = boothChat.filter((message) => placeOf(message.to) === now.chat).at(-1)?.id ?? 0;
    if (last > now.seen[now.chat]) this.change({ seen: { ...now.seen, [now.chat]: last } });
  }

  sendChat(to: ChatPlace, text: string): void {
    const trimmed = text.trim();
    if (trimmed) void this.act({ type: "booth-chat", to, text: trimmed });
  }

  setHeadphones(headphones: boolean): void {
    this.remember({ headphones });
    void this.host.own.useMicrophone(this.use);
  }

  setReminder(reminderMinutes: number): void {
    this.remember({ reminderMinutes });
  }

  dismissReminder(): void {
    this.change({ reminding: false });
  }

  dismissAlert(): void {
    if (this.state.console.alert?.kind === "off-air") this.change({ alert: null });
  }

  /** Alone: who is on air hears no test, and no test hears them. */
  test(what: BoothTest): void {
    if (what !== "none" && this.state.onAir !== null && what !== "reference") return;
    void this.sound.test(what);
  }

  private stopTest(): void {
    if (this.state.console.test !== "none") void this.sound.test("none");
  }

  calibrate(): void {
    this.setCalibration(calibrate(this.state.console.tone.volume, Date.now()));
    this.stopTest();
  }

  forgetCalibration(): void {
    this.setCalibration(null);
  }

  private setCalibration(calibration: ConsoleState["calibration"]): void {
    this.remember({ calibration });
    this.sound.setCalibration(calibration);
  }
}
