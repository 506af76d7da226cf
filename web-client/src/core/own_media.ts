/** Own microphone, camera and screen, from the lobby to the end: what the person wants on, what the devices give, what is sent. */
import { deviceProblem, type DeviceKind } from "./device_errors";
import { captureScreen, DeviceSource, type MicrophoneUse, type Screen } from "./devices";
import { LevelMeter } from "./level";
import type { Publication, Source } from "./protocol";
import type { Event } from "./reduce";
import type { Devices, JoinMode, State } from "./state";
import type { CoreWord } from "./words";

const KINDS = ["microphone", "camera"] as const;

export interface OwnMediaHost {
  state(): State;
  dispatch(event: Event): void;
  /** What is sent has changed. */
  send(publication: Publication, track: MediaStreamTrack | null): void;
  /** What others are to know has changed. */
  tell(): void;
}

export class OwnMedia {
  private readonly source = new DeviceSource((kind) => void this.lost(kind), () => void this.refreshLists());
  private readonly meter = new LevelMeter((level) => {
    if (Math.abs(level - this.host.state().devices.level) > 0.005) this.devices({ level });
  });
  private screen: Screen | null = null;
  /** A device that is being started isn't started a second time. */
  private readonly starting: Record<DeviceKind, boolean> = { microphone: false, camera: false };
  /** Let go of while it was being started: it is stopped when it is there. */
  private readonly unwanted: Record<DeviceKind, boolean> = { microphone: false, camera: false };
  /** On air in a sign language: the camera is sent to its channel, too. */
  private signing = false;
  /** One capture: it is sent to the floor or to the booth. */
  private use: MicrophoneUse = "floor";
  private boothOpen = false;

  constructor(private readonly host: OwnMediaHost) {}

  /** Whether asking would show the person no question. */
  alreadyAllowed(): Promise<boolean> {
    return this.source.alreadyAllowed();
  }

  /** Lobby: asks for both, or again for what failed. The camera's picture is shown only if it is wanted. */
  ask(): Promise<void> {
    return this.start({ microphone: !this.source.microphone, camera: !this.source.camera && this.host.state().camera !== "off" });
  }

  /** On the way into the meeting: lets go of what this mode doesn't use, starts what is missing. */
  enter(mode: JoinMode): void {
    const { camera, microphone } = this.host.state();
    if (mode === "listen") {
      this.stop("microphone");
      this.stop("camera");
      this.host.dispatch({ type: "set", change: { microphone: "none", camera: "none" } });
      return;
    }
    if (mode === "sound" && camera === "on") {
      this.stop("camera");
      this.host.dispatch({ type: "set", change: { camera: "off" } });
    }
    const missing = { microphone: microphone !== "none" && !this.source.microphone, camera: mode === "full" && camera === "on" && !this.source.camera };
    if (missing.microphone || missing.camera) void this.start(missing);
  }

  /** The meter is for the lobby. */
  stopMeter(): void {
    this.meter.close();
    this.devices({ level: 0 });
  }

  setMicrophone(on: boolean): void {
    if (this.use !== "floor") {
      if (on) void this.useMicrophone("floor").then(() => this.setMicrophone(true));
      return;
    }
    const track = this.source.microphone;
    if (on && !track) {
      void this.startOne("microphone");
      return;
    }
    if (track) track.enabled = on;
    if (!on) this.devices({ microphoneProblem: null });
    // "none" stays: there is nothing that could be off. What is only being started will be.
    const isNone = !track && this.host.state().microphone === "none";
    this.host.dispatch({ type: "set", change: { microphone: isNone ? "none" : on ? "on" : "off" } });
    this.host.tell();
  }

  /** Moves the one capture between floor and booth: there it is sent as the booth's microphone, and the floor's is off. */
  async useMicrophone(use: MicrophoneUse): Promise<void> {
    if (use === this.use) return;
    const moved = (use === "floor") !== (this.use === "floor");
    this.use = use;
    if (moved) {
      this.boothOpen = false;
      const track = this.source.microphone;
      if (track) track.enabled = false;
      this.host.send(use === "floor" ? "booth-microphone" : "microphone", null);
      this.host.send(this.microphonePublication, track);
      if (this.host.state().microphone !== "none") this.host.dispatch({ type: "set", change: { microphone: "off" } });
      this.host.tell();
    }
    await this.fitMicrophone();
  }

  /** A capture that can't be changed for its use is made again. One that is being made is looked at when it is there. */
  private async fitMicrophone(): Promise<void> {
    const { use } = this;
    if ((await this.source.setUse(use)) || this.use !== use) return;
    await this.start({ microphone: true, camera: false }, true);
  }

  /** On air in a sign language, or no longer: without a camera there is nothing to see. */
  sign(on: boolean): void {
    if (on === this.signing) return;
    this.signing = on;
    this.host.send("booth-camera", on ? this.source.camera : null);
    if (on && !this.source.camera) this.setCamera(true);
  }

  /** Whether the booth's microphone lets sound through: at once, without a word to anybody. */
  openBooth(open: boolean): void {
    this.boothOpen = open;
    if (this.use === "floor") return;
    const track = this.source.microphone;
    if (track) track.enabled = open;
    else if (open) void this.start({ microphone: true, camera: false });
  }

  /** For hearing oneself in a test; null: there is none. */
  async startedMicrophone(): Promise<MediaStreamTrack | null> {
    if (!this.source.microphone) await this.start({ microphone: true, camera: false });
    return this.source.microphone;
  }

  private get microphonePublication(): "microphone" | "booth-microphone" {
    return this.use === "floor" ? "microphone" : "booth-microphone";
  }

  setCamera(on: boolean): void {
    if (on) {
      if (!this.source.camera) void this.startOne("camera");
      return;
    }
    this.stop("camera");
    this.devices({ cameraProblem: null });
    // "none" stays: there is nothing that could be off.
    if (this.host.state().camera === "on") this.host.dispatch({ type: "set", change: { camera: "off" } });
    this.host.tell();
  }

  choose(kind: DeviceKind, id: string): void {
    this.devices(kind === "microphone" ? { microphone: id } : { camera: id });
    const { permission, microphoneProblem, cameraProblem } = this.host.state().devices;
    const failed = (kind === "microphone" ? microphoneProblem : cameraProblem) !== null;
    if (permission !== "asked" || (!this.source[kind] && !failed)) return;
    // A phone can't run two cameras at once: the old one first.
    this.stop(kind);
    void this.start({ microphone: kind === "microphone", camera: kind === "camera" }, true);
  }

  async shareScreen(): Promise<void> {
    if (this.host.state().screenShare !== "off") return;
    if (!("getDisplayMedia" in (navigator.mediaDevices ?? {}))) {
      this.toast("toast.screenUnsupported");
      return;
    }
    this.host.dispatch({ type: "set", change: { screenShare: "starting" } });
    let screen: Screen | null = null;
    try {
      screen = await captureScreen();
    } catch (error) {
      this.toast("toast.screenFailed", { message: error instanceof Error ? error.message : String(error) });
    }
    if (!screen || this.host.state().page.at !== "meeting") {
      for (const track of screen?.stream.getTracks() ?? []) track.stop();
      this.host.dispatch({ type: "set", change: { screenShare: "off" } });
      return;
    }
    this.screen = screen;
    screen.picture.addEventListener("ended", () => {
      if (this.screen === screen) this.stopScreen();
    });
    this.host.send("screen", screen.picture);
    this.host.send("screen-sound", screen.sound);
    this.host.dispatch({ type: "set", change: { screenShare: "on", ownScreen: new MediaStream([screen.picture]) } });
    this.host.tell();
  }

  stopScreen(): void {
    if (!this.screen) return;
    for (const track of this.screen.stream.getTracks()) track.stop();
    this.screen = null;
    this.host.send("screen", null);
    this.host.send("screen-sound", null);
    this.host.dispatch({ type: "set", change: { screenShare: "off", ownScreen: null } });
    this.host.tell();
  }

  /** A host did it; only this person can undo it. */
  muted(source: Source): void {
    if (source === "microphone") this.setMicrophone(false);
    else if (source === "camera") this.setCamera(false);
    else this.stopScreen();
  }

  /** Out of the meeting: no device stays on. */
  stopAll(): void {
    this.stopScreen();
    this.stop("microphone");
    this.stop("camera");
    this.stopMeter();
  }

  private devices(change: Partial<Devices>): void {
    this.host.dispatch({ type: "devices", change });
  }

  private toast(key: CoreWord, values?: Record<string, string | number>): void {
    this.host.dispatch({ type: "toast", words: values ? { key, values } : { key }, kind: "problem", at: Date.now() });
  }

  private stop(kind: DeviceKind): void {
    this.source.stop(kind);
    this.unwanted[kind] = this.starting[kind];
    if (kind === "microphone") {
      this.host.send(this.microphonePublication, null);
      this.meter.stop();
    } else {
      this.sendCamera(null);
      this.devices({ preview: null });
    }
  }

  private sendCamera(track: MediaStreamTrack | null): void {
    this.host.send("camera", track);
    if (this.signing) this.host.send("booth-camera", track);
  }

  /** The person has switched it on. */
  private async startOne(kind: DeviceKind): Promise<void> {
    this.host.dispatch({ type: "set", change: kind === "microphone" ? { microphone: "on" } : { camera: "on" } });
    await this.start({ microphone: kind === "microphone", camera: kind === "camera" });
  }

  private async start(asked: { microphone: boolean; camera: boolean }, exact = false): Promise<void> {
    const want = { microphone: asked.microphone && !this.starting.microphone, camera: asked.camera && !this.starting.camera };
    for (const kind of KINDS) if (asked[kind]) this.unwanted[kind] = false;
    if (!want.microphone && !want.camera) return;
    this.starting.microphone ||= want.microphone;
    this.starting.camera ||= want.camera;
    const { permission, microphone, camera } = this.host.state().devices;
    if (permission === "unasked") this.devices({ permission: "asking" });
    const { use } = this;
    const { errors } = await this.source.start(want, { microphone, camera }, exact);
    for (const kind of KINDS) {
      if (!want[kind]) continue;
      this.starting[kind] = false;
      if (this.unwanted[kind]) this.source.stop(kind);
      want[kind] = !this.unwanted[kind];
    }
    const now = this.host.state().devices;
    const other = KINDS.filter((kind) => want[kind] && now[kind] !== { microphone, camera }[kind]);
    this.devices({
      permission: "asked",
      ...(want.microphone ? { microphoneProblem: errors.microphone === undefined ? null : deviceProblem("microphone", errors.microphone) } : {}),
      ...(want.camera ? { cameraProblem: errors.camera === undefined ? null : deviceProblem("camera", errors.camera) } : {}),
    });
    if (want.microphone) this.microphoneStarted();
    if (want.camera) this.cameraStarted();
    this.host.tell();
    if (want.microphone && use !== this.use) await this.fitMicrophone();
    await this.refreshLists();
    // Chosen while the one before was being started.
    for (const kind of other) this.choose(kind, now[kind]);
  }

  private microphoneStarted(): void {
    const track = this.source.microphone;
    const { page, microphone } = this.host.state();
    if (page.at === "left") {
      this.source.stop("microphone");
      return;
    }
    const inBooth = this.use !== "floor";
    const now = track ? (microphone === "off" || inBooth ? "off" : "on") : "none";
    this.host.dispatch({ type: "set", change: { microphone: now } });
    // Before anybody gets it: a capture begins with sound.
    if (track) track.enabled = inBooth ? this.boothOpen : now === "on";
    this.host.send(this.microphonePublication, track);
    if (!track) return;
    this.chosen({ microphone: track.getSettings().deviceId ?? "" });
    if (page.at === "lobby") this.meter.start(track);
  }

  private cameraStarted(): void {
    const track = this.source.camera;
    const { page, camera } = this.host.state();
    // Switched off again while it was starting.
    if (page.at === "left" || camera === "off") {
      this.source.stop("camera");
      return;
    }
    this.host.dispatch({ type: "set", change: { camera: track ? "on" : "none" } });
    this.sendCamera(track);
    this.devices({ preview: track && new MediaStream([track]) });
    if (track) this.chosen({ camera: track.getSettings().deviceId ?? "" });
  }

  private chosen(change: Partial<Devices>): void {
    const { devices } = this.host.state();
    // A choice that isn't there today stays remembered for the day when it is; only "whatever there is" becomes concrete.
    if ((change.microphone !== undefined && !devices.microphone) || (change.camera !== undefined && !devices.camera)) this.devices(change);
  }

  private async refreshLists(): Promise<void> {
    this.devices(await this.source.list());
  }

  /** A device went by itself: another one of its kind, if there is any. */
  private async lost(kind: DeviceKind): Promise<void> {
    this.toast(kind === "microphone" ? "toast.micLost" : "toast.camLost");
    if (kind === "microphone") this.host.send(this.microphonePublication, null);
    else this.sendCamera(null);
    if (kind === "camera") this.devices({ preview: null });
    await this.start({ microphone: kind === "microphone", camera: kind === "camera" });
  }
}
