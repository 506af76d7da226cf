/** How a gain goes from one value to another without a click or a burst. */

/** What comes back comes gently; what gives way does so before the first word is over. */
const UP_SECONDS = 0.2;
const DOWN_SECONDS = 0.08;
/** A slot that goes over to somebody else: what was, ends without a click. */
const CUT_SECONDS = 0.02;

/** What of an AudioParam is used; tests have their own. */
export interface Param {
  value: number;
  cancelScheduledValues(at: number): unknown;
  setValueAtTime(value: number, at: number): unknown;
  linearRampToValueAtTime(value: number, at: number): unknown;
}

/**
 * A gain that always says where it is: Firefox's AudioParam.value doesn't follow a ramp, and cancelScheduledValues() would let a ramp under
 * way jump back to where it began.
 */
export class Ramp {
  private from: number;
  private began = 0;
  private ends = 0;

  constructor(
    private readonly param: Param,
    private target: number,
  ) {
    this.from = target;
    param.value = target;
  }

  /** `now`: the context's currentTime. */
  to(target: number, now: number): void {
    if (target !== this.target) this.ramp(target, now, target > this.at(now) ? UP_SECONDS : DOWN_SECONDS);
  }

  /** To nothing: somebody else is heard soon. */
  cut(now: number): void {
    this.ramp(0, now, CUT_SECONDS);
  }

  /** They are, in so many seconds: nothing until then. */
  raise(target: number, now: number, wait: number): void {
    const here = this.at(now);
    this.from = 0;
    this.target = target;
    this.began = now + Math.max(wait, CUT_SECONDS);
    this.ends = this.began + CUT_SECONDS;
    this.param.cancelScheduledValues(now);
    this.param.setValueAtTime(here, now);
    this.param.linearRampToValueAtTime(0, now + CUT_SECONDS);
    this.param.setValueAtTime(0, this.began);
    this.param.linearRampToValueAtTime(target, this.ends);
  }

  private ramp(target: number, now: number, seconds: number): void {
    const here = this.at(now);
    this.from = here;
    this.target = target;
    this.began = now;
    this.ends = now + seconds;
    this.param.cancelScheduledValues(now);
    this.param.setValueAtTime(here, now);
    this.param.linearRampToValueAtTime(target, this.ends);
  }

  at(now: number): number {
    if (now >= this.ends) return this.target;
    if (now <= this.began) return this.from;
    return this.from + ((this.target - this.from) * (now - this.began)) / (this.ends - this.began);
  }
}
