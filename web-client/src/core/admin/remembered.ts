/** On this device: the zones whose time the secretariat looks at. */
import { array, object, string } from "../guards";
import { isZone } from "./zones";

const KEY = "tongsheng.admin";
const guard = object({ zones: array(string) });

/** Null: nobody has chosen any yet. */
export function readZones(): string[] | null {
  try {
    const text = localStorage.getItem(KEY);
    return text === null ? null : guard(JSON.parse(text), KEY).zones.filter(isZone);
  } catch {
    return null; // forbidden, or written by another version
  }
}

export function writeZones(zones: readonly string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ zones }));
  } catch {
    // private browsing, or full: the page works without
  }
}

/** To begin with: one's own, and those in which meetings were held. */
export function firstZones(ownZone: string, meetings: readonly { zone: string }[]): string[] {
  return [...new Set([ownZone, ...meetings.map(({ zone }) => zone)])].filter(isZone);
}
