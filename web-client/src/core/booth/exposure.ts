/** How much sound the ears have had: the mean over the last minute, as energy, since that is what tires and harms. */
import { decibelsOfPower } from "./levels";

const MINUTE = 60;
/** dB SPL. The warning goes when it has been quieter for a while, not at the first quiet syllable. */
export const WARNING_LEVEL = 80;
const CALM_LEVEL = 78;

export class Exposure {
  private readonly parts: { power: number; seconds: number }[] = [];
  private isWarning = false;

  /** What came out (full scale is 1) for so many seconds. */
  add(power: number, seconds: number): void {
    if (seconds <= 0) return;
    this.parts.push({ power, seconds });
    let whole = this.parts.reduce((sum, part) => sum + part.seconds, 0);
    while (whole - (this.parts[0]?.seconds ?? whole) >= MINUTE) whole -= this.parts.shift()?.seconds ?? 0;
  }

  /** dB SPL, mean over a minute: what hasn't been heard yet counts as silence. */
  level(fullScale: number): number {
    const energy = this.parts.reduce((sum, part) => sum + part.power * part.seconds, 0);
    return decibelsOfPower(energy / MINUTE) + fullScale;
  }

  warning(fullScale: number): boolean {
    const level = this.level(fullScale);
    this.isWarning = level >= WARNING_LEVEL || (this.isWarning && level > CALM_LEVEL);
    return this.isWarning;
  }
}
