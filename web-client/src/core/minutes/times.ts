/** Between a zone's clock and the moment. Zones are the browser's own knowledge (Intl). Pure. */

export function zoneKnown(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone !== "";
  } catch {
    return false;
  }
}

/** All zones that the browser knows; a browser from before 2022 can't list them. */
export function allZones(): string[] {
  const listed = (Intl as { supportedValuesOf?: (key: "timeZone") => string[] }).supportedValuesOf?.("timeZone") ?? [];
  return listed.includes("UTC") || listed.length === 0 ? listed : [...listed, "UTC"];
}

/** A country's zones, the likeliest first; none where the browser doesn't say. */
export function zonesOf(country: string): string[] {
  if (!/^[A-Z]{2}$/.test(country)) return [];
  try {
    const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { timeZones?: string[]; getTimeZones?: () => string[] };
    return locale.getTimeZones?.() ?? locale.timeZones ?? [];
  } catch {
    return [];
  }
}

/** The zone's clock at that moment, as if it were UTC. */
function clockOf(zone: string, ms: number): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  });
  const at = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(at["year"] ?? 0, (at["month"] ?? 1) - 1, at["day"] ?? 1, at["hour"] ?? 0, at["minute"] ?? 0, at["second"] ?? 0);
}

const zoneOr = (zone: string): string => (zoneKnown(zone) ? zone : "UTC");

/** What <input type="date"> and "time" take; "" for no time. */
export function wallOf(starts: number, zone: string): { date: string; time: string } {
  if (starts <= 0) return { date: "", time: "" };
  const text = new Date(clockOf(zoneOr(zone), starts * 1000)).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 16) };
}

/** Unix seconds; 0 for what is no date and time, or one before 1970. A time that the clocks skip in spring is the one an hour later; of two in autumn, the first. */
export function startsOf(date: string, time: string, zone: string): number {
  // Browsers take much for a date: "T10:00:00Z" is one of 2000 in Chromium.
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(`${date}T${time}`) ? Date.parse(`${date}T${time}:00Z`) : NaN;
  if (!Number.isFinite(wall) || wall <= 0) return 0;
  const there = zoneOr(zone);
  // The offset before and after any change of clocks around: one of them fits.
  const day = 86_400_000;
  const offsets = [clockOf(there, wall - day) - (wall - day), clockOf(there, wall + day) - (wall + day)];
  const moments = offsets.map((offset) => wall - offset);
  const fits = moments.filter((moment) => clockOf(there, moment) === wall);
  return Math.floor(Math.min(...(fits.length > 0 ? fits : [Math.max(...moments)])) / 1000);
}

/** "Fri 29 May, 10:00 – 12:00"; with the end's day where it is another one; "" without a time or for a zone that isn't known. */
export function localTime(dates: string, starts: number, minutes: number, zone: string): string {
  if (starts <= 0 || !zoneKnown(zone)) return "";
  const from = starts * 1000;
  const to = from + minutes * 60_000;
  const day = new Intl.DateTimeFormat(dates, { timeZone: zone, weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const clock = new Intl.DateTimeFormat(dates, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const begin = `${day.format(from)} ${clock.format(from)}`;
  if (minutes <= 0) return begin;
  return `${begin} – ${day.format(to) === day.format(from) ? "" : `${day.format(to)} `}${clock.format(to)}`;
}

/** "UTC+08:00". */
export function offsetOf(starts: number, zone: string): string {
  if (!zoneKnown(zone)) return "";
  const ms = starts > 0 ? starts * 1000 : 0;
  const minutes = Math.round((clockOf(zone, ms) - ms) / 60_000);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}
