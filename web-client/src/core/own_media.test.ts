import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { initialState } from "./initial";
import { OwnMedia } from "./own_media";
import type { Publication } from "./protocol";
import { type Event as Change, reduce } from "./reduce";
import type { State } from "./state";

class FakeTrack extends EventTarget {
  enabled = true;
  stopped = false;
  constructor(readonly kind: "audio" | "video", readonly id: string) {
    super();
  }
  stop(): void {
    this.stopped = true;
  }
  getSettings(): { deviceId: string } {
    return { deviceId: this.id };
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

beforeEach(() => {
  state = initialState({}, "en", null);
  faults = {};
  sent = new Map();
  made = [];
  tell = vi.fn<() => void>();
  vi.stubGlobal("MediaStream", FakeStream);
  vi.stubGlobal("AudioContext", undefined);
  const give = async (constraints: MediaStreamConstraints): Promise<FakeStream> => {
    await Promise.resolve();
    const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
    const fault = kinds.map((kind) => faults[kind]).find((f) => f !== undefined);
    if (fault !== undefined) throw new DOMException("", fault);
    const tracks = kinds.map((kind) => new FakeTrack(kind, `${kind} ${made.length}`));
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
