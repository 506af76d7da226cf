/** What the device keeps of the page's state for the next time. Pure. */
import type { State } from "./state";
import type { Preferences } from "./storage";

/** listening: the channel that was last chosen; undefined: none ever was. */
export function preferencesOf(state: State, before: Partial<Preferences>, listening: string | undefined): Partial<Preferences> {
  const inLobby = state.page.at === "lobby";
  return {
    uiLanguage: state.uiLanguage,
    theme: state.theme,
    // A name that the link gives is the link's, not this device's.
    profile: state.nameFixed ? { ...state.profile, name: before.profile?.name ?? "" } : state.profile,
    microphone: state.devices.microphone,
    camera: state.devices.camera,
    speaker: state.devices.speaker,
    microphoneOn: inLobby ? state.microphone !== "off" : (before.microphoneOn ?? true),
    cameraOn: inLobby ? state.camera !== "off" : (before.cameraOn ?? true),
    layout: state.layout,
    ...(listening === undefined ? {} : { listening }),
    originalLevel: state.originalLevel,
    consent: state.consent,
  };
}
