/** What a speaker's figures are called, in one plain word; and when it is worth telling. */
import type { Card, CardWord } from "../state";
import type { Figures } from "./speaker_meter";

export type Heard = Figures & Pick<Card, "loss" | "offset">;

interface Fault {
  word: CardWord;
  /** How bad it is; from 1 on it counts, below 0 it is over (between them it stays what it was). */
  badness(figures: Heard): number;
}

/** From `good` (0) to `bad` (1). */
const between = (value: number, good: number, bad: number): number => (value - good) / (bad - good);

/** The worst for understanding first. A telephone ends at 3.4 to 4 kHz, wide band at 7 to 8; interpreters are to have 15. */
const FAULTS: readonly Fault[] = [
  { word: "breaking", badness: ({ loss }) => between(loss, 0.02, 0.05) },
  { word: "loud", badness: ({ clipping, level }) => Math.max(between(clipping, 0.0003, 0.001), between(level, -11, -8)) },
  { word: "quiet", badness: ({ level }) => between(level, -38, -42) },
  { word: "noisy", badness: ({ level, noise }) => between(level - noise, 18, 14) },
  { word: "muffled", badness: ({ bandwidth }) => between(bandwidth, 6500, 5000) },
  // ITU-R BT.1359-1: sound is noticed from 45 ms before to 125 ms behind the picture, and accepted up to 90 ms before and 185 ms behind.
  { word: "apart", badness: ({ offset }) => (offset === null ? -1 : Math.max(between(offset, 45, 90), between(-offset, 125, 185))) },
];

export function speakerWord(before: CardWord | null, figures: Heard): CardWord {
  const stays = FAULTS.find(({ word }) => word === before);
  const worst = FAULTS.find(({ badness }) => badness(figures) >= 1);
  if (!stays || stays.badness(figures) < 0) return worst?.word ?? "clear";
  // The one before is still there; only a worse one takes its place.
  return worst && FAULTS.indexOf(worst) < FAULTS.indexOf(stays) ? worst.word : stays.word;
}

const EVERY_MS = 2000;

/** Whether two cards say the same to people. */
function alike(a: Card, b: Card): boolean {
  return (
    a.word === b.word && Math.abs(a.level - b.level) < 4 && Math.abs(a.noise - b.noise) < 8 && Math.abs(a.loss - b.loss) < 0.02 &&
    Math.abs(a.bandwidth - b.bandwidth) < Math.max(1000, a.bandwidth / 4) &&
    (a.offset === null || b.offset === null ? a.offset === b.offset : Math.abs(a.offset - b.offset) < 40)
  );
}

/** Keeps to one card in two seconds, and says nothing twice. */
export class CardPost {
  private told: { card: Card; at: number } | null = null;

  due(card: Card, now: number): boolean {
    const { told } = this;
    if (told && now - told.at < EVERY_MS) return false;
    if (told && told.card.participant === card.participant && alike(told.card, card)) return false;
    this.told = { card, at: now };
    return true;
  }
}
