/** How long a person has been on air, and when to think of the hand-over. */
export const REMINDER_MINUTES = 25;
export const REMINDER_CHOICES = [10, 15, 20, 25, 30, 40] as const;

/** "00:17:42" */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Since when this page's person is on air, by this page's clock (the server's may differ). Null: not on air. */
export class OnAirClock {
  private channel: string | null = null;
  private start: number | null = null;
  private reminded = false;

  /** The channel that one is on air in now. Going over to the booth's other channel isn't a rest. */
  set(channel: string | null, now: number): void {
    if (channel === this.channel) return;
    if (channel === null) this.start = null;
    else this.start ??= now;
    this.reminded &&= channel !== null;
    this.channel = channel;
  }

  get since(): number | null {
    return this.start;
  }

  /** True once, when the set time has passed; 0 minutes: never. */
  remind(now: number, minutes: number): boolean {
    if (this.start === null || this.reminded || minutes <= 0 || now - this.start < minutes * 60_000) return false;
    this.reminded = true;
    return true;
  }
}
