/** What kind of browser this is, where it matters. */

/** WeChat's own browser: media often don't work in it, and it can't be helped from inside. */
export function inAppBrowser(userAgent: string): "wechat" | null {
  return /MicroMessenger/i.test(userAgent) ? "wechat" : null;
}

/** Phones negotiate fewer camera slots: small screens, less memory, weaker links. */
export function isPhone(userAgent: string): boolean {
  return /Android.*Mobile|iPhone|iPod|Mobile;.*Firefox/i.test(userAgent);
}

/** The catalogue for the languages that the person's browser prefers. */
export function catalogueFor(languages: readonly string[]): string {
  for (const tag of languages) {
    if (/^zh\b/i.test(tag)) return "zh-Hans";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

export function hasWebRtc(): boolean {
  return typeof RTCPeerConnection !== "undefined" && "addTransceiver" in RTCPeerConnection.prototype;
}

export interface MeetingLink { meeting: string; token: string }

/** `/m/MEETING#token=TOKEN`; null when either is missing. */
export function parseLink(pathname: string, hash: string): MeetingLink | null {
  const meeting = /^\/m\/([a-z0-9-]{1,64})\/?$/.exec(pathname)?.[1];
  const token = new URLSearchParams(hash.replace(/^#/, "")).get("token");
  return meeting !== undefined && token ? { meeting, token } : null;
}
