import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deviceProblem } from "./device_errors";
import { captureScreen, DeviceSource } from "./devices";
import { CORE_WORDS } from "./words";

class FakeTrack extends EventTarget {
  contentHint = "";
  stopped = false;
  constructor(readonly kind: "audio" | "video") {
    super();
  }
  stop(): void {
    this.stopped = true;
  }
}

type Outcome = "ok" | string;
/** Each device's own fault; both together fail by the first fault there is. */
let faults: { audio: Outcome; video: Outcome };
let permissions: Record<string, PermissionState>;
let asked: MediaStreamConstraints[];
let changed: (() => void) | undefined;

beforeEach(() => {
  faults = { audio: "ok", video: "ok" };
  permissions = { microphone: "prompt", camera: "prompt" };
  asked = [];
  const getUserMedia = (constraints: MediaStreamConstraints): Promise<unknown> => {
    asked.push(constraints);
    const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
    const fault = kinds.map((kind) => faults[kind]).find((f) => f !== "ok");
    if (fault !== undefined) return Promise.reject(new DOMException("fault", fault));
    const tracks = kinds.map((kind) => new FakeTrack(kind));
    const of = (kind: string) => (): FakeTrack[] => tracks.filter((t) => t.kind === kind);
    return Promise.resolve({ getAudioTracks: of("audio"), getVideoTracks: of("video"), getTracks: () => tracks });
  };
  vi.stubGlobal("navigator", {
    mediaDevices: {
      getUserMedia,
      getDisplayMedia: getUserMedia,
      enumerateDevices: () =>
        Promise.resolve([
          { kind: "audioinput", deviceId: "m1", label: "Mic" }, { kind: "videoinput", deviceId: "c1", label: "Cam" },
          { kind: "audiooutput", deviceId: "s1", label: "Out" }, { kind: "audioinput", deviceId: "", label: "" },
        ]),
      addEventListener: (_: string, fn: () => void) => (changed = fn),
    },
    permissions: { query: ({ name }: { name: string }) => Promise.resolve({ state: permissions[name] }) },
  });
});
afterEach(() => vi.unstubAllGlobals());

const both = { microphone: true, camera: true };
const any = { microphone: "", camera: "" };
const source = (): DeviceSource => new DeviceSource(() => undefined, () => undefined);
const errorNames = (errors: object): Record<string, string> =>
  Object.fromEntries(Object.entries(errors).map(([kind, error]) => [kind, (error as Error).name]));

describe("starting devices", () => {
  it("asks once for both", async () => {
    const started = await source().start(both, any);
    expect([started.microphone?.kind, started.camera?.kind, asked.length]).toEqual(["audio", "video", 1]);
    expect(asked[0]?.audio).toMatchObject({ echoCancellation: true, noiseSuppression: true, autoGainControl: true });
  });
  it.each(["NotFoundError", "NotReadableError", "AbortError"])("gives the camera when the microphone says %s", async (fault) => {
    faults.audio = fault;
    const started = await source().start(both, any);
    expect(started.camera?.kind).toBe("video");
    expect(errorNames(started.errors)).toEqual({ microphone: fault });
  });
  it("gives the microphone when the camera is busy", async () => {
    faults.video = "NotReadableError";
    const started = await source().start(both, any);
    expect(started.microphone?.kind).toBe("audio");
    expect(errorNames(started.errors)).toEqual({ camera: "NotReadableError" });
  });
  it("says what is wrong with each when both fail", async () => {
    faults = { audio: "NotFoundError", video: "NotReadableError" };
    const started = await source().start(both, any);
    expect(errorNames(started.errors)).toEqual({ microphone: "NotFoundError", camera: "NotReadableError" });
  });
  it("doesn't ask again who has just refused both", async () => {
    faults = { audio: "NotAllowedError", video: "NotAllowedError" };
    const started = await source().start(both, any);
    expect(asked.length).toBe(1);
    expect(errorNames(started.errors)).toEqual({ microphone: "NotAllowedError", camera: "NotAllowedError" });
  });
  it("asks for the one that wasn't refused long ago", async () => {
    faults.video = "NotAllowedError";
    permissions = { microphone: "prompt", camera: "denied" };
    const started = await source().start(both, any);
    expect(started.microphone?.kind).toBe("audio");
    expect(errorNames(started.errors)).toEqual({ camera: "NotAllowedError" });
    expect(asked.length).toBe(2);
  });
  it("says why on a page without HTTPS", async () => {
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("isSecureContext", false);
    const started = await source().start(both, any);
    expect(deviceProblem("microphone", started.errors.microphone).words.key).toBe("devices.insecure");
  });
  it("wants a remembered device if it is there, a chosen one exactly", async () => {
    await source().start({ microphone: true, camera: false }, { microphone: "m1", camera: "" });
    await source().start({ microphone: true, camera: false }, { microphone: "m1", camera: "" }, true);
    expect(asked.map((c) => (c.audio as MediaTrackConstraints).deviceId)).toEqual([{ ideal: "m1" }, { exact: "m1" }]);
  });
});

describe("tracks", () => {
  it("are stopped by whoever started them, also when another takes the place", async () => {
    const s = source();
    const first = (await s.start({ microphone: false, camera: true }, any)).camera as unknown as FakeTrack;
    const second = (await s.start({ microphone: false, camera: true }, any)).camera as unknown as FakeTrack;
    expect([first.stopped, second.stopped, s.camera === (second as unknown)]).toEqual([true, false, true]);
    s.stopAll();
    expect([second.stopped, s.camera]).toEqual([true, null]);
  });
  it("that end by themselves are told of, replaced ones aren't", async () => {
    const ended = vi.fn();
    const s = new DeviceSource(ended, () => undefined);
    const first = (await s.start({ microphone: true, camera: false }, any)).microphone as unknown as FakeTrack;
    const second = (await s.start({ microphone: true, camera: false }, any)).microphone as unknown as FakeTrack;
    first.dispatchEvent(new Event("ended"));
    expect(ended).not.toHaveBeenCalled();
    second.dispatchEvent(new Event("ended"));
    expect(ended.mock.calls).toEqual([["microphone"]]);
    expect(s.microphone).toBeNull();
  });
});

describe("lists", () => {
  it("have what can be chosen, by kind, and a plugged device is noticed", async () => {
    const noticed = vi.fn();
    const s = new DeviceSource(() => undefined, noticed);
    expect(await s.list()).toEqual({
      microphones: [{ id: "m1", label: "Mic" }], cameras: [{ id: "c1", label: "Cam" }], speakers: [{ id: "s1", label: "Out" }],
    });
    changed?.();
    expect(noticed).toHaveBeenCalledTimes(1);
  });
});

describe("a screen", () => {
  it("comes with the tab's sound, hinted as what it is", async () => {
    const screen = await captureScreen();
    expect([screen?.picture.contentHint, screen?.sound?.contentHint]).toEqual(["detail", "music"]);
  });
  it("that the person doesn't want to show after all is no error", async () => {
    faults.video = "NotAllowedError";
    await expect(captureScreen()).resolves.toBeNull();
    faults.video = "NotReadableError";
    await expect(captureScreen()).rejects.toMatchObject({ name: "NotReadableError" });
  });
});

describe("words for what went wrong", () => {
  const key = (kind: "microphone" | "camera", name: string, message = ""): string => deviceProblem(kind, new DOMException(message, name)).words.key;
  it.each([
    ["NotAllowedError", "", "Denied"], ["PermissionDeniedError", "", "Denied"], ["NotAllowedError", "Permission denied by system", "DeniedBySystem"],
    ["NotFoundError", "", "Missing"], ["DevicesNotFoundError", "", "Missing"], ["NotReadableError", "", "Busy"], ["TrackStartError", "", "Busy"],
    ["AbortError", "", "Busy"], ["OverconstrainedError", "", "Gone"], ["UnknownError", "", "Failed"],
  ])("%s %s: %s", (name, message, suffix) => {
    expect(key("microphone", name, message)).toBe(`devices.mic${suffix}`);
    expect(key("camera", name, message)).toBe(`devices.cam${suffix}`);
    expect(CORE_WORDS).toContain(key("microphone", name, message));
    expect(CORE_WORDS).toContain(key("camera", name, message));
  });
  it("each has a next step: again, or without", () => {
    expect(deviceProblem("camera", new DOMException("", "NotReadableError"))).toMatchObject({ retry: true, continueWithout: true });
    expect(deviceProblem("camera", new DOMException("", "SecurityError"))).toMatchObject({ retry: false, continueWithout: true });
  });
  it("something unheard of is told as it is", () => {
    expect(deviceProblem("camera", "strange").words).toEqual({ key: "devices.camFailed", values: { message: "strange" } });
  });
});
