/** How long recordings and attachments are kept: the server looks for what is older every hour (signaling/store_archive.c). */
const DAY = 86_400;
const SWEEP = 3600;

/** Of a meeting that was over at `end` (Unix seconds, as `now`) and is kept for `days` from then on (0: for ever): it is deleted by the next look. */
export function isDeletedSoon(end: number, days: number, now: number): boolean {
  return days > 0 && end + days * DAY < now + SWEEP;
}
