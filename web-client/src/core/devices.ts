/**
 * Own microphone, camera and screen: asking, choosing, starting one without the other, noticing that one went. Gives tracks; what is done with
 * them (preview, sending) is the controller's business. Each track that this module starts is stopped by this module.
 */
import type { DeviceKind } from "./device_errors";
import type { DeviceChoice } from "./state";

export interface Started {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  /** Why one that was asked for isn't there. */
  errors: { microphone?: unknown; camera?: unknown };
}

export interface DeviceLists { microphones: DeviceChoice[]; cameras: DeviceChoice[]; speakers: DeviceChoice[] }

export interface Choice { microphone: string; camera: string }

/** What the one microphone is for: the floor, or an interpreter's booth; there with headphones on (nothing can echo) or without. */
export type MicrophoneUse = "floor" | "booth" | "booth-with-headphones";

/** On the floor, among loudspeakers: the browser's own cleaning. In a booth it does harm: listeners for hours hear each of its steps. */
function processing(use: MicrophoneUse): { echoCancellation: boolean; noiseSuppression: boolean; autoGainControl: boolean } {
  return { echoCancellation: use !== "booth-with-headphones", noiseSuppression: use === "floor", autoGainControl: use === "floor" };
}

function microphoneConstraints(id: string, exact: boolean, use: MicrophoneUse): MediaTrackConstraints {
  return {
    ...(id ? { deviceId: exact ? { exact: id } : { ideal: id } } : {}),
    ...processing(use),
    // One channel: relay and interpreters need no more.
    channelCount: { ideal: 1 },
    sampleRate: { ideal: 48_000 },
  };
}

function cameraConstraints(id: string, exact: boolean): MediaTrackConstraints {
  return {
    ...(id ? { deviceId: exact ? { exact: id } : { ideal: id } } : { facingMode: { ideal: "user" } }),
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 30, max: 30 },
  };
}

function fits(track: MediaStreamTrack, wanted: ReturnType<typeof processing>): boolean {
  const settings = track.getSettings();
  // What a browser doesn't tell of it doesn't do.
  return (["echoCancellation", "noiseSuppression", "autoGainControl"] as const).every((key) => (settings[key] ?? false) === wanted[key]);
}

function errorName(error: unknown): string {
  return (error as { name?: string } | null)?.name ?? "";
}

async function permission(kind: DeviceKind): Promise<PermissionState | "unknown"> {
  try {
    return (await navigator.permissions.query({ name: kind as PermissionName })).state;
  } catch {
    return "unknown"; // not every browser can be asked about these
  }
}

export class DeviceSource {
  private readonly tracks: { microphone: MediaStreamTrack | null; camera: MediaStreamTrack | null } = { microphone: null, camera: null };
  private use: MicrophoneUse = "floor";

  /** `ended`: a device went by itself (unplugged, taken by the system). `changed`: the lists may differ now. */
  constructor(
    private readonly ended: (kind: DeviceKind) => void,
    changed: () => void,
  ) {
    this.media?.addEventListener?.("devicechange", changed);
  }

  private get media(): MediaDevices | undefined {
    return typeof navigator === "undefined" ? undefined : (navigator.mediaDevices as MediaDevices | undefined);
  }

  get microphone(): MediaStreamTrack | null {
    return this.tracks.microphone;
  }

  get camera(): MediaStreamTrack | null {
    return this.tracks.camera;
  }

  /** Whether asking would show no question. */
  async alreadyAllowed(): Promise<boolean> {
    const states = await Promise.all([permission("microphone"), permission("camera")]);
    return states.includes("granted");
  }

  /**
   * Starts what is asked for, with one question to the person where that is possible; one device's failure doesn't cost the other.
   * A device that is named is wanted exactly only when `exact` (the person has just chosen it).
   */
  async start(want: { microphone: boolean; camera: boolean }, choice: Choice, exact = false): Promise<Started> {
    const out: Started = { microphone: null, camera: null, errors: {} };
    const media = this.media;
    if (!media?.getUserMedia) {
      const error = new DOMException("no getUserMedia", globalThis.isSecureContext === false ? "SecurityError" : "NotSupportedError");
      if (want.microphone) out.errors.microphone = error;
      if (want.camera) out.errors.camera = error;
      return out;
    }
    const ask = async (kinds: readonly DeviceKind[]): Promise<void> => {
      const stream = await media.getUserMedia({
        ...(kinds.includes("microphone") ? { audio: microphoneConstraints(choice.microphone, exact, this.use) } : {}),
        ...(kinds.includes("camera") ? { video: cameraConstraints(choice.camera, exact) } : {}),
      });
      for (const kind of kinds) {
        const track = (kind === "microphone" ? stream.getAudioTracks() : stream.getVideoTracks())[0] ?? null;
        this.keep(kind, track);
        out[kind] = track;
      }
    };
    const kinds = (["microphone", "camera"] as const).filter((kind) => want[kind]);
    if (kinds.length === 0) return out;
    try {
      await ask(kinds);
    } catch (error) {
      const again = kinds.length > 1 ? await this.worthAskingAlone(kinds, error, out) : [];
      if (kinds.length === 1 && kinds[0]) out.errors[kinds[0]] = error;
      for (const kind of again) await ask([kind]).catch((reason: unknown) => (out.errors[kind] = reason));
    }
    return out;
  }

  /** After both together failed: which to try one by one. Who has just said no to both isn't asked twice more. */
  private async worthAskingAlone(kinds: readonly DeviceKind[], error: unknown, out: Started): Promise<DeviceKind[]> {
    if (!/NotAllowed|PermissionDenied/.test(errorName(error))) return [...kinds];
    const states = await Promise.all(kinds.map(permission));
    const refusedBefore = states.includes("denied") && !states.every((state) => state === "denied");
    return kinds.filter((kind, i) => {
      const state = states[i];
      if (state === "granted" || (refusedBefore && state === "prompt")) return true;
      out.errors[kind] = error;
      return false;
    });
  }

  /**
   * What the microphone is for from now on. False: the running track can't be changed for it (Chromium takes such constraints at the start
   * alone, and says nothing of it), so start() it again.
   */
  async setUse(use: MicrophoneUse): Promise<boolean> {
    const wanted = processing(use);
    this.use = use;
    const track = this.tracks.microphone;
    if (!track || fits(track, wanted)) return true;
    try {
      await track.applyConstraints({ ...track.getConstraints(), ...wanted });
    } catch {
      return false;
    }
    return fits(track, wanted);
  }

  private keep(kind: DeviceKind, track: MediaStreamTrack | null): void {
    this.stop(kind);
    this.tracks[kind] = track;
    if (!track) return;
    if ("contentHint" in track) track.contentHint = kind === "microphone" ? "speech" : "motion";
    track.addEventListener("ended", () => {
      if (this.tracks[kind] !== track) return;
      this.tracks[kind] = null;
      this.ended(kind);
    });
  }

  stop(kind: DeviceKind): void {
    this.tracks[kind]?.stop();
    this.tracks[kind] = null;
  }

  stopAll(): void {
    this.stop("microphone");
    this.stop("camera");
  }

  async list(): Promise<DeviceLists> {
    const out: DeviceLists = { microphones: [], cameras: [], speakers: [] };
    const all = (await this.media?.enumerateDevices?.().catch(() => [])) ?? [];
    for (const device of all) {
      // Without a permission browsers give entries without id: nothing to choose.
      if (!device.deviceId) continue;
      const choice = { id: device.deviceId, label: device.label };
      if (device.kind === "audioinput") out.microphones.push(choice);
      else if (device.kind === "videoinput") out.cameras.push(choice);
      else out.speakers.push(choice);
    }
    return out;
  }
}

export interface Screen { picture: MediaStreamTrack; sound: MediaStreamTrack | null; stream: MediaStream }

/** Asks the person for a screen, window or tab; null: they changed their mind. Throws when the browser can't. */
export async function captureScreen(): Promise<Screen | null> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { ideal: 15, max: 30 } },
      // The tab's sound as it is: cleaning made for speech spoils music and films.
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  } catch (error) {
    if (errorName(error) === "NotAllowedError" || errorName(error) === "AbortError") return null;
    throw error;
  }
  const picture = stream.getVideoTracks()[0];
  if (!picture) return null;
  if ("contentHint" in picture) picture.contentHint = "detail";
  const sound = stream.getAudioTracks()[0] ?? null;
  if (sound && "contentHint" in sound) sound.contentHint = "music";
  return { picture, sound, stream };
}
