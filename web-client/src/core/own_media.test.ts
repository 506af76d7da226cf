import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { initialState } from "./initial";
import { OwnMedia } from "./own_media";
import type { Publication } from "./protocol";
import { type Event as Change, reduce } from "./reduce";
import type { State } from "./state";

type Processing = { [K in "echoCancellation" | "noiseSuppression" | "autoGainControl"]?: boolean | undefined };

class FakeTrack extends EventTarget {
  enabled = true;
  stopped = false;
  constructor(readonly kind: "audio" | "video", readonly id: string) {
    super();
  }
  stop(): void {
    this.stopped = true;
  }
  /** What the browser does with the sound, and whether that can be changed while it runs. */
  processing: Processing = {};
  changeable = false;
  getSettings(): Processing & { deviceId: string } {
    return { deviceId: this.id, ...this.processing };
  }
  getConstraints = (): object => ({});
  applyConstraints(wanted: Processing): Promise<void> {
    const { echoCancellation, noiseSuppression, autoGainControl } = wanted;
    if (this.changeable) this.processing = { echoCancellation, noiseSuppression, autoGainControl };
    return Promise.resolve();
  }
}
class FakeStream {
  constructor(readonly tracks: FakeTrack[]) {}
  getTracks = (): FakeTrack[] => this.tracks;
  getAudioTracks = (): FakeTrack[] => this.tracks.filter((t) => t.kind === "audio");
  getVideoTracks = (): FakeTrack[] => this.tracks.filter((t) => t.kind === "video");
}

let state: State;
let own: OwnMedia;
let faults: { audio?: string; video?: string };
/** What is sent now. */
let sent: Map<Publication, FakeTrack | null>;
let tell: ReturnType<typeof vi.fn<() => void>>;
let screen: FakeTrack | null;
let made: FakeTrack[];
/** Which microphone, each time. */
let asked: unknown[];

beforeEach(() => {
  state = initialState({}, "en", null);
  faults = {};
  sent = new Map();
  made = [];
  asked = [];
  tell = vi.fn<() => void>();
  vi.stubGlobal("MediaStream", FakeStream);
  vi.stubGlobal("AudioContext", undefined);
  const give = async (constraints: MediaStreamConstraints): Promise<FakeStream> => {
    await Promise.resolve();
    const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
    if (constraints.audio) asked.push((constraints.audio as MediaTrackConstraints).deviceId);
    const fault = kinds.map((kind) => faults[kind]).find((f) => f !== undefined);
    if (fault !== undefined) throw new DOMException("", fault);
    const tracks = kinds.map((kind) => new FakeTrack(kind, `${kind} ${made.length}`));
    const { echoCancellation, noiseSuppression, autoGainControl } = Object(constraints.audio) as Processing;
    for (const track of tracks) if (track.kind === "audio") track.processing = { echoCancellation, noiseSuppression, autoGainControl };
    made.push(...tracks);
    return new FakeStream(tracks);
  };
  vi.stubGlobal("navigator", {
    mediaDevices: {
      getUserMedia: give,
      getDisplayMedia: async () => {
        const stream = await give({ video: true, audio: true });
        screen = stream.getVideoTracks()[0] ?? null;
        return stream;
      },
      enumerateDevices: () => Promise.resolve([]),
    },
  });
  own = new OwnMedia({
    state: () => state,
    dispatch: (event: Change) => (state = reduce(state, event)),
    send: (publication, track) => sent.set(publication, track as unknown as FakeTrack | null),
    tell,
  });
});
afterEach(() => vi.unstubAllGlobals());

const settle = (): Promise<unknown> => new Promise((done) => setTimeout(done, 5));
const inMeeting = (): void => void (state = { ...state, page: { at: "meeting" } });
const live = (publication: Publication): boolean => sent.get(publication)?.stopped === false;

describe("in a sign language", () => {
  it("the camera goes to the channel, too, as long as one is on air there", async () => {
    await own.ask();
    own.sign(true);
    expect(sent.get("booth-camera")).toBe(sent.get("camera"));
    own.setCamera(false);
    expect(sent.get("booth-camera")).toBeNull();
    own.setCamera(true);
    await vi.waitFor(() => expect(sent.get("booth-camera")?.kind).toBe("video"));
    own.sign(false);
    expect([sent.get("booth-camera"), live("camera")]).toEqual([null, true]);
  });
  it("a camera that is off is switched on: without it there is nothing to see", async () => {
    await own.ask();
    own.setCamera(false);
    own.sign(true);
    await vi.waitFor(() => expect(sent.get("booth-camera")?.kind).toBe("video"));
  });
});

describe("in the lobby", () => {
  it("starts both and shows the own picture", async () => {
    const asking = own.ask();
    expect(state.devices.permission).toBe("asking");
    await asking;
    expect([state.devices.permission, state.microphone, state.camera]).toEqual(["asked", "on", "on"]);
    expect(state.devices.preview).not.toBeNull();
    expect([live("microphone"), live("camera")]).toEqual([true, true]);
  });
  it("leaves a camera alone that isn't wanted", async () => {
    own.setCamera(false);
    await own.ask();
    expect([state.camera, state.devices.preview, sent.get("camera") ?? null]).toEqual(["off", null, null]);
  });
  it("a camera switched off while it starts doesn't stay on", async () => {
    const asking = own.ask();
    own.setCamera(false);
    await asking;
    expect([state.camera, live("camera"), made.find((t) => t.kind === "video")?.stopped]).toEqual(["off", false, true]);
  });
  it("a microphone switched off while it starts, or before, begins muted", async () => {
    const asking = own.ask();
    own.setMicrophone(false);
    await asking;
    expect([state.microphone, live("microphone"), sent.get("microphone")?.enabled]).toEqual(["off", true, false]);
    own.stopAll();
    own.setMicrophone(false);
    await own.ask();
    expect([state.microphone, sent.get("microphone")?.enabled]).toEqual(["off", false]);
  });
  it("a device chosen while another is being started is the one that stays", async () => {
    await own.ask();
    own.choose("microphone", "m2");
    own.choose("microphone", "m3");
    await settle();
    expect([state.devices.microphone, asked.at(-1)]).toEqual(["m3", { exact: "m3" }]);
    expect([live("microphone"), made.filter((t) => t.kind === "audio" && !t.stopped).length]).toEqual([true, 1]);
  });
  it("says what failed and goes on with the rest; a second try may help", async () => {
    faults.audio = "NotReadableError";
    await own.ask();
    expect([state.microphone, state.camera]).toEqual(["none", "on"]);
    expect(state.devices.microphoneProblem?.words.key).toBe("devices.micBusy");
    faults = {};
    await own.ask();
    expect([state.microphone, state.devices.microphoneProblem]).toEqual(["on", null]);
  });
  it("going on without clears the problem", async () => {
    faults.video = "NotFoundError";
    await own.ask();
    own.setCamera(false);
    expect([state.camera, state.devices.cameraProblem]).toEqual(["none", null]);
  });
  it("a device chosen after a failure is tried, exactly that one", async () => {
    faults.video = "NotReadableError";
    await own.ask();
    faults = {};
    own.choose("camera", "c2");
    await settle();
    expect([state.camera, state.devices.camera, live("camera")]).toEqual(["on", "c2", true]);
  });
});

describe("entering", () => {
  it("to listen lets go of both", async () => {
    await own.ask();
    own.enter("listen");
    expect([state.microphone, state.camera, made.every((t) => t.stopped)]).toEqual(["none", "none", true]);
    expect([sent.get("microphone"), sent.get("camera")]).toEqual([null, null]);
  });
  it("to listen while they are being started lets go of both as soon as they are there", async () => {
    const asking = own.ask();
    own.enter("listen");
    inMeeting();
    await asking;
    expect([state.microphone, state.camera, made.length, made.every((t) => t.stopped)]).toEqual(["none", "none", 2, true]);
    expect([sent.get("microphone") ?? null, sent.get("camera") ?? null, state.devices.preview]).toEqual([null, null, null]);
    own.setMicrophone(true);
    await settle();
    expect([state.microphone, live("microphone")], "who wants it after all has it").toEqual(["on", true]);
  });
  it("to listen, and then to speak all the same before it is there, keeps it", async () => {
    const asking = own.ask();
    own.enter("listen");
    inMeeting();
    own.setMicrophone(true);
    await asking;
    expect([state.microphone, live("microphone"), state.camera, live("camera")]).toEqual(["on", true, "none", false]);
  });
  it("with sound only lets go of the camera", async () => {
    await own.ask();
    own.enter("sound");
    expect([state.microphone, state.camera, live("microphone"), live("camera")]).toEqual(["on", "off", true, false]);
  });
  it("starts what nobody has asked for yet, muted if that is wanted", async () => {
    state = { ...state, microphone: "off" };
    own.enter("full");
    await settle();
    expect([state.microphone, state.camera]).toEqual(["off", "on"]);
    expect(sent.get("microphone")?.enabled).toBe(false);
    expect(tell).toHaveBeenCalled();
  });
});

describe("in the meeting", () => {
  beforeEach(async () => {
    await own.ask();
    inMeeting();
    tell.mockClear();
  });
  it("mute keeps the device, so that unmuting is instant", () => {
    own.setMicrophone(false);
    expect([state.microphone, sent.get("microphone")?.enabled, live("microphone")]).toEqual(["off", false, true]);
    own.setMicrophone(true);
    expect([state.microphone, sent.get("microphone")?.enabled]).toEqual(["on", true]);
    expect(tell).toHaveBeenCalledTimes(2);
  });
  it("camera off lets its light go out", () => {
    own.setCamera(false);
    expect([state.camera, sent.get("camera"), state.devices.preview]).toEqual(["off", null, null]);
    expect(made.find((t) => t.kind === "video")?.stopped).toBe(true);
  });
  it("a host's mute holds, also for a microphone that is being started", async () => {
    own.choose("microphone", "m2");
    own.muted("microphone");
    expect(state.microphone).toBe("off");
    await settle();
    expect([state.microphone, live("microphone"), sent.get("microphone")?.enabled]).toEqual(["off", true, false]);
  });
  it("a host's mute is as if the person had done it", () => {
    own.muted("microphone");
    own.muted("camera");
    expect([state.microphone, state.camera]).toEqual(["off", "off"]);
  });
  it("an unplugged microphone is replaced by what else there is, muted if it was", async () => {
    own.setMicrophone(false);
    sent.get("microphone")?.dispatchEvent(new Event("ended"));
    await settle();
    expect(state.toasts.map((t) => t.words.key)).toEqual(["toast.micLost"]);
    expect([state.microphone, live("microphone"), sent.get("microphone")?.enabled]).toEqual(["off", true, false]);
  });
  it("shares a screen with its sound until the person or the browser ends it", async () => {
    await own.shareScreen();
    expect([state.screenShare, live("screen"), live("screen-sound"), state.ownScreen !== null]).toEqual(["on", true, true, true]);
    screen?.dispatchEvent(new Event("ended"));
    expect([state.screenShare, sent.get("screen"), sent.get("screen-sound"), state.ownScreen]).toEqual(["off", null, null, null]);
    expect(tell).toHaveBeenCalledTimes(2);
  });
  it("a screen that isn't chosen after all is no error", async () => {
    faults.video = "NotAllowedError";
    await own.shareScreen();
    expect([state.screenShare, state.toasts]).toEqual(["off", []]);
  });
  it("a screen that can't be had is told", async () => {
    faults.video = "NotReadableError";
    await own.shareScreen();
    expect([state.screenShare, state.toasts[0]?.words.key]).toEqual(["off", "toast.screenFailed"]);
  });
  it("at the end no device stays on", async () => {
    await own.shareScreen();
    own.stopAll();
    expect(made.every((t) => t.stopped)).toBe(true);
  });
});

describe("an interpreter's microphone", () => {
  const microphones = (): FakeTrack[] => made.filter(({ kind }) => kind === "audio");
  /** As Chromium: what was asked for at the start stays. */
  const processed = (track: FakeTrack): unknown => track.processing;

  beforeEach(async () => {
    await own.ask();
    inMeeting();
    own.enter("full");
  });
  it("is one capture, sent to the booth or to the floor", async () => {
    await own.useMicrophone("booth");
    expect(live("microphone")).toBe(false);
    expect(live("booth-microphone")).toBe(true);
    await own.useMicrophone("floor");
    expect(live("microphone")).toBe(true);
    expect(sent.get("booth-microphone")).toBeNull();
  });
  it("says nothing on the way: both begin closed", async () => {
    await own.useMicrophone("booth");
    expect(sent.get("booth-microphone")?.enabled).toBe(false);
    expect(state.microphone).toBe("off");
    own.openBooth(true);
    expect(sent.get("booth-microphone")?.enabled).toBe(true);
    await own.useMicrophone("floor");
    expect(sent.get("microphone")?.enabled).toBe(false);
  });
  it("is captured again where the running track can't be changed", async () => {
    await own.useMicrophone("booth-with-headphones");
    expect(microphones().map(({ stopped }) => stopped)).toEqual([true, false]);
    expect(processed(microphones()[1] as FakeTrack)).toEqual({ echoCancellation: false, noiseSuppression: false, autoGainControl: false });
    expect(sent.get("booth-microphone")).toBe(microphones()[1]);
  });
  it("isn't captured again where it can be changed", async () => {
    for (const track of microphones()) track.changeable = true;
    await own.useMicrophone("booth");
    expect(microphones().length).toBe(1);
    expect(processed(microphones()[0] as FakeTrack)).toEqual({ echoCancellation: true, noiseSuppression: false, autoGainControl: false });
  });
  it("keeps what it had when the second capture fails", async () => {
    faults.audio = "NotReadableError";
    await own.useMicrophone("booth");
    expect(live("booth-microphone")).toBe(true);
  });
  it("is open at once when the capture was missing", async () => {
    await own.useMicrophone("booth");
    made.find(({ kind, stopped }) => kind === "audio" && !stopped)?.dispatchEvent(new Event("ended"));
    await settle();
    own.openBooth(true);
    expect(sent.get("booth-microphone")?.enabled).toBe(true);
    expect(live("booth-microphone")).toBe(true);
  });
  it("goes to the floor when the floor's button is pressed", async () => {
    await own.useMicrophone("booth");
    own.setMicrophone(true);
    await settle();
    expect(state.microphone).toBe("on");
    expect(sent.get("microphone")?.enabled).toBe(true);
    expect(sent.get("booth-microphone")).toBeNull();
  });
  it("is for the booth although the capture for the floor was still being made", async () => {
    own.stopAll();
    state = { ...state, microphone: "on" };
    own.enter("sound");
    await own.useMicrophone("booth");
    await settle();
    expect(live("booth-microphone")).toBe(true);
    expect(state.microphone).toBe("off");
    expect(processed(microphones().at(-1) as FakeTrack)).toMatchObject({ autoGainControl: false });
    expect(microphones().filter(({ stopped }) => !stopped).length).toBe(1);
  });
});
