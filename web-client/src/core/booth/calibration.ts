/**
 * How loud it is at the ear. A browser knows amplitudes, not headphones; so the interpreter plays a reference and sets the volume to that of
 * comfortable conversation, which is about 65 dB. All that follows is as right as that, and only until the system's own volume is changed.
 */
import { gainOf } from "./levels";

/** dBFS of the reference before the console's volume. */
export const REFERENCE_LEVEL = -30;
/** dB SPL of comfortable conversation. */
export const COMFORTABLE = 65;
/** dB SPL of a full-scale signal while nobody has calibrated: loud headphones, so that the limiter errs on the safe side. */
export const ASSUMED_FULL_SCALE = 105;
/** dB SPL: what sounds longer than 100 ms are held to, and what nothing ever exceeds. */
export const SUSTAINED_LIMIT = 94;
export const PEAK_LIMIT = 100;

export interface Calibration {
  /** dB SPL at the ear of a full-scale signal behind the console's volume. */
  fullScale: number;
  /** Unix ms. */
  at: number;
}

/** The console's volume (dB) at which the reference sounded like conversation. */
export function calibrate(volume: number, at: number): Calibration {
  return { fullScale: COMFORTABLE - REFERENCE_LEVEL - volume, at };
}

/** Amplitudes at the output, full scale at most. */
export interface Ceilings { sustained: number; peak: number }

export function ceilingsFor(calibration: Calibration | null): Ceilings {
  const fullScale = calibration?.fullScale ?? ASSUMED_FULL_SCALE;
  return { sustained: Math.min(1, gainOf(SUSTAINED_LIMIT - fullScale)), peak: Math.min(1, gainOf(PEAK_LIMIT - fullScale)) };
}
