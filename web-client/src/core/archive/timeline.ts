/** What holds at a moment of a recording. Pure; lists are in order of time. */
import type { Archive, Chapter, Message, PictureTrack, Span, Speaker } from "./answer";
import type { Layout } from "./memory";

/** How many entries have begun at a moment (binary search). */
export function begun(list: readonly { at: number }[], at: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as { at: number }).at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const inSpans = (spans: readonly Span[], at: number): boolean => spans.some(({ from, to }) => at >= from && at < to);

/** -1: before the first. */
export const chapterAt = (chapters: readonly Chapter[], at: number): number => begun(chapters, at) - 1;

/** Who speaks: whoever began last and hasn't ended; a breath doesn't take the name away. */
export function speakerAt(speakers: readonly Speaker[], at: number, breath = 3): Speaker | null {
  for (let i = begun(speakers, at) - 1, seen = 0; i >= 0 && seen < 20; i--, seen++) {
    const speaker = speakers[i] as Speaker;
    if (at < speaker.until + breath) return speaker;
  }
  return null;
}

/** A message is read for as long as its length takes. */
const readingTime = ({ text }: Message): number => Math.min(12, 5 + text.length / 20);

/** The messages over the picture, three at most. */
export function messagesAt(chat: readonly Message[], at: number): Message[] {
  const upTo = begun(chat, at);
  return chat.slice(Math.max(0, upTo - 3), upTo).filter((message) => at - message.at < readingTime(message));
}

/** Which interpreter is heard; null: nobody, the original is heard. */
export function interpreterAt({ languages }: Pick<Archive, "languages">, channel: string, at: number): { name: string } | "silent" | null {
  const found = languages.find((one) => one.channel === channel);
  if (!found) return null;
  if (inSpans(found.silent, at)) return "silent";
  const span = found.spans.find(({ from, to }) => at >= from && at < to);
  return span ? { name: span.interpreter } : null;
}

export interface Shown {
  /** Pictures in their order: the first is the large one. */
  pictures: string[];
  sign: string | null;
}

/** Of stage and screen what the layout asks for; one that isn't there at the moment gives its place to the other. */
export function shownAt(pictures: readonly PictureTrack[], layout: Layout, sign: boolean, language: string, at: number): Shown {
  if (layout === "sound") return { pictures: [], sign: null };
  const there = (id: string): boolean => {
    const track = pictures.find((one) => one.id === id);
    return track !== undefined && (track.spans.length === 0 || inSpans(track.spans, at));
  };
  const order = layout === "stage" ? ["stage", "screen"] : ["screen", "stage"];
  const now = order.filter(there);
  const known = order.filter((id) => pictures.some((one) => one.id === id));
  const chosen = layout === "both" ? now : now.slice(0, 1);
  const signs = pictures.filter(({ id }) => id.startsWith("sign-") && there(id));
  const signed = signs.find((one) => one.language === language) ?? signs[0];
  return { pictures: chosen.length > 0 ? chosen : known.slice(0, 1), sign: sign ? (signed?.id ?? null) : null };
}

/** The picture of the seek bar's preview. */
export function thumbAt({ thumbs }: Pick<Archive, "thumbs">, at: number): string | null {
  if (!thumbs || thumbs.count <= 0 || thumbs.every <= 0) return null;
  const index = Math.min(thumbs.count - 1, Math.max(0, Math.floor(at / thumbs.every)));
  return `thumbs/${String(index).padStart(5, "0")}.jpg`;
}
