/**
 * Wall clocks and moments. The browser knows what a clock shows at a moment (Intl), not the other way round: that is found by trying, and
 * twice a year an hour doesn't exist or comes twice. Pure functions; dates are "2026-05-29", times "10:00", moments Unix seconds.
 */
import { zoneOfCity } from "./cities";

export interface Wall { date: string; time: string }

export interface Moment {
  at: number;
  /** The clock skips this time (the moment is as much later as it skips), or shows it twice (the moment is the first). */
  note: "skipped" | "twice" | null;
}

const DAY = 86_400;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return zone !== "";
  } catch {
    return false;
  }
}

/** What the clock shows, as if it were in UTC. */
function shown(at: number, zone: string): number {
  const parts = Object.fromEntries(formatOf(zone).formatToParts(at * 1000).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** Seconds by which the zone's clock is ahead of UTC. */
export function offsetOf(at: number, zone: string): number {
  return shown(at, zone) - at;
}

export function wallOf(at: number, zone: string): Wall {
  const iso = new Date(shown(at, zone) * 1000).toISOString();
  return { date: iso.slice(0, 10), time: iso.slice(11, 16) };
}

/** Null: no date or no time. */
export function momentOf({ date, time }: Wall, zone: string): Moment | null {
  const wall = /^\d{4}-\d\d-\d\d$/.test(date) && /^\d\d:\d\d$/.test(time) ? Date.parse(`${date}T${time}:00Z`) / 1000 : NaN;
  if (!Number.isFinite(wall)) return null;
  // Zones change their clocks never twice within a day.
  const [before, after] = [offsetOf(wall - DAY, zone), offsetOf(wall + DAY, zone)];
  const fits = [before, after].map((offset) => wall - offset).filter((at) => shown(at, zone) === wall).sort((a, b) => a - b);
  if (fits[0] === undefined) return { at: wall - before, note: "skipped" };
  return { at: fits[0], note: before !== after && fits.length === 2 && fits[0] !== fits[1] ? "twice" : null };
}

/** "UTC+8", "UTC+5:30", "UTC". */
export function offsetName(at: number, zone: string): string {
  const minutes = Math.round(offsetOf(at, zone) / 60);
  if (minutes === 0) return "UTC";
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? "−" : "+"}${Math.floor(Math.abs(minutes) / 60)}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

/** "Addis Ababa": a zone's own place. */
export function placeOf(zone: string): string {
  return (zone.split("/").pop() ?? zone).replace(/_/g, " ");
}

/** Browsers before 2022 have no list: the person writes the zone's name. */
export function knownZones(): string[] {
  const { supportedValuesOf } = Intl as unknown as { supportedValuesOf?: (key: "timeZone") => string[] };
  return [...new Set([...(supportedValuesOf?.("timeZone") ?? []), "UTC"])];
}

const plain = (text: string): string => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").trim().toLowerCase().replace(/[\s_]+/g, " ");

/** By its name, its place ("addis ababa"), another city of it, or the part of one that fits no other; null: none, or several. */
export function findZone(written: string, all: readonly string[]): string | null {
  const words = plain(written);
  if (words === "") return null;
  const city = zoneOfCity(words);
  const exact = all.find((zone) => plain(zone) === words) ?? all.find((zone) => plain(placeOf(zone)) === words) ?? (city !== null && isZone(city) ? city : null);
  if (exact) return exact;
  const fits = words.length >= 3 ? all.filter((zone) => plain(zone).includes(words)) : [];
  if (fits.length === 1) return fits[0] ?? null;
  return words.includes("/") && isZone(written.trim()) ? written.trim() : null; // an older name, or no list
}
