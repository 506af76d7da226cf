/** Ties state, own devices and the session together, and does what views ask for (commands.ts). */
import type { BoothCommands } from "./booth/booth_commands";
import { BoothLoader } from "./booth/booth_loader";
import { catalogueFor, hasWebRtc, inAppBrowser, isPhone, type MeetingLink, parseLink } from "./browser";
import type { Commands, Invitation } from "./commands";
import type { Entrance } from "./files/api";
import { initialState } from "./initial";
import { firstChoice } from "./languages";
import { askAbout, joinProblem, problem } from "./lobby";
import { OwnMedia } from "./own_media";
import { CLOSE, type Joined, type Notice, type Request } from "./protocol";
import { type Event, reduce } from "./reduce";
import { RecordingBell, RecordingWatch } from "./recording";
import { preferencesOf } from "./remembered";
import { Ringer } from "./ringer";
import { type JoinOptions, Session } from "./session";
import { RequestFailed } from "./signalling";
import type { Geometry } from "./slots";
import { gains } from "./sound/hearing";
import { Mixer } from "./sound/mixer";
import { recordingSound } from "./sound/ring";
import type { JoinMode, Page, Profile, State } from "./state";
import { deviceId, readPreferences, readSession, writePreferences, writeSession } from "./storage";
import { createStore, type Store, type WritableStore } from "./store";
import { Tabs } from "./tabs";
import { WakeLock } from "./wakelock";
import type { CoreWord } from "./words";

const OFFLINE_AGAIN_MS = 3000;
const PROFILE_QUIET_MS = 600;
const CAMERA_SLOTS = 14;
const CAMERA_SLOTS_PHONE = 6;

export function createController(): { store: Store; commands: Commands } {
  const controller = new Controller();
  void controller.open();
  return { store: controller.store, commands: controller };
}

class Controller implements Commands {
  readonly store: WritableStore = createStore(
    initialState(readPreferences(), catalogueFor(navigator.languages), inAppBrowser(navigator.userAgent)),
  );
  private readonly link: MeetingLink | null = parseLink(location.pathname, location.hash);
  private readonly cameraSlots = isPhone(navigator.userAgent) ? CAMERA_SLOTS_PHONE : CAMERA_SLOTS;
  private readonly tabs = new Tabs();
  private readonly wakeLock = new WakeLock((wakeLock) => this.dispatch({ type: "set", change: { wakeLock } }));
  private readonly own = new OwnMedia({
    state: () => this.state,
    dispatch: (event) => this.dispatch(event),
    send: (publication, track) => this.session?.setTrack(publication, track),
    tell: () => {
      this.session?.tellMedia();
      this.rememberSession();
    },
  });
  private readonly mixer = new Mixer({
    plays: (soundGraph) => this.dispatch({ type: "set", change: { soundGraph, ...(soundGraph ? { soundBlocked: false } : {}) } }),
    leads: (soundOut) => this.dispatch({ type: "set", change: { soundOut } }),
    output: (context, way) => this.console.output(context, way),
  });
  private readonly console = new BoothLoader({
    own: this.own,
    state: () => this.state,
    dispatch: (event) => this.dispatch(event),
    request: (request) => this.session?.request(request) ?? Promise.reject(new RequestFailed("lost", "", "no connection")),
    failed: (error) => this.failed(error),
    answerCall: (call) => this.answerCall(call),
    slotsChanged: () => this.session?.layoutChanged(0),
    received: (mid) => this.session?.received(mid) ?? Promise.resolve(null),
  });
  private readonly recordingBell = new RecordingBell(recordingSound);
  private readonly recordingWatch = new RecordingWatch((stalls) => this.dispatch({ type: "recording-stalls", stalls, at: Date.now() }));
  private readonly ringer = new Ringer(() => (this.console.booth ? this.console.booth.ring() : this.mixer.ring(this.state)));
  private readonly session: Session | null = this.link && hasWebRtc() ? this.makeSession(this.link) : null;
  private secret = "";
  /** The channel that was last chosen on this device; undefined: none ever was. */
  private chosenLanguage: string | undefined = readPreferences().listening;
  /** What the page would suggest doesn't count any more. */
  private languageChosen = false;
  /** Takes back the files that are on their way. */
  private stopFiles: () => void = () => undefined;
  private profileTimer: ReturnType<typeof setTimeout> | undefined;
  private offlineTimer: ReturnType<typeof setTimeout> | undefined;

  private get state(): State {
    return this.store.get();
  }

  private dispatch(event: Event): void {
    const before = this.state;
    this.store.set(reduce(before, event));
    const { page } = this.state;
    if (page.at !== before.page.at) this.pageChanged(before.page.at, page.at);
    this.mixer.update(this.state);
    this.console.update();
    this.ringer.update(this.state);
    this.recordingBell.update(this.state);
    this.recordingWatch.update(this.state);
  }

  get booth(): BoothCommands | null {
    return this.console.booth;
  }

  private pageChanged(before: Page["at"], now: Page["at"]): void {
    this.wakeLock.want(now === "meeting");
    if (now === "meeting") this.own.stopMeter();
    if (before === "meeting") this.forget();
  }

  private makeSession(link: MeetingLink): Session {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const pixels = window.devicePixelRatio || 1;
    const geometry: Geometry = {
      tiles: 4, tileWidth: 320, tileHeight: 180, stageWidth: innerWidth * pixels * 0.75, stageHeight: innerHeight * pixels * 0.75,
    };
    return new Session(`${scheme}//${location.host}/ws`, { token: link.token, device: deviceId() }, this.cameraSlots, geometry, {
      state: () => this.state,
      dispatch: (event) => this.dispatch(event),
      joined: (joined) => this.joined(joined),
      refused: (error) => this.refused(error),
      notice: (notice) => this.noticed(notice),
      unreachable: () => this.unreachable(),
      busy: () => this.serverBusy(),
      channelMoved: (feed, seconds) => this.mixer.moved(feed, seconds),
      closed: (code) => this.closed(code),
    });
  }

  // Opening the page

  async open(): Promise<void> {
    this.listen();
    const { link } = this;
    if (!link) return this.dispatch({ type: "refused", problem: problem("refused.noLink", false) });
    if (!this.session) return this.dispatch({ type: "refused", problem: problem("refused.unsupported", false) });
    const before = readSession();
    const same = before !== null && before.meeting === link.meeting && before.token === link.token;
    if (same && !(await this.tabs.taken(`${link.meeting}/${before.participant}`))) {
      // A reload: straight back, in the same way.
      this.dispatch({ type: "profile", change: { name: before.name } });
      this.dispatch({
        type: "set",
        change: { microphone: before.microphoneOn ? "on" : "off", camera: before.cameraOn ? "on" : "off", unsaid: before.unsaid.map((text, key) => ({ key, text })) },
      });
      this.enter(before.joinMode, { resume: { participant: before.participant, secret: before.secret }, seen: before.seen });
      return;
    }
    await this.openLobby(link);
  }

  private async openLobby(link: MeetingLink): Promise<void> {
    clearTimeout(this.offlineTimer);
    this.session?.prepare();
    const about = await askAbout(link.meeting, link.token);
    if (!("meeting" in about)) {
      this.dispatch({ type: "refused", problem: about });
      if (about.words.key === "refused.offline") this.offlineTimer = setTimeout(() => void this.openLobby(link), OFFLINE_AGAIN_MS);
      return;
    }
    this.dispatch({ type: "lobby", ...about });
    this.session?.prepare(about.role === "interpreter");
    this.suggestLanguage();
    if (about.role === "listener" || this.state.devices.permission !== "unasked" || !(await this.own.alreadyAllowed())) return;
    const { page } = this.state;
    if (page.at === "lobby" && !page.joining) this.askDevices();
  }

  private listen(): void {
    addEventListener("hashchange", () => location.reload());
    addEventListener("online", () => this.session?.check(true));
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.session?.check(true);
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.session?.check(false);
    });
    // Where it exists it also tells of measured speeds: only another kind of network matters.
    const network = (navigator as { connection?: EventTarget & { type?: string } }).connection;
    let type = network?.type;
    network?.addEventListener("change", () => {
      if (network.type !== type) this.session?.check(true);
      type = network.type;
    });
    const stirs = (): void => {
      const { page } = this.state;
      if (page.at === "lobby" && !page.joining) this.session?.warm();
    };
    for (const gesture of ["pointermove", "pointerdown", "keydown", "focusin"]) addEventListener(gesture, stirs, { passive: true });
    setInterval(() => {
      if (this.state.toasts.length > 0 || this.state.slowDownUntil > 0) this.dispatch({ type: "time", at: Date.now() });
    }, 1000);
  }

  // What the session tells

  private joined(joined: Joined): void {
    this.secret = joined.secret;
    this.tabs.claim(`${joined.meeting.name}/${joined.participant}`);
    this.rememberSession();
    this.suggestLanguage();
    this.languageChosen = true; // what is heard changes by the person's hand alone
    // Who may not be heard or seen needs no device.
    if (!joined.may.includes("publish")) this.own.enter("listen");
  }

  private refused(error: RequestFailed): void {
    const { link, state } = this;
    if (!link) return;
    if (error.code === "conflict" && error.field === "device") {
      this.dispatch({ type: "elsewhere" });
      return;
    }
    writeSession(null);
    if (state.page.at === "meeting" && error.code === "gone") {
      this.dispatch({ type: "gone", why: /removed|barred/.test(error.message) ? "removed" : "ended" });
      return;
    }
    const why = joinProblem(error, link.token);
    if (why.forGood) this.dispatch({ type: "refused", problem: why.problem });
    else if (state.meeting) this.dispatch({ type: "lobby-problem", problem: why.problem });
    else void this.openLobby(link);
  }

  private noticed(notice: Notice): void {
    if (notice.type === "muted") this.own.muted(notice.source);
    if (notice.type === "muted" || notice.type === "screen") this.session?.layoutChanged(0);
    this.console.notice(notice);
  }

  private unreachable(): void {
    if (this.state.meeting) this.dispatch({ type: "lobby-problem", problem: problem("lobby.serverGone", true) });
    else this.dispatch({ type: "refused", problem: problem("refused.offline", true) });
  }

  /** Who came to listen goes on listening. */
  private serverBusy(): void {
    this.own.enter("listen");
    this.own.stopScreen();
    this.dispatch({ type: "set", change: { joinMode: "listen" } });
    this.session?.layoutChanged(0);
    this.rememberSession();
    this.dispatch({ type: "toast", words: { key: "toast.busy" }, kind: "problem", at: Date.now() });
  }

  private closed(code: number): void {
    const why = code === CLOSE.ENDED ? "ended" : code === CLOSE.REPLACED ? "replaced" : code === CLOSE.REMOVED ? "removed" : "left";
    if (this.state.page.at !== "left") this.dispatch({ type: "gone", why });
  }

  /** Out of the meeting, for whatever reason. Files on their way were this participant's to add. */
  private forget(): void {
    const unsent = this.state.sending;
    this.stopFiles();
    if (unsent > 0) this.dispatch({ type: "set", change: { unsent } });
    this.session?.end();
    this.own.stopAll();
    this.tabs.claim(null);
    writeSession(null);
  }

  private rememberSession(): void {
    const { link, state } = this;
    if (!link || !state.me || state.page.at !== "meeting") return;
    writeSession({
      ...link, participant: state.me, secret: this.secret, name: state.profile.name, joinMode: state.joinMode,
      microphoneOn: state.microphone === "on", cameraOn: state.camera === "on",
      unsaid: state.unsaid.map(({ text }) => text), seen: state.chat.at(-1)?.id ?? 0,
    });
  }

  private remember(): void {
    writePreferences(preferencesOf(this.state, readPreferences(), this.chosenLanguage));
  }

  private suggestLanguage(): void {
    if (this.languageChosen) return;
    const own = [this.state.profile.speaks, ...navigator.languages].filter((tag) => tag !== "");
    this.dispatch({ type: "set", change: { listening: firstChoice(this.state.languages, this.chosenLanguage, own) } });
  }

  // Commands: the page

  setUiLanguage(uiLanguage: string): void {
    this.set({ uiLanguage });
  }

  setTheme(theme: State["theme"]): void {
    this.set({ theme });
  }

  setLayout(layout: State["layout"]): void {
    this.set({ layout });
    this.session?.layoutChanged(0);
  }

  private set(change: Partial<Pick<State, "uiLanguage" | "theme" | "layout">>): void {
    this.dispatch({ type: "set", change });
    this.remember();
  }

  setProfile(profile: Partial<Profile>): void {
    const { name, ...rest } = profile;
    const change = this.state.nameFixed || name === undefined ? rest : { ...rest, name };
    this.dispatch({ type: "profile", change });
    if (rest.speaks !== undefined) this.suggestLanguage(); // in the meeting it is fixed
    this.remember();
    if (this.state.page.at !== "meeting") return;
    clearTimeout(this.profileTimer);
    this.profileTimer = setTimeout(() => {
      const { name: now, ...others } = this.state.profile;
      if (now.trim()) this.act({ type: "profile", name: now.trim(), ...others });
    }, PROFILE_QUIET_MS);
  }

  setListening(listening: string): void {
    this.languageChosen = true;
    this.chosenLanguage = listening;
    this.dispatch({ type: "set", change: { listening } });
    this.session?.layoutChanged(0);
    this.remember();
  }

  setOriginalLevel(level: number): void {
    this.dispatch({ type: "set", change: { originalLevel: Math.min(1, Math.max(0, level)) } });
    this.remember();
  }

  setConsent(consent: boolean): void {
    this.dispatch({ type: "set", change: { consent } });
    this.remember();
  }

  setPanel(panel: State["panel"]): void {
    this.dispatch({ type: "panel", panel });
  }

  setGalleryPage(galleryPage: number): void {
    this.dispatch({ type: "set", change: { galleryPage } });
    this.session?.layoutChanged(0);
  }

  setTileGeometry(tiles: number, tileWidth: number, tileHeight: number, stageWidth: number, stageHeight: number): void {
    const pageSize = Math.max(0, Math.min(Math.floor(tiles), this.session?.cameraSlots ?? 0));
    if (pageSize !== this.state.pageSize) this.dispatch({ type: "set", change: { pageSize } });
    this.session?.setGeometry({ tiles, tileWidth, tileHeight, stageWidth, stageHeight });
  }

  dismissToast(id: number): void {
    this.dispatch({ type: "dismiss-toast", id });
  }

  dismissIssuedLink(): void {
    this.dispatch({ type: "set", change: { issuedLink: null } });
  }

  reportSoundBlocked(): void {
    if (!this.state.soundBlocked) this.dispatch({ type: "set", change: { soundBlocked: true } });
  }

  unblockSound(): void {
    this.mixer.resume();
    this.dispatch({ type: "set", change: { soundBlocked: false } });
  }

  retry(): void {
    const { page } = this.state;
    if (page.at === "refused") {
      if (page.problem.words.key === "refused.outdated" || !this.link) location.reload();
      else if (readSession()) this.session?.check(false);
      else void this.openLobby(this.link);
    } else if (page.at === "lobby") {
      this.join(this.state.joinMode);
    }
  }

  // Commands: own devices

  askDevices(): void {
    void this.own.ask();
  }

  chooseMicrophone(id: string): void {
    this.own.choose("microphone", id);
    this.remember();
  }

  chooseCamera(id: string): void {
    this.own.choose("camera", id);
    this.remember();
  }

  chooseSpeaker(speaker: string): void {
    this.dispatch({ type: "devices", change: { speaker } });
    this.remember();
  }

  setMicrophone(on: boolean): void {
    if (on && this.state.onAir !== null) {
      this.dispatch({ type: "toast", words: { key: "toast.onAir" }, kind: "problem", at: Date.now() });
      return;
    }
    if (on && this.state.joinMode === "listen") this.takePart();
    this.own.setMicrophone(on);
    this.session?.layoutChanged(0); // who speaks hears the voices, not a mix that has their own in it
    this.remember();
  }

  setCamera(on: boolean): void {
    if (on) this.takePart();
    this.own.setCamera(on);
    this.remember();
  }

  /** Who joined with less and switches more on takes part like everybody: also with others' pictures. */
  private takePart(): void {
    if (this.state.page.at !== "meeting" || this.state.joinMode === "full") return;
    this.dispatch({ type: "set", change: { joinMode: "full" } });
    this.session?.layoutChanged(0);
  }

  shareScreen(): void {
    void this.own.shareScreen();
  }

  stopScreen(): void {
    this.own.stopScreen();
  }

  // Commands: coming and going

  join(mode: JoinMode): void {
    const { page, profile } = this.state;
    if (page.at === "lobby" && page.joining) return;
    if (!profile.name.trim()) {
      this.dispatch({ type: "lobby-problem", problem: problem("lobby.nameMissing", false) });
      return;
    }
    if (profile.name !== profile.name.trim()) this.dispatch({ type: "profile", change: { name: profile.name.trim() } });
    this.enter(mode, {});
  }

  private enter(mode: JoinMode, options: JoinOptions): void {
    // Pressed just now: the browser lets the graph run.
    if (this.state.languages.channels.length > 0) this.mixer.prepare(gains(this.state));
    this.dispatch({ type: "joining", mode });
    this.own.enter(mode);
    this.session?.start(options);
  }

  takeOver(): void {
    this.enter(this.state.joinMode, { takeover: true });
  }

  joinAsAnother(): void {
    this.enter(this.state.joinMode, { another: true });
  }

  rejoin(): void {
    const { page, joinMode } = this.state;
    if (page.at === "left" && page.why === "replaced") this.enter(joinMode, { takeover: true });
    else this.join(joinMode);
  }

  leave(): void {
    // The page goes at once; the server hears of it on the way out.
    this.session?.leave();
    this.dispatch({ type: "gone", why: "left" });
  }

  // Commands: in the meeting

  sendBoothChat(booth: string, text: string): void {
    this.act(booth === "" ? { type: "booth-chat", to: "booths", text } : { type: "booth-chat", to: "booth", booth, text });
  }

  sendChat(text: string): void {
    const trimmed = text.trim();
    if (!trimmed || !this.session) return;
    const saying = this.session.chat(trimmed).catch((error: unknown) => this.failed(error));
    this.rememberSession(); // a page that is loaded again says it
    void saying.then(() => this.rememberSession());
  }

  markQuestion(id: number, on: boolean): void {
    this.act({ type: "question", chat: id, on });
  }

  startPart(number: number): void {
    this.act({ type: "start-part", number });
  }

  openPlan(): void {
    if (this.link) window.open(`/admin#token=${this.link.token}&meeting=${this.link.meeting}`, "_blank", "noopener");
  }

  entrance(): Entrance | null {
    return this.link && { ...this.link, participant: this.state.me && `${this.state.me} ${this.secret}` };
  }

  filesSending(sending: number, stop: () => void): void {
    this.stopFiles = stop;
    if (sending !== this.state.sending) this.dispatch({ type: "set", change: { sending } });
  }

  callBooth(booth: string, on: boolean): void {
    this.act({ type: "call", to: "booth", booth, on });
  }

  answerCall(call: number): void {
    this.session?.request({ type: "call-answer", call }).catch((error: unknown) => {
      // Somebody else was first, or it was withdrawn: the page hears of that by itself.
      if (!(error instanceof RequestFailed && error.code === "not-found")) this.failed(error);
    });
  }

  setLanguages(change: { floors?: string[]; channels?: string[] }): void {
    this.act({ type: "set-languages", ...change });
  }

  setFloorLanguage(language: string | null): void {
    this.act({ type: "floor-language", language });
  }

  setChannelOverride(language: string, allowed: boolean): void {
    this.act({ type: "channel-override", language, allowed });
  }

  raiseHand(raised: boolean): void {
    this.act({ type: "hand", raised });
  }

  lowerHand(participant: string): void {
    this.act({ type: "hand", participant, raised: false });
  }

  giveFloor(participant: string | null): void {
    this.act({ type: "floor", participant });
  }

  mute(participant: string, source: "microphone" | "camera" | "screen"): void {
    this.act({ type: "mute", participant, source });
  }

  remove(participant: string): void {
    this.act({ type: "remove", participant });
  }

  endMeeting(): void {
    this.act({ type: "end" });
  }

  record(state: "recording" | "paused" | "ended"): void {
    this.act({ type: "record", state });
  }

  showBarred(): void {
    this.act({ type: "barred" });
  }

  readmit(barred: number): void {
    this.act({ type: "readmit", barred });
    this.act({ type: "barred" });
  }

  makeLink({ role, replace, booth }: Invitation): void {
    this.act({ type: replace ? "reissue" : "invite", role, ...booth });
  }

  /** Asks the server, and says so when it doesn't go. */
  private act(request: Request): void {
    this.session?.request(request).then(
      (reply) => {
        if (reply.type === "barred") this.dispatch({ type: "barred", barred: reply.barred });
        if (reply.type === "link" && this.link) {
          const url = `${location.origin}/m/${this.link.meeting}#token=${reply.token}`;
          this.dispatch({ type: "set", change: { issuedLink: { role: reply.role, url } } });
        }
      },
      (error: unknown) => this.failed(error),
    );
  }

  private failed(error: unknown): void {
    const failure = error instanceof RequestFailed ? error : new RequestFailed("internal", "", String(error));
    const keys: Partial<Record<RequestFailed["code"], CoreWord>> = {
      forbidden: "toast.notAllowed", limit: "toast.tooFast", lost: "toast.noConnection",
    };
    const key = keys[failure.code] ?? "toast.failed";
    this.dispatch({ type: "toast", words: { key, values: { message: failure.message } }, kind: "problem", at: Date.now() });
  }
}
