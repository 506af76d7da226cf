/** Numbers of the operator's page with their units, as short as an axis wants them. */
export type Unit = "bits" | "count" | "rate" | "share" | "delay" | "size" | "bytes";

function number(tag: string, value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return new Intl.NumberFormat(tag, { maximumFractionDigits: digits }).format(value);
}

/** The largest unit of which there is at least one; less than the smallest is a part of it. */
function scaled(tag: string, value: number, units: readonly (readonly [one: number, name: string])[]): string {
  const [one, name] = units.find(([size]) => value >= size) ?? (units[units.length - 1] as readonly [number, string]);
  return `${number(tag, value / one)} ${name}`;
}

const BITS = [[1e9, "Gbit/s"], [1e6, "Mbit/s"], [1e3, "kbit/s"], [1, "bit/s"]] as const;
const BYTES = [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]] as const;
const DELAY = [[1e6, "s"], [1e3, "ms"], [1, "µs"]] as const;

/** bits and bytes: of bytes (a second); delay: of microseconds; share: of 1; size: how many together. */
export function inUnit(tag: string, unit: Unit, value: number): string {
  switch (unit) {
    case "bits":
      return value === 0 ? "0" : scaled(tag, value * 8, BITS);
    case "bytes":
      return value === 0 ? "0" : scaled(tag, value, BYTES);
    case "delay":
      return value === 0 ? "0" : scaled(tag, value, DELAY);
    case "share":
      return new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: value < 0.1 ? 1 : 0 }).format(value);
    case "count":
      return new Intl.NumberFormat(tag, { maximumFractionDigits: 0 }).format(value);
    case "rate":
    case "size":
      return number(tag, value);
  }
}

/** An axis' end just above the highest value: 1, 2, 4, 6 or 8 times a power of ten in its unit, so that its half is a round number, too. */
export function axisEnd(unit: Unit, highest: number): number {
  if (unit === "share") return 1;
  const one = unit === "bits" ? 1 / 8 : unit === "bytes" ? 1024 ** Math.max(1, Math.floor(Math.log(highest) / Math.log(1024))) : 1;
  const least = unit === "count" || unit === "size" ? 4 : 1;
  const wanted = Math.max(least, (highest / one) * 1.05);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return ([1, 2, 4, 6, 8].find((n) => n * power >= wanted) ?? 10) * power * one;
}
