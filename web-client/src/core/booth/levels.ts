/** Levels of sound. dBFS: of the root mean square, 0 is a signal that is full scale all the time. */
export const QUIETEST = -100;

export function gainOf(decibels: number): number {
  return 10 ** (decibels / 20);
}

export function decibelsOf(amplitude: number): number {
  return amplitude > 0 ? Math.max(QUIETEST, 20 * Math.log10(amplitude)) : QUIETEST;
}

export function decibelsOfPower(power: number): number {
  return power > 0 ? Math.max(QUIETEST, 10 * Math.log10(power)) : QUIETEST;
}

export function powerOf(decibels: number): number {
  return 10 ** (decibels / 10);
}

export function meanSquare(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum / Math.max(1, samples.length);
}
