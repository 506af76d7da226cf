/** Times and sizes of the archive's page. */

/** "41:20"; "1:02:03" from an hour on, or where the whole has hours. */
export function clockOf(seconds: number, whole = seconds): string {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n: number): string => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return whole >= 3600 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** Hours, minutes, seconds, for a sentence. */
export function partsOf(seconds: number): { h: number; m: number; s: number } {
  const whole = Math.max(0, Math.floor(seconds));
  return { h: Math.floor(whole / 3600), m: Math.floor(whole / 60) % 60, s: whole % 60 };
}

const UNITS = [[1e9, "gigabyte"], [1e6, "megabyte"], [1e3, "kilobyte"], [1, "byte"]] as const;

export function sizeOf(language: string, bytes: number): string {
  const [one, unit] = UNITS.find(([least]) => bytes >= least) ?? [1, "byte"];
  const value = bytes / one;
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: value < 10 && one > 1 ? 1 : 0 }).format(value);
}

/** "November 2026" of "2026-11". */
export function monthName(language: string, month: string, length: "long" | "short" = "long", year = true): string {
  const [y, m] = month.split("-").map(Number) as [number, number];
  return new Intl.DateTimeFormat(language, { month: length, ...(year ? { year: "numeric" as const } : {}), timeZone: "UTC" }).format(Date.UTC(y, m - 1, 15));
}
