/** What went wrong with a microphone or camera, as words with a next step. Pure. */
import type { Problem } from "./state";
import type { CoreWord } from "./words";

export type DeviceKind = "microphone" | "camera";

type Suffix = "Denied" | "DeniedBySystem" | "Missing" | "Busy" | "Gone" | "Failed";

/** DOMException names of getUserMedia; the older ones still come from WebViews. */
const BY_NAME: Record<string, Suffix> = {
  NotAllowedError: "Denied",
  PermissionDeniedError: "Denied",
  NotFoundError: "Missing",
  DevicesNotFoundError: "Missing",
  NotReadableError: "Busy",
  TrackStartError: "Busy",
  AbortError: "Busy",
  OverconstrainedError: "Gone",
  ConstraintNotSatisfiedError: "Gone",
};

function word(kind: DeviceKind, suffix: Suffix): CoreWord {
  return kind === "microphone" ? `devices.mic${suffix}` : `devices.cam${suffix}`;
}

export function deviceProblem(kind: DeviceKind, error: unknown): Problem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  const message = error instanceof Error || error instanceof DOMException ? error.message : String(error);
  if (name === "SecurityError") return problem("devices.insecure", false);
  if (name === "NotSupportedError" || name === "TypeError") return problem("devices.unsupported", false);
  let suffix = BY_NAME[name] ?? "Failed";
  // Chromium's words when Windows, macOS or Android keeps the device from the browser itself.
  if (suffix === "Denied" && /system/i.test(message)) suffix = "DeniedBySystem";
  const out = problem(word(kind, suffix), true);
  if (suffix === "Failed") out.words.values = { message: message || name };
  return out;
}

function problem(key: CoreWord, retry: boolean): Problem {
  return { words: { key }, retry, continueWithout: true };
}
