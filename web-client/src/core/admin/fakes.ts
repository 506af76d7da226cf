import type { Meeting } from "./meeting";

export function made(change: Partial<Meeting> = {}): Meeting {
  return {
    name: "demo", title: "Sharing meeting", starts: 1_800_000_000, zone: "Asia/Shanghai", minutes: 120, venue: "", floors: ["zh"], channels: ["en"], agenda: [],
    autoRecord: false, ownTracks: false, access: "alliance", retentionDays: 0, state: "planned", people: 0, recording: "off", ...change,
  };
}
