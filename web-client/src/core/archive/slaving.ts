/**
 * How a media element is kept at the place of another one, the leader. Whatever is heard leads, so that nothing ever touches the sound.
 * Pictures follow by their rate (step). A language that is about to be heard is brought there by jumps alone (align): in Firefox each
 * change of the rate of a sound leaves its place wrong by 20 ms and more, and they add up. Pure: places and time in, what to do out.
 */

/** Lip sync is noticed from 45 ms on (ITU-R BT.1359-1): begin to nudge before that, and stop when it's as good as it gets. */
const NUDGE_FROM = 0.04;
const NUDGE_TO = 0.012;
/** Further away one jumps: at a tenth faster half a second takes five. */
const JUMP_FROM = 0.5;
/** A jump needs time to be shown; another one before that would never end. */
const JUMP_AGAIN_MS = 1500;
const JUMP_DONE_MS = 500;
/** How much faster or slower a picture may be without looking so. */
const MOST = 0.1;
/** Seconds in which a difference is to be gone. */
const WITHIN = 0.8;

/** So far from where it jumped to it is under way. */
const MOVED = 0.03;

export interface Follower {
  /** Whether its rate differs from the leader's at the moment. */
  nudging: boolean;
  jumped: number;
  aim: number;
  /** Seconds that it takes to be under way after a jump, as learned: the next one aims ahead by that. */
  lead: number;
  /** The first measure under way teaches the lead. */
  learning: boolean;
}

export const newFollower = (lead = 0.1): Follower => ({ nudging: false, jumped: -Infinity, aim: 0, lead, learning: false });

export type Step = { do: "nothing" } | { do: "rate"; rate: number } | { do: "jump"; to: number };

/**
 * `behind`: leader's place less the follower's, in seconds of the recording. Call it some times a second while both play, with `nowMs` of
 * any clock.
 */
export function step(follower: Follower, behind: number, place: number, rate: number, nowMs: number): Step {
  if (follower.learning) {
    const waits = place - behind < follower.aim + MOVED * rate;
    if (waits && nowMs - follower.jumped < JUMP_AGAIN_MS) return { do: "nothing" };
    follower.learning = false;
    if (!waits && Math.abs(behind) < JUMP_FROM) follower.lead = Math.min(0.4, Math.max(0, follower.lead + behind / rate / 2));
  }
  if (Math.abs(behind) >= JUMP_FROM) {
    // It was under way, so the jump is done; but no jump each time that one is called.
    if (nowMs - follower.jumped < JUMP_DONE_MS) return { do: "nothing" };
    return jump(follower, place, rate, nowMs);
  }
  if (Math.abs(behind) < (follower.nudging ? NUDGE_TO : NUDGE_FROM)) {
    if (!follower.nudging) return { do: "nothing" };
    follower.nudging = false;
    return { do: "rate", rate };
  }
  follower.nudging = true;
  const change = Math.max(-MOST, Math.min(MOST, behind / WITHIN));
  return { do: "rate", rate: Math.round(rate * (1 + change) * 100) / 100 };
}

/** To where the leader will be when the jump is done; rate 0: both rest. */
export function jump(follower: Follower, place: number, rate: number, nowMs: number): Step {
  follower.jumped = nowMs;
  follower.nudging = false;
  follower.learning = rate > 0;
  follower.aim = place + follower.lead * rate;
  return { do: "jump", to: follower.aim };
}

/** Near enough to be heard in the leader's place: it isn't heard as a jump. The page promises 50 ms. */
const NEAR = 0.025;
/** Whoever was near is left alone until this far off: measures waver. */
const STILL_NEAR = 0.045;
/** Browsers say an element's place to 40 ms only: that many measures of it are averaged. */
const MEASURES = 6;
/** What isn't near by then won't be. */
const MOST_JUMPS = 6;

export interface Alignment {
  aim: number;
  jumped: number;
  jumps: number;
  /** As a follower's. */
  lead: number;
  near: boolean;
  /** The last measures of how far it is behind. */
  measures: number[];
}

export const newAlignment = (lead: number): Alignment => ({ aim: 0, jumped: -Infinity, jumps: 0, lead, near: false, measures: [] });

export type Aligned = { do: "wait" } | { do: "near" } | { do: "jump"; to: number };

export function alignJump(alignment: Alignment, place: number, rate: number, nowMs: number): { do: "jump"; to: number } {
  alignment.jumped = nowMs;
  alignment.jumps++;
  alignment.near = false;
  alignment.measures = [];
  alignment.aim = place + alignment.lead * rate;
  return { do: "jump", to: alignment.aim };
}

/** `place`: the leader's, `own`: the other's. Call it each 20 ms while both play. */
export function align(alignment: Alignment, place: number, own: number, rate: number, nowMs: number): Aligned {
  if (own >= alignment.aim - 0.5 && own < alignment.aim + MOVED * rate) {
    return nowMs - alignment.jumped < JUMP_AGAIN_MS ? { do: "wait" } : alignJump(alignment, place, rate, nowMs);
  }
  alignment.measures.push(place - own);
  if (alignment.measures.length > MEASURES) alignment.measures.shift();
  if (alignment.measures.length < MEASURES) return { do: alignment.near ? "near" : "wait" };
  const behind = alignment.measures.reduce((sum, one) => sum + one, 0) / MEASURES;
  alignment.near = Math.abs(behind) <= (alignment.near ? STILL_NEAR : NEAR) || alignment.jumps >= MOST_JUMPS;
  if (alignment.near) return { do: "near" };
  alignment.lead = Math.min(0.6, Math.max(0, alignment.lead + behind / rate));
  return alignJump(alignment, place, rate, nowMs);
}
