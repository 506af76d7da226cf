/**
 * Every key of the message catalogues that core puts into the state (Words). A test of the catalogues goes through this list. A value called
 * `language` is a tag: the page says the language's name.
 */
export const CORE_WORDS = [
  // Why the page can't go on ("refused").
  "refused.noLink", // no token in the address
  "refused.badLink", // token unknown, malformed or for another meeting
  "refused.expired",
  "refused.notFound", // no such meeting
  "refused.ended",
  "refused.barred", // removed by a host, not readmitted
  "refused.forbidden", // this link is not for taking part (archive only)
  "refused.unsupported", // this browser has no WebRTC
  "refused.outdated", // the page is older than the server: load it again
  "refused.offline", // server not reached; retry
  // Lobby.
  "lobby.full", // as many people as the meeting takes
  "lobby.busy", // no new publishers now; listening goes
  "lobby.nameMissing",
  "lobby.nameBad", // too long or not allowed
  "lobby.serverGone", // could not join; retry
  "lobby.problem", // values: message
  // Devices: {mic,cam} x what happened.
  "devices.micDenied",
  "devices.micDeniedBySystem",
  "devices.micMissing",
  "devices.micBusy",
  "devices.micGone", // the chosen one isn't there any more
  "devices.micFailed", // values: message
  "devices.camDenied",
  "devices.camDeniedBySystem",
  "devices.camMissing",
  "devices.camBusy",
  "devices.camGone",
  "devices.camFailed",
  "devices.insecure",
  "devices.unsupported",
  // Toasts.
  "toast.recordingBegins",
  "toast.recordingPaused",
  "toast.recordingEnds",
  "toast.recordingStalls", // nothing is written, and it doesn't seem to begin
  "toast.diskFull",
  "toast.diskSlow",
  "toast.diskError",
  "toast.mutedMicrophone", // values: by
  "toast.mutedCamera", // values: by
  "toast.mutedScreen", // values: by
  "toast.youHaveFloor",
  "toast.handRaised", // values: name
  "toast.joined", // values: name
  "toast.left", // values: name
  "toast.screenStarted", // values: name
  "toast.screenFailed", // values: message
  "toast.screenUnsupported",
  "toast.micLost", // device unplugged
  "toast.camLost",
  "toast.backAgain", // connection is back
  "toast.notAllowed", // values: message
  "toast.failed", // values: message
  "toast.tooFast", // too many messages
  "toast.busy", // who listens can't be heard or seen yet
  "toast.insufficient", // values: language; interpreters don't hear enough
  "toast.relayLoop", // the channel taken as relay listens to one's own
  "toast.boothMessage", // values: name, booth, text; hosts have no console
  "toast.callSeen", // values: name
  "toast.callGone", // who could have answered has left
  "toast.onAir", // the one microphone is in the booth now
  "toast.noConnection", // what was pressed needs the server, and it is away
] as const;

export type CoreWord = (typeof CORE_WORDS)[number];
